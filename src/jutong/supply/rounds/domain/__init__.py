"""The rules of rounds: who compiles, whose an entry is, how far it has come, when a step is late. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from jutong.kernel.text import N_
from jutong.supply.rounds.domain.errors import StepDaysOutOfOrder
from jutong.supply.rounds.values import Category, ClaimAnswer, EntryStage, PublishRate, Step, StepDays

MAX_TITLE: Final = 200
MAX_TEXT: Final = 2000
MAX_SHORT: Final = 200

DATED: Final = tuple(step for step in Step if step.dated)

LIMITS: Final[Mapping[Step, str]] = {
    Step.PREPARE: "rounds.prepare",
    Step.PLAN: "rounds.plan",
    Step.SURVEY: "rounds.survey",
    Step.COMPILE: "rounds.compile",
    Step.SUBMIT: "rounds.submit",
    Step.REVIEW: "rounds.review",
    Step.NOTICE: "catalogue.public_notice",
    Step.PUBLISH: "rounds.publish",
}
"""The limit of each dated step, counted from the end of the one before."""


# --- Days ------------------------------------------------------------------------------------------------------------


def check_days(days: StepDays) -> None:
    """Raise StepDaysOutOfOrder where a step is to end before the one before it."""
    before: date | None = None
    for step in DATED:
        day = days.due(step)
        if day is not None and before is not None and day < before:
            raise StepDaysOutOfOrder(step=step, field=f"due_{step.value}")
        before = day or before


# --- Claims ----------------------------------------------------------------------------------------------------------


def compiler_of(category: Category, *, bureau: str, lead: str) -> str:
    """Who compiles an entry by its class alone; nobody where departments claim it first. Guide 6.1."""
    if category is Category.BASIC:
        return bureau
    return lead if category is Category.TOPIC else ""


def settle(category: Category, answers: Mapping[str, ClaimAnswer], *, lead: str = "") -> tuple[EntryStage, str]:
    """Where an entry stands by what the departments said, and whose it is then.

    Two that claim a department's entry contest it, whatever others say. Nobody's is what all deny. While one has not
    decided it stays open. A topic is its lead's: only the lead's word settles it, others who say "ours" take part.
    """
    if category is Category.TOPIC:
        word = answers.get(lead, ClaimAnswer.ASKED)
        if word is ClaimAnswer.OURS:
            return EntryStage.CLAIMED, lead
        return (EntryStage.UNCLAIMED if word is ClaimAnswer.NOT_OURS else EntryStage.OFFERED), ""
    ours = [department for department, answer in answers.items() if answer is ClaimAnswer.OURS]
    if len(ours) > 1:
        return EntryStage.CONTESTED, ""
    if any(answer in (ClaimAnswer.ASKED, ClaimAnswer.UNDECIDED) for answer in answers.values()):
        return EntryStage.OFFERED, ""
    return (EntryStage.CLAIMED, ours[0]) if ours else (EntryStage.UNCLAIMED, "")


# --- Progress --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What progress needs of an entry."""

    department: str
    stage: EntryStage
    surveyed: bool
    noticed: bool
    mounted: bool


_FROM: Final = {
    Step.COMPILE: frozenset({EntryStage.SUBMITTED, EntryStage.RETURNED, EntryStage.APPROVED, EntryStage.PUBLISHED}),
    Step.SUBMIT: frozenset({EntryStage.SUBMITTED, EntryStage.APPROVED, EntryStage.PUBLISHED}),
    Step.REVIEW: frozenset({EntryStage.APPROVED, EntryStage.PUBLISHED}),
    Step.PUBLISH: frozenset({EntryStage.PUBLISHED}),
}


def steps_done(entry: EntryFacts) -> frozenset[Step]:
    """The steps an entry has behind it. What was published without a round's notice has its publication, not that."""
    if not entry.stage.settled:
        return frozenset()
    done = {Step.PLAN}
    if entry.surveyed or entry.stage in _FROM[Step.REVIEW]:
        done.add(Step.SURVEY)
    done |= {step for step, stages in _FROM.items() if entry.stage in stages}
    if entry.noticed:
        done.add(Step.NOTICE)
    if entry.mounted and entry.stage is EntryStage.PUBLISHED:
        done.add(Step.MAINTAIN)
    return frozenset(done)


@dataclass(frozen=True, slots=True)
class Cell:
    """How far a department is with a step: so many of so many, and whether its day has passed before all were done."""

    step: Step
    done: int
    total: int
    late: bool = False

    @property
    def complete(self) -> bool:
        return self.total > 0 and self.done >= self.total


@dataclass(frozen=True, slots=True)
class Asked:
    """How many entries a department was asked about, and how many of them it has answered."""

    answered: int = 0
    total: int = 0


def department_cells(
    entries: Sequence[EntryFacts], asked: Asked, *, prepared: bool, overdue_updates: int, days: StepDays, on: date
) -> tuple[Cell, ...]:
    """The ten steps of one department, in order.

    Planning counts answers, so that who denies an entry has done its part; all later steps count the entries it
    compiles. Maintenance counts what is connected of what is published; an update is late as soon as one is overdue.
    """
    done = [steps_done(entry) for entry in entries]
    published = sum(entry.stage is EntryStage.PUBLISHED for entry in entries)
    counts = {step: (sum(step in each for each in done), len(entries)) for step in Step}
    counts[Step.PREPARE] = (int(prepared), 1)
    counts[Step.PLAN] = (asked.answered, asked.total)
    counts[Step.MAINTAIN] = (counts[Step.MAINTAIN][0], published)
    counts[Step.UPDATE] = (max(0, published - overdue_updates), published)
    return tuple(
        Cell(step, reached, total, late=_late(step, reached, total, overdue_updates, days.due(step), on))
        for step, (reached, total) in counts.items()
    )


def _late(step: Step, done: int, total: int, overdue_updates: int, due: date | None, on: date) -> bool:
    if step is Step.UPDATE:
        return overdue_updates > 0
    return due is not None and due < on and done < total


def publish_rate(
    department: str, planned: Mapping[str, bool], demands: Collection[tuple[str, str]], published: Collection[str]
) -> PublishRate:
    """Published ÷ (planned ∪ accepted demands) (目录发布率). Guide 6.2.8.

    `planned` tells for each planned thing, by its resource's code where it has one and else by its number, whether it
    is published; `demands` are numbers with the code of the resource that answers each, or none; `published` the codes
    that are. What was planned and demanded counts once.
    """
    owed = dict(planned)
    for number, code in demands:
        owed[code or number] = owed.get(code or number, False) or code in published
    return PublishRate(department, len(planned), len(demands), len(owed), sum(owed.values()))


# --- Merging ---------------------------------------------------------------------------------------------------------


def plain_title(title: str) -> str:
    """A title for comparison: without blanks and the words that every other title ends with."""
    text = "".join(title.split()).casefold()
    for ending in ("基本信息", "信息", "数据", "台账", "名录"):
        if len(text) > len(ending) + 1 and text.endswith(ending):
            return text.removesuffix(ending)
    return text


def alike(titles: Iterable[tuple[str, str, str]]) -> list[tuple[str, ...]]:
    """Groups of entry numbers with the same plain title in different departments; takes (number, department, title)."""
    groups: dict[str, dict[str, str]] = {}
    for number, department, title in titles:
        groups.setdefault(plain_title(title), {})[number] = department
    return [tuple(group) for group in groups.values() if len(set(group.values())) > 1]


# --- Tables that are read --------------------------------------------------------------------------------------------

ENTRY_HEADS: Final = (
    N_("目录类别"),
    N_("数据资源名称"),
    N_("摘要"),
    N_("责任部门"),
    N_("主题"),
    N_("牵头部门"),
    N_("分类码"),
)
DUTY_HEADS: Final = (N_("部门"), N_("权责编号"), N_("权责名称"), N_("依据"))
SYSTEM_HEADS: Final = (N_("部门"), N_("信息系统名称"), N_("说明"))
SEPARATORS: Final = "、；;，,"


def read_category(text: str) -> Category | None:
    """A class by its number or its word: `1`, `基础`, `基础类`, `基础信息资源`."""
    found = text.strip().removesuffix("信息资源").removesuffix("类")
    words = {"基础": Category.BASIC, "主题": Category.TOPIC, "部门": Category.DEPARTMENT}
    return words.get(found) or {str(each.value): each for each in Category}.get(found)


def parts(text: str) -> tuple[str, ...]:
    """The names in one cell, however they are set apart."""
    for mark in SEPARATORS[1:]:
        text = text.replace(mark, SEPARATORS[0])
    return tuple(dict.fromkeys(name.strip() for name in text.split(SEPARATORS[0]) if name.strip()))
