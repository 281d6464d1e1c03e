"""Reads catalogue files in a process of its own: `python -m jutong.supply.interchange.reader`.

A file is somebody else's work and may be damaged, huge or hostile. So it is judged and parsed by a child that may use
so much memory and time and write no file. The file is its standard input, the order its first argument; its answers are
lines of JSON: entries, faults, or the one reason why the file is refused. No Django here, and no connection.
"""

import csv
import io
import json
import re
import resource
import struct
import sys
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

from jutong.kernel.workbooks import cell_text
from jutong.supply.interchange.domain import errors, reading
from jutong.supply.interchange.domain.cells import unguard
from jutong.supply.interchange.domain.errors import FileRefused
from jutong.supply.interchange.domain.template import FLAT, ITEM_SHEET, MORE_SHEET, Layout, address
from jutong.supply.interchange.values import Entry, Fault, SheetFormat

FILE_LIMIT_BYTES: Final = 64 * 1024 * 1024
UNPACKED_LIMIT_BYTES: Final = 300 * 1024 * 1024
RATIO_LIMIT: Final = 200
PARTS_LIMIT: Final = 4000
MEMORY_BYTES: Final = 1024 * 1024 * 1024
CPU_SECONDS: Final = 120
FAULTS_KEPT: Final = 1000

_PIECE: Final = 1 << 20
_OLE2: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"

Row = list[str]
Numbered = Iterator[tuple[int, Row]]


# --- Judging a workbook before it is parsed --------------------------------------------------------------------------


def judge_package(content: bytes, rows_limit: int) -> int:
    """Look through the parts of an XLSX file; gives the rows of its sheets.

    Raises FileBroken, HasPassword, UnpacksTooLarge, HasMacros, HasLinks, HasFormulas, TooManyRows.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _judge_directory(parts)
            return sum(_judge_part(archive, part, rows_limit) for part in parts if _is_xml(part.filename))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, OSError) as fault:
        raise errors.FileBroken from fault


def _judge_directory(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > PARTS_LIMIT or sum(part.file_size for part in parts) > UNPACKED_LIMIT_BYTES:
        raise errors.UnpacksTooLarge
    names = [part.filename.lower() for part in parts]
    if any(part.flag_bits & 1 for part in parts):
        raise errors.HasPassword
    if "xl/workbook.xml" not in names:
        raise errors.FileBroken
    for part, name in zip(parts, names, strict=True):
        if part.file_size > RATIO_LIMIT * max(part.compress_size, 4096):
            raise errors.UnpacksTooLarge
        if name.startswith("/") or ".." in name.replace("\\", "/").split("/") or "\x00" in name:
            raise errors.FileBroken
        if "vbaproject" in name or "/macrosheets/" in name or "/activex/" in name or "/ctrlprops/" in name:
            raise errors.HasMacros
        if any(word in name for word in ("/externallinks/", "/embeddings/", "/querytables/", "connections.xml")):
            raise errors.HasLinks


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


_FORMULA_TAG: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?f[\s/>]")
_ROW_TAG: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?row[\s/>]")
_CELL_AT: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?c\s[^>]*?r=[\"']([A-Z]{1,3}[0-9]{1,7})[\"']")
_OTHER_CODE: Final = re.compile(rb"<\?xml[^>]*encoding=[\"'](?!utf-8[\"']|us-ascii[\"'])", re.IGNORECASE)
_OVERLAP: Final = 512


def _judge_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, rows_limit: int) -> int:
    rows = 0
    tail = b""
    in_sheet = False
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            if not tail:
                _judge_beginning(piece)
            # The end of the last piece is looked at again, so that no tag is cut in two.
            window = tail + piece
            in_sheet = in_sheet or b"sheetData" in window
            if in_sheet:
                if match := _FORMULA_TAG.search(window):
                    raise errors.HasFormulas(sheet=part.filename.rpartition("/")[2], cell=_cell_before(window, match))
                rows += len(_ROW_TAG.findall(piece))
                if rows > rows_limit:
                    raise errors.TooManyRows(limit=rows_limit)
            tail = window[-_OVERLAP:]
    return rows


def _judge_beginning(piece: bytes) -> None:
    """The tags are looked for as bytes, which they are only in ASCII's own code."""
    head = piece[:400]
    if b"\x00" in head or head.startswith((b"\xfe\xff", b"\xff\xfe")) or _OTHER_CODE.search(head):
        raise errors.FileBroken
    if b"<!DOCTYPE" in piece[:4096]:
        raise errors.FileBroken


def _cell_before(window: bytes, formula: re.Match[bytes]) -> str:
    cells = _CELL_AT.findall(window[max(0, formula.start() - _OVERLAP) : formula.start()])
    return cells[-1].decode() if cells else "—"


_FORMULA, _SUPBOOK, _FILEPASS, _BOUNDSHEET, _BOF = 0x0006, 0x01AE, 0x002F, 0x0085, 0x0809
_FORMULAS: Final = frozenset({_FORMULA, 0x0206, 0x0406, 0x0221, 0x0021, 0x04BC})
_SHEET_BOF: Final = 0x0010
_MACRO_SHEET: Final = 1
_INTERNAL: Final = (b"\x01\x04", b"\x01\x3a")


def judge_compound(content: bytes) -> None:
    """Look through an XLS or ET file: its streams, and the records of its workbook.

    A workbook with a password is such a file too, whatever its ending.
    Raises FileBroken, HasPassword, HasMacros, HasLinks, HasFormulas.
    """
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(content)) as book:
            names = ["/".join(path).casefold() for path in book.listdir(streams=True, storages=True)]
            if any(part in ("_vba_project_cur", "vba", "macros") for name in names for part in name.split("/")):
                raise errors.HasMacros
            if any(name.startswith("mbd") or "ole10native" in name or "objectpool" in name for name in names):
                raise errors.HasLinks
            if "encryptedpackage" in names:
                raise errors.HasPassword
            stream = next((name for name in ("workbook", "book") if name in names), None)
            if stream is None:
                raise errors.FileBroken
            records = book.openstream(stream).read()
    except (OSError, ValueError, IndexError, TypeError, struct.error) as fault:
        raise errors.FileBroken from fault
    _judge_records(records)


def _judge_records(data: bytes) -> None:
    titles: list[str] = []
    sheet = -1
    for kind, body in _records(data):
        if kind == _FILEPASS:
            raise errors.HasPassword
        if kind == _SUPBOOK and body[2:4] not in _INTERNAL:
            raise errors.HasLinks
        if kind == _BOUNDSHEET and len(body) > 8:
            if body[5] == _MACRO_SHEET:
                raise errors.HasMacros
            wide = body[7] & 1
            titles.append(body[8:].decode("utf-16-le" if wide else "latin-1", "replace")[: body[6]])
        elif kind == _BOF and body[2:4] == struct.pack("<H", _SHEET_BOF):
            sheet += 1
        elif kind in _FORMULAS:
            row, column = struct.unpack("<HH", body[:4]) if len(body) >= 4 else (0, 0)
            title = titles[sheet] if 0 <= sheet < len(titles) else ""
            raise errors.HasFormulas(sheet=title, cell=address(row + 1, column & 0xFF))


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        yield kind, data[at + 4 : at + 4 + length]
        at += 4 + length


# --- Rows ------------------------------------------------------------------------------------------------------------


class Workbook:
    """The sheets of a workbook as numbered rows of text."""

    def __init__(self, content: bytes, rows_limit: int):
        from python_calamine import CalamineError, CalamineWorkbook

        self.rows = 0
        if content.startswith(_ZIP):
            self.rows = judge_package(content, rows_limit)
        elif content.startswith(_OLE2):
            judge_compound(content)
        else:
            raise errors.FileBroken
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        except CalamineError as fault:
            raise errors.FileBroken from fault
        self._fault = CalamineError
        self._last: tuple[str, Any] | None = None
        self.names: list[str] = list(self._book.sheet_names)

    def sheet(self, name: str) -> Numbered:
        """The rows of a sheet, numbered and placed as the spreadsheet shows them.

        Raises FileBroken.
        """
        try:
            sheet = self._parsed(name)
            # Short texts come again and again; kept once, a large file takes a third of the memory.
            known: dict[str, str] = {}
            # Rows begin at the first, but their cells at the first column that is used.
            indent = [""] * (sheet.start[1] if sheet.start else 0)
            for number, row in enumerate(sheet.iter_rows(), start=1):
                texts = indent + [cell_text(cell, rounded=reading.ROUNDED) for cell in row]
                yield number, [known.setdefault(text, text) if len(text) < 24 else text for text in texts]
        except self._fault as fault:
            raise errors.FileBroken from fault

    def _parsed(self, name: str) -> Any:
        # Looking for the heads parses the largest sheet; what was found last is not parsed again.
        if self._last is None or self._last[0] != name:
            self._last = None
            self._last = (name, self._book.get_sheet_by_name(name))
        return self._last[1]

    def entry_sheet(self) -> str:
        """The sheet that bears the template's heads.

        Raises SheetMissing.
        """
        for name in self.names:
            if name in (MORE_SHEET, ITEM_SHEET):
                continue
            for number, row in self.sheet(name):
                if reading.is_head(row):
                    return name
                if number >= reading.HEAD_ROWS:
                    break
        raise errors.SheetMissing


def csv_rows(content: bytes, rows_limit: int) -> Numbered:
    """Records of a CSV file, numbered as a spreadsheet shows them.

    Raises EncodingUnknown, FileBroken, TooManyRows.
    """
    csv.field_size_limit(reading.TEXT_LIMIT * 64)
    text = decoded(content)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            if number > rows_limit:
                raise errors.TooManyRows(limit=rows_limit)
            yield number, [unguard(cell) for cell in row]
    except csv.Error as fault:
        raise errors.FileBroken from fault


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or GB18030, read strictly.

    Raises EncodingUnknown.
    """
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig"), (b"", "gb18030")):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise errors.EncodingUnknown


# --- Commands --------------------------------------------------------------------------------------------------------


class Answer:
    """What goes back: lines of JSON, of the faults only the first thousand."""

    def __init__(self, out: BinaryIO):
        self._out = out
        self.faults = 0

    def send(self, **line: Any) -> None:
        self._out.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def fault(self, fault: Fault) -> None:
        self.faults += 1
        if self.faults <= FAULTS_KEPT:
            self.send(fault=fault.to_json())

    def end(self) -> None:
        self.send(end=True, faults=self.faults)
        self._out.flush()


def read_entries(order: dict[str, Any], content: bytes, answer: Answer) -> None:
    """Every entry of the file, and every fault."""
    for entry in _entries(order, content, answer):
        answer.send(entry=entry.to_json())


def _entries(order: dict[str, Any], content: bytes, answer: Answer) -> Iterable[Entry]:
    limit, rows_limit = order["entries_limit"], order["rows_limit"]
    form = SheetFormat(order["format"])
    if form is SheetFormat.JSON:
        return reading.read_json(_json(content), answer.fault, limit=limit)
    if form is SheetFormat.CSV:
        if content.startswith((_ZIP, _OLE2)):
            raise errors.FileBroken
        return reading.read_entries(csv_rows(content, rows_limit), answer.fault, limit=limit, layout=FLAT)
    book = Workbook(content, rows_limit)
    name = book.entry_sheet()
    answer.send(rows=book.rows, sheet=name)
    more = reading.More(answer.fault)
    if MORE_SHEET in book.names:
        more.take_entries(book.sheet(MORE_SHEET))
    if ITEM_SHEET in book.names:
        more.take_items(book.sheet(ITEM_SHEET))
    return reading.read_entries(book.sheet(name), answer.fault, limit=limit, more=more, layout=Layout(name))


def _json(content: bytes) -> Any:
    text = decoded(content)
    try:
        return json.loads(text)
    except json.JSONDecodeError as fault:
        raise errors.JsonMalformed(line=fault.lineno) from fault
    except RecursionError as fault:
        raise errors.JsonTooDeep from fault


def read_grid(order: dict[str, Any], content: bytes, answer: Answer) -> None:
    """Every row of the three sheets as it stands, for the copy in which faults are marked."""
    if SheetFormat(order["format"]) is SheetFormat.CSV:
        for number, row in csv_rows(content, order["rows_limit"]):
            answer.send(sheet="", number=number, row=[_short(cell) for cell in row])
        return
    book = Workbook(content, order["rows_limit"])
    for name in (book.entry_sheet(), MORE_SHEET, ITEM_SHEET):
        if name in book.names:
            for number, row in book.sheet(name):
                answer.send(sheet=name, number=number, row=[_short(cell) for cell in row])


def read_table(order: dict[str, Any], content: bytes, answer: Answer) -> None:
    """Every row of a file of one table, which other rooms make of it what they will: the first sheet, where it has any.

    Raises SheetMissing.
    """
    if SheetFormat(order["format"]) is SheetFormat.CSV:
        rows = csv_rows(content, order["rows_limit"])
    else:
        book = Workbook(content, order["rows_limit"])
        if not book.names:
            raise errors.SheetMissing
        rows = book.sheet(book.names[0])
    for number, row in rows:
        answer.send(number=number, row=[_short(cell) for cell in row])


def _short(cell: str) -> str:
    return cell.removeprefix(reading.ROUNDED)[: reading.TEXT_LIMIT]


COMMANDS: Final = {"entries": read_entries, "grid": read_grid, "table": read_table}


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
    answer = Answer(sys.stdout.buffer)
    try:
        content = sys.stdin.buffer.read(FILE_LIMIT_BYTES + 1)
        if len(content) > FILE_LIMIT_BYTES:
            raise errors.UnpacksTooLarge
        COMMANDS[order["command"]](order, content, answer)
    except FileRefused as fault:
        answer.send(error=type(fault).__name__, details=fault.details)
    except MemoryError:
        answer.send(error="FileOverLimits", details={})
    answer.end()


if __name__ == "__main__":
    main()
