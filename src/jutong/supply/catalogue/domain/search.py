"""How text is cut for search: into tokens of four bytes, and questions into words with their other forms. Pure."""

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jutong.kernel.codes.resource_code import ResourceCode, ResourceCodeError
from jutong.supply.catalogue.values import Content

MAX_WORDS: Final = 8
_LETTERS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"

# Where the tokens of no two characters lie: a high surrogate followed by what is no low one. Migration 0021 says the
# same in SQL, and a test holds both equal.
_RUNS_FROM: Final = -671_088_640
_FACETS_FROM: Final = -637_534_208

ENTRIES: Final = 0
"""The token under which the number of entries is kept beside the shares; two NULs, which no text holds."""


# --- What is indexed -------------------------------------------------------------------------------------------------


def search_text(content: Content, code: str, provider_title: str) -> str:
    """All words by which an entry may be found, in the writing `fold` gives, one field a line."""
    parts: list[str] = [content.title, code, provider_title, content.provider_office, content.summary]
    parts += [item.title for item in content.items]
    parts += [item.column_name for item in content.items]
    parts += content.related_codes
    parts += content.extended.values()
    parts += pinyin_lines(content.title)
    return "\n".join(fold(part) for part in parts if part)


def pinyin_lines(text: str) -> list[str]:
    """The pinyin of a text and its initials, each in one run: 社保 → `shebao`, `sb`. Empty where nothing is Chinese."""
    words = fold(text).replace(" ", "")
    if words.isascii():
        return []
    # Here and not above: the readings of phrases take a moment to load, and most processes never ask.
    from pypinyin import lazy_pinyin

    syllables = lazy_pinyin(words)
    initials = (syllable if syllable in words else syllable[:1] for syllable in syllables)
    return ["".join(syllables), "".join(initials)]


def fold(text: str) -> str:
    """One writing for what people take for the same: full-width and letter case folded, blanks reduced."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


# --- What is asked ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question: as it was typed, and every form that counts as it, the typed one first."""

    typed: str
    forms: tuple[str, ...]


def words_of(query: str, synonyms: Mapping[str, Sequence[str]] | None = None) -> tuple[Word, ...]:
    """The words a query asks for, all of which an entry must hold in one of their forms; at most eight are used.

    `synonyms` gives the other forms of a folded word.
    """
    typed = tuple(dict.fromkeys(fold(query).split()))[:MAX_WORDS]
    return tuple(Word(word, tuple(dict.fromkeys(_forms(word, synonyms or {})))) for word in typed)


def others_by_word(words: Iterable[str], groups: Iterable[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """For each folded word, the other words of the groups it stands in."""
    found: dict[str, dict[str, None]] = {}
    for group in groups:
        for word in words:
            if word in group:
                found.setdefault(word, {}).update(dict.fromkeys(other for other in group if other != word))
    return {word: tuple(others) for word, others in found.items()}


def _forms(word: str, synonyms: Mapping[str, Sequence[str]]) -> Iterator[str]:
    codes = tuple(_codes_in(word))
    if codes:
        # Between line ends it is the whole code of one resource: 303001/1 is not 303001/10.
        yield from (f"\n{code}\n" for code in codes)
        if "/" in word:
            return
    yield word
    yield from synonyms.get(word, ())


def _codes_in(word: str) -> Iterator[str]:
    """The resource codes a word may mean: `303001/000001`, or without the stroke wherever it may stand."""
    if "/" in word:
        try:
            yield str(ResourceCode.parse(word))
        except ResourceCodeError:
            return
    elif word.isascii() and word.isdigit() and word[0] in "123" and 7 <= len(word) <= 24:
        for end in range(6, len(word)):
            if 1 <= len(word[end:].lstrip("0")) <= 9:
                yield f"{word[:end]}/{int(word[end:])}"


def is_code(form: str) -> bool:
    """Whether a form is the whole code of one resource, and not a piece of text."""
    return form.startswith("\n")


def sort_code(form: str) -> str:
    """How the entry of a whole code is sorted, by which it is found: `303001/000000001`."""
    front, _, number = form.strip().partition("/")
    return f"{front}/{number:0>9}"


def tokens_of(form: str) -> tuple[int, ...]:
    """The tokens of a form, all of which stand in every text that holds it; none for a single character."""
    found: dict[int, None] = {}
    for part in form.split():
        for first, second, third in zip(part, part[1:], [*part[2:], ""], strict=False):
            if third and all(sign in _LETTERS for sign in (first, second, third)):
                found[run_token(first + second + third)] = None
            else:
                found[pair_token(first, second)] = None
    # What a run of three says, its pairs need not say again.
    return tuple(found)


def is_one_token(form: str) -> bool:
    """Whether its token alone proves the form: two characters of the basic plane."""
    return len(form) == 2 and all(ord(sign) < 0x10000 and not sign.isspace() for sign in form)


def pair_token(first: str, second: str) -> int:
    """Two neighbouring characters as one signed number of four bytes."""
    return _signed(_unit(first) << 16 | _unit(second))


def run_token(run: str) -> int:
    """Three neighbouring letters or digits."""
    first, second, third = (_LETTERS.index(sign) for sign in run)
    return _RUNS_FROM + 1296 * first + 36 * second + third


def facet_token(kind: str, value: str) -> int:
    """The value of a facet. Two values may share a token, so the value itself is compared too."""
    digest = hashlib.md5(f"{kind}:{value}".encode(), usedforsecurity=False).hexdigest()
    return _FACETS_FROM + int(digest[:6], 16)


def _unit(sign: str) -> int:
    # Characters past the basic plane fold into its private area; their words are looked up in the text as well.
    return ord(sign) if ord(sign) < 0x10000 else 0xE000 + ord(sign) % 6400


def _signed(number: int) -> int:
    return number - (1 << 32) if number >= 1 << 31 else number


def like_pattern(word: str) -> str:
    """A LIKE pattern that finds a word anywhere, with LIKE's own signs made harmless."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


# --- Why it was found ------------------------------------------------------------------------------------------------


def marked(text: str, words: Iterable[Word]) -> tuple[tuple[str, bool], ...]:
    """A text in pieces, each with whether it is one of the words asked for."""
    folded = text.casefold()
    if len(folded) != len(text):
        folded = text
    hit = bytearray(len(text))
    for form in (form for word in words for form in word.forms):
        start = folded.find(form) if len(form) > 1 else -1
        while start >= 0:
            hit[start : start + len(form)] = b"\x01" * len(form)
            start = folded.find(form, start + 1)
    pieces: list[tuple[str, bool]] = []
    begin = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or hit[end] != hit[begin]:
            pieces.append((text[begin:end], bool(hit[begin])))
            begin = end
    return tuple(pieces)


def holds(text: str, word: Word) -> bool:
    """Whether a text holds a word in one of its forms."""
    folded = fold(text)
    return any(form.strip("\n") in folded for form in word.forms)
