"""Values about calls that have been made."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Availability:
    """How often a resource answered calls that the gateway had admitted (可访问性).

    Refusals that lie with the caller (signature, grant, parameters, quota) do not count; failures of the data source
    do.
    """

    resource: str
    since: datetime
    until: datetime
    answered: int
    failed: int

    @property
    def calls(self) -> int:
        return self.answered + self.failed

    @property
    def ratio(self) -> float | None:
        """Answered calls by all that should have been, 0 to 1; None when there were none."""
        return self.answered / self.calls if self.calls else None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as the log keeps it (调用记录). Never a value of a parameter or a column, only their names."""

    call_no: str
    at: datetime
    outcome: str
    status: int
    client: str
    key: str
    consumer: str
    provider: str
    resource: str
    resource_version: int | None
    grant: str
    official: str
    purpose: str
    case: str
    parameters: tuple[str, ...]
    columns: tuple[str, ...]
    rows: int | None
    size_bytes: int
    duration_us: int
    source: str
    repeats: int
