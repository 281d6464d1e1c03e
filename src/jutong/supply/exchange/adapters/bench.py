"""The bench: corrected rows tried by the pool's own types, in the transaction that would take them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from jutong.supply.exchange.domain import BATCH_COLUMN, LOADED_COLUMN, POOL, Shape, reason_of
from jutong.supply.exchange.domain.mending import Row
from jutong.supply.exchange.values import RejectReason

_NUMBER = "_number"
_TABLE = sql.Identifier("exchange_bench")


@dataclass(frozen=True, slots=True)
class Misfit:
    """A corrected row that does not fit yet, by the number of its reject."""

    number: int
    column: str
    reason: RejectReason


class Bench:
    """A table of this transaction only, shaped as the pool's; `merge` of the pool reads it as it reads staging."""

    identifier = _TABLE

    def __init__(self, shape: Shape, *, seq: int, at: datetime):
        self.shape = shape
        columns = [
            sql.SQL("{} {}{}").format(
                sql.Identifier(column.name),
                sql.SQL(column.data_type.postgres_type()),
                sql.SQL(" NOT NULL" if column.required or column.name in shape.key else ""),
            )
            for column in shape.columns
        ]
        own = [
            sql.SQL("{} integer").format(sql.Identifier(_NUMBER)),
            sql.SQL("{} bigint DEFAULT {}").format(sql.Identifier(BATCH_COLUMN), sql.Literal(seq)),
            sql.SQL("{} timestamptz DEFAULT {}").format(sql.Identifier(LOADED_COLUMN), sql.Literal(at)),
        ]
        self._run(sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(_TABLE, sql.SQL(", ").join(columns + own)))

    def lay(self, rows: Iterable[tuple[int, Row]]) -> list[Misfit]:
        """Put rows on the bench; those that do not fit."""
        names = sql.SQL(", ").join(map(sql.Identifier, (_NUMBER, *self.shape.names)))
        values = sql.SQL(", ").join([sql.Placeholder()] * (len(self.shape.names) + 1))
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(_TABLE, names, values)
        misfits = []
        for number, row in rows:
            try:
                with transaction.atomic():
                    self._run(statement, (number, *row))
            except DatabaseError as fault:
                cause = fault.__cause__
                if not isinstance(cause, psycopg.DataError | psycopg.IntegrityError):
                    raise
                misfits.append(Misfit(number, cause.diag.column_name or "", reason_of(cause.sqlstate or "")))
        return misfits

    def clashes(self, *, since_seq: int) -> list[Misfit]:
        """Rows whose key stands twice on the bench, or in the pool by a batch from that one on."""
        if not self.shape.key:
            return []
        same = sql.SQL(" AND ").join(sql.SQL("b.{c} = o.{c}").format(c=sql.Identifier(name)) for name in self.shape.key)
        statement = sql.SQL(
            "SELECT b.{n} FROM {bench} b WHERE EXISTS (SELECT FROM {bench} o WHERE {same} AND o.{n} < b.{n})"
            " OR EXISTS (SELECT FROM {pool} o WHERE {same} AND o.{batch} >= %s) ORDER BY 1"
        ).format(
            n=sql.Identifier(_NUMBER),
            bench=_TABLE,
            same=same,
            pool=sql.Identifier(POOL, self.shape.table),
            batch=sql.Identifier(BATCH_COLUMN),
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [since_seq])
            return [Misfit(number, self.shape.key[0], RejectReason.DUPLICATE_KEY) for (number,) in cursor.fetchall()]

    def digest(self) -> tuple[int, str]:
        """Rows and their order-free digest, the one of `values.Receipt`."""
        columns = sql.SQL(", ").join(map(sql.Identifier, self.shape.names))
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(
                    "SELECT count(*), coalesce(sum(hash_record_extended(ROW({}), 0)::numeric), 0)::text FROM {}"
                ).format(columns, _TABLE)
            )
            count, digest = cursor.fetchone()
        return count, digest

    def add_to_pool(self) -> int:
        """Add the rows to a table without key; how many."""
        columns = sql.SQL(", ").join(map(sql.Identifier, (*self.shape.names, BATCH_COLUMN, LOADED_COLUMN)))
        return self._run(
            sql.SQL("INSERT INTO {pool} ({columns}) SELECT {columns} FROM {bench}").format(
                pool=sql.Identifier(POOL, self.shape.table), columns=columns, bench=_TABLE
            )
        )

    @staticmethod
    def _run(statement: Any, values: Sequence[Any] = ()) -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return max(0, cursor.rowcount)
