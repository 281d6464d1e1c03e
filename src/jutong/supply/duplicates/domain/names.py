"""What a name has in common with other names for the same thing: synonyms folded, parts joined, pinyin spelt out.

Every name becomes a few keys; two names that share a key may mean the same, the more surely the stronger the key.
The words come from the rule pack, so this module knows the way of reading and not the language.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from hashlib import blake2b
from typing import Final


class KeyKind(IntEnum):
    """By what two names were found to be alike (线索)."""

    TITLE = 0  # 名称（含同义词）
    WHOLE = 1  # 拆分前的名称
    LETTERS = 2  # 拼音、字段名
    VALUES = 3  # 取值
    NEAR = 4  # 名称的主要部分

    @property
    def strength(self) -> float:
        """How far a shared key of this kind speaks for the same thing, 0 to 1."""
        return _STRENGTHS[self]


_STRENGTHS: Final = {
    KeyKind.TITLE: 1.0,
    KeyKind.WHOLE: 0.8,
    KeyKind.LETTERS: 0.75,
    KeyKind.VALUES: 0.9,
    KeyKind.NEAR: 0.65,
}

_SIGNS: Final = re.compile(r"[\s\W_]+")
_LETTERS: Final = re.compile(r"[a-z][a-z0-9]*")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_SHORTEST_LETTERS: Final = 3
"""Fewer letters stand for too many names: `xm` is 姓名, 项目, 性命."""

_SHORTEST_NEAR: Final = 4
"""What is left of a name without its first or last word still tells it from others from so many characters on."""

_REMARK: Final = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")


def hashed(text: str) -> int:
    """A text as a number of 63 bits, the same on every machine."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big") >> 1


def folded(text: str) -> str:
    """A name without letter case, widths, spaces and signs."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold())


def bigrams(text: str) -> frozenset[str]:
    """Every two neighbouring characters of a folded text; a single character stands alone."""
    return frozenset(text[i : i + 2] for i in range(len(text) - 1)) or frozenset({text} - {""})


def dice(one: Collection[str], other: Collection[str]) -> float:
    """How alike two sets are, 0 to 1."""
    return 2 * len(set(one) & set(other)) / (len(one) + len(other)) if one and other else 0.0


@dataclass(frozen=True, slots=True)
class NameKey:
    """One thing a name can be found by."""

    kind: KeyKind
    value: int


@dataclass(frozen=True)
class Lexicon:
    """The words of the rule pack: synonyms to their one name, suffixes of parts, and words that tell nothing apart.

    `parts_of` are suffixes of parts with what stands in their place in the whole: 登记年 is a part of 登记日期.
    """

    synonyms: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    parts_of: tuple[tuple[str, str], ...] = ()
    fillers: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        synonyms: Iterable[tuple[str, Sequence[str]]],
        parts: Iterable[str] = (),
        fillers: Iterable[str] = (),
        parts_of: Iterable[tuple[str, Sequence[str]]] = (),
    ) -> "Lexicon":
        """From names with their aliases; longer words go before shorter ones wherever they are looked for."""
        one_name = {folded(word): folded(name) for name, aliases in synonyms for word in (name, *aliases)}
        endings = tuple((folded(part), folded(whole)) for whole, aliases in parts_of for part in aliases)
        return cls(one_name, _longest_first(parts), endings, _longest_first(fillers))

    @cached_property
    def _inside(self) -> re.Pattern[str] | None:
        # One character is a name of its own only where nothing stands beside it.
        words = _longest_first(word for word in self.synonyms if len(word) > 1)
        return re.compile("|".join(map(re.escape, words))) if words else None

    @cached_property
    def _filler(self) -> re.Pattern[str] | None:
        return re.compile("|".join(map(re.escape, self.fillers))) if self.fillers else None

    def canonical(self, title: str) -> str:
        """The one name of all that mean the same by the list; what the list does not know stays as it is."""
        # What stands in brackets explains, as in 姓名（中文）, unless it names a part, as in 地址（市）.
        plain = folded(_REMARK.sub(lambda found: found[0] if folded(found[0]) in self.parts else "", title))
        plain = plain or folded(title)
        if plain in self.synonyms:
            return self.synonyms[plain]
        short = self._filler.sub("", plain) if self._filler else plain
        plain = short or plain
        if plain in self.synonyms:
            return self.synonyms[plain]
        if self._inside is None:
            return plain
        return self._inside.sub(lambda found: self.synonyms[found[0]], plain)

    def wholes_of(self, title: str) -> list[str]:
        """What a part's name may have been before the split: 注册地址（市） gives 注册地址, 登记年 gives 登记日期 too."""
        plain = folded(title)
        cut = [part for part in self.parts if plain.endswith(part) and len(plain) > len(part) + 1]
        wholes = [plain[: -len(part)] for part in cut[:1]]
        wholes += [
            plain.removesuffix(part) + whole
            for part, whole in self.parts_of
            if plain.endswith(part) and not plain.endswith(whole)
        ]
        return [self.canonical(whole) for whole in dict.fromkeys(wholes)]

    def item_keys(self, title: str, column: str) -> tuple[NameKey, ...]:
        """All keys of a data item by its title and the name of its column, each once at its strongest."""
        found: dict[int, KeyKind] = {}

        def add(kind: KeyKind, text: str) -> None:
            found.setdefault(hashed(text), kind)

        one_name = self.canonical(title)
        if _HAN.search(one_name):
            add(KeyKind.TITLE, f"t:{one_name}")
        # The whole's own name is such a key as well, so that parts meet it.
        for whole in self.wholes_of(title) or [one_name]:
            add(KeyKind.WHOLE, f"w:{whole}")
        # A word more at either end, such as 当前 or 填报, and another last word, such as 序号 for 编号, leave the rest.
        for rest in (one_name[:-2], one_name[2:]):
            if len(rest) >= _SHORTEST_NEAR and _HAN.search(rest):
                add(KeyKind.NEAR, f"w:{rest}")
        for text in _readings(folded(title), one_name):
            add(KeyKind.LETTERS, f"l:{text}")
        for name in (column, title):
            spelt = letters(name)
            if len(spelt) >= _SHORTEST_LETTERS:
                add(KeyKind.LETTERS, f"l:{spelt}")
        return tuple(NameKey(kind, value) for value, kind in found.items())

    def title_keys(self, title: str) -> tuple[int, ...]:
        """What a resource's title is compared by: its pairs of characters, synonyms folded and fillers left out."""
        one_name = self.canonical(title)
        return tuple(sorted({hashed(f"r:{pair}") for pair in bigrams(one_name)} | {hashed(f"n:{one_name}")}))


def letters(name: str) -> str:
    """A column's name as letters alone, without the prefixes by which tables number or group their columns."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    words = [word for word in re.split(r"[\W_]+", plain) if word]
    if len(words) > 1 and len(words[0]) <= 2:
        words = words[1:]
    joined = "".join(words)
    return joined if _LETTERS.fullmatch(joined) and not re.fullmatch(r"[a-z]{1,6}[0-9]+", joined) else ""


def _readings(*titles: str) -> set[str]:
    """Initials and full pinyin of Chinese names, as columns are often named."""
    found = set()
    for title in set(titles):
        if not _HAN.search(title):
            continue
        # Here and not above: the readings of phrases take a moment to load, and most processes never ask.
        from pypinyin import lazy_pinyin

        syllables = lazy_pinyin(title, errors="ignore")
        initials = "".join(syllable[0] for syllable in syllables if syllable)
        found |= {initials, "".join(syllables)}
    return {text for text in found if len(text) >= _SHORTEST_LETTERS}


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({folded(word) for word in words} - {""}, key=lambda word: (-len(word), word)))
