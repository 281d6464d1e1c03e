"""Changes to the work calendar. Each is one transaction with its audit entry and its fact."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.foundation.rulebook import queries
from jutong.foundation.rulebook.adapters import notices
from jutong.foundation.rulebook.adapters.packs import rulebook
from jutong.foundation.rulebook.domain import MAX_NOTE_LENGTH, read_notice
from jutong.foundation.rulebook.events import CalendarImported
from jutong.foundation.rulebook.models import CalendarStamp, CoveredYear, Notice, Workday
from jutong.foundation.rulebook.policy import CHANGE_CALENDAR, ENTER_EMERGENCY
from jutong.foundation.rulebook.values import (
    CalendarYearImplausible,
    DaySource,
    EmergencyEndsBeforeItBegins,
    EmergencyNeedsReason,
    EmergencyNeedsRegion,
    EmergencyTooLate,
    ImportedNotice,
    NoticeDay,
    NoticeNumberMissing,
)
from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.codes.region import RegionCode
from jutong.kernel.policy import Subject
from jutong.kernel.typed import fitting

FIRST_YEAR, LAST_YEAR = 2000, 2100
STATUTORY_YEARS_AHEAD = 5


@transaction.atomic
def import_notice(
    *, content: bytes, year: int, notice_no: str, region: str = "", by: Subject, at: datetime
) -> ImportedNotice:
    """Take over the yearly notice of the country, or of a region for its local days, replacing that year's entries.

    All or nothing: raises CalendarImportRejected with every fault by line and column, NoticeNumberMissing,
    CalendarYearImplausible, NotPermitted, or a RegionCodeError. With the national notice the year stops being
    provisional.
    """
    require(by, CHANGE_CALENDAR)
    notice_no = _notice_no(notice_no)
    region = RegionCode.parse(region).text if region else ""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarYearImplausible(field="year", year=year)
    days = read_notice(content, year, national=not region)
    _lock_calendar()
    # Emergency days are no holidays of a notice: they stay.
    Workday.objects.filter(region=region, for_year=year).exclude(source=DaySource.EMERGENCY).delete()
    _put(days, region=region, for_year=year, source=DaySource.NOTICE, notice_no=notice_no)
    if not region:
        CoveredYear.objects.update_or_create(
            year=year, defaults={"source": DaySource.NOTICE, "notice_no": notice_no, "since": at}
        )
    notice = Notice.objects.create(
        year=year,
        region=region,
        notice_no=notice_no,
        content=content,
        digest=hashlib.sha256(content).hexdigest(),
        days=len(days),
        imported_by=by.actor.to_json(),
        imported_at=at,
    )
    audit.record(
        action="rulebook.calendar.imported",
        by=by.actor,
        at=at,
        object_kind="calendar_year",
        object_code=f"{region or 'CN'}:{year}",
        details={"notice_no": notice_no, "days": len(days), "digest": notice.digest},
    )
    # Up to the end of the year and back to its first day all entries may differ from those before.
    _announce(year, region, notice_no, min(date(year, 1, 1), days[0].day), date(year, 12, 31), at)
    return ImportedNotice(year, region, notice_no, len(days), notice.digest, at)


@transaction.atomic
def enter_day(
    *, day: date, is_workday: bool, notice_no: str, note: str = "", region: str = "", by: Subject, at: datetime
) -> None:
    """Make one day off or working, there and below: emergency days (如台风停工) and corrections.

    Raises NoticeNumberMissing, TextTooLong, CalendarYearImplausible, NotPermitted, or a RegionCodeError.
    """
    require(by, CHANGE_CALENDAR)
    notice_no = _notice_no(notice_no)
    region = RegionCode.parse(region).text if region else ""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CalendarYearImplausible(field="day", year=day.year)
    entry = NoticeDay(day, is_workday, fitting(note, MAX_NOTE_LENGTH, field="note"))
    _lock_calendar()
    _put([entry], region=region, for_year=day.year, source=DaySource.ENTRY, notice_no=notice_no)
    audit.record(
        action="rulebook.day.entered",
        by=by.actor,
        at=at,
        object_kind="calendar_day",
        object_code=f"{region or 'CN'}:{day}",
        details={"notice_no": notice_no, "is_workday": is_workday, "note": entry.note},
    )
    _announce(day.year, region, notice_no, day, day, at)


@transaction.atomic
def enter_emergency(
    *, first: date, last: date, region: str, notice_no: str, reason: str, by: Subject, at: datetime
) -> int:
    """Make days off in one region and below because of an emergency (应急停工, 如台风); how many days changed.

    Days on which nobody works anyway stay as they are. Open clocks of offices there are counted again.

    Raises NotPermitted, NoticeNumberMissing, EmergencyNeedsRegion, EmergencyNeedsReason, EmergencyTooLate,
    EmergencyEndsBeforeItBegins, CalendarYearImplausible, or a RegionCodeError.
    """
    require(by, ENTER_EMERGENCY)
    notice_no, reason = _notice_no(notice_no), fitting(reason, MAX_NOTE_LENGTH, field="reason")
    if not region.strip():
        raise EmergencyNeedsRegion(field="region")
    region = RegionCode.parse(region).text
    if not reason:
        raise EmergencyNeedsReason(field="reason")
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise CalendarYearImplausible(field="first", year=first.year)
    longest = rulebook().parameter("calendar.emergency_days_max", local_day(at)).whole()
    if not first <= last < first + timedelta(days=longest):
        raise EmergencyEndsBeforeItBegins(field="last", days=longest)
    back = rulebook().parameter("calendar.emergency_days_back", local_day(at)).whole()
    if first < local_day(at) - timedelta(days=back):
        raise EmergencyTooLate(field="first", day=first.isoformat(), days=back)
    known = queries.calendar(rulebook().territory).at(region)
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    days = [NoticeDay(day, False, reason) for day in every if known.is_workday(day)]
    if not days:
        return 0
    _lock_calendar()
    for year in sorted({day.day.year for day in days}):
        of_year = [day for day in days if day.day.year == year]
        _put(of_year, region=region, for_year=year, source=DaySource.EMERGENCY, notice_no=notice_no)
    audit.record(
        action="rulebook.emergency.entered",
        by=by.actor,
        at=at,
        object_kind="calendar_day",
        object_code=f"{region}:{days[0].day}",
        details={
            "notice_no": notice_no,
            "first": days[0].day.isoformat(),
            "last": days[-1].day.isoformat(),
            "days": len(days),
        },
    )
    _announce(first.year, region, notice_no, days[0].day, days[-1].day, at)
    return len(days)


@transaction.atomic
def lay_down_calendar(*, at: datetime) -> None:
    """Fill in the years whose notices come with the release, and statutory days of the next ones as provisional.

    Years that are covered already stay as they are, so that an imported notice is never overwritten. A release that
    knows a further year brings it in at its first start.
    """
    covered = set(CoveredYear.objects.values_list("year", flat=True))
    known = {year: days for year, days in notices.notices_of_package().items() if year not in covered}
    ahead = range(max(covered | known.keys()) + 1, at.year + STATUTORY_YEARS_AHEAD + 1)
    laid = set(Workday.objects.filter(region="", for_year__in=ahead).values_list("for_year", flat=True).distinct())
    missing = [year for year in ahead if year not in laid]
    if not known and not missing:
        return
    _lock_calendar()
    for year, days in known.items():
        Workday.objects.filter(region="", for_year=year, source=DaySource.STATUTORY).delete()
        _put(days, region="", for_year=year, source=DaySource.PACKAGE, notice_no="")
    CoveredYear.objects.bulk_create(CoveredYear(year=year, source=DaySource.PACKAGE, since=at) for year in known)
    for year in missing:
        _put(notices.statutory_days(year), region="", for_year=year, source=DaySource.STATUTORY, notice_no="")
    if covered:
        # Not the first start: cases may be open whose due days lie in these years.
        for year in sorted({*known, *missing}):
            _announce(year, "", "", date(year, 1, 1), date(year, 12, 31), at)
    _record_laid_down(sorted({*known, *missing}), PLATFORM, at)


def _record_laid_down(years: list[int], by: ActorRef, at: datetime) -> None:
    audit.record(
        action="rulebook.calendar.laid_down",
        by=by,
        at=at,
        object_kind="calendar",
        object_code="CN",
        details={"first_year": years[0], "last_year": years[-1]},
    )


def _put(days: Iterable[NoticeDay], *, region: str, for_year: int, source: DaySource, notice_no: str) -> None:
    Workday.objects.bulk_create(
        (
            Workday(
                day=entry.day,
                region=region,
                is_workday=entry.is_workday,
                for_year=for_year,
                source=source,
                notice_no=notice_no,
                note=entry.note,
            )
            for entry in days
        ),
        update_conflicts=True,
        unique_fields=["day", "region"],
        update_fields=["is_workday", "for_year", "source", "notice_no", "note"],
    )


def _lock_calendar() -> None:
    """One change at a time, and every process learns of it: the row is locked until the end of the transaction."""
    CalendarStamp.objects.update_or_create(id=1, defaults={"stamp": uuid4()})


def _announce(year: int, region: str, notice_no: str, first: date, last: date, at: datetime) -> None:
    outbox.publish(
        CalendarImported(year=year, region=region, notice_no=notice_no, first_day=first, last_day=last), at=at
    )


def _notice_no(text: str) -> str:
    if not text.strip():
        raise NoticeNumberMissing(field="notice_no")
    return fitting(text, 60, field="notice_no")
