"""Writes catalogue files: the workbook of Appendix 2, CSV, JSON, and the copy of a sheet with its faults marked.

All in little memory: rows go to the disk as they come. Every cell is a text cell, so that no code is rounded and
nothing is taken for a formula.
"""

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Final

import xlsxwriter
from django.utils.translation import gettext
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from jutong.supply.interchange.domain import writing
from jutong.supply.interchange.domain.cells import guard
from jutong.supply.interchange.domain.errors import words_of
from jutong.supply.interchange.domain.template import (
    ENTRY_SHEET,
    FAULT_SHEET,
    ITEM_KEYS,
    ITEM_LEAVES,
    ITEM_SHEET,
    LEAVES,
    MORE_LEAVES,
    MORE_SHEET,
    Leaf,
    address,
)
from jutong.supply.interchange.domain.writing import Row, Written
from jutong.supply.interchange.values import Fault

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_CELL: Final = {"valign": "vcenter", "border": 1, "border_color": "#B7C0CC", "text_wrap": True, "num_format": "@"}
_LOOKS: Final = {
    "head": {**_CELL, "bold": True, "bg_color": "#E8F1FB", "align": "center"},
    "text": _CELL,
    "fault": {**_CELL, "bg_color": "#FBD5D5", "font_color": "#8A1C1C"},
}
_A4: Final = 9
_CELL_MAX: Final = 32_767
_OWN: Final = tuple(place for place, leaf in enumerate(LEAVES) if leaf.key not in ITEM_KEYS)


@contextmanager
def _workbook(file: BinaryIO) -> Iterator[tuple[xlsxwriter.Workbook, dict[str, Format]]]:
    with tempfile.TemporaryDirectory(prefix="jutong-sheet-") as folder:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": folder})
        try:
            yield book, {name: book.add_format(look) for name, look in _LOOKS.items()}
        finally:
            book.close()


def write_xlsx(file: BinaryIO, entries: Iterable[Written], *, with_guide: bool = False) -> int:
    """Write the workbook of Appendix 2 with the two sheets beside it; how many entries.

    `with_guide` adds a sheet that tells how the columns are filled in.
    """
    count = 0
    with _workbook(file) as (book, looks):
        sheet = _template_sheet(book, looks)
        more = _sheet(book, MORE_SHEET, MORE_LEAVES)
        items = _sheet(book, ITEM_SHEET, ITEM_LEAVES)
        _line(items, 0, [leaf.title for leaf in ITEM_LEAVES], looks["head"])
        at, item_at = 2, 1
        beside: list[Written] = []
        for entry in entries:
            count += 1
            at = _entry(sheet, at, entry, looks["text"])
            for row in writing.item_rows(entry):
                _line(items, item_at, row, looks["text"])
                item_at += 1
            # Its head is known when the last entry is: which extended elements there are.
            beside.append(Written(entry.content.changed(items=(), summary=""), entry.provider, entry.code))
        extended = extended_names(beside)
        _line(more, 0, writing.more_heads(extended), looks["head"])
        for number, entry in enumerate(beside, start=1):
            _line(more, number, writing.more_row(entry, extended), looks["text"])
        if with_guide:
            _guide(book, looks)
    return count


def extended_names(entries: Iterable[Written]) -> tuple[str, ...]:
    """Names of the extended elements that any of the entries has."""
    return tuple(sorted({name for entry in entries for name in entry.content.extended}))


def _template_sheet(book: xlsxwriter.Workbook, looks: Mapping[str, Format]) -> Worksheet:
    """The sheet with the two rows of heads: a group above its leaves, all others over both rows."""
    sheet = _sheet(book, ENTRY_SHEET, LEAVES)
    _line(sheet, 0, [leaf.group or leaf.title for leaf in LEAVES], looks["head"])
    _line(sheet, 1, [leaf.title if leaf.group else "" for leaf in LEAVES], looks["head"])
    place = 0
    while place < len(LEAVES):
        width = 1
        group = LEAVES[place].group
        while group and place + width < len(LEAVES) and LEAVES[place + width].group == group:
            width += 1
        _merge(sheet, 0, place, 0 if group else 1, place + width - 1)
        place += width
    sheet.freeze_panes(2, 2)
    sheet.repeat_rows(0, 1)
    return sheet


def _sheet(book: xlsxwriter.Workbook, name: str, leaves: Sequence[Leaf]) -> Worksheet:
    sheet = book.add_worksheet(name)
    for place, leaf in enumerate(leaves):
        sheet.set_column(place, place, leaf.width)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    return sheet


def _merge(sheet: Worksheet, top: int, left: int, bottom: int, right: int) -> None:
    # `merge_range` writes the cells below too, which a sheet in constant memory has no more; the list is all it needs.
    sheet.merge.append([top, left, bottom, right])


def _entry(sheet: Worksheet, at: int, entry: Written, look: Format) -> int:
    """One entry from a row on; its own cells are merged over the rows of its items. Gives the next free row."""
    first = at
    for row in writing.rows_of(entry):
        _line(sheet, at, row, look)
        at += 1
    if at - first > 1:
        for place in _OWN:
            _merge(sheet, first, place, at - 1, place)
    return at


def _line(sheet: Worksheet, at: int, row: Row, look: Format) -> None:
    for place, text in enumerate(row):
        if text:
            sheet.write_string(at, place, text[:_CELL_MAX], look)
        else:
            sheet.write_blank(at, place, None, look)


def _guide(book: xlsxwriter.Workbook, looks: Mapping[str, Format]) -> None:
    sheet = book.add_worksheet("填写说明")
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    for at, line in enumerate(writing.GUIDE):
        sheet.write_string(at, 0, line[0], looks["head"])
        sheet.write_string(at, 1, line[1], looks["text"])


def write_csv(file: BinaryIO, entries: Sequence[Written]) -> int:
    """Write one table with the template's columns and those beyond it; how many entries. UTF-8 with its mark."""
    extended = extended_names(entries)
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    file.write(BYTE_ORDER_MARK)
    out = csv.writer(text)
    out.writerow(writing.flat_heads(extended))
    for entry in entries:
        out.writerows([guard(cell) for cell in row] for row in writing.flat_rows(entry, extended))
    text.flush()
    text.detach()
    return len(entries)


def write_json(file: BinaryIO, entries: Iterable[Written]) -> int:
    """Write an array of entries as the API speaks of them; how many."""
    count = 0
    file.write(b"[")
    for entry in entries:
        data = {
            "code": entry.code,
            "published_on": entry.published_on.isoformat() if entry.published_on else None,
            "provider": entry.provider,
            "content": entry.content.to_json(),
        }
        file.write((b",\n" if count else b"\n") + json.dumps(data, ensure_ascii=False).encode())
        count += 1
    file.write(b"\n]\n")
    return count


# --- Faults marked ---------------------------------------------------------------------------------------------------


def write_marked(file: BinaryIO, grid: Iterable[tuple[str, int, Row]], faults: Sequence[Fault]) -> None:
    """Write the rows of a file as they were sent, every cell at fault in red with a note, and a sheet of all faults."""
    by_cell: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        by_cell.setdefault((fault.spot.sheet, fault.spot.cell), []).append(fault)
    with _workbook(file) as (book, looks):
        _fault_sheet(book, looks, faults)
        sheets: dict[str, Worksheet] = {}
        for name, number, row in grid:
            if name not in sheets:
                sheets[name] = book.add_worksheet(_sheet_name(name, sheets))
            for place in range(max(len(row), len(LEAVES))):
                _marked_cell(sheets[name], number, place, row, by_cell.get((name, address(number, place)), []), looks)


def _marked_cell(
    sheet: Worksheet, number: int, place: int, row: Row, wrong: Sequence[Fault], looks: Mapping[str, Format]
) -> None:
    text = row[place] if place < len(row) else ""
    look = looks["fault" if wrong else "text"]
    if text:
        sheet.write_string(number - 1, place, _printable(text)[:_CELL_MAX], look)
    elif wrong:
        sheet.write_blank(number - 1, place, None, look)
    if wrong:
        sheet.write_comment(number - 1, place, "\n".join(fault_words(fault) for fault in wrong))


def _fault_sheet(book: xlsxwriter.Workbook, looks: Mapping[str, Format], faults: Sequence[Fault]) -> None:
    sheet = book.add_worksheet(FAULT_SHEET)
    heads = [gettext("工作表"), gettext("单元格"), gettext("内容"), gettext("原因"), gettext("处理办法")]
    for place, width in enumerate((20, 10, 30, 50, 50)):
        sheet.set_column(place, place, width)
    _line(sheet, 0, heads, looks["head"])
    for at, fault in enumerate(faults, start=1):
        reason = words_of(fault.reason, fault.details, gettext)
        remedy = words_of(fault.remedy, fault.details, gettext) if fault.remedy else ""
        _line(sheet, at, [fault.spot.sheet, fault.spot.cell, _printable(fault.value), reason, remedy], looks["text"])


def fault_words(fault: Fault) -> str:
    """Reason and remedy in the reader's language."""
    parts = (fault.reason, fault.remedy)
    return "".join(words_of(part, fault.details, gettext) for part in parts if part)


def _sheet_name(name: str, taken: Mapping[str, Worksheet]) -> str:
    """A name that a workbook takes: the same, where it is not too long or one of ours."""
    plain = "".join(mark for mark in name if mark not in "[]:*?/\\'")[:28] or ENTRY_SHEET
    used = {sheet.get_name().casefold() for sheet in taken.values()} | {FAULT_SHEET}
    return plain if plain.casefold() not in used else f"{plain}{len(taken)}"


def _printable(text: str) -> str:
    return "".join(mark if mark.isprintable() or mark == "\n" else "\ufffd" for mark in text)
