"""What other rooms and faces may hold of nodes: frozen values and the words of states."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from jutong.kernel.text import N_


class NodeState(StrEnum):
    """How a node stands (前置机状态)."""

    AWAITED = "awaited"  # 待接入
    ONLINE = "online"  # 在线
    SILENT = "silent"  # 离线
    MAINTAINED = "maintained"  # 维护中
    SUSPENDED = "suspended"  # 已停用
    REMOVED = "removed"  # 已移除

    @property
    def label(self) -> str:
        return _NODE_STATE_LABELS[self]


_NODE_STATE_LABELS = {
    NodeState.AWAITED: N_("待接入"),
    NodeState.ONLINE: N_("在线"),
    NodeState.SILENT: N_("离线"),
    NodeState.MAINTAINED: N_("维护中"),
    NodeState.SUSPENDED: N_("已停用"),
    NodeState.REMOVED: N_("已移除"),
}


class ReleaseState(StrEnum):
    """May the rows of a resource leave the department's network (传出审批)?"""

    ASKED = "asked"  # 待批准
    APPROVED = "approved"  # 已批准
    REFUSED = "refused"  # 未同意
    WITHDRAWN = "withdrawn"  # 已收回

    @property
    def label(self) -> str:
        return _RELEASE_LABELS[self]


_RELEASE_LABELS = {
    ReleaseState.ASKED: N_("待批准"),
    ReleaseState.APPROVED: N_("已批准"),
    ReleaseState.REFUSED: N_("未同意"),
    ReleaseState.WITHDRAWN: N_("已收回"),
}


class OrderState(StrEnum):
    """Where an order to a node stands (前置机任务)."""

    WAITING = "waiting"  # 待领取
    TAKEN = "taken"  # 已领取
    DONE = "done"  # 已完成
    FAILED = "failed"  # 失败

    @property
    def label(self) -> str:
        return _ORDER_LABELS[self]


_ORDER_LABELS = {
    OrderState.WAITING: N_("待领取"),
    OrderState.TAKEN: N_("已领取"),
    OrderState.DONE: N_("已完成"),
    OrderState.FAILED: N_("失败"),
}


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A node and the one-time code by which its machine joins (接入码); the code is told here and never again."""

    node_no: str
    code: str


@dataclass(frozen=True, slots=True)
class MaintenanceWindow:
    """When a node is under maintenance (维护时段): hours of days of the week, or one span of time.

    `weekdays` count from 1, Monday. Local time; hours that close before they open last into the next day.
    """

    weekdays: tuple[int, ...] = ()
    opens: time | None = None
    closes: time | None = None
    begins_at: datetime | None = None
    ends_at: datetime | None = None
