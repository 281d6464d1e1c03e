"""How much of a time lies in declared stops of updates."""

from datetime import date, datetime, timedelta

import pytest

from jutong.kernel.clock import SHANGHAI
from jutong.supply.catalogue.domain import stopped_between

SINCE = datetime(2026, 11, 1, 12, tzinfo=SHANGHAI)
UNTIL = datetime(2026, 11, 11, 12, tzinfo=SHANGHAI)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("stops", "days"),
    [
        ([], 0),
        ([(date(2026, 11, 3), date(2026, 11, 3))], 1),
        ([(date(2026, 11, 3), date(2026, 11, 5)), (date(2026, 11, 4), date(2026, 11, 6))], 4),
        ([(date(2026, 11, 4), date(2026, 11, 4)), (date(2026, 11, 3), date(2026, 11, 6))], 4),
        ([(date(2026, 10, 1), date(2026, 11, 1))], 0.5),
        ([(date(2026, 11, 10), None)], 1.5),
        ([(date(2026, 10, 1), None)], 10),
        ([(date(2026, 10, 1), date(2026, 10, 31)), (date(2026, 11, 12), None)], 0),
    ],
)
def test_whole_days_of_stops_within_the_time_count_once(stops, days):
    assert stopped_between(stops, SINCE, UNTIL) == days * DAY
