"""What other rooms may hold of duplicates and negotiations: frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jutong.kernel.text import N_


@dataclass(frozen=True, slots=True)
class Overlap:
    """A published resource of another department that a draft may collect again (可能重复采集), and by what.

    `likeness` compares all words, 0 to 1; `items` are pairs of titles of data items that mean the same.
    """

    code: str
    title: str
    provider_uscc: str
    likeness: float
    items: tuple[tuple[str, str], ...]


class Judgement(StrEnum):
    """What was decided about two resources that look like the same data (认定结果)."""

    OPEN = "open"  # 待认定
    DUPLICATE = "duplicate"  # 重复采集
    RELATED = "related"  # 相关但不重复
    DIFFERENT = "different"  # 不是重复

    @property
    def label(self) -> str:
        return _JUDGEMENT_LABELS[self]


_JUDGEMENT_LABELS = {
    Judgement.OPEN: N_("待认定"),
    Judgement.DUPLICATE: N_("重复采集"),
    Judgement.RELATED: N_("相关但不重复"),
    Judgement.DIFFERENT: N_("不是重复"),
}


class SearchState(StrEnum):
    """Where a search for duplicates stands (查找状态)."""

    RUNNING = "running"  # 查找中
    DONE = "done"  # 已完成
    FAILED = "failed"  # 未完成

    @property
    def label(self) -> str:
        return _SEARCH_LABELS[self]


_SEARCH_LABELS = {
    SearchState.RUNNING: N_("查找中"),
    SearchState.DONE: N_("已完成"),
    SearchState.FAILED: N_("未完成"),
}


class NegotiationState(StrEnum):
    """Where the negotiation of a source stands (协商状态)."""

    STATING = "stating"  # 各部门陈述中
    DECIDING = "deciding"  # 待明确数源
    SETTLED = "settled"  # 已明确数源
    DROPPED = "dropped"  # 已终止

    @property
    def label(self) -> str:
        return _NEGOTIATION_LABELS[self]

    @property
    def open(self) -> bool:
        return self in (NegotiationState.STATING, NegotiationState.DECIDING)


_NEGOTIATION_LABELS = {
    NegotiationState.STATING: N_("各部门陈述中"),
    NegotiationState.DECIDING: N_("待明确数源"),
    NegotiationState.SETTLED: N_("已明确数源"),
    NegotiationState.DROPPED: N_("已终止"),
}


class Standing(StrEnum):
    """What a resource is in its negotiation (数源地位)."""

    OPEN = "open"  # 未明确
    SOURCE = "source"  # 数源
    CHECKER = "checker"  # 非数源，用于多源校核

    @property
    def label(self) -> str:
        return _STANDING_LABELS[self]


_STANDING_LABELS = {
    Standing.OPEN: N_("未明确"),
    Standing.SOURCE: N_("数源（第一采集部门）"),
    Standing.CHECKER: N_("非数源（用于多源校核）"),
}


@dataclass(frozen=True, slots=True)
class SourceRuling:
    """Which resource is the source of the data that this one holds too (数源认定)."""

    resource_code: str
    source_code: str
    source_uscc: str
    case_no: str
    settled_at: datetime

    @property
    def standing(self) -> Standing:
        return Standing.SOURCE if self.resource_code == self.source_code else Standing.CHECKER
