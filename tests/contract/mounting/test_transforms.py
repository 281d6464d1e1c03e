"""Transformations in the words of each engine and of the reader of files: the same as the pure rule makes."""

from collections.abc import Iterator

import pytest

from jutong.kernel.codes.data_types import DataType
from jutong.supply.mounting.domain.transforms import transformed
from jutong.supply.mounting.values import UNREADABLE, StreamColumn, StreamRequest, Transform
from tests.contract.mounting.conftest import Lab
from tests.contract.mounting.reading import load
from tests.contract.mounting.test_parts import expected
from tests.support.transforms import CASES, MASK, NUMBER, SEX

MEMO = DataType.parse("M")
ID = StreamColumn("id", "bigint", DataType.parse("I"))


def quoted(value: str | None) -> str:
    return "NULL" if value is None else f"'{value}'"


@pytest.fixture
def table(lab: Lab) -> Iterator[Lab]:
    """Each case's value in a row of its number."""
    lab.run("CREATE TABLE unclean (id bigint PRIMARY KEY, v varchar(60))")
    rows = ", ".join(f"({number}, {quoted(value)})" for number, (_, value, _) in enumerate(CASES))
    lab.run(f"INSERT INTO unclean VALUES {rows}")
    yield lab
    lab.run("DROP TABLE unclean")


def text_column(transform: Transform, wanted: DataType = MEMO) -> StreamColumn:
    return StreamColumn("v", "varchar(60)", wanted, transform)


def test_every_engine_transforms_as_the_rule_says(table, postgres_18):
    kinds = list(dict.fromkeys(transform for transform, _, _ in CASES))
    request = StreamRequest(table.table("unclean"), (ID, *map(text_column, kinds)), ("id",))

    rows, *_ = load(table, postgres_18, request)

    made = [row[1 + kinds.index(transform)] for row, (transform, _, _) in zip(rows, CASES, strict=True)]
    assert made == [wanted for _, _, wanted in CASES]


def test_what_becomes_a_number_is_one_or_refused_by_its_column(table):
    request = StreamRequest(table.table("unclean"), (ID, text_column(NUMBER, DataType.parse("N(9,1)"))), ("id",))

    with table.adapter.stream(request) as stream:
        lines = b"".join(chunk.data for chunk in stream).decode()

    assert "1234567.50" in lines
    assert UNREADABLE + "2026年1月" in lines
    assert UNREADABLE + UNREADABLE not in lines


@pytest.mark.parametrize("transform", [SEX, MASK, NUMBER], ids=lambda each: each.kind.value)
def test_what_is_made_of_the_values_is_what_every_engine_digests(table, transform):
    request = StreamRequest(table.table("unclean"), (ID, text_column(transform)), ("id",))

    found = table.adapter.digest(request)

    rows = [[str(number), transformed(value, transform)] for number, (_, value, _) in enumerate(CASES)]
    assert found == expected(request, rows)
