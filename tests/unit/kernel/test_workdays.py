"""Working days against the notices, two packages that copied them independently, and a slow count by hand."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import holidays as holidays_package
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.kernel.workdays import (
    DueDay,
    Limit,
    LimitUnit,
    LocalDays,
    WorkCalendar,
    WorkdayCountOutOfRange,
    days,
)

NATIONAL_DAY_2019 = WorkCalendar(
    holidays=days("2019-10-01..2019-10-07"), working_weekends=days("2019-09-29, 2019-10-12")
)

# The notice for 2026, by its dates.
YEAR_2026 = WorkCalendar(
    holidays=days(
        "2026-01-01..2026-01-03, 2026-02-15..2026-02-23, 2026-04-04..2026-04-06, 2026-05-01..2026-05-05,"
        "2026-06-19..2026-06-21, 2026-09-25..2026-09-27, 2026-10-01..2026-10-07"
    ),
    working_weekends=days("2026-01-04, 2026-02-14, 2026-02-28, 2026-05-09, 2026-09-20, 2026-10-10"),
)


def limit(amount: int, unit: LimitUnit = LimitUnit.WORKDAY) -> Limit:
    return Limit(key="test", amount=amount, unit=unit, article="—")


def every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@pytest.mark.source("Art. 22(3)")
def test_provider_has_five_working_days_across_the_national_holiday():
    due = NATIONAL_DAY_2019.add_workdays(date(2019, 9, 27), 5)

    assert due == date(2019, 10, 10)


@pytest.mark.parametrize("text", ["2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"])
def test_adjusted_weekends_of_2026_are_working_days(text):
    assert YEAR_2026.is_workday(date.fromisoformat(text))


@pytest.mark.parametrize("text", ["2026-01-02", "2026-02-23", "2026-10-06", "2026-10-11"])
def test_bridged_weekdays_and_plain_weekends_of_2026_are_off(text):
    assert not YEAR_2026.is_workday(date.fromisoformat(text))


def test_2026_has_248_working_days_by_its_notice_and_by_two_packages():
    china = holidays_package.China(years=2026)
    year = every_day(date(2026, 1, 1), date(2026, 12, 31))

    assert sum(YEAR_2026.is_workday(day) for day in year) == 248
    for day in year:
        assert YEAR_2026.is_workday(day) == chinese_calendar.is_workday(day) == china.is_working_day(day)


def test_the_day_of_the_start_is_not_counted_and_zero_days_end_where_they_start():
    monday = date(2026, 3, 2)

    assert YEAR_2026.add_workdays(monday, 1) == date(2026, 3, 3)
    assert YEAR_2026.add_workdays(monday, 0) == monday


@pytest.mark.parametrize("count", [-1, 10_001])
def test_absurd_counts_are_refused(count):
    with pytest.raises(WorkdayCountOutOfRange):
        YEAR_2026.add_workdays(date(2026, 3, 2), count)


def test_what_comes_in_on_a_day_off_counts_as_received_on_the_next_working_day():
    # 16:30 UTC on Friday is Saturday in Shanghai, and that Saturday begins the National Day week.
    moment = datetime(2019, 9, 30, 16, 30, tzinfo=UTC)

    assert NATIONAL_DAY_2019.received_on(moment) == date(2019, 10, 8)
    assert limit(2).due(date(2019, 10, 1), NATIONAL_DAY_2019).day == date(2019, 10, 10)


def test_a_limit_ends_with_the_last_moment_of_its_day():
    due = DueDay(date(2026, 3, 4))

    assert not due.is_overdue(date(2026, 3, 4))
    assert due.is_overdue(date(2026, 3, 5))


def test_days_of_years_without_a_notice_are_provisional():
    due = YEAR_2026.due_after(date(2026, 12, 21), 3)
    into_next_year = YEAR_2026.due_after(date(2026, 12, 31), 3)

    assert due == DueDay(date(2026, 12, 24), provisional=False)
    assert into_next_year == DueDay(date(2027, 1, 5), provisional=True)


def test_the_last_days_of_december_wait_for_the_notice_of_the_next_year():
    # The notice for 2019 made 2018-12-29, a Saturday, a working day.
    known_2018 = WorkCalendar(covered_years=frozenset({2018}))
    known_2019 = WorkCalendar(working_weekends=days("2018-12-29"), covered_years=frozenset({2018, 2019}))

    assert known_2018.is_provisional(date(2018, 12, 29))
    assert not known_2019.is_provisional(date(2018, 12, 29))
    assert known_2018.due_after(date(2018, 12, 27), 2).provisional
    assert known_2019.due_after(date(2018, 12, 27), 2) == DueDay(date(2018, 12, 29), provisional=False)


def test_local_days_count_in_their_region_and_below_only():
    guangxi = WorkCalendar(
        local={
            "450000": LocalDays(off=days("2026-04-20, 2026-04-21")),
            "450500": LocalDays(off=days("2026-09-22"), working=days("2026-04-21")),
        }
    )
    festival = date(2026, 4, 20)

    assert not guangxi.is_workday(festival, "450000")
    assert not guangxi.is_workday(festival, "450102001")
    assert guangxi.is_workday(festival, "440000")
    assert guangxi.is_workday(festival)
    assert not guangxi.at("450100").is_workday(festival)
    assert guangxi.is_workday(date(2026, 4, 21), "450502"), "the deeper region's entry wins"
    assert not guangxi.is_workday(date(2026, 9, 22), "450500")
    assert guangxi.is_workday(date(2026, 9, 22), "450100")


def test_a_local_holiday_moves_the_due_day_there():
    calendar = WorkCalendar(local={"450000": LocalDays(off=days("2026-04-20, 2026-04-21"))})

    assert calendar.add_workdays(date(2026, 4, 17), 2) == date(2026, 4, 21)
    assert calendar.at("450300").add_workdays(date(2026, 4, 17), 2) == date(2026, 4, 23)


@pytest.mark.source("Art. 46")
@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-03-01", "2026-03-05"),
        ("2026-03-05", "2026-03-05"),
        ("2026-03-06", "2026-04-05"),
        ("2026-12-06", "2027-01-05"),
    ],
)
def test_the_day_of_the_month_is_a_calendar_day(start, due):
    fifth = limit(5, LimitUnit.DAY_OF_MONTH)

    assert fifth.due(date.fromisoformat(start), YEAR_2026) == DueDay(date.fromisoformat(due))


def test_the_31st_of_a_short_month_is_its_last_day():
    assert limit(31, LimitUnit.DAY_OF_MONTH).due(date(2026, 2, 10), YEAR_2026).day == date(2026, 2, 28)


def test_natural_days_run_through_days_off():
    assert limit(10, LimitUnit.NATURAL_DAY).due(date(2026, 9, 26), YEAR_2026).day == date(2026, 10, 6)


@pytest.mark.source("Art. 18(2)")
def test_a_count_per_year_is_due_by_its_end():
    assert limit(2, LimitUnit.PER_YEAR).due(date(2026, 3, 1), YEAR_2026).day == date(2026, 12, 31)


def test_days_are_written_as_single_days_and_spans():
    assert sorted(days("2019-10-06..2019-10-07, 2019-09-29")) == [
        date(2019, 9, 29),
        date(2019, 10, 6),
        date(2019, 10, 7),
    ]
    assert days("") == frozenset()


known_days = st.dates(date(2025, 12, 1), date(2027, 2, 28))
counts = st.integers(0, 60)


@given(known_days, counts)
def test_exactly_the_counted_days_lie_between_the_start_and_the_due_day(start, count):
    due = YEAR_2026.add_workdays(start, count)

    assert sum(YEAR_2026.is_workday(day) for day in every_day(start, due)[1:]) == count
    assert YEAR_2026.workdays_between(start, due) == count
    assert count == 0 or YEAR_2026.is_workday(due)


@given(known_days, known_days, counts)
def test_a_later_start_is_never_due_earlier(one, other, count):
    earlier, later = sorted((one, other))

    assert YEAR_2026.add_workdays(earlier, count) <= YEAR_2026.add_workdays(later, count)
    assert limit(count).due(earlier, YEAR_2026).day <= limit(count).due(later, YEAR_2026).day


@given(known_days, counts, counts)
def test_counting_in_two_steps_is_counting_in_one(start, first, second):
    halfway = YEAR_2026.add_workdays(start, first)

    assert YEAR_2026.add_workdays(halfway, second) == YEAR_2026.add_workdays(start, first + second)


@given(known_days, known_days, known_days)
def test_working_days_between_add_up_and_change_sign(one, two, three):
    between = YEAR_2026.workdays_between

    assert between(one, two) + between(two, three) == between(one, three)
    assert between(one, two) == -between(two, one)


@given(st.dates(date(2018, 1, 1), date(2026, 12, 31)), st.integers(0, 25))
def test_a_calendar_of_all_known_years_agrees_with_an_independent_count(start, count):
    due = ALL_YEARS.due_after(start, count)

    oracle = start
    while count:
        oracle += timedelta(days=1)
        if oracle.year > 2026:
            assert due.provisional
            return
        count -= chinese_calendar.is_workday(oracle)
    assert due.day == oracle


def _from_holidays_package() -> WorkCalendar:
    # `holidays` is the other of the two packages, so that the oracle is not its own source.
    china = holidays_package.China(years=range(2018, 2027))
    everyone = every_day(date(2018, 1, 1), date(2026, 12, 31))
    return WorkCalendar(
        holidays=frozenset(d for d in everyone if d.weekday() < 5 and not china.is_working_day(d)),
        working_weekends=frozenset(d for d in everyone if d.weekday() >= 5 and china.is_working_day(d)),
        covered_years=frozenset(range(2018, 2027)),
    )


ALL_YEARS = _from_holidays_package()
