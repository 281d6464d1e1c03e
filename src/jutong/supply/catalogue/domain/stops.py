"""How long updates were declared stopped (停更). Pure."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from jutong.kernel.clock import SHANGHAI


def stopped_between(stops: Iterable[tuple[date, date | None]], since: datetime, until: datetime) -> timedelta:
    """How much of the time from `since` to `until` lies in declared stops.

    Both days of a stop are whole days of it; one without a last day goes on. Stops that overlap count once.
    """
    total, reached = timedelta(), since
    for first, last in sorted(stops, key=lambda stop: stop[0]):
        begin = max(_midnight(first), reached)
        end = until if last is None else min(_midnight(last + timedelta(days=1)), until)
        if begin < end:
            total += end - begin
            reached = end
    return total


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)
