"""Procedures, cases and tasks as people and rooms see them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from jutong.foundation.procedures.models import (
    Case,
    CaseEvent,
    CaseParty,
    Clock,
    InnerRun,
    InnerScheme,
    InnerSeat,
    InnerStep,
)
from jutong.foundation.procedures.values.cases import (
    Burden,
    CaseTimes,
    CaseValue,
    ClockValue,
    EventKind,
    EventValue,
    OpenStep,
    Person,
    Punctuality,
    Stage,
    StateDescription,
    Task,
)
from jutong.foundation.procedures.values.declaration import By, Final, Outcome, State, Step, Transition, Waiting
from jutong.foundation.procedures.values.inner import (
    InnerResult,
    InnerRunValue,
    InnerSeatValue,
    InnerStepValue,
    Mode,
    SchemeStep,
    SchemeValue,
    Seat,
    StepSource,
    Verdict,
)
from jutong.foundation.procedures.values.procedure import (
    Procedure,
    every_inner_kind,
    every_procedure,
    find_procedure,
)
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import POST_NAMES, Action, Facts, Post, Relation, Subject, decide
from jutong.kernel.text import N_
from jutong.kernel.workdays import Limit, LimitUnit, WorkCalendar

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


def last_day_told(row: Case, clock: Clock) -> date | None:
    """The last day of which the latest warning or escalation of a clock spoke."""
    told = CaseEvent.objects.filter(
        case=row, kind__in=[EventKind.REMINDED, EventKind.OVERDUE], from_state=clock.step, at__gte=clock.started_at
    )
    data = told.order_by("number").values_list("data", flat=True).last()
    return date.fromisoformat(data["due_on"]) if data else None


def ladder(on: date) -> counting.Ladder:
    """When who is told of a limit, by the rules of a day."""
    after = rulebook.parameter("deadline.escalate_workdays_after", on=on).by_name()
    return counting.Ladder(
        remind_before=rulebook.parameter("deadline.remind_workdays_before", on=on).whole(),
        to_monitor=int(after["data_monitor"]),
        to_chief=int(after["cloud_chief"]),
        bulletin=int(after["bulletin"]),
    )


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
    """A case is seen through its parties: whoever may see one of them may see the case. One is never hidden."""
    owner = None if party.hidden else party.organisation
    return Facts({Relation.OWNER: owner, Relation.SELF: party.case.opened_by_no or None})


def scope(subject: Subject, action: Action) -> Q:
    """The cases on which the action is permitted, as a condition on Case."""
    seen = scope_q(subject, action, {Relation.OWNER: "organisation", Relation.SELF: "case__opened_by_no"})
    return Q(Exists(CaseParty.objects.filter(seen, case=OuterRef("pk"), hidden=False)))


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
    calendar, today = (calendars or Calendars()).of(clock.region or row.region), local_day(at)
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
        stage=counting.stage(clock.due_on, until, calendar, ladder(local_day(row.opened_at))),
        paused=clock.held,
        ended_at=clock.ended_at,
        received_on=counting.received_on(clock.limit, clock.started_on, calendar),
    )


def events_of(row: Case) -> tuple[EventValue, ...]:
    """The events of a case, oldest first, each move with the calendar days the case stood where it left."""
    found, entered_on = [], local_day(row.opened_at)
    for event in CaseEvent.objects.filter(case=row).order_by("number"):
        value = event.value()
        if value.kind is EventKind.MOVED:
            left_on = local_day(value.at)
            value = replace(value, natural_days=(left_on - entered_on).days)
            entered_on = left_on
        found.append(value)
    return tuple(found)


def case_times(row: Case, at: datetime) -> CaseTimes:
    """As `times_of`, for a case by itself."""
    clocks = list(Clock.objects.filter(case=row).order_by("id"))
    return times_of(row, procedure_of(row), events_of(row), clocks, at)


def times_of(
    row: Case, procedure: type[Procedure], events: Sequence[EventValue], clocks: Sequence[Clock], at: datetime
) -> CaseTimes:
    """What a case took so far: working days of its offices' limits, and days on the wall."""
    steps = {state.key for state in procedure.steps()}
    holding = {state.key for state in procedure.all_states() if isinstance(state, Waiting) and state.holds}
    calendars = Calendars()
    seen = [
        (clock_value(clock, row, at, calendars), clock.used_before)
        for clock in clocks
        if clock.step in steps and clock.limit.unit is LimitUnit.WORKDAY
    ]
    until = local_day(row.closed_at or at)
    waited = sum(event.natural_days or 0 for event in events if event.from_state in holding)
    if row.state in holding:
        waited += (until - local_day(row.entered_at)).days
    return CaseTimes(
        workdays=sum(value.used - before for value, before in seen),
        natural_days=(until - local_day(row.opened_at)).days,
        waiting_days=waited,
        received_on=calendars.of(row.region).received_on(row.opened_at),
    )


@dataclass(frozen=True)
class Way:
    """A transition as offered to a subject: with what stands in its way, if anything.

    `inner` tells how the department's own steps before it stand; None where there are none.
    """

    transition: Transition
    obstacle: Obstacle | None
    inner: InnerResult | None = None
    agreed: InnerRun | None = None

    @property
    def to_propose(self) -> bool:
        """Is it first to be sent round the department?"""
        return self.inner is not None and self.inner is not InnerResult.AGREED


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
    times: CaseTimes
    runs: tuple[InnerRunValue, ...]
    may_urge: bool


def view(row: Case, by: Subject, at: datetime) -> CaseView:
    """A case with its history, its clocks, and what this subject can do with it now."""
    procedure, parties, taken = procedure_of(row), parties_of(row), taken_in(row)
    standing = standing_of(row, procedure, parties, taken)
    events = events_of(row)
    calendars = Calendars()
    clock_rows = list(Clock.objects.filter(case=row).order_by("id"))
    clocks = tuple(clock_value(clock, row, at, calendars) for clock in clock_rows)
    offered = ((each, obstacle(standing, each, by)) for each in possible(standing)) if not row.closed_at else ()
    # What others could do is theirs to see; what the subject could do but for a condition is shown with it.
    ways = tuple(
        _way(row, standing, each, found, at)
        for each, found in offered
        if found not in {Obstacle.NOT_YOURS, Obstacle.FOUR_EYES}
    )
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
        times=times_of(row, procedure, events, clock_rows, at),
        runs=inner_runs(row, by),
        may_urge=waits_for_others(row, by) and bool(decide(by, policy.URGE_CASE, urge_facts(row, procedure, parties))),
    )


def _way(row: Case, standing: Standing, way: Transition, found: Obstacle | None, at: datetime) -> Way:
    if not inner_steps_before(standing, way, local_day(at)):
        return Way(way, found)
    run = _latest_run(row, way)
    # Nothing was sent round yet, or all of it was taken back: both are to be proposed.
    result = InnerResult(run.result) if run else InnerResult.DROPPED
    return Way(way, found, result, run if result is InnerResult.AGREED else None)


def urge_facts(row: Case, procedure: type[Procedure], parties: Mapping[str, str]) -> Facts:
    """What the decision on urging may know: whose case it is, and whether anybody is still asked."""
    flags = {"open"} if row.closed_at is None else set()
    return Facts({Relation.CONSUMER: parties.get(procedure.applicant)}, frozenset(flags))


def waits_for_others(row: Case, by: Subject) -> bool:
    """Is somebody asked now who is not of the subject's own post? The monitor urges the bureau's reviewers too."""
    return bool(row.acting_organisation) and (row.acting_organisation, row.acting_post) != (by.organisation, by.post)


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
    if not subject.signed_in or not subject.organisation or subject.standby:
        return Case.objects.none()
    return Case.objects.filter(
        closed_at=None, acting_post=subject.post.value, acting_organisation=subject.organisation
    ).order_by("id")


def tasks_for(subject: Subject, at: datetime) -> list[Task]:
    """What waits for the subject, soonest due first; what has no limit comes last, by age."""
    rows = list(task_rows(subject))
    clocks, calendars = running_clocks(rows), Calendars()
    tasks = [_task(row, clocks.get(row.id), at, calendars) for row in rows if not _own_case(row, subject)]
    tasks += _inner_tasks(subject, at, calendars)
    return sorted(tasks, key=lambda task: (task.due_on or date.max, task.arrived_at, task.case_no))


def _inner_tasks(subject: Subject, at: datetime, calendars: Calendars) -> list[Task]:
    """Opinions that are asked of the subject inside its department."""
    if not subject.signed_in or not subject.organisation:
        return []
    waiting = InnerSeat.objects.filter(waiting=True, organisation=subject.organisation, post=subject.post.value)
    seats = [seat for seat in waiting.select_related("step__run__case").order_by("id") if may_sit(seat, subject, at)]
    running = running_clocks([seat.step.run.case for seat in seats]) if seats else {}
    tasks = []
    for seat in seats:
        case = seat.step.run.case
        task = _task(case, running.get(case.id), at, calendars)
        tasks.append(replace(task, inner=seat.step.title, arrived_at=seat.step.asked_at or task.arrived_at))
    return tasks


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


# --- Steps inside a department ---------------------------------------------------------------------------------------
def may_sit(seat: InnerSeat, by: Subject, at: datetime) -> bool:
    """Is this subject asked for this opinion? Another than the one named only stands in for him while he is away."""
    if not by.signed_in or (by.post.value, by.organisation) != (seat.post, seat.organisation):
        return False
    if seat.step.run.proposed_by_no == by.person_no:
        return False
    if not seat.person_no or seat.person_no == by.person_no:
        return True
    return by.person_no in {person.person_no for person in people_of(seat, seat.organisation, at)}


def people_of(seat: Seat | InnerSeat, organisation: str, at: datetime) -> Sequence[Person]:
    """The people who may fill a seat now: the named one, or, while he is away, whoever stands in for his post."""
    present = plugs.people_in(Post(seat.post), organisation, at)
    named = [person for person in present if person.person_no == seat.person_no]
    return named or present


def inner_steps_before(standing: Standing, way: Transition, on: date) -> tuple[SchemeStep, ...]:
    """The steps inside the acting department that come before a transition: its own, the rules', a second person."""
    who = standing.who(way)
    if who is None or (way.inner is None and way.sign_off is None):
        return ()
    steps: tuple[SchemeStep, ...] = ()
    if way.inner is not None:
        opened_on = local_day(standing.case.opened_at)
        steps = inner_steps(way.inner.key, standing.organisation_of(who), on=on, opened_on=opened_on)
    if way.sign_off is not None and way.sign_off.when(standing.case):
        steps += (SchemeStep(way.sign_off.title, (Seat(way.sign_off.post),), source=StepSource.SIGN_OFF),)
    return steps


def inner_steps(kind: str, organisation: str, *, on: date, opened_on: date) -> tuple[SchemeStep, ...]:
    """What a department laid down for a kind of matter, and after it what the rules ask for besides."""
    scheme = scheme_rows(organisation).filter(kind=kind, valid_from__lte=on).first()
    own = tuple(SchemeStep.from_json(step) for step in scheme.steps) if scheme else ()
    required = (
        SchemeStep(each.title, (Seat(each.post),), source=StepSource.PACK, article=each.article)
        for each in rulebook.required_steps(kind, on=opened_on)
    )
    return own + tuple(step for step in required if not any(_covers(mine, step.seats[0].post) for mine in own))


def _covers(step: SchemeStep, post: Post) -> bool:
    """Does this step not pass without the word of that post?"""
    asked = any(seat.post is post for seat in step.seats)
    return asked and (step.mode is Mode.ALL or len(step.seats) == 1)


def inner_kind_title(kind: str) -> str:
    found = every_inner_kind().get(kind)
    return found.title if found else kind


def scheme_rows(organisation: str) -> QuerySet[InnerScheme]:
    """A department's schemes, those that hold longest from now first."""
    return InnerScheme.objects.filter(organisation=organisation).order_by("-valid_from")


def scheme_facts(organisation: str) -> Facts:
    return Facts({Relation.OWNER: organisation or None})


def schemes(organisation: str) -> list[SchemeValue]:
    """All schemes a department ever laid down, newest first."""
    return [
        SchemeValue(
            organisation=row.organisation,
            kind=row.kind,
            valid_from=row.valid_from,
            steps=tuple(SchemeStep.from_json(step) for step in row.steps),
            changed_by_name=row.changed_by_name,
            changed_at=row.changed_at,
        )
        for row in scheme_rows(organisation)
    ]


def agreed_run(row: Case, way: Transition) -> InnerRun | None:
    """The circulation that makes a transition free now: the last one for it, in this stay in the state, if agreed."""
    run = _latest_run(row, way)
    return run if run is not None and run.result == InnerResult.AGREED else None


def is_going_round(case_no: str) -> bool:
    """Does something lie before the department's people now, or is it agreed and not yet handed on?"""
    row = Case.objects.filter(case_no=case_no).first()
    if row is None:
        return False
    last = InnerRun.objects.filter(case=row, state=row.state, entered_at=row.entered_at).order_by("id").last()
    return last is not None and last.result in (InnerResult.OPEN, InnerResult.AGREED)


def _latest_run(row: Case, way: Transition) -> InnerRun | None:
    runs = InnerRun.objects.filter(case=row, state=row.state, entered_at=row.entered_at, transition=way.key)
    return runs.order_by("id").last()


def run_facts(run: InnerRun) -> Facts:
    return Facts({Relation.OWNER: run.organisation})


def inner_scope(subject: Subject, action: Action) -> Q:
    """The circulations on which the action is permitted, as a condition on InnerRun."""
    return scope_q(subject, action, {Relation.OWNER: "organisation"})


def inner_runs(row: Case, by: Subject) -> tuple[InnerRunValue, ...]:
    """The circulations about a case that this subject may see, oldest first."""
    rows = list(InnerRun.objects.filter(inner_scope(by, policy.SEE_INNER), case=row).order_by("id"))
    if not rows:
        return ()
    seats: dict[int, list[InnerSeatValue]] = defaultdict(list)
    for seat in InnerSeat.objects.filter(step__run__in=rows).order_by("id"):
        seats[seat.step_id].append(_seat_value(seat))
    steps: dict[int, list[InnerStepValue]] = defaultdict(list)
    for step in InnerStep.objects.filter(run__in=rows).order_by("number"):
        steps[step.run_id].append(_inner_step_value(step, tuple(seats[step.id])))
    return tuple(_run_value(run, row.case_no, tuple(steps[run.id])) for run in rows)


def _seat_value(seat: InnerSeat) -> InnerSeatValue:
    return InnerSeatValue(
        seat_no=seat.id,
        post=Post(seat.post),
        person_no=seat.person_no,
        person_name=seat.person_name,
        given_by_no=seat.given_by_no,
        given_by_name=seat.given_by_name,
        at=seat.at,
        verdict=Verdict(seat.verdict) if seat.verdict else None,
        remark=seat.remark,
    )


def _inner_step_value(step: InnerStep, seats: tuple[InnerSeatValue, ...]) -> InnerStepValue:
    return InnerStepValue(
        number=step.number,
        title=step.title,
        mode=Mode(step.mode),
        source=StepSource(step.source),
        article=step.article,
        asked_at=step.asked_at,
        done_at=step.done_at,
        seats=seats,
    )


def _run_value(run: InnerRun, case_no: str, steps: tuple[InnerStepValue, ...]) -> InnerRunValue:
    return InnerRunValue(
        run_no=run.id,
        case_no=case_no,
        state=run.state,
        transition=run.transition,
        kind=run.kind,
        organisation=run.organisation,
        result=InnerResult(run.result),
        proposed_by_no=run.proposed_by_no,
        proposed_by_name=run.proposed_by_name,
        proposed_at=run.proposed_at,
        remark=run.remark,
        data=run.data,
        ended_at=run.ended_at,
        steps=steps,
    )


def seats_asked_of(row: Case, by: Subject, at: datetime) -> list[InnerSeat]:
    """The opinions about a case that are asked of this subject now."""
    waiting = InnerSeat.objects.filter(step__run__case=row, waiting=True, organisation=by.organisation)
    return [seat for seat in waiting.select_related("step__run").order_by("id") if may_sit(seat, by, at)]


def opinion_label() -> str:
    return N_("审签意见")


# --- Returns ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ReturnCount:
    """How often one person sent cases back to be completed (退回补正次数), in how many cases."""

    person_no: str
    name: str
    organisation: str
    returns: int
    cases: int


def return_transitions() -> dict[str, list[str]]:
    """The transitions that send a case back, by procedure."""
    return {each.name: [way.key for way in each.all_transitions() if way.is_return] for each in procedures()}


def returns_by_person(since: datetime, until: datetime) -> list[ReturnCount]:
    """Returns for completion by person between two moments, most first."""
    ways = Q(pk__in=[])
    for procedure, keys in return_transitions().items():
        ways |= Q(case__procedure=procedure, transition__in=keys)
    rows = CaseEvent.objects.filter(ways, kind=EventKind.MOVED, at__gte=since, at__lt=until)
    counted = rows.values("by__id", "by__organisation", "by_name").annotate(
        returns=Count("id"), cases=Count("case", distinct=True)
    )
    return [
        ReturnCount(row["by__id"], row["by_name"], row["by__organisation"], row["returns"], row["cases"])
        for row in counted.order_by("-returns", "by__id")
    ]


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
