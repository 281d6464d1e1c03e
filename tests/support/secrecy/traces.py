"""Where a word that should not have been kept is sought: tables, the files, logs and temporary folders, the WAL."""

import io
import mmap
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db import connection

# In which forms a word can lie there.
CODECS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


def forms_of(word: str) -> dict[str, bytes]:
    """A word as bytes: in each encoding, and as JSON and URLs write it."""
    escaped = word.encode("ascii", "backslashreplace")
    percent = "".join(f"%{byte:02X}" for byte in word.encode())
    return {codec: word.encode(codec) for codec in CODECS} | {"escaped": escaped, "percent": percent.encode()}


def in_database(words: Iterable[str], source: Any = connection) -> list[str]:
    """Tables that hold one of these words; on the test's own connection its uncommitted rows are seen too."""
    sought = {word: forms_of(word) for word in words}
    found = []
    with source.cursor() as cursor:
        for table in _tables(cursor):
            dumped = _dump(cursor, table)
            found += [f"{table}: {word} ({form})" for word, form in _hits(dumped, sought)]
    return found


def in_folders(words: Iterable[str], folders: Iterable[Path]) -> list[str]:
    """Files below these folders that hold one of these words, or bear one in their names."""
    sought = {word: forms_of(word) for word in words}
    found = []
    for path in (path for folder in folders for path in _files(folder)):
        found += [f"{path} (its name): {word}" for word in sought if word in str(path)]
        try:
            with path.open("rb") as stream:
                if os.fstat(stream.fileno()).st_size:
                    with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
                        found += [f"{path}: {word} ({form})" for word, form in _hits(content, sought)]
        except OSError:
            continue
    return found


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _hits(content: bytes | mmap.mmap, sought: dict[str, dict[str, bytes]]) -> Iterator[tuple[str, str]]:
    for word, forms in sought.items():
        for form, coded in forms.items():
            if content.find(coded) >= 0:
                yield word, form


def _tables(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
        " WHERE schemaname !~ '^(pg_|information_schema)' ORDER BY 1"
    )
    return [row[0] for row in cursor.fetchall()]


def _dump(cursor: Any, table: str) -> bytes:
    dumped = io.BytesIO()
    with cursor.copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as rows:
        for row in rows:
            dumped.write(row)
    return dumped.getvalue()
