"""Our words for theirs (采集对照): what a foreign record becomes as an entry of the catalogue."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jutong.kernel.codes.sharing import ShareMethod, ShareType, UpdateCycle, UsePurpose
from jutong.supply.catalogue.values import Content, DataItem, FormatUnknown, Level, format_text, parse_format
from jutong.supply.harvest.domain.errors import BelongsToAnother
from jutong.supply.harvest.values import ForeignRecord, WordKind

NOTHING: Final = "-"
"""What the table says of a word that means nothing here: it is left out and not asked for again."""


def key_of(word: str) -> str:
    """How a foreign word is looked up: letter case, blanks and the end of an address's path do not count."""
    return " ".join(word.casefold().split()).rstrip("/")


@dataclass(frozen=True, slots=True)
class Table:
    """The table of words: ours by kind and key of theirs."""

    words: Mapping[tuple[WordKind, str], str]

    def find(self, kind: WordKind, theirs: Iterable[str]) -> str:
        """Ours for the first of their words that is known; nothing where none is.

        The last part of an address serves too: `…/frequency/DAILY` is `DAILY`.
        """
        tried = list(theirs)
        tried += [word.rstrip("/").rpartition("/")[2].rpartition("#")[2] for word in tried if "://" in word]
        return next((ours for word in tried if (ours := self.words.get((kind, key_of(word))))), "")


@dataclass(frozen=True, slots=True)
class Understood:
    """A record in our words, and the words that nobody has told us."""

    content: Content
    unknown: tuple[tuple[WordKind, str], ...]


def understand(record: ForeignRecord, table: Table, provider: str) -> Understood:
    """The entry that a record becomes, for the department whose feed it is.

    Raises BelongsToAnother.
    """
    unknown: list[tuple[WordKind, str]] = []

    def ours(kind: WordKind, theirs: tuple[str, ...]) -> str:
        found = table.find(kind, theirs) if theirs else ""
        if theirs and not found:
            unknown.append((kind, theirs[0]))
        return "" if found == NOTHING else found

    owner = ours(WordKind.ORGANISATION, record.organisations)
    if owner and owner != provider:
        raise BelongsToAnother(theirs=record.organisations[0], uscc=owner)
    own = record.own
    licence = ours(WordKind.LICENCE, record.licences)
    is_open = own.get("open", record.open)
    # What a portal gives away under a licence that we know as open is open.
    is_open = bool(licence) if is_open is None else bool(is_open)
    cycle = ours(WordKind.FREQUENCY, record.frequencies)
    content = Content(
        title=record.title,
        provider_uscc=provider,
        classification=_classification(record, table, unknown),
        provider_office=str(own.get("provider_office", "")),
        summary=record.summary,
        formats=_formats(record, table, unknown),
        items=tuple(
            DataItem(title=item.title, column_name=item.column_name, data_type=item.data_type, note=item.note)
            for item in record.items
        ),
        open=is_open,
        open_condition=str(own.get("open_condition", "")) or (licence if is_open else ""),
        update_cycle=UpdateCycle(int(cycle)) if cycle else None,
        **_own_elements(own),
    )
    return Understood(content, tuple(dict.fromkeys(unknown)))


def _classification(record: ForeignRecord, table: Table, unknown: list[tuple[WordKind, str]]) -> str:
    """The class of the first theme that we have a word for; the department's own section where there is none."""
    for theme in record.themes:
        found = table.find(WordKind.THEME, theme)
        if found and found != NOTHING:
            return found
    coded = str(record.own.get("classification", ""))
    if coded:
        return coded
    unknown += [(WordKind.THEME, theme[0]) for theme in record.themes if not table.find(WordKind.THEME, theme)]
    return ""


def _formats(record: ForeignRecord, table: Table, unknown: list[tuple[WordKind, str]]) -> tuple[str, ...]:
    if own := record.own.get("formats"):
        return tuple(text for text in own if isinstance(text, str))
    found = []
    for words in record.formats:
        ours = table.find(WordKind.FORMAT, words) or _known_format(words)
        if ours and ours != NOTHING:
            found.append(ours)
        elif not ours:
            unknown.append((WordKind.FORMAT, words[0]))
    return tuple(dict.fromkeys(found))


def _known_format(words: tuple[str, ...]) -> str:
    for word in words:
        # `group:name` is a writing of ours; from outside it would let a media type pass for a format.
        if ":" not in word:
            try:
                return format_text(parse_format(word.lstrip(".")))
            except FormatUnknown:
                continue
    return ""


def _own_elements(own: Mapping[str, Any]) -> dict[str, Any]:
    """What a catalogue of our own kind says under its own names; what does not fit is left to the steward."""
    elements: dict[str, Any] = {
        "sharing_condition": str(own.get("sharing_condition", "")),
        "sharing_scope": str(own.get("sharing_scope", "")),
        "use_purposes": tuple(each for each in UsePurpose if each.label in own.get("use_purposes", ())),
    }
    if own.get("sharing_type") in {kind.value for kind in ShareType}:
        elements["sharing_type"] = ShareType(own["sharing_type"])
    if methods := tuple(each for each in ShareMethod if each.label in own.get("sharing_methods", ())):
        elements["sharing_methods"] = methods
    if levels := [each for each in Level if each.label == own.get("level")]:
        elements["level"] = levels[0]
    return elements
