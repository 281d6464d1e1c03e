"""Moments and days. Faces and jobs ask the clock; rules and services are handed the moment."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, with zone."""
    return datetime.now(UTC)


def local_day(moment: datetime) -> date:
    """The calendar day of a moment where the Rules apply (Asia/Shanghai)."""
    return moment.astimezone(SHANGHAI).date()
