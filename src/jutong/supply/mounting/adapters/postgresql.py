"""PostgreSQL sources: COPY straight through, and a snapshot as the watermark.

Increments need no column. A cursor is the source's `pg_snapshot_xmin` at the last reading; the next reading takes
every row whose `xmin` is not older and whose transaction had ended before the new snapshot's own xmin. A transaction
that commits late stays beyond the new cursor and is read the next time, so none is passed over (a watermark on an id
or time column lost 37 % of rows written by concurrent transactions). The price is a scan of the table each time, and
that one transaction held open for long at the source holds everything written since back.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql

from jutong.kernel.codes.data_types import MAX_PRECISION, DataType, TypeLetter
from jutong.kernel.text import N_, Term
from jutong.supply.mounting.adapters import capture_postgresql as capture
from jutong.supply.mounting.adapters import digests, transforms
from jutong.supply.mounting.adapters.base import (
    CHUNK_BYTES,
    CHUNK_ROWS,
    CONNECT_SECONDS,
    METADATA_SECONDS,
    SILENCE_SECONDS,
    SKETCH_SECONDS,
    STREAM_SECONDS,
    Dial,
    PartStream,
    Row,
    Told,
    ranges_between,
)
from jutong.supply.mounting.domain.errors import (
    CaptureLost,
    CursorLost,
    KeyMissing,
    SourceFailed,
    SourceIsReplica,
    SourceRefused,
    SourceUnreachable,
    TableMissing,
    WatermarkUnfit,
)
from jutong.supply.mounting.domain.mapping import is_text, text_pattern
from jutong.supply.mounting.values import (
    UNREADABLE,
    Ability,
    BucketDigest,
    CaptureNames,
    CaptureStanding,
    Chunk,
    ColumnFound,
    ConnectionReport,
    Estimate,
    ForeignKey,
    KeyRange,
    Part,
    StreamColumn,
    StreamRequest,
    TableFound,
    TableRef,
    Tls,
)

_SSL_MODES: Final = {Tls.OFF: "disable", Tls.REQUIRED: "require", Tls.VERIFIED: "verify-full"}
_KINDS: Final = {"r": "table", "p": "partitioned", "v": "view", "m": "materialised view", "f": "foreign table"}
_HAVE_XMIN: Final = frozenset({"table", "partitioned"})
_SAMPLE_CHARACTERS: Final = 200
_XID_MASK: Final = 0xFFFFFFFF
_KEYS_AT_ONCE: Final = 100_000
"""Keys asked for in one statement."""

# Set after connecting rather than in the start packet: poolers in front of a source refuse unknown start options.
_SESSION: Final = """
SET default_transaction_read_only = on;
SET search_path = pg_catalog;
SET client_encoding = 'UTF8';
SET TimeZone = 'Asia/Shanghai';
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'iso_8601';
SET bytea_output = 'hex';
SET extra_float_digits = 1;
"""

_TABLES: Final = """
SELECT c.oid, n.nspname, c.relname, c.relkind::text, coalesce(obj_description(c.oid, 'pg_class'), ''),
       greatest(c.reltuples, 0)::bigint,
       coalesce((SELECT array_agg(a.attname::text
                           ORDER BY strpos(' ' || i.indkey::text || ' ', ' ' || a.attnum::text || ' '))
                   FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
                  WHERE i.indrelid = c.oid AND i.indisprimary), '{}')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE {ours}
   AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
"""

_COLUMNS: Final = """
WITH RECURSIVE base(oid, typmod, root) AS (
    SELECT a.atttypid, a.atttypmod, (a.attrelid, a.attnum) FROM pg_attribute a
     WHERE a.attrelid = %(table)s AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
    SELECT t.typbasetype, CASE WHEN base.typmod = -1 THEN t.typtypmod ELSE base.typmod END, base.root
      FROM base JOIN pg_type t ON t.oid = base.oid WHERE t.typtype = 'd'
)
SELECT a.attname, format_type(a.atttypid, a.atttypmod), format_type(base.oid, NULL), base.typmod, a.attnotnull,
       coalesce(col_description(a.attrelid, a.attnum), ''), t.typtype::text,
       coalesce((SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e
                  WHERE e.enumtypid = base.oid), '{}')
  FROM pg_attribute a
  JOIN base ON base.root = (a.attrelid, a.attnum)
  JOIN pg_type t ON t.oid = base.oid AND t.typtype <> 'd'
 ORDER BY a.attnum
"""

_SIZE: Final = """
WITH RECURSIVE part(oid) AS (
    SELECT %(table)s::oid UNION ALL SELECT i.inhrelid FROM pg_inherits i JOIN part ON part.oid = i.inhparent
)
SELECT sum(greatest(c.reltuples, 0))::bigint, sum(pg_relation_size(c.oid))::bigint
  FROM part JOIN pg_class c ON c.oid = part.oid WHERE c.relkind IN ('r', 'm', 'p')
"""

_FOREIGN_KEYS: Final = """
SELECT n.nspname, c.relname,
       (SELECT array_agg(a.attname::text ORDER BY k.place)
          FROM (SELECT generate_subscripts(f.conkey, 1) AS place) AS k
          JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[k.place]),
       (SELECT array_agg(a.attname::text ORDER BY k.place)
          FROM (SELECT generate_subscripts(f.confkey, 1) AS place) AS k
          JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = f.confkey[k.place])
  FROM pg_constraint f JOIN pg_class c ON c.oid = f.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE f.contype = 'f' AND f.conrelid = %(table)s{whole}
 ORDER BY f.conkey
"""


@dataclass(frozen=True, slots=True)
class Flavour:
    """A server that speaks PostgreSQL's wire: what it is called, and what its catalogue and its rows lack of it.

    `partitions` says that partitions are tables of their own in the catalogue; `transactions` that every row's `xmin`
    can be trusted as a watermark; `gaps` are told to stewards.
    """

    brand: str
    version: str
    partitions: bool = True
    transactions: bool = True
    gaps: tuple[Ability, ...] = ()

    @property
    def ours(self) -> str:
        """Which tables and views are the department's and not the engine's."""
        kinds = "c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
        if self.partitions:
            kinds += " AND NOT c.relispartition"
        if self is not POSTGRESQL:
            # The kin bring many schemas of their own; what people make has numbers from here on.
            kinds += " AND (n.oid >= 16384 OR n.nspname = 'public')"
        return kinds

    @property
    def tables(self) -> str:
        return _TABLES.replace("{ours}", self.ours)

    @property
    def foreign_keys(self) -> str:
        # A key to a partitioned table is kept once for it and once for each partition.
        return _FOREIGN_KEYS.replace("{whole}", " AND NOT c.relispartition" if self.partitions else "")


POSTGRESQL: Final = Flavour("PostgreSQL", "current_setting('server_version')")


_UNPROVED: Final = N_("该引擎的事务号未经证实可作水位，只能全量交换。")
_WHOLE_ABILITIES: Final = (
    Ability("full", True, N_("全量读取为同一时刻的一致快照。")),
    Ability("key_ranges", True, N_("可按主键区间分段读取。")),
    Ability("digests", True, N_("可在源库内按 1024 桶计算摘要核对，双精度和浮点列只核对有无。")),
    Ability("transforms", True, N_("值转换在源库内完成。")),
)


class PostgresAdapter:
    """A department's PostgreSQL database, from version 10 on, or one of a kin that speaks the same wire."""

    def __init__(self, dial: Dial, flavour: Flavour = POSTGRESQL):
        self._dial = dial
        self._flavour = flavour

    def abilities(self) -> tuple[Ability, ...]:
        if not self._flavour.transactions:
            return (*_WHOLE_ABILITIES, Ability("incremental", False, _UNPROVED), *self._flavour.gaps)
        return (
            *_WHOLE_ABILITIES,
            Ability("incremental", True, N_("增量以事务快照为水位，不需要水位列，晚提交的事务不会漏读。")),
            Ability("incremental_views", False, N_("视图和外部表没有事务号，只能全量交换。")),
            Ability("deletes", False, N_("增量读不到源表中的删除，由每日分桶核对发现。")),
            Ability("capture", True, N_("变更捕获（逻辑复制槽）收取新增、修改和删除；须由源库管理员开通。")),
            Ability("replica_incremental", False, N_("只读副本上不能使用增量。")),
            *self._flavour.gaps,
        )

    # --- Asking ------------------------------------------------------------------------------------------------------

    def test(self) -> ConnectionReport:
        with self._session() as connection:
            ours = self._flavour.ours
            row = _one(
                connection,
                # What is put in are the flavour's own words.
                f"SELECT {self._flavour.version}, current_database(), current_user, pg_is_in_recovery(),"  # noqa: S608
                f" (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours}"
                "     AND has_schema_privilege(n.oid,'USAGE') AND has_table_privilege(c.oid,'SELECT')),"
                f" EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours}"
                "     AND c.relkind IN ('r','p') AND has_table_privilege(c.oid,'INSERT, UPDATE, DELETE, TRUNCATE'))",
            )
        version, database, account, replica, tables, writable = row
        return ConnectionReport(f"{self._flavour.brand} {version}", database, account, tables, writable, replica)

    def scan(self, told: Told) -> tuple[TableFound, ...]:
        with self._session() as connection:
            tables = connection.execute(self._flavour.tables + " ORDER BY n.nspname, c.relname").fetchall()
            found = []
            for number, row in enumerate(tables):
                told(number, len(tables))
                found.append(self._found(connection, row))
            told(len(tables), len(tables))
        return tuple(found)

    def describe(self, table: TableRef) -> TableFound:
        with self._session() as connection:
            return self._describe(connection, table)

    def estimate(self, table: TableRef) -> Estimate:
        with self._session() as connection:
            self._describe(connection, table)
            oid = _one(connection, "SELECT %s::regclass::oid::bigint", _identifier(table).as_string())[0]
            return Estimate(*connection.execute(_SIZE, {"table": oid}).fetchone() or (None, None))

    def sample(self, table: TableRef, columns: Sequence[str], limit: int) -> list[Row]:
        listed = sql.SQL(", ").join(
            sql.SQL("left({}::text, {})").format(sql.Identifier(name), sql.Literal(_SAMPLE_CHARACTERS))
            for name in columns
        )
        query = sql.SQL("SELECT {} FROM {} LIMIT {}").format(listed, _identifier(table), sql.Literal(limit))
        with self._session() as connection:
            return connection.execute(query).fetchall()

    def sketch(self, table: TableRef, columns: Sequence[str], key: str, size: int) -> dict[str, list[int]]:
        found = {}
        with self._session(SKETCH_SECONDS) as connection:
            for name in columns:
                text = sql.SQL("upper(btrim({}::text))").format(sql.Identifier(name))
                query = sql.SQL(
                    "SELECT DISTINCT ('x' || left(md5({key} || {text}), 13))::bit(52)::bigint AS hash"
                    "  FROM {table} WHERE {text} <> '' ORDER BY hash LIMIT {size}"
                ).format(key=sql.Literal(key), text=text, table=_identifier(table), size=sql.Literal(size))
                found[name] = [row[0] for row in connection.execute(query)]
        return found

    def check_incremental(self, table: TableFound, watermark_column: str) -> None:
        if table.kind not in _HAVE_XMIN or not self._flavour.transactions:
            raise WatermarkUnfit(column=str(table.ref), field="mode")
        with self._session() as connection:
            _refuse_replica(connection)

    def split(self, request: StreamRequest, parts: int) -> tuple[KeyRange, ...]:
        if not request.key:
            raise KeyMissing(table=str(request.table))
        key = sql.SQL(", ").join(map(sql.Identifier, request.key))
        texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in request.key)
        query = sql.SQL(
            "SELECT {texts} FROM (SELECT {key}, row_number() OVER (ORDER BY {key}) AS place, count(*) OVER () AS whole"
            "  FROM {table}) AS t WHERE place % greatest(1, (whole + {parts} - 1) / {parts}) = 0"
            "  AND place < whole ORDER BY place"
        ).format(texts=texts, key=key, table=_identifier(request.table), parts=sql.Literal(parts))
        with self._session(STREAM_SECONDS) as connection:
            self._describe(connection, request.table)
            return ranges_between(connection.execute(query).fetchall())

    def digest(self, request: StreamRequest) -> Mapping[int, BucketDigest]:
        with self._session(STREAM_SECONDS) as connection:
            self._describe(connection, request.table)
            return _digests(connection, request)

    # --- Capturing changes -------------------------------------------------------------------------------------------

    def check_capture(self, table: TableFound, key: Sequence[str], names: CaptureNames) -> None:
        with self._session() as connection:
            _refuse_replica(connection)
            capture.check(connection, table, key, names)

    def confirm_capture(self, names: CaptureNames, cursor: Mapping[str, Any]) -> CaptureStanding:
        with self._session(STREAM_SECONDS) as connection:
            capture.confirm(connection, names, cursor)
            return capture.standing(connection, names, cursor)

    def capture_standing(self, names: CaptureNames, cursor: Mapping[str, Any]) -> CaptureStanding:
        with self._session() as connection:
            return capture.standing(connection, names, cursor)

    def end_capture(self, names: CaptureNames) -> None:
        with self._session() as connection:
            capture.drop_slot(connection, names)

    def _describe(self, connection: psycopg.Connection[Any], table: TableRef) -> TableFound:
        row = connection.execute(
            self._flavour.tables + " AND n.nspname = %s AND c.relname = %s", (table.schema, table.name)
        ).fetchone()
        if row is None:
            raise TableMissing(table=str(table))
        return self._found(connection, row)

    def _found(self, connection: psycopg.Connection[Any], row: tuple[Any, ...]) -> TableFound:
        oid, schema, name, kind, comment, estimate, key = row
        columns = [
            ColumnFound(
                name=column,
                source_type=declared,
                data_type=_data_type(base, typmod, typtype, labels),
                nullable=not required,
                comment=words,
                values=tuple(labels),
            )
            for column, declared, base, typmod, required, words, typtype, labels in connection.execute(
                _COLUMNS, {"table": oid}
            )
        ]
        foreign = [
            ForeignKey(tuple(mine), TableRef(their_schema, their_name), tuple(theirs))
            for their_schema, their_name, mine, theirs in connection.execute(self._flavour.foreign_keys, {"table": oid})
        ]
        return TableFound(
            TableRef(schema, name), _KINDS[kind], comment, estimate, tuple(columns), tuple(key), tuple(foreign)
        )

    # --- Streaming ---------------------------------------------------------------------------------------------------

    @contextmanager
    def stream(self, request: StreamRequest) -> Iterator["_PostgresStream"]:
        reading = self._read_table
        if request.capture is not None and request.compare is None:
            reading = self._read_touched if request.incremental else self._begin_capture
        with reading(request) as stream:
            yield stream

    @contextmanager
    def _read_table(self, request: StreamRequest) -> Iterator["_PostgresStream"]:
        with self._session(STREAM_SECONDS) as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            table = self._describe(connection, request.table)
            oid = _one(connection, "SELECT %s::regclass::oid::bigint", _identifier(request.table).as_string())[0]
            conditions, cursor = self._since(connection, request, table, oid)
            if request.capture is not None and request.cursor is not None:
                # What the slot tells from there on is read again, which does no harm.
                conditions, cursor = [], dict(request.cursor)
            if request.key_range or request.buckets:
                conditions += _part_of(request)
                cursor = None
            if request.compare is not None:
                differing = digests.differing(request.compare, _digests(connection, request))
                yield _PostgresDiffering(connection, request, cursor, differing)
                return
            where = _where(conditions)
            estimate = 0 if request.cursor else table.row_estimate
            yield _PostgresStream(connection, [_select(request, where)], estimate, cursor)

    @contextmanager
    def _begin_capture(self, request: StreamRequest) -> Iterator["_PostgresStream"]:
        """The whole table in the snapshot that was made with the slot: what commits later is in the slot."""
        assert request.capture is not None
        with self._session(STREAM_SECONDS) as connection, connection.transaction():
            with self._session(replication=True) as maker:
                position, snapshot = capture.make_slot(maker, request.capture)
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))
            table = self._describe(connection, request.table)
            oid = _one(connection, "SELECT %s::regclass::oid::bigint", _identifier(request.table).as_string())[0]
            yield _PostgresStream(
                connection, [_select(request, sql.SQL(""))], table.row_estimate, {"lsn": position, "table": oid}
            )

    @contextmanager
    def _read_touched(self, request: StreamRequest) -> Iterator["_PostgresStream"]:
        """The rows of keys that were touched since the cursor."""
        names, cursor = request.capture, request.cursor
        assert names is not None
        assert cursor is not None
        with (
            self._session(STREAM_SECONDS) as log,
            self._session(STREAM_SECONDS) as connection,
            connection.transaction(),
        ):
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            oid = _one(connection, "SELECT %s::regclass::oid::bigint", _identifier(request.table).as_string())[0]
            if oid != cursor["table"]:
                raise CaptureLost(reason=Term(N_("源表被重建")))
            capture.confirm(log, names, cursor)
            found = capture.read_touched(log, connection, names, cursor, request.key, request.limit_rows)
            log.close()
            keys = list(found.touched.keys)
            portions = [keys[at : at + _KEYS_AT_ONCE] for at in range(0, len(keys), _KEYS_AT_ONCE)]
            yield _PostgresTouched(
                connection,
                [_select(request, _having(request, portion)) for portion in portions],
                {**cursor, "lsn": found.position},
                found,
            )

    def _since(
        self, connection: psycopg.Connection[Any], request: StreamRequest, table: TableFound, oid: int
    ) -> tuple[list[sql.Composable], dict[str, Any] | None]:
        """The conditions of this reading and the cursor it leaves; a full one of a table leaves a cursor too."""
        known = table.kind in _HAVE_XMIN and self._flavour.transactions
        if not known or _one(connection, "SELECT pg_is_in_recovery()")[0]:
            if request.incremental:
                _refuse_replica(connection)
                raise WatermarkUnfit(column=str(request.table), field="mode")
            return [], None
        lowest, top, database = _one(
            connection,
            # The older names exist in every version; they carry the epoch, so they do not wrap.
            "SELECT txid_snapshot_xmin(s), txid_snapshot_xmax(s),"
            " (SELECT oid::bigint FROM pg_database WHERE datname = current_database())"
            "  FROM txid_current_snapshot() AS s",
        )
        cursor = {"xid": lowest, "table": oid, "database": database}
        before = request.cursor
        if before is None or request.capture is not None:
            return [], cursor
        if (before.get("table"), before.get("database")) != (oid, database) or before["xid"] > lowest:
            raise CursorLost()
        # xmin has 32 bits; its age below the snapshot's end tells the whole number. A row frozen more than 2^32
        # transactions ago can look young and is read once too often, which the merge absorbs.
        age = sql.SQL("(({top} - xmin::text::bigint) & {mask})").format(
            top=sql.Literal(top), mask=sql.Literal(_XID_MASK)
        )
        condition = sql.SQL("{age} <= {oldest} AND {age} > {youngest}").format(
            age=age, oldest=sql.Literal(top - before["xid"]), youngest=sql.Literal(top - lowest)
        )
        return [condition], cursor

    # --- Connection --------------------------------------------------------------------------------------------------

    @contextmanager
    def _session(
        self, seconds: int = METADATA_SECONDS, *, replication: bool = False
    ) -> Iterator[psycopg.Connection[Any]]:
        connection = self._connect(replication=replication)
        try:
            connection.execute(f"{_SESSION} SET statement_timeout = '{seconds}s'")
            yield connection
        except psycopg.errors.QueryCanceled as fault:
            raise SourceFailed(reason=N_("查询超时或被中止")) from fault
        except psycopg.errors.InsufficientPrivilege as fault:
            raise SourceFailed(reason=N_("账号权限不足")) from fault
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as fault:
            raise SourceFailed(reason=N_("表或列已不存在")) from fault
        except psycopg.OperationalError as fault:
            raise SourceFailed(reason=N_("连接中断")) from fault
        except psycopg.Error as fault:
            raise SourceFailed(reason=f"SQLSTATE {fault.sqlstate or '?'}") from fault
        finally:
            connection.close()

    def _connect(self, *, replication: bool = False) -> psycopg.Connection[Any]:
        dial = self._dial
        try:
            return psycopg.connect(
                host=dial.host,
                hostaddr=dial.address,
                port=dial.port,
                dbname=dial.database,
                user=dial.account,
                password=dial.password.reveal_text(),
                sslmode=_SSL_MODES[dial.tls],
                sslrootcert="system" if dial.tls is Tls.VERIFIED else "",
                # Nothing of this machine may answer in the department's stead.
                passfile="/dev/null",
                gssencmode="disable",
                connect_timeout=CONNECT_SECONDS,
                keepalives_idle=60,
                tcp_user_timeout=SILENCE_SECONDS * 1000,
                application_name="jutong",
                autocommit=True,
                prepare_threshold=None,
                replication="database" if replication else None,
            )
        except psycopg.OperationalError as fault:
            raise _connection_error(str(fault)) from None


class _PostgresStream:
    def __init__(
        self,
        connection: psycopg.Connection[Any],
        queries: Sequence[sql.Composed],
        estimate: int,
        cursor: dict[str, Any] | None,
    ):
        self._connection = connection
        self._queries = queries
        self.estimate = estimate
        self.cursor = cursor
        self.more = False

    def __iter__(self) -> Iterator[Chunk]:
        for query in self._queries:
            yield from self._chunks(query)

    def _chunks(self, query: sql.Composed) -> Iterator[Chunk]:
        with self._connection.cursor() as cursor, cursor.copy(query) as copy:
            lines: list[Any] = []
            size = 0
            for line in copy:
                lines.append(line)
                size += len(line)
                if len(lines) >= CHUNK_ROWS or size >= CHUNK_BYTES:
                    yield Chunk(b"".join(lines), len(lines))
                    lines, size = [], 0
            if lines:
                yield Chunk(b"".join(lines), len(lines))

    def cancel(self) -> None:
        self._connection.cancel_safe(timeout=5)


def _found_of(column: StreamColumn) -> DataType | None:
    """What a column is there; None for all that is compared as the text it is read as."""
    bare_numeric = column.source_type.startswith("numeric") and "(" not in column.source_type
    return None if bare_numeric else _by_words(column.source_type)


def _digests(connection: psycopg.Connection[Any], request: StreamRequest) -> dict[int, BucketDigest]:
    """Digests by bucket, in one statement; the rows stay where they are."""
    columns, key = digests.compared(request, _found_of, _made_of)
    where = _where(_part_of(request))
    return digests.sums(connection.execute(digests.postgres_statement(_identifier(request.table), columns, key, where)))


def _in_buckets(request: StreamRequest, buckets: Sequence[int]) -> sql.Composable:
    """The condition that a row lies in one of these buckets."""
    key = digests.compared(request, _found_of, _made_of)[1]
    numbers = sql.SQL(", ").join(map(sql.Literal, buckets))
    return sql.SQL("{} IN ({})").format(digests.postgres_bucket(key), numbers)


def _made_of(column: StreamColumn) -> sql.Composable | None:
    return _expression(column) if column.transform is not None else None


def _part_of(request: StreamRequest) -> list[sql.Composable]:
    """The conditions that narrow a reading to a range of keys and to buckets."""
    names = sql.SQL(", ").join(sql.Identifier(name) for name in request.key)
    bounds = request.key_range or KeyRange()
    conditions: list[sql.Composable] = [
        sql.SQL("({}) {} ({})").format(names, sql.SQL(sign), sql.SQL(", ").join(map(sql.Literal, bound)))
        for sign, bound in ((">", bounds.after), ("<=", bounds.upto))
        if bound is not None
    ]
    if request.buckets:
        conditions.append(_in_buckets(request, request.buckets))
    return conditions


def _where(conditions: Sequence[sql.Composable]) -> sql.Composable:
    return sql.SQL(" WHERE ") + sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("")


class _PostgresTouched(_PostgresStream, PartStream):
    """The rows that changes touched, as they are now."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        queries: Sequence[sql.Composed],
        cursor: dict[str, Any],
        found: capture.Reading,
    ):
        super().__init__(connection, queries, 0, cursor)
        self.more = found.more
        keys = Chunk(capture.key_lines(found.touched), len(found.touched.keys)) if found.touched.keys else Chunk(b"", 0)
        self.part = Part(keys=keys, events=found.touched.events)


class _PostgresDiffering(_PostgresStream, PartStream):
    """The rows of buckets in which the source is not as the pool."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        request: StreamRequest,
        cursor: dict[str, Any] | None,
        buckets: tuple[int, ...],
    ):
        queries = [_select(request, _where([_in_buckets(request, buckets)]))] if buckets else []
        super().__init__(connection, queries, 0, cursor)
        self.part = Part(buckets=buckets)


def _select(request: StreamRequest, condition: sql.Composable) -> sql.Composed:
    """The rows of a request as COPY text; the condition begins with what joins it to the table."""
    columns = sql.SQL(", ").join(_expression(column) for column in request.columns)
    return sql.SQL("COPY (SELECT {} FROM {}{}) TO STDOUT").format(columns, _identifier(request.table), condition)


def _having(request: StreamRequest, keys: Sequence[tuple[bytes | None, ...]]) -> sql.Composable:
    """The condition that a row's key is one of these."""
    types = {column.source: column.source_type for column in request.columns}
    arrays = [
        # The type's words come from the source's own catalogue.
        sql.SQL("{}::{}[]").format(sql.Literal([(key[place] or b"").decode() for key in keys]), sql.SQL(types[name]))
        for place, name in enumerate(request.key)
    ]
    if len(arrays) == 1:
        return sql.SQL(" WHERE {} = ANY ({})").format(sql.Identifier(request.key[0]), arrays[0])
    return sql.SQL(" WHERE ({}) IN (SELECT * FROM unnest({}))").format(
        sql.SQL(", ").join(map(sql.Identifier, request.key)), sql.SQL(", ").join(arrays)
    )


def _expression(column: StreamColumn) -> sql.Composable:
    """How a column is read so that its text is what a column of the wanted type takes, or is refused by it."""
    name = sql.Identifier(column.source)
    if column.transform is not None:
        return transforms.postgres(sql.SQL("{}::text").format(name), column.transform, column.data_type)
    found = _by_words(column.source_type)
    wanted = column.data_type
    if found is None or is_text(found) or (column.source_type.startswith("numeric") and "(" not in column.source_type):
        pattern = text_pattern(wanted)
        if pattern is not None and not is_text(wanted):
            # A value that does not match is made unreadable on purpose: the target rejects its row by name.
            return sql.SQL("CASE WHEN {n}::text ~ {p} THEN {n}::text ELSE {u} || {n}::text END").format(
                n=name, p=sql.Literal(pattern), u=sql.Literal(UNREADABLE)
            )
        return sql.SQL("{}::text").format(name)
    if found.letter in (TypeLetter.DATE, TypeLetter.MOMENT):
        cast = sql.SQL("timestamp" if wanted.letter is TypeLetter.MOMENT else "date")
        if is_text(wanted):
            return sql.SQL("{}::text").format(name)
        return sql.SQL("CASE WHEN isfinite({n}) THEN {n}::{t}::text ELSE {u} || {n}::text END").format(
            n=name, t=cast, u=sql.Literal(UNREADABLE)
        )
    if found.letter is TypeLetter.LOGICAL and wanted.letter is TypeLetter.INTEGER:
        return sql.SQL("{}::int").format(name)
    if column.source_type == "money":
        return sql.SQL("{}::numeric").format(name)
    return name


def _data_type(base: str, typmod: int, typtype: str, labels: Sequence[str]) -> DataType | None:
    if typtype == "e":
        return DataType(TypeLetter.TEXT, max(map(len, labels), default=1))
    if base in ("character varying", "character") and typmod > 4:
        return DataType(TypeLetter.TEXT, typmod - 4)
    if base == "character":
        return DataType(TypeLetter.TEXT, 1)
    if base in ("bit", "bit varying"):
        return DataType(TypeLetter.TEXT, typmod) if typmod > 0 else DataType(TypeLetter.MEMO)
    if base == "numeric":
        return _numeric_type(typmod)
    if typtype in ("c", "p", "m"):
        return None
    return _by_words(base) or DataType(TypeLetter.MEMO)


def _numeric_type(typmod: int) -> DataType:
    """Precision and scale out of the modifier; a number without them, or with more than the Guide's, gets N(38,10)."""
    if typmod < 4:
        return DataType(TypeLetter.NUMBER, 38, 10)
    precision, scale = (typmod - 4) >> 16 & 0xFFFF, (typmod - 4) & 0x7FF
    # The scale has eleven bits with a sign; a negative one rounds to tens and hundreds.
    if scale > 1023 or precision > MAX_PRECISION or scale > precision:
        return DataType(TypeLetter.NUMBER, 38, 10)
    return DataType(TypeLetter.NUMBER, precision, scale)


_FIXED: Final = {
    "smallint": DataType(TypeLetter.INTEGER),
    "integer": DataType(TypeLetter.INTEGER),
    "bigint": DataType(TypeLetter.INTEGER),
    "real": DataType(TypeLetter.FLOAT),
    "double precision": DataType(TypeLetter.DOUBLE),
    "money": DataType(TypeLetter.MONEY),
    "boolean": DataType(TypeLetter.LOGICAL),
    "date": DataType(TypeLetter.DATE),
    "bytea": DataType(TypeLetter.GENERAL),
    "uuid": DataType(TypeLetter.TEXT, 36),
    "inet": DataType(TypeLetter.TEXT, 43),
    "cidr": DataType(TypeLetter.TEXT, 43),
    "macaddr": DataType(TypeLetter.TEXT, 17),
}


def _by_words(declared: str) -> DataType | None:
    """The type of a declaration whose text alone decides how it is read; None for all that is read as text."""
    if declared in _FIXED:
        return _FIXED[declared]
    if declared.startswith("timestamp"):
        return DataType(TypeLetter.MOMENT)
    if declared.startswith("time"):
        return DataType(TypeLetter.TEXT, 21)
    if declared.startswith("numeric("):
        precision, _, scale = declared[8:-1].partition(",")
        if int(precision) <= MAX_PRECISION and 0 <= int(scale or 0) <= int(precision):
            return DataType(TypeLetter.NUMBER, int(precision), int(scale or 0))
    return None


def _identifier(table: TableRef) -> sql.Identifier:
    return sql.Identifier(table.schema, table.name)


def _one(connection: psycopg.Connection[Any], query: str, *parameters: Any) -> tuple[Any, ...]:
    row = connection.execute(query, parameters or None).fetchone()
    assert row is not None
    return row


def _refuse_replica(connection: psycopg.Connection[Any]) -> None:
    if _one(connection, "SELECT pg_is_in_recovery()")[0]:
        raise SourceIsReplica(field="mode")


# libpq has no codes for failures before a session exists; its words, in the server's language, are matched as
# loosely as they vary, and never shown: they can hold the account's name and other addresses.
_REFUSALS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("authentication mechanisms", "authentication method"), N_("登录方式不受支持")),
    (("28P01", "28000", "password authentication", "no password supplied", "authentication"), N_("账号或密码不正确")),
    (("pg_hba.conf",), N_("服务器的访问控制未放行本平台")),
    (("does not exist", "不存在"), N_("没有该数据库或账号")),
    (("too many", "remaining connection slots"), N_("服务器连接数已满")),
    (("SSL", "certificate"), N_("加密协商失败")),
)
_UNREACHED: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("refused",), N_("端口未开放")),
    (("timeout", "timed out"), N_("连接超时")),
    (("No route", "unreachable"), N_("网络不通")),
)


def _connection_error(words: str) -> SourceUnreachable | SourceRefused:
    for signs, reason in _UNREACHED:
        if any(sign in words for sign in signs):
            return SourceUnreachable(reason=reason)
    for signs, reason in _REFUSALS:
        if any(sign in words for sign in signs):
            return SourceRefused(reason=reason)
    return SourceUnreachable(reason=N_("服务器没有应答"))
