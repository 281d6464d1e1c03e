"""When a feed is harvested by itself: at night, when portals have little to do (our default)."""

from datetime import datetime, time, timedelta
from typing import Final

from jutong.kernel.clock import SHANGHAI, local_day
from jutong.supply.harvest.values import Schedule

NIGHT: Final = time(2, 0)
_DAYS: Final = {Schedule.DAILY: 1, Schedule.WEEKLY: 7, Schedule.MONTHLY: 30}


def next_due(schedule: Schedule, after: datetime) -> datetime | None:
    """The first night the schedule wants; nothing where none is wanted. A month counts thirty days."""
    days = _DAYS.get(schedule)
    if days is None:
        return None
    return datetime.combine(local_day(after) + timedelta(days=days), NIGHT, tzinfo=SHANGHAI)
