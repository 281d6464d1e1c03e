"""Reading the exchange: runs as values, what a subject may see, the pool's tables."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncMonth

from jutong.base.access import scope_q
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.clock import SHANGHAI, local_day
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.crypto import CannotOpen
from jutong.kernel.policy import Action, Facts, Relation, Subject, decide
from jutong.kernel.seasons import due_at, in_season
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource
from jutong.supply.exchange import plugs, policy
from jutong.supply.exchange.adapters import vault
from jutong.supply.exchange.domain import (
    NoSuchPlan,
    NoSuchRun,
    NotInPool,
    PoolColumn,
    Shape,
    make_window,
    pool_relation,
)
from jutong.supply.exchange.domain.answers import NoSuchAlarm, NoSuchInquiry, NoSuchReject, RejectUnreadable
from jutong.supply.exchange.domain.answers import usual_seconds as usual_seconds_of
from jutong.supply.exchange.domain.assembling import NoSuchContribution, NotAssembled, part_state
from jutong.supply.exchange.domain.lineage import NoLineage
from jutong.supply.exchange.domain.links import NoSuchLink
from jutong.supply.exchange.models import (
    Alarm,
    Batch,
    Capture,
    Contribution,
    DirectLink,
    Inquiry,
    Plan,
    PoolTable,
    Reject,
    Run,
    RunLine,
    Snapshot,
)
from jutong.supply.exchange.values import (
    OPEN_STATES,
    AlarmKind,
    AlarmState,
    Assembly,
    ContributionState,
    DepartmentFreshness,
    FreshnessState,
    InquiryAnswer,
    InquiryKind,
    InquiryState,
    Lineage,
    LineageColumn,
    LinkState,
    Load,
    Part,
    PartState,
    PlanSettings,
    PlanStanding,
    Priority,
    Receipt,
    RejectState,
    RunCount,
    RunKind,
    RunState,
    Trigger,
)
from jutong.supply.exchange.values import Capture as CaptureValue
from jutong.supply.exchange.values import Freshness as FreshnessValue
from jutong.supply.exchange.values import Plan as PlanValue
from jutong.supply.exchange.values import PoolTable as PoolTableValue
from jutong.supply.exchange.values import Run as RunValue
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import Mount

_FIELDS = {Relation.PROVIDER: "provider_uscc"}

CAPTURE_ALARMS = (AlarmKind.LOG_KEPT, AlarmKind.LOG_LOST)


# --- Rights ----------------------------------------------------------------------------------------------------------


def facts(row: Run | Plan | Inquiry | Alarm) -> Facts:
    """What the decision may know of a run, a plan, an inquiry or an alarm."""
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
    rows = Run.objects.filter(resource_code=resource_code, state=RunState.SUCCEEDED).exclude(kind=RunKind.REPLAY)
    row = rows.order_by("-finished_at").first()
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
    window = make_window(row.opens, row.closes)
    return PlanSettings(row.every_minutes, window, Priority(row.priority), tuple(row.months))


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
    warned = Alarm.objects.filter(resource_code=resource_code, kind__in=CAPTURE_ALARMS, cleared_at=None).first()
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
        alarmed_at=warned.raised_at if warned else None,
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
        return {each.resource_code for each in freshness(at=at) if each.state is FreshnessState.LATE}


def seasons() -> dict[str, tuple[int, ...]]:
    """The months of updates of the resources that have any, by code, in one query."""
    return {
        code: tuple(months) for code, months in Plan.objects.exclude(months=[]).values_list("resource_code", "months")
    }


def find_freshness(resource_code: str, *, at: datetime) -> FreshnessValue | None:
    """How one resource keeps its update cycle, or nothing where it is not gathered."""
    mount = mounting.find_mount(resource_code)
    if mount is None or not mount.active or not mount.gathered:
        return None
    resource, on = catalogue.get_resource(resource_code), local_day(at)
    plan = Plan.objects.filter(resource_code=resource_code).first()
    table = PoolTable.objects.filter(resource_code=resource_code).first()
    allowed, season = rulebook.fresh_for(resource.update_cycle, on=on), tuple(plan.months) if plan else ()
    since = table.loaded_at if table else mount.mounted_at
    due = due_at(since, allowed, season) if allowed else None
    question = find_inquiry(resource_code, InquiryKind.LATE)
    return FreshnessValue(
        resource_code=resource_code,
        provider_uscc=mount.provider_uscc,
        title=resource.title,
        state=_freshness_state(bool(catalogue.stopped([resource_code], on=on)), due, season, at),
        loaded_at=table.loaded_at if table else None,
        due_at=due,
        inquiry_no=question.inquiry_no if question else "",
        answer=InquiryAnswer(question.answer) if question and question.answer else None,
        holds_until=question.holds_until if question else None,
        remark=question.remark if question else "",
    )


def freshness(*, at: datetime, provider: str = "") -> list[FreshnessValue]:
    """How each mounted resource keeps its update cycle, of one provider where given, in six queries."""
    loaded, gathered, months = loaded_at(), mounting.gathered_codes(), seasons()
    fresh_for = {cycle: rulebook.fresh_for(cycle, on=local_day(at)) for cycle in UpdateCycle}
    asked = {row.resource_code: row for row in Inquiry.objects.filter(kind=InquiryKind.LATE, closed_at=None)}
    outlines = [each for each in catalogue.outlines(provider=provider) if each.code in gathered]
    stopped = catalogue.stopped([each.code for each in outlines], on=local_day(at))
    found = []
    for each in outlines:
        allowed, season = fresh_for[each.update_cycle], months.get(each.code, ())
        since = loaded.get(each.code) or each.mounted_at
        due = due_at(since, allowed, season) if since and allowed else None
        question = asked.get(each.code)
        found.append(
            FreshnessValue(
                resource_code=each.code,
                provider_uscc=each.provider_uscc,
                title=each.title,
                state=_freshness_state(each.code in stopped, due, season, at),
                loaded_at=loaded.get(each.code),
                due_at=due,
                inquiry_no=question.inquiry_no if question else "",
                answer=InquiryAnswer(question.answer) if question and question.answer else None,
                holds_until=question.holds_until if question else None,
            )
        )
    return found


def _freshness_state(stopped: bool, due: datetime | None, season: tuple[int, ...], at: datetime) -> FreshnessState:
    if stopped:
        return FreshnessState.STOPPED
    if due is None:
        return FreshnessState.NEVER
    if due < at:
        return FreshnessState.LATE
    return FreshnessState.FRESH if in_season(at, season) else FreshnessState.OFF_SEASON


def department_freshness(*, at: datetime) -> list[DepartmentFreshness]:
    """Freshness and mount rate of every department that has published anything, in seven queries."""
    by_code = {each.resource_code: each for each in freshness(at=at)}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for each in catalogue.outlines():
        count, found = counts[each.provider_uscc], by_code.get(each.code)
        count["mountable"] += each.mountable
        count["mounted"] += each.mountable and each.mounted_at is not None
        if found is not None and found.state in (FreshnessState.FRESH, FreshnessState.LATE):
            count["judged"] += 1
            count["fresh"] += found.state is FreshnessState.FRESH
    for uscc in Inquiry.objects.filter(closed_at=None, answer="").values_list("provider_uscc", flat=True):
        counts[uscc]["unanswered"] += 1
    return [
        DepartmentFreshness(
            provider_uscc=uscc,
            mountable=count["mountable"],
            mounted=count["mounted"],
            judged=count["judged"],
            fresh=count["fresh"],
            unanswered=count["unanswered"],
        )
        for uscc, count in sorted(counts.items())
    ]


def sees_everything(subject: Subject) -> bool:
    """Does this subject see the runs of all departments?"""
    return decide(subject, policy.VIEW_RUNS, Facts({})).allowed


def freshness_for(subject: Subject, *, at: datetime) -> list[FreshnessValue]:
    """As `freshness`, as far as the subject may see runs; what is due first comes first."""
    if sees_everything(subject):
        found = freshness(at=at)
    elif decide(subject, policy.VIEW_RUNS, Facts({Relation.PROVIDER: subject.organisation})):
        found = freshness(at=at, provider=subject.organisation)
    else:
        found = []
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at or at, each.resource_code))


def departments_for(subject: Subject, *, at: datetime) -> list[DepartmentFreshness]:
    """As `department_freshness`, as far as the subject may see runs."""
    if sees_everything(subject):
        return department_freshness(at=at)
    if not decide(subject, policy.VIEW_RUNS, Facts({Relation.PROVIDER: subject.organisation})):
        return []
    return [each for each in department_freshness(at=at) if each.provider_uscc == subject.organisation]


# --- Inquiries and alarms --------------------------------------------------------------------------------------------


def inquiries(subject: Subject, action: Action = policy.VIEW_RUNS, *, on: date | None = None) -> QuerySet[Inquiry]:
    """The inquiries on which this subject may act so, each with its state; what is open first, then the newest."""
    today = on or local_day(clock.now())
    state = Case(
        When(closed_at__isnull=False, then=Value(InquiryState.CLOSED)),
        When(~Q(answer=""), then=Value(InquiryState.ANSWERED)),
        When(due_on__lt=today, then=Value(InquiryState.OVERDUE)),
        default=Value(InquiryState.OPEN),
        output_field=CharField(),
    )
    rows = Inquiry.objects.filter(scope_q(subject, action, _FIELDS)).annotate(state=state)
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-asked_at", "-pk")


def get_inquiry_row(inquiry_no: str, subject: Subject) -> Any:
    """Raises NoSuchInquiry, also for those who may not know of it."""
    row = inquiries(subject).filter(inquiry_no=inquiry_no).first()
    if row is None:
        raise NoSuchInquiry(inquiry_no=inquiry_no)
    return row


def find_inquiry(resource_code: str, kind: InquiryKind) -> Inquiry | None:
    """The open inquiry of a kind about a resource, or nothing. For everybody who may see the resource."""
    return Inquiry.objects.filter(resource_code=resource_code, kind=kind, closed_at=None).first()


def alarms(subject: Subject, action: Action = policy.VIEW_RUNS) -> QuerySet[Alarm]:
    """The alarms on which this subject may act so, each with its state; what is not cleared first, then the newest."""
    state = Case(
        When(cleared_at__isnull=False, then=Value(AlarmState.CLEARED)),
        When(acknowledged_at__isnull=False, then=Value(AlarmState.ACKNOWLEDGED)),
        default=Value(AlarmState.RAISED),
        output_field=CharField(),
    )
    rows = Alarm.objects.filter(scope_q(subject, action, _FIELDS)).annotate(state=state)
    return rows.order_by(F("cleared_at").desc(nulls_first=True), "-raised_at", "-pk")


def get_alarm_row(alarm_no: str, subject: Subject) -> Any:
    """Raises NoSuchAlarm, also for those who may not know of it."""
    row = alarms(subject).filter(alarm_no=alarm_no).first()
    if row is None:
        raise NoSuchAlarm(alarm_no=alarm_no)
    return row


def usual_seconds(resource_code: str, kind: RunKind) -> float | None:
    """How long a resource's run of that kind took of late, by the median of the last ten; None for too few."""
    rows = Run.objects.filter(
        resource_code=resource_code, kind=kind, state=RunState.SUCCEEDED, started_at__isnull=False
    ).order_by("-finished_at")
    times = rows.values_list("started_at", "finished_at")[:10]
    return usual_seconds_of([(end - begin).total_seconds() for begin, end in times if begin and end])


def lines(row: Run) -> QuerySet[RunLine]:
    """The log of a run, in order."""
    return RunLine.objects.filter(run=row).order_by("pk")


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
    return Reject.objects.filter(run=row).select_related("run").order_by("number")


def reject_counts(row: Run) -> dict[RejectState, int]:
    """The kept rejects of a run by what became of them, in one query."""
    rows = Reject.objects.filter(run=row).order_by().values("state").annotate(count=Count("pk"))
    return {RejectState(each["state"]): each["count"] for each in rows}


def row_of(run: Run, reject: Reject) -> tuple[str | None, ...]:
    """The refused row as it is by now, with what was corrected. Raises RejectUnreadable."""
    sealed = reject.sealed_correction or reject.sealed_row
    if sealed is None:
        raise RejectUnreadable(field="number")
    try:
        return vault.unseal(run.resource_code, reject.row_digest, bytes(sealed))
    except CannotOpen as fault:
        raise RejectUnreadable(field="number") from fault


def get_reject(run_no: str, number: int, subject: Subject) -> Reject:
    """Raises NoSuchRun and NoSuchReject."""
    row = get_run_row(run_no, subject, policy.VIEW_REJECTS)
    found = Reject.objects.select_related("run").filter(run=row, number=number).first()
    if found is None:
        raise NoSuchReject(number=number)
    return found


# --- Assembled resources ---------------------------------------------------------------------------------------------


def facts_of_contribution(row: Contribution) -> Facts:
    """What the decision may know of a contribution: the lead department and the contributor."""
    return Facts({Relation.PROVIDER: row.provider_uscc, Relation.OWNER: row.organisation})


def contributions(subject: Subject, action: Action = policy.VIEW_CONTRIBUTIONS) -> QuerySet[Contribution]:
    """The contributions on which this subject may act so, what waits for an answer first."""
    fields = {Relation.PROVIDER: "provider_uscc", Relation.OWNER: "organisation"}
    rows = Contribution.objects.filter(scope_q(subject, action, fields))
    return rows.annotate(waiting=Q(state=ContributionState.INVITED)).order_by("-waiting", "-invited_at", "-pk")


def get_contribution_row(contribution_no: str, subject: Subject) -> Contribution:
    """Raises NoSuchContribution, also for those who may not know of it."""
    row = Contribution.objects.filter(contribution_no=contribution_no).first()
    if row is None or not decide(subject, policy.VIEW_CONTRIBUTIONS, facts_of_contribution(row)):
        raise NoSuchContribution(contribution_no=contribution_no)
    return row


def is_assembled(resource_code: str) -> bool:
    """Is the resource gathered from contributors?"""
    mount = mounting.find_mount(resource_code)
    return mount is not None and mount.active and mount.assembled is not None


def get_assembly(resource_code: str, subject: Subject, *, at: datetime) -> Assembly:
    """As `find_assembly`, for those who may see it: the lead department, its contributors, and who sees all.

    Raises NotAssembled, also for those who may not know of it.
    """
    found = find_assembly(resource_code, at=at)
    if found is None:
        raise NotAssembled(resource_code=resource_code)
    contributing = {part.organisation for part in found.parts}
    owner = subject.organisation if subject.organisation in contributing else ""
    if not decide(
        subject, policy.VIEW_CONTRIBUTIONS, Facts({Relation.PROVIDER: found.provider_uscc, Relation.OWNER: owner})
    ):
        raise NotAssembled(resource_code=resource_code)
    return found


def find_assembly(resource_code: str, *, at: datetime) -> Assembly | None:
    """An assembled resource with its parts, or nothing where it is not assembled, in about ten queries.

    Where it is assembled by divisions, each division right below the lead department's own is a part.
    """
    mount = mounting.find_mount(resource_code)
    if mount is None or not mount.active or mount.assembled is None:
        return None
    resource, place = catalogue.get_resource(resource_code), mount.assembled
    standing = [ContributionState.INVITED, ContributionState.JOINED]
    rows = list(Contribution.objects.filter(resource_code=resource_code, state__in=standing).order_by("mark"))
    parts = _parts(rows, at)
    if place.region_item:
        lead = organisations.get(mount.provider_uscc)
        held = {row.region_code for row in rows}
        below = [region.code for region in organisations.regions_below(lead.region_code)]
        parts += [Part(code, PartState.MISSING, code) for code in below if code not in held]
    return Assembly(
        resource_code=resource_code,
        title=resource.title,
        provider_uscc=mount.provider_uscc,
        mark_item=place.mark_item,
        region_item=place.region_item,
        unique_across=place.mark_item not in resource.key_columns,
        parts=tuple(sorted(parts, key=lambda part: (part.region_code, part.mark))),
    )


def _parts(rows: list[Contribution], at: datetime) -> list[Part]:
    codes, on = [row.source_code for row in rows if row.source_code], local_day(at)
    sources = catalogue.resources(codes)
    stopped = catalogue.stopped(codes, on=on)
    plans = {plan.resource_code: plan for plan in Plan.objects.filter(resource_code__in=codes)}
    tables = {table.resource_code: table for table in PoolTable.objects.filter(resource_code__in=codes)}
    parts = []
    for row in rows:
        table, source = tables.get(row.source_code), sources.get(row.source_code)
        allowed = rulebook.fresh_for(source.update_cycle, on=on) if source else None
        season = tuple(plans[row.source_code].months) if row.source_code in plans else ()
        due = due_at(table.loaded_at, allowed, season) if table and allowed else None
        parts.append(
            Part(
                mark=row.mark,
                state=part_state(
                    invited=row.state == ContributionState.INVITED,
                    loaded=row.loaded_at is not None,
                    taken=table is not None and table.seq == row.source_seq,
                    stopped=row.source_code in stopped,
                    late=due is not None and due < at,
                ),
                region_code=row.region_code,
                contribution_no=row.contribution_no,
                organisation=row.organisation,
                source_code=row.source_code,
                rows=row.rows,
                loaded_at=table.loaded_at if table and row.loaded_at else None,
                due_at=due,
            )
        )
    return parts


# --- Direct links ----------------------------------------------------------------------------------------------------


def facts_of_link(row: DirectLink) -> Facts:
    """What the decision may know of a direct link: who reports it, and the other end."""
    return Facts({Relation.OWNER: row.organisation, Relation.CONSUMER: row.other})


def links(subject: Subject, action: Action = policy.VIEW_LINKS, *, on: date | None = None) -> QuerySet[DirectLink]:
    """The direct links on which this subject may act so, each with its state; violations first, then the oldest."""
    fields = {Relation.OWNER: "organisation", Relation.CONSUMER: "other"}
    state = Case(
        When(off_on__isnull=False, then=Value(LinkState.OFF)),
        When(retire_by__lt=on or local_day(clock.now()), then=Value(LinkState.OVERDUE)),
        When(retire_by__isnull=False, then=Value(LinkState.PLANNED)),
        default=Value(LinkState.OPEN),
        output_field=CharField(),
    )
    rows = DirectLink.objects.filter(scope_q(subject, action, fields)).annotate(state=state)
    return rows.order_by(F("off_on").desc(nulls_first=True), "-violation", "since", "pk")


def get_link_row(link_no: str, subject: Subject) -> Any:
    """Raises NoSuchLink, also for those who may not know of it."""
    row = links(subject).filter(link_no=link_no).first()
    if row is None:
        raise NoSuchLink(link_no=link_no)
    return row


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


# --- Lineage ---------------------------------------------------------------------------------------------------------


def lineage_of(resource_code: str) -> Lineage:
    """Where each item of a resource comes from and lies, without those who receive it. Raises NoSuchResource."""
    resource = catalogue.get_resource(resource_code)
    mount = mounting.find_mount(resource_code)
    place = mount.table if mount else None
    types = {column.item: column.source_type for column in mount.columns} if mount else {}
    return Lineage(
        resource_code=resource_code,
        title=resource.title,
        provider_uscc=resource.provider_uscc,
        kind=mount.kind.value if mount else "",
        source_no=place.source_no if place else "",
        place=_place_of(mount) if mount else "",
        relation=pool_relation(resource_code) if mount is None or mount.gathered else "",
        columns=tuple(
            LineageColumn(
                source=_source_of(mount, item.column_name),
                source_type=types.get(item.column_name, ""),
                item=item.title,
                column=item.column_name,
                data_type=item.data_type,
                key=item.column_name in resource.key_columns,
                watermark=bool(place and place.watermark_column)
                and _source_of(mount, item.column_name) == (place.watermark_column if place else ""),
            )
            for item in resource.items
        ),
    )


def get_lineage(resource_code: str, subject: Subject, *, at: datetime) -> Lineage:
    """The lineage of a mounted resource, with the receivers the subject may know of.

    Raises NoLineage, also for those who may not know where the data comes from.
    """
    plan = Plan.objects.filter(resource_code=resource_code).first()
    mount = mounting.find_mount(resource_code)
    provider = plan.provider_uscc if plan else mount.provider_uscc if mount else ""
    known = bool(provider) and decide(subject, policy.VIEW_RUNS, Facts({Relation.PROVIDER: provider})).allowed
    if mount is None or not known:
        raise NoLineage(resource_code=resource_code)
    return replace(lineage_of(resource_code), recipients=plugs.recipients_of(resource_code, by=subject, at=at))


def _place_of(mount: Mount) -> str:
    """Table, file or service at the source, by name."""
    if mount.table is not None:
        return str(mount.table.table)
    return mount.file.name if mount.file is not None else mount.service.path if mount.service is not None else ""


def _source_of(mount: Mount | None, column: str) -> str:
    if mount is None:
        return ""
    if mount.service is not None:
        return mount.service.fields.get(column, "")
    return mount.source_of(column) or ""


# --- Snapshots -------------------------------------------------------------------------------------------------------


def snapshots(resource_code: str) -> QuerySet[Snapshot]:
    """The snapshots of a resource, the newest first. Rights are the caller's affair."""
    return Snapshot.objects.filter(resource_code=resource_code).order_by("-number")
