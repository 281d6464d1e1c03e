"""The door of the overview: the figures of the first screens, each behind its right."""

from datetime import date, datetime

from jutong.assessment.overview import policy, queries
from jutong.assessment.overview.domain import NoSuchDepartment
from jutong.assessment.overview.values import (
    Calls,
    Indicator,
    Ledger,
    OpenData,
    Operations,
    Ranked,
    Region,
    ResourceHealth,
    UnusedGrants,
    Wall,
)
from jutong.base.access import require
from jutong.delivery.gateway.values import DayQuery, Grouping
from jutong.foundation.procedures.values.cases import OpenStep
from jutong.kernel.policy import Subject

__all__ = [
    "NoSuchDepartment",
    "calls",
    "facts",
    "ledger",
    "open_data",
    "operations",
    "rankings",
    "region",
    "resource_health",
    "unused_grants",
    "waiting_steps",
    "wall",
]

facts = queries.facts


def region(*, month: date, by: Subject, at: datetime) -> Region:
    """The region at a glance in a month, given by its first day. Raises NotPermitted."""
    require(by, policy.SEE_REGION)
    return queries.region(month, at)


def rankings(of: Region, indicator: Indicator) -> list[Ranked]:
    """The departments of a region by an indicator; small ones are shown but not ranked."""
    return queries.rankings(of, indicator)


def ledger(*, uscc: str, month: date, by: Subject, at: datetime) -> Ledger:
    """A cloud chief's ledger (云长履职台账). Raises NotPermitted, NoSuchDepartment."""
    require(by, policy.SEE_LEDGER, queries.facts(uscc))
    return queries.ledger(uscc, month, at)


def waiting_steps(*, uscc: str, by: Subject, at: datetime, last: int) -> list[OpenStep]:
    """Steps that wait for a department, of cases the subject may see, soonest due first. Raises NotPermitted."""
    require(by, policy.SEE_LEDGER, queries.facts(uscc))
    return queries.waiting_steps(by, uscc, at, last)


def wall(*, by: Subject, at: datetime, organisation: str = "", days_ahead: int = 7, last: int = 100) -> Wall:
    """Who is late, and what is due in the next days, of one department where given. Raises NotPermitted."""
    require(by, policy.SEE_WALL)
    return queries.wall(by, at, organisation=organisation, days_ahead=days_ahead, last=last)


def operations(*, by: Subject, at: datetime) -> Operations:
    """What runs, what failed, how calls go, how the platform's parts are. Raises NotPermitted."""
    require(by, policy.SEE_OPERATIONS)
    return queries.operations_now(by, at)


def calls(wanted: DayQuery, *, grouping: Grouping, by: Subject, at: datetime) -> Calls:
    """Calls that the subject may see, counted every way, in detail by one grouping. Raises NotPermitted."""
    require(by, policy.SEE_CALLS)
    return queries.calls(by, wanted, grouping, at)


def resource_health(*, uscc: str, by: Subject, at: datetime) -> list[ResourceHealth]:
    """The published resources of a department, what needs a look first. Raises NotPermitted."""
    require(by, policy.SEE_HEALTH, queries.facts(uscc))
    return queries.resource_health(uscc, at)


def unused_grants(*, by: Subject, at: datetime) -> UnusedGrants:
    """Live grants that the subject may see and that nobody used for long. Raises NotPermitted."""
    require(by, policy.SEE_CALLS)
    return queries.unused_grants(by, at)


def open_data(*, at: datetime) -> OpenData:
    """What is open to society, counted, with the newest and the most used of it. For everybody."""
    return queries.open_data(at)
