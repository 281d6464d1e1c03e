"""Cases as values: what guards, effects, tasks and pages are handed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Any, Protocol

from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post
from jutong.kernel.text import N_
from jutong.kernel.workdays import Limit


class Stage(IntEnum):
    """How far a clock has run down (时限状态). Each stage is told once; none decides the case."""

    IN_TIME = 0
    SOON = 1  # the day before the last working day: 提醒
    DUE = 2  # the last day: 催办
    OVERDUE = 3  # after it: 逾期
    TO_MONITOR = 4  # one working day later: 数据监督专员
    TO_CHIEF = 5  # three: 云长
    TO_BUREAU = 6  # five: 通报


class EventKind(StrEnum):
    """What a case's event tells of."""

    OPENED = "opened"
    MOVED = "moved"
    CLAIMED = "claimed"
    RELEASED = "released"
    REASSIGNED = "reassigned"
    REMINDED = "reminded"
    OVERDUE = "overdue"
    RECOUNTED = "recounted"
    URGED = "urged"
    INNER_BEGUN = "inner_begun"
    INNER_ENDED = "inner_ended"

    @property
    def label(self) -> str:
        """What was done, in a few words; of a move its transition tells more."""
        return _EVENT_TITLES[self]


_EVENT_TITLES = {
    EventKind.OPENED: N_("提交"),
    EventKind.MOVED: N_("流转"),
    EventKind.CLAIMED: N_("认领"),
    EventKind.RELEASED: N_("退回认领"),
    EventKind.REASSIGNED: N_("调整办理人"),
    EventKind.REMINDED: N_("到期提醒"),
    EventKind.OVERDUE: N_("逾期提醒"),
    EventKind.RECOUNTED: N_("到期日调整"),
    EventKind.URGED: N_("催办"),
    EventKind.INNER_BEGUN: N_("送内部审签"),
    EventKind.INNER_ENDED: N_("内部审签结束"),
}


@dataclass(frozen=True, slots=True)
class CaseRef:
    """A case by its number, with the state it is in now."""

    case_no: str
    procedure: str
    state: str
    closed: bool
    outcome: str


@dataclass(frozen=True)
class CaseValue:
    """A case (办件) as guards and effects see it. `parties` names an organisation (uscc) for each party."""

    case_no: str
    procedure: str
    version: int
    subject_code: str
    title: str
    parties: Mapping[str, str]
    data: Mapping[str, Any]
    state: str
    opened_by: ActorRef
    opened_at: datetime
    region: str = ""
    outcome: str = ""
    closed_at: datetime | None = None
    taken: Mapping[str, int] = field(default_factory=dict)
    """How often each transition was taken."""


@dataclass(frozen=True, slots=True)
class ClockValue:
    """The clock of a step (时限): its limit, when it ran, and what is left.

    `used_workdays` counts what the Rules count and only so far; `natural_days` is what passed on the wall.
    """

    step: str
    limit: Limit
    started_at: datetime
    due_on: date
    provisional: bool
    used: int
    natural_days: int
    left: int | None
    stage: Stage
    paused: bool
    ended_at: datetime | None
    received_on: date | None = None
    """The day the arrival counts as received: on a day off, the next working day (视为收到)."""

    @property
    def deemed_received(self) -> date | None:
        """That day, where it is another than that of the arrival."""
        return self.received_on if self.received_on != local_day(self.started_at) else None


@dataclass(frozen=True)
class EventValue:
    """One event of a case: who did what, when, with which words."""

    number: int
    kind: EventKind
    transition: str
    from_state: str
    to_state: str
    by: ActorRef
    by_name: str
    by_organisation: str
    at: datetime
    remark: str
    data: Mapping[str, Any]
    used: int | None
    limit: int | None
    natural_days: int | None = None
    """Calendar days the case stood in the state that was left (自然历时)."""


@dataclass(frozen=True, slots=True)
class CaseTimes:
    """What a whole case took (办理用时): what the Rules count of its offices, and what passed on the wall.

    `waiting_days` are calendar days in which the office waited for somebody else (退回补正).
    """

    workdays: int
    natural_days: int
    waiting_days: int
    received_on: date


@dataclass(frozen=True, slots=True)
class Task:
    """A step that waits for the subject to act (待办). Titles are source texts."""

    case_no: str
    case_title: str
    procedure: str
    procedure_title: str
    step: str
    step_title: str
    subject_code: str
    arrived_at: datetime
    due_on: date | None
    provisional: bool
    left: int | None
    unit: str
    article: str
    stage: Stage
    holder_no: str
    holder_name: str
    url: str
    inner: str = ""
    """The step inside the department for which the subject is asked (内部流转), if it is one."""


@dataclass(frozen=True, slots=True)
class HeldStep:
    """An open step of a case as it hangs on a person or a post: for hand-overs."""

    case_no: str
    case_title: str
    step_title: str
    post: str
    organisation: str
    url: str


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step whose clock runs (在办环节), as the people see it who watch over others. Titles are source texts."""

    case_no: str
    case_title: str
    procedure: str
    procedure_title: str
    step_title: str
    organisation: str
    post: str
    holder_name: str
    due_on: date
    left: int
    unit: str
    article: str
    stage: Stage
    reminders: int
    reminded_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class Burden:
    """Steps that wait for an organisation (在办情况), counted by how their clocks stand."""

    organisation: str
    open: int
    overdue: int
    due_today: int
    to_monitor: int
    to_chief: int
    to_bureau: int
    earliest_due_on: date | None


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Steps of an organisation that fell due in a month (按时办理): how many were done in time, and how long they took.

    `due` counts steps whose last day lay in the month, `in_time` those done by then. `workdays` and `natural_days`
    are sums over the `done` ones; a step that is still open is due and not in time. Steps that ended because their
    case was withdrawn or lapsed are left out.
    """

    organisation: str
    month: date
    due: int
    in_time: int
    done: int
    workdays: int
    natural_days: int


@dataclass(frozen=True, slots=True)
class StateDescription:
    """A state of a procedure in words: who acts, the limit with its article, and the ways on."""

    key: str
    title: str
    who: str
    limit: str
    article: str
    ways: str


class Person(Protocol):
    """Somebody who may act, by number and name."""

    @property
    def person_no(self) -> str: ...

    @property
    def display_name(self) -> str: ...


class AssigneeDirectory(Protocol):
    """Knows who holds which post (办理人目录). `accounts` plugs itself in."""

    def people_in(self, *, post: Post, organisation: str, at: datetime) -> Sequence[Person]:
        """Who holds a post of an organisation now."""
        ...

    def titles(self, organisations: Iterable[str], *, on: date | None = None) -> Mapping[str, str]:
        """Names of organisations by code, on a day or today; unknown codes are left out."""
        ...


class OrganisationBook(Protocol):
    """Knows organisations (单位名录). `organisations` plugs itself in."""

    def bureau(self) -> str:
        """The code of the big-data bureau; empty where it is not registered."""
        ...

    def region_of(self, organisation: str) -> str:
        """The division an organisation belongs to; empty where it is unknown."""
        ...
