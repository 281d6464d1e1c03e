"""Files as places to gather from: a child process reads, this side trusts only its frames."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from jutong.foundation.files import api as files
from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.kernel.text import N_
from jutong.supply.mounting.adapters import transforms
from jutong.supply.mounting.adapters.base import Row, Told
from jutong.supply.mounting.adapters.child import Child, reading
from jutong.supply.mounting.domain.errors import GapInSource, KeyMissing, WatermarkUnfit
from jutong.supply.mounting.values import (
    Ability,
    BucketDigest,
    Chunk,
    ChunkForm,
    ColumnFound,
    ConnectionReport,
    Estimate,
    FilePlace,
    KeyRange,
    RowFault,
    StreamRequest,
    TableFound,
    TableRef,
)

TEXT: Final = DataType(TypeLetter.MEMO)
_NO_RANGES: Final = N_("文件没有索引，不能按主键区间或按桶读取。")


class FileAdapter:
    """A file that lies with the platform. Every value is text until its data item says otherwise.

    `expected` are the columns that are mounted: a document need not be read further than where each has been seen.
    """

    def __init__(self, place: FilePlace, expected: Sequence[str] = ()):
        self._place = place
        self._expected = list(expected)

    def abilities(self) -> tuple[Ability, ...]:
        return (
            Ability("full", True, N_("每次上传的新文件整体替换原有数据。")),
            Ability("digests", True, N_("可按 1024 桶计算摘要核对，双精度和浮点列只核对有无。")),
            Ability("transforms", True, N_("读取文件时完成值转换。")),
            Ability("incremental", False, N_("文件只能全量交换。")),
            Ability("key_ranges", False, _NO_RANGES),
        )

    def test(self) -> ConnectionReport:
        return ConnectionReport("file", self._place.name, "", 1)

    def scan(self, told: Told) -> tuple[TableFound, ...]:
        found = (self.describe(TableRef("", self._place.name)),)
        told(1, 1)
        return found

    def describe(self, table: TableRef) -> TableFound:
        # Mounted before the names were kept with the place, the file is asked for them.
        names = self._place.names or ask(self._place, "heading", expected=self._expected)["names"]
        columns = tuple(ColumnFound(name, "text", TEXT) for name in names)
        return TableFound(table, "file", "", self._place.rows, columns)

    def estimate(self, table: TableRef) -> Estimate:
        with contextlib.closing(files.open_file(self._place.digest)) as content:
            return Estimate(self._place.rows, os.fstat(content.fileno()).st_size)

    def sample(self, table: TableRef, columns: Sequence[str], limit: int) -> list[Row]:
        names = [column.name for column in self.describe(table).columns]
        places = [names.index(name) for name in columns]
        return [tuple(row[place] for place in places) for row in peek(self._place, names, limit)]

    def sketch(self, table: TableRef, columns: Sequence[str], key: str, size: int) -> dict[str, list[int]]:
        """A file lies with the platform already; its reader hashes it in its own process all the same."""
        found = ask(self._place, "sketch", columns=list(columns), key=key, size=size)["hashes"]
        return {name: list(hashes) for name, hashes in found.items()}

    def check_incremental(self, table: TableFound, watermark_column: str) -> None:
        raise WatermarkUnfit(column=str(table.ref), field="mode")

    def split(self, request: StreamRequest, parts: int) -> tuple[KeyRange, ...]:
        raise GapInSource(words=_NO_RANGES)

    def digest(self, request: StreamRequest) -> Mapping[int, BucketDigest]:
        if not request.key or not set(request.key) <= {column.source for column in request.columns}:
            raise KeyMissing(table=str(request.table))
        transforms.refuse(request)
        sums = ask(self._place, "digest", columns=_columns_of(request), key=list(request.key))["buckets"]
        return {bucket: BucketDigest(rows, int(digest)) for bucket, rows, digest in sums}

    @contextmanager
    def stream(self, request: StreamRequest) -> Iterator["_FileStream"]:
        if request.key_range or request.buckets:
            raise GapInSource(words=_NO_RANGES)
        if request.incremental:
            raise WatermarkUnfit(column=str(request.table), field="mode")
        with _reader(self._place, "stream", columns=_columns_of(request)) as child:
            yield _FileStream(child, self._place.rows)


def _columns_of(request: StreamRequest) -> list[dict[str, Any]]:
    return [
        {
            "name": column.source,
            "data_type": str(column.data_type),
            "transform": column.transform.to_json() if column.transform else None,
        }
        for column in request.columns
    ]


class _FileStream:
    cursor: dict[str, Any] | None = None
    more = False

    def __init__(self, child: Child, estimate: int):
        self._child = child
        self.estimate = estimate

    def __iter__(self) -> Iterator[Chunk]:
        while True:
            head, data = self._child.frame()
            if head.get("end"):
                return
            faults = tuple(RowFault(**fault) for fault in head["faults"])
            yield Chunk(data, head["rows"], ChunkForm(head["form"]), faults=faults)

    def cancel(self) -> None:
        self._child.kill()


def inspect(place: FilePlace) -> dict[str, Any]:
    """Read a whole file: columns with types and samples, rows, and how it is read.

    Raises a FileError.
    """
    return ask(place, "inspect")


def peek(place: FilePlace, names: Sequence[str], limit: int) -> list[list[str | None]]:
    """The first rows of a file whose columns are known. Raises a FileError."""
    rows: list[list[str | None]] = ask(place, "peek", names=list(names), limit=limit)["rows"]
    return rows


def ask(place: FilePlace, command: str, **more: Any) -> dict[str, Any]:
    """One question to the reader, one answer. Raises a FileError."""
    with _reader(place, command, **more) as child:
        return child.frame()[0]


@contextmanager
def _reader(place: FilePlace, command: str, **more: Any) -> Iterator[Child]:
    with (
        contextlib.closing(files.open_file(place.digest)) as content,
        reading(content, place, command, **more) as child,
    ):
        yield child
