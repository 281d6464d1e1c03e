"""How a source differs from its contract: renamed, narrower, new, gone."""

import pytest

from jutong.kernel.codes.data_types import DataType
from jutong.supply.exchange.domain.differences import Seen, compare, narrower
from jutong.supply.exchange.values import Difference, SourceDifferenceKind
from jutong.supply.mounting.values import ColumnFound, ColumnMap, TableFound, TableRef


def table(*columns: tuple[str, str], key: tuple[str, ...] = (), values: tuple[str, ...] = ()) -> TableFound:
    found = tuple(ColumnFound(name, kind, DataType.parse("C(20)"), values=values) for name, kind in columns)
    return TableFound(TableRef("", "t"), "table", "", 0, found, key)


MAPPED = (ColumnMap("mc", "mc", "varchar(20)"), ColumnMap("je", "je", "decimal(12,2)"))
BEFORE = Seen.of(table(("mc", "varchar(20)"), ("je", "decimal(12,2)")))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("varchar(50)", "varchar(20)", True),
        ("decimal(12,2)", "decimal(14,1)", True),
        ("varchar(20)", "varchar(50)", False),
        ("varchar(50)", "char(20)", False),
        ("text", "text", False),
    ],
)
def test_a_type_is_narrower_when_one_of_its_numbers_is_smaller_and_all_else_equal(before, after, expected):
    assert narrower(before, after) is expected


def test_a_column_that_is_gone_is_looked_for_among_the_new_ones_of_its_type():
    found = table(("name", "varchar(20)"), ("je2", "decimal(12,2)"), ("dz", "varchar(9)"))

    kinds = [(each.kind, each.column, each.after) for each in compare(["mc", "je"], MAPPED, found, BEFORE)]

    assert kinds == [
        (SourceDifferenceKind.RENAMED, "mc", "name"),
        (SourceDifferenceKind.RENAMED, "je", "je2"),
        (SourceDifferenceKind.NEW, "dz", "varchar(9)"),
    ]


def test_among_several_new_ones_only_a_name_alike_counts():
    found = table(("je", "decimal(12,2)"), ("mcheng", "varchar(20)"), ("dz", "varchar(20)"))
    assert compare(["mc"], MAPPED, found, BEFORE)[0].after == "mcheng"

    found = table(("je", "decimal(12,2)"), ("bz", "varchar(20)"), ("dz", "varchar(20)"))
    assert compare(["mc"], MAPPED, found, BEFORE)[0].kind is SourceDifferenceKind.GONE


def test_keys_and_lists_of_values_are_compared_with_what_was_seen_last():
    before = Seen.of(table(("mc", "enum"), key=("mc",), values=("甲", "乙")))
    now = table(("mc", "enum"), values=("甲", "丙"))

    kinds = {each.kind for each in compare((), MAPPED[:1], now, before)}

    assert kinds == {SourceDifferenceKind.KEY, SourceDifferenceKind.CODES}


def test_without_a_table_nothing_else_is_said_and_differences_survive_their_json():
    gone = compare(["mc"], MAPPED, None, BEFORE)

    assert [each.kind for each in gone] == [SourceDifferenceKind.TABLE_GONE]
    each = Difference(SourceDifferenceKind.NEW, "dz", after="varchar(9)", data_type="C(9)")
    assert Difference.from_json(each.to_json()) == each
