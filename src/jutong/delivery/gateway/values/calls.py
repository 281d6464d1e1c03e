"""Values about calls that have been made."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from jutong.kernel.text import N_


class OutcomeKind(StrEnum):
    """What became of a call (调用结果)."""

    ANSWERED = "answered"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    OutcomeKind.ANSWERED: N_("成功"),
    OutcomeKind.REFUSED: N_("被拒绝"),
    OutcomeKind.FAILED: N_("数据源故障"),
}


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
    """One call as the log keeps it (调用记录). Never a value of a parameter or a column, only their names.

    `repeats` is more than 1 where one record stands for many refused calls of strangers.
    """

    call_no: str
    at: datetime
    outcome: str
    kind: OutcomeKind
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


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls: an empty member narrows nothing down. `outcome` is a kind or a refusal's code."""

    resource: str = ""
    client: str = ""
    consumer: str = ""
    provider: str = ""
    grant: str = ""
    case: str = ""
    call_no: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None


LATENCY_BOUNDS_MS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Upper bounds by which answered calls are counted; one count more is for the slower ones."""


class Grouping(StrEnum):
    """By what calls are counted."""

    RESOURCE = "resource"
    CLIENT = "client"
    CONSUMER = "consumer"
    PROVIDER = "provider"
    OUTCOME = "outcome"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class CallCount:
    """Calls of one group, with the rows and bytes they were given and how long the answered ones took."""

    group: str
    calls: int
    answered: int
    refused: int
    failed: int
    rows: int
    size_bytes: int
    mean_ms: float | None


@dataclass(frozen=True, slots=True)
class DayQuery:
    """Which counted calls: days inclusive, in Asia/Shanghai; an empty member narrows nothing down."""

    first_day: date | None = None
    last_day: date | None = None
    resource: str = ""
    client: str = ""
    consumer: str = ""
    provider: str = ""
    grant: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls of one group as the days count them (调用量). `latency` counts answered calls by `LATENCY_BOUNDS_MS`.

    Rows, bytes and times are nought where they were not asked for.
    """

    group: str
    calls: int
    answered: int
    refused: int
    failed: int
    rows: int
    size_bytes: int
    mean_ms: float | None
    latency: tuple[int, ...]

    @property
    def success(self) -> float | None:
        """Answered calls by all, 0 to 1; None when there were none."""
        return self.answered / self.calls if self.calls else None

    def within(self, share: float) -> int | None:
        """The lowest bound in milliseconds that holds this share of the answered calls.

        None: there were none, or they took longer than the highest bound.
        """
        wanted, seen = share * sum(self.latency), 0
        for bound, count in zip(LATENCY_BOUNDS_MS, self.latency, strict=False):
            seen += count
            if seen >= wanted > 0:
                return bound
        return None


@dataclass(frozen=True, slots=True)
class SealRecord:
    """The seal of a finished log file (封存): which records it holds, what they hash to, who signed."""

    gateway: str
    segment: int
    first: int
    last: int
    digest: str
    previous: str
    sealed_at: datetime
    public_key: str
    signature: str
