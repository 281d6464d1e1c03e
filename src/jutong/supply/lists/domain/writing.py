"""Texts and numbers as the lists keep them."""

from typing import Any

from jutong.supply.catalogue.values import LegalBasis
from jutong.supply.lists.domain.errors import TextMissing, TextTooLong

PREFIXES = {"round": "PC", "responsibility": "ZR", "exclusion": "FM"}


def number_of(kind: str, year: int, count: int) -> str:
    """The number of a round (`PC20260001`), a responsibility (ZR) or an exclusion (FM)."""
    return f"{PREFIXES[kind]}{year}{count:06d}"


def cleaned(text: Any, name: str, *, field: str, limit: int, required: bool = True) -> str:
    """A text without signs that do not print. Raises TextMissing, TextTooLong, with the field's name in words."""
    plain = "".join(sign for sign in str(text or "") if sign.isprintable() or sign in "\n\t").strip()
    if required and not plain:
        raise TextMissing(field=field, name=name)
    if len(plain) > limit:
        raise TextTooLong(field=field, name=name, limit=limit)
    return plain


def basis_words(basis: LegalBasis) -> str:
    """A legal basis as a list shows it: 《数据安全法》第二十一条."""
    title = basis.title.strip("《》")
    number = f"（{basis.number}）" if basis.number else ""
    return f"《{title}》{number}{basis.article}"
