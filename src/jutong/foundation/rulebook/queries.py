"""Reads the calendar, which is kept in the process as long as its stamp holds."""

from collections import defaultdict
from datetime import date, timedelta
from uuid import UUID

from jutong.foundation.rulebook.models import CalendarStamp, CoveredYear, Notice, Workday
from jutong.foundation.rulebook.values import CalendarEntry, DaySource, ImportedNotice, YearState
from jutong.kernel.codes.region import RegionCode
from jutong.kernel.workdays import LocalDays, WorkCalendar

_kept: tuple[UUID, WorkCalendar] | None = None


def calendar(region: str) -> WorkCalendar:
    """The calendar as the tables have it now, counting in the platform's region. One small query when unchanged."""
    global _kept
    stamp = CalendarStamp.objects.values_list("stamp", flat=True).first()
    if stamp is None:
        # Nothing is laid down yet: Monday to Friday, all provisional.
        return WorkCalendar(region=region)
    kept = _kept
    if kept is None or kept[0] != stamp:
        # Read after the stamp: a change committed in between is seen as a new stamp by the next question.
        kept = _kept = (stamp, _calendar_of_tables(region))
    return kept[1]


def _calendar_of_tables(region: str) -> WorkCalendar:
    off: dict[str, set[date]] = defaultdict(set)
    working: dict[str, set[date]] = defaultdict(set)
    for day, code, is_workday in Workday.objects.values_list("day", "region", "is_workday"):
        (working if is_workday else off)[code].add(day)
    local = (off.keys() | working.keys()) - {""}
    return WorkCalendar(
        holidays=frozenset(off[""]),
        working_weekends=frozenset(working[""]),
        covered_years=frozenset(CoveredYear.objects.values_list("year", flat=True)),
        local={code: LocalDays(frozenset(off[code]), frozenset(working[code])) for code in local},
        region=region,
    )


def entries_of_year(year: int, region: str) -> list[CalendarEntry]:
    """Entries of a year for the country and a region with all above it, by day, the country first."""
    chain = [code.text for code in RegionCode.parse(region).chain] if region else []
    rows = Workday.objects.filter(day__year=year, region__in=["", *chain]).order_by("day", "region")
    return [
        CalendarEntry(row.day, row.is_workday, row.region, DaySource(row.source), row.notice_no, row.note)
        for row in rows
    ]


def year_state(year: int, known: WorkCalendar) -> YearState:
    """Whether a year's notice is known, from where, and how many working days the year has as far as is known."""
    row = CoveredYear.objects.filter(year=year).first()
    first = date(year, 1, 1) - timedelta(days=1)
    return YearState(
        year=year,
        covered=row is not None,
        source=DaySource(row.source) if row else DaySource.STATUTORY,
        notice_no=row.notice_no if row else "",
        workdays=known.workdays_between(first, date(year, 12, 31)),
    )


def imported_notices() -> list[ImportedNotice]:
    """Notices imported so far, newest first."""
    rows = Notice.objects.order_by("-imported_at", "-id").defer("content")
    return [ImportedNotice(row.year, row.region, row.notice_no, row.days, row.digest, row.imported_at) for row in rows]
