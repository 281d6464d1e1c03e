"""What others may hold of catalogue files: formats, states, and the entries and faults that a file was read into."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final, Self

from jutong.kernel.text import N_
from jutong.supply.catalogue.values import Content


class SheetFormat(StrEnum):
    """The kinds of files a catalogue comes in (目录文件格式)."""

    XLSX = "xlsx"
    XLS = "xls"
    ET = "et"  # WPS 表格
    CSV = "csv"
    JSON = "json"

    @property
    def written(self) -> bool:
        """Does the platform write it? The older binary formats are only read."""
        return self not in (SheetFormat.XLS, SheetFormat.ET)


class ImportState(StrEnum):
    """Where an import stands (导入状态)."""

    READING = "reading"  # 读取中
    FAULTY = "faulty"  # 有错误
    READY = "ready"  # 待确认
    WRITING = "writing"  # 写入中
    DONE = "done"  # 已导入
    FAILED = "failed"  # 未成功
    DISCARDED = "discarded"  # 已放弃

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]

    @property
    def running(self) -> bool:
        """Is the worker at it, or about to be?"""
        return self in (ImportState.READING, ImportState.WRITING)


_STATE_LABELS: Final = {
    ImportState.READING: N_("读取中"),
    ImportState.FAULTY: N_("有错误"),
    ImportState.READY: N_("待确认"),
    ImportState.WRITING: N_("写入中"),
    ImportState.DONE: N_("已导入"),
    ImportState.FAILED: N_("未成功"),
    ImportState.DISCARDED: N_("已放弃"),
}


class EntryVerdict(StrEnum):
    """What an import would do with an entry (导入比对结果)."""

    NEW = "new"  # 新增
    CHANGED = "changed"  # 变更
    SAME = "same"  # 相同
    FAULTY = "faulty"  # 有错误

    @property
    def label(self) -> str:
        return _VERDICT_LABELS[self]


_VERDICT_LABELS: Final = {
    EntryVerdict.NEW: N_("新增"),
    EntryVerdict.CHANGED: N_("变更"),
    EntryVerdict.SAME: N_("相同"),
    EntryVerdict.FAULTY: N_("有错误"),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file: the sheet and the cell address (单元格), or in JSON the path."""

    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file cannot be taken as it is (错误): where, what for, what to do, and the beginning of what stands there.

    `reason` and `remedy` are source texts with place holders for `details`.
    """

    spot: Spot
    code: str
    reason: str
    remedy: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    value: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "sheet": self.spot.sheet,
            "cell": self.spot.cell,
            "code": self.code,
            "reason": self.reason,
            "remedy": self.remedy,
            "details": dict(self.details),
            "value": self.value,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        spot = Spot(data["sheet"], data["cell"])
        return cls(spot, data["code"], data["reason"], data["remedy"], data["details"], data["value"])


@dataclass(frozen=True, slots=True)
class Places:
    """Where in the file the parts of an entry stand: its row, those of its items, and those that add to them.

    Rows count from 1; 0 means that there is none. In JSON `row` is the entry's position.
    """

    row: int
    items: tuple[int, ...] = ()
    more_row: int = 0
    more_items: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "items": list(self.items),
            "more_row": self.more_row,
            "more_items": list(self.more_items),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(data["row"], tuple(data["items"]), data["more_row"], tuple(data["more_items"]))


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a file (目录条目): what it says, its code where it has one, and where it stands.

    `provider` is the provider's name as written; which department it is, its credit code says.
    """

    content: Content
    places: Places
    code: str = ""
    published_on: date | None = None
    provider: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "content": self.content.to_json(),
            "places": self.places.to_json(),
            "code": self.code,
            "published_on": self.published_on.isoformat() if self.published_on else None,
            "provider": self.provider,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        day = data["published_on"]
        return cls(
            Content.from_json(data["content"]),
            Places.from_json(data["places"]),
            data["code"],
            date.fromisoformat(day) if day else None,
            data["provider"],
        )
