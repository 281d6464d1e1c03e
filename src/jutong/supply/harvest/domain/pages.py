"""Pages of CKAN and udata as they answer: records one by one, and where the next page is."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from jutong.kernel.errors import JutongError
from jutong.supply.harvest.domain import addresses, texts
from jutong.supply.harvest.domain.errors import (
    AnswerEmpty,
    AnswerIsHtml,
    AnswerNotPage,
    AnswerTooDeep,
    AnswerUnreadable,
    FeedSaysError,
    RecordFault,
    RecordNotObject,
    kept,
)
from jutong.supply.harvest.values import FeedKind, ForeignRecord

PAGE_RECORDS_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Met:
    """A place in a page: the record that stands there, or why there is none, as a kept error.

    `title` is what can be shown of it.
    """

    foreign_id: str
    title: str
    record: ForeignRecord | None = None
    fault: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "foreign_id": self.foreign_id,
            "title": self.title,
            "record": self.record.to_json() if self.record else None,
            "fault": self.fault,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        record = ForeignRecord.from_json(data["record"]) if data["record"] else None
        return cls(data["foreign_id"], data["title"], record, data["fault"])


@dataclass(frozen=True, slots=True)
class Page:
    """A page: what it holds, where the next one is (nothing at the end), and how many records the feed claims."""

    met: tuple[Met, ...]
    next_address: str = ""
    claimed: int | None = None


def read_page(kind: FeedKind, content: bytes, address: str) -> Page:
    """A page of a portal that answers in JSON.

    Raises AnswerEmpty, AnswerIsHtml, AnswerUnreadable, AnswerTooDeep, FeedSaysError, AnswerNotPage, NextPageElsewhere.
    """
    found = parse_json(content)
    return _ckan_page(found, address) if kind is FeedKind.CKAN else _udata_page(found, address)


def parse_json(content: bytes) -> Any:
    """Raises AnswerEmpty, AnswerIsHtml, AnswerUnreadable, AnswerTooDeep."""
    refuse_html(content)
    try:
        return json.loads(content, parse_constant=_no_constant)
    except RecursionError:
        raise AnswerTooDeep from None
    except (ValueError, UnicodeError):
        raise AnswerUnreadable(form="JSON") from None


def refuse_html(content: bytes) -> None:
    """Raises AnswerEmpty, AnswerIsHtml."""
    start = content[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        raise AnswerEmpty
    if start.startswith((b"<!doctype html", b"<html")) or (start.startswith(b"<") and b"<html" in start):
        raise AnswerIsHtml


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _ckan_page(found: Any, address: str) -> Page:
    if isinstance(found, dict) and found.get("success") is False:
        raise FeedSaysError
    result = _object(found.get("result")) if isinstance(found, dict) else {}
    rows = result.get("results")
    if not isinstance(rows, list) or len(rows) > PAGE_RECORDS_MAX:
        raise AnswerNotPage(kind=FeedKind.CKAN)
    claimed = _count(result.get("count"))
    start, asked = addresses.number_in(address, "start"), addresses.number_in(address, "rows")
    # The count is not trusted to end the harvest: a full page may always be followed by another.
    more = bool(rows) and (len(rows) >= asked or start + len(rows) < (claimed or 0))
    following = addresses.advanced(address, start=start + len(rows)) if more else ""
    return Page(_met(rows, _ckan_record, "id", start), following, claimed)


def _udata_page(found: Any, address: str) -> Page:
    rows = found.get("data") if isinstance(found, dict) else None
    if not isinstance(rows, list) or len(rows) > PAGE_RECORDS_MAX:
        raise AnswerNotPage(kind=FeedKind.UDATA)
    named = found.get("next_page")
    following = addresses.next_page(named, seen_from=address) if isinstance(named, str) and named and rows else ""
    before = (max(addresses.number_in(address, "page"), 1) - 1) * addresses.number_in(address, "page_size")
    return Page(_met(rows, _udata_record, "id", before), following, _count(found.get("total")))


def _count(value: Any) -> int | None:
    known = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
    return value if known else None


def _met(rows: list[Any], read: Callable[[dict[str, Any]], ForeignRecord], key: str, before: int) -> tuple[Met, ...]:
    return tuple(meet(row, read, key, before + number) for number, row in enumerate(rows, start=1))


def meet(row: Any, read: Callable[[dict[str, Any]], ForeignRecord], key: str, position: int) -> Met:
    """One place of a page, read; a fault of one record is no fault of the page."""
    if not isinstance(row, dict):
        return Met("", "", fault=kept(RecordNotObject(position=position)))
    shown_id = texts.beginning(row.get(key), texts.MAX_IDENTIFIER)
    shown = texts.beginning(row.get("title"))
    try:
        record = read(row)
    except RecordFault as fault:
        return Met(shown_id, shown, fault=kept(fault))
    except (JutongError, RecursionError):
        return Met(shown_id, shown, fault=kept(RecordNotObject(position=position)))
    return Met(record.foreign_id, record.title, record)


# --- CKAN ------------------------------------------------------------------------------------------------------------

_FREQUENCY_KEYS: Final = (
    "frequency",
    "accrual_periodicity",
    "update_frequency",
    "updatefrequency",
    "更新频率",
    "更新周期",
)


def _ckan_record(row: dict[str, Any]) -> ForeignRecord:
    organisation = _object(row.get("organization"))
    extras = {
        str(each.get("key", "")).casefold(): each.get("value")
        for each in _objects(row.get("extras"))[: texts.MAX_WORDS]
    }
    return ForeignRecord(
        foreign_id=texts.identifier_of(row.get("id")),
        title=texts.title_of(row.get("title") or row.get("name")),
        summary=texts.summary_of(row.get("notes")),
        organisations=texts.words_of(*(organisation.get(name) for name in ("title", "name", "id"))),
        themes=tuple(
            words
            for group in (_objects(row.get("groups")) + _objects(row.get("tags")))[: texts.MAX_WORDS]
            if (words := texts.words_of(group.get("title"), group.get("display_name"), group.get("name")))
        ),
        licences=texts.words_of(row.get("license_title"), row.get("license_id"), row.get("license_url")),
        open=row["isopen"] if isinstance(row.get("isopen"), bool) else None,
        formats=_formats(row.get("resources"), "format", "mimetype"),
        frequencies=texts.words_of(*(row.get(key) or extras.get(key) for key in _FREQUENCY_KEYS)),
    )


# --- udata -----------------------------------------------------------------------------------------------------------


def _udata_record(row: dict[str, Any]) -> ForeignRecord:
    organisation = _object(row.get("organization"))
    tags = row["tags"] if isinstance(row.get("tags"), list) else []
    return ForeignRecord(
        foreign_id=texts.identifier_of(row.get("id")),
        title=texts.title_of(row.get("title")),
        summary=texts.summary_of(row.get("description")),
        organisations=texts.words_of(*(organisation.get(name) for name in ("name", "acronym", "slug", "id"))),
        themes=tuple(
            words
            for tag in (tags if isinstance(tags, list) else [])[: texts.MAX_WORDS]
            if (words := texts.words_of(tag))
        ),
        licences=texts.words_of(row.get("license")),
        open=None,
        formats=_formats(row.get("resources"), "format", "mime"),
        frequencies=texts.words_of(row.get("frequency")),
    )


def _formats(resources: Any, *names: str) -> tuple[tuple[str, ...], ...]:
    found = (texts.words_of(*(each.get(name) for name in names)) for each in _objects(resources)[: texts.MAX_WORDS])
    return tuple(dict.fromkeys(words for words in found if words))


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
