"""Clocks of steps: when they are due, what is used and left, and when somebody is to be told (Art. 22, S3).

All days are legal days of one calendar: the day of arrival is not counted, an arrival on a day off counts from the
next working day, and a limit ends with the last moment of its last day.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from jutong.foundation.procedures.values.cases import Stage
from jutong.kernel.workdays import DueDay, Limit, LimitUnit, WorkCalendar


@dataclass(frozen=True, slots=True)
class Ladder:
    """When who is told (提醒、催办和超期升级): working days before the last day, and after it for each further rung."""

    remind_before: int
    to_monitor: int
    to_chief: int
    bulletin: int

    def after(self) -> tuple[tuple[Stage, int], ...]:
        """The rungs beyond the last day, the highest first."""
        return ((Stage.TO_BUREAU, self.bulletin), (Stage.TO_CHIEF, self.to_chief), (Stage.TO_MONITOR, self.to_monitor))


_COUNTED = {LimitUnit.WORKDAY, LimitUnit.NATURAL_DAY}


def due(limit: Limit, start: date, calendar: WorkCalendar) -> DueDay:
    """The last day of a limit that starts on a day."""
    return limit.due(start, calendar)


def used(limit: Limit, start: date, until: date, calendar: WorkCalendar) -> int:
    """How many of the limit's days have passed at the end of a day, the day of arrival not counted."""
    if limit.unit is LimitUnit.WORKDAY:
        return max(calendar.workdays_between(calendar.next_workday(start), until), 0)
    return max((until - start).days, 0)


def left_after_pause(limit: Limit, start: date, paused_on: date, calendar: WorkCalendar) -> Limit:
    """The limit with which a held clock goes on: the days left, at least one (退回补正).

    A limit that is a day of the month or a count per year is not held.
    """
    if limit.unit not in _COUNTED:
        return limit
    return replace(limit, amount=max(limit.amount - used(limit, start, paused_on, calendar), 1))


def can_be_held(limit: Limit) -> bool:
    """Does the clock stand still while the office waits for somebody else?"""
    return limit.unit in _COUNTED


def days_left(limit: Limit, due_on: date, today: date, calendar: WorkCalendar) -> int:
    """Days until the limit is over, in the days it counts; 0 on its last day, negative after it."""
    if limit.unit is LimitUnit.WORKDAY:
        return calendar.workdays_between(today, due_on)
    return (due_on - today).days


def received_on(limit: Limit, start: date, calendar: WorkCalendar) -> date:
    """The day an arrival counts as received: where working days are counted, never a day off."""
    return calendar.next_workday(start) if limit.unit is LimitUnit.WORKDAY else start


def stage(due_on: date, today: date, calendar: WorkCalendar, ladder: Ladder) -> Stage:
    """How far a clock has run down on a day.

    The warning comes on a working day before the day it is due, and steps up by working days after it.
    """
    if today <= due_on:
        if today == due_on:
            return Stage.DUE
        return Stage.SOON if today >= _workday_before(due_on, calendar, ladder.remind_before) else Stage.IN_TIME
    late = calendar.workdays_between(due_on, today)
    return next((rung for rung, days in ladder.after() if late >= days), Stage.OVERDUE)


def next_look(due_on: date, told: Stage, calendar: WorkCalendar, ladder: Ladder) -> date | None:
    """The first day on which a clock that was told of a stage has something new to tell; None after the last one."""
    if told < Stage.SOON:
        return _workday_before(due_on, calendar, ladder.remind_before)
    if told < Stage.DUE:
        return due_on
    if told < Stage.OVERDUE:
        return due_on + timedelta(days=1)
    return min((calendar.add_workdays(due_on, days) for rung, days in ladder.after() if rung > told), default=None)


def _workday_before(day: date, calendar: WorkCalendar, count: int) -> date:
    while count:
        day -= timedelta(days=1)
        count -= calendar.is_workday(day)
    return day
