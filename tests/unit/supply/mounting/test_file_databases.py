"""SQLite and Parquet files: every kind of value comes as text that the pool takes, and harm is refused in words."""

import io
import json
import sqlite3
from pathlib import Path

import pytest

from jutong.supply.catalogue.values import parse_format
from jutong.supply.mounting.services.files import _CATALOGUED
from jutong.supply.mounting.values import ReadingWish
from tests.support.file_reading import asked, asked_child, place_for, verdict_on
from tests.support.poisoned_files import Verdict

TYPES = (Path(__file__).parents[3] / "contract/mounting/data/types.parquet").read_bytes()


def database(*statements: str) -> bytes:
    base = sqlite3.connect(":memory:")
    for statement in statements:
        base.execute(statement)
    base.commit()
    return base.serialize()


def rows_of(name: str, content: bytes, wish: ReadingWish = ReadingWish()) -> list[dict[str, str]]:  # noqa: B008
    """The first rows, by column; what is empty is left out."""
    place = place_for(name, wish)
    names = next(asked(content, place, "heading"))[0]["names"]
    found = next(asked(content, place, "peek", names=names, limit=9))[0]["rows"]
    return [{k: v for k, v in zip(names, row, strict=True) if v is not None} for row in found]


def test_parquet_writes_each_of_its_types_as_the_pool_takes_it():
    assert rows_of("a.parquet", TYPES) == [
        {"whole": "18446744073709551615", "single": "1.5", "double": "0.1", "exact": "1.10", "truth": "1",
         "nanos": "1970-01-01 00:16:40.000001", "zoned": "1970-01-01 08:00:00", "time": "00:00:00.000001",
         "bytes": "\\x0001", "list": "[1, 2]", "parts": json.dumps({"a": "甲"}, ensure_ascii=False), "large": "x"},
        {"whole": "0", "double": "1e+300", "exact": "0.00", "truth": "0", "nanos": "1970-01-01 00:00:00",
         "zoned": "1970-01-01 09:00:00", "time": "00:00:00.000002", "bytes": "\\x", "list": "[]",
         "parts": '{"a": null}'},
        {"single": "-2.0"},
    ]  # fmt: skip


def spoiled(at: int, length: int = 40) -> bytes:
    content = bytearray(TYPES)
    content[at : at + length] = b"\xff" * length
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (TYPES[:900], "file_unreadable"),
        (b"PAR1" + b"x" * 100, "file_unreadable"),
        (b"PAR1" + b"\x00" * 50 + b"\xff\xff\xff\x7fPAR1", "file_unreadable"),
        (spoiled(40), "file_unreadable"),
        (spoiled(len(TYPES) - 300, 200), "file_unreadable"),
        (b"PARE" + b"\x00" * 50 + b"PARE", "file_encrypted"),
        (b"id,xm\n1,a\n", "file_mislabelled"),
    ],
    ids=["cut off", "no footer", "a length beyond the file", "spoiled pages", "spoiled footer", "encrypted", "csv"],
)
def test_a_bad_parquet_file_is_refused_in_words(content, code):
    assert verdict_on("a.parquet", content, ReadingWish()) == Verdict(refused=code)


def test_sqlite_writes_each_of_its_kinds_of_values():
    content = database(
        "CREATE TABLE t (whole, part REAL, text TEXT, bytes BLOB, made INTEGER GENERATED ALWAYS AS (whole + 1))",
        "INSERT INTO t VALUES (9223372036854775807, 0.1, '张三', x'00ff'), (NULL, 1e300, ' ', NULL)",
    )

    assert rows_of("a.sqlite", content) == [
        {"whole": "9223372036854775807", "part": "0.1", "text": "张三", "bytes": "\\x00ff",
         "made": "9.223372036854776e+18"},
        {"part": "1e+300"},
    ]  # fmt: skip


def test_a_view_is_a_table_as_well_and_tables_of_the_engine_are_none():
    content = database(
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT)",
        "INSERT INTO t (n) VALUES ('a'), ('b')",
        "CREATE VIEW v AS SELECT upper(n) AS big FROM t",
    )

    assert verdict_on("a.db", content, ReadingWish()) == Verdict(refused="tables_in_file")
    assert rows_of("a.db", content, ReadingWish(sheet="v")) == [{"big": "A"}, {"big": "B"}]
    assert verdict_on("a.db", content, ReadingWish(sheet="sqlite_sequence")) == Verdict(refused="table_not_in_file")


def test_a_view_that_would_do_more_than_read_is_refused():
    content = database("CREATE TABLE t (n)", "CREATE VIEW v AS SELECT load_extension('/tmp/x') AS n FROM t")

    assert verdict_on("a.db", content, ReadingWish(sheet="v")) == Verdict(refused="file_unreadable")


def test_text_that_is_none_fails_its_row_and_not_the_file():
    content = database("CREATE TABLE t (id, n)", "INSERT INTO t VALUES (1, CAST(x'ff41' AS TEXT)), (2, '好')")

    assert verdict_on("a.sqlite", content, ReadingWish()) == Verdict(rows=1, reasons=("encoding",))


def test_a_database_whose_last_changes_may_lie_elsewhere_is_refused(tmp_path):
    path = tmp_path / "a.sqlite"
    base = sqlite3.connect(path)
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("CREATE TABLE t (n)")
    base.commit()

    assert verdict_on("a.sqlite", path.read_bytes(), ReadingWish()) == Verdict(refused="log_left_behind")
    base.close()


@pytest.mark.parametrize(
    "spoil",
    [lambda c: c[:5000], lambda c: c[:100] + b"\xff" * 200 + c[300:], lambda c: c[:4096] + b"\x00" * (len(c) - 4096)],
    ids=["cut off", "spoiled schema", "emptied pages"],
)
def test_a_damaged_database_is_refused(spoil):
    rows = ", ".join(f"({number}, '{'x' * 50}')" for number in range(400))
    content = database("CREATE TABLE t (id INTEGER PRIMARY KEY, n)", f"INSERT INTO t VALUES {rows}")

    assert verdict_on("a.sqlite", spoil(content), ReadingWish()) == Verdict(refused="file_unreadable")


def test_a_child_reads_both_within_its_memory():
    base = database("CREATE TABLE t (id, n)", "INSERT INTO t VALUES (1, 'a'), (2, 'b')")

    assert verdict_on("a.sqlite", base, ReadingWish(), by_child=True) == Verdict(rows=2)
    place = place_for("a.parquet", ReadingWish())
    assert next(asked_child(TYPES, place, "inspect"))[0]["rows"] == 3


def test_a_file_on_the_disk_is_read_where_it_lies_and_not_written(tmp_path):
    path = tmp_path / "a.sqlite"
    path.write_bytes(database("CREATE TABLE t (id, n)", "INSERT INTO t VALUES (1, 'a')"))
    path.chmod(0o400)
    from jutong.supply.mounting.reader.__main__ import answer

    out = io.BytesIO()
    with path.open("rb") as stream:
        answer({"command": "inspect", "format": "sqlite", "size_bytes": 1}, stream, out)

    assert json.loads(out.getvalue())["rows"] == 1
    assert [each.name for each in tmp_path.iterdir()] == ["a.sqlite"]


def test_the_catalogue_knows_each_format_a_draft_is_given():
    assert all(parse_format(text) for text in _CATALOGUED.values())
