"""What a transformation makes of a value: the one rule to which the SQL of the engines is held (值转换)."""

import re
from typing import Final

from jutong.kernel.text import N_
from jutong.supply.mounting.values import UNREADABLE, Transform, TransformKind

BLANKS: Final = " \t\u3000"
"""What is trimmed: the blank, the tab, and the blank of Chinese typesetting."""

COMMAS: Final = ",\uff0c"

NUMBER_PATTERN: Final = rf"^[-+]?([0-9]+|[0-9]{{1,3}}([{COMMAS}][0-9]{{3}})+)([.][0-9]*)?$"

DAY_PATTERNS: Final = {
    TransformKind.DAY_SLASHED: "^[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}$",
    TransformKind.DAY_WORDED: "^[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日$",
}
DAY_SIGNS: Final = {TransformKind.DAY_SLASHED: ("/", "/", ""), TransformKind.DAY_WORDED: ("年", "月", "日")}
"""What ends the year, the month and the day."""

CODES_MOST: Final = 500
CODE_LENGTH: Final = 200
KEPT_MOST: Final = 20

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def transformed(value: str | None, transform: Transform) -> str | None:
    """The item's value, None for an empty one; what cannot be transformed is marked as unreadable."""
    text = (value or "").strip(BLANKS)
    if not text:
        return None
    match transform.kind:
        case TransformKind.TRIM:
            return text
        case TransformKind.NUMBER:
            fits = re.search(NUMBER_PATTERN, text)
            return text.translate({ord(comma): "" for comma in COMMAS}) if fits else UNREADABLE + text
        case TransformKind.DAY_SLASHED | TransformKind.DAY_WORDED:
            return _day(text, transform.kind)
        case TransformKind.CODES:
            other = UNREADABLE + text if transform.other is None else transform.other
            return dict(transform.codes).get(text, other) or None
        case TransformKind.MASK:
            return _masked(text, transform)


def find_gap(transform: Transform) -> str:
    """What is wrong with a transformation, in words; empty when nothing is."""
    if transform.kind is TransformKind.MASK:
        kept = (transform.first, transform.last)
        return "" if all(0 <= each <= KEPT_MOST for each in kept) else N_("掩码保留的字符数应在 0 至 20 之间")
    if transform.kind is not TransformKind.CODES:
        return ""
    before = [code for code, _ in transform.codes]
    cells = [cell for pair in transform.codes for cell in pair] + [transform.other or ""]
    if not 1 <= len(before) <= CODES_MOST:
        return N_("代码对照表应有 1 至 500 行")
    if not all(code and code == code.strip(BLANKS) for code in before) or len(set(before)) < len(before):
        return N_("来源代码不能为空，不能重复")
    if any(len(cell) > CODE_LENGTH or _CONTROL.search(cell) or cell.startswith(UNREADABLE) for cell in cells):
        return N_("代码不能超过 200 字，不能含控制字符")
    return ""


def codes_in(text: str) -> tuple[tuple[str, str], ...]:
    """A code table as it is pasted: a line for each code, the catalogue's behind a tab, an equals sign or a comma."""
    lines = (re.split(r"[\t=,，]", line.strip(BLANKS), maxsplit=1) for line in text.splitlines() if line.strip(BLANKS))
    return tuple((before.strip(BLANKS), "".join(after).strip(BLANKS)) for before, *after in lines)


def _day(text: str, kind: TransformKind) -> str:
    if re.search(DAY_PATTERNS[kind], text) is None:
        return UNREADABLE + text
    year, month, day = re.findall("[0-9]+", text)
    return f"{year}-{month:0>2}-{day:0>2}"


def _masked(text: str, transform: Transform) -> str:
    hidden = len(text) - transform.first - transform.last
    if hidden <= 0:
        return "*" * len(text)
    return text[: transform.first] + "*" * hidden + text[len(text) - transform.last :]
