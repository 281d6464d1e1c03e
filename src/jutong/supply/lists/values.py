"""What other rooms may hold of the three lists: frozen values."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jutong.kernel.text import N_


class ListKind(StrEnum):
    """Which of the three lists (三张清单). Art. 38."""

    DEMAND = "demand"  # 需求清单
    RESPONSIBILITY = "responsibility"  # 责任清单
    NEGATIVE = "negative"  # 负面清单

    @property
    def label(self) -> str:
        return _LIST_LABELS[self]


_LIST_LABELS = {
    ListKind.DEMAND: N_("数据共享需求清单"),
    ListKind.RESPONSIBILITY: N_("数据共享责任清单"),
    ListKind.NEGATIVE: N_("数据共享负面清单"),
}


class RoundState(StrEnum):
    """Where a round of compilation stands (批次状态)."""

    OPEN = "open"  # 编制中
    REVIEWING = "reviewing"  # 审核中
    PUBLISHED = "published"  # 已发布
    DROPPED = "dropped"  # 已取消

    @property
    def label(self) -> str:
        return _ROUND_LABELS[self]


_ROUND_LABELS = {
    RoundState.OPEN: N_("编制中"),
    RoundState.REVIEWING: N_("审核中"),
    RoundState.PUBLISHED: N_("已发布"),
    RoundState.DROPPED: N_("已取消"),
}


class DemandState(StrEnum):
    """Where a demand stands (需求状态)."""

    SUBMITTED = "submitted"  # 待转办
    ANSWERING = "answering"  # 待答复
    ACCEPTED = "accepted"  # 已承接
    REFUSED = "refused"  # 不予承接
    WITHDRAWN = "withdrawn"  # 已撤回

    @property
    def label(self) -> str:
        return _DEMAND_LABELS[self]

    @property
    def open(self) -> bool:
        return self in (DemandState.SUBMITTED, DemandState.ANSWERING)


_DEMAND_LABELS = {
    DemandState.SUBMITTED: N_("待转办"),
    DemandState.ANSWERING: N_("待答复"),
    DemandState.ACCEPTED: N_("已承接"),
    DemandState.REFUSED: N_("不予承接"),
    DemandState.WITHDRAWN: N_("已撤回"),
}


class DutyKind(StrEnum):
    """What a department owes (责任种类). Art. 38: supply, keep up, quality."""

    SUPPLY = "supply"  # 提供
    UPDATE = "update"  # 更新
    QUALITY = "quality"  # 质量

    @property
    def label(self) -> str:
        return _DUTY_LABELS[self]


_DUTY_LABELS = {DutyKind.SUPPLY: N_("提供"), DutyKind.UPDATE: N_("更新"), DutyKind.QUALITY: N_("质量")}


class ResponsibilityState(StrEnum):
    """Where a responsibility stands (责任状态)."""

    PROPOSED = "proposed"  # 待部门确认
    CONFIRMED = "confirmed"  # 部门已确认
    OBJECTED = "objected"  # 部门有异议
    REMOVED = "removed"  # 已移出

    @property
    def label(self) -> str:
        return _RESPONSIBILITY_LABELS[self]


_RESPONSIBILITY_LABELS = {
    ResponsibilityState.PROPOSED: N_("待部门确认"),
    ResponsibilityState.CONFIRMED: N_("部门已确认"),
    ResponsibilityState.OBJECTED: N_("部门有异议"),
    ResponsibilityState.REMOVED: N_("已移出"),
}


class Half(StrEnum):
    """The two halves of the negative list (不共享、不开放). Art. 38."""

    NOT_SHARED = "not_shared"  # 不共享
    NOT_OPEN = "not_open"  # 不开放

    @property
    def label(self) -> str:
        return _HALF_LABELS[self]


_HALF_LABELS = {Half.NOT_SHARED: N_("不共享"), Half.NOT_OPEN: N_("不开放")}


class ExclusionState(StrEnum):
    """Where an entry of the negative list stands (负面清单事项状态); from IN_FORCE to REMOVED it binds."""

    PROPOSED = "proposed"  # 拟列入
    IN_FORCE = "in_force"  # 已列入
    REMOVING = "removing"  # 拟移出
    REMOVED = "removed"  # 已移出
    DROPPED = "dropped"  # 未列入

    @property
    def label(self) -> str:
        return _EXCLUSION_LABELS[self]

    @property
    def binds(self) -> bool:
        return self in (ExclusionState.IN_FORCE, ExclusionState.REMOVING)


_EXCLUSION_LABELS = {
    ExclusionState.PROPOSED: N_("拟列入"),
    ExclusionState.IN_FORCE: N_("已列入"),
    ExclusionState.REMOVING: N_("拟移出"),
    ExclusionState.REMOVED: N_("已移出"),
    ExclusionState.DROPPED: N_("未列入"),
}


class FindingKind(StrEnum):
    """What a check of the lists against the catalogue can find (清单核对问题)."""

    CODE_UNKNOWN = "code_unknown"
    RESOURCE_GONE = "resource_gone"
    TYPE_THREE_UNLISTED = "type_three_unlisted"
    LISTED_BUT_SHARED = "listed_but_shared"
    LISTED_BUT_OPEN = "listed_but_open"
    LISTED_BUT_MOUNTED = "listed_but_mounted"
    DEMAND_UNANSWERED = "demand_unanswered"
    PROMISE_MISSED = "promise_missed"
    DUTY_NOT_MOUNTED = "duty_not_mounted"
    DUTY_STALE = "duty_stale"

    @property
    def label(self) -> str:
        return _FINDING_LABELS[self]

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return _REMEDIES[self]


_FINDING_LABELS = {
    FindingKind.CODE_UNKNOWN: N_("资源代码在目录中不存在"),
    FindingKind.RESOURCE_GONE: N_("资源已下线或未发布"),
    FindingKind.TYPE_THREE_UNLISTED: N_("不予共享类资源未列入负面清单"),
    FindingKind.LISTED_BUT_SHARED: N_("列入不共享，目录仍为可共享类型"),
    FindingKind.LISTED_BUT_OPEN: N_("列入不开放，目录仍标为向社会开放"),
    FindingKind.LISTED_BUT_MOUNTED: N_("列入不共享，资源仍在挂载"),
    FindingKind.DEMAND_UNANSWERED: N_("需求超期未答复"),
    FindingKind.PROMISE_MISSED: N_("承诺的提供日期已过，仍未提供"),
    FindingKind.DUTY_NOT_MOUNTED: N_("责任事项未挂载数据"),
    FindingKind.DUTY_STALE: N_("责任事项未按周期更新"),
}
_REMEDIES = {
    FindingKind.CODE_UNKNOWN: N_("请核对代码，更正清单事项，或先编制并发布目录。"),
    FindingKind.RESOURCE_GONE: N_("请改用替代资源，或将该事项移出清单。"),
    FindingKind.TYPE_THREE_UNLISTED: N_("请在负面清单批次中申报不共享并写明依据，或将共享类型改为可共享。"),
    FindingKind.LISTED_BUT_SHARED: N_("请更新目录的共享类型为不予共享，或申请移出负面清单。"),
    FindingKind.LISTED_BUT_OPEN: N_("请更新目录的开放属性，或申请移出负面清单。"),
    FindingKind.LISTED_BUT_MOUNTED: N_("请停止挂载；平台已向提供部门派发任务。"),
    FindingKind.DEMAND_UNANSWERED: N_("请催办责任部门，或改派其他部门。"),
    FindingKind.PROMISE_MISSED: N_("请责任部门发布目录并挂载数据，或说明新的日期。"),
    FindingKind.DUTY_NOT_MOUNTED: N_("请责任部门挂载数据。"),
    FindingKind.DUTY_STALE: N_("请责任部门恢复更新，或声明停更。"),
}


class RateKind(StrEnum):
    """The rates of the lists (清单指标); each is a share of a stated whole."""

    DEMAND = "demand"  # 需求满足率
    RESPONSIBILITY = "responsibility"  # 责任履行率
    MOUNT = "mount"  # 挂载率
    OPEN = "open"  # 开放率

    @property
    def label(self) -> str:
        return _RATE_LABELS[self]

    @property
    def formula(self) -> str:
        """Numerator and denominator in words."""
        return _FORMULAS[self]


_RATE_LABELS = {
    RateKind.DEMAND: N_("需求满足率"),
    RateKind.RESPONSIBILITY: N_("责任履行率"),
    RateKind.MOUNT: N_("挂载率"),
    RateKind.OPEN: N_("开放率"),
}
_FORMULAS = {
    RateKind.DEMAND: N_("已承接且资源已发布并挂载的需求÷未撤回的需求"),
    RateKind.RESPONSIBILITY: N_("资源已挂载且按周期更新的责任事项÷部门已确认的责任事项"),
    RateKind.MOUNT: N_("已挂载的资源÷已发布的无条件共享和有条件共享资源"),
    RateKind.OPEN: N_("向社会开放且未列入不开放的资源÷已发布的资源"),
}


@dataclass(frozen=True, slots=True)
class AcceptedDemand:
    """A demand that a department has accepted (已承接的需求). `resource_code` is empty while it is only promised."""

    demand_no: str
    title: str
    responsible: str
    resource_code: str


@dataclass(frozen=True, slots=True)
class Barred:
    """Why some data is not shared, or not opened (负面清单事项): its entry, the reason and the basis in words."""

    exclusion_no: str
    half: Half
    reason: str
    basis: str


@dataclass(frozen=True, slots=True)
class DemandWish:
    """What a department demands (需求): data by code or in its own words, what for, by which right, until when."""

    title: str
    purpose: str
    items: str
    legal_basis: str
    wanted_by: date
    resource_code: str = ""
