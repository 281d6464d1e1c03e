"""SQLite files: one table or view of a database that somebody sent, opened so that nothing but reading can happen.

The file is immutable to the engine: no journal is looked for, nothing is written, no lock taken. An authorizer lets
only plain selects pass, because a schema can hold views that call anything. What the engine's own program would still
have to bring in from a write-ahead log beside the file is not in it, so such a file is refused rather than read short.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from jutong.kernel.text import N_
from jutong.supply.mounting.domain.errors import (
    FileEmpty,
    FileUnreadable,
    LogLeftBehind,
    TableNotInFile,
    TablesInFile,
)
from jutong.supply.mounting.reader.contents import WHOLE_LIMIT_MEGABYTES, Content
from jutong.supply.mounting.reader.tables import BATCH_ROWS, Batch, Order, Row, heading

_WAL_VERSION: Final = 2
_TABLES_SHOWN: Final = 50
_VALUE_LIMIT_BYTES: Final = 64 * 1024 * 1024
_READING: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
_FUNCTIONS: Final = frozenset(
    {
        "abs", "coalesce", "count", "date", "datetime", "glob", "group_concat", "hex", "ifnull", "iif", "instr",
        "julianday", "length", "like", "lower", "ltrim", "max", "min", "nullif", "printf", "replace", "round", "rtrim",
        "strftime", "substr", "substring", "sum", "time", "total", "trim", "typeof", "upper",
    }
)  # fmt: skip
_TABLES: Final = (
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite^_%' ESCAPE '^'"
    " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
)


class Sqlite:
    """A table of an SQLite database. Raises FileUnreadable, TablesInFile, TableNotInFile, LogLeftBehind, FileEmpty."""

    def __init__(self, content: Content, order: Order):
        with content.open() as stream:
            head = stream.read(20)
        if _WAL_VERSION in head[18:20]:
            raise LogLeftBehind()
        with _worded():
            self._connection = _opened(content)
            self._connection.text_factory = _text
            if not order.trusted and self._ask("PRAGMA quick_check(1)") != [("ok",)]:
                raise FileUnreadable(reason=N_("数据库文件不完整"))
            titles = [name for (name,) in self._ask(_TABLES)]
            self._table = _chosen(titles, order.sheet)
            columns = self._ask(f"SELECT name FROM pragma_table_xinfo({_literal(self._table)}) WHERE hidden <> 1")  # noqa: S608
            self._connection.set_authorizer(_allowed)
        self.names = heading([name for (name,) in columns], 1)
        self.reading: dict[str, Any] = {"sheet": self._table, "sheets": titles[:_TABLES_SHOWN]}

    def batches(self) -> Iterator[Batch]:
        listed = ", ".join(map(_quoted, self.names))
        with _worded():
            cursor = self._connection.execute(f"SELECT {listed} FROM {_quoted(self._table)}")  # noqa: S608
            while rows := cursor.fetchmany(BATCH_ROWS):
                yield Batch([_texts(row) for row in rows])

    def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement).fetchall()


def _opened(content: Content) -> sqlite3.Connection:
    """The file where it lies; what lies inside an archive, or has no path, in memory."""
    if content.path and os.path.exists(content.path):
        connection = sqlite3.connect(f"file:{content.path}?mode=ro&immutable=1", uri=True, isolation_level=None)
    else:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.deserialize(content.whole(WHOLE_LIMIT_MEGABYTES))
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VALUE_LIMIT_BYTES)
    for setting in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON", "mmap_size = 0"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    return connection


def _chosen(titles: list[str], wanted: str) -> str:
    shown = "、".join(titles[:10])
    if not titles:
        raise FileEmpty()
    if wanted:
        if wanted not in titles:
            raise TableNotInFile(table=wanted, tables=shown, field="sheet")
        return wanted
    if len(titles) > 1:
        raise TablesInFile(count=len(titles), tables=shown, field="sheet")
    return titles[0]


def _allowed(action: int, first: str | None, second: str | None, database: str | None, trigger: str | None) -> int:
    if action in _READING or (action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FUNCTIONS):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _texts(row: tuple[Any, ...]) -> Row:
    return [value if type(value) is str else _text_of(value) for value in row]


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return repr(value)


def _text(value: bytes) -> str:
    """Bytes that are no text fail their row and not the file."""
    return value.decode("utf-8", "surrogateescape")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextlib.contextmanager
def _worded() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning, OverflowError) as fault:
        raise FileUnreadable(reason=N_("不是 SQLite 数据库，或已加密、损坏")) from fault
