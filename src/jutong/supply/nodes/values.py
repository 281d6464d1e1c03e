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
    FERRIED = "ferried"  # 摆渡接入
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
    NodeState.FERRIED: N_("摆渡接入"),
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


class PackageState(StrEnum):
    """Where a ferry package stands (摆渡包状态)."""

    SENT = "sent"  # 已生成，待送达
    CONFIRMED = "confirmed"  # 已送达
    TAKEN = "taken"  # 已收取
    REFUSED = "refused"  # 已拒收

    @property
    def label(self) -> str:
        return _PACKAGE_LABELS[self]


_PACKAGE_LABELS = {
    PackageState.SENT: N_("已生成，待送达"),
    PackageState.CONFIRMED: N_("已送达"),
    PackageState.TAKEN: N_("已收取"),
    PackageState.REFUSED: N_("已拒收"),
}


class PackageRefusal(StrEnum):
    """Why a ferry package was refused (拒收原因)."""

    ALTERED = "altered"  # 签名不符或内容被改动
    DOUBLED = "doubled"  # 重复送达
    FOREIGN = "foreign"  # 不是本前置机的包
    TOO_LARGE = "too_large"  # 文件过大
    CODE = "code"  # 接入码无效

    @property
    def label(self) -> str:
        return _REASON_LABELS[self]


_REASON_LABELS = {
    PackageRefusal.ALTERED: N_("签名不符或内容被改动"),
    PackageRefusal.DOUBLED: N_("重复送达，已收取过"),
    PackageRefusal.FOREIGN: N_("不是这台前置机送来的摆渡包"),
    PackageRefusal.TOO_LARGE: N_("文件过大"),
    PackageRefusal.CODE: N_("接入码无效或已过期"),
}


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A node and the one-time code by which its machine joins (接入码); the code is told here and never again.

    `ticket` is what a node joins with that no network reaches; empty for the others.
    """

    node_no: str
    code: str
    ticket: str = ""


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
