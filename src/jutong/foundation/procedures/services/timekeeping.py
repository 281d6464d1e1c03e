"""What the passing of time does: it warns, escalates and counts again. It never decides in anybody's favour."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import plugs, queries
from jutong.foundation.procedures.domain.moves import way_on_expiry
from jutong.foundation.procedures.events import StepOverdue
from jutong.foundation.procedures.models import Clock
from jutong.foundation.procedures.services import assignment, clocks, moving, telling
from jutong.foundation.procedures.services.cases import BY_PLATFORM, Held, hold, tell_event
from jutong.foundation.procedures.values.cases import EventKind, Stage
from jutong.foundation.procedures.values.declaration import BUREAU
from jutong.foundation.rulebook.events import CalendarImported
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post

log = logging.getLogger(__name__)

# The longest run of days off so far was eight; a clock tells its last at most so many days after its last day, and
# warns at most so many before it.
_REACH = timedelta(days=40)


def keep_time(*, at: datetime) -> int:
    """Look at every clock that has something to tell and tell it; how many cases were told of or moved.

    Each stage of a clock is told once, however often this runs: what is told and the note that it was are one
    transaction for each case. When nothing is due this is one query.

    Raises the first error met, after all other cases have been looked at.
    """
    due = Clock.objects.filter(ended_at=None, look_on__lte=local_day(at)).order_by("look_on", "id")
    told, errors = 0, []
    for case_no in list(due.values_list("case__case_no", flat=True)):
        try:
            told += _keep_time_of(case_no, at)
        except Exception as error:
            log.exception("time of case %s could not be kept", case_no)
            errors.append(error)
    if errors:
        raise errors[0]
    return told


@transaction.atomic
def _keep_time_of(case_no: str, at: datetime) -> bool:
    held = hold(case_no)
    clock = clocks.running(held.row)
    if clock is None:
        return False
    today = local_day(at)
    # The calendar may have changed a moment ago, and its announcement not yet have come to us: nobody is told, nor
    # does anybody's waiting end, by days that are off meanwhile.
    moved = _count_again(held, clock, "", at)
    state = held.procedure.state(held.row.state)
    if today > clock.due_on and (way := way_on_expiry(held.procedure, state)) is not None:
        if moved:
            held.row.save()
        moving.move_on_expiry(held, way, at)
        return True
    reached = clocks.reached(clock, held.row, today)
    stages = _stages_between(Stage(clock.stage), reached)
    for stage in stages:
        _tell_stage(held, clock, stage, at)
    clock.stage = max(clock.stage, reached)
    clocks.look_again(clock, held.row)
    clock.save(update_fields=["due_on", "provisional", "stage", "look_on"])
    if stages or moved:
        held.row.save()
    return bool(stages)


def _stages_between(told: Stage, reached: Stage) -> list[Stage]:
    """The stages to tell now. A warning that comes too late is left out; an escalation never is."""
    passed = [stage for stage in Stage if told < stage <= reached]
    return [stage for stage in passed if stage >= Stage.OVERDUE] or passed[-1:]


def _tell_stage(held: Held, clock: Clock, stage: Stage, at: datetime) -> None:
    kind = EventKind.REMINDED if stage < Stage.OVERDUE else EventKind.OVERDUE
    tell_event(
        held,
        kind,
        BY_PLATFORM,
        at,
        from_state=held.row.state,
        data={"stage": stage.name.lower(), "due_on": clock.due_on.isoformat()},
    )
    organisation = _bureau(held) if stage in (Stage.TO_MONITOR, Stage.TO_BUREAU) else held.row.acting_organisation
    telling.clock_ran_down(held, clock, stage, _told(held, stage, at), at, organisation=organisation)
    if stage is Stage.OVERDUE:
        outbox.publish(
            StepOverdue(
                case_no=held.row.case_no,
                procedure=held.row.procedure,
                step=clock.step,
                limit_key=clock.limit_key,
                due_on=clock.due_on.isoformat(),
                post=held.row.acting_post,
                organisation=held.row.acting_organisation,
            ),
            at=at,
        )


def _told(held: Held, stage: Stage, at: datetime) -> list[str]:
    """Who is told of a stage: those who can act, then the bureau's monitor, the cloud chief, and the bureau.

    Monitors are the bureau's alone (Art. 39); where it has none, its reviewers are told.
    """
    organisation = held.row.acting_organisation
    if stage <= Stage.OVERDUE or not organisation:
        return assignment.everybody_asked(held, at)
    if stage is Stage.TO_CHIEF:
        return _holders(Post.CLOUD_CHIEF, [organisation], at)
    bureau = _bureau(held)
    monitors = _holders(Post.DATA_MONITOR, [bureau] if bureau else [], at)
    if stage is Stage.TO_MONITOR and monitors:
        return monitors
    return list(dict.fromkeys([*monitors, *_holders(Post.BUREAU_REVIEWER, [bureau] if bureau else [], at)]))


def _bureau(held: Held) -> str:
    return held.parties.get(BUREAU) or plugs.bureau()


def _holders(post: Post, organisations: Iterable[str], at: datetime) -> list[str]:
    return [person.person_no for code in organisations for person in plugs.people_in(post, code, at)]


# --- The calendar changes --------------------------------------------------------------------------------------------
def recount_open_clocks(event: CalendarImported, *, at: datetime) -> None:
    """Count the last days of running clocks again when the work calendar changed (暂定转正式、应急停工)."""
    running = Clock.objects.filter(ended_at=None, due_on__gte=event.first_day - _REACH).order_by("id")
    for case_no in list(running.values_list("case__case_no", flat=True)):
        _recount(case_no, event.notice_no, at)


@transaction.atomic
def _recount(case_no: str, notice_no: str, at: datetime) -> None:
    held = hold(case_no)
    clock = clocks.running(held.row)
    if clock is None:
        return
    before = (clock.stage, clock.look_on)
    moved = _count_again(held, clock, notice_no, at)
    # Days before or after the last one may have moved too, and with them a warning.
    clocks.look_again(clock, held.row)
    if moved or (clock.stage, clock.look_on) != before:
        clock.save(update_fields=["due_on", "provisional", "stage", "look_on"])
    if moved:
        held.row.save()


def _count_again(held: Held, clock: Clock, notice_no: str, at: datetime) -> bool:
    """Count a clock again and tell where it changed. The caller saves clock and case."""
    before = clock.due_on
    moved = clocks.recount(clock, held.row)
    _forget_what_is_true_no_more(held, clock, at)
    if not moved:
        return False
    tell_event(
        held,
        EventKind.RECOUNTED,
        BY_PLATFORM,
        at,
        from_state=held.row.state,
        data={"from": before.isoformat(), "to": clock.due_on.isoformat(), "notice_no": notice_no},
    )
    if before != clock.due_on:
        telling.due_day_moved(held, clock, assignment.everybody_asked(held, at), at)
    return True


def _forget_what_is_true_no_more(held: Held, clock: Clock, at: datetime) -> None:
    """Have what was told of another last day be told again when it comes by the present one.

    What was told of the present last day is not told again, even where the calendar has taken a day between. It
    matters not how often, or in which order, calendar and office changed before somebody looked.
    """
    reached = clocks.reached(clock, held.row, local_day(at))
    if reached < clock.stage and queries.last_day_told(held.row, clock) != clock.due_on:
        clock.stage = reached


# --- The office changes ----------------------------------------------------------------------------------------------
def count_where_it_is_now(held: Held, at: datetime) -> None:
    """Count the running clock by the days of the region where the office of the present step sits now.

    The caller saves the case.
    """
    clock = clocks.running(held.row)
    who = held.procedure.state(held.row.state).who
    if clock is None or who is None or not clock.region:
        return
    region = held.row.region or plugs.region_of(held.parties[who.party])
    if region == clock.region:
        return
    clock.region = region
    _count_again(held, clock, "", at)
    clocks.look_again(clock, held.row)
    clock.save(update_fields=["region", "due_on", "provisional", "stage", "look_on"])
