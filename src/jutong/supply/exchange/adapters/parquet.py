"""A pool table into a Parquet file: one COPY of one moment, piped into a process of its own."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection
from psycopg import sql

from jutong.supply.exchange.domain import POOL, pool_table
from jutong.supply.exchange.domain.snapshots import SnapshotFailed, arrow_type

_CHILD: Final = "jutong.supply.exchange.adapters.parquet_writer"
_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Written:
    """What the file holds: rows, bytes, and the SHA-256 of these."""

    rows: int
    size_bytes: int
    digest: str


def path_of(resource_code: str, number: int) -> Path:
    """Where a snapshot lies."""
    folder: Path = settings.JUTONG_DATA_DIR / "snapshots"
    return folder / f"{pool_table(resource_code)}_{number}.parquet"


def hold(resource_code: str) -> None:
    """First in a transaction: all it reads is of one moment, and of a table that is not swapped meanwhile.

    The lock comes before the moment: a table put in another's place would seem empty to a moment before it. Merging
    goes on; a swap waits as it does for any reader.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        table = sql.Identifier(POOL, pool_table(resource_code))
        cursor.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(table))


def write(resource_code: str, number: int, columns: Sequence[tuple[str, str]], metadata: Mapping[str, str]) -> Written:
    """Write the rows as they are at this moment; whole under its name, or not at all. Raises SnapshotFailed."""
    path = path_of(resource_code, number)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    typed = [(name, arrow_type(pool_type)) for name, pool_type in columns]
    try:
        rows = _pipe(resource_code, typed, {"path": str(part), "columns": typed, "metadata": dict(metadata)})
        with part.open("rb") as made:
            digest = hashlib.file_digest(made, "sha256").hexdigest()
            os.fsync(made.fileno())
        part.chmod(0o600)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Written(rows, path.stat().st_size, digest)


def _pipe(resource_code: str, columns: Sequence[tuple[str, str]], order: Mapping[str, object]) -> int:
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-X", "utf8", "-m", _CHILD, json.dumps(order)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        bufsize=_CHUNK,
    )
    assert child.stdin is not None
    rows = 0
    try:
        with connection.cursor() as cursor, cursor.copy(_statement(resource_code, columns)) as copy:
            for block in copy:
                # JSON writes a line's end within a text as an escape.
                rows += bytes(block).count(b"\n")
                child.stdin.write(block)
        child.stdin.close()
    except BrokenPipeError as fault:
        raise SnapshotFailed(reason="BrokenPipe") from fault
    finally:
        if not child.stdin.closed:
            child.kill()
        status = child.wait()
    if status:
        raise SnapshotFailed(reason=str(status))
    return rows


def _statement(resource_code: str, columns: Sequence[tuple[str, str]]) -> sql.Composed:
    """Rows as JSON. Quote and delimiter are control characters, which JSON escapes, so that nothing is quoted."""
    listed = sql.SQL(", ").join(_expression(name, words) for name, words in columns)
    return sql.SQL(
        "COPY (SELECT row_to_json(r) FROM (SELECT {} FROM {}) AS r)"
        " TO STDOUT WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"
    ).format(listed, sql.Identifier(POOL, pool_table(resource_code)))


def _expression(name: str, words: str) -> sql.Composed:
    column = sql.Identifier(name)
    if words == "binary":
        return sql.SQL("encode({0}, 'hex') AS {0}").format(column)
    if words.startswith("decimal") or words == "text":
        # As a text a number keeps all its digits.
        return sql.SQL("{0}::text AS {0}").format(column)
    return sql.SQL("{}").format(column)
