"""Texts of foreign records: taken as they are, or refused; nothing is cut and nothing interpreted."""

import unicodedata
from typing import Any, Final

from jutong.kernel.text import N_, Term
from jutong.supply.harvest.domain.errors import (
    ForeignTextHasControls,
    ForeignTextTooLong,
    ForeignTitleMissing,
    IdentifierMissing,
    IdentifierTooLong,
)

MAX_IDENTIFIER: Final = 300
MAX_TITLE: Final = 200
MAX_SUMMARY: Final = 4_000
MAX_WORD: Final = 300
MAX_WORDS: Final = 60
MAX_ITEMS: Final = 500

_BREAKS: Final = str.maketrans("\r\n\t", "   ")
_TITLE: Final = Term(N_("名称"))
_SUMMARY: Final = Term(N_("摘要"))
_ITEM: Final = Term(N_("数据项"))
# They turn the direction of writing, so that what is read is not what is stored.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(value: Any, element: Term, limit: int, *, lines: bool = False) -> str:
    """A text without blanks around it; anything that is no text is none.

    Raises ForeignTextTooLong, ForeignTextHasControls.
    """
    text = value.strip() if isinstance(value, str) else ""
    if len(text) > limit:
        raise ForeignTextTooLong(element=element, length=len(text), limit=limit)
    if lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    for sign in text:
        if sign in _TURNING or (unicodedata.category(sign) in ("Cc", "Cs") and not (lines and sign == "\n")):
            raise ForeignTextHasControls(element=element, character=f"U+{ord(sign):04X}")
    return text


def title_of(value: Any) -> str:
    """Raises ForeignTitleMissing and what `clean` raises."""
    # A break in a title is somebody's layout.
    flat = value.translate(_BREAKS) if isinstance(value, str) else ""
    title = " ".join(clean(flat, _TITLE, MAX_TITLE).split())
    if not title:
        raise ForeignTitleMissing
    return title


def summary_of(value: Any) -> str:
    """Raises what `clean` raises."""
    return clean(value, _SUMMARY, MAX_SUMMARY, lines=True)


def item_text(value: Any) -> str:
    """Raises what `clean` raises."""
    return clean(value, _ITEM, MAX_TITLE)


def identifier_of(value: Any) -> str:
    """Raises IdentifierMissing, IdentifierTooLong."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text or not text.isprintable():
        raise IdentifierMissing
    if len(text) > MAX_IDENTIFIER:
        raise IdentifierTooLong(limit=MAX_IDENTIFIER)
    return text


def words_of(*values: Any) -> tuple[str, ...]:
    """The words among some values; what no table could hold is left out, since a word only serves to be looked up."""
    found = (value.strip() for value in values if isinstance(value, str))
    return tuple(dict.fromkeys(word for word in found if word and len(word) <= MAX_WORD and word.isprintable()))


def beginning(value: Any, limit: int = 80) -> str:
    """The beginning of whatever was sent, fit to be shown in a list."""
    text = value if isinstance(value, str) else ""
    return "".join(sign if sign.isprintable() and sign not in _TURNING else "�" for sign in text[:limit])
