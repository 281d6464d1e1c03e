"""Workbooks: XLSX, XLS and ET. Judged before they are parsed: encrypted, with macros or links to other files, they are
refused; a formula's last result is its value, and nothing is ever calculated here.
"""

import io
import re
import struct
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from jutong.kernel.text import N_
from jutong.kernel.workbooks import EXACT_BELOW, cell_text
from jutong.supply.mounting.domain.errors import (
    FileEmpty,
    FileEncrypted,
    FileSuspicious,
    FileTooLarge,
    FileUnreadable,
    SheetMissing,
)
from jutong.supply.mounting.reader.contents import OLE2, Content, judged, opened_zip
from jutong.supply.mounting.reader.tables import BATCH_ROWS, HEADING_WITHIN_ROWS, Batch, Order, find_heading, heading
from jutong.supply.mounting.values import UNREADABLE

SHEETS_LIMIT_MEGABYTES: Final = 1024
CELLS_LIMIT: Final = 8_000_000
"""A sheet lies in memory while it is read."""


class Workbook:
    """A sheet of a workbook. Raises FileSuspicious, FileEncrypted, FileTooLarge, SheetMissing, FileUnreadable."""

    def __init__(self, content: Content, order: Order):
        from python_calamine import CalamineError, CalamineWorkbook

        data = content.whole()
        if data.startswith(OLE2):
            judge_compound(data)
        else:
            judge_package(data)
        self._fault = CalamineError
        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            titles = list(book.sheet_names)
            title = order.sheet or next(iter(titles), "")
            if not titles:
                raise FileEmpty()
            if title not in titles:
                raise SheetMissing(sheet=title, sheets="、".join(titles[:10]), field="sheet")
            self._sheet = book.get_sheet_by_name(title)
        except CalamineError as fault:
            raise FileUnreadable(reason=content.format.upper()) from fault
        if self._sheet.height * self._sheet.width > CELLS_LIMIT:
            raise FileTooLarge(limit_megabytes=64)
        first = [[text_of(cell) for cell in row] for row in islice(self._rows(), HEADING_WITHIN_ROWS)]
        self._number = find_heading(first, order.header_row)
        if self._number > len(first):
            raise FileEmpty()
        self.names = heading(first[self._number - 1], self._number)
        self.reading: dict[str, Any] = {"sheet": title, "sheets": titles[:50], "header_row": self._number}

    def batches(self) -> Iterator[Batch]:
        width = len(self.names)
        rows = islice(self._rows(), self._number, None)
        while part := list(islice(rows, BATCH_ROWS)):
            texts = [_column(column) for column in list(zip(*part, strict=True))[:width]]
            yield Batch([row for row in zip(*texts, strict=True) if any(row)])

    def _rows(self) -> Iterator[list[Any]]:
        try:
            yield from self._sheet.iter_rows()
        except self._fault as fault:
            raise FileUnreadable(reason=N_("工作表内容")) from fault


def text_of(cell: Any) -> str:
    return cell_text(cell, rounded=UNREADABLE)


def _column(cells: tuple[Any, ...]) -> Sequence[str]:
    """A column's cells as text: most columns are of one kind, which needs no look at each cell."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        return cells
    if kinds <= {str, date, datetime}:
        return [*map(str, cells)]
    if kinds <= {str, float}:
        texts = iter(_numbers([cell for cell in cells if type(cell) is float]))
        return [cell if type(cell) is str else next(texts) for cell in cells]
    return [cell if type(cell) is str else text_of(cell) for cell in cells]


def _numbers(cells: list[float]) -> list[str]:
    if not -EXACT_BELOW < min(cells) <= max(cells) < EXACT_BELOW:
        return [text_of(cell) for cell in cells]
    # Fifteen digits are what a spreadsheet keeps and shows.
    return (("%.15g\n" * len(cells)) % tuple(cells)).split("\n")


# --- Judging ---------------------------------------------------------------------------------------------------------


def judge_package(data: bytes) -> None:
    """Raises FileSuspicious, FileTooLarge, FileUnreadable, FileEncrypted."""
    archive = opened_zip(io.BytesIO(data))
    entries = judged(archive)
    if sum(entry.file_size for entry in entries) > SHEETS_LIMIT_MEGABYTES * 1024 * 1024:
        raise FileTooLarge(limit_megabytes=SHEETS_LIMIT_MEGABYTES)
    names = [entry.filename.lower() for entry in entries]
    if "xl/workbook.xml" not in names:
        raise FileUnreadable(reason=N_("不是工作簿"))
    for entry, name in zip(entries, names, strict=True):
        if any(word in name for word in ("vbaproject", "/macrosheets/", "/activex/", "/ctrlprops/")):
            raise FileSuspicious(reason=N_("含有宏"))
        if any(word in name for word in ("externallinks/", "embeddings/", "querytables/", "xl/connections.xml")):
            raise FileSuspicious(reason=N_("含有外部链接或嵌入对象"))
        if name.endswith((".xml", ".rels")):
            _judge_part(archive, entry)


_DECLARES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def _judge_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """No part may declare anything: its entities could grow without bound."""
    try:
        with archive.open(entry) as part:
            head = part.read(4096)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as fault:
        raise FileUnreadable(reason=N_("压缩包不完整或已损坏")) from fault
    if _DECLARES.search(head.replace(b"\x00", b"")):
        raise FileSuspicious(reason=N_("XML 含有文档类型声明"))


_FILEPASS, _SUPBOOK, _BOUNDSHEET = 0x002F, 0x01AE, 0x0085
_MACRO_SHEET: Final = 1
_INTERNAL: Final = (b"\x01\x04", b"\x01\x3a")


def judge_compound(data: bytes) -> None:
    """Look through an XLS or ET file: its streams, and the records of its workbook.

    Raises FileEncrypted, FileSuspicious, FileUnreadable.
    """
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as book:
            names = ["/".join(path).casefold() for path in book.listdir(streams=True, storages=True)]
            if "encryptedpackage" in names:
                raise FileEncrypted()
            if any(part in ("_vba_project_cur", "vba", "macros") for name in names for part in name.split("/")):
                raise FileSuspicious(reason=N_("含有宏"))
            if any(name.startswith("mbd") or "ole10native" in name or "objectpool" in name for name in names):
                raise FileSuspicious(reason=N_("含有外部链接或嵌入对象"))
            stream = next((name for name in ("workbook", "book") if name in names), None)
            if stream is None:
                raise FileUnreadable(reason=N_("不是工作簿"))
            records = book.openstream(stream).read()
    except (OSError, ValueError, IndexError, TypeError, struct.error) as fault:
        raise FileUnreadable(reason=N_("不是工作簿")) from fault
    for kind, body in _records(records):
        if kind == _FILEPASS:
            raise FileEncrypted()
        if kind == _SUPBOOK and body[2:4] not in _INTERNAL:
            raise FileSuspicious(reason=N_("含有外部链接或嵌入对象"))
        if kind == _BOUNDSHEET and len(body) > 5 and body[5] == _MACRO_SHEET:
            raise FileSuspicious(reason=N_("含有宏"))


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        yield kind, data[at + 4 : at + 4 + length]
        at += 4 + length
