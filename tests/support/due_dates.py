"""Simulated cases of 2019 to 2026 with all that happens to them, and the platform's own count of their days."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from jutong.foundation.procedures.domain import clocks
from jutong.foundation.procedures.values import Stage
from jutong.foundation.rulebook.adapters.notices import notices_of_package
from jutong.kernel.workdays import Limit, LimitUnit, LocalDays, WorkCalendar
from tests.support.due_date_oracle import LIMITS, Places, Stay, Verdict, WallCalendar, walk

REGION, CITIES = "450000", [f"45{n:02d}00" for n in range(1, 15)]
# 壮族三月三: the third day of the third month of the lunar calendar and the day after it.
THIRD_OF_THIRD = [
    date(2019, 4, 7), date(2020, 3, 26), date(2021, 4, 14), date(2022, 4, 3), date(2023, 4, 22), date(2024, 4, 11),
    date(2025, 3, 31), date(2026, 4, 19),
]  # fmt: skip
LADDER = clocks.Ladder(remind_before=1, to_monitor=1, to_chief=3, bulletin=5)


@dataclass(frozen=True)
class SimulatedCase:
    """The offices' regions by step, and what happened."""

    places: dict[str, str]
    stays: tuple[Stay, ...]


def days_of_places(chance: Random) -> Places:
    """The region's festival, a day off and a day worked of cities by their own notices, and their emergencies."""
    off = {REGION: frozenset(day + timedelta(days=n) for day in THIRD_OF_THIRD for n in (0, 1))}
    worked = {}
    for city in CITIES:
        own = {date(year, chance.randrange(1, 13), chance.randrange(1, 28)) for year in range(2019, 2027)}
        emergencies = set()
        for year in range(2019, 2027):
            first = date(year, chance.randrange(6, 11), chance.randrange(1, 28))
            emergencies |= {first + timedelta(days=n) for n in range(chance.randrange(1, 4))}
        off[city] = frozenset(own | emergencies)
        weekends = {date(year, 11, chance.randrange(1, 28)) for year in range(2019, 2027)}
        worked[city] = frozenset(day for day in weekends if day.isoweekday() > 5) - off[city]
        county = city[:4] + "21"
        off[county] = frozenset({date(year, 8, chance.randrange(1, 28)) for year in range(2019, 2027)})
    return Places(off, worked)


def simulate(chance: Random, count: int) -> Iterator[SimulatedCase]:
    """Cases that begin on any day, go on in time or late, and are returned up to twice in each of two steps."""
    first, span = date(2019, 1, 2), (date(2026, 11, 1) - date(2019, 1, 2)).days
    for _ in range(count):
        provider = chance.choice([REGION, *CITIES, chance.choice(CITIES)[:4] + "21"])
        places = {"review": REGION, "answer": provider, "push": REGION}
        day, stays = first + timedelta(days=chance.randrange(span)), []
        for step in ("review", "answer", "push"):
            returns = chance.choice((0, 0, 0, 1, 1, 2)) if step != "push" else 0
            for turn in range(returns + 1):
                left = day + timedelta(days=chance.choice((0, 0, 1, 1, 2, 3, 4, 5, 7, 9, 14)))
                stays.append(Stay(step, day, left, "return" if turn < returns else "done"))
                day = left + timedelta(days=chance.randrange(12)) if turn < returns else left
        yield SimulatedCase(places, tuple(stays))


def platform_calendar(places: Places) -> WorkCalendar:
    """The calendar as the platform lays it down from what comes with it, and the places' own days."""
    entries = [day for days in notices_of_package().values() for day in days]
    regions = places.off.keys() | places.worked.keys()
    return WorkCalendar(
        holidays=frozenset(day.day for day in entries if not day.is_workday),
        working_weekends=frozenset(day.day for day in entries if day.is_workday),
        local={
            code: LocalDays(places.off.get(code, frozenset()), places.worked.get(code, frozenset())) for code in regions
        },
    )


Used = Callable[[Limit, date, date, WorkCalendar], int]


def count_as_the_platform(case: SimulatedCase, calendar: WorkCalendar, used: Used = clocks.used) -> list[Verdict]:
    """What the platform's rules make of a case. `used` may be another than its own: a seeded mistake."""
    limits = {step: Limit(f"sharing.{step}", days, LimitUnit.WORKDAY, "") for step, days in LIMITS.items()}
    found = []
    for stay in case.stays:
        here, limit = calendar.at(case.places[stay.step]), limits[stay.step]
        due = clocks.due(limit, stay.came, here).day
        spent = used(limit, stay.came, stay.left, here)
        if stay.left_by == "return":
            limits[stay.step] = clocks.left_after_pause(limit, stay.came, stay.left, here)
            if used is not clocks.used:
                limits[stay.step] = Limit(limit.key, max(limit.amount - spent, 1), limit.unit, limit.article)
        stages = (Stage.IN_TIME, Stage.OVERDUE, Stage.TO_MONITOR, Stage.TO_CHIEF)
        looks = [clocks.next_look(due, stage, here, LADDER) for stage in stages]
        received = clocks.received_on(limit, stay.came, here)
        found.append(Verdict(stay.step, received, due, spent, looks[0], (looks[1 + 0], looks[2], looks[3])))
    return found


@dataclass(frozen=True)
class Finding:
    """How many cases were compared, how many stays of them, and the cases in which somebody else was right."""

    cases: int
    stays: int
    wrong: list[str]


def compare(seed: int, count: int, *, calendar: WorkCalendar | None = None, used: Used = clocks.used) -> Finding:
    """Simulate cases and compare the platform's days with the oracle's."""
    chance = Random(seed)
    places = days_of_places(chance)
    known = calendar or platform_calendar(places)
    walls: dict[str, WallCalendar] = {}
    stays, wrong = 0, []
    for n, case in enumerate(simulate(chance, count)):
        for place in case.places.values():
            if place not in walls:
                walls[place] = WallCalendar(place, places)
        expected = walk(case.stays, {step: walls[place] for step, place in case.places.items()})
        got = count_as_the_platform(case, known, used)
        stays += len(case.stays)
        if got != expected:
            wrong.append(f"seed {seed}, case {n}: {case}\n  oracle {expected}\n  platform {got}")
    return Finding(count, stays, wrong)
