"""Which source column is probably which data item: by names, comments, synonyms, pinyin and types, each with a reason.

A proposal is only shown beside the choice; a person confirms it. What mounts without a person goes by equal names.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from jutong.supply.mounting.domain.mapping import ItemWanted, find_misfit
from jutong.supply.mounting.values import ColumnFound, ColumnProposal, MatchGround, Matching

_SEPARATORS: Final = re.compile(r"[，,；;（(：:\n]")
_SIGNS: Final = re.compile(r"[\W_]+")
_LONGEST_PREFIX: Final = 2
"""Columns are often grouped by a letter or two before a sign: `f_name`, `t1_xm`."""

_MISFIT_SHARE: Final = 0.5
"""What is left of a confidence when the column's type cannot become the item's without loss."""


def propose_columns(
    items: Sequence[ItemWanted], found: Sequence[ColumnFound], same_name: Callable[[str], str] = lambda title: title
) -> Matching:
    """The likeliest column of each item, each column at most once, and the columns that no item was found for.

    `same_name` gives titles that mean the same one name. A column that cannot be gathered at all is not proposed.
    """
    titles = [_Item(item, same_name) for item in items]
    columns = [_Column(column, same_name) for column in found if column.data_type is not None]
    pairs = sorted(
        (
            (-proposal.confidence, not _same_letter(item.wanted, column.found), at_item, at_column, proposal)
            for at_item, item in enumerate(titles)
            for at_column, column in enumerate(columns)
            if (proposal := _judge(item, column))
        ),
        key=lambda pair: pair[:4],
    )
    taken: dict[str, ColumnProposal] = {}
    used: set[str] = set()
    for *_, proposal in pairs:
        if proposal.item not in taken and proposal.source not in used:
            taken[proposal.item] = proposal
            used.add(proposal.source)
    return Matching(
        columns=tuple(taken[item.column_name] for item in items if item.column_name in taken),
        unmatched=tuple(item.column_name for item in items if item.column_name not in taken),
        unused=tuple(column.name for column in found if column.name not in used),
    )


class _Item:
    """An item with all that its column may be called by."""

    def __init__(self, wanted: ItemWanted, same_name: Callable[[str], str]):
        self.wanted = wanted
        self.name = wanted.column_name.casefold()
        self.letters = _letters(wanted.column_name)
        self.title = _folded(wanted.title)
        self.one_name = same_name(wanted.title) if self.title else ""
        self.spelt, self.initials = _readings(wanted.title)


class _Column:
    """A column with what it is called and what its comment begins with."""

    def __init__(self, found: ColumnFound, same_name: Callable[[str], str]):
        self.found = found
        self.name = found.name.casefold()
        self.letters = _letters(found.name)
        # Columns named in Chinese are their own comment.
        words = _SEPARATORS.split(found.comment.strip(), maxsplit=1)[0] or found.name
        self.title = _folded(words)
        self.one_name = same_name(words)


def _judge(item: _Item, column: _Column) -> ColumnProposal | None:
    ground = next(_grounds(item, column), None)
    if ground is None:
        return None
    assert column.found.data_type is not None
    fits = find_misfit(column.found.data_type, item.wanted.data_type) is None
    confidence = ground.confidence if fits else round(ground.confidence * _MISFIT_SHARE, 2)
    return ColumnProposal(item.wanted.column_name, column.found.name, confidence, ground, fits)


def _grounds(item: _Item, column: _Column) -> Iterator[MatchGround]:
    """Why the two may be the same, the strongest reason first."""
    if column.name == item.name:
        yield MatchGround.NAME
    if item.title and column.title == item.title:
        yield MatchGround.TITLE
    if column.letters and column.letters == item.letters:
        yield MatchGround.LETTERS
    if item.one_name and column.one_name == item.one_name:
        yield MatchGround.SYNONYM
    if column.letters and column.letters == item.spelt:
        yield MatchGround.PINYIN
    if column.letters and column.letters == item.initials:
        yield MatchGround.INITIALS


def _same_letter(wanted: ItemWanted, found: ColumnFound) -> bool:
    return found.data_type is not None and found.data_type.letter is wanted.data_type.letter


def _folded(text: str) -> str:
    """A name without letter case, widths, spaces and signs."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold())


def _letters(name: str) -> str:
    """A column's name without signs and the short prefix by which tables group their columns."""
    words = [word for word in _SIGNS.split(unicodedata.normalize("NFKC", name).casefold()) if word]
    if len(words) > 1 and len(words[0]) <= _LONGEST_PREFIX:
        words = words[1:]
    return "".join(words)


def _readings(title: str) -> tuple[str, str]:
    """Full pinyin and initials of a Chinese title; empty for a single syllable, which says too little."""
    if title.isascii():
        return "", ""
    # Here and not above: the readings of phrases take a moment to load, and most processes never ask.
    from pypinyin import lazy_pinyin

    syllables = lazy_pinyin(_folded(title), errors="ignore")
    if len(syllables) < 2:
        return "", ""
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)
