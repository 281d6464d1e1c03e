"""A value that does not leak by being printed."""

import hmac
from typing import NoReturn


class Secret:
    """Bytes that show as `***` in logs, errors and debuggers, and refuse to be pickled.

    `reveal()` is the only way to the value, so that a reader of the code can find every place that uses one.
    """

    __slots__ = ("_value",)

    def __init__(self, value: bytes | str):
        self._value = value.encode() if isinstance(value, str) else bytes(value)

    def reveal(self) -> bytes:
        return self._value

    def reveal_text(self) -> str:
        return self._value.decode()

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled; reveal it where it is needed")
