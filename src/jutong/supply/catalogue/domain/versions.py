"""How two versions of an entry differ, element by element and item by item. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from jutong.kernel.text import N_
from jutong.supply.catalogue.values import Content, DataItem


class DifferenceKind(StrEnum):
    """What became of a part of an entry (差异种类)."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS: Final = {
    DifferenceKind.ADDED: N_("新增"),
    DifferenceKind.CHANGED: N_("修改"),
    DifferenceKind.REMOVED: N_("删除"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference (差异): the element, the part of it that differs, and what it said before and after.

    `part` names a data item by its title, a basis by its own, an extended element by its name; it is empty where the
    whole element is meant. `detail` is the property of an item that differs. `before` and `after` are plain JSON.
    """

    element: str
    kind: DifferenceKind
    part: str = ""
    detail: str = ""
    before: Any = None
    after: Any = None


COMPARED: Final = (
    "title", "provider_uscc", "provider_office", "summary", "formats", "sharing_type", "use_purposes",
    "sharing_condition", "sharing_scope", "legal_bases", "sharing_methods", "open", "open_condition", "update_cycle",
)  # fmt: skip
"""Elements that two resources are compared by; their items stand in a list of their own."""


class MatchKind(StrEnum):
    """By what an item of one entry was found in the other (对应依据); the surest first."""

    COLUMN = "column"
    TITLE = "title"
    MEANING = "meaning"
    NONE = "none"

    @property
    def label(self) -> str:
        return _MATCH_LABELS[self]


_MATCH_LABELS: Final = {
    MatchKind.COLUMN: N_("字段名相同"),
    MatchKind.TITLE: N_("名称相同"),
    MatchKind.MEANING: N_("同义"),
    MatchKind.NONE: N_("无对应"),
}


@dataclass(frozen=True, slots=True)
class ItemMatch:
    """An item of one entry and the item of the other that means the same, or nothing (数据项对应).

    `differing` names the properties in which they differ, column and title apart from a match of meaning included.
    """

    one: DataItem | None
    other: DataItem | None
    kind: MatchKind
    differing: tuple[str, ...] = ()


def matched_items(
    one: Content, other: Content, same_name: Callable[[str], str] = lambda title: title
) -> list[ItemMatch]:
    """Every item of two entries, each with its like in the other; what differs stands first, then what only one has.

    Items are matched by column in any letter case, then by title, then by what `same_name` gives for their titles:
    the one name of all words that mean the same. Each item is matched once.
    """
    left, right = list(one.items), list(other.items)
    found: list[ItemMatch] = []
    ways: tuple[tuple[MatchKind, Callable[[DataItem], str]], ...] = (
        (MatchKind.COLUMN, lambda item: item.column_name.casefold()),
        (MatchKind.TITLE, lambda item: item.title.strip()),
        (MatchKind.MEANING, lambda item: same_name(item.title)),
    )
    for kind, key in ways:
        waiting: dict[str, list[DataItem]] = {}
        for item in right:
            waiting.setdefault(key(item), []).append(item)
        for item in list(left):
            alike = waiting.get(key(item)) if key(item) else None
            if alike:
                like = alike.pop(0)
                left.remove(item)
                right.remove(like)
                found.append(ItemMatch(item, like, kind, _differing(item, like)))
    order = {item.column_name: place for place, item in enumerate(one.items)}
    found.sort(key=lambda match: (not match.differing, order[match.one.column_name] if match.one else 0))
    alone = [ItemMatch(item, None, MatchKind.NONE) for item in left]
    return [*found, *alone, *(ItemMatch(None, item, MatchKind.NONE) for item in right)]


def _differing(one: DataItem, other: DataItem) -> tuple[str, ...]:
    was, now = one.to_json(), other.to_json()
    return tuple(name for name in was if was[name] != now.get(name))


def differences(before: Content, after: Content) -> tuple[str, ...]:
    """Names of the elements in which two versions differ, in the order of the elements."""
    old, new = before.to_json(), after.to_json()
    return tuple(name for name in {**new, **old} if old.get(name) != new.get(name))


def compare(before: Content, after: Content) -> tuple[Difference, ...]:
    """Every difference between two versions, in the order of the elements.

    Data items are matched by column, then by title: an item whose column was renamed has changed, not gone.
    """
    return tuple(difference for name in differences(before, after) for difference in _in_element(name, before, after))


def _in_element(name: str, before: Content, after: Content) -> Iterator[Difference]:
    if name == "items":
        yield from _items(before, after)
    elif name == "legal_bases":
        yield from _parts(name, _keyed_bases(before), _keyed_bases(after))
    elif name == "extended":
        yield from _parts(name, before.extended, after.extended)
    elif name == "controlled_parameters":
        yield from _parts(name, _keyed_parameters(before), _keyed_parameters(after))
    else:
        old, new = before.to_json().get(name), after.to_json().get(name)
        yield Difference(name, _kind(old, new), before=old, after=new)


def _kind(old: Any, new: Any) -> DifferenceKind:
    if old in (None, "", [], {}):
        return DifferenceKind.ADDED
    return DifferenceKind.REMOVED if new in (None, "", [], {}) else DifferenceKind.CHANGED


def _parts(element: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for part in {**old, **new}:
        if old.get(part) != new.get(part):
            yield Difference(
                element, _kind(old.get(part), new.get(part)), part, before=old.get(part), after=new.get(part)
            )


def _keyed_bases(content: Content) -> dict[str, Any]:
    return {f"{basis.title} {basis.article}".strip(): basis.to_json() for basis in content.legal_bases}


def _keyed_parameters(content: Content) -> dict[str, Any]:
    return {parameter.column: parameter.required for parameter in content.controlled_parameters}


def _items(before: Content, after: Content) -> Iterator[Difference]:
    unmatched = {item.column_name.casefold(): item for item in before.items}
    by_title = {item.title: item.column_name.casefold() for item in before.items}
    taken = {item.column_name.casefold() for item in after.items}
    kept: list[str] = []
    for item in after.items:
        key = item.column_name.casefold()
        if key not in unmatched and by_title.get(item.title, "") not in taken:
            key = by_title.get(item.title, key)
        old = unmatched.pop(key, None)
        if old is None:
            yield Difference("items", DifferenceKind.ADDED, item.title, after=item.to_json())
            continue
        kept.append(old.column_name)
        was, now = old.to_json(), item.to_json()
        for detail in {**was, **now}:
            if was.get(detail) != now.get(detail):
                yield Difference("items", DifferenceKind.CHANGED, item.title, detail, was.get(detail), now.get(detail))
    for gone in unmatched.values():
        yield Difference("items", DifferenceKind.REMOVED, gone.title, before=gone.to_json())
    if kept != [item.column_name for item in before.items if item.column_name in kept]:
        yield Difference("items", DifferenceKind.CHANGED, detail="order")
