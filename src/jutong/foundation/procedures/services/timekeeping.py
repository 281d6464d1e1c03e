"""What the passing of time does: it warns, escalates and counts again. It never decides in anybody's favour."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import plugs
from jutong.foundation.procedures.domain import clocks as counting
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

# The longest run of days off so far was eight; a warning comes at most so many days before the last day.
_LOOK_AHEAD = timedelta(days=20)


def keep_time(*, at: datetime) -> int:
    """Look at every running clock and tell what is due; how many cases were told of or moved.

    Each stage of a clock is told once, however often this runs.
    """
    near = Clock.objects.filter(ended_at=None, due_on__lte=local_day(at) + _LOOK_AHEAD).order_by("due_on", "id")
    return sum(_keep_time_of(case_no, at) for case_no in near.values_list("case__case_no", flat=True))


@transaction.atomic
def _keep_time_of(case_no: str, at: datetime) -> bool:
    held = hold(case_no)
    clock = clocks.running(held.row)
    if clock is None:
        return False
    today = local_day(at)
    state = held.procedure.state(held.row.state)
    if today > clock.due_on and (way := way_on_expiry(held.procedure, state)) is not None:
        moving.move_on_expiry(held, way, at)
        return True
    reached = counting.stage(clock.due_on, today, clocks.calendar_of(held.row))
    if reached <= clock.stage:
        return False
    for stage in _stages_between(Stage(clock.stage), reached):
        _tell_stage(held, clock, stage, at)
    clock.stage = reached
    clock.save(update_fields=["stage"])
    held.row.save()
    return True


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
    telling.clock_ran_down(held, clock, stage, _told(held, stage, at), at)
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
    """Who is told of a stage: those who can act, then the monitor, the cloud chief, and the bureau."""
    organisation = held.row.acting_organisation
    if stage <= Stage.OVERDUE or not organisation:
        return [person.person_no for person in assignment.people_asked(held, at)]
    if stage is Stage.TO_MONITOR:
        return _holders(Post.DATA_MONITOR, [organisation], at)
    if stage is Stage.TO_CHIEF:
        return _holders(Post.CLOUD_CHIEF, [organisation], at)
    bureau = [held.parties[BUREAU]] if BUREAU in held.parties else []
    return _holders(Post.DATA_MONITOR, bureau, at) + _holders(Post.BUREAU_REVIEWER, bureau, at)


def _holders(post: Post, organisations: Iterable[str], at: datetime) -> list[str]:
    return [person.person_no for code in organisations for person in plugs.people_in(post, code, at)]


# --- The calendar changes --------------------------------------------------------------------------------------------
def recount_open_clocks(event: CalendarImported, *, at: datetime) -> None:
    """Count the last days of running clocks again when the work calendar changed (暂定转正式)."""
    running = Clock.objects.filter(ended_at=None, due_on__gte=event.first_day - _LOOK_AHEAD).order_by("id")
    for case_no in running.values_list("case__case_no", flat=True):
        _recount(case_no, event.notice_no, at)


@transaction.atomic
def _recount(case_no: str, notice_no: str, at: datetime) -> None:
    held = hold(case_no)
    clock = clocks.running(held.row)
    if clock is None:
        return
    before = clock.due_on
    if not clocks.recount(clock, held.row):
        return
    # A day that moved away is warned of again when it comes.
    clock.stage = min(clock.stage, counting.stage(clock.due_on, local_day(at), clocks.calendar_of(held.row)))
    clock.save(update_fields=["due_on", "provisional", "stage"])
    tell_event(
        held,
        EventKind.RECOUNTED,
        BY_PLATFORM,
        at,
        from_state=held.row.state,
        data={"from": before.isoformat(), "to": clock.due_on.isoformat(), "notice_no": notice_no},
    )
    held.row.save()
    if before != clock.due_on:
        telling.due_day_moved(held, clock, [p.person_no for p in assignment.people_asked(held, at)], at)
