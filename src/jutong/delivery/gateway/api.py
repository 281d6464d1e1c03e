"""The door of the gateway: the call log, availability, and the keys others need to speak with the plane."""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet

from jutong.delivery.gateway import queries
from jutong.delivery.gateway.models import Call, CallDay, Segment
from jutong.delivery.gateway.past import PastSegment, keep_past_log
from jutong.delivery.gateway.values import (
    Availability,
    CallCount,
    CallFilter,
    CallRecord,
    DayQuery,
    Grouping,
    OutcomeKind,
    Usage,
)
from jutong.kernel.policy import Subject

__all__ = [
    "PastSegment",
    "availabilities",
    "availability",
    "call",
    "calls",
    "calls_of",
    "gateway_public_key",
    "gateway_url",
    "keep_past_log",
    "seals",
    "statistics",
    "totals",
]


def calls(subject: Subject, wanted: CallFilter) -> QuerySet[Call]:
    """Calls the subject may see, newest first; `value()` of a row is a CallRecord."""
    return queries.calls(subject, wanted)


def calls_of(wanted: CallFilter) -> QuerySet[Call]:
    """Calls whoever asks, newest first; the caller judges who may see them."""
    return queries.calls_of(wanted)


def call(call_no: str, subject: Subject) -> CallRecord:
    """One call. Raises NotFound, also when it is none of the subject's business."""
    return queries.visible_call(call_no, subject).value()


def statistics(rows: QuerySet[Call], grouping: Grouping) -> list[CallCount]:
    """Calls counted by group, the most called first; days in their order."""
    return queries.statistics(rows, grouping)


def totals(rows: QuerySet[Call]) -> dict[OutcomeKind, int]:
    """How many calls were answered, refused and failed."""
    return queries.totals(rows)


def availability(resource: str, *, since: datetime, until: datetime) -> Availability:
    """How often a resource answered calls that had been admitted (可访问性)."""
    return queries.availability(resource, since, until)


def availabilities(resources: Iterable[str], *, since: datetime, until: datetime) -> dict[str, Availability]:
    """The same for many resources in one query."""
    return queries.availabilities(resources, since, until)


# --- Calls counted by day: what statistics over months read instead of the log ---------------------------------------
def days(wanted: DayQuery, *, subject: Subject | None = None) -> QuerySet[CallDay]:
    """The counted calls asked for, lazily; with a subject those it may see, else the caller judges who sees what."""
    return queries.days(wanted, subject)


def usage(rows: QuerySet[CallDay], grouping: Grouping, *, speed: bool = False) -> list[Usage]:
    """Counted calls by group, the most called first; days in their order.

    With `speed`, also rows and bytes that were given, and how long the answers took.
    """
    return queries.usage(rows, grouping, speed=speed)


def total_usage(rows: QuerySet[CallDay]) -> Usage:
    """All of the counted calls as one group."""
    return queries.total_usage(rows)


def calls_by_hour(rows: QuerySet[CallDay]) -> list[list[int]]:
    """Calls by weekday (Monday first) and hour of the day in Asia/Shanghai."""
    return queries.calls_by_hour(rows)


def last_answered(grant_nos: Iterable[str]) -> dict[str, date]:
    """The last day on which each of these grants got an answer; grants never used are left out."""
    return queries.last_answered(grant_nos)


def seals() -> QuerySet[Segment]:
    """Seals of finished log files, newest first."""
    return queries.seals()


def gateway_url() -> str:
    """Where clients reach the gateway."""
    url: str = settings.JUTONG_GATEWAY_URL
    return url


def gateway_public_key() -> bytes:
    """The X25519 key to which client secrets are sealed; only the plane opens what was sealed to it."""
    key: bytes = settings.JUTONG_GATEWAY_PUBLIC_KEY
    return key
