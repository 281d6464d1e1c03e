"""When each step of a request is due, worked out from the words of the Rules by somebody who never saw the platform.

It imports nothing of it. The days are copied from the yearly notices of the State Council, one line a year; the local
days are those of a region's own notices, the emergency days those of a city. A case is walked day by day, as a clerk
would tick it off on a wall calendar:

Art. 22(2) 应当在2个工作日内完成; (3) 应当在5个工作日内予以答复; (4) 应当在2个工作日内将答复内容推送.
The day of arrival is not counted; what arrives on a day off has arrived on the next working day. Our reading of a
return (退回补正): the office's days stand still from the day after the return until the applicant hands in again, then
what is left goes on, at least one day.

Who takes over a case by an organisation reform (机构改革) takes it with its days, and counts them where he sits. Who
stands in (AB 角) and what goes round inside a department (内部流转) are worked out here too; neither gives the office a
day more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)

# 国务院办公厅关于…年部分节假日安排的通知: days off, then weekends worked.
NOTICES = {
    2019: (
        "0101 0204-0210 0405-0407 0501-0504 0607-0609 0913-0915 1001-1007",
        "0202 0203 0428 0505 0929 1012",
    ),
    2020: ("0101 0124-0202 0404-0406 0501-0505 0625-0627 1001-1008", "0119 0426 0509 0628 0927 1010"),
    2021: (
        "0101-0103 0211-0217 0403-0405 0501-0505 0612-0614 0919-0921 1001-1007",
        "0207 0220 0425 0508 0918 0926 1009",
    ),
    2022: (
        "0101-0103 0131-0206 0403-0405 0430-0504 0603-0605 0910-0912 1001-1007",
        "0129 0130 0402 0424 0507 1008 1009",
    ),
    2023: (
        "0101-0102 0121-0127 0405 0429-0503 0622-0624 0929-1006",
        "0128 0129 0423 0506 0625 1007 1008",
    ),
    2024: (
        "0101 0210-0217 0404-0406 0501-0505 0610 0915-0917 1001-1007",
        "0204 0218 0407 0428 0511 0914 0929 1012",
    ),
    2025: ("0101 0128-0204 0404-0406 0501-0505 0531-0602 1001-1008", "0126 0208 0427 0928 1011"),
    2026: (
        "0101-0103 0215-0223 0404-0406 0501-0505 0619-0621 0925-0927 1001-1007",
        "0104 0214 0228 0509 0920 1010",
    ),
}
# The notices of 2019 and 2023 also moved days of the December before: 2018-12-29 was worked, 2022-12-31 was off.
BEFORE = {"off": [date(2018, 12, 30), date(2018, 12, 31), date(2022, 12, 31)], "worked": [date(2018, 12, 29)]}


def listed(year: int, text: str) -> Iterator[date]:
    """The days of one year written as `0501-0505 0509`."""
    for part in text.split():
        first, _, last = part.partition("-")
        day = date(year, int(first[:2]), int(first[2:]))
        end = date(year, int((last or first)[:2]), int((last or first)[2:]))
        while day <= end:
            yield day
            day += DAY


def national() -> tuple[set[date], set[date]]:
    """Days off and weekends worked, 2019 to 2026."""
    off, worked = set(BEFORE["off"]), set(BEFORE["worked"])
    for year, (rest, work) in NOTICES.items():
        off |= set(listed(year, rest))
        worked |= set(listed(year, work))
    return off, worked


@dataclass(frozen=True)
class Places:
    """What regions change: their own days off, their own days worked, by code of six digits."""

    off: Mapping[str, frozenset[date]] = field(default_factory=dict)
    worked: Mapping[str, frozenset[date]] = field(default_factory=dict)


class WallCalendar:
    """The working days of one place, ticked off from 2018 to 2027."""

    def __init__(self, place: str, places: Places):
        off, worked = national()
        # The county's word before the city's, the city's before the region's, that before the country's.
        codes = list(dict.fromkeys([place, place[:4] + "00", place[:2] + "0000"]))
        self.days: dict[date, bool] = {}
        day = date(2018, 12, 1)
        while day < date(2027, 12, 31):
            self.days[day] = self._ticked(day, codes, places, off, worked)
            day += DAY

    @staticmethod
    def _ticked(day: date, codes: list[str], places: Places, off: set[date], worked: set[date]) -> bool:
        for code in codes:
            if day in places.off.get(code, ()):
                return False
            if day in places.worked.get(code, ()):
                return True
        return day not in off if day.isoweekday() <= 5 else day in worked

    def received(self, day: date) -> date:
        """The day on which what came in counts as received."""
        while not self.days[day]:
            day += DAY
        return day


@dataclass(frozen=True)
class Colleague:
    """One of those who share a post: A or deputy (B), of which inner office, and when he is away, first to last day."""

    name: str
    office: str = ""
    deputy: bool = False
    away: tuple[tuple[date, date], ...] = ()

    def is_in(self, day: date) -> bool:
        return not any(first <= day <= last for first, last in self.away)


def asked_on(day: date, people: Iterable[Colleague]) -> frozenset[str]:
    """Whom somebody at the counter would be sent to on a day (AB 角).

    Every A who is in; and a B who is in when no A whom he stands in for is: of his office, or any if he has none. When
    the room is empty the work waits on the desks of the As all the same.
    """
    here = [each for each in people if each.is_in(day)]
    manned = {each.office for each in here if not each.deputy}
    sent_to = set()
    for each in here:
        minded = manned & {each.office} if each.office else manned
        if not each.deputy or not minded:
            sent_to.add(each.name)
    everybody = list(people)
    return frozenset(sent_to or [each.name for each in everybody if not each.deputy] or [e.name for e in everybody])


@dataclass(frozen=True)
class Desk:
    """An office as a case meets it: the place whose days it keeps, and its people by post."""

    place: str
    people: Mapping[str, tuple[Colleague, ...]] = field(default_factory=dict)


# --- Round the department before the answer --------------------------------------------------------------------------
@dataclass(frozen=True)
class Said:
    """An opinion: so many days after it was asked, "yes", "no" or "back"; opinions come in their order."""

    after: int
    word: str


@dataclass(frozen=True)
class Round:
    """One step inside a department: whose word settles it ("all", "any", "majority"), and what was said."""

    rule: str
    said: tuple[Said, ...]


def round_ends(asked: date, asked_of: Round) -> tuple[date, str]:
    """When a step was settled and how, ticking off the opinions one by one."""
    seats, yes, no = len(asked_of.said), 0, 0
    for opinion in sorted(asked_of.said, key=lambda each: each.after):
        day = asked + opinion.after * DAY
        if opinion.word == "back":
            return day, "back"
        yes += opinion.word == "yes"
        no += opinion.word == "no"
        carried = {"all": yes == seats, "any": yes > 0, "majority": 2 * yes > seats}[asked_of.rule]
        lost = {"all": no > 0, "any": no == seats, "majority": 2 * no >= seats}[asked_of.rule]
        if carried or lost:
            return day, "yes" if carried else "no"
    raise AssertionError(f"nobody settled {asked_of}")


def free_on(begun: date, attempts: Sequence[Sequence[Round]]) -> date:
    """The first day on which an answer may leave: what went round was agreed; what was not goes round again at once."""
    day = begun
    for rounds in attempts:
        word = "yes"
        for each in rounds:
            day, word = round_ends(day, each)
            if word != "yes":
                break
        if word == "yes":
            return day
    raise AssertionError(f"never agreed: {attempts}")


# --- The case --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Stay:
    """The case in an office: which step, from the day it came to the day it left. `left_by` is "return" or "done".

    `attempts` is what went round the department from the day it came; the outer limit knows nothing of it.
    """

    step: str
    came: date
    left: date
    left_by: str
    attempts: tuple[tuple[Round, ...], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What the oracle says of one stay: the days it had, its last day, days used, when who is told, and who acts.

    `due_at_first` is the last day as it was on arrival: an office that takes over in between counts by its own days.
    """

    step: str
    had: int
    received: date
    due_at_first: date
    due: date
    used: int
    reminded: date
    told: tuple[date, date, date]
    asked_at_first: frozenset[str]
    asked: frozenset[str]
    free: date


LIMITS = {"review": 2, "answer": 5, "push": 2}
ESCALATION = (1, 3, 5)  # working days after the last day: monitor, cloud chief, bulletin

DeskOn = Callable[[str, date], Desk]
"""The desk that has a step on a day: an organisation reform hands what is open to another."""
WallOf = Callable[[str], WallCalendar]


def last_day(came: date, days: int, wall: WallCalendar) -> date:
    """The day on which so many working days are ticked off, the day of arrival not counted."""
    day = wall.received(came)
    while days:
        day += DAY
        days -= wall.days[day]
    return day


def ticked(came: date, left: date, wall: WallCalendar) -> int:
    """Working days from the day after what came was received to the day it left."""
    day, count = wall.received(came), 0
    while day < left:
        day += DAY
        count += wall.days[day]
    return count


def rungs_after(due: date, wall: WallCalendar) -> tuple[date, date, date]:
    """The days on which monitor, cloud chief and bureau hear that a step is late."""
    told, late, day = [], 0, due
    while len(told) < len(ESCALATION):
        day += DAY
        late += wall.days[day]
        if wall.days[day] and late in ESCALATION:
            told.append(day)
    return told[0], told[1], told[2]


def reminded_before(due: date, wall: WallCalendar) -> date:
    """The last working day before the last day."""
    day = due - DAY
    while not wall.days[day]:
        day -= DAY
    return day


def walk(stays: Sequence[Stay], desk_on: DeskOn, wall_of: WallOf) -> list[Verdict]:
    """The stays of one case in their order.

    The office that has the case when it leaves answers for the whole stay, by its own wall calendar. What was used up
    before a return stays used up as it was counted then, whoever goes on.
    """
    left = dict(LIMITS)
    found = []
    for stay in stays:
        first, last = desk_on(stay.step, stay.came), desk_on(stay.step, stay.left)
        wall, days = wall_of(last.place), left[stay.step]
        used, due = ticked(stay.came, stay.left, wall), last_day(stay.came, days, wall)
        if stay.left_by == "return":
            left[stay.step] = max(days - used, 1)
        found.append(
            Verdict(
                step=stay.step,
                had=days,
                received=wall.received(stay.came),
                due_at_first=last_day(stay.came, days, wall_of(first.place)),
                due=due,
                used=used,
                reminded=reminded_before(due, wall),
                told=rungs_after(due, wall),
                asked_at_first=asked_on(stay.came, first.people.get("steward", ())),
                asked=asked_on(stay.left, last.people.get("steward", ())),
                free=free_on(stay.came, stay.attempts) if stay.attempts else stay.came,
            )
        )
    return found


# --- What is told, day by day ----------------------------------------------------------------------------------------
RUNGS = ("in_time", "soon", "due", "overdue", "to_monitor", "to_chief", "to_bureau")


def reached(day: date, due: date, wall: WallCalendar) -> int:
    """How far down a step is on a day, as a place in RUNGS."""
    if day > due:
        return RUNGS.index("overdue") + sum(day >= rung for rung in rungs_after(due, wall))
    if day == due:
        return RUNGS.index("due")
    return RUNGS.index("soon" if day >= reminded_before(due, wall) else "in_time")


def tell(
    came: date, left: date, days: int, wall_on: Callable[[date], WallCalendar], *, by_noon: bool
) -> Iterator[tuple[date, str]]:
    """Who looks at the wall each noon says this, from the day a case came (`by_noon` or after) to the day it left.

    What was said of a last day is not said of it again. When that is no longer the last day, what was said is said
    anew as it comes by the new one. Of warnings that come together only the last is said; of delays every one.
    """
    said, said_of, day = 0, None, came if by_noon else came + DAY
    while day <= left:
        wall = wall_on(day)
        due = last_day(came, days, wall)
        now = reached(day, due, wall)
        if said_of != due:
            said = min(said, now)
        fresh = range(said + 1, now + 1)
        late = [rung for rung in fresh if rung >= RUNGS.index("overdue")]
        for rung in late or list(fresh)[-1:]:
            yield day, RUNGS[rung]
        if fresh:
            said_of = due
        said, day = max(said, now), day + DAY
