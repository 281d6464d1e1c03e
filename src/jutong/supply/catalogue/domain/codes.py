"""Codes as other systems write them, read with the help of the tree. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Final

from jutong.kernel.codes.resource_code import (
    MAX_DETAIL_LENGTH,
    MAX_SEQUENCE_DIGITS,
    ResourceCode,
    ResourceCodeError,
    SequenceMissing,
)
from jutong.kernel.text import N_
from jutong.supply.catalogue.domain.errors import CatalogueError


class CodeAmbiguous(CatalogueError):
    """A code without separator may be cut in more than one way; `candidates` are those that are."""

    message = N_("代码“{text}”没有分隔符，可能是 {listed}，请写明分类码与顺序码之间的“/”。")

    def __init__(self, text: str, candidates: tuple[str, ...]):
        super().__init__(text=text, listed="、".join(candidates), candidates=list(candidates))
        self.candidates = candidates


class CodeNotCut(CatalogueError):
    """A code without separator begins with no class of the tree."""

    message = N_("代码“{text}”没有分隔符，且分类目录中没有与之相符的分类，请写明分类码和顺序码，例如 303001/1。")


_SEPARATORS: Final = re.compile(r"[/\\／|｜.·_:：;；\-‐-―−－]")
_BLANKS: Final = re.compile(r"[\s​﻿]")


def plain_code(text: str) -> str:
    """A foreign code in half-width signs, without blanks, `/` for whatever separates: `３０６００１－000001`."""
    halved = unicodedata.normalize("NFKC", _BLANKS.sub("", text))
    return _SEPARATORS.sub("/", halved)


def prefixes_of(text: str) -> tuple[str, ...]:
    """The classification codes with which an unseparated code may begin."""
    longest = min(len(text) - 1, 6 + MAX_DETAIL_LENGTH)
    return tuple(text[:cut] for cut in range(6, longest + 1))


def read_code(text: str, classifications: Collection[str], codes: Collection[str] = ()) -> ResourceCode:
    """Read a code in any of the writings in use: `306001/000001`, `306001-1`, full width, or without separator.

    Without separator the tree decides: a cut counts if its front is one of `classifications`. If several do, those
    remain that are among `codes`, the codes in use; an exact cut must be unique.

    Raises ResourceCodeError, CodeAmbiguous, CodeNotCut.
    """
    plain = plain_code(text)
    try:
        return ResourceCode.parse(plain)
    except SequenceMissing:
        if "/" in plain:
            raise
    found = tuple(_cuts(plain, classifications))
    used = tuple(code for code in found if str(code) in codes)
    rest = used or found
    if not rest:
        raise CodeNotCut(text=text)
    if len(rest) > 1:
        raise CodeAmbiguous(text, tuple(map(str, rest)))
    return rest[0]


def _cuts(text: str, classifications: Collection[str]) -> Iterator[ResourceCode]:
    for front in prefixes_of(text):
        back = text[len(front) :].lstrip("0")
        if front in classifications and 0 < len(back) <= MAX_SEQUENCE_DIGITS:
            try:
                yield ResourceCode.parse(f"{front}/{back}")
            except ResourceCodeError:
                continue
