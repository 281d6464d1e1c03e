"""Questions to the call log."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Avg, Count, F, Max, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, ExtractIsoWeekDay, TruncDay

from jutong.base.access import scope_q
from jutong.delivery.gateway.models import Call, CallDay, Segment
from jutong.delivery.gateway.policy import VIEW_CALLS
from jutong.delivery.gateway.values import (
    ANSWERED,
    LATENCY_BOUNDS_MS,
    REFUSALS,
    Availability,
    CallCount,
    CallFilter,
    DayQuery,
    Grouping,
    OutcomeKind,
    Usage,
)
from jutong.delivery.gateway.values.refusals import PROVIDER_FAULTS
from jutong.kernel.clock import SHANGHAI
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Action, Facts, Relation, Subject

_FIELDS = {Relation.PROVIDER: "provider", Relation.CONSUMER: "consumer"}
_CALL_NO = re.compile(r"([0-9a-z.]{1,24})-([0-9]{1,18})")
_KINDS = {
    OutcomeKind.ANSWERED: Q(outcome=ANSWERED),
    OutcomeKind.FAILED: Q(outcome__in=PROVIDER_FAULTS),
    OutcomeKind.REFUSED: ~Q(outcome=ANSWERED) & ~Q(outcome__in=PROVIDER_FAULTS),
}
_GROUPS_MAX = 1000


def facts(call: Call) -> Facts:
    return Facts(relations={Relation.PROVIDER: call.provider, Relation.CONSUMER: call.consumer})


def scope(subject: Subject, action: Action = VIEW_CALLS) -> Q:
    """The calls this subject may see."""
    return scope_q(subject, action, _FIELDS)


def calls(subject: Subject, wanted: CallFilter) -> QuerySet[Call]:
    """Calls the subject may see and asked for, newest first."""
    return Call.objects.filter(scope(subject), _condition(wanted)).order_by("-at", "-id")


def calls_of(wanted: CallFilter) -> QuerySet[Call]:
    """Calls whoever asks; for other rooms that judge by themselves who sees what."""
    return Call.objects.filter(_condition(wanted)).order_by("-at", "-id")


def visible_call(call_no: str, subject: Subject) -> Call:
    """One call. Raises NotFound, also when it is none of the subject's business."""
    found = Call.objects.filter(scope(subject), _numbered(call_no)).first()
    if found is None:
        raise NotFound()
    return found


def statistics(rows: QuerySet[Call], grouping: Grouping) -> list[CallCount]:
    """Calls counted by group, the most called first; days in their order."""
    key: Any = TruncDay("at", tzinfo=SHANGHAI) if grouping is Grouping.DAY else F(grouping.value)
    counted = (
        rows.order_by()
        .annotate(group=key)
        .values("group")
        .annotate(
            calls=Sum("repeats"),
            **{kind.value: _sum_where(condition) for kind, condition in _KINDS.items()},
            given=Coalesce(Sum("rows"), Value(0)),
            size=Coalesce(Sum("size_bytes", filter=_KINDS[OutcomeKind.ANSWERED]), Value(0)),
            mean_us=Avg("duration_us", filter=_KINDS[OutcomeKind.ANSWERED]),
        )
        .order_by("group" if grouping is Grouping.DAY else "-calls", "group")[:_GROUPS_MAX]
    )
    return [_counted(row, grouping) for row in counted]


def totals(rows: QuerySet[Call]) -> dict[OutcomeKind, int]:
    """How many calls were answered, refused and failed."""
    found = rows.order_by().aggregate(**{kind.value: _sum_where(condition) for kind, condition in _KINDS.items()})
    return {kind: found[kind.value] for kind in OutcomeKind}


def availability(resource: str, since: datetime, until: datetime) -> Availability:
    found = availabilities([resource], since, until)
    return found[resource]


def availabilities(resources: Iterable[str], since: datetime, until: datetime) -> dict[str, Availability]:
    """How often each of these resources answered, in one query."""
    wanted = set(resources)
    rows = (
        Call.objects.filter(resource__in=wanted, at__gte=since, at__lt=until)
        .values("resource")
        .annotate(
            answered=Count("id", filter=_KINDS[OutcomeKind.ANSWERED]),
            failed=Count("id", filter=_KINDS[OutcomeKind.FAILED]),
        )
    )
    found = {row["resource"]: (row["answered"], row["failed"]) for row in rows}
    return {code: Availability(code, since, until, *found.get(code, (0, 0))) for code in wanted}


# --- Calls counted by day --------------------------------------------------------------------------------------------
def days(wanted: DayQuery, subject: Subject | None = None) -> QuerySet[CallDay]:
    """The counted calls asked for; with a subject, those it may see."""
    exact = {
        "resource": wanted.resource,
        "client": wanted.client,
        "consumer": wanted.consumer,
        "provider": wanted.provider,
        "grant_no": wanted.grant,
    }
    rows = CallDay.objects.filter(**{column: value for column, value in exact.items() if value})
    if subject is not None:
        rows = rows.filter(scope(subject))
    if wanted.outcome:
        rows = rows.filter(_outcome(wanted.outcome))
    if wanted.first_day:
        rows = rows.filter(day__gte=wanted.first_day)
    if wanted.last_day:
        rows = rows.filter(day__lte=wanted.last_day)
    return rows


def usage(rows: QuerySet[CallDay], grouping: Grouping, *, speed: bool) -> list[Usage]:
    """Counted calls by group, the most called first; days in their order. With `speed`, how long answers took too."""
    column = grouping.value
    order = ("day",) if grouping is Grouping.DAY else ("-sum_calls", column)
    counted = rows.order_by().values(column).annotate(**_sums(), **(_speeds() if speed else {})).order_by(*order)
    return [_used(row, str(row[column])) for row in counted[:_GROUPS_MAX]]


def total_usage(rows: QuerySet[CallDay]) -> Usage:
    """All of the counted calls as one group."""
    return _used(rows.order_by().aggregate(**_sums(), **_speeds()), "")


def calls_by_hour(rows: QuerySet[CallDay]) -> list[list[int]]:
    """Calls by weekday (Monday first) and hour of the day in Asia/Shanghai."""
    hours = {f"h{hour}": Coalesce(Sum(F(f"hours__{hour}")), Value(0)) for hour in range(24)}
    counted = rows.order_by().annotate(weekday=ExtractIsoWeekDay("day")).values("weekday").annotate(**hours)
    week = [[0] * 24 for _ in range(7)]
    for weekday, *calls in counted.values_list("weekday", *hours):
        week[weekday - 1] = calls
    return week


def last_answered(grant_nos: Iterable[str]) -> dict[str, date]:
    """The last day on which each of these grants got an answer; grants never used are left out."""
    rows = CallDay.objects.filter(grant_no__in=set(grant_nos), outcome=ANSWERED)
    return dict(rows.values("grant_no").annotate(last=Max("day")).values_list("grant_no", "last"))


def _sums() -> dict[str, Any]:
    kinds = {kind.value: Coalesce(Sum("calls", filter=condition), Value(0)) for kind, condition in _KINDS.items()}
    return {"sum_calls": Coalesce(Sum("calls"), Value(0)), **kinds}


def _speeds() -> dict[str, Any]:
    answered = _KINDS[OutcomeKind.ANSWERED]
    sums = {"given": "rows", "size": "size_bytes", "took": "took_us", "timed": "records"}
    places = {f"speed{place}": f"latency__{place}" for place in range(len(LATENCY_BOUNDS_MS) + 1)}
    return {name: Coalesce(Sum(F(column), filter=answered), Value(0)) for name, column in (sums | places).items()}


def _used(row: Mapping[str, Any], group: str) -> Usage:
    timed = row.get("timed")
    return Usage(
        group=group,
        calls=row["sum_calls"],
        answered=row["answered"],
        refused=row["refused"],
        failed=row["failed"],
        rows=int(row.get("given", 0)),
        size_bytes=int(row.get("size", 0)),
        mean_ms=round(float(row["took"]) / timed / 1000, 3) if timed else None,
        latency=tuple(row.get(f"speed{place}", 0) for place in range(len(LATENCY_BOUNDS_MS) + 1)),
    )


def seals() -> QuerySet[Segment]:
    """Seals of finished log files, newest first."""
    return Segment.objects.order_by("-sealed_at", "-id")


def _sum_where(condition: Q) -> Coalesce:
    return Coalesce(Sum("repeats", filter=condition), Value(0))


def _counted(row: Mapping[str, Any], grouping: Grouping) -> CallCount:
    group = row["group"]
    return CallCount(
        group=group.date().isoformat() if grouping is Grouping.DAY else group,
        calls=row["calls"],
        answered=row["answered"],
        refused=row["refused"],
        failed=row["failed"],
        rows=row["given"],
        size_bytes=row["size"],
        mean_ms=None if row["mean_us"] is None else round(row["mean_us"] / 1000, 3),
    )


def _condition(wanted: CallFilter) -> Q:
    condition = Q()
    exact = {
        "resource": wanted.resource,
        "client": wanted.client,
        "consumer": wanted.consumer,
        "provider": wanted.provider,
        "grant_no": wanted.grant,
        "case_no": wanted.case,
    }
    for column, value in exact.items():
        if value:
            condition &= Q(**{column: value})
    if wanted.call_no:
        condition &= _numbered(wanted.call_no)
    if wanted.outcome:
        condition &= _outcome(wanted.outcome)
    if wanted.since:
        condition &= Q(at__gte=wanted.since)
    if wanted.until:
        condition &= Q(at__lt=wanted.until)
    return condition


def _numbered(call_no: str) -> Q:
    found = _CALL_NO.fullmatch(call_no)
    return Q(gateway=found[1], number=int(found[2])) if found else Q(pk__in=[])


def _outcome(outcome: str) -> Q:
    if outcome in set(OutcomeKind):
        return _KINDS[OutcomeKind(outcome)]
    return Q(outcome=outcome) if outcome in REFUSALS else Q(pk__in=[])
