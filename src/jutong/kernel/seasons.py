"""Until when something periodic is fresh: its period, and the months in which it is due at all. Pure."""

from collections.abc import Collection
from datetime import datetime, timedelta

from jutong.kernel.clock import SHANGHAI


def due_at(since: datetime, allowed: timedelta, months: Collection[int] = ()) -> datetime:
    """The last moment at which what was brought at `since` is fresh.

    Out of season nothing is due: the period begins anew with the next season, and ends with it at the latest.
    """
    due = since + allowed
    if in_season(due, months):
        return due
    opening = next_opening(due, months)
    return min(opening + allowed, _closing(opening, months))


def in_season(moment: datetime, months: Collection[int]) -> bool:
    """Are updates due in the month of this moment? Without months they always are."""
    return not months or moment.astimezone(SHANGHAI).month in months


def next_opening(moment: datetime, months: Collection[int]) -> datetime:
    """The first moment from then on at which a month of updates begins."""
    month = _first_of(moment)
    for _ in range(12):
        month = _following(month)
        if month.month in months:
            return month
    raise ValueError("no month of updates")


def _closing(opening: datetime, months: Collection[int]) -> datetime:
    month = opening
    for _ in range(12):
        month = _following(month)
        if month.month not in months:
            break
    return month - timedelta(microseconds=1)


def _first_of(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _following(month: datetime) -> datetime:
    return _first_of(month + timedelta(days=32))
