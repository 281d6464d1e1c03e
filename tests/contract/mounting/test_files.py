"""What a file must do as every adapter does, whatever its format: the same rows in each of them."""

import io
import json
import sqlite3
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from jutong.kernel.codes.data_types import DataType
from jutong.supply.mounting.adapters import files
from jutong.supply.mounting.adapters.files import FileAdapter
from jutong.supply.mounting.domain.errors import FileUnreadable, GapInSource, WatermarkUnfit
from jutong.supply.mounting.values import FilePlace, StreamColumn, StreamRequest, TableRef
from tests.contract.mounting.reading import load
from tests.contract.mounting.test_adapters import hashes_of
from tests.contract.mounting.test_parts import expected
from tests.support.file_reading import Frames, asked
from tests.support.poisoned_files import dbf, old_workbook
from tests.support.transforms import CASES

NAMES = ["id", "xm", "je", "csrq", "bz"]
TYPES = ["I", "C(50)", "N(18,2)", "D", "M"]
ROWS = [
    ["1", "张三", "12.50", "1949-12-31", "a\\b"],
    ["2", "欧阳", "", "", ""],
    ["3", "Ünal", "-0.01", "2000-02-29", "x,y;z|w"],
]
# The text that PostgreSQL gives back.
LOADED = [[value or None for value in row] for row in ROWS]


def delimited(sign: str, codec: str) -> bytes:
    return "".join(sign.join(f'"{v}"' for v in row) + "\n" for row in [NAMES, *ROWS]).encode(codec)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in [NAMES, *ROWS]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table() -> bytes:
    fields = [("id", "N", 6), ("xm", "C", 12), ("je", "N", 10), ("csrq", "D", 8), ("bz", "C", 20)]
    rows = [[*row[:3], row[3].replace("-", ""), row[4]] for row in ROWS]
    return dbf(fields, [[value.encode("gb18030") for value in row] for row in rows])


def documents() -> dict[str, bytes]:
    records = [dict(zip(NAMES, (value or None for value in row), strict=True)) for row in ROWS]
    cells = ["".join(f"<{n}>{v}</{n}>" for n, v in zip(NAMES, row, strict=True)) for row in ROWS]
    return {
        "json": json.dumps(records).encode(),
        "ndjson": "".join(json.dumps(record) + "\n" for record in records).encode(),
        "xml": f"<p>{''.join(f'<r>{each}</r>' for each in cells)}</p>".encode(),
    }


def database(*statements: str) -> bytes:
    """An SQLite database with the rows in one table, and what the statements make beside it."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, xm TEXT, je TEXT, csrq TEXT, bz BLOB)")
    base.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?)", [[value or None for value in row] for row in ROWS])
    for statement in statements:
        base.execute(statement)
    base.commit()
    return base.serialize()


DATA = Path(__file__).parent / "data"
"""Files made by another program, so that a reader and a writer of one library cannot be wrong together."""


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


FILES = {
    "csv": (delimited(",", "utf-8"), {"encoding": "UTF-8", "delimiter": ","}),
    "csv in GB18030": (delimited(",", "gb18030"), {"encoding": "GB18030", "delimiter": ","}),
    "csv in UTF-16": (delimited(";", "utf-16"), {"encoding": "UTF-16", "delimiter": ";"}),
    "tsv": (delimited("\t", "utf-8"), {"encoding": "UTF-8"}),
    "xlsx": (workbook(), {}),
    "xls": (old_workbook([NAMES, *ROWS]), {}),
    "et": (old_workbook([NAMES, *ROWS]), {}),
    "dbf": (table(), {"encoding": "GB18030"}),
    **{form: (content, {"encoding": "UTF-8"}) for form, content in documents().items()},
    "parquet": ((DATA / "people.parquet").read_bytes(), {}),
    "sqlite": (database(), {"sheet": "people"}),
    "db": (database("CREATE TABLE other (id)"), {"sheet": "people"}),
    "sqlite in a zip": (zipped("a.sqlite", database()), {"format": "zip", "packed": "zip"}),
    "parquet in a zip": (
        zipped("a.parquet", (DATA / "people.parquet").read_bytes()),
        {"format": "zip", "packed": "zip"},
    ),
    "csv in a zip": (zipped("内/数据.csv", delimited(",", "utf-8")), {"format": "zip", "packed": "zip"}),
}


@dataclass
class Lab:
    """A file and its adapter."""

    adapter: FileAdapter


@pytest.fixture
def file_of(monkeypatch, tmp_path):
    """Makes an adapter of a file's content; its digest is its path."""
    monkeypatch.setattr(files.files, "open_file", lambda digest: io.FileIO(digest))

    def made(content: bytes, form: str, **place) -> FileAdapter:
        path = tmp_path / "file"
        path.write_bytes(content)
        return FileAdapter(FilePlace(**{"digest": str(path), "name": f"a.{form}", "format": form, "rows": 3, **place}))

    return made


class Here:
    """The reader in this process, where starting one for each question would take most of the time."""

    def __init__(self, frames: Frames):
        self._frames = frames

    def frame(self) -> tuple[dict[str, Any], bytes]:
        return next(self._frames)


@pytest.fixture(params=FILES, ids=lambda name: name)
def lab(request, file_of, monkeypatch) -> Lab:
    @contextmanager
    def reading(content, place: FilePlace, command: str, **more):
        yield Here(asked(content.readall(), place, command, **more))

    content, place = FILES[request.param]
    if request.param != "csv":
        monkeypatch.setattr(files, "reading", reading)
    return Lab(file_of(content, request.param.split()[0], **place))


def request() -> StreamRequest:
    columns = [StreamColumn(name, "text", DataType.parse(each)) for name, each in zip(NAMES, TYPES, strict=True)]
    return StreamRequest(TableRef("", "a"), tuple(columns), ("id",))


def test_every_format_does_what_an_adapter_must(lab, postgres_18):
    """Scan, description, estimate, sample, sketch, digest and stream of the same three rows."""
    told: list[tuple[int, int]] = []
    (found,) = lab.adapter.scan(lambda done, total: told.append((done, total)))

    assert [column.name for column in found.columns] == NAMES
    assert found.row_estimate == 3
    assert told == [(1, 1)]
    assert lab.adapter.sample(found.ref, ["xm", "je"], 2) == [("张三", "12.50"), ("欧阳", None)]
    assert lab.adapter.sketch(found.ref, ["xm"], "key", 128) == {"xm": hashes_of("key", "张三", "欧阳", "ÜNAL")}
    with lab.adapter.stream(request()) as stream:
        assert stream.estimate == 3
    assert lab.adapter.digest(request()) == expected(request(), LOADED)
    assert lab.adapter.estimate(found.ref).rows == 3
    rows, cursor, more, faults = load(lab, postgres_18, request())
    assert rows == LOADED
    assert (cursor, more, faults) == (None, False, [])


def test_what_a_file_says_it_lacks_is_really_lacking(file_of):
    adapter = file_of(b"id\n1\n", "csv")
    found = adapter.describe(TableRef("", "a"))

    assert {ability.name for ability in adapter.abilities() if not ability.present} == {"incremental", "key_ranges"}
    with pytest.raises(GapInSource):
        adapter.split(request(), 2)
    with pytest.raises(GapInSource), adapter.stream(replace(request(), buckets=(1,))):
        pass
    with pytest.raises(WatermarkUnfit):
        adapter.check_incremental(found, "id")
    with pytest.raises(WatermarkUnfit), adapter.stream(replace(request(), incremental=True)):
        pass


def test_a_cancelled_stream_ends_with_an_error(file_of):
    adapter = file_of(b"id\n" + b"1\n" * 3_000_000, "csv", encoding="UTF-8", delimiter=",")
    wanted = StreamRequest(TableRef("", "a"), (StreamColumn("id", "text", DataType.parse("I")),))

    with adapter.stream(wanted) as stream, pytest.raises(FileUnreadable):
        cancel_at_once(stream)


def cancel_at_once(stream) -> None:
    """Cancel after the first chunk, and read on."""
    for _ in stream:
        stream.cancel()


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_file_transforms_as_the_rule_says_and_refuses_the_rest_by_column(file_of, postgres_18, form):
    adapter = file_of(unclean(form), form)
    kinds = list(dict.fromkeys(transform for transform, _, _ in CASES))
    made: dict[tuple[int, int], str | None] = {}
    for place, transform in enumerate(kinds):
        columns = (
            StreamColumn("id", "text", DataType.parse("I")),
            StreamColumn("v", "text", DataType.parse("M"), transform),
        )
        rows, *_, faults = load(Lab(adapter), postgres_18, StreamRequest(TableRef("", "a"), columns, ("id",)))
        made |= {(int(number), place): value for number, value in rows}
        made |= {(fault.row, place): fault.value for fault in faults}
        assert {(fault.column, fault.reason) for fault in faults} <= {("v", "type_mismatch")}

    assert [made[number, kinds.index(transform)] for number, (transform, _, _) in enumerate(CASES)] == [
        wanted for _, _, wanted in CASES
    ]


def unclean(form: str) -> bytes:
    """Each case's value in a row of its number, from 0."""
    rows = [(str(number), value or "") for number, (_, value, _) in enumerate(CASES)]
    if form == "csv":
        return ("id,v\n" + "".join(f'{number},"{value}"\n' for number, value in rows)).encode()
    return "".join(json.dumps({"id": number, "v": value}) + "\n" for number, value in rows).encode()
