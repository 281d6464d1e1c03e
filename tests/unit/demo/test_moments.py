"""Moments of the demo's past."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.demo.moments import Past
from jutong.kernel.workdays import WorkCalendar, days

CALENDAR = WorkCalendar(holidays=days("2026-10-01..2026-10-07"), working_weekends=days("2026-09-20, 2026-10-10"))


@pytest.mark.parametrize(
    ("back", "day"), [(1, date(2026, 10, 10)), (2, date(2026, 10, 9)), (3, date(2026, 10, 8)), (4, date(2026, 9, 30))]
)
def test_working_days_are_counted_back_across_the_holiday(back, day):
    past = Past(datetime(2026, 10, 12, 3, 0, tzinfo=UTC), CALENDAR)

    assert past.workday(back) == day


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC)),
    back=st.integers(0, 90),
    hour=st.integers(0, 23),
)
def test_no_moment_lies_ahead(now, back, hour):
    assert Past(now, CALENDAR).at(back, hour) <= now
