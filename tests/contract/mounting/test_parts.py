"""Parts of a table: about how much it holds, ranges of its key, and digests by bucket that are the same everywhere."""

from dataclasses import replace

import pytest
from psycopg import sql

from jutong.kernel.codes.data_types import DataType
from jutong.supply.mounting.adapters import digests
from jutong.supply.mounting.adapters.digests import Compared
from jutong.supply.mounting.domain.canonical import bucket_of, canonical, row_digest, row_text
from jutong.supply.mounting.domain.errors import KeyMissing, TableMissing
from jutong.supply.mounting.values import BUCKETS, BucketDigest, KeyRange, StreamColumn, StreamRequest
from tests.contract.mounting.conftest import Lab
from tests.contract.mounting.reading import request_for
from tests.contract.mounting.test_adapters import ROWS


def wanted(lab: Lab) -> StreamRequest:
    return request_for(lab, "person")


def expected(request: StreamRequest, rows: list[list[str | None]]) -> dict[int, BucketDigest]:
    """What the pure rules make of these rows."""
    types = [column.data_type for column in request.columns]
    places = [[column.source for column in request.columns].index(name) for name in request.key]
    made: dict[int, BucketDigest] = {}
    for row in rows:
        bucket = bucket_of("".join(canonical(row[place], types[place]) for place in places))
        before = made.get(bucket, BucketDigest(0, 0))
        made[bucket] = BucketDigest(before.rows + 1, before.digest + row_digest(row_text(row, types)))
    return made


def test_every_engine_digests_the_same_rows_to_the_same_numbers(lab):
    request = wanted(lab)

    assert lab.adapter.digest(request) == expected(request, ROWS)


def test_words_are_digested_as_the_values_they_become(lab):
    """Text on its way to a number, a day, a moment or a truth, also where it is none of these."""
    lab.run("CREATE TABLE wording (id bigint PRIMARY KEY, n varchar(20), d varchar(20), t varchar(40), l varchar(9))")
    lab.run(
        "INSERT INTO wording VALUES (1, ' 1.5 ', '19490112', '2026-01-01 08:00', 'Y'),"
        " (2, '-0', '2026/01/02', '2026-01-02', 'no'), (3, 'x', 'x', 'x', 'x'), (4, NULL, NULL, NULL, NULL)"
    )
    base = request_for(lab, "wording")
    types = map(DataType.parse, ["I", "N(9,2)", "D", "T", "L"])
    request = replace(base, columns=tuple(replace(c, data_type=t) for c, t in zip(base.columns, types, strict=True)))

    made = lab.adapter.digest(request)

    rows = [
        ["1", "1.50", "1949-01-12", "2026-01-01 08:00:00", "true"],
        ["2", "0", "2026-01-02", "2026-01-02 00:00", "0"],
        ["3", "x", "x", "x", "x"],
        ["4", None, None, None, None],
    ]
    assert made == expected(request, rows)


def test_the_pool_s_own_rows_have_the_digests_of_the_source_s(lab, postgres_18):
    request = wanted(lab)
    columns = [Compared(f"c{n}", column.data_type, column.data_type) for n, column in enumerate(request.columns)]
    with postgres_18.connect() as pool:
        types = ", ".join(f"c{n} {column.data_type.postgres_type()}" for n, column in enumerate(request.columns))
        pool.execute(f"CREATE TEMP TABLE pooled ({types})")
        marks = ", ".join(["%s"] * len(columns))
        pool.cursor().executemany(f"INSERT INTO pooled VALUES ({marks})", list(reversed(ROWS)))
        statement = digests.postgres_statement(sql.Identifier("pooled"), columns, columns[:1])
        pooled = digests.sums(pool.execute(statement))

    assert pooled == lab.adapter.digest(request)


def test_a_changed_row_is_found_in_its_bucket_and_only_there_read_again(lab):
    lab.run("CREATE TABLE ledger (id bigint PRIMARY KEY, t varchar(20))")
    values = ", ".join(f"({number}, 'x')" for number in range(1, 301))
    lab.run(f"INSERT INTO ledger VALUES {values}")
    before = lab.adapter.digest(request_for(lab, "ledger"))
    lab.run("UPDATE ledger SET t = 'y' WHERE id = 7")
    after = lab.adapter.digest(request_for(lab, "ledger"))

    (changed,) = [bucket for bucket in range(BUCKETS) if before.get(bucket) != after.get(bucket)]
    with lab.adapter.stream(replace(request_for(lab, "ledger"), buckets=(changed,))) as stream:
        read = b"".join(chunk.data for chunk in stream)

    assert read.count(b"\n") == after[changed].rows < 5
    assert b"y" in read


def test_ranges_of_the_key_hold_each_row_once(lab):
    """Of a key of two columns too, the second of which is text."""
    lab.run("CREATE TABLE parted (area varchar(6) NOT NULL, no int NOT NULL, t varchar(9), PRIMARY KEY (area, no))")
    keys = [(area, number) for area in ("450100", "4502'0", "45%3\\0") for number in range(1, 8)]
    values = ", ".join("('{}', {}, 'x')".format(area.replace("'", "''"), number) for area, number in keys)
    if lab.name == "maria":
        values = values.replace("\\", "\\\\")
    lab.run(f"INSERT INTO parted VALUES {values}")
    request = request_for(lab, "parted")

    ranges = lab.adapter.split(request, 4)
    counts = []
    for part in ranges:
        with lab.adapter.stream(replace(request, key_range=part)) as stream:
            counts.append(sum(chunk.rows for chunk in stream))
            assert stream.cursor is None

    assert len(ranges) == 4
    assert sum(counts) == len(keys)
    assert max(counts) <= 6


def test_one_part_is_the_whole_table(lab):
    assert lab.adapter.split(wanted(lab), 1) == (KeyRange(),)


def test_an_estimate_asks_the_statistics_and_not_the_rows(lab):
    lab.run("CREATE TABLE counted (id bigint PRIMARY KEY, t varchar(100))")
    values = ", ".join(f"({number}, '{'x' * 90}')" for number in range(1000))
    lab.run(f"INSERT INTO counted VALUES {values}")
    lab.run("ANALYZE TABLE counted" if lab.name == "maria" else "ANALYZE counted")

    estimate = lab.adapter.estimate(lab.table("counted"))

    assert 500 < estimate.rows < 2000
    assert 60_000 < estimate.size_bytes < 1_000_000
    assert lab.adapter.estimate(lab.table("grown")).size_bytes is None


def test_without_a_key_there_are_no_parts(lab):
    request = replace(wanted(lab), key=())

    with pytest.raises(KeyMissing):
        lab.adapter.digest(request)
    with pytest.raises(KeyMissing):
        lab.adapter.split(request, 2)


def test_what_is_not_there_has_neither_estimate_nor_digest(lab):
    column = StreamColumn("id", "bigint", DataType.parse("I"))
    request = StreamRequest(lab.table("nobody"), (column,), ("id",))

    with pytest.raises(TableMissing):
        lab.adapter.estimate(request.table)
    with pytest.raises(TableMissing):
        lab.adapter.digest(request)
