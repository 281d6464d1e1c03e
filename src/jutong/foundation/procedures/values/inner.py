"""Steps inside a department (内部流转): what it lays down for itself, and how one circulation went."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from jutong.kernel.policy import Post
from jutong.kernel.text import N_

MAX_STEPS = 4
MAX_SEATS = 8


class Mode(StrEnum):
    """Whose word settles a step in which several are asked at once (会签方式)."""

    ALL = "all"  # 全部同意
    ANY = "any"  # 一人同意
    MAJORITY = "majority"  # 过半数同意

    @property
    def label(self) -> str:
        return _MODES[self]


_MODES = {Mode.ALL: N_("全部同意"), Mode.ANY: N_("任一同意"), Mode.MAJORITY: N_("过半数同意")}


class Verdict(StrEnum):
    """One opinion (会签意见)."""

    AGREE = "agree"  # 同意
    DISAGREE = "disagree"  # 不同意
    RETURN = "return"  # 退回经办

    @property
    def label(self) -> str:
        return _VERDICTS[self]


_VERDICTS = {Verdict.AGREE: N_("同意"), Verdict.DISAGREE: N_("不同意"), Verdict.RETURN: N_("退回经办人")}


class InnerResult(StrEnum):
    """How a circulation stands or ended (内部流转结果)."""

    OPEN = "open"  # 流转中
    AGREED = "agreed"  # 已同意
    DISAGREED = "disagreed"  # 不同意
    RETURNED = "returned"  # 退回经办
    DROPPED = "dropped"  # 收回

    @property
    def label(self) -> str:
        return _RESULTS[self]


_RESULTS = {
    InnerResult.OPEN: N_("内部流转中"),
    InnerResult.AGREED: N_("内部已同意"),
    InnerResult.DISAGREED: N_("内部不同意"),
    InnerResult.RETURNED: N_("退回经办人"),
    InnerResult.DROPPED: N_("已收回"),
}


class StepSource(StrEnum):
    """Why a step is there (设置依据)."""

    SCHEME = "scheme"  # 本部门设置
    PACK = "pack"  # 规则要求
    SIGN_OFF = "sign_off"  # 复核

    @property
    def label(self) -> str:
        return _SOURCES[self]


_SOURCES = {StepSource.SCHEME: N_("本部门设置"), StepSource.PACK: N_("规则要求"), StepSource.SIGN_OFF: N_("复核")}


@dataclass(frozen=True, slots=True)
class Seat:
    """Who is asked: whoever holds a post of the department, or one named person in it."""

    post: Post
    person_no: str = ""
    person_name: str = ""


@dataclass(frozen=True, slots=True)
class SchemeStep:
    """One step: its title, such as the office that looks at it (处室), who is asked, and whose word settles it."""

    title: str
    seats: tuple[Seat, ...]
    mode: Mode = Mode.ALL
    source: StepSource = StepSource.SCHEME
    article: str = ""

    def to_json(self) -> dict[str, Any]:
        seats = [asdict(seat) | {"post": seat.post.value} for seat in self.seats]
        return {"title": self.title, "mode": self.mode.value, "seats": seats}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        seats = tuple(
            Seat(Post(seat["post"]), seat.get("person_no", ""), seat.get("person_name", "")) for seat in data["seats"]
        )
        return cls(data["title"], seats, Mode(data["mode"]))


@dataclass(frozen=True, slots=True)
class SchemeValue:
    """What a department has laid down for one kind of matter from a day on (内部流转方案)."""

    organisation: str
    kind: str
    valid_from: date
    steps: tuple[SchemeStep, ...]
    changed_by_name: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class InnerSeatValue:
    """One who is asked, and what was said."""

    seat_no: int
    post: Post
    person_no: str
    person_name: str
    given_by_no: str
    given_by_name: str
    at: datetime | None
    verdict: Verdict | None
    remark: str


@dataclass(frozen=True, slots=True)
class InnerStepValue:
    """One step of a circulation; `asked_at` is empty while it waits for those before it."""

    number: int
    title: str
    mode: Mode
    source: StepSource
    article: str
    asked_at: datetime | None
    done_at: datetime | None
    seats: tuple[InnerSeatValue, ...]


@dataclass(frozen=True)
class InnerRunValue:
    """One circulation inside a department (内部流转): what is proposed, who was asked, what they said."""

    run_no: int
    case_no: str
    state: str
    transition: str
    kind: str
    organisation: str
    result: InnerResult
    proposed_by_no: str
    proposed_by_name: str
    proposed_at: datetime
    remark: str
    data: Mapping[str, Any]
    ended_at: datetime | None
    steps: tuple[InnerStepValue, ...]


def settled(mode: Mode, verdicts: Iterable[Verdict | None]) -> InnerResult:
    """How a step stands with the opinions given so far; None is one who has not spoken.

    One who sends it back ends it. It is refused as soon as those who are left could not carry it any more.
    """
    given = list(verdicts)
    agreed, against = given.count(Verdict.AGREE), given.count(Verdict.DISAGREE)
    if Verdict.RETURN in given:
        return InnerResult.RETURNED
    needed = {Mode.ALL: len(given), Mode.ANY: 1, Mode.MAJORITY: len(given) // 2 + 1}[mode]
    if agreed >= needed:
        return InnerResult.AGREED
    return InnerResult.DISAGREED if len(given) - against < needed else InnerResult.OPEN
