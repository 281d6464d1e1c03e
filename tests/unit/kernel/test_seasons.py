"""Until when data are fresh, with and without months of updates."""

from datetime import datetime, timedelta

import pytest

from jutong.kernel.clock import SHANGHAI
from jutong.kernel.seasons import due_at, in_season

SUMMER = (6, 7, 8)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("since", "days", "months", "due"),
    [
        ("2026-03-01", 10, (), "2026-03-11"),
        ("2026-06-05", 10, SUMMER, "2026-06-15"),
        # The season has ended before anything was due: the next one counts from its first day.
        ("2026-08-28", 10, SUMMER, "2027-06-11"),
        # A season that wraps over the year.
        ("2026-04-01", 10, (12, 1), "2026-12-11"),
    ],
)
def test_out_of_season_nothing_is_due_until_the_next_has_begun(since, days, months, due):
    assert due_at(moment(since), timedelta(days=days), months) == moment(due)


def test_a_period_longer_than_its_season_ends_with_the_season():
    due = due_at(moment("2026-06-20"), timedelta(days=100), (6,))

    assert moment("2027-06-30") < due < moment("2027-07-01")


SEASONS = [set(range(first, first + length)) for first in (1, 5) for length in (1, 3, 7)] + [{1, 12}, {2, 6, 7, 11}]


def test_what_is_due_is_due_in_season_and_never_before_its_period_is_over():
    for months in SEASONS:
        for days in (1, 30, 95, 400):
            for since in (moment("2026-01-31") + timedelta(days=11 * step) for step in range(40)):
                due = due_at(since, timedelta(days=days), months)

                assert in_season(due, months)
                assert due >= since + timedelta(days=days)
