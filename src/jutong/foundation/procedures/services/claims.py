"""Claiming a step, so that colleagues see who is at it (认领)."""

from datetime import datetime

from django.db import transaction

from jutong.foundation.procedures import errors, plugs, queries
from jutong.foundation.procedures.domain.moves import is_own_case, right_to_act
from jutong.foundation.procedures.services import assignment, telling
from jutong.foundation.procedures.services.cases import Doer, Held, hold, moment_text, tell_event
from jutong.foundation.procedures.values.cases import CaseRef, EventKind
from jutong.foundation.procedures.values.declaration import By
from jutong.kernel.policy import POST_NAMES, Facts, Post, Relation, Subject, decide


@transaction.atomic
def claim(case_no: str, *, by: Subject, at: datetime, take_over: bool = False) -> CaseRef:
    """Claim the present step; claiming it again changes nothing. With `take_over`, also from a colleague, who is told.

    Raises NotFound, CaseIsClosed, NotYourStep, ApplicantMayNotDecide, StepHeldByOther.
    """
    held = hold(case_no)
    queries.require_visible(held.row, by)
    _require_own_step(held, by)
    row = held.row
    if row.holder_no == by.person_no:
        return row.ref()
    if not take_over:
        refuse_if_held(held, by, at)
    former, doer = row.holder_no, Doer.of(by)
    row.holder_no, row.holder_name, row.held_at = by.person_no, by.display, at
    tell_event(held, EventKind.CLAIMED, doer, at, from_state=row.state, data={"from": former} if former else {})
    row.save()
    telling.claim_taken_over(held, former, doer, at)
    return row.ref()


@transaction.atomic
def release(case_no: str, *, by: Subject, at: datetime) -> CaseRef:
    """Give a claim back.

    Raises NotFound, NotClaimed.
    """
    held = hold(case_no)
    queries.require_visible(held.row, by)
    row = held.row
    if not row.holder_no or row.holder_no != by.person_no:
        raise errors.NotClaimed()
    row.holder_no, row.holder_name, row.held_at = "", "", None
    tell_event(held, EventKind.RELEASED, Doer.of(by), at, from_state=row.state)
    row.save()
    return row.ref()


def refuse_if_held(held: Held, by: Subject, at: datetime) -> None:
    """A step that a colleague has claimed is his, as long as he still is somebody who could act in it.

    Raises StepHeldByOther.
    """
    row = held.row
    if not row.holder_no or row.holder_no == by.person_no or row.held_at is None:
        return
    if row.holder_no not in {person.person_no for person in assignment.people_asked(held, at)}:
        return
    raise errors.StepHeldByOther(
        holder=row.holder_name or row.holder_no, since=moment_text(row.held_at), person_no=row.holder_no
    )


def _require_own_step(held: Held, by: Subject) -> None:
    row = held.row
    if row.closed_at is not None:
        raise errors.CaseIsClosed(case_no=row.case_no, outcome=queries.outcome_title(row.outcome))
    organisation = row.acting_organisation
    facts = Facts({Relation.OWNER: organisation or None})
    post = Post(row.acting_post) if row.acting_post else None
    if post is None or not decide(by, right_to_act(post), facts):
        raise errors.NotYourStep(
            step=held.standing.state.title,
            organisation=plugs.titles([organisation])[organisation] if organisation else "",
            post=POST_NAMES[post] if post else "",
        )
    if is_own_case(held.standing, By(post, row.acting_party), by.person_no):
        raise errors.ApplicantMayNotDecide()
