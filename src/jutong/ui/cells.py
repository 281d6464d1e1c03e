"""Values of table cells as data: what a page shows as badge, link or deadline becomes a plain value in a file.

Files are opened by spreadsheets, which take text for formulas when it begins like one; see `guarded`.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from jutong.kernel.clock import SHANGHAI
from jutong.ui.components import Badge, Column, Deadline

Plain = str | int | float | Decimal | date | datetime | None

# What a spreadsheet takes for the beginning of a formula, or drops to find one behind it (OWASP, CSV injection).
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")
# XML 1.0 knows no control characters but these; a spreadsheet refuses the whole file for one.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
BYTE_ORDER_MARK = "\ufeff"


def plain(value: Any, kind: str = "text") -> Plain:
    """A cell's value without its looks: a badge's word, a link's title, a deadline's day, a duration's seconds."""
    if isinstance(value, Badge):
        value = value.text
    elif isinstance(value, Deadline):
        value = value.due_on
    elif kind == "link" and isinstance(value, tuple):
        value = value[0]
    elif isinstance(value, timedelta):
        value = value.total_seconds()
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, SafeString):
        return printable(strip_tags(value))
    if isinstance(value, Promise | Enum | str):
        return printable(str(value))
    if isinstance(value, datetime):
        # Moments without a zone mean nothing; pages refuse them too.
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        value = value.astimezone(SHANGHAI)
        return value.date() if kind == "day" else value
    if isinstance(value, int | float | Decimal | date):
        return value
    return printable(str(value))


def printable(text: str) -> str:
    """The text without characters that no spreadsheet file can hold."""
    return _UNPRINTABLE.sub("", text)


def risky(text: str) -> bool:
    """Would a spreadsheet take this text for a formula? Plain numbers with a sign are none."""
    return text.startswith(_DANGEROUS) and not _NUMBER.fullmatch(text)


def guarded(text: str) -> str:
    """The text so that a spreadsheet opening a CSV file shows it and does not run it: an apostrophe goes before it."""
    return f"'{text}" if risky(text) else text


def csv_cell(value: Plain) -> str:
    """A plain value in a CSV file: numbers so that they read back to themselves, days and moments as ISO 8601 has them.

    Moments are in the region's time to the second, without the letter T, as spreadsheets expect.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, date) else str(value)


def csv_line(values: Iterable[Plain]) -> str:
    """One line of a CSV file (RFC 4180)."""
    line = io.StringIO()
    csv.writer(line).writerow([csv_cell(value) for value in values])
    return line.getvalue()


def csv_text(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> str:
    """A small table as a whole CSV file with its byte-order mark, by which spreadsheets know UTF-8."""
    head = csv_line(heading(column) for column in columns)
    body = (csv_line(plain(row.get(column.key), column.kind) for column in columns) for row in rows)
    return BYTE_ORDER_MARK + head + "".join(body)


def heading(column: Column) -> str:
    """The head of a column in a file; where a page writes the unit beside each value, it stands here."""
    title = gettext(column.title)
    unit = {"duration": gettext("秒"), "size": gettext("字节")}.get(column.kind)
    return f"{title}（{unit}）" if unit else title
