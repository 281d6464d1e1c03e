"""Opening cases and taking them from state to state."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from jutong.foundation.audit import api as audit
from jutong.foundation.files import api as files
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import errors, queries
from jutong.foundation.procedures.domain import fields as asked
from jutong.foundation.procedures.domain.moves import first_way
from jutong.foundation.procedures.events import CaseClosed, CaseMoved, CaseOpened
from jutong.foundation.procedures.models import Case, CaseParty
from jutong.foundation.procedures.services import assignment, clocks, inner, permission, telling
from jutong.foundation.procedures.services.cases import (
    BY_PLATFORM,
    Doer,
    Held,
    hold,
    hold_new,
    tell_event,
)
from jutong.foundation.procedures.values.cases import CaseRef, EventKind
from jutong.foundation.procedures.values.declaration import Final, State, Step, Transition, Waiting
from jutong.foundation.procedures.values.procedure import Procedure
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Subject


# --- Opening ---------------------------------------------------------------------------------------------------------
@transaction.atomic
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
    """Open a case and bring it to its first state.

    Raises ProcedureUnknown, PartyMissing, NobodyToAct.
    """
    kind = queries.get_procedure(procedure)
    doer = Doer.of(by)
    _check_parties(kind, parties)
    row = Case.objects.create(
        case_no=_next_number(kind.number_prefix, local_day(at).year),
        procedure=kind.name,
        version=kind.version,
        subject_code=subject_code,
        title=title[:200],
        region=region,
        data=dict(data),
        state=kind.begin().key,
        opened_at=at,
        opened_by=doer.actor.to_json(),
        opened_by_no=doer.actor.id,
        opened_by_name=doer.name,
        entered_at=at,
    )
    CaseParty.objects.bulk_create(
        CaseParty(case=row, party=party, organisation=organisation) for party, organisation in parties.items()
    )
    held = hold_new(row, kind, parties)
    way = first_way(kind, held.standing.case)
    assignment.require_people(held, way.target, at)
    tell_event(held, EventKind.OPENED, doer, at, to_state=row.state)
    _record(held, "procedures.case.opened", doer, at, {"procedure": kind.name, "parties": dict(parties)})
    outbox.publish(CaseOpened(row.case_no, kind.name, subject_code, dict(parties)), at=at)
    _move(held, way, BY_PLATFORM, at)
    return row.ref()


def _check_parties(procedure: type[Procedure], parties: Mapping[str, str]) -> None:
    for party, title in procedure.parties.items():
        if not parties.get(party):
            raise errors.PartyMissing(party=title, field=party)
    if unknown := parties.keys() - procedure.parties.keys():
        raise ValueError(f"{procedure.name} has no party {min(unknown)!r}")


def _next_number(prefix: str, year: int) -> str:
    """The next case number of the year. The counter's row stays locked until the commit, so that none is skipped."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procedures_counter (prefix, year, last) VALUES (%s, %s, 1) "
            "ON CONFLICT (prefix, year) DO UPDATE SET last = procedures_counter.last + 1 RETURNING last",
            [prefix, year],
        )
        (last,) = cursor.fetchone()
    return f"{prefix}{year}{last:04d}"


# --- Acting ----------------------------------------------------------------------------------------------------------
@transaction.atomic
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
    """Take a transition, as the person who acts. With `seen_revision`, only if nobody moved the case since.

    Raises NotFound, TransitionUnknown, StepAlreadyTaken, CaseIsClosed, TransitionNotNow, NotYourStep,
    ApplicantMayNotDecide, OnlyThePlatform, TakenOftenEnough, ConditionNotMet, StepHeldByOther, NobodyToAct,
    InnerStepsNotDone, InnerContentDiffers; those of `domain.fields`; and what the owning room's effect raises.
    """
    held = hold(case_no)
    queries.require_visible(held.row, by)
    way = held.procedure.find_transition(transition)
    if way is None:
        raise errors.TransitionUnknown(name=transition)
    permission.require_free(held, way, by, at, seen_revision)
    given = asked.checked(way, held.standing.case, remark=remark, attachments=attachments, data=data or {})
    inner.require_done(held, way, remark=remark, given=given, at=at)
    _move(held, way, Doer.of(by), at, remark=remark, given=given, attachments=attachments)
    return held.row.ref()


def hand_on(
    case_no: str, transition: str, *, by: Subject, at: datetime, remark: str = "", data: Mapping[str, Any] | None = None
) -> CaseRef:
    """Take a transition, or send it round the department first where that is still to be done."""
    try:
        return act(case_no, transition, by=by, at=at, remark=remark, data=data)
    except errors.InnerStepsNotDone:
        return inner.propose(case_no, transition, by=by, at=at, remark=remark, data=data)


def move_on_expiry(held: Held, transition: Transition, at: datetime) -> None:
    """Take a case whose waiting is over where its procedure says."""
    _move(held, transition, BY_PLATFORM, at)


def move_by_platform(held: Held, transition: Transition, at: datetime, *, remark: str) -> None:
    """Take a transition that people would take, where a reform has left nobody to take it."""
    _move(held, transition, BY_PLATFORM, at, remark=remark)


def _move(
    held: Held,
    way: Transition,
    doer: Doer,
    at: datetime,
    *,
    remark: str = "",
    given: Mapping[str, Any] | None = None,
    attachments: Sequence[str] = (),
) -> None:
    """Take a transition: the room's effect, the clocks, the new state, and everything that tells of it."""
    row, source = held.row, held.standing.state
    given = dict(given or {})
    row.data = {**row.data, **given}
    if way.effect is not None:
        row.data |= way.effect(held.standing.case, by=doer.actor, at=at, data=given) or {}
    holds = isinstance(way.target, Waiting) and way.target.holds is source
    spent = clocks.stop(row, at, held=holds)
    held.taken[way.key] = held.taken.get(way.key, 0) + 1
    inner.drop_open(held, doer, at)
    _enter(held, way.target, doer, at)
    event = tell_event(
        held,
        EventKind.MOVED,
        doer,
        at,
        transition=way.key,
        from_state=source.key,
        to_state=way.target.key,
        remark=remark,
        data=given,
        used=spent.used if spent else None,
        limit=spent.limit if spent else None,
    )
    row.save()
    if attachments and doer.subject is not None:
        files.refer(attachments, kind=queries.FILE_KIND, code=f"{row.case_no}/{event.number}", by=doer.subject)
    if way.target.on_enter is not None:
        row.data |= way.target.on_enter(held.standing.case, by=doer.actor, at=at, data=given) or {}
        row.save(update_fields=["data"])
    _record(held, "procedures.case.moved", doer, at, {"transition": way.key, "from": source.key, "to": way.target.key})
    outbox.publish(
        CaseMoved(
            case_no=row.case_no,
            procedure=row.procedure,
            transition=way.key,
            from_state=source.key,
            to_state=way.target.key,
            used=spent.used if spent else None,
            limit=spent.limit if spent else None,
            late=bool(spent and spent.late),
        ),
        at=at,
    )
    if row.closed_at is not None:
        outbox.publish(CaseClosed(row.case_no, row.procedure, row.subject_code, row.outcome), at=at)
        telling.case_closed(held, doer, at)


def _show_to_parties(held: Held, state: State) -> None:
    """Hide a case from the other parties while it is the applicant's own affair."""
    if not any(step.private for step in held.procedure.steps()):
        return
    private = isinstance(state, Step) and state.private
    rest = CaseParty.objects.filter(case=held.row).exclude(party=held.procedure.applicant)
    rest.exclude(hidden=private).update(hidden=private)


def _enter(held: Held, state: State, doer: Doer, at: datetime) -> None:
    row = held.row
    row.state, row.entered_at = state.key, at
    row.holder_no, row.holder_name, row.held_at = "", "", None
    if isinstance(state, Final):
        row.closed_at, row.outcome = at, state.outcome
    found = None
    _show_to_parties(held, state)
    if state.who is not None:
        found = assignment.settle(held.procedure, state, held.parties, assignment.opener_of(row), at)
    assignment.assign(row, found)
    clocks.start(row, state, held.parties[state.who.party] if state.who else "", at)
    if found is not None:
        telling.task_arrived(held, found.person_nos, doer, at)


def _record(held: Held, action: str, doer: Doer, at: datetime, details: dict[str, Any]) -> None:
    audit.record(
        action=action,
        by=doer.actor,
        at=at,
        object_kind="case",
        object_code=held.row.case_no,
        case=held.row.case_no,
        details=details,
    )
