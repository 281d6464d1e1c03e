"""Lists as files: Excel the way offices file it, and CSV for programs. Both in constant memory.

An XLSX file bears title, 填报单位, moment and unit above the head, a 序号 column, a total where numbers add up, and the
line 填报人/审核人/联系电话/填报日期 below; it prints on A4 across with the head on every page. Texts and codes are text
cells, so that eighteen digits stay eighteen digits and nothing is taken for a formula.
"""

import io
import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any, BinaryIO
from unicodedata import east_asian_width

import xlsxwriter
from django.utils.translation import gettext
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from jutong.kernel.clock import SHANGHAI, local_day
from jutong.kernel.policy import Subject
from jutong.ui.cells import BYTE_ORDER_MARK, Plain, csv_line, heading, plain, risky
from jutong.ui.components import Column

SHEET_ROWS = 1_048_576  # the most a sheet of the format holds
SAMPLED_ROWS = 200
_A4 = 9
_BELOW = 4  # a total, an empty line, the line of signatures, the watermark
# A double keeps fifteen digits; a longer number would come back as another one.
_EXACT_DIGITS = 15
_TEXT_MAX = 32_767  # the most a cell holds


@dataclass(frozen=True, slots=True)
class Head:
    """What stands around the rows of a file (表头与表尾).

    `unit` is what one row counts (条, 件); `filters` the choices that narrowed the list, in words; a `watermark` names
    who took the file, where it holds personal values.
    """

    title: str
    organisation: str
    as_of: datetime
    unit: str = ""
    filters: str = ""
    filled_by: str = ""
    watermark: str = ""
    edition: int = 1

    def file_name(self, ending: str) -> str:
        """部门_报表_2026年10月_第1版.xlsx, without what file systems refuse."""
        day = local_day(self.as_of)
        month = gettext("%(year)s年%(month)02d月") % {"year": day.year, "month": day.month}
        edition = gettext("第%(number)s版") % {"number": self.edition}
        parts = filter(None, (self.organisation, self.title, month, edition))
        name = "_".join("".join(mark for mark in part if mark not in '\\/:*?"<>|\r\n\t') for part in parts)
        return f"{name[:120]}.{ending}"


_organisation_of: Callable[[Subject], str] | None = None


def plug_organisations(name_of: Callable[[Subject], str]) -> None:
    """Tell how the organisation of a subject is called; the register of organisations does."""
    global _organisation_of
    _organisation_of = name_of


def organisation_of(subject: Subject) -> str:
    """填报单位: the short name of the subject's organisation; empty for the public."""
    return _organisation_of(subject) if _organisation_of and subject.organisation else ""


Rows = Iterable[Mapping[str, Any]]


def write_csv(file: BinaryIO, head: Head, columns: Sequence[Column], rows: Rows) -> int:
    """Write a CSV file: the head, the rows, and the watermark if there is one; how many rows. UTF-8 with its mark."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    text.write(BYTE_ORDER_MARK + csv_line(heading(column) for column in columns))
    count = 0
    for row in rows:
        count += 1
        text.write(csv_line(plain(row.get(column.key), column.kind) for column in columns))
    if head.watermark:
        text.write(csv_line([head.watermark]))
    text.flush()
    text.detach()
    return count


def write_xlsx(
    file: BinaryIO, head: Head, columns: Sequence[Column], rows: Rows, *, sheet_rows: int = SHEET_ROWS
) -> int:
    """Write an XLSX file; how many rows. What does not fit into one sheet goes on in the next, under the same head."""
    with tempfile.TemporaryDirectory(prefix="jutong-sheet-") as folder:
        options = {"constant_memory": True, "tmpdir": folder, "default_date_format": "yyyy-mm-dd"}
        book = xlsxwriter.Workbook(file, options)
        try:
            return _Writer(book, head, columns, sheet_rows).write(rows)
        finally:
            book.close()


@dataclass
class _Writer:
    book: xlsxwriter.Workbook
    head: Head
    columns: Sequence[Column]
    sheet_rows: int
    widths: list[int] = field(default_factory=list)
    sums: dict[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cell = {"valign": "vcenter", "border": 1, "border_color": "#B7C0CC"}
        self.formats: dict[str, Format] = {
            name: self.book.add_format(look)
            for name, look in {
                "title": {"bold": True, "font_size": 16, "align": "center_across"},
                "line": {"font_size": 10, "font_color": "#444444"},
                "head": {**cell, "bold": True, "bg_color": "#E8F1FB", "align": "center", "text_wrap": True},
                "text": {**cell, "num_format": "@"},
                # The mark by which Excel itself notes that a cell was typed with an apostrophe before it.
                "guarded": {**cell, "num_format": "@", "quote_prefix": True},
                "count": {**cell, "align": "center"},
                "whole": {**cell, "num_format": "#,##0"},
                "number": {**cell},
                "ratio": {**cell, "num_format": "0.0%"},
                "day": {**cell, "num_format": "yyyy-mm-dd", "align": "center"},
                "moment": {**cell, "num_format": "yyyy-mm-dd hh:mm", "align": "center"},
                "total": {**cell, "bold": True, "num_format": "#,##0.##"},
                "whole_total": {**cell, "bold": True, "num_format": "#,##0"},
            }.items()
        }
        self.sums = {column.key: Decimal(0) for column in self.columns if column.total}

    def write(self, rows: Rows) -> int:
        source = iter(rows)
        sample = list(islice(source, SAMPLED_ROWS))
        self.widths = [_width(column, sample) for column in self.columns]
        left: Iterator[Mapping[str, Any]] = chain(sample, source)
        written = number = 0
        while True:
            number += 1
            sheet, place = self._sheet(number)
            room = self.sheet_rows - place - _BELOW
            first = written
            for row in islice(left, room):
                written += 1
                self._row(sheet, place, written, row)
                place += 1
            following = next(left, None)
            if place > self.first_row:
                sheet.autofilter(self.first_row - 1, 0, place - 1, len(self.columns))
            if following is None:
                self._below(sheet, place, written)
                return written
            if written == first:
                raise ValueError(f"no room for rows in sheets of {self.sheet_rows}")
            left = chain([following], left)

    def _sheet(self, number: int) -> tuple[Worksheet, int]:
        sheet = self.book.add_worksheet(gettext("第%(number)s页") % {"number": number})
        last = len(self.columns)
        sheet.set_column(0, 0, 6)
        for place, width in enumerate(self.widths, 1):
            sheet.set_column(place, place, width)
        sheet.set_row(0, 28)
        sheet.write_string(0, 0, self.head.title, self.formats["title"])
        for place in range(1, last + 1):
            sheet.write_blank(0, place, None, self.formats["title"])
        sheet.write_string(1, 0, self._line(), self.formats["line"])
        at = 2
        if self.head.filters:
            words = gettext("筛选条件：%(filters)s") % {"filters": self.head.filters}
            sheet.write_string(at, 0, words, self.formats["line"])
            at += 1
        sheet.set_row(at, 22)
        sheet.write_string(at, 0, gettext("序号"), self.formats["head"])
        for place, column in enumerate(self.columns, 1):
            sheet.write_string(at, place, heading(column), self.formats["head"])
        self.first_row = at + 1
        sheet.freeze_panes(self.first_row, 1)
        self._print_settings(sheet, at)
        return sheet, self.first_row

    def _print_settings(self, sheet: Worksheet, head_row: int) -> None:
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.repeat_rows(head_row)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer("&C" + gettext("第 %(page)s 页 共 %(pages)s 页") % {"page": "&P", "pages": "&N"})

    def _line(self) -> str:
        parts = [
            gettext("填报单位：%(name)s") % {"name": self.head.organisation or "—"},
            gettext("截止时间：%(moment)s")
            % {"moment": self.head.as_of.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")},
        ]
        if self.head.unit:
            parts.append(gettext("单位：%(unit)s") % {"unit": self.head.unit})
        return "    ".join(parts)

    def _row(self, sheet: Worksheet, place: int, number: int, row: Mapping[str, Any]) -> None:
        sheet.write_number(place, 0, number, self.formats["count"])
        for at, column in enumerate(self.columns, 1):
            value = plain(row.get(column.key), column.kind)
            if column.key in self.sums and isinstance(value, int | float | Decimal):
                self.sums[column.key] += Decimal(str(value))
            self._cell(sheet, place, at, value, column.kind)

    def _cell(self, sheet: Worksheet, row: int, at: int, value: Plain, kind: str) -> None:
        formats = self.formats
        if value is None:
            sheet.write_blank(row, at, None, formats["text"])
        elif isinstance(value, datetime):
            sheet.write_datetime(row, at, value.replace(tzinfo=None), formats["moment"])
        elif isinstance(value, date):
            sheet.write_datetime(row, at, datetime(value.year, value.month, value.day), formats["day"])  # noqa: DTZ001
        elif isinstance(value, int | float | Decimal) and kind != "code" and _exact(value):
            whole = isinstance(value, int) and kind != "ratio"
            look = "ratio" if kind == "ratio" else "whole" if whole else "number"
            sheet.write_number(row, at, float(value) if isinstance(value, Decimal) else value, formats[look])
        else:
            text = str(value)[:_TEXT_MAX]
            sheet.write_string(row, at, text, formats["guarded" if risky(text) else "text"])

    def _below(self, sheet: Worksheet, place: int, count: int) -> None:
        if self.sums and count:
            sheet.write_string(place, 0, gettext("合计"), self.formats["head"])
            for at, column in enumerate(self.columns, 1):
                if column.key in self.sums:
                    total = self.sums[column.key]
                    look = "whole_total" if total == total.to_integral_value() else "total"
                    sheet.write_number(place, at, float(total), self.formats[look])
                else:
                    sheet.write_blank(place, at, None, self.formats["total"])
            place += 1
        signatures = gettext("填报人：%(name)s        审核人：            联系电话：            填报日期：%(day)s") % {
            "name": self.head.filled_by,
            "day": local_day(self.head.as_of).isoformat(),
        }
        sheet.write_string(place + 1, 0, signatures, self.formats["line"])
        if self.head.watermark:
            sheet.write_string(place + 2, 0, self.head.watermark, self.formats["line"])


def _exact(value: int | float | Decimal) -> bool:
    """Does the number keep its digits in a cell?"""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Decimal):
        return value.is_finite() and len(value.as_tuple().digits) <= _EXACT_DIGITS
    return abs(value) < 10**_EXACT_DIGITS


_WIDTHS = {"day": 12, "moment": 17, "ratio": 10}


def _width(column: Column, sample: Sequence[Mapping[str, Any]]) -> int:
    """Wide enough for the head and what the first rows hold, within reason."""
    widest = _length(heading(column)) + 4
    if column.kind in _WIDTHS:
        return max(widest, _WIDTHS[column.kind])
    for row in sample:
        value = plain(row.get(column.key), column.kind)
        words = 17 if isinstance(value, datetime) else _length(str(value if value is not None else ""))
        widest = max(widest, words + 2)
    return min(widest, 48)


def _length(text: str) -> int:
    return sum(2 if east_asian_width(mark) in "WF" else 1 for mark in text)
