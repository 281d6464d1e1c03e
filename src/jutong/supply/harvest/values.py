"""What others may hold of harvesting: kinds, states, and a foreign record before it is understood."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final, Self

from jutong.kernel.egress import Permitted
from jutong.kernel.text import N_

Permits = Callable[[str], Iterable[Permitted]]
"""The addresses that an organisation may have the platform call."""


class FeedKind(StrEnum):
    """How an outside catalogue is asked (来源类型)."""

    CKAN = "ckan"
    UDATA = "udata"
    DCAT = "dcat"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS: Final = {
    FeedKind.CKAN: N_("CKAN 接口"),
    FeedKind.UDATA: N_("udata 接口"),
    FeedKind.DCAT: N_("DCAT 目录文件"),
}


class Schedule(StrEnum):
    """How often a feed is harvested by itself (采集计划)."""

    OFF = "off"  # 不定时采集
    DAILY = "daily"  # 每日
    WEEKLY = "weekly"  # 每周
    MONTHLY = "monthly"  # 每月

    @property
    def label(self) -> str:
        return _SCHEDULE_LABELS[self]


_SCHEDULE_LABELS: Final = {
    Schedule.OFF: N_("不定时采集"),
    Schedule.DAILY: N_("每日"),
    Schedule.WEEKLY: N_("每周"),
    Schedule.MONTHLY: N_("每月"),
}


class HarvestState(StrEnum):
    """Where a harvest stands (采集状态)."""

    QUEUED = "queued"  # 排队中
    READING = "reading"  # 读取中
    READY = "ready"  # 待确认
    WRITING = "writing"  # 写入中
    DONE = "done"  # 已完成
    FAILED = "failed"  # 未成功
    STOPPED = "stopped"  # 已停止
    DISCARDED = "discarded"  # 已放弃

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]

    @property
    def running(self) -> bool:
        """Is a worker at it, or about to be?"""
        return self in RUNNING_STATES


RUNNING_STATES: Final = frozenset({HarvestState.QUEUED, HarvestState.READING, HarvestState.WRITING})
_STATE_LABELS: Final = {
    HarvestState.QUEUED: N_("排队中"),
    HarvestState.READING: N_("读取中"),
    HarvestState.READY: N_("待确认"),
    HarvestState.WRITING: N_("写入中"),
    HarvestState.DONE: N_("已完成"),
    HarvestState.FAILED: N_("未成功"),
    HarvestState.STOPPED: N_("已停止"),
    HarvestState.DISCARDED: N_("已放弃"),
}


class HarvestVerdict(StrEnum):
    """What a harvest would do, or did, with a record (采集结果)."""

    NEW = "new"  # 新增
    CHANGED = "changed"  # 变更
    SAME = "same"  # 相同
    GONE = "gone"  # 来源已撤
    LEFT = "left"  # 不再采集
    REFUSED = "refused"  # 不采用

    @property
    def label(self) -> str:
        return _VERDICT_LABELS[self]


_VERDICT_LABELS: Final = {
    HarvestVerdict.NEW: N_("新增"),
    HarvestVerdict.CHANGED: N_("变更"),
    HarvestVerdict.SAME: N_("相同"),
    HarvestVerdict.GONE: N_("来源已撤"),
    HarvestVerdict.LEFT: N_("不再采集"),
    HarvestVerdict.REFUSED: N_("不采用"),
}


class WordKind(StrEnum):
    """Of what foreign words speak (对照类别)."""

    ORGANISATION = "organisation"  # 单位
    THEME = "theme"  # 主题分类
    LICENCE = "licence"  # 许可协议
    FORMAT = "format"  # 格式
    FREQUENCY = "frequency"  # 更新周期

    @property
    def label(self) -> str:
        return _WORD_LABELS[self]


_WORD_LABELS: Final = {
    WordKind.ORGANISATION: N_("单位"),
    WordKind.THEME: N_("主题分类"),
    WordKind.LICENCE: N_("许可协议"),
    WordKind.FORMAT: N_("格式"),
    WordKind.FREQUENCY: N_("更新周期"),
}


@dataclass(frozen=True, slots=True)
class ForeignItem:
    """A column that a foreign record describes."""

    title: str
    column_name: str
    data_type: str = ""
    note: str = ""

    def to_json(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> Self:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class ForeignRecord:
    """An entry of an outside catalogue as it was told, before its words are turned into ours (来源记录).

    `organisations`, `themes`, `licences`, `formats` and `frequencies` are all the words by which one and the same thing
    is called there: names, short names, identifiers, addresses. `own` is what a catalogue of our own kind says under
    names of ours, such as the sharing type; empty for others.
    """

    foreign_id: str
    title: str
    summary: str = ""
    organisations: tuple[str, ...] = ()
    themes: tuple[tuple[str, ...], ...] = ()
    licences: tuple[str, ...] = ()
    open: bool | None = None
    formats: tuple[tuple[str, ...], ...] = ()
    frequencies: tuple[str, ...] = ()
    items: tuple[ForeignItem, ...] = ()
    own: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            foreign_id=data["foreign_id"],
            title=data["title"],
            summary=data["summary"],
            organisations=tuple(data["organisations"]),
            themes=tuple(tuple(words) for words in data["themes"]),
            licences=tuple(data["licences"]),
            open=data["open"],
            formats=tuple(tuple(words) for words in data["formats"]),
            frequencies=tuple(data["frequencies"]),
            items=tuple(ForeignItem.from_json(item) for item in data["items"]),
            own=dict(data["own"]),
        )
