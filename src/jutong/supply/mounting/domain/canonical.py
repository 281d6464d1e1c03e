"""The canonical text of a value and of a row: what digests are made of, on every side the same.

A row is the texts of its values one after another, each with its length before it, an empty value as a dash. So
`("ab", "c")` and `("a", "bc")` differ, and so do nothing and the empty text. The SQL of the engines writes the same
text (`adapters/digests.py`); this is the way of files, and what tests hold the engines to.
"""

import hashlib
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Final

from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.supply.mounting.domain.mapping import is_text, text_pattern
from jutong.supply.mounting.values import UNREADABLE

EMPTY: Final = "-"
NOT_COMPARED: Final = "~"
"""Stands for any value of a binary fraction: engines write those differently, so only whether there is one counts."""

BUCKET_BITS: Final = 10
DIGEST_DIGITS: Final = 15
"""Hexadecimal digits of MD5 that are summed: 60 bits, which every engine's integers hold. Against accidents, which is
what reconciling is for; not against intent."""

_TRUE: Final = frozenset({"1", "t", "true", "y", "yes"})
_APPROXIMATE: Final = frozenset({TypeLetter.DOUBLE, TypeLetter.FLOAT})


def scale_of(data_type: DataType) -> int | None:
    """The decimal places with which an exact number of this type is written; None for what is no exact number."""
    match data_type.letter:
        case TypeLetter.INTEGER:
            return 0
        case TypeLetter.NUMBER | TypeLetter.MONEY:
            return data_type.scale if data_type.scale is not None else (2 if data_type.length is None else 0)
        case _:
            return None


def is_approximate(data_type: DataType) -> bool:
    return data_type.letter in _APPROXIMATE


def canonical(value: str | None, data_type: DataType) -> str:
    """The canonical text of a value read as text, without its length."""
    if value is None:
        return EMPTY
    text = value if is_text(data_type) else _canonical(value.strip(), data_type)
    return f"{len(text)}:{text}"


def row_text(values: Iterable[str | None], types: Iterable[DataType]) -> str:
    """The canonical text of a row."""
    return "".join(map(canonical, values, types))


def row_digest(text: str) -> int:
    """What a row adds to the sum of its bucket."""
    return int(_md5(text)[:DIGEST_DIGITS], 16)


def bucket_of(key_text: str) -> int:
    """Into which bucket the canonical text of a key falls."""
    return int(_md5(key_text)[:3], 16) >> (12 - BUCKET_BITS)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def _canonical(value: str, data_type: DataType) -> str:
    pattern = text_pattern(data_type)
    if pattern is not None and re.search(pattern, value) is None:
        return UNREADABLE + value
    if is_approximate(data_type):
        return NOT_COMPARED
    scale = scale_of(data_type)
    if scale is not None:
        return _exact(value, scale)
    match data_type.letter:
        case TypeLetter.DATE:
            return _day(value)
        case TypeLetter.MOMENT:
            return f"{_day(value)} {_clock(value)}"
        case TypeLetter.LOGICAL:
            return "1" if value.lower() in _TRUE else "0"
        case _:
            return value


def _exact(value: str, scale: int) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return UNREADABLE + value
    text = f"{number:.{scale}f}"
    # Nought has no sign.
    return text.lstrip("-") if not number else text


def _day(value: str) -> str:
    digits = re.sub(r"[^0-9]", "", re.split(r"[ T]", value, maxsplit=1)[0])
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"


def _clock(value: str) -> str:
    clock = re.split(r"[ T]", value, maxsplit=1)[1] if re.search(r"[ T]", value) else ""
    whole, _, fraction = clock.partition(".")
    parts = [*(whole.split(":") if whole else []), "00", "00", "00"][:3]
    return f"{':'.join(parts)}.{fraction.ljust(6, '0')[:6]}"
