"""What of open cases hangs on one person, and giving it to a colleague (工作交接)."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from jutong.foundation.procedures import errors, queries
from jutong.foundation.procedures.models import Case
from jutong.foundation.procedures.services import assignment, telling
from jutong.foundation.procedures.services.cases import Doer, hold, tell_event, url_of
from jutong.foundation.procedures.values.cases import EventKind, HeldStep
from jutong.kernel.actors import ActorRef
from jutong.kernel.policy import Post


def claimed_by(person_no: str) -> list[HeldStep]:
    """The open steps that a person has claimed."""
    return _steps(Case.objects.filter(closed_at=None, holder_no=person_no))


def waiting_for(post: Post | str, organisation: str) -> list[HeldStep]:
    """The open steps that wait for a post of an organisation, claimed or not."""
    return _steps(Case.objects.filter(closed_at=None, acting_post=str(post), acting_organisation=organisation))


@transaction.atomic
def pass_claim(case_no: str, *, to_no: str, to_name: str, by: ActorRef, at: datetime) -> None:
    """Give a claimed step to a colleague, who is told. One who cannot act in it yet (a deputy on standby) finds it
    unclaimed when he can.

    Raises NotFound, NotClaimed.
    """
    held = hold(case_no)
    row = held.row
    if not row.holder_no or row.closed_at is not None:
        raise errors.NotClaimed()
    former, doer = row.holder_no, Doer(by)
    if to_no in {person.person_no for person in assignment.people_asked(held, at)}:
        row.holder_no, row.holder_name, row.held_at = to_no, to_name, at
        tell_event(held, EventKind.CLAIMED, doer, at, from_state=row.state, data={"from": former, "to": to_no})
    else:
        row.holder_no, row.holder_name, row.held_at = "", "", None
        tell_event(held, EventKind.RELEASED, doer, at, from_state=row.state, data={"from": former, "to": to_no})
    row.save()
    telling.task_arrived(held, [to_no], doer, at)


def _steps(rows: QuerySet[Case]) -> list[HeldStep]:
    return [_step(row) for row in rows.order_by("id")]


def _step(row: Case) -> HeldStep:
    return HeldStep(
        case_no=row.case_no,
        case_title=row.title,
        step_title=queries.procedure_of(row).state(row.state).title,
        post=row.acting_post,
        organisation=row.acting_organisation,
        url=url_of(row),
    )
