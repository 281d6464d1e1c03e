"""What a transformation makes of a value."""

import pytest

from jutong.kernel.codes.data_types import DataType
from jutong.supply.mounting.domain.errors import TransformMalformed, TransformOnKey, TransformUnfit
from jutong.supply.mounting.domain.mapping import ItemWanted, find_faults
from jutong.supply.mounting.domain.transforms import codes_in, find_gap, transformed
from jutong.supply.mounting.domain.wire import request_from_json, request_to_json
from jutong.supply.mounting.values import (
    ColumnFound,
    ColumnMap,
    StreamColumn,
    StreamRequest,
    TableRef,
    Transform,
    TransformKind,
)
from tests.support.transforms import CASES

CODES = Transform(TransformKind.CODES, (("1", "男"),))


@pytest.mark.parametrize(("transform", "value", "wanted"), CASES)
def test_a_value_becomes_what_the_transformation_says(transform, value, wanted):
    assert transformed(value, transform) == wanted


@pytest.mark.parametrize(
    "transform",
    [
        Transform(TransformKind.CODES),
        Transform(TransformKind.CODES, (("1", "a"), ("1", "b"))),
        Transform(TransformKind.CODES, ((" 1", "a"),)),
        Transform(TransformKind.CODES, (("1", "unreadable:1"),)),
        Transform(TransformKind.CODES, (("1", "a"),), other="\n"),
        Transform(TransformKind.CODES, tuple((str(n), "a") for n in range(501))),
        Transform(TransformKind.MASK, first=-1),
        Transform(TransformKind.MASK, last=21),
    ],
)
def test_a_transformation_that_cannot_be_meant_is_refused(transform):
    assert find_gap(transform)


def faults(transform: Transform, *, key: bool = False, found: str = "C(9)", wanted: str = "C(9)"):
    items = (ItemWanted("a", DataType.parse(wanted), key=key),)
    columns = {"s": ColumnFound("s", "whatever", DataType.parse(found))}
    return [type(fault) for fault in find_faults(items, [ColumnMap("a", "s", "whatever", transform)], columns)]


def test_what_the_key_is_made_of_is_not_transformed():
    assert faults(CODES, key=True) == [TransformOnKey]


def test_a_column_of_the_key_is_not_transformed_for_another_item_either():
    items = (ItemWanted("id", DataType.parse("C(9)"), key=True), ItemWanted("shown", DataType.parse("C(9)")))
    mask = Transform(TransformKind.MASK, first=1)
    columns = [ColumnMap("id", "s"), ColumnMap("shown", "s", "", mask)]

    found = find_faults(items, columns, {"s": ColumnFound("s", "", DataType.parse("C(9)"))})

    assert [(type(fault), fault.field) for fault in found] == [(TransformOnKey, "shown")]


def test_only_text_and_whole_numbers_are_transformed():
    assert faults(CODES, found="D") == [TransformUnfit]
    assert faults(CODES, found="I") == []


def test_a_code_table_without_lines_is_a_fault_of_its_item():
    assert faults(Transform(TransformKind.CODES)) == [TransformMalformed]


def test_transformed_text_may_become_any_type():
    assert faults(Transform(TransformKind.NUMBER), wanted="N(9,2)") == []


def test_a_mapping_keeps_its_transformation():
    column = ColumnMap("a", "s", "text", Transform(TransformKind.CODES, (("1", "男"),), other=""))

    assert ColumnMap.from_json(column.to_json()) == column


def test_a_front_end_node_is_told_the_transformation():
    columns = (StreamColumn("a", "text", DataType.parse("C(9)"), CODES), StreamColumn("b", "text", DataType.parse("I")))
    request = StreamRequest(TableRef("s", "t"), columns, ("b",))

    assert request_from_json(request_to_json(request)).columns == columns


def test_a_code_table_is_pasted_as_two_columns():
    assert codes_in("1\t男\n\n 2 , 女，其他\n9\n0=") == (("1", "男"), ("2", "女，其他"), ("9", ""), ("0", ""))
