"""Rows that PostgreSQL refuses are told one by one; all others lie in the staging table."""

import random

import pytest

from jutong.kernel.codes.data_types import DataType
from jutong.supply.exchange.adapters.staging import Staging
from jutong.supply.exchange.domain import PoolColumn, Shape
from jutong.supply.mounting.values import Chunk, RowFault
from tests.support.way import AT

ROWS = 700
SHAPE = Shape(
    "303001/1",
    1,
    (PoolColumn("id", DataType.parse("N(10)"), True), PoolColumn("mc", DataType.parse("C(5)"), True)),
    (),
)

PATTERNS = {
    "none": set(),
    "first": {0},
    "last": {ROWS - 1},
    "side by side": set(range(300, 340)),
    "scattered": {number for number in range(ROWS) if number % 61 == 7},
    "dense": set(random.Random(3).sample(range(ROWS), 300)),
    "all": set(range(ROWS)),
}


def line(number: int, bad: bool) -> bytes:
    """Bad ones are too long, no number, or empty where nothing may be, in turn."""
    number_text, name = str(number), "名称"
    if bad:
        number_text, name = ((number_text, "名称太长了些"), (f"{number}x", name), (number_text, "\\N"))[number % 3]
    return f"{number_text}\t{name}\n".encode()


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.django_db(transaction=True)
def test_refused_rows_are_told_by_their_number_and_all_others_are_kept(pattern):
    bad = PATTERNS[pattern]
    data = b"".join(line(number, number in bad) for number in range(ROWS))

    with Staging(SHAPE, epoch=1, seq=1, at=AT, lasting=False) as staging:
        first = staging.take(Chunk(line(-1, False), 1))
        taken = staging.take(Chunk(data, ROWS, faults=(RowFault(0, "mc", "other"),)))
        kept = {row[0] for row in staging._connection.execute(f"SELECT id FROM pool_staging.{staging.name}")}

    assert (first.rows, taken.rows) == (1, ROWS - len(bad))
    assert kept == {-1} | {number for number in range(ROWS) if number not in bad}
    # The reading counts from one, the row before this chunk was its first, the row left out the second.
    assert [reject.row_no for reject in taken.rejects] == [2, *(number + 3 for number in sorted(bad))]


@pytest.mark.django_db(transaction=True)
def test_a_refused_row_costs_a_portion_and_not_the_chunk(monkeypatch):
    sent = []
    copy = Staging._copy
    monkeypatch.setattr(Staging, "_copy", lambda self, chunk, data: (sent.append(len(data)), copy(self, chunk, data)))
    bad = PATTERNS["scattered"]
    data = b"".join(line(number, number in bad) for number in range(ROWS))

    with Staging(SHAPE, epoch=1, seq=1, at=AT, lasting=False) as staging:
        staging.take(Chunk(data, ROWS))

    # Sending all that is left again for each of the twelve would be more than six times the chunk.
    assert sum(sent) < 3 * len(data)
