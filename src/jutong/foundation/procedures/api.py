"""The door of procedures: open cases, act in them, see them, and plug in the people."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from jutong.base.access import require
from jutong.foundation.procedures import plugs, policy, queries
from jutong.foundation.procedures.domain.drawing import draw
from jutong.foundation.procedures.errors import (
    ApplicantMayNotDecide,
    CaseIsClosed,
    ConditionNotMet,
    InnerContentDiffers,
    InnerStepsNotDone,
    NobodyToAct,
    NotYourStep,
    PartyMissing,
    ProcedureUnknown,
    StepAlreadyTaken,
    StepHeldByOther,
    TransitionNotNow,
    TransitionUnknown,
)
from jutong.foundation.procedures.models import Case
from jutong.foundation.procedures.queries import ReturnCount
from jutong.foundation.procedures.services import assignment, claims, handing_over, inner, moving, reform, urging
from jutong.foundation.procedures.services import schemes as schemes_service
from jutong.foundation.procedures.values.cases import (
    AssigneeDirectory,
    Burden,
    CaseRef,
    CaseTimes,
    CaseValue,
    EventValue,
    HeldStep,
    OpenStep,
    OrganisationBook,
    Punctuality,
    StateDescription,
    Task,
)
from jutong.foundation.procedures.values.inner import InnerResult, InnerRunValue, SchemeStep, SchemeValue, Verdict
from jutong.foundation.procedures.values.procedure import Procedure
from jutong.kernel import clock
from jutong.kernel.actors import ActorRef
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Post, Subject

__all__ = [
    "ApplicantMayNotDecide",
    "CaseIsClosed",
    "ConditionNotMet",
    "InnerContentDiffers",
    "InnerStepsNotDone",
    "NobodyToAct",
    "NotYourStep",
    "PartyMissing",
    "ProcedureUnknown",
    "StepAlreadyTaken",
    "StepHeldByOther",
    "TransitionNotNow",
    "TransitionUnknown",
    "act",
    "burdens",
    "case",
    "cases_of",
    "change_party",
    "claim",
    "claimed_by",
    "described",
    "drawing",
    "give_opinion",
    "hand_on",
    "history",
    "holders_of",
    "inner_runs",
    "inner_steps_needed",
    "is_going_round",
    "kinds_laid_down",
    "lay_down_scheme",
    "move_scheme",
    "open_case",
    "open_cases_with",
    "open_steps",
    "pass_claim",
    "plug_assignees",
    "plug_organisations",
    "procedures",
    "propose",
    "punctuality",
    "recheck_assignees",
    "release",
    "returns_by_person",
    "revision",
    "schemes",
    "take_back",
    "take_by_platform",
    "tasks_for",
    "times",
    "urge",
    "visible_case",
    "visible_case_nos",
    "waiting_for",
]


def open_case(
    procedure: type[Procedure] | str,
    *,
    subject_code: str,
    title: str,
    parties: Mapping[str, str],
    data: Mapping[str, Any],
    by: Subject | ActorRef,
    at: datetime,
    region: str = "",
) -> CaseRef:
    """Open a case of a procedure, given as class or by name, and bring it to its first step.

    `subject_code` names what it is about (a resource, a mount); `title` is shown in lists. `parties` gives the
    organisation (uscc) of every declared party. Whether `by` may open it is for the room to say that asks.

    Raises ProcedureUnknown, PartyMissing, NobodyToAct: some step would have nobody; the error names what is missing.
    """
    return moving.open_case(
        procedure,
        subject_code=subject_code,
        title=title,
        parties=parties,
        data=data,
        by=by,
        at=at,
        region=region,
    )


def act(
    case_no: str,
    transition: str,
    *,
    by: Subject,
    at: datetime,
    remark: str = "",
    data: Mapping[str, Any] | None = None,
    attachments: Sequence[str] = (),
    seen_revision: int | None = None,
) -> CaseRef:
    """Take a transition of a case. `data` fills the transition's fields, `attachments` are numbers of kept files.

    With `seen_revision`, only if nobody has moved the case since that revision.

    Raises NotFound, StepAlreadyTaken (somebody was first: it says who and when), CaseIsClosed, TransitionUnknown,
    TransitionNotNow, NotYourStep, ApplicantMayNotDecide, ConditionNotMet, StepHeldByOther, NobodyToAct, errors of the
    fields asked for, and whatever the owning room's effect raises.
    """
    return moving.act(
        case_no,
        transition,
        by=by,
        at=at,
        remark=remark,
        data=data,
        attachments=attachments,
        seen_revision=seen_revision,
    )


def claim(case_no: str, *, by: Subject, at: datetime, take_over: bool = False) -> CaseRef:
    """Claim the present step, so that colleagues see who is at it.

    Raises NotFound, CaseIsClosed, NotYourStep, ApplicantMayNotDecide, StepHeldByOther.
    """
    return claims.claim(case_no, by=by, at=at, take_over=take_over)


def release(case_no: str, *, by: Subject, at: datetime) -> CaseRef:
    """Give a claim back."""
    return claims.release(case_no, by=by, at=at)


def urge(case_no: str, *, remark: str = "", by: Subject, at: datetime) -> CaseRef:
    """Urge the open step (催办), once a working day at most; those who are asked are told.

    Raises NotFound, NotPermitted, CaseIsClosed, NothingToUrge, UrgedAlready.
    """
    return urging.urge(case_no, remark=remark, by=by, at=at)


# --- Steps inside a department ---------------------------------------------------------------------------------------
def inner_steps_needed(kind: str, *, organisation: str, at: datetime) -> bool:
    """Does a department's own scheme, or a rule, put inner steps before this kind of matter now?"""
    today = clock.local_day(at)
    return bool(queries.inner_steps(kind, organisation, on=today, opened_on=today))


def propose(
    case_no: str,
    transition: str,
    *,
    by: Subject,
    at: datetime,
    remark: str = "",
    data: Mapping[str, Any] | None = None,
    seen_revision: int | None = None,
) -> CaseRef:
    """Send what a transition is to be taken with round the department first (送内部审签).

    `inner.propose` names the errors.
    """
    return inner.propose(case_no, transition, by=by, at=at, remark=remark, data=data, seen_revision=seen_revision)


def hand_on(
    case_no: str, transition: str, *, by: Subject, at: datetime, remark: str = "", data: Mapping[str, Any] | None = None
) -> CaseRef:
    """Take a transition, or send it round the department where that has still to be done."""
    return moving.hand_on(case_no, transition, by=by, at=at, remark=remark, data=data)


def give_opinion(
    case_no: str, seat_no: int, *, verdict: Verdict, remark: str = "", by: Subject, at: datetime
) -> InnerResult:
    """Say what one thinks where one is asked (会签); how the circulation stands then.

    Raises NotFound, NotYourSeat, ProposerMayNotAgree, OpinionWithoutReason.
    """
    return inner.give_opinion(case_no, seat_no, verdict=verdict, remark=remark, by=by, at=at)


def take_back(case_no: str, *, by: Subject, at: datetime) -> CaseRef:
    """Take back what one has sent round (收回送审). Raises NotFound, NoInnerRun."""
    return inner.take_back(case_no, by=by, at=at)


def is_going_round(case_no: str) -> bool:
    """Does something about the case lie before its department's people, or is it agreed and not yet handed on?

    What it is about must not change meanwhile.
    """
    return queries.is_going_round(case_no)


def inner_runs(case_no: str, *, by: Subject) -> tuple[InnerRunValue, ...]:
    """The circulations about a case that the subject may see: those of its own department, for overseers all.

    Raises NotFound.
    """
    return queries.inner_runs(queries.get_case(case_no, by), by)


def lay_down_scheme(
    *,
    organisation: str,
    kind: str,
    steps: Sequence[SchemeStep],
    by: Subject,
    at: datetime,
    valid_from: date | None = None,
) -> None:
    """Lay down a department's inner steps for a kind of matter. Raises NotPermitted, InnerKindUnknown, SchemeFault."""
    schemes_service.lay_down(organisation=organisation, kind=kind, steps=steps, by=by, at=at, valid_from=valid_from)


def schemes(organisation: str, *, by: Subject) -> list[SchemeValue]:
    """All schemes a department ever laid down, newest first. Raises NotPermitted."""
    require(by, policy.SEE_SCHEME, queries.scheme_facts(organisation))
    return queries.schemes(organisation)


def returns_by_person(*, since: datetime, until: datetime) -> list[ReturnCount]:
    """How often each person sent cases back to be completed between two moments, most first."""
    return queries.returns_by_person(since, until)


# --- Handing over ----------------------------------------------------------------------------------------------------
def claimed_by(person_no: str) -> list[HeldStep]:
    """The open steps that a person has claimed."""
    return handing_over.claimed_by(person_no)


def waiting_for(post: Post | str, organisation: str) -> list[HeldStep]:
    """The open steps that wait for a post of an organisation."""
    return handing_over.waiting_for(post, organisation)


def pass_claim(case_no: str, *, to_no: str, to_name: str, by: ActorRef, at: datetime) -> None:
    """Give a claimed step to a colleague; one who cannot act in it yet finds it unclaimed when he can.

    Raises NotFound, NotClaimed.
    """
    handing_over.pass_claim(case_no, to_no=to_no, to_name=to_name, by=by, at=at)


# --- Seeing ----------------------------------------------------------------------------------------------------------
def case(case_no: str) -> CaseValue:
    """A case by its number, for the room that owns its procedure; people go by `visible_case`.

    Raises NotFound.
    """
    row = Case.objects.filter(case_no=case_no).first()
    if row is None:
        raise NotFound()
    return queries.value_of(row)


def visible_case(case_no: str, *, by: Subject) -> CaseValue:
    """A case, for a subject who may see it.

    Raises NotFound.
    """
    return queries.value_of(queries.get_case(case_no, by))


def visible_case_nos(subject: Subject) -> Q:
    """The condition on rows with a `case_no` column that their case is one the subject may see."""
    seen = Case.objects.filter(queries.scope(subject, policy.SEE_CASE))
    return Q(case_no__in=seen.values("case_no"))


def revision(case_no: str) -> int:
    """The case's present revision, to hand back as `seen_revision`."""
    return Case.objects.values_list("revision", flat=True).get(case_no=case_no)


def history(case_no: str) -> tuple[EventValue, ...]:
    """The events of a case, oldest first; each move with the calendar days the case stood where it left."""
    row = Case.objects.filter(case_no=case_no).first()
    return queries.events_of(row) if row else ()


def times(case_no: str, *, at: datetime) -> CaseTimes:
    """What a case took: working days of its offices' limits, pauses out, and days on the wall. Raises NotFound."""
    row = Case.objects.filter(case_no=case_no).first()
    if row is None:
        raise NotFound()
    return queries.case_times(row, at)


def cases_of(subject_code: str, *, procedure: str = "", open_only: bool = False) -> list[CaseRef]:
    """The cases about an object, newest first, for the room that owns it."""
    rows = Case.objects.filter(subject_code=subject_code).order_by("-id")
    if procedure:
        rows = rows.filter(procedure=procedure)
    if open_only:
        rows = rows.filter(closed_at=None)
    return [row.ref() for row in rows]


def tasks_for(subject: Subject, *, at: datetime | None = None) -> list[Task]:
    """What waits for the subject, soonest due first."""
    return queries.tasks_for(subject, at or clock.now())


def open_steps(
    subject: Subject, *, at: datetime, due_until: date, organisation: str = "", last: int = 100
) -> list[OpenStep]:
    """Steps due by a day in cases the subject may see, soonest due first, with the reminders that were sent."""
    return queries.open_steps(subject, at, due_until=due_until, organisation=organisation, last=last)


def burdens(*, at: datetime) -> list[Burden]:
    """How many steps wait for each organisation and how late they are, the latest first, in one query.

    Counts only, no case: whoever shows them says to whom.
    """
    return queries.burdens(at)


def punctuality(*, first: date, until: date, at: datetime) -> list[Punctuality]:
    """Steps that fell due from one day until before another, by month and organisation, in one query.

    Counts only, no case: whoever shows them says to whom.
    """
    return queries.punctuality(first, until, at)


def procedures() -> tuple[type[Procedure], ...]:
    """All declared procedures in their newest versions, by name."""
    return queries.procedures()


def described(procedure: type[Procedure], *, translate: Callable[[str], str] = str) -> list[StateDescription]:
    """Each state of a procedure in words, by the rules of today."""
    return queries.described(procedure, clock.local_day(clock.now()), translate)


def drawing(procedure: type[Procedure], *, translate: Callable[[str], str] = str, id_prefix: str = "") -> str:
    """A procedure as an SVG element, by the rules of today."""
    limits = queries.limits_of(procedure, clock.local_day(clock.now()))
    prefix = id_prefix or procedure.name.replace(".", "-")
    return draw(procedure, limits=limits, translate=translate, id_prefix=prefix)


# --- Organisation reform ---------------------------------------------------------------------------------------------
def open_cases_with(
    organisation: str, *, without: Mapping[str, Collection[str]] | None = None
) -> list[tuple[CaseRef, str]]:
    """Open cases in which an organisation takes part, each with its title; `without` names parties by procedure."""
    return reform.open_cases_with(organisation, without or {})


def change_party(
    case_no: str,
    *,
    source: str,
    target: str,
    by: ActorRef,
    at: datetime,
    without: Mapping[str, Collection[str]] | None = None,
    remark: str = "",
    data: Mapping[str, Any] | None = None,
) -> bool:
    """Put one organisation in another's place in an open case, its clock running on; tells whether anything changed.

    Raises NotFound.
    """
    return reform.change_party(
        case_no, source=source, target=target, by=by, at=at, without=without, remark=remark, data=data
    )


def kinds_laid_down(organisation: str) -> list[tuple[str, str]]:
    """Kinds of matters for which a department has inner steps, each with its title."""
    return reform.kinds_laid_down(organisation)


def move_scheme(
    kind: str, *, source: str, target: str, on: date, by: ActorRef, at: datetime, plan_no: str = ""
) -> bool:
    """Have a department's inner steps hold in another from a day on, where that has none; tells whether they do."""
    return reform.move_scheme(kind, source=source, target=target, on=on, by=by, at=at, plan_no=plan_no)


def holders_of(post: Post, organisation: str, *, at: datetime) -> list[str]:
    """Numbers of those who hold a post of an organisation now, as the assignee directory knows them."""
    return [person.person_no for person in plugs.people_in(post, organisation, at)]


def take_by_platform(case_no: str, transition: str, *, at: datetime, remark: str) -> CaseRef:
    """Have the platform take a transition that a reform has left to nobody.

    Raises NotFound, ValueError, and what the owning room's effect raises.
    """
    return reform.take_by_platform(case_no, transition, at=at, remark=remark)


# --- Plugs -----------------------------------------------------------------------------------------------------------
def plug_assignees(directory: AssigneeDirectory | None) -> None:
    """Have procedures know who holds which post. Called by accounts at start."""
    plugs.plug_assignees(directory)


def plug_organisations(book: OrganisationBook | None) -> None:
    """Have procedures know where the bureau is and where organisations lie. Called by organisations at start."""
    plugs.plug_organisations(book)


def recheck_assignees(*, at: datetime, organisation: str = "") -> int:
    """Look again for the people of open steps, after posts have changed hands; how many steps changed theirs."""
    return assignment.recheck(at=at, organisation=organisation) + inner.recheck(at=at, organisation=organisation)
