"""How moments, days, numbers and terms are written."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from jutong.ui import formatting


def test_moments_are_written_as_clocks_in_the_region_show_them():
    assert formatting.moment_words(datetime(2026, 11, 23, 16, 5, tzinfo=UTC)) == "2026-11-24 00:05"


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        formatting.moment_words(datetime(2026, 11, 23, 16, 5))


def test_the_day_of_a_moment_is_the_local_one():
    assert formatting.day_words(datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == "2027-01-01"
    assert formatting.day_words(date(2026, 10, 1)) == "2026-10-01"


@pytest.mark.parametrize(
    ("value", "places", "words"),
    [
        (1286, None, "1,286"),
        (0, None, "0"),
        (1234.5, 2, "1,234.50"),
        (Decimal("0.10"), None, "0.10"),
        (None, None, "—"),
    ],
)
def test_numbers_carry_separators(value, places, words):
    assert formatting.number_words(value, places) == words


@pytest.mark.parametrize(("ratio", "words"), [(1, "100.0%"), (0.99999, "99.9%"), (0.986, "98.6%"), (0, "0.0%")])
def test_a_ratio_is_cut_so_that_only_what_is_complete_reads_as_complete(ratio, words):
    assert formatting.ratio_words(ratio) == words


@given(st.floats(min_value=0, max_value=1, exclude_max=True))
def test_no_ratio_below_one_reads_as_a_hundred_per_cent(ratio):
    assert formatting.ratio_words(ratio) != "100.0%"


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KB"),
        (1024**2 - 1, "1.0 MB"),
        (73_400_320, "70.0 MB"),
        (3 * 1024**4, "3.0 TB"),
    ],
)
def test_sizes_take_the_unit_that_fits(size_bytes, words):
    assert formatting.size_words(size_bytes) == words


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (0.85, "850 毫秒"),
        (1, "1 秒"),
        (9.96, "10 秒"),
        (59.6, "1 分"),
        (timedelta(hours=2, minutes=5, seconds=12), "2 小时 5 分"),
        (timedelta(days=3, minutes=5), "3 天"),
    ],
)
def test_durations_show_their_two_largest_units(duration, words):
    assert formatting.duration_words(duration) == words


@pytest.mark.source("U2")
@pytest.mark.parametrize(
    ("left", "words", "english", "tone"),
    [
        (3, "剩余 3 个工作日", "3 working days left", "active"),
        (1, "剩余 1 个工作日", "1 working day left", "attention"),
        (0, "今日到期", "Due today", "attention"),
        (-2, "已超期 2 个工作日", "2 working days overdue", "bad"),
    ],
)
def test_a_term_says_in_words_and_tone_how_it_stands(left, words, english, tone):
    assert formatting.workdays_words(left) == words
    assert formatting.workdays_tone(left) == tone
    with translation.override("en"):
        assert formatting.workdays_words(left) == english


def test_cells_write_what_they_are_given_in_its_usual_form():
    values = [None, "", True, date(2026, 1, 2), 12345, "文字"]

    assert [formatting.cell_words(value) for value in values] == ["—", "—", "是", "2026-01-02", "12,345", "文字"]


def test_terms_in_calendar_days_do_not_speak_of_working_days():
    assert formatting.workdays_words(3, "natural_day") == "剩余 3 天"
    assert formatting.workdays_words(-1, "day_of_month") == "已超期 1 天"


def test_words_in_a_row_carry_the_marks_of_the_readers_language():
    assert formatting.listed_words(["名称", "代码"]) == "名称、代码"
    assert formatting.clauses_words(["其一", "其二"]) == "其一；其二"
    with translation.override("en"):
        assert formatting.listed_words(["name", "code"]) == "name, code"
        assert formatting.clauses_words(["one", "two"]) == "one; two"
