"""MySQL and MariaDB sources: the server joins a row's columns, so that a row is one value on its way.

Fields come parted by U+0001 in one text per row, which COPY takes as CSV with that delimiter: no Python work per field,
nothing escaped at the source (escaping there cost 0.8 s of the server's processor per million rows). A chunk in which
the separators do not add up, or that holds line breaks, is written anew field by field.

Increments read by a column that grows with every change, by (watermark, key), and start again behind the last
watermark by an overlap: a transaction that commits later than its watermark says is met there, as long as it took no
longer than the overlap.
"""

# ruff: noqa: S608 - names pass through _quoted, values through _literal or _typed; no driver quotes names for us.

import asyncio
import contextlib
import re
import secrets
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import asyncmy
from asyncmy import errors as mysql_errors
from asyncmy.cursors import SSCursor

from jutong.kernel.codes.data_types import MAX_PRECISION, DataType, TypeLetter
from jutong.kernel.text import N_
from jutong.supply.mounting.adapters import capture_mariadb as capture
from jutong.supply.mounting.adapters import digests, transforms
from jutong.supply.mounting.adapters.base import (
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
from jutong.supply.mounting.adapters.binlog import Position, Touched
from jutong.supply.mounting.adapters.tls import context_for
from jutong.supply.mounting.domain.errors import (
    KeyMissing,
    MountingError,
    SourceFailed,
    SourceIsReplica,
    SourceRefused,
    SourceUnreachable,
    TableMissing,
    WatermarkMissing,
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
    ChunkForm,
    ColumnFound,
    ConnectionReport,
    Estimate,
    ForeignKey,
    KeyRange,
    Part,
    RowFault,
    StreamColumn,
    StreamRequest,
    TableFound,
    TableRef,
)

_T = TypeVar("_T")
_SAMPLE_CHARACTERS: Final = 200
_KEYS_AT_ONCE: Final = 5_000
"""Keys asked for in one statement."""

INTEGER_OVERLAP: Final = 100_000
"""How many values of an integer watermark are read again; integers have no seconds to count."""

_FIELD: Final = b"\x01"
_QUOTE: Final = b"\x02"
_FIELD_LITERAL: Final = "_utf8mb4 0x01"
_HEX_PREFIX_LITERAL: Final = "_utf8mb4 0x5c78"  # backslash, x: PostgreSQL's sign for bytes in hexadecimal

_WHOLE: Final = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})
_BINARY: Final = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})
_TEXTUAL: Final = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "json"})
_MOMENTS: Final = frozenset({"datetime", "timestamp"})
_GEOMETRY: Final = frozenset(
    {
        "geometry",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
    }
)

_LAST_IN_NAMES: Final = "\uffff"
"""Names end at the Basic Multilingual Plane; comparing one with a character beyond it is an error there, not false."""

_TABLES: Final = """
SELECT TABLE_NAME, TABLE_TYPE, TABLE_COMMENT, COALESCE(TABLE_ROWS, 0) FROM information_schema.TABLES
 WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED', 'VIEW')
"""
_SIZE: Final = "SELECT DATA_LENGTH FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"
_COLUMNS: Final = """
SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE,
       IS_NULLABLE, COLUMN_COMMENT, CHARACTER_SET_NAME
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()
"""
_KEYS: Final = """
SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.STATISTICS
 WHERE TABLE_SCHEMA = DATABASE() AND INDEX_NAME = 'PRIMARY'
"""
_FOREIGN_KEYS: Final = """
SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
  FROM information_schema.KEY_COLUMN_USAGE
 WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL
"""
_IN_ORDER: Final = " ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION"


class MysqlAdapter:
    """A department's MySQL (5.7 on) or MariaDB (10.2 on) database."""

    def __init__(self, dial: Dial):
        self._dial = dial

    def abilities(self) -> tuple[Ability, ...]:
        return (
            Ability("full", True, N_("全量读取为同一时刻的一致快照（InnoDB 表）。")),
            Ability("key_ranges", True, N_("可按主键区间分段读取。")),
            Ability("digests", True, N_("可在源库内按 1024 桶计算摘要核对，双精度和浮点列只核对有无。")),
            Ability("transforms", True, N_("值转换在源库内完成；MySQL 须为 8.0 以上版本。")),
            Ability("incremental", True, N_("增量按水位列读取，每次回退一段重叠区，须不短于源库最长事务。")),
            Ability("incremental_without_column", False, N_("没有递增的水位列时只能全量交换。")),
            Ability("deletes", False, N_("增量读不到源表中的删除，由每日分桶核对发现。")),
            Ability("capture", True, N_("变更捕获（MariaDB 行格式 binlog）收取新增、修改和删除；须由源库管理员开通。")),
            Ability("capture_mysql", False, N_("MySQL 不能使用变更捕获：快照没有对应的 binlog 位置。")),
            Ability("capture_cascades", False, N_("外键级联删除不写入 binlog，由每日分桶核对发现。")),
            Ability("control_characters", False, N_("文本中含 U+0000 至 U+0003 控制字符的行会被拒收。")),
            Ability("ed25519", False, N_("不支持 ed25519、GSSAPI、PAM 登录方式，请使用密码账号。")),
        )

    # --- Asking ------------------------------------------------------------------------------------------------------

    def test(self) -> ConnectionReport:
        with self._session() as session:
            version, database, account, read_only = session.rows(
                "SELECT VERSION(), DATABASE(), CURRENT_USER(), @@global.read_only"
            )[0]
            tables = session.rows(f"SELECT COUNT(*) FROM ({_TABLES}) AS t")[0][0]
            grants = " ".join(row[0].upper() for row in session.rows("SHOW GRANTS"))
        writable = re.search(r"\b(ALL PRIVILEGES|INSERT|UPDATE|DELETE|DROP)\b", grants) is not None
        brand = "MariaDB" if "mariadb" in version.lower() else "MySQL"
        return ConnectionReport(
            f"{brand} {version.split('-')[0]}", database, account, tables, writable, str(read_only) not in ("0", "OFF")
        )

    def scan(self, told: Told) -> tuple[TableFound, ...]:
        with self._session() as session:
            tables = session.rows(_TABLES + " ORDER BY TABLE_NAME")
            told(0, len(tables))
            columns = session.rows(_COLUMNS + " ORDER BY TABLE_NAME, ORDINAL_POSITION")
            keys = session.rows(_KEYS + " ORDER BY TABLE_NAME, SEQ_IN_INDEX")
            foreign = session.rows(_FOREIGN_KEYS + _IN_ORDER)
        told(len(tables), len(tables))
        return tuple(self._found(row, columns, keys, foreign) for row in tables)

    def describe(self, table: TableRef) -> TableFound:
        with self._session() as session:
            return self._describe(session, table)[0]

    def estimate(self, table: TableRef) -> Estimate:
        with self._session() as session:
            found = self._describe(session, table)[0]
            if found.kind == "view":
                return Estimate(None, None)
            size = session.rows(f"{_SIZE} AND TABLE_NAME = {_literal(table.name)}")[0][0]
            return Estimate(found.row_estimate, None if size is None else int(size))

    def sample(self, table: TableRef, columns: Sequence[str], limit: int) -> list[Row]:
        with self._session() as session:
            types = {row[1]: row[3] for row in self._describe(session, table)[1]}
            listed = ", ".join(
                f"LEFT({_readable(name, types.get(name, ''))}, {_SAMPLE_CHARACTERS})" for name in columns
            )
            return session.rows(f"SELECT {listed} FROM {_identifier(table)} LIMIT {int(limit)}")

    def sketch(self, table: TableRef, columns: Sequence[str], key: str, size: int) -> dict[str, list[int]]:
        found = {}
        with self._session(SKETCH_SECONDS) as session:
            types = {row[1]: row[3] for row in self._describe(session, table)[1]}
            for name in columns:
                text = f"UPPER(TRIM({_readable(name, types.get(name, ''))}))"
                # HEX digits to a number by way of CONV, which is exact up to 64 bits.
                digest = f"CAST(CONV(LEFT(MD5(CONCAT({_literal(key)}, {text})), 13), 16, 10) AS UNSIGNED)"
                query = f"SELECT DISTINCT {digest} AS hash FROM {_identifier(table)} WHERE {text} <> ''"
                found[name] = [int(row[0]) for row in session.rows(f"{query} ORDER BY hash LIMIT {int(size)}")]
        return found

    def check_incremental(self, table: TableFound, watermark_column: str) -> None:
        if not watermark_column:
            raise WatermarkMissing(field="watermark_column")
        column = table.column(watermark_column)
        fit = column is not None and not column.nullable and _base(column.source_type) in _WHOLE | _MOMENTS
        if not fit:
            raise WatermarkUnfit(column=watermark_column, field="watermark_column")
        with self._session() as session:
            if str(session.rows("SELECT @@global.read_only")[0][0]) not in ("0", "OFF"):
                raise SourceIsReplica(field="mode")

    def split(self, request: StreamRequest, parts: int) -> tuple[KeyRange, ...]:
        if not request.key:
            raise KeyMissing(table=str(request.table))
        with self._session(STREAM_SECONDS) as session:
            key = _key_columns(request, self._describe(session, request.table)[0])
            name = _identifier(request.table)
            whole = int(session.rows(f"SELECT COUNT(*) FROM {name}")[0][0])
            values = ", ".join(_readable(column.name, _base(column.source_type)) for column in key)
            order = ", ".join(_quoted(column.name) for column in key)
            # MySQL 5.7 has no window functions; a few walks along the key's index cost little.
            places = sorted({whole * part // parts for part in range(1, parts)} - {0})
            bounds = [
                session.rows(f"SELECT {values} FROM {name} ORDER BY {order} LIMIT 1 OFFSET {place - 1}")[0]
                for place in places
            ]
        return ranges_between([[str(value) for value in bound] for bound in bounds])

    def digest(self, request: StreamRequest) -> Mapping[int, BucketDigest]:
        _key_of(request)
        with self._session(STREAM_SECONDS) as session:
            table, _ = self._describe(session, request.table)
            return _digests(session, request, table)

    # --- Capturing changes -------------------------------------------------------------------------------------------

    def check_capture(self, table: TableFound, key: Sequence[str], names: CaptureNames) -> None:
        with self._session() as session:
            if str(session.rows("SELECT @@global.read_only")[0][0]) not in ("0", "OFF"):
                raise SourceIsReplica(field="mode")
            found, columns = self._describe(session, table.ref)
            capture.check(session.rows, found, key, _charsets(columns))

    def confirm_capture(self, names: CaptureNames, cursor: Mapping[str, Any]) -> CaptureStanding:
        return self.capture_standing(names, cursor)

    def capture_standing(self, names: CaptureNames, cursor: Mapping[str, Any]) -> CaptureStanding:
        with self._session() as session:
            return capture.standing(session.rows, cursor)

    def end_capture(self, names: CaptureNames) -> None:
        """The server keeps its log by its own rules, not for us."""

    def _touched(
        self, session: "_Session", request: StreamRequest, table: TableFound, charsets: dict[str, str | None]
    ) -> capture.Reading:
        """Keys touched between the cursor and the session's snapshot."""
        names, cursor = request.capture, request.cursor
        assert names is not None
        assert cursor is not None
        capture.require(session.rows, cursor)
        end = capture.snapshot_position(session.rows)
        key = capture.key_columns(table, request.key, charsets)
        touched = Touched(table.ref.schema, table.ref.name, key, Position(cursor["file"], cursor["at"]))
        if (end["file"], end["at"]) == (cursor["file"], cursor["at"]):
            return capture.Reading(touched, end, False)
        with self._session(STREAM_SECONDS) as log:
            more = log.follow(names, touched, Position(end["file"], end["at"]), request.limit_rows)
        return capture.Reading(touched, capture.cursor_at(session.rows, touched.position) if more else end, more)

    def _describe(self, session: "_Session", table: TableRef) -> tuple[TableFound, list[Any]]:
        name = _literal(table.name)
        possible = table.schema == self._dial.database and max(table.name, default="") <= _LAST_IN_NAMES
        tables = session.rows(f"{_TABLES} AND TABLE_NAME = {name}") if possible else []
        # The server compares names without regard to case or to blanks at their end; we do not.
        if not tables or tables[0][0] != table.name:
            raise TableMissing(table=str(table))
        columns = session.rows(f"{_COLUMNS} AND TABLE_NAME = {name} ORDER BY ORDINAL_POSITION")
        keys = session.rows(f"{_KEYS} AND TABLE_NAME = {name} ORDER BY SEQ_IN_INDEX")
        foreign = session.rows(f"{_FOREIGN_KEYS} AND TABLE_NAME = {name}{_IN_ORDER}")
        return self._found(tables[0], columns, keys, foreign), columns

    def _found(self, row: Any, columns: list[Any], keys: list[Any], foreign: list[Any]) -> TableFound:
        name, kind, comment, estimate = row
        return TableFound(
            ref=TableRef(self._dial.database, name),
            kind="view" if kind == "VIEW" else "table",
            comment="" if kind == "VIEW" else comment,
            row_estimate=int(estimate),
            columns=tuple(_column(column) for column in columns if column[0] == name),
            key=tuple(column for table, column in keys if table == name),
            foreign_keys=_foreign_keys([row[1:] for row in foreign if row[0] == name]),
        )

    # --- Streaming ---------------------------------------------------------------------------------------------------

    @contextmanager
    def stream(self, request: StreamRequest) -> Iterator["_MysqlStream"]:
        with self._session(STREAM_SECONDS, raw=True) as session:
            table, columns = self._describe(session, request.table)
            session.run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            page = _Page(session, request, table) if request.watermark_column else None
            charsets = _charsets(columns)
            mark = "\x03" + secrets.token_hex(1)
            null = _literal(mark)
            fields = ", ".join(
                f"IFNULL({_expression(column, charsets.get(column.source), request.zero_dates_empty)}, {null})"
                for column in request.columns
            )
            conditions = [page.condition] if page and request.incremental and page.condition else []
            if request.key_range or request.buckets:
                conditions += _part_of(request, table)
                page = None
            query = f"SELECT CONCAT_WS({_FIELD_LITERAL}, {fields}) FROM {_identifier(request.table)}"
            width = len(request.columns)
            if request.capture is not None and request.incremental:
                found = self._touched(session, request, table, charsets)
                yield _MysqlTouched(
                    session, [query + where for where in _having(request, table, found)], width, mark, found
                )
                return
            begun = capture.snapshot_position(session.rows) if request.capture is not None else None
            cursor = page.cursor if page else begun
            if request.compare is not None:
                differing = digests.differing(request.compare, _digests(session, request, table))
                condition = _where([_in_buckets(request, differing)])
                queries = [query + condition] if differing else []
                yield _MysqlDiffering(session, queries, width, mark, cursor, differing)
                return
            where = _where(conditions)
            estimate = 0 if request.cursor else table.row_estimate
            yield _MysqlStream(
                session,
                [query + where],
                width,
                mark,
                estimate,
                cursor,
                bool(page and page.more and request.incremental),
            )

    # --- Connection --------------------------------------------------------------------------------------------------

    @contextmanager
    def _session(self, seconds: int = METADATA_SECONDS, *, raw: bool = False) -> Iterator["_Session"]:
        session = _Session(self._dial, seconds)
        try:
            session.open()
            yield session
        except mysql_errors.MySQLError as fault:
            raise _session_error(fault) from fault
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as fault:
            raise SourceFailed(reason=N_("连接中断")) from fault
        finally:
            session.close()


class _Session:
    """One connection with a loop of its own; used by one thread at a time."""

    def __init__(self, dial: Dial, seconds: int):
        self._dial = dial
        self._seconds = seconds
        self._loop = asyncio.new_event_loop()
        self._connection: Any = None

    def open(self) -> None:
        dial = self._dial
        try:
            self._connection = self._wait(
                asyncmy.connect(
                    host=dial.address,
                    port=dial.port,
                    user=dial.account,
                    password=dial.password.reveal(),
                    database=dial.database,
                    charset="utf8mb4",
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=SILENCE_SECONDS,
                    ssl=context_for(dial),
                    autocommit=True,
                    program_name="jutong",
                )
            )
        except (mysql_errors.MySQLError, OSError, TimeoutError, asyncio.IncompleteReadError) as fault:
            raise _connection_error(fault) from None
        self.run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        self.run("SET SESSION TRANSACTION READ ONLY")
        # Literals and comparisons must mean the same on every server.
        self.run("SET SESSION sql_mode = '', time_zone = '+08:00', net_write_timeout = 600")
        self._limit_time()

    def _limit_time(self) -> None:
        for statement in (
            f"SET SESSION max_statement_time = {self._seconds}",  # MariaDB, seconds
            f"SET SESSION max_execution_time = {self._seconds * 1000}",  # MySQL, milliseconds
        ):
            with contextlib.suppress(mysql_errors.MySQLError):
                self.run(statement)
                return

    def rows(self, statement: str) -> list[Any]:
        """All rows of a small answer."""

        async def ask() -> list[Any]:
            async with self._connection.cursor() as cursor:
                await cursor.execute(statement)
                return list(await cursor.fetchall())

        return self._wait(ask())

    def run(self, statement: str) -> None:
        self.rows(statement)

    def texts(self, statement: str, at_once: int) -> Iterator[list[Any]]:
        """The single column of a large answer, as bytes, some rows at a time."""
        # Strings of this answer are passed on as they come; decoding them would only be undone.
        self._connection._use_unicode = False
        cursor = self._connection.cursor(SSCursor)
        self._wait(cursor.execute(statement))
        while rows := self._wait(cursor.fetchmany(at_once)):
            yield [row[0] for row in rows]
        self._wait(cursor.close())

    def follow(self, names: CaptureNames, touched: Touched, end: Position, most: int) -> bool:
        """Read the binary log from where `touched` stands; the connection is of no other use afterwards."""
        self.run("SET @master_binlog_checksum = 'NONE', @mariadb_slave_capability = 4")  # what replicas must say
        return self._wait(capture.read_touched(self._connection, names, touched, end, most))

    def cancel(self) -> None:
        """From another thread: break the connection, so that whoever waits on it gets an error."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._abort)

    def _abort(self) -> None:
        transport = getattr(self._connection, "_transport", None)
        if transport is not None:
            transport.abort()

    def close(self) -> None:
        self._abort()
        with contextlib.suppress(Exception):
            # Lets the transport's own callbacks run before its loop is gone.
            self._wait(asyncio.sleep(0))
        self._loop.close()

    def _wait(self, work: "Coroutine[Any, Any, _T]") -> _T:
        return self._loop.run_until_complete(work)


class _Page:
    """The rows of one incremental batch: behind the cursor, in the order of (watermark, key), up to the limit.

    Of a full reading only the cursor is wanted, so that increments can follow it.
    """

    def __init__(self, session: _Session, request: StreamRequest, table: TableFound):
        watermark = table.column(request.watermark_column)
        if watermark is None:
            raise WatermarkMissing(field="watermark_column")
        self._order = (watermark, *(column for name in request.key if (column := table.column(name))))
        self._whole = _base(watermark.source_type) in _WHOLE
        table_name = _identifier(request.table)
        read_at = str(session.rows("SELECT CAST(NOW(6) AS CHAR)")[0][0])
        lower = self._lower(request)
        last = None
        if request.incremental:
            end = f"{self._sorted('ASC')} LIMIT 1 OFFSET {request.limit_rows - 1}"
            last = self._bound(session, table_name, lower, end)
        self.more = last is not None
        last = last or self._bound(session, table_name, lower, f"{self._sorted('DESC')} LIMIT 1")
        if last is None:
            self.condition = "1 = 0"
            self.cursor = dict(request.cursor) if request.cursor else None
            return
        self.condition = " AND ".join([*lower, _compared(self._order, "<=", last)])
        # A row dated ahead of the server's clock must not carry the next reading past rows of the days between.
        self.cursor = {"after": last, "read_at": read_at}

    def _lower(self, request: StreamRequest) -> list[str]:
        if not request.cursor:
            return []
        after = [str(value) for value in request.cursor["after"]]
        if not request.rewind:
            return [_compared(self._order, ">", after)]
        watermark = self._order[0]
        if self._whole:
            return [f"{_quoted(watermark.name)} >= {int(after[0]) - INTEGER_OVERLAP}"]
        earliest = min(_moment(after[0]), _moment(request.cursor["read_at"])) - timedelta(
            seconds=request.overlap_seconds
        )
        return [f"{_quoted(watermark.name)} >= {_literal(earliest.isoformat(' '))}"]

    def _bound(self, session: _Session, table_name: str, lower: list[str], tail: str) -> list[str] | None:
        values = ", ".join(_readable(column.name, _base(column.source_type)) for column in self._order)
        where = f" WHERE {' AND '.join(lower)}" if lower else ""
        rows = session.rows(f"SELECT {values} FROM {table_name}{where} {tail}")
        return [str(value) for value in rows[0]] if rows else None

    def _sorted(self, direction: str) -> str:
        return "ORDER BY " + ", ".join(f"{_quoted(column.name)} {direction}" for column in self._order)


class _MysqlStream:
    def __init__(
        self,
        session: _Session,
        queries: Sequence[str],
        width: int,
        mark: str,
        estimate: int,
        cursor: dict[str, Any] | None,
        more: bool,
    ):
        self._session = session
        self._queries = queries
        self._width = width
        self._mark = mark
        self.estimate = estimate
        self.cursor = cursor
        self.more = more

    def __iter__(self) -> Iterator[Chunk]:
        for query in self._queries:
            for texts in self._session.texts(query, CHUNK_ROWS):
                yield write_chunk(texts, self._width, self._mark)

    def cancel(self) -> None:
        self._session.cancel()


class _MysqlTouched(_MysqlStream, PartStream):
    """The rows that changes touched, as they are now."""

    def __init__(self, session: _Session, queries: Sequence[str], width: int, mark: str, found: capture.Reading):
        super().__init__(session, queries, width, mark, 0, found.cursor, found.more)
        lines = ("\t".join(map(_escaped_text, key)) for key in found.touched.keys)
        data = "".join(f"{line}\n" for line in lines).encode()
        self.part = Part(keys=Chunk(data, len(found.touched.keys)), events=found.touched.events)


class _MysqlDiffering(_MysqlStream, PartStream):
    """The rows of buckets in which the source is not as the pool."""

    def __init__(
        self,
        session: _Session,
        queries: Sequence[str],
        width: int,
        mark: str,
        cursor: dict[str, Any] | None,
        buckets: tuple[int, ...],
    ):
        super().__init__(session, queries, width, mark, 0, cursor, False)
        self.part = Part(buckets=buckets)


def _having(request: StreamRequest, table: TableFound, found: capture.Reading) -> list[str]:
    """Conditions that a row's key is one of those touched, some keys each."""
    columns = [column for name in request.key if (column := table.column(name))]
    keys = list(found.touched.keys)
    listed = ", ".join(_quoted(column.name) for column in columns)
    conditions = []
    for at in range(0, len(keys), _KEYS_AT_ONCE):
        values = [
            ", ".join(_typed(column, value) for column, value in zip(columns, key, strict=True))
            for key in keys[at : at + _KEYS_AT_ONCE]
        ]
        if len(columns) > 1:
            values = [f"({value})" for value in values]
        conditions.append(f" WHERE ({listed}) IN ({', '.join(values)})")
    return conditions


def _charsets(columns: list[Any]) -> dict[str, str | None]:
    """The character set of each column, None where it has none."""
    return {row[1]: row[9] for row in columns}


def _escaped_text(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def write_chunk(texts: list[bytes | None], width: int, mark: str) -> Chunk:
    """Rows joined by the server, as a chunk: passed on as they are if their separators add up, else field by field."""
    if None not in texts:
        data = b"\n".join(texts) + b"\n"  # type: ignore[arg-type]
        plain = (
            data.count(b"\n") == len(texts)
            and data.count(_FIELD) == (width - 1) * len(texts)
            and _QUOTE not in data
            and b"\r" not in data
            # Alone on a line it would end the data.
            and (width > 1 or b"\\." not in data)
        )
        if plain:
            return Chunk(data, len(texts), ChunkForm.CONTROL, mark)
    return _write_fields(texts, width, mark.encode())


_ESCAPES: Final = ((b"\\", b"\\\\"), (b"\t", b"\\t"), (b"\n", b"\\n"), (b"\r", b"\\r"))


def _write_fields(texts: list[bytes | None], width: int, mark: bytes) -> Chunk:
    lines, faults = [], []
    for number, text in enumerate(texts):
        # The server answers NULL for a row longer than it may send.
        if text is None:
            faults.append(RowFault(number, "", "row_too_long"))
            continue
        values = text.split(_FIELD)
        if len(values) != width:
            faults.append(RowFault(number, "", "control_character"))
            continue
        lines.append(b"\t".join(b"\\N" if value == mark else _escaped(value) for value in values))
    return Chunk(b"".join(line + b"\n" for line in lines), len(lines), faults=tuple(faults))


def _escaped(value: bytes) -> bytes:
    for sign, written in _ESCAPES:
        value = value.replace(sign, written)
    return value


def _expression(column: StreamColumn, charset: str | None, zero_dates_empty: bool) -> str:
    """How a column is read so that its text is what a column of the wanted type takes, or is refused by it."""
    name, base, wanted = _quoted(column.source), _base(column.source_type), column.data_type
    if column.transform is not None:
        return transforms.mysql(f"CONVERT({name} USING utf8mb4)", column.transform, wanted, _literal)
    if base in _BINARY:
        return f"CONCAT({_HEX_PREFIX_LITERAL}, HEX({name}))"
    if base in _GEOMETRY:
        return f"ST_AsText({name})"
    if base == "bit":
        return f"({name} + 0)"
    if base == "float":
        # As text a FLOAT has six digits; as a double it has all it holds.
        return f"({name} + 0e0)"
    if base in _MOMENTS or base == "date":
        return f"IF({name} = 0, NULL, {name})" if zero_dates_empty else name
    if base in _WHOLE or base in ("decimal", "double", "year", "time"):
        return name
    text = name if charset in ("utf8mb4", "utf8mb3", "utf8", "ascii") else f"CONVERT({name} USING utf8mb4)"
    pattern = None if is_text(wanted) else text_pattern(wanted)
    # A value that does not match is made unreadable on purpose: the target rejects its row by name.
    if pattern is None:
        return text
    return f"IF({text} REGEXP {_literal(pattern)}, {text}, CONCAT({_literal(UNREADABLE)}, {text}))"


def _compared(columns: Sequence[ColumnFound], sign: str, values: Sequence[str]) -> str:
    """(a, b) > (x, y) in a form that uses an index on a."""
    strict = sign[0]
    text = ""
    for column, value in reversed(list(zip(columns, values, strict=True))):
        name, literal = _quoted(column.name), _typed(column, value)
        if not text:
            text = f"{name} {sign} {literal}"
        else:
            text = f"({name} {strict} {literal} OR ({name} = {literal} AND {text}))"
    first = columns[0]
    return f"({_quoted(first.name)} {strict}= {_typed(first, values[0])} AND {text})" if len(columns) > 1 else text


def _key_of(request: StreamRequest) -> list[StreamColumn]:
    """The key's columns among those of the request. Raises KeyMissing."""
    by_name = {column.source: column for column in request.columns}
    if not request.key or not set(request.key) <= by_name.keys():
        raise KeyMissing(table=str(request.table))
    return [by_name[name] for name in request.key]


def _key_columns(request: StreamRequest, table: TableFound) -> list[ColumnFound]:
    found = [table.column(name) for name in request.key]
    return [column for column in found if column is not None]


def _part_of(request: StreamRequest, table: TableFound) -> list[str]:
    """The conditions that narrow a reading to a range of keys and to buckets."""
    key, bounds = _key_columns(request, table), request.key_range or KeyRange()
    conditions = [
        _compared(key, sign, bound) for sign, bound in ((">", bounds.after), ("<=", bounds.upto)) if bound is not None
    ]
    if request.buckets:
        conditions.append(_in_buckets(request, request.buckets))
    return conditions


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _digests(session: _Session, request: StreamRequest, table: TableFound) -> dict[int, BucketDigest]:
    """Digests by bucket, in one statement; the rows stay where they are."""
    row, key = _digested_row(request, request.columns), _digested_row(request, _key_of(request))
    where = _where(_part_of(request, table))
    return digests.sums(session.rows(digests.mysql_statement(_identifier(request.table), row, key, where)))


def _in_buckets(request: StreamRequest, buckets: Sequence[int]) -> str:
    """The condition that a row lies in one of these buckets."""
    key = _digested_row(request, _key_of(request))
    return f"{digests.mysql_bucket(key)} IN ({', '.join(map(str, map(int, buckets)))})"


def _digested_row(request: StreamRequest, columns: Sequence[StreamColumn]) -> str:
    """The canonical text of some of a row's columns."""
    return digests.mysql_row([_digested(column, request.zero_dates_empty) for column in columns])


def _digested(column: StreamColumn, zero_dates_empty: bool) -> str:
    """The canonical text of a column's values, for digests."""
    base = _base(column.source_type)
    native = _quoted(column.source)
    pattern = text_pattern(column.data_type)
    literal = _literal(pattern) if pattern else ""
    if column.transform is not None:
        made = _expression(column, None, zero_dates_empty)
        return digests.mysql_value(made, made, is_worded=True, wanted=column.data_type, pattern=literal)
    if zero_dates_empty and (base in _MOMENTS or base == "date"):
        native = f"IF({native} = 0, NULL, {native})"
    if base in _GEOMETRY:
        native = f"ST_AsText({native})"
    elif base == "bit":
        native = f"({native} + 0)"
    text = f"CAST({native} AS CHAR CHARACTER SET utf8mb4)"
    return digests.mysql_value(text, native, is_worded=base in _TEXTUAL, wanted=column.data_type, pattern=literal)


def _readable(name: str, base: str) -> str:
    """A column as text that people can read, and that `_typed` takes back."""
    quoted = _quoted(name)
    if base in _BINARY:
        return f"HEX({quoted})"
    if base in _GEOMETRY:
        return f"ST_AsText({quoted})"
    return f"CAST({quoted} + 0 AS CHAR)" if base == "bit" else f"CAST({quoted} AS CHAR CHARACTER SET utf8mb4)"


def _typed(column: ColumnFound, value: str) -> str:
    """A value of `_readable` as a literal that compares as its column does."""
    base = _base(column.source_type)
    if base in _WHOLE | {"decimal", "bit", "year"} and re.fullmatch(r"-?[0-9]+([.][0-9]+)?", value):
        return value
    if base in _BINARY:
        return f"0x{bytes.fromhex(value).hex()}" if value else "''"
    return _literal(value)


def _literal(text: str) -> str:
    """A string literal that no sql_mode and no character set can read otherwise."""
    return f"_utf8mb4 0x{text.encode().hex()}" if text else "''"


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _identifier(table: TableRef) -> str:
    return f"{_quoted(table.schema)}.{_quoted(table.name)}"


def _base(declared: str) -> str:
    return re.split(r"[ (]", declared, maxsplit=1)[0].lower()


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        # A zero or impossible date sorts before all others.
        return datetime(1000, 1, 1)  # noqa: DTZ001


def _column(row: Any) -> ColumnFound:
    _, name, declared, kind, length, precision, scale, nullable, comment, _ = row
    return ColumnFound(
        name=name,
        source_type=_settled(declared),
        data_type=_data_type(kind.lower(), declared.lower(), length, precision, scale),
        nullable=nullable == "YES",
        comment=comment or "",
        values=tuple(re.findall(r"'((?:[^']|'')*)'", declared)) if kind.lower() == "enum" else (),
    )


def _foreign_keys(rows: list[Any]) -> tuple[ForeignKey, ...]:
    """The constraints of one table from their columns, each by its name."""
    grouped: dict[str, list[Any]] = {}
    for constraint, *rest in rows:
        grouped.setdefault(constraint, []).append(rest)
    return tuple(
        ForeignKey(
            tuple(mine for mine, *_ in columns), TableRef(columns[0][1], columns[0][2]), tuple(c[3] for c in columns)
        )
        for columns in grouped.values()
    )


def _settled(declared: str) -> str:
    """The declaration without display widths, which servers dropped between versions; tinyint(1) keeps its meaning."""
    if re.match(r"(?i)tinyint\(1\)(?! unsigned)", declared):
        return declared.lower()
    return re.sub(r"(?i)^((?:tiny|small|medium|big)?int)\([0-9]+\)", r"\1", declared)


_INTEGER: Final = DataType(TypeLetter.INTEGER)
_TYPES: Final = {
    "smallint": _INTEGER,
    "mediumint": _INTEGER,
    "int": _INTEGER,
    "year": _INTEGER,
    "float": DataType(TypeLetter.FLOAT),
    "double": DataType(TypeLetter.DOUBLE),
    "date": DataType(TypeLetter.DATE),
    "datetime": DataType(TypeLetter.MOMENT),
    "timestamp": DataType(TypeLetter.MOMENT),
    "time": DataType(TypeLetter.TEXT, 17),
    "uuid": DataType(TypeLetter.TEXT, 36),
    "inet6": DataType(TypeLetter.TEXT, 39),
    "inet4": DataType(TypeLetter.TEXT, 15),
}
_LONGEST_VARCHAR: Final = 16_383


def _data_type(kind: str, declared: str, length: Any, precision: Any, scale: Any) -> DataType | None:
    if kind in _TYPES:
        return _TYPES[kind]
    if kind == "tinyint":
        return DataType(TypeLetter.LOGICAL) if re.match(r"tinyint\(1\)(?! unsigned)", declared) else _INTEGER
    if kind == "bigint":
        return DataType(TypeLetter.NUMBER, 20) if "unsigned" in declared else _INTEGER
    if kind == "bit":
        bits = int(precision or 1)
        return DataType(TypeLetter.LOGICAL) if bits == 1 else DataType(TypeLetter.NUMBER, 20) if bits > 63 else _INTEGER
    if kind == "decimal":
        return DataType(TypeLetter.NUMBER, min(int(precision), MAX_PRECISION), int(scale))
    if kind in ("char", "varchar", "enum", "set") and length and int(length) <= _LONGEST_VARCHAR:
        return DataType(TypeLetter.TEXT, int(length))
    if kind in _BINARY:
        return DataType(TypeLetter.GENERAL)
    if kind in _TEXTUAL or kind in _GEOMETRY:
        return DataType(TypeLetter.MEMO)
    return None


_REFUSALS: Final = {
    1044: N_("账号无权访问该数据库"),
    1045: N_("账号或密码不正确"),
    1049: N_("没有该数据库"),
    1040: N_("服务器连接数已满"),
    1130: N_("服务器的访问控制未放行本平台"),
    1251: N_("登录方式不受支持"),
    2059: N_("登录方式不受支持"),
    2026: N_("加密协商失败"),
}


def _connection_error(fault: BaseException) -> MountingError:
    code = fault.args[0] if fault.args and isinstance(fault.args[0], int) else 0
    if code in _REFUSALS:
        return SourceRefused(reason=_REFUSALS[code])
    words = str(fault)
    if isinstance(fault, TimeoutError) or "timed out" in words.lower():
        return SourceUnreachable(reason=N_("连接超时"))
    if "refused" in words.lower() or "111" in words:
        return SourceUnreachable(reason=N_("端口未开放"))
    return SourceUnreachable(reason=N_("服务器没有应答"))


_LOST: Final = frozenset({2006, 2013, 2014, 1053, 1077, 1927})
_TIMED_OUT: Final = frozenset({1969, 3024, 1317})
_FORBIDDEN: Final = frozenset({1142, 1143, 1227, 1370})
_GONE: Final = frozenset({1146, 1054, 1412})


def _session_error(fault: BaseException) -> SourceFailed:
    code = fault.args[0] if fault.args and isinstance(fault.args[0], int) else 0
    if code in _LOST:
        return SourceFailed(reason=N_("连接中断"))
    if code in _TIMED_OUT:
        return SourceFailed(reason=N_("查询超时或被中止"))
    if code in _FORBIDDEN:
        return SourceFailed(reason=N_("账号权限不足"))
    if code in _GONE:
        return SourceFailed(reason=N_("表或列已不存在"))
    return SourceFailed(reason=f"MySQL {code}")
