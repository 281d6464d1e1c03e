"""Do columns fit data items, and which texts become values?"""

import re

import pytest

from jutong.kernel.codes.data_types import DataType
from jutong.supply.mounting.domain.errors import (
    ColumnImpossible,
    ColumnLossy,
    ColumnNotFound,
    ColumnRetyped,
    ItemNotMapped,
    ItemUnknown,
)
from jutong.supply.mounting.domain.mapping import ItemWanted, find_faults, find_misfit, match_columns, text_pattern
from jutong.supply.mounting.values import ColumnFound, ColumnMap


def fit(found: str, wanted: str):
    return find_misfit(DataType.parse(found), DataType.parse(wanted))


@pytest.mark.parametrize(
    ("found", "wanted"),
    [("C(18)", "C(5)"), ("I", "C(20)"), ("N(10,2)", "N(18,2)"), ("I", "N(20)"), ("D", "T"), ("C(10)", "D"), ("L", "I"),
     ("I", "L"), ("I", "B"), ("F", "B"), ("G", "G"), ("N(5)", "I"), ("B", "M")],
)  # fmt: skip
def test_what_loses_nothing_or_is_checked_row_by_row_fits(found, wanted):
    assert fit(found, wanted) is None


@pytest.mark.parametrize(
    ("found", "wanted"), [("N(10,4)", "N(18,2)"), ("T", "D"), ("B", "N(18,2)"), ("N(8,1)", "I"), ("F", "I")]
)
def test_what_would_be_rounded_or_cut_in_silence_is_lossy(found, wanted):
    assert fit(found, wanted) is ColumnLossy


@pytest.mark.parametrize(
    ("found", "wanted"), [("G", "C(9)"), ("D", "I"), ("C(5)", "G"), ("D", "L"), ("L", "D"), ("D", "B")]
)
def test_what_has_nothing_in_common_is_impossible(found, wanted):
    assert fit(found, wanted) is ColumnImpossible


@pytest.mark.parametrize(
    ("wanted", "good", "bad"),
    [
        ("D", ["2026-01-01", "20260101", "2026/01/01", "2026-01-01 00:00:00"],
         ["01/02/2026", "2026-1-1", "2026-01-01 10:00:00", "", "今天"]),
        ("T", ["2026-01-01", "2026-01-01 10:00", "2026-01-01T10:00:00.123456"], ["10:00", "2026-01-01 10", "infinity"]),
        ("N(5,2)", ["1", "-1.2", "999.99", "1.", "1.200"], ["1.239", "1000.1", "1e3", "一", "1,000.00"]),
        ("I", ["0", "-9223372036854775808", "1.0"], ["1.5", "", "0x10", "12345678901234567890"]),
        ("L", ["0", "1", "true", "N"], ["2", "是", ""]),
        ("B", ["1", "1.5e10", "-0.1"], ["NaN", "Infinity", "1e", "一"]),
    ],
)  # fmt: skip
def test_texts_that_are_values_and_texts_that_are_not(wanted, good, bad):
    pattern = re.compile(text_pattern(DataType.parse(wanted)))

    assert [text for text in good if not pattern.match(text)] == []
    assert [text for text in bad if pattern.match(text)] == []


def test_any_text_is_text():
    assert text_pattern(DataType.parse("C(5)")) is None


ITEMS = (ItemWanted("gmsfhm", DataType.parse("C(18)")), ItemWanted("je", DataType.parse("N(18,2)")))
FOUND = {
    "GMSFHM": ColumnFound("GMSFHM", "char(18)", DataType.parse("C(18)")),
    "je": ColumnFound("je", "decimal(18,2)", DataType.parse("N(18,2)")),
}


def test_equal_names_match_in_any_letter_case():
    assert match_columns(ITEMS, FOUND.values()) == (
        ColumnMap("gmsfhm", "GMSFHM", "char(18)"),
        ColumnMap("je", "je", "decimal(18,2)"),
    )


def test_all_faults_are_told_at_once():
    columns = (ColumnMap("je", "amount"), ColumnMap("other", "x"))

    faults = find_faults(ITEMS, columns, FOUND)

    assert [type(fault) for fault in faults] == [ItemNotMapped, ColumnNotFound, ItemUnknown]


def test_another_type_than_at_mounting_is_drift_even_where_it_would_fit():
    columns = (ColumnMap("gmsfhm", "GMSFHM", "varchar(18)"), ColumnMap("je", "je", "decimal(18,2)"))

    assert find_faults(ITEMS, columns, FOUND) == ()
    assert [type(fault) for fault in find_faults(ITEMS, columns, FOUND, drift=True)] == [ColumnRetyped]
