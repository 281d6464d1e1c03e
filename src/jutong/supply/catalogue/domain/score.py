"""How fully an entry is described, beyond what it must hold, and what would make it better (our default). Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from jutong.kernel.text import N_
from jutong.supply.catalogue.values import Content

GOOD_SUMMARY: Final = 30
"""From so many characters on a summary tells what is in the resource."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """The score of an entry's metadata (元数据完整度), 0 to 100, with advice, the most useful first.

    Advice is source text, to be translated.
    """

    points: int
    advice: tuple[str, ...]


def _share(content: Content, has: Callable[..., bool]) -> float:
    """Which part of the items has something; all of it where there are none."""
    return sum(map(has, content.items)) / len(content.items) if content.items else 1.0


_PARTS: Final[tuple[tuple[int, Callable[[Content], float], str], ...]] = (
    (15, lambda c: float(bool(c.title.strip())), N_("填写数据资源名称。")),
    (
        20,
        lambda c: min(len(c.summary.strip()) / GOOD_SUMMARY, 1.0),
        N_("把摘要写到30字以上，说明内容、范围和关键字段。"),
    ),
    (10, lambda c: float(bool(c.provider_office.strip())), N_("填写提供方内设机构，便于使用部门联系。")),
    (10, lambda c: float(bool(c.items) or bool(c.formats)), N_("填写资源格式和数据项。")),
    (10, lambda c: float(any(item.key for item in c.items) or not c.items), N_("标明主键，便于关联和去重。")),
    (
        15,
        lambda c: _share(c, lambda item: bool(item.code_list or item.note)),
        N_("为数据项补充代码集、值域或说明。"),
    ),
    (
        10,
        lambda c: float(not c.items or any(item.identifier or item.sensitivity > 1 for item in c.items)),
        N_("核对数据项的标识类型和敏感级别。"),
    ),
    (10, lambda c: float(c.update_cycle is not None), N_("选择更新周期。")),
)


def completeness(content: Content) -> Completeness:
    """The score of an entry: the sum of its parts, rounded down, so that 100 means that nothing is left to do."""
    missing = [(weight * (1 - min(done(content), 1.0)), advice) for weight, done, advice in _PARTS]
    lost = sorted((each for each in missing if each[0] > 0), key=lambda each: -each[0])
    return Completeness(int(100 - sum(points for points, _ in missing) + 1e-9), tuple(advice for _, advice in lost))
