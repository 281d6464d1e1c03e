"""When each step of a request is due, worked out from the words of the Rules by somebody who never saw the platform.

It imports nothing of it. The days are copied from the yearly notices of the State Council, one line a year; the local
days are those of a region's own notices, the emergency days those of a city. A case is walked day by day, as a clerk
would tick it off on a wall calendar:

Art. 22(2) 应当在2个工作日内完成; (3) 应当在5个工作日内予以答复; (4) 应当在2个工作日内将答复内容推送.
The day of arrival is not counted; what arrives on a day off has arrived on the next working day. Our reading of a
return (退回补正): the office's days stand still from the day after the return until the applicant hands in again, then
what is left goes on, at least one day.
"""

from collections.abc import Iterator, Mapping, Sequence
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
class Stay:
    """The case in an office: which step, from the day it came to the day it left. `left_by` is "return" or "done"."""

    step: str
    came: date
    left: date
    left_by: str


@dataclass(frozen=True)
class Verdict:
    """What the oracle says of one stay: the last day, days used of it, and when who is told."""

    step: str
    received: date
    due: date
    used: int
    reminded: date
    told: tuple[date, date, date]


LIMITS = {"review": 2, "answer": 5, "push": 2}
ESCALATION = (1, 3, 5)  # working days after the last day: monitor, cloud chief, bulletin


def walk(stays: Sequence[Stay], walls: Mapping[str, WallCalendar]) -> list[Verdict]:
    """The stays of one case in their order; `walls` is the calendar of the office that has each step."""
    left = dict(LIMITS)
    found = []
    for stay in stays:
        wall = walls[stay.step].days
        received = walls[stay.step].received(stay.came)
        remaining, used, day = left[stay.step], 0, received
        while remaining or day < stay.left:
            day += DAY
            if not wall[day]:
                continue
            if remaining:
                remaining -= 1
                due = day
            if day <= stay.left:
                used += 1
        if stay.left_by == "return":
            left[stay.step] = max(left[stay.step] - used, 1)
        reminded = due - DAY
        while not wall[reminded]:
            reminded -= DAY
        told, late, day = [], 0, due
        while len(told) < len(ESCALATION):
            day += DAY
            late += wall[day]
            if wall[day] and late in ESCALATION:
                told.append(day)
        found.append(Verdict(stay.step, received, due, used, reminded, (told[0], told[1], told[2])))
    return found
