"""Reads uploaded files in a process of its own: `python -m jutong.supply.mounting.reader`.

A file is somebody else's work and may be damaged, huge or hostile. So it is parsed by a child that may use so much
memory and time and write no file; the parent only reads frames from its output: a line of JSON, then as many bytes as
it says. No Django here, and nothing imported that opens connections.
"""

import csv
import hashlib
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO, Final

from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.kernel.text import N_
from jutong.supply.mounting.domain import encodings
from jutong.supply.mounting.domain.errors import (
    EncodingWrong,
    FileEmpty,
    FileError,
    FileSuspicious,
    FileTooLarge,
    FileUnreadable,
    HeadingEmpty,
    HeadingRepeated,
    SheetMissing,
)
from jutong.supply.mounting.domain.mapping import is_text, text_pattern
from jutong.supply.mounting.domain.proposal import text_type
from jutong.supply.mounting.values import UNREADABLE

CSV_LIMIT_MEGABYTES: Final = 1024
XLSX_LIMIT_MEGABYTES: Final = 64
UNPACKED_LIMIT_MEGABYTES: Final = 300
RATIO_LIMIT: Final = 200
ENTRIES_LIMIT: Final = 4000
COLUMNS_LIMIT: Final = 1000
MEMORY_BYTES: Final = 1536 * 1024 * 1024
CPU_SECONDS: Final = 900
ROWS_A_FRAME: Final = 10_000
SAMPLES: Final = 500

_PIECE: Final = 1 << 20
_IMPRECISE: Final = 10**15

Values = list[str | None]


@dataclass
class _Shape:
    """What the values of a column allow it to be."""

    filled: int = 0
    longest: int = 0
    whole: bool = True
    number: bool = True
    day: bool = True
    moment: bool = True
    before: int = 1
    after: int = 0
    samples: Values = field(default_factory=list)

    def see(self, value: str | None) -> None:
        if len(self.samples) < SAMPLES:
            self.samples.append(None if value is None else value[:200])
        if value is None:
            return
        self.filled += 1
        self.longest = max(self.longest, len(value))
        # Leading noughts mean a code, not a number; so do more digits than an identifier could round.
        match = _NUMBER.fullmatch(value) if self.number else None
        if match is None or len(match[1]) > 15:
            self.number = self.whole = False
        else:
            self.before = max(self.before, len(match[1]))
            self.after = max(self.after, len(match[2] or ""))
            self.whole = self.whole and not match[2]
        self.day = self.day and _DAY.fullmatch(value) is not None
        self.moment = self.moment and _MOMENT.fullmatch(value) is not None

    @property
    def data_type(self) -> DataType:
        if self.filled == 0:
            return DataType(TypeLetter.TEXT, 50)
        if self.day:
            return DataType(TypeLetter.DATE)
        if self.moment:
            return DataType(TypeLetter.MOMENT)
        if self.whole and self.longest > 1:
            return DataType(TypeLetter.INTEGER)
        if self.number and self.after:
            return DataType(TypeLetter.NUMBER, min(38, self.before + self.after + 2), self.after)
        return text_type(self.longest)


_NUMBER: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)(?:[.]([0-9]+))?")
# Eight bare digits can be a day or a code; only dates with signs are taken for dates unasked.
_DAY: Final = re.compile(r"[0-9]{4}(?:-[0-9]{2}-[0-9]{2}|/[0-9]{2}/[0-9]{2})")
_MOMENT: Final = re.compile(_DAY.pattern + r"[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?")


# --- Rows ------------------------------------------------------------------------------------------------------------


def csv_rows(stream: BinaryIO, encoding: encodings.Encoding, delimiter: str) -> Iterator[list[str]]:
    """Records of a CSV file, strictly decoded. Raises EncodingWrong, FileUnreadable."""
    text = io.TextIOWrapper(stream, encoding=encoding.codec, errors="strict", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    csv.field_size_limit(16 * 1024 * 1024)
    try:
        yield from reader
    except UnicodeError as fault:
        raise EncodingWrong(encoding=encoding.value, line=reader.line_num, field="encoding") from fault
    except csv.Error as fault:
        raise FileUnreadable(reason=f"CSV {reader.line_num}") from fault


def xlsx_rows(content: bytes, sheet: str) -> Iterator[list[str]]:
    """Rows of a sheet as text. Raises FileSuspicious, FileTooLarge, SheetMissing, FileUnreadable."""
    from python_calamine import CalamineError, CalamineWorkbook

    refuse_dangerous(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if sheet and sheet not in workbook.sheet_names:
            raise SheetMissing(sheet=sheet, field="sheet")
        if not workbook.sheet_names:
            raise FileEmpty()
        for row in workbook.get_sheet_by_name(sheet or workbook.sheet_names[0]).iter_rows():
            yield [cell_text(cell) for cell in row]
    except CalamineError as fault:
        raise FileUnreadable(reason="XLSX") from fault


def refuse_dangerous(content: bytes) -> None:
    """Judge the archive by its directory before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as fault:
        raise FileUnreadable(reason="ZIP") from fault
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES_LIMIT or unpacked > UNPACKED_LIMIT_MEGABYTES * 1024 * 1024:
        raise FileTooLarge(limit_megabytes=UNPACKED_LIMIT_MEGABYTES)
    for entry in entries:
        name = entry.filename.lower()
        if entry.file_size > RATIO_LIMIT * max(entry.compress_size, 1024):
            raise FileSuspicious(reason=N_("压缩比异常"))
        if name.endswith("vbaproject.bin"):
            raise FileSuspicious(reason=N_("含有宏"))
        if "externallinks/" in name or "embeddings/" in name:
            raise FileSuspicious(reason=N_("含有外部链接或嵌入对象"))
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or "\x00" in name:
            raise FileSuspicious(reason=N_("路径异常"))


def cell_text(cell: Any) -> str:
    """A cell as the text a person would have typed; numbers too long for a spreadsheet are marked unreadable."""
    match cell:
        case None:
            return ""
        case bool():
            return "1" if cell else "0"
        case float() | int():
            if abs(cell) >= _IMPRECISE:
                # Spreadsheets keep 15 digits: an 18-digit number typed as a number has lost its end for good.
                return f"{UNREADABLE}{cell!r}"
            return str(int(cell)) if float(cell).is_integer() else repr(cell)
        case datetime():
            return cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case time() | timedelta():
            return str(cell)
        case _:
            return str(cell)


def headings(rows: Iterator[list[str]]) -> list[str]:
    """The first row as column names. Raises FileEmpty, HeadingEmpty, HeadingRepeated."""
    first = next(rows, None)
    if not first or not any(name.strip() for name in first):
        raise FileEmpty()
    names = [name.strip().lstrip("\ufeff") for name in first]
    while names and not names[-1]:
        names.pop()
    if len(names) > COLUMNS_LIMIT:
        raise FileUnreadable(reason=N_("列数过多"))
    for position, name in enumerate(names, start=1):
        if not name:
            raise HeadingEmpty(position=position)
        if name in names[: position - 1]:
            raise HeadingRepeated(column=name)
    return names


def guess_delimiter(line: str) -> str:
    """The sign that parts the heading row: comma unless another occurs more often."""
    return max(",\t;|", key=line.count) if any(sign in line for sign in ",\t;|") else ","


# --- Commands --------------------------------------------------------------------------------------------------------


def open_rows(order: dict[str, Any], stream: BinaryIO) -> tuple[Iterator[list[str]], dict[str, str]]:
    """The file's rows, and how they are read: encoding, delimiter, sheet."""
    if order["format"] == "xlsx":
        content = stream.read(XLSX_LIMIT_MEGABYTES * 1024 * 1024 + 1)
        if len(content) > XLSX_LIMIT_MEGABYTES * 1024 * 1024:
            raise FileTooLarge(limit_megabytes=XLSX_LIMIT_MEGABYTES)
        return xlsx_rows(content, order["sheet"]), {"encoding": "", "delimiter": ",", "sheet": order["sheet"]}
    if order["encoding"]:
        encoding = encodings.Encoding(order["encoding"])
        if not order.get("trusted"):
            encodings.check(_pieces(stream), encoding)
    else:
        encoding = encodings.detect(_pieces(stream))
    stream.seek(0)
    delimiter = order["delimiter"]
    if not delimiter:
        first = stream.read(_PIECE).decode(encoding.codec, errors="replace").partition("\n")[0]
        delimiter = guess_delimiter(first)
        stream.seek(0)
    return csv_rows(stream, encoding, delimiter), {"encoding": encoding.value, "delimiter": delimiter, "sheet": ""}


def inspect(order: dict[str, Any], stream: BinaryIO, out: BinaryIO) -> None:
    """Read the whole file: its columns, their types, samples, and how many rows there are."""
    rows, reading = open_rows(order, stream)
    names = headings(rows)
    shapes = [_Shape() for _ in names]
    count = 0
    for row in rows:
        if not any(row):
            continue
        count += 1
        for shape, value in zip(shapes, _padded(row, len(names)), strict=True):
            shape.see(value)
    columns = [
        {"name": name, "data_type": str(shape.data_type), "nullable": shape.filled < count, "samples": shape.samples}
        for name, shape in zip(names, shapes, strict=True)
    ]
    _frame(out, {"columns": columns, "rows": count, **reading})


def heading(order: dict[str, Any], stream: BinaryIO, out: BinaryIO) -> None:
    """Only the column names."""
    rows, reading = open_rows({**order, "trusted": True}, stream)
    _frame(out, {"names": headings(rows), **reading})


def stream_rows(order: dict[str, Any], stream: BinaryIO, out: BinaryIO) -> None:
    """The wanted columns as COPY text, each value checked against its type."""
    rows, _ = open_rows({**order, "trusted": True}, stream)
    names = headings(rows)
    wanted = [_Wanted.of(names, column) for column in order["columns"]]
    lines: list[str] = []
    faults: list[dict[str, Any]] = []
    number = 0
    for row in rows:
        if not any(row):
            continue
        line = _line(_padded(row, len(names)), wanted, number, faults)
        if line is not None:
            lines.append(line)
        number += 1
        if number == ROWS_A_FRAME:
            _send(out, lines, faults)
            lines, faults, number = [], [], 0
    if number:
        _send(out, lines, faults)
    _frame(out, {"end": True})


def sketch(order: dict[str, Any], stream: BinaryIO, out: BinaryIO) -> None:
    """The smallest keyed hashes of each column's distinct values, as the engines make them (`Adapter.sketch`)."""
    rows, _ = open_rows({**order, "trusted": True}, stream)
    names = headings(rows)
    places = [(name, names.index(name)) for name in order["columns"] if name in names]
    kept: dict[str, set[int]] = {name: set() for name, _ in places}
    for row in rows:
        values = _padded(row, len(names))
        for name, place in places:
            text = (values[place] or "").strip(" ").upper()
            if text:
                _take(kept[name], _hash_of(order["key"] + text), order["size"])
    _frame(out, {"hashes": {name: sorted(found)[: order["size"]] for name, found in kept.items()}})


def _hash_of(text: str) -> int:
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:13], 16)


def _take(found: set[int], value: int, size: int) -> None:
    """Keep the smallest, and throw the rest away now and then rather than at each value."""
    found.add(value)
    if len(found) > 8 * size:
        smallest = sorted(found)[:size]
        found.clear()
        found.update(smallest)


@dataclass(frozen=True)
class _Wanted:
    name: str
    position: int
    data_type: DataType
    pattern: re.Pattern[str] | None

    @classmethod
    def of(cls, names: Sequence[str], column: dict[str, str]) -> "_Wanted":
        data_type = DataType.parse(column["data_type"])
        pattern = None if is_text(data_type) else text_pattern(data_type)
        return cls(
            column["name"],
            names.index(column["name"]),
            data_type,
            re.compile(pattern[:-1] + r"\Z") if pattern else None,
        )

    def fault_of(self, value: str) -> str:
        """Why the value cannot be of this type; empty when it can."""
        if "\x00" in value:
            return "control_character"
        if value.startswith(UNREADABLE):
            return "number_imprecise"
        if self.pattern is not None and self.pattern.match(value) is None:
            return "type_mismatch"
        if self.data_type.letter is TypeLetter.TEXT and len(value) > (self.data_type.length or 0):
            return "too_long"
        return ""


def _line(values: Values, wanted: list[_Wanted], number: int, faults: list[dict[str, Any]]) -> str | None:
    written = []
    for column in wanted:
        value = values[column.position]
        if value is None:
            written.append("\\N")
            continue
        reason = column.fault_of(value)
        if reason:
            faults.append({"row": number, "column": column.name, "reason": reason, "value": value[:200]})
            return None
        written.append(value.translate(_ESCAPES))
    return "\t".join(written) + "\n"


_ESCAPES: Final = {ord("\\"): "\\\\", ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r"}


def _padded(row: list[str], width: int) -> Values:
    """A row of the heading's width; blank cells are empty values."""
    values: Values = [value if value.strip() else None for value in row[:width]]
    return values + [None] * (width - len(values))


def _send(out: BinaryIO, lines: list[str], faults: list[dict[str, Any]]) -> None:
    data = "".join(lines).encode()
    _frame(out, {"rows": len(lines), "bytes": len(data), "faults": faults}, data)


def _frame(out: BinaryIO, head: dict[str, Any], data: bytes = b"") -> None:
    out.write(json.dumps(head, ensure_ascii=False).encode() + b"\n" + data)
    out.flush()


def _pieces(stream: BinaryIO) -> Iterable[bytes]:
    size = 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        if size > CSV_LIMIT_MEGABYTES * 1024 * 1024:
            raise FileTooLarge(limit_megabytes=CSV_LIMIT_MEGABYTES)
        yield piece


COMMANDS: Final = {"inspect": inspect, "heading": heading, "stream": stream_rows, "sketch": sketch}


def limit_self() -> None:
    """Bind this process: memory, processor time, no files, no core."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Take an order as JSON in the first argument and the file as standard input."""
    order = json.loads(sys.argv[1])
    limit_self()
    out = sys.stdout.buffer
    try:
        COMMANDS[order["command"]](order, sys.stdin.buffer, out)
    except FileError as fault:
        _frame(out, {"error": type(fault).__name__, "details": fault.details, "field": fault.field})
    except MemoryError:
        _frame(out, {"error": "FileUnreadable", "details": {"reason": N_("占用内存过多")}, "field": None})


if __name__ == "__main__":
    main()
