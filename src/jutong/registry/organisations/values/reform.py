"""Plans of organisation reform (机构调整方案): what they are, what they move, and who moves it."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.errors import ErrorKind
from jutong.kernel.text import N_
from jutong.registry.organisations.values.register import OrganisationsError


class ReformKind(StrEnum):
    """What happens to the bodies a plan names (调整方式)."""

    RENAME = "rename"  # 更名
    RECODE = "recode"  # 换发统一社会信用代码
    MERGE = "merge"  # 合并
    SPLIT = "split"  # 分设
    TRANSFER = "transfer"  # 职能划转
    ABOLITION = "abolition"  # 撤销

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]

    @property
    def by_line(self) -> bool:
        """Is it chosen line by line who gets what?"""
        return self in {ReformKind.SPLIT, ReformKind.TRANSFER}


_KIND_LABELS = {
    ReformKind.RENAME: N_("更名"),
    ReformKind.RECODE: N_("换发统一社会信用代码"),
    ReformKind.MERGE: N_("合并"),
    ReformKind.SPLIT: N_("分设"),
    ReformKind.TRANSFER: N_("职能划转"),
    ReformKind.ABOLITION: N_("撤销"),
}


class PlanState(StrEnum):
    """Where a plan stands (方案状态)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RELEASED = "released"
    HALTED = "halted"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return _PLAN_LABELS[self]


_PLAN_LABELS = {
    PlanState.DRAFT: N_("编制中"),
    PlanState.SUBMITTED: N_("待审定"),
    PlanState.RELEASED: N_("待生效"),
    PlanState.HALTED: N_("执行受阻"),
    PlanState.DONE: N_("已生效"),
    PlanState.CANCELLED: N_("已作废"),
}


class LineState(StrEnum):
    """Where a line of the checked list stands (核对状态)."""

    OPEN = "open"
    CHECKED = "checked"
    MOVED = "moved"
    KEPT = "kept"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return _LINE_LABELS[self]


_LINE_LABELS = {
    LineState.OPEN: N_("待核对"),
    LineState.CHECKED: N_("已核对"),
    LineState.MOVED: N_("已转移"),
    LineState.KEPT: N_("不转移"),
    LineState.REFUSED: N_("无法转移"),
}


# --- What rooms plug in ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Thing:
    """Something that an organisation holds, as its mover lists it.

    `follows` names a thing of another mover (its kind and code) that decides where this one goes: a mount goes with
    its resource. Where that other thing stays, this one stays.
    """

    code: str
    title: str
    follows: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One thing's way from one organisation to another, by a plan."""

    code: str
    source: str
    target: str
    plan_no: str
    document_no: str
    effective_on: date
    at: datetime
    by: ActorRef = PLATFORM


class Mover(ABC):
    """Moves one kind of things from organisation to organisation (转移器). Each room plugs in its own at start.

    `covers` names the columns it rewrites as `app.Model.field`; every column that holds an organisation's code is
    covered by a mover or declared as history. `case_parties` names the parties of procedures whose cases it moves
    along with its things. `kinds` are the kinds of plans it serves; none means all. Movers move in their `order`.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int]
    covers: ClassVar[Collection[str]]
    case_parties: ClassVar[Mapping[str, Collection[str]]] = {}
    kinds: ClassVar[Collection[ReformKind]] = ()

    @abstractmethod
    def lines(self, organisation: str) -> Sequence[Thing]:
        """All things of this kind that the organisation holds now, in a steady order."""

    @abstractmethod
    def move(self, move: Move) -> None:
        """Hand one thing over, in the caller's transaction; one that is handed over already stays as it is.

        Raises MoveRefused, with words that say what to do.
        """


# --- What others may hold --------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PlanDraft:
    """What a plan says, as its author writes it.

    `sources` are the bodies that change, `targets` those that take over; a split whose source goes on names it among
    the targets. `default_target` takes what nobody chose; in a transfer of functions such things stay.
    """

    kind: ReformKind
    title: str
    document_no: str
    effective_on: date
    sources: tuple[str, ...]
    targets: tuple[str, ...] = ()
    basis: str = ""
    default_target: str = ""
    new_name: str = ""
    new_short_name: str = ""
    seal_from: date | None = None

    @property
    def ending(self) -> tuple[str, ...]:
        """The bodies that are no more from the effective date on."""
        if self.kind in {ReformKind.RECODE, ReformKind.MERGE, ReformKind.ABOLITION}:
            return self.sources
        if self.kind is ReformKind.SPLIT:
            return tuple(source for source in self.sources if source not in self.targets)
        return ()

    @property
    def catch_all(self) -> str:
        """Who takes what nobody chose; nobody where it stays."""
        if self.default_target or self.kind is ReformKind.TRANSFER:
            return self.default_target
        return self.targets[0] if len(self.targets) == 1 else ""


@dataclass(frozen=True, slots=True)
class LineCount:
    """How many lines of one kind stand in which state."""

    kind: str
    title: str
    total: int
    states: Mapping[LineState, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heritage:
    """A step in an organisation's descent (沿革): who came from whom, by which plan, from which day on."""

    predecessor: str
    successor: str
    kind: ReformKind
    on: date
    plan_no: str
    document_no: str
    main: bool


@dataclass(frozen=True, slots=True)
class PlanProgress:
    """How far a plan's carrying out has come."""

    done: int
    total: int


# --- Errors ----------------------------------------------------------------------------------------------------------
class ReformError(OrganisationsError):
    """Root of the errors of plans."""

    message = N_("机构调整方案未能办理。")


class PlanUnknown(ReformError):
    """There is no such plan, or none that this subject may know of."""

    message = N_("没有编号为“{plan}”的机构调整方案，或您无权查看。")
    kind = ErrorKind.MISSING


class PlanFault(ReformError):
    """A plan's bodies do not fit its kind."""

    message = N_("{reason}")


class PlanNotEditable(ReformError):
    """The plan is no longer being prepared."""

    message = N_("方案“{plan}”现为“{state}”，不能再修改；如有变化，请先撤回或另编方案。")
    kind = ErrorKind.CONFLICT


class PlanNotDue(ReformError):
    """The plan's day has not come, or it is not released."""

    message = N_("方案“{plan}”现为“{state}”，生效日期为 {on}，现在不能执行。")
    kind = ErrorKind.CONFLICT


class PlanOverlaps(ReformError):
    """Another plan that is not carried out yet concerns the same body."""

    message = N_("单位“{organisation}”已列入尚未执行的方案 {plan}，请先执行或作废该方案。")
    kind = ErrorKind.CONFLICT


class LinesUnchecked(ReformError):
    """Lines of the list are not checked, or nobody is named who takes them."""

    message = N_("清单中还有 {count} 项未核对或未指定承接单位，请逐项核对后再提交。")
    kind = ErrorKind.CONFLICT


class LineUnknown(ReformError):
    """The list has no such line."""

    message = N_("清单中没有所选的事项，请刷新后重试。")
    kind = ErrorKind.MISSING


class TargetForeign(ReformError):
    """A line was to go to a body that the plan does not name."""

    message = N_("“{organisation}”不是本方案的承接单位。")


class MoveRefused(ReformError):
    """A thing cannot be handed over; the reason says what to do."""

    message = N_("{reason}")
    kind = ErrorKind.CONFLICT


class SomethingLeft(ReformError):
    """After all moves a body that ends still holds something: nothing may be forgotten, so nothing is moved."""

    message = N_("“{organisation}”名下仍有未转移的{kind}（{code}），方案整体未执行。")
    kind = ErrorKind.CONFLICT


class ReformStumbled(ReformError):
    """Carrying out broke off for a reason that is no official's to mend; the platform's log has it."""

    message = N_("执行时发生内部错误，方案整体未执行；平台会自动重试，请联系运维人员查看日志。")
    kind = ErrorKind.UNAVAILABLE


class OrganisationClosed(OrganisationsError):
    """The organisation ended by a reform."""

    message = N_("“{name}”已于 {on} 撤销，不能再办理此事。")
    kind = ErrorKind.CONFLICT
