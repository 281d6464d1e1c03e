"""What other rooms may hold of runs: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final

from jutong.kernel.text import N_


class RunKind(StrEnum):
    """What a run reads (运行方式)."""

    FULL = "full"  # 全量
    INCREMENTAL = "incremental"  # 增量
    CAPTURE = "capture"  # 变更捕获
    RECONCILE = "reconcile"  # 分桶核对

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    RunKind.FULL: N_("全量"),
    RunKind.INCREMENTAL: N_("增量"),
    RunKind.CAPTURE: N_("变更捕获"),
    RunKind.RECONCILE: N_("分桶核对"),
}


class Trigger(StrEnum):
    """Why a run began (触发方式)."""

    MANUAL = "manual"  # 人工
    SCHEDULE = "schedule"  # 按更新周期
    MOUNT = "mount"  # 挂载后首次
    FILE = "file"  # 文件更新

    @property
    def label(self) -> str:
        return _TRIGGER_LABELS[self]


_TRIGGER_LABELS = {
    Trigger.MANUAL: N_("人工启动"),
    Trigger.SCHEDULE: N_("按更新周期"),
    Trigger.MOUNT: N_("挂载后首次归集"),
    Trigger.FILE: N_("文件更新"),
}


class RunState(StrEnum):
    """Where a run stands (运行状态)."""

    QUEUED = "queued"  # 排队中
    RUNNING = "running"  # 运行中
    WAITING = "waiting"  # 等待重试
    SUCCEEDED = "succeeded"  # 已完成
    FAILED = "failed"  # 失败
    DRIFTED = "drifted"  # 结构不符，已停止
    STOPPED = "stopped"  # 已停止

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]

    @property
    def open(self) -> bool:
        return self in OPEN_STATES


_STATE_LABELS = {
    RunState.QUEUED: N_("排队中"),
    RunState.RUNNING: N_("运行中"),
    RunState.WAITING: N_("等待重试"),
    RunState.SUCCEEDED: N_("已完成"),
    RunState.FAILED: N_("失败"),
    RunState.DRIFTED: N_("结构不符，已停止"),
    RunState.STOPPED: N_("已停止"),
}
OPEN_STATES = frozenset({RunState.QUEUED, RunState.RUNNING, RunState.WAITING})


@dataclass(frozen=True, slots=True)
class Capture:
    """What a source keeps for a resource whose changes are captured (变更捕获), and how far the pool is behind.

    `lag_bytes` is the log kept for us as last seen, `keep_bytes` the source's own limit. `lost_at` is when the thread
    of changes last broke and a new snapshot was taken, `lost_reason` why.
    """

    resource_code: str
    slot: str
    position: str
    events: int
    events_per_second: float | None
    moved_at: datetime | None
    looked_at: datetime
    lag_bytes: int
    keep_bytes: int | None
    alarmed_at: datetime | None
    advice: tuple[str, ...] = ()
    lost_at: datetime | None = None
    lost_reason: str = ""


class Priority(StrEnum):
    """Whose turn it is first where several resources are due (优先级)."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def label(self) -> str:
        return _PRIORITY_LABELS[self]

    @property
    def weight(self) -> int:
        """The higher, the sooner: what the queue of jobs understands."""
        return {Priority.HIGH: 10, Priority.NORMAL: 0, Priority.LOW: -10}[self]


_PRIORITY_LABELS = {Priority.HIGH: N_("优先"), Priority.NORMAL: N_("普通"), Priority.LOW: N_("靠后")}


class PlanStanding(StrEnum):
    """Where a plan stands (计划状态)."""

    PLANNED = "planned"  # 按计划
    RUNNING = "running"  # 归集中
    PAUSED = "paused"  # 已暂停
    NONE = "none"  # 不定期

    @property
    def label(self) -> str:
        return _PLAN_LABELS[self]


_PLAN_LABELS = {
    PlanStanding.PLANNED: N_("按计划"),
    PlanStanding.RUNNING: N_("归集中"),
    PlanStanding.PAUSED: N_("已暂停"),
    PlanStanding.NONE: N_("不定期"),
}


class RejectReason(StrEnum):
    """Why a row was not taken (拒收原因)."""

    TYPE_MISMATCH = "type_mismatch"
    TOO_LONG = "too_long"
    OUT_OF_RANGE = "out_of_range"
    EMPTY = "empty"
    DUPLICATE_KEY = "duplicate_key"
    ENCODING = "encoding"
    CONTROL_CHARACTER = "control_character"
    ROW_TOO_LONG = "row_too_long"
    NUMBER_IMPRECISE = "number_imprecise"
    FIELD_COUNT = "field_count"
    FIELD_REPEATED = "field_repeated"
    ROW_MALFORMED = "row_malformed"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _REASON_LABELS[self]


_REASON_LABELS = {
    RejectReason.TYPE_MISMATCH: N_("值不符合数据类型"),
    RejectReason.TOO_LONG: N_("超过数据项长度"),
    RejectReason.OUT_OF_RANGE: N_("数值超出范围"),
    RejectReason.EMPTY: N_("必填数据项为空"),
    RejectReason.DUPLICATE_KEY: N_("主键重复"),
    RejectReason.ENCODING: N_("字符集不正确"),
    RejectReason.CONTROL_CHARACTER: N_("含有控制字符"),
    RejectReason.ROW_TOO_LONG: N_("整行过长，源库未能发送"),
    RejectReason.NUMBER_IMPRECISE: N_("长数字在电子表格中已丢失精度，请将该列设为文本后重新导出"),
    RejectReason.FIELD_COUNT: N_("字段数与列名不一致，可能缺少分隔符或引号"),
    RejectReason.FIELD_REPEATED: N_("同一行中字段名重复"),
    RejectReason.ROW_MALFORMED: N_("不是一条完整的记录"),
    RejectReason.OTHER: N_("数据库拒绝该行"),
}


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of a day in which a source may be read (运行时段), local time; over midnight where it closes earlier.

    It contains its first moment and not its last. Opening and closing at the same time would be no window at all.
    """

    opens: time
    closes: time

    def contains(self, moment: time) -> bool:
        if self.opens < self.closes:
            return self.opens <= moment < self.closes
        return moment >= self.opens or moment < self.closes


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """What people set about a plan (计划设置). No interval of its own: the update cycle says when."""

    every_minutes: int | None = None
    window: Window | None = None
    priority: Priority = Priority.NORMAL


AS_THE_CYCLE_SAYS: Final = PlanSettings()


@dataclass(frozen=True, slots=True)
class Plan:
    """When a mounted resource is gathered next (交换计划). `next_due_at` is None while it runs, or has no period."""

    resource_code: str
    provider_uscc: str
    state: PlanStanding
    next_due_at: datetime | None
    settings: PlanSettings
    paused_at: datetime | None = None
    pause_reason: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken (拒收记录): which, in which column, why, and its value with all but the ends masked."""

    row_no: int | None
    column: str
    reason: RejectReason
    masked_value: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a run brought (交换回执): rows and their order-free digest, to compare with the source.

    `digest` is the sum of PostgreSQL's `hash_record_extended(row(columns…), 0)` over the rows that were staged.
    """

    run_no: str
    resource_code: str
    kind: RunKind
    rows: int
    digest: str
    inserted: int
    updated: int
    deleted: int
    rejected: int
    batches: int
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class Load:
    """The last run of a resource that brought data: rows taken, rows rejected, and when (最近一次归集)."""

    run_no: str
    rows: int
    rejected: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a resource's exchange (交换运行) as it stands.

    `rows_total` is what the source expects, an estimate; None while unknown. Counts of rows are of the whole run.
    """

    run_no: str
    resource_code: str
    provider_uscc: str
    kind: RunKind
    trigger: Trigger
    state: RunState
    attempt: int
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    rows_total: int | None
    rows_read: int
    rows_rejected: int
    rows_per_second: float | None
    progress_at: datetime | None
    inserted: int
    updated: int
    deleted: int
    batches: int
    digest: str
    error_code: str
    error_details: Mapping[str, Any] = field(default_factory=dict)
    error_words: str = ""
    not_before: datetime | None = None
    stop_requested: bool = False

    @property
    def seconds_left(self) -> float | None:
        """At the speed so far; None when it cannot be said."""
        if not self.rows_per_second or self.rows_total is None or self.state is not RunState.RUNNING:
            return None
        return max(0, self.rows_total - self.rows_read) / self.rows_per_second


@dataclass(frozen=True, slots=True)
class RunCount:
    """Ended runs of a month in one state, and the rows they moved (运行统计). `month` is its first day."""

    month: date
    state: RunState
    runs: int
    rows: int


@dataclass(frozen=True, slots=True)
class PoolTable:
    """A resource's table in the pool (归集库表): its name, the catalogue version of its columns, when last loaded."""

    resource_code: str
    relation: str
    resource_version: int
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: int
    loaded_at: datetime
