"""How moments, days, numbers and terms are written. Pure apart from the language of the request."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from jutong.kernel.clock import SHANGHAI
from jutong.kernel.workdays import LimitUnit

Number = int | float | Decimal

NONE_WORDS = "—"


def moment_words(moment: datetime | None) -> str:
    """A moment where the Rules apply: `2026-11-23 14:05`. Moments without a zone are refused, they mean nothing."""
    if moment is None:
        return NONE_WORDS
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def day_words(day: date | datetime | None) -> str:
    """A day: `2026-11-23`; of a moment, the day it falls on in Asia/Shanghai."""
    if day is None:
        return NONE_WORDS
    if isinstance(day, datetime):
        return moment_words(day)[:10]
    return day.isoformat()


def number_words(value: Number | None, places: int | None = None) -> str:
    """A number with separators: `1,286`; `places` fixes the decimals."""
    if value is None:
        return NONE_WORDS
    return f"{value:,}" if places is None else f"{value:,.{places}f}"


def ratio_words(ratio: Number | None, places: int = 1) -> str:
    """A ratio (0–1) as per cent, cut and not rounded up: what is not complete is never shown as 100%."""
    if ratio is None:
        return NONE_WORDS
    scale = Decimal(10) ** places
    percent = int(Decimal(str(ratio)) * 100 * scale) / scale
    return f"{percent:.{places}f}%"


def size_words(size_bytes: int | None) -> str:
    """A size in the largest unit that leaves at least one: `1.5 MB`, powers of 1024."""
    if size_bytes is None:
        return NONE_WORDS
    size = float(size_bytes)
    if size < 1024:
        return f"{size_bytes} B"
    for unit in ("KB", "MB", "GB"):
        size /= 1024
        if round(size, 1) < 1024:
            return f"{size:.1f} {unit}"
    return f"{size / 1024:.1f} TB"


def duration_words(duration: timedelta | Number | None) -> str:
    """A duration (a timedelta, or seconds) by its two largest units: `2 小时 5 分`, `850 毫秒`."""
    if duration is None:
        return NONE_WORDS
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else float(duration)
    if seconds < 1:
        return gettext("%(count)s 毫秒") % {"count": round(seconds * 1000)}
    if seconds < 10:
        return gettext("%(count)s 秒") % {"count": f"{seconds:.1f}".removesuffix(".0")}
    whole = round(seconds)
    parts = (
        (gettext("%(count)s 天"), whole // 86_400),
        (gettext("%(count)s 小时"), whole % 86_400 // 3_600),
        (gettext("%(count)s 分"), whole % 3_600 // 60),
        (gettext("%(count)s 秒"), whole % 60),
    )
    first = next(index for index, (_, count) in enumerate(parts) if count)
    return " ".join(words % {"count": count} for words, count in parts[first : first + 2] if count)


def workdays_words(left: int | None, unit: str = LimitUnit.WORKDAY) -> str:
    """What is left of a term: `剩余 3 个工作日`, `今日到期`, `已超期 2 个工作日`; other units count calendar days."""
    if left is None:
        return ""
    if left == 0:
        return gettext("今日到期")
    count = abs(left)
    if unit != LimitUnit.WORKDAY:
        words = (
            ngettext("剩余 %(count)s 天", "剩余 %(count)s 天", count)
            if left > 0
            else ngettext("已超期 %(count)s 天", "已超期 %(count)s 天", count)
        )
    else:
        words = (
            ngettext("剩余 %(count)s 个工作日", "剩余 %(count)s 个工作日", count)
            if left > 0
            else ngettext("已超期 %(count)s 个工作日", "已超期 %(count)s 个工作日", count)
        )
    return words % {"count": count}


def workdays_tone(workdays_left: int | None) -> str:
    """The tone of a term: over is bad, the last two days want attention."""
    if workdays_left is None:
        return "muted"
    if workdays_left < 0:
        return "bad"
    return "attention" if workdays_left <= 1 else "active"


def listed_words(parts: Iterable[str]) -> str:
    """Words in a row, with the mark of the reader's language between them."""
    return gettext("、").join(parts)


def clauses_words(parts: Iterable[str]) -> str:
    """Clauses in a row, with the mark of the reader's language between them."""
    return gettext("；").join(parts)


def cell_words(value: Any) -> str:
    """A plain value in a table cell: moments, days and numbers in their usual form, nothing as a dash."""
    if value is None or value == "":
        return NONE_WORDS
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, datetime):
        return moment_words(value)
    if isinstance(value, date):
        return day_words(value)
    if isinstance(value, int | float | Decimal):
        return number_words(value)
    return str(value)
