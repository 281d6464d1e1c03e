"""Uploaded files as places to gather from: a child process reads, this side trusts only its frames."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

from jutong.foundation.files import api as files
from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.kernel.text import N_
from jutong.supply.mounting.adapters.base import Row, Told
from jutong.supply.mounting.domain import errors
from jutong.supply.mounting.domain.errors import FileUnreadable, WatermarkUnfit
from jutong.supply.mounting.values import (
    Ability,
    Chunk,
    ColumnFound,
    ConnectionReport,
    FilePlace,
    RowFault,
    StreamRequest,
    TableFound,
    TableRef,
)

_HEAD_LIMIT: Final = 64 * 1024 * 1024
TEXT: Final = DataType(TypeLetter.MEMO)


class FileAdapter:
    """A CSV or XLSX file. Every value is text until its data item says otherwise."""

    def __init__(self, place: FilePlace):
        self._place = place

    def abilities(self) -> tuple[Ability, ...]:
        return (
            Ability("full", True, N_("每次上传的新文件整体替换原有数据。")),
            Ability("incremental", False, N_("文件只能全量交换。")),
        )

    def test(self) -> ConnectionReport:
        return ConnectionReport("file", self._place.name, "", 1)

    def scan(self, told: Told) -> tuple[TableFound, ...]:
        return (self.describe(TableRef("", self._place.name)),)

    def describe(self, table: TableRef) -> TableFound:
        head = ask(self._place, "heading")
        columns = tuple(ColumnFound(name, "text", TEXT) for name in head["names"])
        return TableFound(table, "file", "", 0, columns)

    def sample(self, table: TableRef, columns: Sequence[str], limit: int) -> list[Row]:
        found = {column["name"]: column["samples"] for column in inspect(self._place)["columns"]}
        return list(zip(*(found[name][:limit] for name in columns), strict=True))

    def sketch(self, table: TableRef, columns: Sequence[str], key: str, size: int) -> dict[str, list[int]]:
        """A file lies with the platform already; its reader hashes it in its own process all the same."""
        with _reader(self._place, "sketch", columns=list(columns), key=key, size=size) as child:
            return {name: list(hashes) for name, hashes in _frame(child)[0]["hashes"].items()}

    def check_incremental(self, table: TableFound, watermark_column: str) -> None:
        raise WatermarkUnfit(column=str(table.ref), field="mode")

    @contextmanager
    def stream(self, request: StreamRequest) -> Iterator["_FileStream"]:
        if request.incremental:
            raise WatermarkUnfit(column=str(request.table), field="mode")
        columns = [{"name": column.source, "data_type": str(column.data_type)} for column in request.columns]
        with _reader(self._place, "stream", columns=columns) as child:
            yield _FileStream(child)


class _FileStream:
    estimate = 0
    cursor: dict[str, Any] | None = None
    more = False

    def __init__(self, child: "subprocess.Popen[bytes]"):
        self._child = child

    def __iter__(self) -> Iterator[Chunk]:
        while True:
            head, data = _frame(self._child)
            if head.get("end"):
                return
            faults = tuple(RowFault(**fault) for fault in head["faults"])
            yield Chunk(data, head["rows"], faults=faults)

    def cancel(self) -> None:
        self._child.kill()


def inspect(place: FilePlace) -> dict[str, Any]:
    """Read a whole file: columns with types and samples, rows, and the encoding, delimiter and sheet it is read by.

    Raises a FileError.
    """
    return ask(place, "inspect")


def ask(place: FilePlace, command: str) -> dict[str, Any]:
    """One question to the reader, one answer."""
    with _reader(place, command) as child:
        return _frame(child)[0]


@contextmanager
def _reader(place: FilePlace, command: str, **more: Any) -> Iterator["subprocess.Popen[bytes]"]:
    order = {
        "command": command,
        "format": place.format,
        "encoding": place.encoding,
        "sheet": place.sheet,
        "delimiter": place.delimiter if place.encoding else "",
        **more,
    }
    with contextlib.closing(files.open_file(place.digest)) as content:
        child = subprocess.Popen(  # noqa: S603
            # Isolated: no packages of the user, no current folder; and no environment, so that nothing can leak.
            [sys.executable, "-I", "-X", "utf8", "-m", "jutong.supply.mounting.reader", json.dumps(order)],
            stdin=_descriptor(content),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
        )
        try:
            yield child
        finally:
            child.kill()
            child.wait()
            if child.stdout:
                child.stdout.close()


def _descriptor(content: BinaryIO) -> int:
    descriptor: int = content.fileno()
    return descriptor


def _frame(child: "subprocess.Popen[bytes]") -> tuple[dict[str, Any], bytes]:
    assert child.stdout is not None
    line = child.stdout.readline(_HEAD_LIMIT)
    if not line.endswith(b"\n"):
        # Killed by its limits, or by a fault of the parser itself.
        raise FileUnreadable(reason=N_("读取超出时间或内存上限"))
    head = json.loads(line)
    if "error" in head:
        raise getattr(errors, head["error"])(field=head["field"], **head["details"])
    data = child.stdout.read(head.get("bytes", 0))
    if len(data) != head.get("bytes", 0):
        raise FileUnreadable(reason=N_("读取中断"))
    return head, data
