"""Reading the exchange: runs as values, what a subject may see, the pool's tables."""

from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, QuerySet, Sum, Value, When
from django.db.models.functions import TruncMonth

from jutong.base.access import scope_q
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import SHANGHAI, local_day
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.policy import Action, Facts, Relation, Subject, decide
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource
from jutong.supply.exchange import policy
from jutong.supply.exchange.domain import NoSuchPlan, NoSuchRun, NotInPool, PoolColumn, Shape, make_window
from jutong.supply.exchange.models import Batch, Capture, Plan, PoolTable, Reject, Run
from jutong.supply.exchange.values import (
    OPEN_STATES,
    Load,
    PlanSettings,
    PlanStanding,
    Priority,
    Receipt,
    RunCount,
    RunKind,
    RunState,
    Trigger,
)
from jutong.supply.exchange.values import Capture as CaptureValue
from jutong.supply.exchange.values import Plan as PlanValue
from jutong.supply.exchange.values import PoolTable as PoolTableValue
from jutong.supply.exchange.values import Run as RunValue
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import MountKind

_FIELDS = {Relation.PROVIDER: "provider_uscc"}


# --- Rights ----------------------------------------------------------------------------------------------------------


def facts(row: Run | Plan) -> Facts:
    """What the decision may know of a run, or of a plan."""
    return Facts({Relation.PROVIDER: row.provider_uscc})


def runs(subject: Subject, action: Action = policy.VIEW_RUNS) -> QuerySet[Run]:
    """The runs on which this subject may act so, newest first."""
    return Run.objects.filter(scope_q(subject, action, _FIELDS)).order_by("-requested_at", "-pk")


def get_run_row(run_no: str, subject: Subject, action: Action = policy.VIEW_RUNS) -> Run:
    """Raises NoSuchRun, also for those who may not know of it."""
    row = Run.objects.filter(run_no=run_no).first()
    if row is None or not decide(subject, action, facts(row)):
        raise NoSuchRun(run_no=run_no)
    return row


# --- Runs ------------------------------------------------------------------------------------------------------------


def run_of(row: Run) -> RunValue:
    """A run's row as the value other rooms hold."""
    return RunValue(
        run_no=row.run_no,
        resource_code=row.resource_code,
        provider_uscc=row.provider_uscc,
        kind=RunKind(row.kind),
        trigger=Trigger(row.trigger),
        state=RunState(row.state),
        attempt=row.attempt,
        requested_at=row.requested_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        rows_total=row.rows_total,
        rows_read=row.rows_read,
        rows_rejected=row.rows_rejected,
        rows_per_second=row.rows_per_second,
        progress_at=row.progress_at,
        inserted=row.inserted,
        updated=row.updated,
        deleted=row.deleted,
        batches=row.batches,
        digest=row.digest,
        error_code=row.error_code,
        error_details=row.error_details,
        error_words=row.error_message,
        not_before=row.not_before,
        stop_requested=row.stop_requested_at is not None,
    )


def find_open_run(resource_code: str) -> Run | None:
    """The run of a resource that has not ended, or nothing."""
    return Run.objects.filter(resource_code=resource_code, finished_at=None).first()


def find_latest_run(resource_code: str) -> Run | None:
    """The last run of a resource, ended or not, or nothing."""
    return Run.objects.filter(resource_code=resource_code).order_by("-requested_at", "-pk").first()


def find_last_load(resource_code: str) -> Load | None:
    """The last run of a resource that brought data, or nothing."""
    row = Run.objects.filter(resource_code=resource_code, state=RunState.SUCCEEDED).order_by("-finished_at").first()
    if row is None or row.finished_at is None:
        return None
    return Load(row.run_no, row.rows, row.rows_rejected, row.finished_at)


def loaded_codes() -> list[str]:
    """Codes of the resources that have a table in the pool."""
    return list(PoolTable.objects.order_by("resource_code").values_list("resource_code", flat=True))


def receipt_of(row: Run) -> Receipt | None:
    """What a run brought, once it has succeeded."""
    if row.state != RunState.SUCCEEDED or row.finished_at is None:
        return None
    return Receipt(
        run_no=row.run_no,
        resource_code=row.resource_code,
        kind=RunKind(row.kind),
        rows=row.rows,
        digest=row.digest,
        inserted=row.inserted,
        updated=row.updated,
        deleted=row.deleted,
        rejected=row.rows_rejected,
        batches=row.batches,
        finished_at=row.finished_at,
    )


# --- Plans -----------------------------------------------------------------------------------------------------------


def plans(subject: Subject, action: Action = policy.VIEW_RUNS) -> QuerySet[Plan]:
    """The plans on which this subject may act so, each with its state; what is due first comes first."""
    open_run = Run.objects.filter(resource_code=OuterRef("resource_code"), finished_at=None)
    state = Case(
        When(paused_at__isnull=False, then=Value(PlanStanding.PAUSED)),
        When(Exists(open_run), then=Value(PlanStanding.RUNNING)),
        When(next_due_at__isnull=False, then=Value(PlanStanding.PLANNED)),
        default=Value(PlanStanding.NONE),
        output_field=CharField(),
    )
    rows = Plan.objects.filter(scope_q(subject, action, _FIELDS)).annotate(state=state)
    return rows.order_by(F("next_due_at").asc(nulls_last=True), "resource_code")


def get_plan_row(resource_code: str, subject: Subject) -> Plan:
    """Raises NoSuchPlan, also for those who may not know of it."""
    row = plans(subject).filter(resource_code=resource_code).first()
    if row is None:
        raise NoSuchPlan(resource_code=resource_code)
    return row


def settings_of(row: Plan) -> PlanSettings:
    """What people have set about a plan."""
    return PlanSettings(row.every_minutes, make_window(row.opens, row.closes), Priority(row.priority))


def plan_of(row: Any) -> PlanValue:
    """A plan's row, as `plans` gives it, as the value other rooms hold."""
    return PlanValue(
        resource_code=row.resource_code,
        provider_uscc=row.provider_uscc,
        state=PlanStanding(row.state),
        next_due_at=row.next_due_at,
        settings=settings_of(row),
        paused_at=row.paused_at,
        pause_reason=row.pause_reason,
    )


def find_capture(resource_code: str) -> CaptureValue | None:
    """How the capture of a resource's changes stands, or nothing when they are not captured."""
    row = Capture.objects.filter(resource_code=resource_code, ended_at=None).first()
    if row is None:
        return None
    return CaptureValue(
        resource_code=row.resource_code,
        slot=row.slot,
        position=row.position,
        events=row.events,
        events_per_second=row.events_per_second,
        moved_at=row.moved_at,
        looked_at=row.looked_at,
        lag_bytes=row.lag_bytes,
        keep_bytes=row.keep_bytes,
        alarmed_at=row.alarmed_at,
        advice=tuple(row.advice),
        lost_at=row.lost_at,
        lost_reason=row.lost_details.get("reason", ""),
    )


# --- Counting --------------------------------------------------------------------------------------------------------


def loaded_at() -> dict[str, datetime]:
    """When each resource in the pool was last loaded, by code, in one query."""
    return dict(PoolTable.objects.values_list("resource_code", "loaded_at"))


class Freshness:
    """Which data is older than its cycle allows, as the lists ask for it (更新不及时). Services never are."""

    def stale(self, *, at: datetime) -> set[str]:
        loaded, kinds = loaded_at(), mounting.mount_kinds()
        fresh_for = {cycle: rulebook.fresh_for(cycle, on=local_day(at)) for cycle in UpdateCycle}
        late = set()
        for each in catalogue.outlines():
            allowed, since = fresh_for[each.update_cycle], loaded.get(each.code) or each.mounted_at
            if allowed and since and kinds.get(each.code, MountKind.SERVICE) is not MountKind.SERVICE:
                late |= {each.code} if since + allowed < at else set()
        return late - catalogue.stopped(late, on=local_day(at))


def open_runs(subject: Subject, *, last: int) -> list[RunValue]:
    """Runs in progress or waiting that the subject may see, the last begun first."""
    return [run_of(row) for row in runs(subject).filter(state__in=sorted(OPEN_STATES))[:last]]


def failed_runs(subject: Subject, *, since: datetime, last: int) -> list[RunValue]:
    """Runs that failed or met another structure since then, as far as the subject may see them, newest first."""
    failed = [RunState.FAILED, RunState.DRIFTED]
    return [run_of(row) for row in runs(subject).filter(state__in=failed, finished_at__gte=since)[:last]]


def run_counts(since: datetime, until: datetime) -> list[RunCount]:
    """Ended runs by month of their end and by state, with the rows they moved, in one query."""
    rows = (
        Run.objects.filter(finished_at__gte=since, finished_at__lt=until)
        .order_by()
        .annotate(month=TruncMonth("finished_at", tzinfo=SHANGHAI))
        .values("month", "state")
        .annotate(runs=Count("pk"), moved=Sum(F("inserted") + F("updated") + F("deleted")))
        .order_by("month", "state")
    )
    return [RunCount(row["month"].date(), RunState(row["state"]), row["runs"], row["moved"]) for row in rows]


def rows_moved(since: datetime, until: datetime) -> int:
    """Rows that committed batches brought, changed or took away in that time."""
    batches = Batch.objects.filter(committed_at__gte=since, committed_at__lt=until)
    found = batches.aggregate(moved=Sum(F("inserted") + F("updated") + F("deleted")))["moved"]
    return int(found or 0)


def rejects(row: Run) -> QuerySet[Reject]:
    """The kept rejects of a run, in the order met."""
    return Reject.objects.filter(run=row).order_by("number")


# --- The pool --------------------------------------------------------------------------------------------------------


def shape_of(resource: Resource) -> Shape:
    """The contract by which a resource is gathered: columns, types and key of its present version."""
    return Shape(
        resource_code=resource.code,
        resource_version=resource.version,
        columns=tuple(
            PoolColumn(item.column_name, item.type, required=item.key or not item.nullable) for item in resource.items
        ),
        key=resource.key_columns,
    )


def find_pool_table(resource_code: str) -> PoolTableValue | None:
    """The resource's table in the pool, or nothing when no run brought data yet."""
    row = PoolTable.objects.filter(resource_code=resource_code).first()
    if row is None:
        return None
    columns: list[Any] = row.signature
    return PoolTableValue(
        resource_code=row.resource_code,
        relation=row.relation,
        resource_version=row.resource_version,
        columns=tuple(column[0] for column in columns[:-1]),
        key=tuple(columns[-1][1:]),
        rows=row.rows,
        loaded_at=row.loaded_at,
    )


def get_pool_table(resource_code: str) -> PoolTableValue:
    """Raises NotInPool."""
    found = find_pool_table(resource_code)
    if found is None:
        raise NotInPool(resource_code=resource_code)
    return found
