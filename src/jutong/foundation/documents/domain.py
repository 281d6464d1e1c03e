"""Which characters the shipped fonts have, what may stand in a file, and how facts share lines."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_

SHIPPED_FAMILIES = frozenset({"Jutong Serif", "Jutong Serif Title"})

# Beyond GB 2312: accented letters, and signs that papers use. `tools/make_fonts.py` cuts the fonts by this rule.
_EXTRA = frozenset("—–…‘’“”•·〔〕【】《》〈〉「」『』￥√×÷≥≤±→←↑↓■□●○★☆✓①②③④⑤⑥⑦⑧⑨⑩")
_SHORT_WIDTH = 22


class PrintError(JutongError):
    """Root of the room's errors."""

    message = N_("文书未能生成，请稍后重试；如仍不成功，请联系系统管理员。")
    kind = ErrorKind.UNAVAILABLE


class FontsMissing(PrintError):
    """The fonts that the platform ships are not where they belong; printing would leave empty boxes."""

    message = N_("打印字体缺失（{families}），文书未生成；请系统管理员重新安装平台。")


class LayoutBroken(PrintError):
    """A layout and its data do not fit together: an error of ours."""

    message = N_("文书版式有误，未能生成；请将办件编号告知系统管理员。")


def is_shipped(character: str) -> bool:
    """Do the shipped fonts have this character?"""
    if " " <= character <= "~" or "\xa0" <= character <= "\xff" or character in _EXTRA:
        return True
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def shipped_characters() -> str:
    """All characters the shipped fonts must have."""
    return "".join(chr(point) for point in range(0x20, 0x10000) if is_shipped(chr(point)))


def printable(text: str, has: Callable[[str], bool]) -> str:
    """A text in which nothing prints as an empty box: characters that no font has become their numbers.

    Control characters but line breaks go; an XML file could not even hold them.
    """
    return "".join(_printable(character, has) for character in text)


def _printable(character: str, has: Callable[[str], bool]) -> str:
    if character in "\n\t" or is_shipped(character):
        return character
    # Cc controls, Cf direction and joining, Cs halves of pairs, Co private, Cn unassigned.
    if unicodedata.category(character).startswith("C"):
        return ""
    # Marks that only change the character before them.
    if unicodedata.category(character) in {"Mn", "Me"}:
        return character if has(character) else ""
    return character if has(character) else f"〔U+{ord(character):04X}〕"


def printable_data(value: Any, has: Callable[[str], bool]) -> Any:
    """The same in every text of a structure."""
    if isinstance(value, str):
        return printable(value, has)
    if isinstance(value, Mapping):
        return {str(name): printable_data(part, has) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [printable_data(part, has) for part in value]
    return value


def width(text: str) -> int:
    """Columns a text takes: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def lines_of_facts(pairs: Iterable[tuple[str, str]]) -> list[Sequence[tuple[str, str]]]:
    """Facts in lines of one or two: neighbours that are both short share one."""
    lines: list[Sequence[tuple[str, str]]] = []
    waiting: tuple[str, str] | None = None
    for pair in pairs:
        short = width(pair[1]) <= _SHORT_WIDTH and "\n" not in pair[1]
        if waiting and short:
            lines.append((waiting, pair))
            waiting = None
            continue
        if waiting:
            lines.append((waiting,))
        waiting = pair if short else None
        if not short:
            lines.append((pair,))
    if waiting:
        lines.append((waiting,))
    return lines
