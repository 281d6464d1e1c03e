"""Procedures, cases and tasks as people and rooms see them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case as CaseWhen
from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncMonth
from django.urls import reverse

from jutong.base.access import scope_q
from jutong.foundation.files import api as files
from jutong.foundation.files.values import FileRef
from jutong.foundation.procedures import errors, plugs, policy
from jutong.foundation.procedures.domain import clocks as counting
from jutong.foundation.procedures.domain.moves import Obstacle, Standing, is_own_case, obstacle, possible, right_to_act
from jutong.foundation.procedures.domain.road import Road, road_of
from jutong.foundation.procedures.models import Case, CaseEvent, CaseParty, Clock
from jutong.foundation.procedures.values.cases import (
    Burden,
    CaseValue,
    ClockValue,
    EventKind,
    EventValue,
    OpenStep,
    Punctuality,
    Stage,
    StateDescription,
    Task,
)
from jutong.foundation.procedures.values.declaration import By, Final, Outcome, State, Step, Transition
from jutong.foundation.procedures.values.procedure import Procedure, every_procedure, find_procedure
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import POST_NAMES, Action, Facts, Post, Relation, Subject, decide
from jutong.kernel.text import N_
from jutong.kernel.workdays import Limit, WorkCalendar

FILE_KIND = "procedures.case"


# --- Procedures ------------------------------------------------------------------------------------------------------
def get_procedure(procedure: type[Procedure] | str, version: int | None = None) -> type[Procedure]:
    """Raises ProcedureUnknown."""
    if not isinstance(procedure, str):
        return procedure
    found = find_procedure(procedure, version)
    if found is None:
        raise errors.ProcedureUnknown(name=procedure)
    return found


def procedures() -> tuple[type[Procedure], ...]:
    """All procedures in their newest versions, by name."""
    return every_procedure()


def missing_limits(on: date) -> dict[str, list[str]]:
    """Limits that procedures name and the rules in force do not have, by procedure."""
    known = {rule.limit.key for rule in rulebook.limit_rules(on=on)}
    missing = {each.name: [key for key in each.limit_keys() if key not in known] for each in procedures()}
    return {name: keys for name, keys in missing.items() if keys}


def limits_of(procedure: type[Procedure], on: date) -> dict[str, Limit]:
    """The limits a procedure counts by on a day, by key."""
    return {key: rulebook.limit(key, on=on) for key in procedure.limit_keys()}


def described(procedure: type[Procedure], on: date, translate: Callable[[str], str]) -> list[StateDescription]:
    """Each state of a procedure in words, by the rules of a day."""
    limits = limits_of(procedure, on)
    return [_described(procedure, state, limits.get(state.limit), translate) for state in procedure.all_states()]


def _described(
    procedure: type[Procedure], state: State, limit: Limit | None, translate: Callable[[str], str]
) -> StateDescription:
    who = "" if isinstance(state, Final) else translate(platform_name())
    if state.who:
        who = f"{translate(procedure.parties[state.who.party])} · {translate(POST_NAMES[state.who.post])}"
    return StateDescription(
        key=state.key,
        title=state.title,
        who=who,
        limit=f"{limit.amount} {translate(limit.unit.label)}" if limit else "",
        article=limit.article if limit else "",
        ways="；".join(f"{translate(each.title)} → {translate(each.target.title)}" for each in procedure.exits(state)),
    )


def procedure_of(row: Case) -> type[Procedure]:
    """The procedure of a case, in the version under which it was opened.

    Raises ProcedureUnknown.
    """
    return get_procedure(row.procedure, row.version)


# --- Cases -----------------------------------------------------------------------------------------------------------
def parties_of(row: Case) -> dict[str, str]:
    return dict(CaseParty.objects.filter(case=row).order_by("id").values_list("party", "organisation"))


def taken_in(row: Case) -> dict[str, int]:
    """How often each transition was taken."""
    moves = CaseEvent.objects.filter(case=row, kind=EventKind.MOVED).values("transition")
    return dict(moves.annotate(times=Count("id")).order_by().values_list("transition", "times"))


def standing_of(
    row: Case, procedure: type[Procedure], parties: Mapping[str, str], taken: Mapping[str, int]
) -> Standing:
    value = row.value(parties=dict(parties), taken=dict(taken))
    return Standing(procedure, value, row.acting_post, row.acting_organisation, row.acting_party)


def value_of(row: Case) -> CaseValue:
    return row.value(parties=parties_of(row), taken=taken_in(row))


def facts(party: CaseParty) -> Facts:
    """A case is seen through its parties: whoever may see one of them may see the case."""
    return Facts({Relation.OWNER: party.organisation, Relation.SELF: party.case.opened_by_no or None})


def scope(subject: Subject, action: Action) -> Q:
    """The cases on which the action is permitted, as a condition on Case."""
    seen = scope_q(subject, action, {Relation.OWNER: "organisation", Relation.SELF: "case__opened_by_no"})
    return Q(Exists(CaseParty.objects.filter(seen, case=OuterRef("pk"))))


def may_see(row: Case, subject: Subject) -> bool:
    parties = CaseParty.objects.filter(case=row).select_related("case")
    return any(decide(subject, policy.SEE_CASE, facts(party)) for party in parties)


def require_visible(row: Case, subject: Subject) -> None:
    """Raises NotFound: the subject may not know of this case."""
    if not may_see(row, subject):
        raise NotFound()


def get_case(case_no: str, by: Subject) -> Case:
    """Raises NotFound: there is no such case, or none that this subject may know of."""
    row = Case.objects.filter(case_no=case_no).first()
    if row is None:
        raise NotFound()
    require_visible(row, by)
    return row


def cases(
    subject: Subject, *, procedure: str = "", open_only: bool = False, late_only: bool = False, subject_code: str = ""
) -> QuerySet[Case]:
    """The cases that the subject may see, newest first."""
    rows = Case.objects.filter(scope(subject, policy.SEE_CASE)).order_by("-id")
    if procedure:
        rows = rows.filter(procedure=procedure)
    if open_only:
        rows = rows.filter(closed_at=None)
    if late_only:
        rows = rows.filter(Exists(Clock.objects.filter(case=OuterRef("pk"), ended_at=None, stage__gte=Stage.OVERDUE)))
    if subject_code:
        rows = rows.filter(subject_code=subject_code)
    return rows


def running_clocks(rows: Sequence[Case]) -> dict[int, Clock]:
    """The running clock of each of these cases, by the case's id."""
    return {clock.case_id: clock for clock in Clock.objects.filter(case__in=rows, ended_at=None)}


class Calendars:
    """The work calendars of regions, each asked for once: for lists."""

    def __init__(self) -> None:
        self._known: dict[str, WorkCalendar] = {}

    def of(self, region: str) -> WorkCalendar:
        if region not in self._known:
            self._known[region] = rulebook.calendar(region or None)
        return self._known[region]


def clock_value(clock: Clock, row: Case, at: datetime, calendars: Calendars | None = None) -> ClockValue:
    """A clock as people read it at a moment."""
    calendar, today = (calendars or Calendars()).of(row.region), local_day(at)
    until = clock.ended_on or today
    used = clock.used if clock.used is not None else counting.used(clock.limit, clock.started_on, until, calendar)
    running = clock.ended_at is None
    return ClockValue(
        step=clock.step,
        limit=clock.limit_in_full,
        started_at=clock.started_at,
        due_on=clock.due_on,
        provisional=clock.provisional,
        used=clock.used_before + used,
        natural_days=(until - clock.started_on).days,
        left=counting.days_left(clock.limit, clock.due_on, today, calendar) if running else None,
        stage=counting.stage(clock.due_on, until, calendar),
        paused=clock.held,
        ended_at=clock.ended_at,
    )


@dataclass(frozen=True)
class Way:
    """A transition as offered to a subject: with what stands in its way, if anything."""

    transition: Transition
    obstacle: Obstacle | None


@dataclass(frozen=True)
class CaseView:
    """All that one subject sees of a case at one moment."""

    row: Case
    value: CaseValue
    procedure: type[Procedure]
    party_titles: Mapping[str, str]
    events: tuple[EventValue, ...]
    files: Mapping[int, list[FileRef]]
    clocks: tuple[ClockValue, ...]
    ways: tuple[Way, ...]
    mine: bool
    road: Road


def view(row: Case, by: Subject, at: datetime) -> CaseView:
    """A case with its history, its clocks, and what this subject can do with it now."""
    procedure, parties, taken = procedure_of(row), parties_of(row), taken_in(row)
    standing = standing_of(row, procedure, parties, taken)
    events = tuple(event.value() for event in CaseEvent.objects.filter(case=row).order_by("number"))
    calendars = Calendars()
    clocks = tuple(clock_value(clock, row, at, calendars) for clock in Clock.objects.filter(case=row).order_by("id"))
    offered = ((each, obstacle(standing, each, by)) for each in possible(standing)) if not row.closed_at else ()
    # What others could do is theirs to see; what the subject could do but for a condition is shown with it.
    ways = tuple(Way(each, found) for each, found in offered if found not in {Obstacle.NOT_YOURS, Obstacle.FOUR_EYES})
    return CaseView(
        row=row,
        value=standing.case,
        procedure=procedure,
        party_titles=plugs.titles(parties.values()),
        events=events,
        files=files_by_event(row.case_no, events),
        clocks=clocks,
        ways=ways,
        mine=is_task_of(row, by, standing),
        road=road_of(procedure, row.state, events, clocks),
    )


def files_by_event(case_no: str, events: Sequence[EventValue]) -> dict[int, list[FileRef]]:
    """The attachments of each event."""
    moved = (event.number for event in events if event.kind is EventKind.MOVED)
    found = {number: files.files_of(FILE_KIND, f"{case_no}/{number}") for number in moved}
    return {number: refs for number, refs in found.items() if refs}


# --- Tasks -----------------------------------------------------------------------------------------------------------
def is_task_of(row: Case, by: Subject, standing: Standing) -> bool:
    """Does the case wait for this subject?"""
    if row.closed_at is not None or not row.acting_post:
        return False
    who = By(Post(row.acting_post), row.acting_party)
    may = decide(by, right_to_act(who.post), Facts({Relation.OWNER: row.acting_organisation}))
    return bool(may) and not is_own_case(standing, who, by.person_no)


def task_rows(subject: Subject) -> QuerySet[Case]:
    """Open cases whose present step is for this subject's post and organisation."""
    if not subject.signed_in or not subject.organisation:
        return Case.objects.none()
    return Case.objects.filter(
        closed_at=None, acting_post=subject.post.value, acting_organisation=subject.organisation
    ).order_by("id")


def tasks_for(subject: Subject, at: datetime) -> list[Task]:
    """What waits for the subject, soonest due first; what has no limit comes last, by age."""
    rows = list(task_rows(subject))
    clocks, calendars = running_clocks(rows), Calendars()
    tasks = [_task(row, clocks.get(row.id), at, calendars) for row in rows if not _own_case(row, subject)]
    return sorted(tasks, key=lambda task: (task.due_on or date.max, task.arrived_at, task.case_no))


def _own_case(row: Case, subject: Subject) -> bool:
    # Only one's own cases need the closer look, which asks the database again.
    if row.opened_by_no != subject.person_no:
        return False
    standing = standing_of(row, procedure_of(row), parties_of(row), {})
    return is_own_case(standing, By(subject.post, row.acting_party), subject.person_no)


def _task(row: Case, clock: Clock | None, at: datetime, calendars: Calendars) -> Task:
    procedure = procedure_of(row)
    seen = clock_value(clock, row, at, calendars) if clock else None
    return Task(
        case_no=row.case_no,
        case_title=row.title,
        procedure=row.procedure,
        procedure_title=procedure.title,
        step=row.state,
        step_title=procedure.state(row.state).title,
        subject_code=row.subject_code,
        arrived_at=row.entered_at,
        due_on=seen.due_on if seen else None,
        provisional=bool(seen and seen.provisional),
        left=seen.left if seen else None,
        unit=seen.limit.unit if seen else "",
        article=seen.limit.article if seen else "",
        stage=seen.stage if seen else Stage.IN_TIME,
        holder_no=row.holder_no,
        holder_name=row.holder_name,
        url=reverse(procedure.url_name, kwargs={"case_no": row.case_no}),
    )


# --- Watching over others --------------------------------------------------------------------------------------------
def open_steps(subject: Subject, at: datetime, *, due_until: date, organisation: str, last: int) -> list[OpenStep]:
    """Steps with a running clock that are due by a day, of cases the subject may see, soonest due first."""
    seen = Case.objects.filter(scope(subject, policy.SEE_CASE), closed_at=None)
    rows = Clock.objects.filter(ended_at=None, due_on__lte=due_until, case__in=seen)
    rows = rows.select_related("case").order_by("due_on", "id")
    if organisation:
        rows = rows.filter(case__acting_organisation=organisation)
    clocks = list(rows[:last])
    told = CaseEvent.objects.filter(
        case__in=[clock.case_id for clock in clocks], kind__in=[EventKind.REMINDED, EventKind.OVERDUE]
    )
    counts = told.order_by().values("case").annotate(times=Count("id"), last=Max("at"))
    reminders = {row["case"]: (row["times"], row["last"]) for row in counts}
    calendars = Calendars()
    return [_open_step(clock, at, calendars, *reminders.get(clock.case_id, (0, None))) for clock in clocks]


def _open_step(
    clock: Clock, at: datetime, calendars: Calendars, reminders: int, reminded_at: datetime | None
) -> OpenStep:
    row = clock.case
    procedure, seen = procedure_of(row), clock_value(clock, row, at, calendars)
    return OpenStep(
        case_no=row.case_no,
        case_title=row.title,
        procedure=row.procedure,
        procedure_title=procedure.title,
        step_title=procedure.state(row.state).title,
        organisation=row.acting_organisation,
        post=row.acting_post,
        holder_name=row.holder_name,
        due_on=seen.due_on,
        left=seen.left or 0,
        unit=seen.limit.unit,
        article=seen.limit.article,
        stage=seen.stage,
        reminders=reminders,
        reminded_at=reminded_at,
        url=reverse(procedure.url_name, kwargs={"case_no": row.case_no}),
    )


def burdens(at: datetime) -> list[Burden]:
    """How many steps wait for each organisation and how late they are, the latest first, in one query."""
    today = local_day(at)
    rows = (
        Clock.objects.filter(ended_at=None, case__closed_at=None)
        .exclude(case__acting_organisation="")
        .order_by()
        .values(organisation=F("case__acting_organisation"))
        .annotate(
            open=Count("id"),
            overdue=Count("id", filter=Q(due_on__lt=today)),
            due_today=Count("id", filter=Q(due_on=today)),
            to_monitor=Count("id", filter=Q(stage=Stage.TO_MONITOR)),
            to_chief=Count("id", filter=Q(stage=Stage.TO_CHIEF)),
            to_bureau=Count("id", filter=Q(stage=Stage.TO_BUREAU)),
            earliest_due_on=Min("due_on"),
        )
        .order_by("-overdue", "earliest_due_on", "organisation")
    )
    return [Burden(**row) for row in rows]


def punctuality(first: date, until: date, at: datetime) -> list[Punctuality]:
    """Steps that fell due from one day until before another, by month and by the organisation that had to act."""
    ended_unanswered = [Outcome.WITHDRAWN, Outcome.LAPSED]
    party = CaseParty.objects.filter(case=OuterRef("case"), party=OuterRef("party")).values("organisation")[:1]
    done = Q(ended_at__isnull=False)
    # What is due today can still be done in time.
    settled = done | Q(due_on__lt=local_day(at))
    rows = (
        Clock.objects.filter(settled, held=False, due_on__gte=first, due_on__lt=until)
        .exclude(case__outcome__in=ended_unanswered)
        .order_by()
        .annotate(party=_party_of_step(), month=TruncMonth("due_on"))
        .annotate(organisation=Subquery(party))
        .exclude(organisation=None)
        .values("organisation", "month")
        .annotate(
            due=Count("id"),
            in_time=Count("id", filter=done & Q(ended_on__lte=F("due_on"))),
            done=Count("id", filter=done),
            workdays=Coalesce(Sum(F("used") + F("used_before"), filter=done), Value(0)),
            natural_days=Coalesce(Sum(_natural_days(), filter=done), Value(0)),
        )
        .order_by("month", "organisation")
    )
    return [Punctuality(**row) for row in rows]


def _natural_days() -> Func:
    # Django reads a difference of days as an interval; PostgreSQL counts them.
    return Func(
        F("ended_on"), F("started_on"), template="(%(expressions)s)", arg_joiner=" - ", output_field=IntegerField()
    )


def _party_of_step() -> CaseWhen:
    """Which party had to act in the step of a clock, as the procedures of today declare it."""
    steps = [(each.name, state.key, state.who.party) for each in every_procedure() for state in each.all_states()
             if isinstance(state, Step) and state.who]  # fmt: skip
    whens = [When(case__procedure=name, step=key, then=Value(party)) for name, key, party in steps]
    return CaseWhen(*whens, default=Value(""), output_field=CharField())


# --- Words -----------------------------------------------------------------------------------------------------------
def platform_name() -> str:
    """How the platform signs what it does by itself."""
    return N_("平台")


def outcome_title(outcome: str) -> str:
    return Outcome(outcome).label if outcome else ""


def unattended() -> int:
    """Open cases in which nobody at all can act; anything but nought wants an administrator."""
    return Case.objects.filter(closed_at=None, unattended=True).count()
