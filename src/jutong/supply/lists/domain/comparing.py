"""What changed from one edition of a list to another."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jutong.kernel.text import N_

Content = Mapping[str, Any]


class Change(StrEnum):
    """How an entry differs (版本差异)."""

    ADDED = "added"  # 新增
    CHANGED = "changed"  # 变更
    REMOVED = "removed"  # 移出

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {Change.ADDED: N_("新增"), Change.CHANGED: N_("变更"), Change.REMOVED: N_("移出")}


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that differs; `before` and `after` hold the cells in which it does."""

    entry_no: str
    title: str
    change: Change
    before: Content
    after: Content


def compare(before: Mapping[str, Content], after: Mapping[str, Content]) -> list[Difference]:
    """The entries by number in which two editions differ, in the order of their numbers."""
    found = []
    for number in sorted(before.keys() | after.keys()):
        old, new = before.get(number), after.get(number)
        if old is None and new is not None:
            found.append(Difference(number, str(new.get("title", "")), Change.ADDED, {}, new))
        elif new is None and old is not None:
            found.append(Difference(number, str(old.get("title", "")), Change.REMOVED, old, {}))
        elif old is not None and new is not None and old != new:
            names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
            found.append(
                Difference(
                    number,
                    str(new.get("title", "")),
                    Change.CHANGED,
                    {name: old.get(name, "") for name in names},
                    {name: new.get(name, "") for name in names},
                )
            )
    return found
