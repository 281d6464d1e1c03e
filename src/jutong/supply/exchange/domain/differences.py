"""How a source differs from what the catalogue promises, in kinds a person can answer to. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Final, Self

from jutong.kernel.text import N_
from jutong.supply.exchange.values import Difference, SourceDifferenceKind
from jutong.supply.mounting.values import ColumnFound, ColumnMap, TableFound

ALIKE_FROM: Final = 0.5
"""From which likeness of names on a new column of the same type counts as the one that is gone."""

WORDS: Final = {
    SourceDifferenceKind.TABLE_GONE: N_("来源中没有登记的表或文件，或账号无权读取。"),
    SourceDifferenceKind.GONE: N_("来源中没有列“{column}”（数据项“{item}”）。"),
    SourceDifferenceKind.RENAMED: N_("列“{column}”（数据项“{item}”）不在，可能已改名为“{after}”。"),
    SourceDifferenceKind.NARROWED: N_("列“{column}”的类型由 {before} 变窄为 {after}。"),
    SourceDifferenceKind.RETYPED: N_("列“{column}”的类型由 {before} 变为 {after}。"),
    SourceDifferenceKind.CODES: N_("列“{column}”的取值由“{before}”变为“{after}”。"),
    SourceDifferenceKind.KEY: N_("来源主键由“{before}”变为“{after}”。"),
    SourceDifferenceKind.NEW: N_("来源新增列“{column}”（{after}），目录中没有对应的数据项。"),
    SourceDifferenceKind.ITEM: N_("数据项“{item}”与对应关系不符，请核对目录和挂载。"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a source had when the contract was last found kept: types and values of its columns, and its key."""

    types: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "types": dict(self.types),
            "values": {name: list(known) for name, known in self.values.items()},
            "key": list(self.key),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        values = {name: tuple(known) for name, known in data.get("values", {}).items()}
        return cls(data.get("types", {}), values, tuple(data.get("key", ())))

    @classmethod
    def of(cls, found: TableFound) -> Self:
        return cls(
            {column.name: column.source_type for column in found.columns},
            {column.name: column.values for column in found.columns if column.values},
            found.key,
        )


def compare(
    faulty: Iterable[str], columns: Sequence[ColumnMap], found: TableFound | None, seen: Seen
) -> tuple[Difference, ...]:
    """What differs, the faults that stopped the run first. `faulty` names the data items that are at fault.

    What was never seen before counts as new only beside something that is gone: nobody has noted what was there.
    """
    if found is None:
        return (Difference(SourceDifferenceKind.TABLE_GONE),)
    mapped = {column.item: column for column in columns}
    taken = {column.source for column in columns}
    unknown = {column.name: column for column in found.columns if column.name not in taken | set(seen.types)}
    differences = []
    for item in faulty:
        column = mapped.get(item)
        if column is None:
            differences.append(Difference(SourceDifferenceKind.ITEM, item=item))
        elif (now := found.column(column.source)) is not None:
            differences.append(_retyped(column, now))
        elif (heir := _find_heir(column, unknown)) is not None:
            del unknown[heir.name]
            differences.append(_between(SourceDifferenceKind.RENAMED, column, heir))
        else:
            differences.append(Difference(SourceDifferenceKind.GONE, column.source, item, before=column.source_type))
    differences += _of_values(found, seen)
    if seen.key and seen.key != found.key:
        differences.append(
            Difference(SourceDifferenceKind.KEY, before="、".join(seen.key), after="、".join(found.key) or "—")
        )
    if seen.types:
        differences += [_new(column) for column in unknown.values()]
    return tuple(differences)


def _retyped(column: ColumnMap, now: ColumnFound) -> Difference:
    kind = (
        SourceDifferenceKind.NARROWED if narrower(column.source_type, now.source_type) else SourceDifferenceKind.RETYPED
    )
    return Difference(
        kind,
        column.source,
        column.item,
        before=column.source_type,
        after=now.source_type,
        data_type=str(now.data_type) if now.data_type else "",
    )


def _between(kind: SourceDifferenceKind, column: ColumnMap, now: ColumnFound) -> Difference:
    return Difference(
        kind,
        column.source,
        column.item,
        before=column.source,
        after=now.name,
        title=now.comment,
        data_type=str(now.data_type) if now.data_type else "",
    )


def _new(column: ColumnFound) -> Difference:
    return Difference(
        SourceDifferenceKind.NEW,
        column.name,
        after=column.source_type,
        title=column.comment,
        data_type=str(column.data_type) if column.data_type else "",
    )


def _of_values(found: TableFound, seen: Seen) -> list[Difference]:
    return [
        Difference(
            SourceDifferenceKind.CODES,
            column.name,
            before="、".join(seen.values[column.name])[:200],
            after="、".join(column.values)[:200],
        )
        for column in found.columns
        if column.name in seen.values and column.values and set(column.values) != set(seen.values[column.name])
    ]


def _find_heir(gone: ColumnMap, unknown: Mapping[str, ColumnFound]) -> ColumnFound | None:
    """The new column that is probably the one that is gone: of its type, and alike in name or the only one."""
    same = [column for column in unknown.values() if column.source_type == gone.source_type]
    if not same:
        return None
    likely = max(same, key=lambda column: alike(column.name, gone.source))
    return likely if len(same) == 1 or alike(likely.name, gone.source) >= ALIKE_FROM else None


def alike(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1, whatever the case of their letters."""
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


def narrower(before: str, after: str) -> bool:
    """Does a source's type hold less than before? `varchar(50)` → `varchar(20)`, `decimal(12,2)` → `decimal(10,2)`."""
    numbers = re.compile(r"\d+")
    if numbers.sub("#", before) != numbers.sub("#", after):
        return False
    pairs = list(zip(map(int, numbers.findall(before)), map(int, numbers.findall(after)), strict=True))
    return any(now < then for then, now in pairs)
