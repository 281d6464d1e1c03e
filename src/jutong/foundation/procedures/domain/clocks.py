"""Clocks of steps: when they are due, what is used and left, and when somebody is to be told (Art. 22, S3).

All days are legal days of one calendar: the day of arrival is not counted, an arrival on a day off counts from the
next working day, and a limit ends with the last moment of its last day.
"""

from dataclasses import replace
from datetime import date, timedelta

from jutong.foundation.procedures.values.cases import Stage
from jutong.kernel.workdays import DueDay, Limit, LimitUnit, WorkCalendar

# Working days after the last day at which the next one is told. Our default; the Rules name only the posts.
TO_MONITOR_AFTER = 1
TO_CHIEF_AFTER = 3
TO_BUREAU_AFTER = 5

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


def stage(due_on: date, today: date, calendar: WorkCalendar) -> Stage:
    """How far a clock has run down on a day.

    The warning comes on the last working day before the day it is due, and steps up by working days after it.
    """
    if today <= due_on:
        if today == due_on:
            return Stage.DUE
        return Stage.SOON if today >= _workday_before(due_on, calendar) else Stage.IN_TIME
    late = calendar.workdays_between(due_on, today)
    if late >= TO_BUREAU_AFTER:
        return Stage.TO_BUREAU
    if late >= TO_CHIEF_AFTER:
        return Stage.TO_CHIEF
    if late >= TO_MONITOR_AFTER:
        return Stage.TO_MONITOR
    return Stage.OVERDUE


def _workday_before(day: date, calendar: WorkCalendar) -> date:
    before = day - timedelta(days=1)
    while not calendar.is_workday(before):
        before -= timedelta(days=1)
    return before
