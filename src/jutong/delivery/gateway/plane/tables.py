"""Answers from tables of the pool: one prepared statement a call; rows, masks and JSON are PostgreSQL's work.

SQL is built from the grant alone: names are checked and quoted, everything a caller or a row condition says is a bound
text value that PostgreSQL casts to the type of its column.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import asyncpg
import structlog

from jutong.delivery.gateway.plane.conditions import comparison_sql, condition_sql
from jutong.delivery.gateway.plane.errors import Refused
from jutong.delivery.gateway.plane.identifiers import quoted
from jutong.delivery.gateway.plane.masks import consumer_key, hash_keys, mask_sql
from jutong.delivery.gateway.plane.parameters import Question
from jutong.delivery.gateway.plane.policy import Grant, TablePlace
from jutong.kernel.crypto import Secret

log = structlog.get_logger(__name__)

_SCHEMA = "pool"
# Types a text value may be cast to; every other column is compared as text. `bpchar` without a length cuts nothing.
_CASTS = {
    "text": "text", "varchar": "text", "bpchar": "bpchar", "numeric": "numeric", "int2": "int2", "int4": "int4",
    "int8": "int8", "float4": "float4", "float8": "float8", "bool": "bool", "date": "date",
    "timestamp": "timestamp", "timestamptz": "timestamptz", "uuid": "uuid",
}  # fmt: skip
_COLUMN_TYPES = """
    SELECT a.attname, t.typname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
"""
_CONNECT_SECONDS = 5.0
_RETRY_SECONDS = 1.0
_GRACE_SECONDS = 1.0
_STATEMENTS = 512


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """Rows as JSON texts, at most a page of them, and whether there are more."""

    rows: list[str]
    more: bool


@dataclass(slots=True)
class _Values:
    """Values bound so far, and how to write their placeholders."""

    types: Mapping[str, str]
    bound: list[object] = field(default_factory=list)

    def place(self, value: object) -> str:
        self.bound.append(value)
        return f"${len(self.bound)}"

    def cast(self, column: str, value: str | list[str]) -> str:
        """A value to compare a column with; `""` stands for plain text."""
        cast = _CASTS.get(self.types.get(column, ""), "text")
        if isinstance(value, list):
            return f"{self.place(value)}::text[]::{cast}[]"
        return f"{self.place(value)}::text::{cast}"

    def column(self, column: str) -> str:
        known = self.types.get(column, "") in _CASTS
        return f"t.{quoted(column)}" if known else f"t.{quoted(column)}::text"


def table_query(
    grant: Grant, question: Question, types: Mapping[str, str], masking_secret: Secret
) -> tuple[str, list[object]]:
    """The statement and its values. One shape of question under one grant gives one text."""
    assert isinstance(grant.place, TablePlace)
    values = _Values(types)
    shown = _shown_columns(grant, values, masking_secret)
    wanted = [
        comparison_sql(
            values.column(asked.parameter.column), asked.parameter.column, asked.parameter.op, asked.value, values.cast
        )
        for asked in question.asked
    ]
    if grant.condition is not None:
        wanted.append(condition_sql(grant.condition, values.column, values.cast))
    where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
    # Without an order of its own a table is paged by physical place, so that pages at least do not overlap.
    order = ", ".join(f"t.{quoted(column)}" for column in grant.order) or "t.ctid"
    limit = values.place(question.page_size + 1)
    offset = values.place((question.page - 1) * question.page_size)
    return (
        f"SELECT row_to_json(r)::text FROM (SELECT {shown} FROM {_SCHEMA}.{quoted(grant.place.table)} AS t"  # noqa: S608
        f"{where} ORDER BY {order} LIMIT {limit}::int8 OFFSET {offset}::int8) AS r",
        values.bound,
    )


def _shown_columns(grant: Grant, values: _Values, masking_secret: Secret) -> str:
    inner = outer = ""
    if "hash" in grant.masks.values():
        keys = hash_keys(consumer_key(masking_secret, grant.consumer))
        inner, outer = f"{values.place(keys.inner)}::bytea", f"{values.place(keys.outer)}::bytea"
    parts = []
    for column in grant.columns:
        name, mask = quoted(column), grant.masks.get(column)
        parts.append(f"t.{name}" if mask is None else f"{mask_sql(mask, f't.{name}::text', inner, outer)} AS {name}")
    return ", ".join(parts)


class TableReader:
    """A few held connections to the pool, each used by one call at a time; callers queue within bounds."""

    def __init__(
        self,
        url: str,
        *,
        connections: int,
        queue_max: int,
        timeout_seconds: float,
        answer_max_bytes: int,
        masking_secret: Secret,
    ):
        self._url = url
        self._size = connections
        self._queue_max = queue_max
        self._timeout = timeout_seconds
        self._answer_max = answer_max_bytes
        self._masking_secret = masking_secret
        self._idle: list[asyncpg.Connection] = []
        self._open = 0
        self._waiting: deque[asyncio.Future[asyncpg.Connection]] = deque()
        self._types: dict[str, Mapping[str, str]] = {}

    @property
    def connected(self) -> int:
        return self._open

    async def run(self) -> None:
        """Until cancelled: hold as many connections as wanted, replace those that are lost."""
        while True:
            self._forget_lost()
            while self._open < self._size:
                try:
                    connection = await self._connect()
                except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
                    log.warning("gateway.pool_unreachable", fault=f"{type(fault).__name__}: {fault}")
                    self._refuse_waiting()
                    break
                self._open += 1
                self._give_back(connection)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(
            self._url,
            timeout=_CONNECT_SECONDS,
            statement_cache_size=_STATEMENTS,
            max_cached_statement_lifetime=0,
            server_settings={
                "application_name": "jutong-gateway",
                "default_transaction_read_only": "on",
                "statement_timeout": str(int(self._timeout * 1000)),
                "timezone": "Asia/Shanghai",
            },
        )

    async def answer(self, grant: Grant, question: Question) -> TableAnswer:
        """One page. Raises Refused."""
        connection = await self._take()
        try:
            return await self._ask(connection, grant, question)
        except asyncpg.InvalidCachedStatementError:
            # The table was changed under the statement; learn its types anew, once.
            self._types.clear()
            return await self._ask(connection, grant, question)
        finally:
            self._give_back(connection)

    async def _ask(self, connection: asyncpg.Connection, grant: Grant, question: Question) -> TableAnswer:
        assert isinstance(grant.place, TablePlace)
        try:
            async with asyncio.timeout(self._timeout + _GRACE_SECONDS):
                types = self._types.get(grant.place.table) or await self._learn(connection, grant.place.table)
                sql, values = table_query(grant, question, types, self._masking_secret)
                rows = [row[0] for row in await connection.fetch(sql, *values)]
        except (asyncpg.QueryCanceledError, TimeoutError):
            raise Refused("upstream_timeout") from None
        except asyncpg.DataError:
            # A value that passed our check but not the column's type, such as a number past its range.
            raise Refused("parameter_invalid", ", ".join(question.names)) from None
        except asyncpg.InvalidCachedStatementError:
            raise
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
            self._types.pop(grant.place.table, None)
            log.warning("gateway.table_failed", grant=grant.grant_no, fault=f"{type(fault).__name__}: {fault}")
            raise Refused("upstream_unavailable", retry_after=5) from None
        return self._page(rows, question.page_size)

    def _page(self, rows: list[str], size: int) -> TableAnswer:
        if sum(map(len, rows)) > self._answer_max:
            raise Refused("answer_too_large")
        return TableAnswer(rows[:size], len(rows) > size)

    async def _learn(self, connection: asyncpg.Connection, table: str) -> Mapping[str, str]:
        found = await connection.fetch(_COLUMN_TYPES, f"{_SCHEMA}.{quoted(table)}")
        types = {row[0]: row[1] for row in found}
        if not types:
            raise Refused("upstream_unavailable", retry_after=60)
        self._types[table] = types
        return types

    async def _take(self) -> asyncpg.Connection:
        self._forget_lost()
        if self._idle:
            return self._idle.pop()
        if not self._open:
            raise Refused("upstream_unavailable", retry_after=2)
        if len(self._waiting) >= self._queue_max:
            raise Refused("overloaded", retry_after=1)
        turn: asyncio.Future[asyncpg.Connection] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await asyncio.wait_for(turn, self._timeout)
        except TimeoutError:
            raise Refused("overloaded", retry_after=1) from None

    def _give_back(self, connection: asyncpg.Connection) -> None:
        if connection.is_closed():
            self._open -= 1
            if not self._open:
                self._refuse_waiting()
            return
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        self._idle.append(connection)

    def _forget_lost(self) -> None:
        while self._idle and self._idle[-1].is_closed():
            self._idle.pop()
            self._open -= 1

    def _refuse_waiting(self) -> None:
        if self._open:
            return
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(Refused("upstream_unavailable", retry_after=2))

    def close(self) -> None:
        for connection in self._idle:
            connection.terminate()
        self._idle.clear()
