"""Starting, ending and holding the clocks of steps."""

from dataclasses import dataclass
from datetime import date, datetime

from jutong.foundation.procedures import plugs, queries
from jutong.foundation.procedures.domain import clocks
from jutong.foundation.procedures.models import Case, Clock
from jutong.foundation.procedures.values.cases import Stage
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


def calendar_of(clock: Clock, row: Case) -> WorkCalendar:
    """The work calendar by which a clock counts: of its office's region, the case's, or the platform's own."""
    return rulebook.calendar(clock.region or row.region or None)


def ladder_of(row: Case) -> clocks.Ladder:
    """The warnings and escalations of a case: it keeps the rules of the day on which it was opened."""
    return queries.ladder(local_day(row.opened_at))


def start(row: Case, state: State, organisation: str, at: datetime) -> Clock | None:
    """Start the clock of a state that has a limit; go on with what is left where it was held.

    It counts where the organisation sits that the state names: local and emergency days are those of the office that
    has to act. A case keeps the rules of the day on which it was opened. What was used before a return stays counted by
    the days of the office that had the case then, whoever has taken it over since. A step that counts from an earlier
    event (`Step.counts_from`) starts on the day of the event.
    """
    if not state.limit:
        return None
    today = local_day(at)
    first_day = _event_day(state, row, today)
    full = rulebook.limit(state.limit, on=local_day(row.opened_at))
    limit, used_before = full, 0
    made = Clock(case=row, step=state.key, region=row.region or plugs.region_of(organisation))
    calendar = calendar_of(made, row)
    last = Clock.objects.filter(case=row, step=state.key).order_by("id").last()
    if last is not None and last.held:
        paused_on, there = last.ended_on or today, calendar_of(last, row)
        limit = clocks.left_after_pause(last.limit, last.started_on, paused_on, there)
        used_before = last.used_before + clocks.used(last.limit, last.started_on, paused_on, there)
        first_day = today
    due = clocks.due(limit, first_day, calendar)
    made.started_at, made.started_on = at, first_day
    made.limit_key, made.limit_amount, made.limit_unit = limit.key, limit.amount, limit.unit
    made.article, made.full_amount, made.used_before = limit.article, full.amount, used_before
    made.due_on, made.provisional = due.day, due.provisional
    made.look_on = clocks.next_look(due.day, Stage.IN_TIME, calendar, ladder_of(row))
    made.save()
    return made


def _event_day(state: State, row: Case, today: date) -> date:
    """The day from which a step's limit counts: that of the event its case is about, else today."""
    told = row.data.get(state.counts_from) if state.counts_from else None
    return min(date.fromisoformat(told), today) if told else today


def running(row: Case) -> Clock | None:
    return Clock.objects.filter(case=row, ended_at=None).first()


def stop(row: Case, at: datetime, *, held: bool) -> Spent | None:
    """End the running clock, or hold it until the case comes back."""
    clock = running(row)
    if clock is None:
        return None
    today = local_day(at)
    clock.ended_at, clock.ended_on = at, today
    clock.used = clocks.used(clock.limit, clock.started_on, today, calendar_of(clock, row))
    clock.held = held and clocks.can_be_held(clock.limit)
    clock.save(update_fields=["ended_at", "ended_on", "used", "held"])
    return Spent(clock.used_before + clock.used, clock.full_amount, late=today > clock.due_on)


def reached(clock: Clock, row: Case, today: date) -> Stage:
    """How far a clock has run down by the present calendar."""
    return clocks.stage(clock.due_on, today, calendar_of(clock, row), ladder_of(row))


def look_again(clock: Clock, row: Case) -> None:
    """Note the first day on which the clock has something new to tell. The caller saves it."""
    clock.look_on = clocks.next_look(clock.due_on, Stage(clock.stage), calendar_of(clock, row), ladder_of(row))


def recount(clock: Clock, row: Case) -> bool:
    """Count a running clock's last day again by the present calendar; did it change?"""
    due = clocks.due(clock.limit, clock.started_on, calendar_of(clock, row))
    changed = (due.day, due.provisional) != (clock.due_on, clock.provisional)
    if changed:
        clock.due_on, clock.provisional = due.day, due.provisional
    return changed
