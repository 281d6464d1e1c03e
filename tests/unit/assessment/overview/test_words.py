"""A figure that stands alone says its unit."""

import pytest

from jutong.assessment.overview.values import NO_FIGURE, Figure, Indicator
from jutong.assessment.overview.web.words import whole_words


@pytest.mark.parametrize(
    ("indicator", "value", "words"),
    [
        (Indicator.WORKDAYS, 3.25, "3.2 个工作日"),
        (Indicator.QUALITY, 91.0, "91.0 分"),
        (Indicator.IN_TIME, 0.5, "50.0%"),
    ],
)
def test_the_region_s_mean_has_its_unit(indicator, value, words):
    assert whole_words(Figure(value, 1, 4), indicator.unit) == words


def test_what_could_not_be_counted_has_no_unit():
    assert whole_words(NO_FIGURE, Indicator.WORKDAYS.unit) == "—"
