"""What the packages hand us: past notices agree with each other, later years are statutory days only."""

from datetime import date, timedelta

import chinese_calendar

from jutong.foundation.rulebook.adapters.notices import notices_of_package, statutory_days
from jutong.kernel.workdays import WorkCalendar


def test_the_years_of_the_package_are_copied_day_by_day():
    notices = notices_of_package()
    listed = [entry for days in notices.values() for entry in days]
    calendar = WorkCalendar(
        holidays=frozenset(entry.day for entry in listed if not entry.is_workday),
        working_weekends=frozenset(entry.day for entry in listed if entry.is_workday),
        covered_years=frozenset(notices),
    )
    first, last = date(min(notices), 1, 1), date(max(notices), 12, 31)

    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]

    assert (first.year, last.year >= 2026) == (2004, True)
    assert [day for day in days if calendar.is_workday(day) != chinese_calendar.is_workday(day)] == []


def test_festivals_have_their_chinese_names():
    names = {entry.day: entry.note for entry in notices_of_package()[2026]}

    assert names[date(2026, 2, 17)] == "春节"
    assert names[date(2026, 10, 10)] == "国庆节"


def test_years_without_a_notice_have_statutory_days_and_no_working_weekends():
    days = statutory_days(2027)

    assert not any(entry.is_workday for entry in days)
    # 2027-02-08 is the third day of the Spring Festival; calendars that fall back to Monday to Friday miss it.
    assert date(2027, 2, 8) in {entry.day for entry in days}
    assert {entry.day.year for entry in days} == {2027}
