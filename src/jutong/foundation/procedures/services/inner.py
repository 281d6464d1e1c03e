"""Steps inside a department before a transition (内部流转): propose, give opinions, take back."""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import errors, plugs, queries
from jutong.foundation.procedures.domain import fields as asked
from jutong.foundation.procedures.events import InnerRunEnded
from jutong.foundation.procedures.models import InnerRun, InnerSeat, InnerStep
from jutong.foundation.procedures.services import inner_people, permission, telling
from jutong.foundation.procedures.services.cases import BY_PLATFORM, Doer, Held, hold, tell_event
from jutong.foundation.procedures.values.cases import CaseRef, EventKind
from jutong.foundation.procedures.values.declaration import Transition
from jutong.foundation.procedures.values.inner import InnerResult, Mode, SchemeStep, Seat, Verdict, settled
from jutong.kernel.clock import local_day
from jutong.kernel.policy import POST_NAMES, Post, Subject

log = logging.getLogger(__name__)
MAX_OPINION = 2_000


# --- Before a transition ---------------------------------------------------------------------------------------------
def require_done(held: Held, way: Transition, *, remark: str, given: Mapping[str, Any], at: datetime) -> None:
    """See to it that the department's own steps before a transition are through, for just what it is taken with.

    Raises InnerStepsNotDone, InnerContentDiffers.
    """
    if not queries.inner_steps_before(held.standing, way, local_day(at)):
        return
    run = queries.agreed_run(held.row, way)
    if run is None:
        raise errors.InnerStepsNotDone(transition=way.title)
    if (run.remark, run.data) != (remark.strip(), dict(given)):
        raise errors.InnerContentDiffers()


def drop_open(held: Held, doer: Doer, at: datetime) -> None:
    """The case moves on by another way: what is still going round has become idle."""
    run = InnerRun.objects.filter(case=held.row, result=InnerResult.OPEN).first()
    if run is not None:
        _end(held, run, InnerResult.DROPPED, doer, at)


@transaction.atomic
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
    """Send what a transition is to be taken with round the department (送内部审签).

    Raises what `act` raises for this person and these values, NoInnerSteps, InnerRunOpen, NobodyToAct.
    """
    held = hold(case_no)
    queries.require_visible(held.row, by)
    way = held.procedure.find_transition(transition)
    if way is None:
        raise errors.TransitionUnknown(name=transition)
    permission.require_free(held, way, by, at, seen_revision)
    # Files are handed in with the transition itself; what goes round are its words and values.
    files = ["later"] * way.attachments.at_least
    given = asked.checked(way, held.standing.case, remark=remark, attachments=files, data=data or {})
    steps = queries.inner_steps_before(held.standing, way, local_day(at))
    if not steps:
        raise errors.NoInnerSteps(transition=way.title)
    if InnerRun.objects.filter(case=held.row, result=InnerResult.OPEN).exists():
        raise errors.InnerRunOpen()
    who = held.standing.who(way)
    assert who is not None
    organisation = held.standing.organisation_of(who)
    run = InnerRun.objects.create(
        case=held.row,
        state=held.row.state,
        entered_at=held.row.entered_at,
        transition=way.key,
        kind=way.inner.key if way.inner else "",
        organisation=organisation,
        remark=remark.strip(),
        data=given,
        proposed_by=by.actor.to_json(),
        proposed_by_no=by.person_no,
        proposed_by_name=by.display,
        proposed_at=at,
    )
    for number, step in enumerate(steps, start=1):
        _lay_down(held, run, number, step, at)
    doer = Doer.of(by)
    tell_event(held, EventKind.INNER_BEGUN, doer, at, transition=way.key, from_state=held.row.state)
    _record(held, run, "procedures.inner.proposed", doer, at, {"steps": len(steps)})
    held.row.save()
    _ask_next(held, run, doer, at)
    return held.row.ref()


def _lay_down(held: Held, run: InnerRun, number: int, step: SchemeStep, at: datetime) -> None:
    row = InnerStep.objects.create(
        run=run,
        number=number,
        title=step.title[:60],
        mode=step.mode,
        source=step.source,
        article=step.article[:64],
    )
    InnerSeat.objects.bulk_create(
        InnerSeat(
            step=row,
            organisation=run.organisation,
            post=seat.post,
            person_no=seat.person_no,
            person_name=seat.person_name,
        )
        for seat in _settle(held, run, step, at)
    )


def _settle(held: Held, run: InnerRun, step: SchemeStep, at: datetime) -> list[Seat]:
    """The seats of a step as they are asked: another post where nobody but the proposer holds the one named.

    Raises NobodyToAct: an inner step never has nobody.
    """
    found = [_settled_seat(seat, run, at) for seat in step.seats]
    if missing := [seat for seat, got in zip(step.seats, found, strict=True) if got is None]:
        raise errors.NobodyToAct(
            step=step.title,
            post=POST_NAMES[missing[0].post],
            organisation=plugs.titles([run.organisation])[run.organisation],
            organisation_code=run.organisation,
            post_code=missing[0].post.value,
            procedure=held.procedure.name,
        )
    # Two posts that fall to one are asked once.
    return list(dict.fromkeys(seat for seat in found if seat is not None))


def _settled_seat(seat: Seat, run: InnerRun, at: datetime) -> Seat | None:
    if seat.person_no and any(each.person_no == seat.person_no for each in _others(seat, run, at)):
        return seat
    for post in inner_people.fallbacks(seat.post):
        if _others(Seat(post), run, at):
            return Seat(post)
    return None


def _others(seat: Seat | InnerSeat, run: InnerRun, at: datetime) -> list[Any]:
    people = queries.people_of(seat, run.organisation, at)
    return [person for person in people if person.person_no != run.proposed_by_no]


def _ask_next(held: Held, run: InnerRun, doer: Doer, at: datetime) -> None:
    """Ask the next step's people, or end the circulation where all have agreed."""
    step = InnerStep.objects.filter(run=run, asked_at=None).order_by("number").first()
    if step is None:
        _end(held, run, InnerResult.AGREED, doer, at)
        return
    step.asked_at = at
    step.save(update_fields=["asked_at"])
    InnerSeat.objects.filter(step=step).update(waiting=True)
    telling.inner_step_asked(held, step.title, inner_people.asked_in(held.row, at), doer, at)


# --- Opinions --------------------------------------------------------------------------------------------------------
@transaction.atomic
def give_opinion(
    case_no: str, seat_no: int, *, verdict: Verdict, remark: str = "", by: Subject, at: datetime
) -> InnerResult:
    """Say what one thinks where one is asked (会签); how the circulation stands then.

    Raises NotFound, NotYourSeat, ProposerMayNotAgree, OpinionWithoutReason, RemarkTooLong.
    """
    held = hold(case_no)
    queries.require_visible(held.row, by)
    seat = (
        InnerSeat.objects.select_related("step__run").filter(pk=seat_no, step__run__case=held.row, waiting=True).first()
    )
    if seat is not None and seat.step.run.proposed_by_no == by.person_no:
        raise errors.ProposerMayNotAgree()
    if seat is None or not queries.may_sit(seat, by, at):
        raise errors.NotYourSeat()
    run = seat.step.run
    if verdict is not Verdict.AGREE and not remark.strip():
        raise errors.OpinionWithoutReason(field="remark")
    if len(remark) > MAX_OPINION:
        raise asked.RemarkTooLong(label=queries.opinion_label(), limit=MAX_OPINION, field="remark")
    seat.verdict, seat.remark, seat.at, seat.waiting = verdict, remark.strip(), at, False
    seat.given_by, seat.given_by_no, seat.given_by_name = by.actor.to_json(), by.person_no, by.display
    seat.save()
    doer = Doer.of(by)
    _record(held, run, "procedures.inner.opinion_given", doer, at, {"step": seat.step.number, "verdict": verdict})
    return _go_on(held, run, seat.step, doer, at)


def _go_on(held: Held, run: InnerRun, step: InnerStep, doer: Doer, at: datetime) -> InnerResult:
    verdicts = InnerSeat.objects.filter(step=step).values_list("verdict", flat=True)
    found = settled(Mode(step.mode), [Verdict(each) if each else None for each in verdicts])
    if found is InnerResult.OPEN:
        return found
    step.done_at = at
    step.save(update_fields=["done_at"])
    InnerSeat.objects.filter(step=step, waiting=True).update(waiting=False)
    if found is not InnerResult.AGREED:
        _end(held, run, found, doer, at)
        return found
    _ask_next(held, run, doer, at)
    return InnerResult(run.result)


@transaction.atomic
def take_back(case_no: str, *, by: Subject, at: datetime) -> CaseRef:
    """Take back what one has sent round (收回送审), also when it is agreed and not yet handed on.

    Raises NotFound, NoInnerRun.
    """
    held = hold(case_no)
    queries.require_visible(held.row, by)
    row = held.row
    stay = InnerRun.objects.filter(case=row, state=row.state, entered_at=row.entered_at)
    run = stay.order_by("id").last()
    standing = run is not None and run.result in (InnerResult.OPEN, InnerResult.AGREED)
    if run is None or not standing or (run.proposed_by_no, run.organisation) != (by.person_no, by.organisation):
        raise errors.NoInnerRun()
    _end(held, run, InnerResult.DROPPED, Doer.of(by), at)
    return held.row.ref()


# --- When people go --------------------------------------------------------------------------------------------------
def recheck(*, at: datetime, organisation: str = "") -> int:
    """Ask others where nobody is left who could fill a waiting seat; how many seats changed."""
    rows = InnerSeat.objects.filter(waiting=True)
    if organisation:
        rows = rows.filter(organisation=organisation)
    found = rows.order_by("id").values_list("pk", "step__run__case__case_no")
    return sum(_recheck(seat_no, case_no, at) for seat_no, case_no in list(found))


@transaction.atomic
def _recheck(seat_no: int, case_no: str, at: datetime) -> bool:
    held = hold(case_no)
    seat = InnerSeat.objects.select_related("step__run").filter(pk=seat_no, waiting=True).first()
    if seat is None or _others(seat, seat.step.run, at):
        return False
    settled_now = _settled_seat(Seat(Post(seat.post)), seat.step.run, at)
    if settled_now is None:
        log.error("case %s: nobody can give the opinion of step %s", case_no, seat.step.number)
        return False
    seat.post, seat.person_no, seat.person_name = settled_now.post.value, "", ""
    seat.save(update_fields=["post", "person_no", "person_name"])
    people = [person.person_no for person in _others(seat, seat.step.run, at)]
    telling.inner_step_asked(held, seat.step.title, people, BY_PLATFORM, at)
    return True


# --- When organisations are reformed ----------------------------------------------------------------------------------
def go_over(held: Held, parties: Collection[str], *, source: str, target: str, at: datetime) -> None:
    """What goes round one organisation goes round another that took its place in the case as one of these parties.

    Opinions that were given stand with the organisation of their day; the target's people are asked for the others.
    So does what is agreed and not handed on yet. The caller saves the case.
    """
    stay = InnerRun.objects.filter(case=held.row, state=held.row.state, entered_at=held.row.entered_at)
    for run in stay.filter(organisation=source, result__in=(InnerResult.OPEN, InnerResult.AGREED)).order_by("id"):
        way = held.procedure.find_transition(run.transition)
        who = held.standing.who(way) if way is not None else None
        if who is None or who.party not in parties:
            continue
        run.organisation = target
        run.save(update_fields=["organisation"])
        InnerSeat.objects.filter(step__run=run, verdict="").update(organisation=target)
        for seat in InnerSeat.objects.filter(step__run=run, waiting=True).select_related("step__run").order_by("id"):
            _ask_there(held, seat, at)


def _ask_there(held: Held, seat: InnerSeat, at: datetime) -> None:
    named = Seat(Post(seat.post), seat.person_no, seat.person_name)
    found = _settled_seat(named, seat.step.run, at)
    if found is None:
        # Nobody yet: the hourly look finds who comes.
        log.error("case %s: nobody can give the opinion of step %s", held.row.case_no, seat.step.number)
        return
    seat.post, seat.person_no, seat.person_name = found.post.value, found.person_no, found.person_name
    seat.save(update_fields=["post", "person_no", "person_name"])
    people = [person.person_no for person in _others(seat, seat.step.run, at)]
    telling.inner_step_asked(held, seat.step.title, people, BY_PLATFORM, at)


def _end(held: Held, run: InnerRun, result: InnerResult, doer: Doer, at: datetime) -> None:
    run.result, run.ended_at = result.value, at
    run.save(update_fields=["result", "ended_at"])
    InnerSeat.objects.filter(step__run=run, waiting=True).update(waiting=False)
    # What was said stays with the department; that its circulation ended all parties may know.
    tell_event(
        held,
        EventKind.INNER_ENDED,
        doer if result is InnerResult.DROPPED else BY_PLATFORM,
        at,
        transition=run.transition,
        from_state=held.row.state,
    )
    _record(held, run, "procedures.inner.ended", doer, at, {"result": result.value})
    outbox.publish(InnerRunEnded(held.row.case_no, run.kind, run.organisation, result.value), at=at)
    held.row.save()
    if result is not InnerResult.DROPPED:
        telling.inner_run_ended(held, result, [run.proposed_by_no], doer, at)


def _record(held: Held, run: InnerRun, action: str, doer: Doer, at: datetime, details: dict[str, Any]) -> None:
    audit.record(
        action=action,
        by=doer.actor,
        at=at,
        object_kind="case",
        object_code=held.row.case_no,
        case=held.row.case_no,
        details={"transition": run.transition, "organisation": run.organisation, **details},
    )
