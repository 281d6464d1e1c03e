"""Starting, ending and holding the clocks of steps."""

from dataclasses import dataclass
from datetime import datetime

from jutong.foundation.procedures.domain import clocks
from jutong.foundation.procedures.models import Case, Clock
from jutong.foundation.procedures.values.declaration import State
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.workdays import WorkCalendar


@dataclass(frozen=True)
class Spent:
    """What a step took of its limit, all its parts together."""

    used: int
    limit: int
    late: bool


def calendar_of(row: Case) -> WorkCalendar:
    """The work calendar by which a case counts: of its region, or of the platform's own."""
    return rulebook.calendar(row.region or None)


def start(row: Case, state: State, at: datetime) -> Clock | None:
    """Start the clock of a state that has a limit; go on with what is left where it was held.

    A case keeps the rules of the day on which it was opened.
    """
    if not state.limit:
        return None
    calendar, today = calendar_of(row), local_day(at)
    full = rulebook.limit(state.limit, on=local_day(row.opened_at))
    limit, used_before = full, 0
    last = Clock.objects.filter(case=row, step=state.key).order_by("id").last()
    if last is not None and last.held:
        left = clocks.left_after_pause(last.limit, last.started_on, last.ended_on or today, calendar)
        limit, used_before = left, last.used_before + (last.used or 0)
    due = clocks.due(limit, today, calendar)
    return Clock.objects.create(
        case=row,
        step=state.key,
        started_at=at,
        started_on=today,
        limit_key=limit.key,
        limit_amount=limit.amount,
        limit_unit=limit.unit,
        article=limit.article,
        full_amount=full.amount,
        due_on=due.day,
        provisional=due.provisional,
        used_before=used_before,
    )


def running(row: Case) -> Clock | None:
    return Clock.objects.filter(case=row, ended_at=None).first()


def stop(row: Case, at: datetime, *, held: bool) -> Spent | None:
    """End the running clock, or hold it until the case comes back."""
    clock = running(row)
    if clock is None:
        return None
    today = local_day(at)
    clock.ended_at, clock.ended_on = at, today
    clock.used = clocks.used(clock.limit, clock.started_on, today, calendar_of(row))
    clock.held = held and clocks.can_be_held(clock.limit)
    clock.save(update_fields=["ended_at", "ended_on", "used", "held"])
    return Spent(clock.used_before + clock.used, clock.full_amount, late=today > clock.due_on)


def recount(clock: Clock, row: Case) -> bool:
    """Count a running clock's last day again by the present calendar; did it change?"""
    due = clocks.due(clock.limit, clock.started_on, calendar_of(row))
    changed = (due.day, due.provisional) != (clock.due_on, clock.provisional)
    if changed:
        clock.due_on, clock.provisional = due.day, due.provisional
    return changed
