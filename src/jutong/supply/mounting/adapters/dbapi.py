"""Sources reached through a driver of their maker's: one adapter, and a dialect for each engine.

The dialect says everything in SQL of its engine: where the catalogue lies, how a value is written as text, how a name
is quoted. Drivers are optional and imported only where a source needs one. Values come as text and are written as COPY
text here, because none of these engines can write it itself.
"""

# ruff: noqa: S608 - names pass through `quoted`, values through `literal`; the drivers' ways of parameters differ.

import contextlib
import importlib
import re
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

from jutong.kernel.codes.data_types import MAX_PRECISION, DataType, TypeLetter
from jutong.kernel.text import N_
from jutong.supply.mounting.adapters.base import (
    CHUNK_ROWS,
    METADATA_SECONDS,
    STREAM_SECONDS,
    Dial,
    Row,
    Told,
    ranges_between,
)
from jutong.supply.mounting.domain.errors import (
    DriverMissing,
    GapInSource,
    KeyMissing,
    MountingError,
    SourceFailed,
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
    Chunk,
    ChunkForm,
    ColumnFound,
    ConnectionReport,
    Estimate,
    ForeignKey,
    KeyRange,
    SourceKind,
    StreamColumn,
    StreamRequest,
    TableFound,
    TableRef,
)

_SAMPLE_CHARACTERS: Final = 200
_FIELD: Final = "\x01"
_QUOTE: Final = "\x02"
_ESCAPES: Final = {ord("\\"): "\\\\", ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r"}
_NO_DIGESTS: Final = N_("源库内不能按统一口径计算摘要，核对时按主键逐行比较。")
_NO_SKETCHES: Final = N_("源库内不能计算取值摘要，不参与重复采集的取值比对。")
_NO_INCREMENTS: Final = N_("只能全量交换。")


class CatalogColumn(NamedTuple):
    """A column as the engine's catalogue has it; lengths are of characters, None where there is none."""

    schema: str
    table: str
    name: str
    kind: str
    length: int | None
    precision: int | None
    scale: int | None
    nullable: bool
    comment: str


@dataclass(frozen=True, slots=True)
class CatalogQuery:
    """A statement over the engine's catalogue, its condition open at the end, and the columns that name a table."""

    statement: str
    schema: str
    table: str
    order: str = ""

    def about(self, dialect: "Dialect", table: TableRef | None) -> str:
        """Of one table, or of all that the account may read."""
        which = ""
        if table is not None:
            schema, name = dialect.literal(table.schema), dialect.literal(table.name)
            which = f" AND {self.schema} = {schema} AND {self.table} = {name}"
        return f"{self.statement}{which}{f' ORDER BY {self.order}' if self.order else ''}"


class Dialect(Protocol):
    """An engine's own words."""

    kind: SourceKind
    brand: str
    driver: str
    """The module of its driver."""

    extra: str
    """The optional part of the platform that brings the driver."""

    snapshot: tuple[str, ...]
    """Statements that begin a reading of one moment; none where the engine has no such."""

    identity: str
    """Version, database and account in one row."""

    writing: str
    """A number above nought if the account may write to a table of the department's."""

    tables: CatalogQuery
    """Schema, name, kind (`table`, `view`), comment, about how many rows."""

    columns: CatalogQuery
    """What `CatalogColumn` has, nullable as a number."""

    keys: CatalogQuery
    """Schema, table and column of each primary key, in its order."""

    foreign_keys: CatalogQuery
    """Schema, table, constraint, column, and the schema, table and column it refers to, in their order."""

    size: CatalogQuery | None
    """Bytes of a table; nothing where an ordinary account cannot know."""

    gaps: tuple[Ability, ...]
    """What this engine's adapter lacks or does otherwise than the others of this family."""

    refusals: Mapping[str, str]
    """Signs in the driver's words at connecting that mean a refusal, and ours for it."""

    unreached: Mapping[str, str]
    failures: Mapping[str, str]

    def connect(self, driver: Any, dial: Dial) -> Any: ...

    def limit_time(self, connection: Any, seconds: int) -> None: ...

    def quoted(self, name: str) -> str: ...

    def literal(self, text: str) -> str: ...

    def first(self, select: str, rows: int) -> str:
        """A select bounded to so many rows; `select` begins with SELECT and has no order."""
        ...

    def cut(self, text: str, characters: int) -> str: ...

    def data_type(self, column: CatalogColumn) -> DataType | None: ...

    def text(self, name: str, kind: str) -> str:
        """The value of a quoted column of a kind, as text in the form COPY takes for it."""
        ...

    def is_worded(self, declared: str) -> bool:
        """Are the values of such a column text to be looked at one by one before they are something else?"""
        ...


class DbApiAdapter:
    """A department's database behind a driver of the Python database interface (PEP 249)."""

    def __init__(self, dial: Dial, dialect: Dialect):
        self._dial = dial
        self._dialect = dialect

    def abilities(self) -> tuple[Ability, ...]:
        whole = (
            N_("全量读取为同一时刻的一致快照。")
            if self._dialect.snapshot
            else N_("全量读取期间源库的修改可能部分读入。")
        )
        return (
            Ability("full", True, N_("可全量交换。")),
            Ability("one_moment", bool(self._dialect.snapshot), whole),
            Ability("key_ranges", True, N_("可按主键区间分段读取。")),
            Ability("incremental", False, _NO_INCREMENTS),
            Ability("digests", False, _NO_DIGESTS),
            Ability("sketches", False, _NO_SKETCHES),
            *self._dialect.gaps,
        )

    # --- Asking ------------------------------------------------------------------------------------------------------

    def test(self) -> ConnectionReport:
        with self._session() as session:
            version, database, account = session.rows(self._dialect.identity)[0]
            tables = len(session.rows(self._dialect.tables.about(self._dialect, None)))
            writable = int(session.rows(self._dialect.writing)[0][0]) > 0
        return ConnectionReport(
            f"{self._dialect.brand} {version}".strip(), str(database), str(account), tables, writable
        )

    def scan(self, told: Told) -> tuple[TableFound, ...]:
        with self._session() as session:
            tables = session.rows(self._dialect.tables.about(self._dialect, None))
            told(0, len(tables))
            details = _Details.read(session, self._dialect, None)
        told(len(tables), len(tables))
        return tuple(details.table(self._dialect, row) for row in tables)

    def describe(self, table: TableRef) -> TableFound:
        with self._session() as session:
            return self._describe(session, table)

    def estimate(self, table: TableRef) -> Estimate:
        with self._session() as session:
            found = self._describe(session, table)
            if found.kind == "view":
                return Estimate(None, None)
            size = session.rows(self._dialect.size.about(self._dialect, table)) if self._dialect.size else []
            return Estimate(found.row_estimate, int(size[0][0]) if size and size[0][0] is not None else None)

    def sample(self, table: TableRef, columns: Sequence[str], limit: int) -> list[Row]:
        dialect = self._dialect
        with self._session() as session:
            found = self._describe(session, table)
            kinds = {column.name: kind_of(column.source_type) for column in found.columns}
            listed = ", ".join(
                dialect.cut(dialect.text(dialect.quoted(name), kinds.get(name, "")), _SAMPLE_CHARACTERS)
                for name in columns
            )
            rows = session.rows(dialect.first(f"SELECT {listed} FROM {self._name(table)}", limit))
            return [tuple(_text(value) for value in row) for row in rows]

    def sketch(self, table: TableRef, columns: Sequence[str], key: str, size: int) -> dict[str, list[int]]:
        """None of these engines is sure to hash text in UTF-8: there is no sketch rather than a wrong one."""
        return {}

    def check_incremental(self, table: TableFound, watermark_column: str) -> None:
        raise WatermarkUnfit(column=watermark_column or str(table.ref), field="mode")

    def split(self, request: StreamRequest, parts: int) -> tuple[KeyRange, ...]:
        if not request.key:
            raise KeyMissing(table=str(request.table))
        dialect = self._dialect
        with self._session(STREAM_SECONDS) as session:
            key = _key_of(request, self._describe(session, request.table))
            names = ", ".join(dialect.quoted(column.name) for column in key)
            texts = ", ".join(dialect.text(dialect.quoted(column.name), kind_of(column.source_type)) for column in key)
            placed = (
                f"SELECT {names}, NTILE({int(parts)}) OVER (ORDER BY {names}) AS jt_part,"
                f" ROW_NUMBER() OVER (ORDER BY {names}) AS jt_place FROM {self._name(request.table)}"
            )
            ends = (
                f"SELECT {names}, jt_place, MAX(jt_place) OVER (PARTITION BY jt_part) AS jt_end,"
                f" COUNT(*) OVER () AS jt_whole FROM ({placed}) jt_placed"
            )
            rows = session.rows(
                f"SELECT {texts} FROM ({ends}) jt_ends"
                " WHERE jt_place = jt_end AND jt_place < jt_whole ORDER BY jt_place"
            )
        return ranges_between([[str(_text(value)) for value in row] for row in rows])

    def digest(self, request: StreamRequest) -> Mapping[int, BucketDigest]:
        raise GapInSource(words=_NO_DIGESTS)

    def _describe(self, session: "_Session", table: TableRef) -> TableFound:
        rows = session.rows(self._dialect.tables.about(self._dialect, table))
        # An engine may compare names without regard to case or to blanks at their end; we do not.
        row = next((row for row in rows if (row[0].rstrip(), row[1]) == (table.schema, table.name)), None)
        if row is None:
            raise TableMissing(table=str(table))
        return _Details.read(session, self._dialect, table).table(self._dialect, row)

    def _name(self, table: TableRef) -> str:
        return f"{self._dialect.quoted(table.schema)}.{self._dialect.quoted(table.name)}"

    # --- Streaming ---------------------------------------------------------------------------------------------------

    @contextmanager
    def stream(self, request: StreamRequest) -> Iterator["_DbApiStream"]:
        if request.incremental:
            raise WatermarkUnfit(column=str(request.table), field="mode")
        if request.buckets:
            raise GapInSource(words=_NO_DIGESTS)
        dialect = self._dialect
        with self._session(STREAM_SECONDS) as session:
            for statement in dialect.snapshot:
                session.run(statement)
            table = self._describe(session, request.table)
            listed = ", ".join(
                dialect.text(dialect.quoted(column.source), kind_of(column.source_type)) for column in request.columns
            )
            where = _bounds(dialect, _key_of(request, table), request.key_range or KeyRange())
            query = f"SELECT {listed} FROM {self._name(request.table)}{where}"
            yield _DbApiStream(
                session, query, [self._pattern(column) for column in request.columns], table.row_estimate
            )

    def _pattern(self, column: StreamColumn) -> re.Pattern[str] | None:
        """What a text must look like to become a value of the wanted type; nothing where any will do."""
        pattern = None if is_text(column.data_type) else text_pattern(column.data_type)
        return re.compile(pattern[:-1] + r"\Z") if pattern and self._dialect.is_worded(column.source_type) else None

    # --- Connection --------------------------------------------------------------------------------------------------

    @contextmanager
    def _session(self, seconds: int = METADATA_SECONDS) -> Iterator["_Session"]:
        driver = _driver(self._dialect)
        try:
            connection = self._dialect.connect(driver, self._dial)
        except (driver.Error, OSError) as fault:
            raise _connection_error(self._dialect, fault) from None
        session = _Session(connection)
        try:
            self._dialect.limit_time(connection, seconds)
            yield session
        except driver.Error as fault:
            raise SourceFailed(reason=_reason(self._dialect, fault)) from fault
        except OSError as fault:
            raise SourceFailed(reason=N_("连接中断")) from fault
        finally:
            session.close()


class _Session:
    """One connection, used by one thread at a time."""

    def __init__(self, connection: Any):
        self._connection = connection
        self._ended = threading.Event()

    def rows(self, statement: str) -> list[Any]:
        """All rows of a small answer."""
        with contextlib.closing(self._connection.cursor()) as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def run(self, statement: str) -> None:
        with contextlib.closing(self._connection.cursor()) as cursor:
            cursor.execute(statement)

    def portions(self, statement: str, at_once: int) -> Iterator[list[Any]]:
        """The rows of a large answer, some at a time."""
        with contextlib.closing(self._connection.cursor()) as cursor:
            cursor.arraysize = at_once
            cursor.execute(statement)
            while not self._ended.is_set() and (rows := cursor.fetchmany(at_once)):
                yield list(rows)
        if self._ended.is_set():
            raise SourceFailed(reason=N_("查询超时或被中止"))

    def cancel(self) -> None:
        """From another thread: the reading ends at its next portion, or at once where the driver can break it."""
        self._ended.set()
        with contextlib.suppress(Exception):
            self._connection.cancel()

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._connection.rollback()
        with contextlib.suppress(Exception):
            self._connection.close()


@dataclass(frozen=True, slots=True)
class _Details:
    """What the catalogue says of the tables asked for, beside their names."""

    columns: dict[tuple[str, str], list[CatalogColumn]]
    keys: dict[tuple[str, str], list[str]]
    foreign: dict[tuple[str, str], dict[str, list[Any]]]

    @classmethod
    def read(cls, session: _Session, dialect: Dialect, table: TableRef | None) -> "_Details":
        details = cls({}, {}, {})
        for row in session.rows(dialect.columns.about(dialect, table)):
            column = _catalog_column(row)
            details.columns.setdefault((column.schema, column.table), []).append(column)
        for schema, name, column in session.rows(dialect.keys.about(dialect, table)):
            details.keys.setdefault((schema.rstrip(), name), []).append(column)
        for schema, name, constraint, *rest in session.rows(dialect.foreign_keys.about(dialect, table)):
            constraints = details.foreign.setdefault((schema.rstrip(), name), {})
            constraints.setdefault(constraint, []).append(rest)
        return details

    def table(self, dialect: Dialect, row: Any) -> TableFound:
        schema, name, kind, comment, rows = row
        place = (schema.rstrip(), name)
        return TableFound(
            ref=TableRef(*place),
            kind=kind,
            comment=(comment or "").strip(),
            row_estimate=max(0, int(rows or 0)),
            columns=tuple(
                ColumnFound(
                    name=column.name,
                    source_type=_declared(column),
                    data_type=dialect.data_type(column),
                    nullable=column.nullable,
                    comment=column.comment,
                )
                for column in self.columns.get(place, ())
            ),
            key=tuple(self.keys.get(place, ())),
            foreign_keys=tuple(
                ForeignKey(
                    tuple(part[0] for part in parts),
                    TableRef(parts[0][1].rstrip(), parts[0][2]),
                    tuple(part[3] for part in parts),
                )
                for parts in self.foreign.get(place, {}).values()
            ),
        )


class _DbApiStream:
    cursor: dict[str, Any] | None = None
    more = False

    def __init__(self, session: _Session, query: str, patterns: Sequence[re.Pattern[str] | None], estimate: int):
        self._session = session
        self._query = query
        self._checks = [(place, pattern) for place, pattern in enumerate(patterns) if pattern]
        self._mark = "\x03" + secrets.token_hex(2)
        self.estimate = estimate

    def __iter__(self) -> Iterator[Chunk]:
        for rows in self._session.portions(self._query, CHUNK_ROWS):
            yield write_rows(rows, self._checks, self._mark)

    def cancel(self) -> None:
        self._session.cancel()


def write_rows(rows: Sequence[Sequence[Any]], checks: Sequence[tuple[int, re.Pattern[str]]], mark: str) -> Chunk:
    """Rows as a chunk: parted by a control character, or escaped where a value holds a sign of the way.

    A value that does not match its check is made unreadable on purpose: the target rejects its row by name.
    """
    written = [[mark if value is None else _text(value) for value in row] for row in rows]
    for place, pattern in checks:
        for row in written:
            value = row[place]
            if value != mark and pattern.match(value) is None:
                row[place] = f"{UNREADABLE}{value}"
    text = "\n".join(map(_FIELD.join, written)) + "\n"
    apart = sum(len(row) - 1 for row in written)
    clean = text.count(_FIELD) == apart and text.count("\n") == len(written)
    if clean and "\r" not in text and _QUOTE not in text and "\\." not in text:
        return Chunk(text.encode("utf-8", "replace"), len(written), ChunkForm.CONTROL, mark)
    lines = ("\t".join("\\N" if value == mark else value.translate(_ESCAPES) for value in row) for row in written)
    return Chunk("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"), len(written))


def exact(precision: int | None, scale: int | None) -> DataType:
    """The type of an exact number as engines declare it; one without bounds gets N(38,10) and is looked at."""
    if precision is None:
        return DataType(TypeLetter.NUMBER, 38, 10)
    places = scale or 0
    # A negative scale rounds before the point; one above the precision has noughts behind it.
    length = max(precision - min(places, 0), places)
    if places <= 0 and length <= 18:
        return DataType(TypeLetter.INTEGER)
    return DataType(TypeLetter.NUMBER, min(length, MAX_PRECISION), max(places, 0))


def worded(length: int | None) -> DataType:
    """The type of text of so many characters, or without end."""
    return DataType(TypeLetter.TEXT, length) if length and length > 0 else DataType(TypeLetter.MEMO)


def standard_literal(text: str) -> str:
    """A literal of the standard: quotes doubled; a backslash is itself."""
    return "'" + text.replace("'", "''").replace("\x00", "") + "'"


def standard_quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: Any) -> Any:
    """What a driver gives for a value asked for as text: text but for bytes and large objects."""
    if value is None or type(value) is str:
        return value
    if hasattr(value, "read"):
        return _text(value.read())
    if isinstance(value, bytes | bytearray | memoryview):
        return f"\\x{bytes(value).hex()}"
    return str(value)


def _catalog_column(row: Any) -> CatalogColumn:
    schema, table, name, kind, length, precision, scale, nullable, comment = row

    def number(value: Any) -> int | None:
        return None if value is None else int(value)

    return CatalogColumn(
        schema.rstrip(),
        table,
        name,
        kind.strip(),
        number(length),
        number(precision),
        number(scale),
        bool(int(nullable)),
        (comment or "").strip(),
    )


_LENGTHS: Final = re.compile(r"\([^)]*\)")
_SIZED: Final = ("char", "text", "graphic", "string", "raw", "binary")


def _declared(column: CatalogColumn) -> str:
    """A column's type in words, with what bounds its values: another bound is another contract."""
    if "(" in column.kind:
        return column.kind
    if column.precision is not None and column.scale is not None:
        return f"{column.kind}({column.precision},{column.scale})"
    if column.length and any(word in column.kind.lower() for word in _SIZED):
        return f"{column.kind}({column.length})"
    return column.kind


def kind_of(declared: str) -> str:
    """A declared type without its bounds, in small letters: `timestamp with time zone`."""
    return " ".join(_LENGTHS.sub(" ", declared).lower().split())


def _key_of(request: StreamRequest, table: TableFound) -> list[ColumnFound]:
    return [column for name in request.key if (column := table.column(name))]


def _bounds(dialect: Dialect, key: Sequence[ColumnFound], bounds: KeyRange) -> str:
    conditions = [
        _compared(dialect, key, sign, bound)
        for sign, bound in ((">", bounds.after), ("<=", bounds.upto))
        if bound is not None
    ]
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _compared(dialect: Dialect, key: Sequence[ColumnFound], sign: str, values: Sequence[str]) -> str:
    """(a, b) > (x, y) for engines that compare no rows."""
    text = ""
    for column, value in reversed(list(zip(key, values, strict=True))):
        name, literal = dialect.quoted(column.name), _typed(dialect, column, value)
        text = (
            f"({name} {sign[0]} {literal} OR ({name} = {literal} AND {text}))" if text else f"{name} {sign} {literal}"
        )
    return text


_NUMBERS: Final = frozenset({TypeLetter.INTEGER, TypeLetter.NUMBER, TypeLetter.MONEY})


def _typed(dialect: Dialect, column: ColumnFound, value: str) -> str:
    is_number = column.data_type is not None and column.data_type.letter in _NUMBERS
    if is_number and re.fullmatch(r"-?[0-9]*([.][0-9]+)?", value):
        return value
    return dialect.literal(value)


def _driver(dialect: Dialect) -> Any:
    try:
        return importlib.import_module(dialect.driver)
    except ImportError as fault:
        raise DriverMissing(brand=dialect.brand, extra=dialect.extra) from fault


def _connection_error(dialect: Dialect, fault: BaseException) -> MountingError:
    """Told by its sign; a driver's own words are never shown, they can hold accounts and addresses."""
    words = str(fault)
    for sign, reason in dialect.refusals.items():
        if sign in words:
            return SourceRefused(reason=reason)
    for sign, reason in {**dialect.unreached, **_UNREACHED}.items():
        if sign in words:
            return SourceUnreachable(reason=reason)
    return SourceUnreachable(reason=N_("服务器没有应答"))


_UNREACHED: Final = {
    "refused": N_("端口未开放"),
    "timed out": N_("连接超时"),
    "timeout": N_("连接超时"),
    "No route": N_("网络不通"),
    "unreachable": N_("网络不通"),
}


def _reason(dialect: Dialect, fault: BaseException) -> str:
    words = str(fault)
    found = next((reason for sign, reason in dialect.failures.items() if sign in words), None)
    return found or f"{dialect.brand} {type(fault).__name__}"
