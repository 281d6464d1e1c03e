"""Clocks by the legal calendar, against a table written by hand from the notices of the State Council."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.foundation.procedures.domain import clocks
from jutong.foundation.procedures.values import Stage
from jutong.kernel.workdays import Limit, LimitUnit, WorkCalendar, days

REVIEW = Limit("sharing.review", 2, LimitUnit.WORKDAY, "细则第二十二条（二）")
ANSWER = Limit("sharing.answer", 5, LimitUnit.WORKDAY, "细则第二十二条（三）")
PUSH = Limit("sharing.push", 2, LimitUnit.WORKDAY, "细则第二十二条（四）")
LADDER = clocks.Ladder(remind_before=1, to_monitor=1, to_chief=3, bulletin=5)

# Mid-autumn and National Day as each year's notice set them: the days off, and the weekends worked for them.
NATIONAL_DAY = {
    2019: ("2019-09-13..2019-09-15, 2019-10-01..2019-10-07", "2019-09-29, 2019-10-12"),
    2020: ("2020-10-01..2020-10-08", "2020-09-27, 2020-10-10"),
    2023: ("2023-09-29..2023-10-06", "2023-10-07, 2023-10-08"),
    2024: ("2024-09-15..2024-09-17, 2024-10-01..2024-10-07", "2024-09-14, 2024-09-29, 2024-10-12"),
    2025: ("2025-10-01..2025-10-08", "2025-09-28, 2025-10-11"),
    2026: ("2026-09-25..2026-09-27, 2026-10-01..2026-10-07", "2026-09-20, 2026-10-10"),
}


def calendar(year):
    off, worked = NATIONAL_DAY[year]
    return WorkCalendar(holidays=days(off), working_weekends=days(worked))


class Oracle:
    """The same rule told another way: a list of the year's working days, and places in it."""

    def __init__(self, year):
        off, worked = (self._listed(text) for text in NATIONAL_DAY[year])
        every = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
        self.workdays = [d for d in every if d in worked or (d.isoweekday() <= 5 and d not in off)]

    @staticmethod
    def _listed(text):
        found = []
        for part in text.split(", "):
            first, _, last = part.partition("..")
            day = date.fromisoformat(first)
            while day <= date.fromisoformat(last or first):
                found.append(day)
                day += timedelta(days=1)
        return found

    def received(self, day):
        return next(d for d in self.workdays if d >= day)

    def due(self, start, amount):
        return self.workdays[self.workdays.index(self.received(start)) + amount]

    def used(self, start, until):
        return max(sum(self.received(start) < d <= until for d in self.workdays), 0)


@pytest.mark.source("Art. 22(2)")
@pytest.mark.source("Art. 22(3)")
@pytest.mark.source("Art. 22(4)")
@pytest.mark.parametrize("year", sorted(NATIONAL_DAY))
def test_two_five_and_two_working_days_over_the_national_holiday(year):
    work, oracle = calendar(year), Oracle(year)

    for offset in range(40):
        start = date(year, 9, 10) + timedelta(days=offset)
        for limit in (REVIEW, ANSWER, PUSH):
            assert clocks.due(limit, start, work).day == oracle.due(start, limit.amount), (limit.key, start)


def test_the_best_known_cases_by_hand():
    work = calendar(2019)

    # Friday; Saturday off, Sunday the 29th worked, Monday the 30th, then the holiday to the 7th.
    assert clocks.due(ANSWER, date(2019, 9, 27), work).day == date(2019, 10, 10)
    assert clocks.due(REVIEW, date(2019, 9, 27), work).day == date(2019, 9, 30)
    # Handed in on a day off: received on the 8th, the 9th and 10th are counted.
    assert clocks.due(REVIEW, date(2019, 10, 3), work).day == date(2019, 10, 10)


@pytest.mark.parametrize("year", sorted(NATIONAL_DAY))
def test_days_used_are_the_working_days_that_passed(year):
    work, oracle = calendar(year), Oracle(year)

    for begin in range(0, 40, 3):
        for length in range(0, 25, 2):
            start = date(year, 9, 10) + timedelta(days=begin)
            until = start + timedelta(days=length)
            assert clocks.used(ANSWER, start, until, work) == oracle.used(start, until)


@pytest.mark.source("Art. 22(2)")
@given(
    st.sampled_from(sorted(NATIONAL_DAY)), st.integers(0, 30), st.integers(0, 8), st.integers(0, 15), st.integers(2, 6)
)
def test_a_held_clock_gives_the_days_left_and_at_least_one(year, begin, before, pause, amount):
    work = calendar(year)
    limit = Limit("x", amount, LimitUnit.WORKDAY, "")
    start = work.next_workday(date(year, 9, 10) + timedelta(days=begin))
    paused_on = start + timedelta(days=before)

    left = clocks.left_after_pause(limit, start, paused_on, work)
    resumed_on = work.next_workday(paused_on + timedelta(days=pause))
    used = clocks.used(limit, start, paused_on, work)

    assert left.amount == max(amount - used, 1)
    if used < amount:
        # Both parts together are the whole limit, however long the pause.
        until_due = clocks.used(left, resumed_on, clocks.due(left, resumed_on, work).day, work)
        assert used + until_due == amount


def test_a_day_of_the_month_is_not_held():
    monthly = Limit("report.monthly", 5, LimitUnit.DAY_OF_MONTH, "细则第四十六条")

    assert not clocks.can_be_held(monthly)
    assert clocks.left_after_pause(monthly, date(2026, 9, 1), date(2026, 9, 3), calendar(2026)) == monthly


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        ("2019-09-28", Stage.IN_TIME),  # a Saturday off
        ("2019-09-29", Stage.IN_TIME),  # a worked Sunday
        ("2019-09-30", Stage.IN_TIME),
        ("2019-10-08", Stage.SOON),
        ("2019-10-09", Stage.DUE),
        ("2019-10-10", Stage.TO_MONITOR),
        ("2019-10-11", Stage.TO_MONITOR),
        ("2019-10-12", Stage.TO_CHIEF),  # a worked Saturday
        ("2019-10-14", Stage.TO_CHIEF),
        ("2019-10-15", Stage.TO_BUREAU),
    ],
)
def test_warnings_step_up_by_working_days(today, stage):
    assert clocks.stage(date(2019, 10, 9), date.fromisoformat(today), calendar(2019), LADDER) is stage


def test_the_first_days_off_after_the_last_day_are_overdue_and_no_more():
    friday = date(2019, 9, 20)

    assert [clocks.stage(friday, friday + timedelta(days=n), calendar(2019), LADDER) for n in (0, 1, 2, 3)] == [
        Stage.DUE, Stage.OVERDUE, Stage.OVERDUE, Stage.TO_MONITOR,
    ]  # fmt: skip


def test_the_warning_comes_before_a_holiday_and_stays_over_it():
    due_on = date(2019, 10, 8)

    stages = {day: clocks.stage(due_on, day, calendar(2019), LADDER) for day in sorted(days("2019-09-29..2019-10-08"))}

    assert stages[date(2019, 9, 29)] is Stage.IN_TIME
    assert {stages[day] for day in days("2019-09-30..2019-10-07")} == {Stage.SOON}
    assert stages[due_on] is Stage.DUE


@given(st.sampled_from(sorted(NATIONAL_DAY)), st.integers(0, 60), st.integers(0, 60))
def test_a_later_day_is_never_at_an_earlier_stage(year, due_offset, offset):
    work = calendar(year)
    due_on = work.next_workday(date(year, 9, 1) + timedelta(days=due_offset))
    day = date(year, 8, 20) + timedelta(days=offset)

    assert clocks.stage(due_on, day, work, LADDER) <= clocks.stage(due_on, day + timedelta(days=1), work, LADDER)


@given(st.sampled_from(sorted(NATIONAL_DAY)), st.integers(0, 40), st.integers(-5, 20))
def test_days_left_reach_nought_on_the_last_day(year, begin, offset):
    work = calendar(year)
    start = date(year, 9, 10) + timedelta(days=begin)
    due_on = clocks.due(ANSWER, start, work).day
    today = start + timedelta(days=offset)

    left = clocks.days_left(ANSWER, due_on, today, work)

    assert (left < 0) == (today > due_on and work.workdays_between(due_on, today) > 0)
    assert clocks.days_left(ANSWER, due_on, due_on, work) == 0
