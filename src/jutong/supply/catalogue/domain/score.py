"""How fully an entry is described, beyond what it must hold, and what would make it better (our default). Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from jutong.kernel.text import N_
from jutong.supply.catalogue.values import Content, DataItem

GOOD_SUMMARY: Final = 30
"""From so many characters on a summary tells what is in the resource."""

_NAMED: Final = 6
"""So many items are named in one piece of advice."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that would make an entry better (完善建议): what to do, the field to do it in, and what it is worth.

    `text` is source text, to be translated; `items` are the titles of the data items concerned, some of them where
    they are many. `points` are those lost as it stands.
    """

    text: str
    field: str
    points: float
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completeness:
    """The score of an entry's metadata (元数据完整度), 0 to 100, with advice, the most useful first."""

    points: int
    advice: tuple[Advice, ...]


def _described(item: DataItem) -> bool:
    return bool(item.code_list or item.note)


def _described_share(content: Content) -> float:
    return sum(map(_described, content.items)) / len(content.items) if content.items else 1.0


def _not_described(content: Content) -> tuple[str, ...]:
    return tuple(item.title or item.column_name for item in content.items if not _described(item))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the score: its weight, how far it is done, the advice, its field, and the items it is about."""

    weight: int
    done: Callable[[Content], float]
    text: str
    field: str
    items: Callable[[Content], tuple[str, ...]] = lambda content: ()


_PARTS: Final[tuple[_Part, ...]] = (
    _Part(15, lambda c: float(bool(c.title.strip())), N_("填写数据资源名称。"), "title"),
    _Part(
        20,
        lambda c: min(len(c.summary.strip()) / GOOD_SUMMARY, 1.0),
        N_("把摘要写到30字以上，说明内容、范围和关键字段。"),
        "summary",
    ),
    _Part(
        10,
        lambda c: float(bool(c.provider_office.strip())),
        N_("填写提供方内设机构，便于使用部门联系。"),
        "provider_office",
    ),
    _Part(10, lambda c: float(bool(c.items) or bool(c.formats)), N_("填写资源格式和数据项。"), "formats"),
    _Part(
        10,
        lambda c: float(any(item.key for item in c.items) or not c.items),
        N_("标明主键，便于关联和去重。"),
        "items",
    ),
    _Part(15, _described_share, N_("为数据项补充代码集、值域或说明。"), "items", _not_described),
    _Part(
        10,
        lambda c: float(not c.items or any(item.identifier or item.sensitivity > 1 for item in c.items)),
        N_("核对数据项的标识类型和敏感级别。"),
        "items",
    ),
    _Part(10, lambda c: float(c.update_cycle is not None), N_("选择更新周期。"), "update_cycle"),
)


def completeness(content: Content) -> Completeness:
    """The score of an entry: the sum of its parts, rounded down, so that 100 means that nothing is left to do."""
    missing = [
        Advice(part.text, part.field, part.weight * (1 - min(part.done(content), 1.0)), part.items(content)[:_NAMED])
        for part in _PARTS
    ]
    lost = sorted((each for each in missing if each.points > 0), key=lambda each: -each.points)
    return Completeness(int(100 - sum(each.points for each in missing) + 1e-9), tuple(lost))
