"""What other rooms may hold of rounds: frozen values."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import Final

from jutong.kernel.text import N_


class Step(IntEnum):
    """The ten steps of compilation (目录编制流程). Guide 6.2 names them in this order."""

    PREPARE = 1  # 组织准备
    PLAN = 2  # 目录规划
    SURVEY = 3  # 资源调查
    COMPILE = 4  # 目录编制
    SUBMIT = 5  # 目录报送
    REVIEW = 6  # 目录审核汇总
    NOTICE = 7  # 目录公示
    PUBLISH = 8  # 目录发布
    MAINTAIN = 9  # 目录维护
    UPDATE = 10  # 目录更新

    @property
    def label(self) -> str:
        return _STEP_LABELS[self]

    @property
    def article(self) -> str:
        return f"指南6.2.{self.value}"

    @property
    def dated(self) -> bool:
        """Does a round set a last day for it? Maintenance and update go on for good."""
        return self < Step.MAINTAIN

    @property
    def of_departments(self) -> bool:
        """Is it the departments' to do? Review, notice and publication are the bureau's."""
        return self <= Step.SUBMIT


_STEP_LABELS: Final = {
    Step.PREPARE: N_("组织准备"),
    Step.PLAN: N_("目录规划"),
    Step.SURVEY: N_("资源调查"),
    Step.COMPILE: N_("目录编制"),
    Step.SUBMIT: N_("目录报送"),
    Step.REVIEW: N_("目录审核汇总"),
    Step.NOTICE: N_("目录公示"),
    Step.PUBLISH: N_("目录发布"),
    Step.MAINTAIN: N_("目录维护"),
    Step.UPDATE: N_("目录更新"),
}


class Category(IntEnum):
    """Class of a planned entry (资源属性分类), by which it is known who compiles it. Guide 5.1.1, 6.1."""

    BASIC = 1  # 基础信息资源
    TOPIC = 2  # 主题信息资源
    DEPARTMENT = 3  # 部门信息资源

    @property
    def label(self) -> str:
        return _CATEGORY_LABELS[self]


_CATEGORY_LABELS: Final = {
    Category.BASIC: N_("基础信息资源"),
    Category.TOPIC: N_("主题信息资源"),
    Category.DEPARTMENT: N_("部门信息资源"),
}


class CompilationRoundState(StrEnum):
    """Where a round stands (轮次状态)."""

    OPEN = "open"  # 进行中
    CLOSED = "closed"  # 已结束

    @property
    def label(self) -> str:
        return N_("进行中") if self is CompilationRoundState.OPEN else N_("已结束")


class Origin(StrEnum):
    """What a pre-drafted entry was drafted from (预编来源). Guide 6.2.2."""

    TYPED = "typed"  # 手工填写
    FILE = "file"  # 文件导入
    LAST_ROUND = "last_round"  # 上一轮结转
    DUTY = "duty"  # 权责清单
    SYSTEM = "system"  # 信息系统

    @property
    def label(self) -> str:
        return _ORIGIN_LABELS[self]


_ORIGIN_LABELS: Final = {
    Origin.TYPED: N_("手工填写"),
    Origin.FILE: N_("文件导入"),
    Origin.LAST_ROUND: N_("上一轮结转"),
    Origin.DUTY: N_("权责清单"),
    Origin.SYSTEM: N_("信息系统"),
}


class EntryStage(StrEnum):
    """Where a pre-drafted entry stands on its way into the catalogue (条目状态)."""

    OFFERED = "offered"  # 待认领
    UNCLAIMED = "unclaimed"  # 无人认领
    CONTESTED = "contested"  # 认领有争议
    CLAIMED = "claimed"  # 已认领
    SURVEYED = "surveyed"  # 已调查
    DRAFTED = "drafted"  # 编制中
    SUBMITTED = "submitted"  # 已报送
    RETURNED = "returned"  # 已退回
    APPROVED = "approved"  # 审核通过
    PUBLISHED = "published"  # 已发布
    DROPPED = "dropped"  # 不编制

    @property
    def label(self) -> str:
        return _STAGE_LABELS[self]

    @property
    def settled(self) -> bool:
        """Is it known who compiles it?"""
        return self not in UNSETTLED and self is not EntryStage.DROPPED


_STAGE_LABELS: Final = {
    EntryStage.OFFERED: N_("待认领"),
    EntryStage.UNCLAIMED: N_("无人认领"),
    EntryStage.CONTESTED: N_("认领有争议"),
    EntryStage.CLAIMED: N_("已认领"),
    EntryStage.SURVEYED: N_("已调查"),
    EntryStage.DRAFTED: N_("编制中"),
    EntryStage.SUBMITTED: N_("已报送"),
    EntryStage.RETURNED: N_("已退回"),
    EntryStage.APPROVED: N_("审核通过"),
    EntryStage.PUBLISHED: N_("已发布"),
    EntryStage.DROPPED: N_("不编制"),
}

UNSETTLED: Final = frozenset({EntryStage.OFFERED, EntryStage.UNCLAIMED, EntryStage.CONTESTED})
FOR_THE_BUREAU: Final = frozenset({EntryStage.UNCLAIMED, EntryStage.CONTESTED})
"""What the departments did not agree about by themselves."""


class ClaimAnswer(StrEnum):
    """What a department says to an entry it is asked about (认领意见)."""

    ASKED = "asked"  # 未答复
    OURS = "ours"  # 认领
    NOT_OURS = "not_ours"  # 不属于本部门
    UNDECIDED = "undecided"  # 待定

    @property
    def label(self) -> str:
        return _ANSWER_LABELS[self]


_ANSWER_LABELS: Final = {
    ClaimAnswer.ASKED: N_("未答复"),
    ClaimAnswer.OURS: N_("认领"),
    ClaimAnswer.NOT_OURS: N_("不属于本部门"),
    ClaimAnswer.UNDECIDED: N_("待定"),
}


class RecordForm(StrEnum):
    """In which form the data of an entry are kept (数据形态)."""

    TABLE = "table"  # 数据库表
    SHEET = "sheet"  # 电子表格
    FILE = "file"  # 电子文件
    PAPER = "paper"  # 纸质

    @property
    def label(self) -> str:
        return _FORM_LABELS[self]


_FORM_LABELS: Final = {
    RecordForm.TABLE: N_("数据库表"),
    RecordForm.SHEET: N_("电子表格"),
    RecordForm.FILE: N_("电子文件"),
    RecordForm.PAPER: N_("纸质"),
}


class ObjectionKind(StrEnum):
    """What an objection to a public notice is about (异议种类)."""

    MISSING = "missing"  # 应上未上
    WRONG = "wrong"  # 内容不准确
    OWNER = "owner"  # 提供部门不对
    SHARING = "sharing"  # 共享或开放属性不当
    OTHER = "other"  # 其他

    @property
    def label(self) -> str:
        return _OBJECTION_LABELS[self]


_OBJECTION_LABELS: Final = {
    ObjectionKind.MISSING: N_("应上未上"),
    ObjectionKind.WRONG: N_("内容不准确"),
    ObjectionKind.OWNER: N_("提供部门不对"),
    ObjectionKind.SHARING: N_("共享或开放属性不当"),
    ObjectionKind.OTHER: N_("其他"),
}


class NoticeState(StrEnum):
    """Where a public notice stands (公示状态)."""

    RUNNING = "running"  # 公示中
    ENDED = "ended"  # 公示期满，处理异议
    CLOSED = "closed"  # 公示结束

    @property
    def label(self) -> str:
        return _NOTICE_LABELS[self]


_NOTICE_LABELS: Final = {
    NoticeState.RUNNING: N_("公示中"),
    NoticeState.ENDED: N_("公示期满"),
    NoticeState.CLOSED: N_("公示结束"),
}


@dataclass(frozen=True, slots=True)
class EntryPlan:
    """A pre-drafted entry as it is planned (预编目录条目).

    `departments` are asked whether it is theirs. A topic entry is compiled by its `lead` (牵头部门) with them; a basic
    one by the bureau, whoever is named.
    """

    category: Category
    title: str
    summary: str = ""
    departments: tuple[str, ...] = ()
    topic: str = ""
    lead: str = ""
    classification: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a department found about the data of an entry (资源调查): where they lie, in which form, how often renewed.

    `update_cycle` is the number of the cycle of Guide App. 1, 11.
    """

    place: str
    form: RecordForm
    update_cycle: int
    system: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class StepDays:
    """The last day of each dated step of a round (各环节截止日期)."""

    days: tuple[tuple[Step, date], ...]

    def due(self, step: Step) -> date | None:
        return dict(self.days).get(step)


@dataclass(frozen=True, slots=True)
class PublishRate:
    """How much of what a department owes the catalogue is published (目录发布率). Guide 6.2.8, Art. 34(2).

    `owed` is planned ∪ accepted demands; the ratio is None where nothing is owed.
    """

    department: str
    planned: int
    demanded: int
    owed: int
    published: int

    @property
    def ratio(self) -> float | None:
        return self.published / self.owed if self.owed else None
