"""How the plane says no to a call."""


class Refused(Exception):
    """A call is refused. `code` is one of `values.refusals`; `field` names the header, parameter or quota at fault."""

    def __init__(self, code: str, field: str = "", *, retry_after: int = 0):
        super().__init__(code)
        self.code = code
        self.field = field
        self.retry_after = retry_after


class GrantInvalid(Exception):
    """A stored grant or key does not compile. It is left out, so its calls are refused."""
