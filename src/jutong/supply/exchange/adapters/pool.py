"""The pool's tables, changed inside the target transaction: swap the whole, or merge by key."""

from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.db import connection
from psycopg import sql

from jutong.supply.exchange.adapters.staging import Staging
from jutong.supply.exchange.domain import (
    BATCH_COLUMN,
    LOADED_COLUMN,
    POOL,
    STAGING,
    Shape,
    key_constraint,
    pool_table,
    staging_table,
)
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import BucketDigest, Chunk, MarkedRows

READER_ROLE = "jutong_gateway"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a batch did to the pool."""

    inserted: int
    updated: int
    deleted: int
    rows_after: int


def swap(shape: Shape, staging: Staging, rows: int, rows_before: int) -> Effect:
    """Make the staging table the pool's table; the old one is gone when the transaction commits."""
    table = sql.Identifier(POOL, shape.table)
    _run(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    _run(sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(staging.identifier, sql.Identifier(POOL)))
    _run(sql.SQL("ALTER TABLE {} RENAME TO {}").format(sql.Identifier(POOL, staging.name), sql.Identifier(shape.table)))
    if shape.key:
        _run(
            sql.SQL("ALTER TABLE {} RENAME CONSTRAINT {} TO {}").format(
                table, sql.Identifier(key_constraint(staging.name)), sql.Identifier(key_constraint(shape.table))
            )
        )
    _run(sql.SQL("ALTER TABLE {} RESET (autovacuum_enabled)").format(table))
    for column in (BATCH_COLUMN, LOADED_COLUMN):
        _run(sql.SQL("ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT").format(table, sql.Identifier(column)))
    let_gateway_read(shape)
    return Effect(inserted=rows, updated=0, deleted=rows_before, rows_after=rows)


class Staged(Protocol):
    """Rows in a table of their own, with the pool's columns."""

    @property
    def identifier(self) -> sql.Identifier: ...


ALL_ROWS: Final = sql.SQL("TRUE")
"""What `merge` takes as `spoken_of` after a reading of the whole table."""

_TOUCHED: Final = sql.Identifier("pg_temp", "touched")


def hold_keys(shape: Shape, keys: Chunk) -> sql.Composable:
    """Keep touched keys until the transaction ends; gives the condition that a pool row is of them."""
    columns = {column.name: column.data_type.postgres_type() for column in shape.columns}
    typed = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(columns[name])) for name in shape.key
    )
    _run(sql.SQL("CREATE TEMP TABLE touched ({}) ON COMMIT DROP").format(typed))
    with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(_TOUCHED)) as copy:
        copy.write(keys.data)
    _run(sql.SQL("ANALYZE {}").format(_TOUCHED))
    return sql.SQL("EXISTS (SELECT FROM {touched} AS k WHERE {same})").format(
        touched=_TOUCHED, same=_joined(" AND ", "p.{c} = k.{c}", shape.key)
    )


def digests(shape: Shape) -> dict[int, BucketDigest]:
    """Digests of the table by bucket, comparable with a source's."""
    columns = [mounting.digests.pooled(column.name, column.data_type) for column in shape.columns]
    statement = mounting.digests.postgres_statement(sql.Identifier(POOL, shape.table), columns, _key(shape))
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return mounting.digests.sums(cursor.fetchall())


def in_buckets(shape: Shape, buckets: tuple[int, ...]) -> sql.Composed:
    """The condition that a pool row lies in one of these buckets."""
    listed = sql.SQL(", ").join(map(sql.Literal, buckets))
    return sql.SQL("{} IN ({})").format(mounting.digests.postgres_bucket(_key(shape)), listed)


def _key(shape: Shape) -> list[mounting.digests.Compared]:
    types = {column.name: column.data_type for column in shape.columns}
    return [mounting.digests.pooled(name, types[name]) for name in shape.key]


def marked(marks: MarkedRows) -> sql.Composed:
    """The condition that a pool row is of these contributors, or of none of them."""
    named = "(p.{item} = ANY ({marks}::text[])) IS NOT TRUE" if marks.others else "p.{item} = ANY ({marks}::text[])"
    return sql.SQL(named).format(item=sql.Identifier(marks.item), marks=sql.Literal(list(marks.marks)))


def held_elsewhere(shape: Shape, staging: Staged, marks: MarkedRows) -> sql.Composed:
    """The condition that a staged row's key belongs, in the pool, to a contributor of whom the reading is silent."""
    return sql.SQL("EXISTS (SELECT FROM {pool} AS p WHERE {same} AND ({spoken_of}) IS NOT TRUE)").format(
        pool=sql.Identifier(POOL, shape.table),
        same=_joined(" AND ", "p.{c} = s.{c}", shape.key),
        spoken_of=marked(marks),
    )


def merge(shape: Shape, staging: Staged, rows_before: int, *, spoken_of: sql.Composable | None) -> Effect:
    """Bring the staged rows into the pool by key; rows of which the reading spoke but which it did not bring go.

    Rows that are equal already are not touched, so that `_batch` says when each last changed.
    """
    names = {
        "pool": sql.Identifier(POOL, shape.table),
        "stage": staging.identifier,
        "same": _joined(" AND ", "p.{c} = s.{c}", shape.key),
        "columns": _joined(", ", "{c}", (*shape.names, BATCH_COLUMN, LOADED_COLUMN)),
        "staged": _joined(", ", "s.{c}", (*shape.names, BATCH_COLUMN, LOADED_COLUMN)),
    }
    others = tuple(name for name in shape.names if name not in shape.key)
    updated = 0
    if others:
        updated = _run(
            sql.SQL(
                "UPDATE {pool} AS p SET {sets} FROM {stage} AS s"
                " WHERE {same} AND ROW({old}) IS DISTINCT FROM ROW({new})"
            ).format(
                sets=_joined(", ", "{c} = s.{c}", (*others, BATCH_COLUMN, LOADED_COLUMN)),
                old=_joined(", ", "p.{c}", others),
                new=_joined(", ", "s.{c}", others),
                **names,
            )
        )
    deleted = 0
    if spoken_of is not None:
        deleted = _run(
            sql.SQL(
                "DELETE FROM {pool} AS p WHERE {spoken_of} AND NOT EXISTS (SELECT FROM {stage} AS s WHERE {same})"
            ).format(spoken_of=spoken_of, **names)
        )
    inserted = _run(
        sql.SQL(
            "INSERT INTO {pool} ({columns}) SELECT {staged} FROM {stage} AS s"
            " WHERE NOT EXISTS (SELECT FROM {pool} AS p WHERE {same})"
        ).format(**names)
    )
    return Effect(inserted, updated, deleted, rows_before + inserted - deleted)


def drop(resource_code: str) -> None:
    """Drop a resource's table, and what unfinished readings of it have left."""
    staged = staging_table(resource_code, 0).rpartition("_")[0]
    with connection.cursor() as cursor:
        named = "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename ~ %s"
        cursor.execute(named, [STAGING, f"^{staged}_[0-9]+$"])
        left = [name for (name,) in cursor.fetchall()]
    for schema, name in ((POOL, pool_table(resource_code)), *((STAGING, name) for name in left)):
        _run(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(schema, name)))


def let_gateway_read(shape: Shape) -> None:
    """Give the gateway's role the right to read the table, where that role exists."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER_ROLE])
        if cursor.fetchone() is None:
            return
    _run(sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(POOL, shape.table), sql.Identifier(READER_ROLE)))


def analyse(shape: Shape) -> None:
    """Let the planner know the new table; outside the target transaction."""
    _run(sql.SQL("ANALYZE {}").format(sql.Identifier(POOL, shape.table)))


def bound_waiting(seconds: int) -> None:
    """In this transaction, wait so long at most for readers of the table to finish."""
    _run(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(f"{seconds}s")))


def _joined(sign: str, form: str, names: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(sign).join(sql.SQL(form).format(c=sql.Identifier(name)) for name in names)


def _run(statement: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return max(0, cursor.rowcount)
