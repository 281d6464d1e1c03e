"""When a node is under maintenance (维护时段): it gets no new orders, and its silence alarms nobody."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from jutong.kernel.clock import SHANGHAI
from jutong.supply.nodes.domain.errors import WindowUnclear
from jutong.supply.nodes.values import MaintenanceWindow

_LONGEST_CHAIN = 20
LONGEST_SPAN = timedelta(days=31)
"""A longer one would be a node that is out of use; it is suspended or removed instead."""


def checked(window: MaintenanceWindow, at: datetime) -> MaintenanceWindow:
    """The window, if it is one. Raises WindowUnclear, which names the field."""
    weekly = (window.weekdays, window.opens, window.closes)
    if any(weekly) == any((window.begins_at, window.ends_at)):
        raise WindowUnclear(field="opens")
    if any(weekly):
        _check_weekly(window)
    else:
        _check_span(window, at)
    return window


def _check_span(window: MaintenanceWindow, at: datetime) -> None:
    begins, ends = window.begins_at, window.ends_at
    if begins is None or ends is None or not begins < ends <= begins + LONGEST_SPAN or ends <= at:
        raise WindowUnclear(field="ends_at")


def _check_weekly(window: MaintenanceWindow) -> None:
    days = window.weekdays
    if not days or not set(days) <= set(range(1, 8)) or len(set(days)) != len(days):
        raise WindowUnclear(field="weekdays")
    hours = [hour for hour in (window.opens, window.closes) if hour is not None and hour.tzinfo is None]
    if len(hours) < 2 or hours[0] == hours[1]:
        raise WindowUnclear(field="opens")


def rests_until(windows: Iterable[MaintenanceWindow], at: datetime) -> datetime | None:
    """The end of the maintenance that goes on at this moment; None where there is none.

    Windows that follow one another count as one. One that never ends, since its hours follow each other all week, is
    told as ending some windows later, when people look again.
    """
    known, until = list(windows), at
    for _ in range(_LONGEST_CHAIN):
        ends = [end for window in known if (end := _end(window, until)) is not None]
        if not ends:
            break
        until = max(ends)
    return until if until > at else None


def _end(window: MaintenanceWindow, at: datetime) -> datetime | None:
    """When the window that contains this moment ends."""
    if window.begins_at is not None and window.ends_at is not None:
        return window.ends_at if window.begins_at <= at < window.ends_at else None
    assert window.opens is not None
    assert window.closes is not None
    local = at.astimezone(SHANGHAI)
    for day in (local.date(), local.date() - timedelta(days=1)):
        if day.isoweekday() in window.weekdays:
            begins = datetime.combine(day, window.opens, SHANGHAI)
            last = day if window.opens < window.closes else day + timedelta(days=1)
            ends = datetime.combine(last, window.closes, SHANGHAI)
            if begins <= at < ends:
                return ends
    return None
