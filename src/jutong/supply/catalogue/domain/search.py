"""How text is cut for search. Pure."""

import unicodedata
from collections.abc import Iterable

from jutong.supply.catalogue.values import (
    Content,
)


def search_text(content: Content, code: str, provider_title: str) -> str:
    """All words by which an entry may be found, in the writing `fold` gives, one field a line."""
    parts: list[str] = [content.title, code, provider_title, content.provider_office, content.summary]
    parts += [item.title for item in content.items]
    parts += [item.column_name for item in content.items]
    parts += content.related_codes
    parts += content.extended.values()
    return "\n".join(fold(part) for part in parts if part)


def fold(text: str) -> str:
    """One writing for what people take for the same: full-width and letter case folded, blanks reduced."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def words_of(query: str) -> tuple[str, ...]:
    """The words a query asks for, all of which an entry must hold; at most eight are used."""
    return tuple(dict.fromkeys(fold(query).split()))[:8]


def bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters within each word of a text; how Chinese is found without a word list."""
    return frozenset(word[start : start + 2] for word in text.split() for start in range(len(word) - 1))


def like_pattern(word: str) -> str:
    """A LIKE pattern that finds a word anywhere, with LIKE's own signs made harmless."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def tsquery(words: Iterable[str]) -> str:
    """The tsquery that asks for every bigram of every word; empty when no word has two characters."""
    wanted = sorted({pair for word in words for pair in bigrams(word)})
    return " & ".join(_lexeme(pair) for pair in wanted)


def _lexeme(pair: str) -> str:
    escaped = pair.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
