"""An assembled resource as a source (汇聚资源): its contributors' tables of the pool, read as one.

Each contributor's data was gathered, judged and counted by its own run; here it only changes its table. So nothing is
asked of a department, and what one contributor brings leaves the rows of the others alone.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from django.db import connection as django_connection
from psycopg import sql

from jutong.kernel.text import N_
from jutong.supply.exchange.domain import POOL, Shape, pool_table
from jutong.supply.exchange.domain.assembling import Change, NothingContributed, changes
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import (
    Ability,
    AssembledPlace,
    BucketDigest,
    Chunk,
    ColumnFound,
    ConnectionReport,
    Estimate,
    KeyRange,
    MarkedRows,
    Part,
    StreamRequest,
    TableFound,
    TableRef,
)

CHUNK_ROWS: Final = 10_000
CHUNK_BYTES: Final = 4 * 1024 * 1024
_NO_PARTS: Final = N_("汇聚资源按供数部门读取，不能按主键区间或按桶读取。")

Row = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Giver:
    """A contributor that has joined: its mark and division, its resource, and the table that resource now wants.

    `signature` is None where its contract does not fit the assembled one, so that its last good rows stay.
    """

    mark: str
    region_code: str
    source_code: str
    signature: list[list[Any]] | None


class AssembledAdapter:
    """The contributors' data as one table, whose columns are the assembled contract's."""

    def __init__(self, shape: Shape, place: AssembledPlace, givers: Sequence[Giver]):
        self._shape, self._place, self._givers = shape, place, givers

    def abilities(self) -> tuple[Ability, ...]:
        return (
            Ability("full", True, N_("读取全部供数部门已归集的数据。")),
            Ability("incremental", True, N_("只读取有新数据的供数部门，其他部门的数据不动。")),
            Ability("key_ranges", False, _NO_PARTS),
        )

    def test(self) -> ConnectionReport:
        return ConnectionReport("pool", self._shape.resource_code, "", len(self._givers))

    def scan(self, told: Any) -> tuple[TableFound, ...]:
        found = (self.describe(TableRef("", self._shape.resource_code)),)
        told(1, 1)
        return found

    def describe(self, table: TableRef) -> TableFound:
        columns = tuple(
            ColumnFound(column.name, column.data_type.postgres_type(), column.data_type)
            for column in self._shape.columns
        )
        return TableFound(table, "assembled", "", 0, columns, key=self._shape.key)

    def estimate(self, table: TableRef) -> Estimate:
        with _connected() as connection:
            rows = sum(standing.rows for standing in _standings(connection, self._givers).values())
        return Estimate(rows, None)

    def sample(self, table: TableRef, columns: Sequence[str], limit: int) -> list[Row]:
        raise mounting.GapInSource(words=_NO_PARTS)

    def sketch(self, table: TableRef, columns: Sequence[str], key: str, size: int) -> dict[str, list[int]]:
        raise mounting.GapInSource(words=_NO_PARTS)

    def check_incremental(self, table: TableFound, watermark_column: str) -> None:
        """Contributors' batches are numbered, so that what changed is always known."""

    def split(self, request: StreamRequest, parts: int) -> tuple[KeyRange, ...]:
        raise mounting.GapInSource(words=_NO_PARTS)

    def digest(self, request: StreamRequest) -> Mapping[int, BucketDigest]:
        raise mounting.GapInSource(words=_NO_PARTS)

    @contextmanager
    def stream(self, request: StreamRequest) -> Iterator["_AssembledStream"]:
        """All contributors' rows of one moment, or those of the contributors that moved on since the cursor."""
        if request.key_range or request.buckets or request.compare is not None:
            raise mounting.GapInSource(words=_NO_PARTS)
        with _connected() as connection:
            present = _standings(connection, self._givers)
            if not present and not self._made(connection):
                raise NothingContributed(resource_code=self._shape.resource_code)
            # Locked before the snapshot: a table swapped in between would be seen empty by it, and its rows be lost.
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            for code in sorted(present):
                connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(_table(code)))
            change = changes(
                [(giver.mark, giver.source_code, giver.signature) for giver in self._givers],
                _standings(connection, self._givers),
                (request.cursor or {}).get("parts", {}) if request.incremental else None,
            )
            yield _AssembledStream(connection, self._queries(request, change), change, self._place)

    def _made(self, connection: psycopg.Connection[Any]) -> bool:
        """Was the table assembled before? Then its last contributors may have left, and their rows go."""
        query = "SELECT 1 FROM exchange_pooltable WHERE resource_code = %s"
        return connection.execute(query, [self._shape.resource_code]).fetchone() is not None

    def _queries(self, request: StreamRequest, change: Change) -> list[sql.Composed]:
        by_mark = {giver.mark: giver for giver in self._givers}
        return [self._query(request, by_mark[mark]) for mark in change.read]

    def _query(self, request: StreamRequest, giver: Giver) -> sql.Composed:
        filled = {self._place.region_item: giver.region_code, self._place.mark_item: giver.mark}
        columns = sql.SQL(", ").join(
            sql.Literal(filled[column.source]) if column.source in filled else sql.Identifier(column.source)
            for column in request.columns
        )
        return sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(columns, _table(giver.source_code))


class _AssembledStream(mounting.PartStream):
    more = False

    def __init__(
        self, connection: psycopg.Connection[Any], queries: list[sql.Composed], change: Change, place: AssembledPlace
    ):
        self._connection, self._queries = connection, queries
        self.estimate = change.rows
        self.cursor: dict[str, Any] | None = {"parts": change.cursor}
        self.part = Part(marks=MarkedRows(place.mark_item, change.spoken_of, others=change.whole))

    def __iter__(self) -> Iterator[Chunk]:
        for query in self._queries:
            yield from self._chunks(query)

    def _chunks(self, query: sql.Composed) -> Iterator[Chunk]:
        lines: list[bytes] = []
        size = 0
        with self._connection.cursor() as cursor, cursor.copy(query) as copy:
            for line in copy:
                lines.append(bytes(line))
                size += len(line)
                if len(lines) >= CHUNK_ROWS or size >= CHUNK_BYTES:
                    yield Chunk(b"".join(lines), len(lines))
                    lines, size = [], 0
            if lines:
                yield Chunk(b"".join(lines), len(lines))

    def cancel(self) -> None:
        self._connection.cancel_safe(timeout=5)


@dataclass(frozen=True, slots=True)
class Standing:
    """A contributor's table as it stands: the number of its last batch, its contract, its rows."""

    seq: int
    signature: list[list[Any]]
    rows: int


def _standings(connection: psycopg.Connection[Any], givers: Sequence[Giver]) -> dict[str, Standing]:
    rows = connection.execute(
        "SELECT resource_code, seq, signature::text, rows FROM exchange_pooltable WHERE resource_code = ANY(%s)",
        [[giver.source_code for giver in givers]],
    )
    return {code: Standing(seq, json.loads(signature), count) for code, seq, signature, count in rows}


@contextmanager
def _connected() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(**django_connection.get_connection_params(), autocommit=True) as connection:
        connection.execute("SET DateStyle = 'ISO, YMD'")
        connection.execute("SET lock_timeout = '20s'")
        yield connection


def _table(code: str) -> sql.Identifier:
    return sql.Identifier(POOL, pool_table(code))
