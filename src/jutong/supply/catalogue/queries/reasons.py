"""Why a resource was found: where besides title and summary the words stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models

MOST_REASONS: Final = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """A place (`provider`, `office`, `code`, `item`, `column`, `related`, `pinyin`) and the text that stands there."""

    place: str
    text: str


def reasons(rows: Sequence[models.Resource], words: Sequence[domain.Word]) -> dict[int, tuple[Reason, ...]]:
    """For the resources whose title and summary do not hold every word, where the others stand."""
    missing = {}
    for row in rows:
        left = [
            word for word in words if not domain.stands_in(row.title, word) and not domain.stands_in(row.summary, word)
        ]
        if left:
            missing[row.pk] = left
    if not missing:
        return {}
    items: dict[int, list[tuple[str, str]]] = {}
    found = models.DataItem.objects.filter(resource__in=missing).order_by("resource", "position")
    for pk, title, column in found.values_list("resource_id", "title", "column_name"):
        items.setdefault(pk, []).append((title, column))
    providers = organisations.titles({row.provider_uscc for row in rows if row.pk in missing})
    return {
        row.pk: _reasons_of(row, missing[row.pk], items.get(row.pk, []), providers.get(row.provider_uscc, ""))
        for row in rows
        if row.pk in missing
    }


def _reasons_of(
    row: models.Resource, words: Sequence[domain.Word], items: Sequence[tuple[str, str]], provider: str
) -> tuple[Reason, ...]:
    places = [
        Reason("code", row.code),
        Reason("provider", provider),
        Reason("office", row.provider_office),
        *(Reason("item", title) for title, _ in items),
        *(Reason("column", column) for _, column in items),
        *(Reason("related", code) for code in row.related_codes),
        *(Reason("pinyin", line) for line in domain.pinyin_lines(row.title)),
    ]
    found: list[Reason] = []
    for word in words:
        # The first place a word stands in is enough, but all items that hold it are told.
        held = [reason for reason in places if domain.stands_in(reason.text, word)]
        found += [reason for reason in held if reason.place == held[0].place and reason not in found]
    return tuple(found[:MOST_REASONS])
