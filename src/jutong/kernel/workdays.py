"""Working days (工作日) as the State Council's yearly notices set them, and limits counted in them.

The calendar is a frozen value, built by the rulebook from its table and handed to whoever counts. It does no I/O.
"""

import calendar as _month
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

from jutong.kernel.clock import local_day
from jutong.kernel.codes.region import RegionCode
from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_

_DAY: Final = timedelta(days=1)

# The notice of a year has more than once moved the last days of December before it (2018-12-29 was made a working
# day by the notice for 2019). Until the next year's notice is in, these days are not certain either.
_YEAR_END_FROM: Final = (12, 25)

# No legal limit is longer; beyond it a mistake is likelier than a wish, and counting day by day would not end.
_MAX_WORKDAYS: Final = 10_000


class WorkdayCountOutOfRange(JutongError):
    """A negative or absurd number of working days was to be counted."""

    message = N_("工作日数 {count} 超出可计算范围（0 到 {limit}）。")


@dataclass(frozen=True, slots=True)
class LocalDays:
    """What one region changes in the national calendar: local holidays (如壮族三月三) and emergency days."""

    off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class DueDay:
    """Last day of a limit (到期日). `provisional` (暂定): it depends on a year whose notice is not published yet."""

    day: date
    provisional: bool = False

    def is_overdue(self, on: date) -> bool:
        """The limit ends with the last moment of its day."""
        return on > self.day


@dataclass(frozen=True)  # no slots: what is found for the region is kept
class WorkCalendar:
    """Work calendar (工作日历): Monday to Friday, but for the days the notices make off or working.

    `covered_years` are those whose national notice is known; other days are provisional, whatever is marked on them.
    `local` holds the entries of regions by code; they count in that region and all below it, the deepest first.
    `region` is where days are counted when a question names no region.
    """

    holidays: frozenset[date] = frozenset()
    working_weekends: frozenset[date] = frozenset()
    covered_years: frozenset[int] | None = None
    local: Mapping[str, LocalDays] = field(default_factory=dict)
    region: str = ""

    def __post_init__(self) -> None:
        if self.covered_years is None:
            years = frozenset(day.year for day in self.holidays | self.working_weekends)
            object.__setattr__(self, "covered_years", years)

    def at(self, region: str) -> "WorkCalendar":
        """The same calendar, counting in another region."""
        return self if region == self.region else replace(self, region=region)

    def is_workday(self, day: date, region: str | None = None) -> bool:
        """Is this a working day there? Local entries win over national ones, deeper regions over higher ones."""
        for entries in self._entries_here if region is None else self._entries_of(region):
            if day in entries.off:
                return False
            if day in entries.working:
                return True
        if day in self.holidays:
            return False
        return day.weekday() < 5 or day in self.working_weekends

    def is_provisional(self, day: date) -> bool:
        """May this day still change, because no notice covers it yet?"""
        assert self.covered_years is not None
        if day.year not in self.covered_years:
            return True
        return (day.month, day.day) >= _YEAR_END_FROM and day.year + 1 not in self.covered_years

    def add_workdays(self, start: date, count: int) -> date:
        """The `count`-th working day after `start`, which is itself not counted. Zero gives `start` back."""
        if not 0 <= count <= _MAX_WORKDAYS:
            raise WorkdayCountOutOfRange(count=count, limit=_MAX_WORKDAYS)
        day = start
        while count:
            day += _DAY
            count -= self.is_workday(day)
        return day

    def due_after(self, start: date, count: int) -> DueDay:
        """As `add_workdays`, and whether any day on the way may still change."""
        day = self.add_workdays(start, count)
        return DueDay(day, self.is_provisional_between(start, day))

    def is_provisional_between(self, start: date, end: date) -> bool:
        """May any day after `start` up to `end` still change?"""
        # Years are few; within one, uncertainty only begins, so the last day of each tells for all.
        ends = {min(end, date(year, 12, 31)) for year in range(start.year, end.year + 1)}
        return any(self.is_provisional(day) for day in ends if day > start)

    def workdays_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` lies before `start`.

        With today and the due day it says how many working days are left, or by how many a limit is passed.
        """
        if end < start:
            return -self.workdays_between(end, start)
        return sum(self.is_workday(start + offset * _DAY) for offset in range(1, (end - start).days + 1))

    def next_workday(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it."""
        while not self.is_workday(day):
            day += _DAY
        return day

    def received_on(self, moment: datetime) -> date:
        """The day a submission counts as received (受理日): on a day off, the next working day. Our reading."""
        return self.next_workday(local_day(moment))

    @cached_property
    def _entries_here(self) -> tuple[LocalDays, ...]:
        return self._entries_of(self.region)

    def _entries_of(self, region: str) -> tuple[LocalDays, ...]:
        if not self.local or not region:
            return ()
        found = (self.local.get(code.text) for code in RegionCode.parse(region).chain)
        return tuple(entries for entries in found if entries is not None)


class LimitUnit(StrEnum):
    """How a limit counts. What the source calls 工作日 is a working day; the rest are calendar days."""

    WORKDAY = "workday"  # 工作日
    NATURAL_DAY = "natural_day"  # 自然日
    DAY_OF_MONTH = "day_of_month"  # 每月某日前
    PER_YEAR = "per_year"  # 每年次数

    @property
    def label(self) -> str:
        return _UNIT_TITLES[self]


_UNIT_TITLES: Final = {
    LimitUnit.WORKDAY: N_("个工作日"),
    LimitUnit.NATURAL_DAY: N_("个自然日"),
    LimitUnit.DAY_OF_MONTH: N_("日前（每月）"),
    LimitUnit.PER_YEAR: N_("次（每年）"),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit (时限) of a rule pack, with the article it comes from. `amount` is counted in `unit`."""

    key: str
    amount: int
    unit: LimitUnit
    article: str
    title: str = ""

    def due(self, start: date, calendar: WorkCalendar) -> DueDay:
        """The last day of the limit when it starts on `start`.

        Working days: the start counts as received on the next working day if it is off, and is not counted.
        Natural days: the start is not counted; the last day may be off. Day of the month: the first such day on or
        after the start, the month's last where it is shorter. Count per year: the last day of the year.
        """
        if self.unit is LimitUnit.WORKDAY:
            return calendar.due_after(calendar.next_workday(start), self.amount)
        if self.unit is LimitUnit.NATURAL_DAY:
            return DueDay(start + self.amount * _DAY)
        if self.unit is LimitUnit.PER_YEAR:
            return DueDay(date(start.year, 12, 31))
        day = _day_of_month(start.year, start.month, self.amount)
        if day < start:
            day = _day_of_month(start.year + start.month // 12, start.month % 12 + 1, self.amount)
        return DueDay(day)


def _day_of_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, _month.monthrange(year, month)[1]))


def days(text: str) -> frozenset[date]:
    """Days written as `2019-10-01..2019-10-07, 2019-09-29`: single days and spans, both ends counted."""
    found: set[date] = set()
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        first, _, last = part.partition("..")
        begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
        found.update(begin + n * _DAY for n in range((end - begin).days + 1))
    return frozenset(found)
