"""Data types of data items: the Guide's letters, lengths where they are needed, and columns that lose nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.kernel.codes import data_types
from jutong.kernel.codes.data_types import DataType, TypeLetter


@pytest.mark.source("Guide App. 1, 8.2")
def test_the_letters_are_those_of_the_guide():
    text = "字符型C、数值型N、货币型Y、日期型D、日期时间型T、逻辑型L、备注型M、通用型G、双精度型B、整型I、浮点型F"

    assert {letter.label + letter.value for letter in TypeLetter} == set(text.split("、"))


@pytest.mark.parametrize(
    ("text", "written", "column"),
    [
        ("C(200)", "C(200)", "character varying(200)"),
        ("c（18）", "C(18)", "character varying(18)"),
        ("N(18,2)", "N(18,2)", "numeric(18,2)"),
        ("N(5)", "N(5)", "numeric(5,0)"),
        ("N（10，2）", "N(10,2)", "numeric(10,2)"),
        ("Y", "Y", "numeric(18,2)"),
        ("Y(20,4)", "Y(20,4)", "numeric(20,4)"),
        ("D", "D", "date"),
        ("T", "T", "timestamp without time zone"),
        ("L", "L", "boolean"),
        ("M", "M", "text"),
        ("G", "G", "bytea"),
        ("B", "B", "double precision"),
        ("I", "I", "bigint"),
        ("F", "F", "double precision"),
    ],
)
def test_a_type_is_read_written_and_becomes_a_column(text, written, column):
    read = DataType.parse(text)

    assert str(read) == written
    assert read.postgres_type() == column


@pytest.mark.source("Guide App. 1, 8.2")
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", data_types.DataTypeMalformed),
        ("varchar(20)", data_types.DataTypeMalformed),
        ("C(20", data_types.DataTypeMalformed),
        ("C(-1)", data_types.DataTypeMalformed),
        ("N(18,)", data_types.DataTypeMalformed),
        ("C(2); drop", data_types.DataTypeMalformed),
        ("X(20)", data_types.DataTypeUnknownLetter),
        ("C", data_types.DataTypeNeedsLength),
        ("N", data_types.DataTypeNeedsLength),
        ("D(8)", data_types.DataTypeTakesNoLength),
        ("I(4)", data_types.DataTypeTakesNoLength),
        ("C(20,2)", data_types.DataTypeTakesNoScale),
        ("C(0)", data_types.DataTypeLengthOutOfRange),
        ("C(99999999)", data_types.DataTypeLengthOutOfRange),
        ("N(66)", data_types.DataTypeLengthOutOfRange),
        ("N(2,3)", data_types.DataTypeScaleOutOfRange),
    ],
)
def test_a_wrong_type_is_refused_with_its_reason(text, fault):
    with pytest.raises(data_types.DataTypeError) as refused:
        DataType.parse(text)

    assert type(refused.value) is fault
    assert "{" not in refused.value.words()


@given(st.integers(1, 65).flatmap(lambda length: st.tuples(st.just(length), st.none() | st.integers(0, length))))
def test_a_written_number_type_reads_back_to_itself(size):
    written = DataType(TypeLetter.NUMBER, *size)

    assert DataType.parse(str(written)) == written
