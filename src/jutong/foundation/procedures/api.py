"""The door of procedures: open cases, act in them, see them, and plug in the people."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from jutong.foundation.procedures import plugs, policy, queries
from jutong.foundation.procedures.domain.drawing import draw
from jutong.foundation.procedures.errors import (
    ApplicantMayNotDecide,
    CaseIsClosed,
    ConditionNotMet,
    NobodyToAct,
    NotYourStep,
    PartyMissing,
    ProcedureUnknown,
    StepAlreadyTaken,
    StepHeldByOther,
    TransitionNotNow,
    TransitionUnknown,
)
from jutong.foundation.procedures.models import Case, CaseEvent
from jutong.foundation.procedures.services import assignment, claims, moving, reform
from jutong.foundation.procedures.values.cases import (
    AssigneeDirectory,
    CaseRef,
    CaseValue,
    EventValue,
    StateDescription,
    Task,
)
from jutong.foundation.procedures.values.procedure import Procedure
from jutong.kernel import clock
from jutong.kernel.actors import ActorRef
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Post, Subject

__all__ = [
    "ApplicantMayNotDecide",
    "CaseIsClosed",
    "ConditionNotMet",
    "NobodyToAct",
    "NotYourStep",
    "PartyMissing",
    "ProcedureUnknown",
    "StepAlreadyTaken",
    "StepHeldByOther",
    "TransitionNotNow",
    "TransitionUnknown",
    "act",
    "case",
    "cases_of",
    "change_party",
    "claim",
    "described",
    "drawing",
    "history",
    "holders_of",
    "open_case",
    "open_cases_with",
    "plug_assignees",
    "procedures",
    "recheck_assignees",
    "release",
    "revision",
    "take_by_platform",
    "tasks_for",
    "visible_case",
    "visible_case_nos",
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
    """The events of a case, oldest first."""
    rows = CaseEvent.objects.filter(case__case_no=case_no).order_by("number")
    return tuple(row.value() for row in rows)


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


def recheck_assignees(*, at: datetime, organisation: str = "") -> int:
    """Look again for the people of open steps, after posts have changed hands; how many steps changed theirs."""
    return assignment.recheck(at=at, organisation=organisation)
