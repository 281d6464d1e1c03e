"""What other rooms may hold of runs: frozen values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final, Self

from jutong.kernel.text import N_


class RunKind(StrEnum):
    """What a run reads (运行方式)."""

    FULL = "full"  # 全量
    INCREMENTAL = "incremental"  # 增量
    CAPTURE = "capture"  # 变更捕获
    RECONCILE = "reconcile"  # 分桶核对
    REPLAY = "replay"  # 重放

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    RunKind.FULL: N_("全量"),
    RunKind.INCREMENTAL: N_("增量"),
    RunKind.CAPTURE: N_("变更捕获"),
    RunKind.RECONCILE: N_("分桶核对"),
    RunKind.REPLAY: N_("拒收重放"),
}


class Trigger(StrEnum):
    """Why a run began (触发方式)."""

    MANUAL = "manual"  # 人工
    SCHEDULE = "schedule"  # 按更新周期
    MOUNT = "mount"  # 挂载后首次
    FILE = "file"  # 文件更新
    PART = "part"  # 供数更新

    @property
    def label(self) -> str:
        return _TRIGGER_LABELS[self]


_TRIGGER_LABELS = {
    Trigger.MANUAL: N_("人工启动"),
    Trigger.SCHEDULE: N_("按更新周期"),
    Trigger.MOUNT: N_("挂载后首次归集"),
    Trigger.FILE: N_("文件更新"),
    Trigger.PART: N_("供数更新"),
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

    `lag_bytes` is the log kept for us as last seen, `keep_bytes` the source's own limit; `alarmed_at` since when people
    are warned of it. `lost_at` is when the thread
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


class RejectState(StrEnum):
    """What becomes of a row that was not taken (拒收处理)."""

    OPEN = "open"
    CORRECTED = "corrected"
    AT_SOURCE = "at_source"
    REPLAYED = "replayed"
    SETTLED = "settled"

    @property
    def label(self) -> str:
        return _REJECT_LABELS[self]

    @property
    def waits(self) -> bool:
        """May somebody still say something about it?"""
        return self in {RejectState.OPEN, RejectState.CORRECTED, RejectState.AT_SOURCE}


_REJECT_LABELS = {
    RejectState.OPEN: N_("待处理"),
    RejectState.CORRECTED: N_("已改正，待重放"),
    RejectState.AT_SOURCE: N_("由来源改正"),
    RejectState.REPLAYED: N_("已重放"),
    RejectState.SETTLED: N_("已了结"),
}


class InquiryKind(StrEnum):
    """About what the platform asks a provider (问询事由)."""

    DRIFT = "drift"  # 结构变化
    LATE = "late"  # 更新不及时

    @property
    def label(self) -> str:
        return N_("来源结构变化") if self is InquiryKind.DRIFT else N_("更新不及时")


class InquiryAnswer(StrEnum):
    """What a provider answers (答复). The first three are of a drift, the others of data that are late."""

    REMAP = "remap"  # 调整对应关系
    CATALOGUE = "catalogue"  # 修改目录
    SOURCE = "source"  # 来源将改正
    RESUMED = "resumed"  # 已恢复
    STOP = "stop"  # 计划停更
    WITHDRAW = "withdraw"  # 下线
    SEASONAL = "seasonal"  # 季节性

    @property
    def label(self) -> str:
        return _ANSWER_LABELS[self]

    @property
    def kind(self) -> InquiryKind:
        """To which question it is an answer."""
        drift = {InquiryAnswer.REMAP, InquiryAnswer.CATALOGUE, InquiryAnswer.SOURCE}
        return InquiryKind.DRIFT if self in drift else InquiryKind.LATE


_ANSWER_LABELS = {
    InquiryAnswer.REMAP: N_("调整对应关系"),
    InquiryAnswer.CATALOGUE: N_("修改目录"),
    InquiryAnswer.SOURCE: N_("来源将改正"),
    InquiryAnswer.RESUMED: N_("已恢复"),
    InquiryAnswer.STOP: N_("计划停更"),
    InquiryAnswer.WITHDRAW: N_("下线"),
    InquiryAnswer.SEASONAL: N_("季节性更新"),
}


class InquiryState(StrEnum):
    """Where an inquiry stands (问询状态)."""

    OPEN = "open"  # 待答复
    OVERDUE = "overdue"  # 逾期未答
    ANSWERED = "answered"  # 已答复，待验证
    CLOSED = "closed"  # 已了结

    @property
    def label(self) -> str:
        return _INQUIRY_LABELS[self]


_INQUIRY_LABELS = {
    InquiryState.OPEN: N_("待答复"),
    InquiryState.OVERDUE: N_("逾期未答"),
    InquiryState.ANSWERED: N_("已答复，待验证"),
    InquiryState.CLOSED: N_("已了结"),
}


class InquiryOutcome(StrEnum):
    """By what an inquiry was closed (了结方式)."""

    LOADED = "loaded"
    STOPPED = "stopped"
    SEASONAL = "seasonal"
    GONE = "gone"

    @property
    def label(self) -> str:
        return _OUTCOME_LABELS[self]


_OUTCOME_LABELS = {
    InquiryOutcome.LOADED: N_("归集成功"),
    InquiryOutcome.STOPPED: N_("已声明停更"),
    InquiryOutcome.SEASONAL: N_("当前不在更新季节"),
    InquiryOutcome.GONE: N_("已下线或停止挂载"),
}


class SourceDifferenceKind(StrEnum):
    """How a source differs from the contract (结构差异)."""

    TABLE_GONE = "table_gone"
    GONE = "gone"
    RENAMED = "renamed"
    NARROWED = "narrowed"
    RETYPED = "retyped"
    CODES = "codes"
    KEY = "key"
    NEW = "new"
    ITEM = "item"

    @property
    def label(self) -> str:
        return _DIFFERENCE_LABELS[self]


_DIFFERENCE_LABELS = {
    SourceDifferenceKind.TABLE_GONE: N_("表或文件不在"),
    SourceDifferenceKind.GONE: N_("列不在"),
    SourceDifferenceKind.RENAMED: N_("列可能改名"),
    SourceDifferenceKind.NARROWED: N_("类型变窄"),
    SourceDifferenceKind.RETYPED: N_("类型改变"),
    SourceDifferenceKind.CODES: N_("取值范围改变"),
    SourceDifferenceKind.KEY: N_("主键改变"),
    SourceDifferenceKind.NEW: N_("新增列"),
    SourceDifferenceKind.ITEM: N_("目录与对应关系不符"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between a source and the contract.

    `column` is the source's, `item` the data item's column name; `after` is the new name or type, where there is one.
    `title` is what the source calls a new column, `data_type` its type in the Guide's letters.
    """

    kind: SourceDifferenceKind
    column: str = ""
    item: str = ""
    before: str = ""
    after: str = ""
    title: str = ""
    data_type: str = ""

    def to_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{**data, "kind": SourceDifferenceKind(data["kind"])})


class AlarmKind(StrEnum):
    """Of what an alarm warns (告警类型)."""

    FAILING = "failing"
    SLOW = "slow"
    ROWS_FELL = "rows_fell"
    QUEUED_LONG = "queued_long"
    LOG_KEPT = "log_kept"  # 变更捕获积压
    LOG_LOST = "log_lost"  # 变更日志已被清除

    @property
    def label(self) -> str:
        return _ALARM_LABELS[self]


_ALARM_LABELS = {
    AlarmKind.FAILING: N_("连续失败"),
    AlarmKind.SLOW: N_("运行过慢"),
    AlarmKind.ROWS_FELL: N_("行数骤降"),
    AlarmKind.QUEUED_LONG: N_("排队过久"),
    AlarmKind.LOG_KEPT: N_("变更捕获积压"),
    AlarmKind.LOG_LOST: N_("变更日志已被清除"),
}


class AlarmState(StrEnum):
    """Where an alarm stands (告警状态)."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"

    @property
    def label(self) -> str:
        return _ALARM_STATES[self]


_ALARM_STATES = {
    AlarmState.RAISED: N_("告警中"),
    AlarmState.ACKNOWLEDGED: N_("已确认"),
    AlarmState.CLEARED: N_("已解除"),
}


class LogLevel(StrEnum):
    """How grave a line of a run's log is (日志级别)."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def label(self) -> str:
        return _LEVEL_LABELS[self]


_LEVEL_LABELS = {LogLevel.INFO: N_("信息"), LogLevel.WARNING: N_("提醒"), LogLevel.ERROR: N_("错误")}


class FreshnessState(StrEnum):
    """How the data of a resource keep their update cycle (更新状态)."""

    FRESH = "fresh"
    LATE = "late"
    STOPPED = "stopped"
    OFF_SEASON = "off_season"
    NEVER = "never"

    @property
    def label(self) -> str:
        return _FRESHNESS_LABELS[self]


_FRESHNESS_LABELS = {
    FreshnessState.FRESH: N_("及时"),
    FreshnessState.LATE: N_("超期未更新"),
    FreshnessState.STOPPED: N_("已声明停更"),
    FreshnessState.OFF_SEASON: N_("非更新季节"),
    FreshnessState.NEVER: N_("无固定周期"),
}


@dataclass(frozen=True, slots=True)
class Freshness:
    """How a mounted resource keeps its update cycle (更新及时情况). `due_at` is the end of cycle and grace.

    `answer` is what the provider answered when asked, `holds_until` up to when it lets us wait.
    """

    resource_code: str
    provider_uscc: str
    title: str
    state: FreshnessState
    loaded_at: datetime | None
    due_at: datetime | None
    inquiry_no: str = ""
    answer: InquiryAnswer | None = None
    holds_until: date | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class DepartmentFreshness:
    """Freshness and mount rate of a department (部门更新及时率与挂载率).

    `mountable` are its published resources that are to be mounted, `judged` those mounted with a cycle.
    """

    provider_uscc: str
    mountable: int
    mounted: int
    judged: int
    fresh: int
    unanswered: int

    @property
    def mount_ratio(self) -> float | None:
        return self.mounted / self.mountable if self.mountable else None

    @property
    def fresh_ratio(self) -> float | None:
        return self.fresh / self.judged if self.judged else None


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
    """What people set about a plan (计划设置). No interval of its own: the update cycle says when.

    `months` are those in which updates are due (更新月份, 1–12); all where none is named.
    """

    every_minutes: int | None = None
    window: Window | None = None
    priority: Priority = Priority.NORMAL
    months: tuple[int, ...] = ()


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
    row: tuple[str | None, ...] | None = field(default=None, repr=False)
    """The whole row as text, in the order of the contract's columns, where it could be read; kept sealed only."""


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


# --- Lineage ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineageColumn:
    """A data item on its way (数据项血缘): the source's column, the item, the pool's column of the item's name.

    `source` is empty where nothing feeds the item. `key` and `watermark` say what more hangs on the column.
    """

    source: str
    source_type: str
    item: str
    column: str
    data_type: str
    key: bool = False
    watermark: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who receives data of a resource (使用方): a department, by which way, under which grant, which items."""

    organisation: str
    way: str
    reference: str
    columns: tuple[str, ...]
    masked: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lineage:
    """From source column to delivered column (数据血缘), put together from the mount, the catalogue and the grants.

    `place` is the table, file or service at the source; `relation` the pool's table, empty for what is not gathered.
    """

    resource_code: str
    title: str
    provider_uscc: str
    kind: str
    source_no: str
    place: str
    relation: str
    columns: tuple[LineageColumn, ...]
    recipients: tuple[Recipient, ...] = ()

    def receivers_of(self, column: str) -> tuple[Recipient, ...]:
        """Who is touched when this item changes."""
        return tuple(each for each in self.recipients if column in each.columns)


class LineageStep(StrEnum):
    """What an event tells of a run, in OpenLineage's words (血缘事件)."""

    START = "START"
    COMPLETE = "COMPLETE"
    FAIL = "FAIL"
    ABORT = "ABORT"


# --- Snapshots -------------------------------------------------------------------------------------------------------


class SnapshotState(StrEnum):
    """How a snapshot stands (快照状态)."""

    QUEUED = "queued"  # 等待生成
    MADE = "made"  # 已生成
    FAILED = "failed"  # 未生成
    EXPIRED = "expired"  # 已到期删除

    @property
    def label(self) -> str:
        return _SNAPSHOT_LABELS[self]


_SNAPSHOT_LABELS = {
    SnapshotState.QUEUED: N_("等待生成"),
    SnapshotState.MADE: N_("已生成"),
    SnapshotState.FAILED: N_("未生成"),
    SnapshotState.EXPIRED: N_("已到期删除"),
}


class Rhythm(StrEnum):
    """How often a snapshot is taken without anybody asking (快照周期)."""

    NONE = ""  # 不定期
    DAILY = "daily"  # 每天
    MONTHLY = "monthly"  # 每月

    @property
    def label(self) -> str:
        return _RHYTHM_LABELS[self]


_RHYTHM_LABELS = {Rhythm.NONE: N_("只按需生成"), Rhythm.DAILY: N_("每天"), Rhythm.MONTHLY: N_("每月")}


# --- Assembled resources ---------------------------------------------------------------------------------------------


class ContributionState(StrEnum):
    """Where a contribution to an assembled resource stands (供数状态)."""

    INVITED = "invited"  # 已邀请
    JOINED = "joined"  # 供数中
    DECLINED = "declined"  # 已谢绝
    ENDED = "ended"  # 已终止

    @property
    def label(self) -> str:
        return _CONTRIBUTION_STATES[self]

    @property
    def standing(self) -> bool:
        """Does it hold its mark, so that nobody else may have it?"""
        return self in (ContributionState.INVITED, ContributionState.JOINED)


_CONTRIBUTION_STATES = {
    ContributionState.INVITED: N_("已邀请，待答复"),
    ContributionState.JOINED: N_("供数中"),
    ContributionState.DECLINED: N_("已谢绝"),
    ContributionState.ENDED: N_("已终止"),
}


class PartState(StrEnum):
    """How complete a part of an assembled resource is (完整情况)."""

    MISSING = "missing"  # 无供数部门
    INVITED = "invited"  # 待答复
    EMPTY = "empty"  # 尚未装载
    BEHIND = "behind"  # 待汇入
    FRESH = "fresh"  # 周期内
    LATE = "late"  # 超期
    STOPPED = "stopped"  # 已停更

    @property
    def label(self) -> str:
        return _PART_STATES[self]

    @property
    def complete(self) -> bool:
        """Is the part there, and as new as its cycle wants?"""
        return self is PartState.FRESH


_PART_STATES = {
    PartState.MISSING: N_("无供数部门"),
    PartState.INVITED: N_("已邀请，待答复"),
    PartState.EMPTY: N_("尚未装载"),
    PartState.BEHIND: N_("有新数据待汇入，沿用上次数据"),
    PartState.FRESH: N_("在更新周期内"),
    PartState.LATE: N_("超过更新周期"),
    PartState.STOPPED: N_("供数资源已停更"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an assembled resource (汇聚分片): of a contributor, or of a division that has none yet.

    `rows` lie in the assembled table since `loaded_at`; both are empty until it was taken in.
    """

    mark: str
    state: PartState
    region_code: str = ""
    contribution_no: str = ""
    organisation: str = ""
    source_code: str = ""
    rows: int = 0
    loaded_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assembly:
    """An assembled resource (汇聚资源) with its parts, those of divisions without a contributor too."""

    resource_code: str
    title: str
    provider_uscc: str
    mark_item: str
    region_item: str
    unique_across: bool
    parts: tuple[Part, ...]

    @property
    def joined(self) -> int:
        """How many parts have a contributor."""
        return sum(part.state not in (PartState.MISSING, PartState.INVITED) for part in self.parts)

    @property
    def loaded(self) -> int:
        return sum(part.loaded_at is not None for part in self.parts)

    @property
    def complete(self) -> int:
        """How many are there and within their cycle."""
        return sum(part.state.complete for part in self.parts)

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


# --- Direct links ----------------------------------------------------------------------------------------------------


class LinkKind(StrEnum):
    """What two organisations exchange data by, past the platform (直连方式). Art. 20(2)."""

    DIRECT = "direct"  # 部门间直连
    OLD_SYSTEM = "old_system"  # 原有跨部门交换系统

    @property
    def label(self) -> str:
        return N_("部门间直连") if self is LinkKind.DIRECT else N_("原有跨部门信息共享交换系统")


class LinkState(StrEnum):
    """How far a direct link is from being retired (直连取消进度)."""

    OPEN = "open"  # 未列计划
    PLANNED = "planned"  # 已列计划
    OVERDUE = "overdue"  # 逾期未断开
    OFF = "off"  # 已断开

    @property
    def label(self) -> str:
        return _LINK_STATES[self]


_LINK_STATES = {
    LinkState.OPEN: N_("未列计划"),
    LinkState.PLANNED: N_("已列计划"),
    LinkState.OVERDUE: N_("逾期未断开"),
    LinkState.OFF: N_("已断开"),
}
