"""Moments of the demo's past: told by working days before today, so that clocks look alive on any day of the year."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from jutong.kernel.clock import SHANGHAI, local_day
from jutong.kernel.workdays import WorkCalendar

OPENED_DAYS = 420
"""Days before today on which the region's people took up their posts."""


@dataclass(frozen=True, slots=True)
class Past:
    """The past as seen from `now`."""

    now: datetime
    calendar: WorkCalendar

    @property
    def today(self) -> date:
        return local_day(self.now)

    @property
    def beginning(self) -> date:
        """The day from which the region's people hold their posts."""
        return self.today - timedelta(days=OPENED_DAYS)

    def workday(self, back: int) -> date:
        """The working day so many working days before today; 1 is the last one."""
        day = self.today
        while back:
            day -= timedelta(days=1)
            back -= self.calendar.is_workday(day)
        return day

    def at(self, back: int, hour: int, minute: int = 0) -> datetime:
        """An hour of that working day. None of them lies ahead: 0 working days back is now."""
        if back <= 0:
            return self.now
        return datetime.combine(self.workday(back), time(hour, minute), SHANGHAI)
