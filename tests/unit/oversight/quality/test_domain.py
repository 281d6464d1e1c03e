"""From measures to a score."""

from datetime import UTC, datetime, timedelta

import pytest

from jutong.oversight.quality import domain
from jutong.oversight.quality.values import Dimension, Measure

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WEIGHTS = {"completeness": 0.25, "accuracy": 0.30, "timeliness": 0.20, "uniqueness": 0.15, "availability": 0.10}
STARS_FROM = {5: 90, 4: 80, 3: 70, 2: 60, 1: 0}


def measured(dimension: Dimension, evaluated: float, good: float) -> Measure:
    return Measure(dimension, f"{dimension}.test", "", evaluated, good)


def scored(*measures: Measure):
    return domain.score("303001/1", measures, weights=WEIGHTS, stars_from=STARS_FROM, row_count=10, at=NOW)


@pytest.mark.source("Art. 21(4)")
def test_the_total_is_the_weighted_share_of_good_elements():
    score = scored(
        measured(Dimension.COMPLETENESS, 100, 80),
        measured(Dimension.ACCURACY, 50, 50),
        measured(Dimension.TIMELINESS, 1, 0.5),
        measured(Dimension.UNIQUENESS, 10, 10),
        measured(Dimension.AVAILABILITY, 4, 3),
    )

    # By hand: 0.25 × 0.8 + 0.30 × 1 + 0.20 × 0.5 + 0.15 × 1 + 0.10 × 0.75 = 0.825.
    assert score.total == 82.5
    assert score.stars == 4


def test_a_dimension_with_nothing_to_judge_is_not_a_hundred():
    score = scored(measured(Dimension.COMPLETENESS, 10, 5), measured(Dimension.AVAILABILITY, 0, 0))

    availability = next(part for part in score.dimensions if part.dimension is Dimension.AVAILABILITY)
    assert availability.ratio is None
    assert score.total == 50.0


def test_without_any_measure_there_is_no_total_and_no_star():
    score = scored()

    assert (score.total, score.stars) == (None, 0)


def test_a_rule_over_many_elements_weighs_more_than_one_over_few():
    score = scored(measured(Dimension.ACCURACY, 90, 90), measured(Dimension.ACCURACY, 10, 0))

    assert score.total == 90.0


def test_data_within_cycle_and_grace_are_on_time_and_older_ones_lose_by_age():
    allowed = timedelta(days=2)

    assert domain.timeliness(NOW - timedelta(days=2), allowed, NOW).ratio == 1.0
    assert domain.timeliness(NOW - timedelta(days=8), allowed, NOW).ratio == 0.25
    assert domain.timeliness(NOW - timedelta(days=999), None, NOW) is None


def test_neither_a_declared_stop_nor_the_time_out_of_season_makes_data_older():
    allowed, loaded = timedelta(days=2), NOW - timedelta(days=8)

    assert domain.timeliness(loaded, allowed, NOW, stopped=timedelta(days=6)).ratio == 1.0
    assert domain.timeliness(loaded, allowed, NOW, stopped=timedelta(days=4)).ratio == 0.5
    assert domain.timeliness(loaded, allowed, NOW, months=(6, 7)).ratio == 1.0
    assert domain.timeliness(loaded, allowed, NOW, months=(11,)).ratio == 0.25
