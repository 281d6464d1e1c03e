"""Values of cells as data, and what a spreadsheet must never take for a formula."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.ui import cells
from jutong.ui.components import Badge, Column, Deadline


@pytest.mark.parametrize(
    ("value", "kind", "found"),
    [
        (Badge("已授权"), "badge", "已授权"),
        (Deadline(date(2026, 11, 30), 3, "第二十二条"), "text", date(2026, 11, 30)),
        (("社保参保信息", "/catalogue/x/"), "link", "社保参保信息"),
        (timedelta(minutes=2), "duration", 120.0),
        (None, "number", None),
        ("", "text", None),
        (True, "text", "是"),
        (0, "number", 0),
        ("a\x00b\x0bc", "text", "abc"),
    ],
)
def test_what_a_page_shows_becomes_a_plain_value(value, kind, found):
    assert cells.plain(value, kind) == found


def test_moments_are_written_where_the_rules_apply():
    moment = datetime(2026, 10, 31, 16, 30, tzinfo=UTC)

    assert cells.csv_cell(cells.plain(moment, "moment")) == "2026-11-01 00:30:00"
    assert cells.csv_cell(cells.plain(moment, "day")) == "2026-11-01"
    with pytest.raises(ValueError, match="zone"):
        cells.plain(datetime(2026, 10, 31), "moment")


@pytest.mark.parametrize("text", ["=1+1", "+86 771", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1", '=HYPERLINK("x")'])
def test_what_begins_like_a_formula_is_guarded(text):
    assert cells.csv_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["-12.5", "+3", "正常", "a=b", "450102199001011234", "", "0123"])
def test_what_is_no_formula_stays_as_it_is(text):
    assert cells.csv_cell(text) == text


@given(
    st.one_of(
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.decimals(allow_nan=False, allow_infinity=False),
    )
)
def test_numbers_read_back_to_themselves(number):
    [[text]] = csv.reader(io.StringIO(cells.csv_line([number])))

    assert type(number)(text) == number


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=("Cs",))), min_size=2, max_size=5))
def test_no_text_of_a_line_begins_like_a_formula_and_every_text_comes_back(texts):
    [row] = csv.reader(io.StringIO(cells.csv_line([cells.plain(text) for text in texts]), newline=""))

    for text, back in zip(texts, row, strict=True):
        sent = cells.printable(text)
        assert back in (sent, f"'{sent}")
        assert not cells.risky(back)


def test_a_small_table_is_a_csv_file_with_its_mark():
    columns = [Column("name", "部门"), Column("took", "用时", "duration"), Column("share", "占比", "ratio")]

    text = cells.csv_text(columns, [{"name": "公安厅", "took": 0.25, "share": 0.986}])

    assert text == "\ufeff部门,用时（秒）,占比\r\n公安厅,0.25,0.986\r\n"
