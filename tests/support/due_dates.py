"""Simulated cases of 2019 to 2026 with all that happens to them, and the platform's own count of their days."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random

from jutong.foundation.procedures.domain import clocks
from jutong.foundation.procedures.values import InnerResult, Mode, Stage
from jutong.foundation.procedures.values import Verdict as Word
from jutong.foundation.procedures.values.inner import settled
from jutong.foundation.rulebook.adapters.notices import notices_of_package
from jutong.kernel.workdays import Limit, LimitUnit, LocalDays, WorkCalendar
from jutong.registry.accounts import domain as people
from jutong.registry.accounts.domain import Holder
from tests.support.due_date_oracle import (
    LIMITS,
    Colleague,
    Desk,
    Places,
    Round,
    Said,
    Stay,
    Verdict,
    WallCalendar,
    free_on,
    round_ends,
    walk,
)

FIRST = date(2019, 1, 2)
REGION, CITIES = "450000", [f"45{n:02d}00" for n in range(1, 15)]
# 壮族三月三: the third day of the third month of the lunar calendar and the day after it.
THIRD_OF_THIRD = [
    date(2019, 4, 7), date(2020, 3, 26), date(2021, 4, 14), date(2022, 4, 3), date(2023, 4, 22), date(2024, 4, 11),
    date(2025, 3, 31), date(2026, 4, 19),
]  # fmt: skip
LADDER = clocks.Ladder(remind_before=1, to_monitor=1, to_chief=3, bulletin=5)


@dataclass(frozen=True)
class SimulatedCase:
    """The desks that have each step, each from a day on, and what happened."""

    desks: Mapping[str, tuple[tuple[date, Desk], ...]]
    stays: tuple[Stay, ...]

    def desk_on(self, step: str, day: date) -> Desk:
        return [desk for since, desk in self.desks[step] if since <= day][-1]

    @property
    def changed_hands(self) -> bool:
        """Did another office take over while a step was open?"""
        return any(self.desk_on(stay.step, stay.came) != self.desk_on(stay.step, stay.left) for stay in self.stays)


@dataclass(frozen=True)
class Department:
    """A department's desk, and on which days it is split between which two others."""

    desk: Desk
    reforms: tuple[tuple[date, int, int], ...]


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


def departments(chance: Random) -> list[Department]:
    """Departments all over the region, with A and B who go away now and then, reformed every few months."""
    counties = [city[:4] + "21" for city in CITIES]
    places = [REGION, *CITIES, *CITIES, *counties]
    return [
        Department(Desk(place, {"steward": _people(f"D{n}", chance)}), tuple(_reforms(chance, len(places))))
        for n, place in enumerate(places)
    ]


def _people(name: str, chance: Random) -> tuple[Colleague, ...]:
    """One or two As in offices of their own, and deputies of an office or of all."""
    offices = chance.choice((("",), ("一处",), ("一处", "二处")))
    deputies = chance.choice(((), ("",), ("一处",), ("一处", "二处")))
    return tuple(
        Colleague(f"{name}{'B' if deputy else 'A'}{n}", office, deputy, tuple(absences(chance)))
        for deputy, each in ((False, offices), (True, deputies))
        for n, office in enumerate(each)
    )


def absences(chance: Random) -> Iterator[tuple[date, date]]:
    """When somebody is away, first and last days."""
    day = FIRST + timedelta(days=chance.randrange(60))
    while day < date(2027, 1, 1):
        last = day + timedelta(days=chance.randrange(20))
        yield day, last
        day = last + timedelta(days=1 + chance.randrange(60))


def _reforms(chance: Random, count: int) -> Iterator[tuple[date, int, int]]:
    day = FIRST + timedelta(days=chance.randrange(150))
    while day < date(2027, 1, 1):
        yield day, chance.randrange(count), chance.randrange(count)
        day += timedelta(days=60 + chance.randrange(120))


def _desks(chance: Random, all_of_them: Sequence[Department], start: date) -> tuple[tuple[date, Desk], ...]:
    """The desk that a new case comes to, and those that take it over: each reform gives it to one of two."""
    here = chance.choice(all_of_them)
    found, day, end = [(date.min, here.desk)], start, start + timedelta(days=120)
    while ahead := [reform for reform in here.reforms if day < reform[0] <= end]:
        day, *targets = ahead[0]
        here = all_of_them[chance.choice(targets)]
        found.append((day, here.desk))
    return tuple(found)


def _attempts(chance: Random) -> tuple[tuple[Round, ...], ...]:
    """What goes round before an answer: at times nothing, at times again after a no."""
    failed = [_rounds(chance, ("no", "back"))] if chance.random() < 0.2 else []
    return (*failed, _rounds(chance, ("yes",))) if chance.random() < 0.7 else ()


def _rounds(chance: Random, ends: tuple[str, ...]) -> tuple[Round, ...]:
    """One to three steps; all but the last are agreed, and it ends as it should whatever a minority says."""
    rounds = [_round(chance, "yes") for _ in range(chance.randrange(3))]
    return (*rounds, _round(chance, chance.choice(ends)))


def _round(chance: Random, end: str) -> Round:
    while True:
        seats = chance.choice((1, 1, 2, 3, 4))
        words = [chance.choice(("yes", "yes", "no", end)) for _ in range(seats)]
        asked = Round(
            chance.choice(("all", "any", "majority")),
            tuple(
                Said(after, word) for after, word in zip(sorted(chance.choices(range(4), k=seats)), words, strict=True)
            ),
        )
        with contextlib.suppress(AssertionError):
            if round_ends(FIRST, asked)[1] == end:
                return asked


def simulate(chance: Random, count: int, all_of_them: Sequence[Department] | None = None) -> Iterator[SimulatedCase]:
    """Cases that begin on any day, go on in time or late, and are returned up to twice in each of two steps."""
    span = (date(2026, 11, 1) - FIRST).days
    known = all_of_them or departments(chance)
    bureau = ((date.min, Desk(REGION)),)
    for _ in range(count):
        day, stays = FIRST + timedelta(days=chance.randrange(span)), []
        desks = {"review": bureau, "answer": _desks(chance, known, day), "push": bureau}
        for step in ("review", "answer", "push"):
            returns = chance.choice((0, 0, 0, 1, 1, 2)) if step != "push" else 0
            for turn in range(returns + 1):
                left = day + timedelta(days=chance.choice((0, 0, 1, 1, 2, 3, 4, 5, 7, 9, 14)))
                attempts = _attempts(chance) if step == "answer" and turn == returns else ()
                left = max(left, free_on(day, attempts)) if attempts else left
                stays.append(Stay(step, day, left, "return" if turn < returns else "done", attempts))
                day = left + timedelta(days=chance.randrange(12)) if turn < returns else left
        yield SimulatedCase(desks, tuple(stays))


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


@dataclass(frozen=True)
class Hand:
    """The platform's own rules by which cases are counted; a test puts a mistake in the place of one."""

    used: Callable[[Limit, date, date, WorkCalendar], int] = clocks.used
    asked: Callable[[Sequence[Holder]], Sequence[Holder]] = people.asked
    settled: Callable[[Mode, Sequence[Word | None]], InnerResult] = settled
    stays_where_it_was: bool = False
    counts_again_what_was_used: bool = False


def count_as_the_platform(case: SimulatedCase, calendar: WorkCalendar, hand: Hand) -> list[Verdict]:
    """What the platform's rules make of a case."""
    limits = {step: Limit(f"sharing.{step}", days, LimitUnit.WORKDAY, "") for step, days in LIMITS.items()}
    held: dict[str, tuple[Limit, date, date, str]] = {}
    found = []
    for stay in case.stays:
        first, last = case.desk_on(stay.step, stay.came), case.desk_on(stay.step, stay.left)
        before, here = calendar.at(first.place), calendar.at((first if hand.stays_where_it_was else last).place)
        limit = limits[stay.step]
        if stay.step in held:
            whole, came, paused_on, place = held.pop(stay.step)
            there = before if hand.counts_again_what_was_used else calendar.at(place)
            limit = _left(whole, came, paused_on, there, hand)
        due = clocks.due(limit, stay.came, here).day
        if stay.left_by == "return":
            held[stay.step] = (limit, stay.came, stay.left, here.region)
        stages = (Stage.IN_TIME, Stage.OVERDUE, Stage.TO_MONITOR, Stage.TO_CHIEF)
        looks = [clocks.next_look(due, stage, here, LADDER) for stage in stages]
        found.append(
            Verdict(
                step=stay.step,
                had=limit.amount,
                received=clocks.received_on(limit, stay.came, here),
                due_at_first=clocks.due(limit, stay.came, before).day,
                due=due,
                used=hand.used(limit, stay.came, stay.left, here),
                reminded=looks[0],
                told=(looks[1], looks[2], looks[3]),
                asked_at_first=_asked(stay.came, first, hand),
                asked=_asked(stay.left, last, hand),
                free=_free(stay, hand),
            )
        )
    return found


def _left(limit: Limit, came: date, paused_on: date, calendar: WorkCalendar, hand: Hand) -> Limit:
    if hand.used is clocks.used:
        return clocks.left_after_pause(limit, came, paused_on, calendar)
    return replace(limit, amount=max(limit.amount - hand.used(limit, came, paused_on, calendar), 1))


def _asked(day: date, desk: Desk, hand: Hand) -> frozenset[str]:
    holders = [
        Holder(each.name, each.office, each.deputy, away=not each.is_in(day)) for each in desk.people.get("steward", ())
    ]
    return frozenset(each.person_no for each in hand.asked(holders)) if holders else frozenset()


_WORDS = {"yes": Word.AGREE, "no": Word.DISAGREE, "back": Word.RETURN}


def _free(stay: Stay, hand: Hand) -> date:
    """The day on which the platform would let an answer leave its department; the far end where it never would."""
    day = stay.came
    for rounds in stay.attempts:
        result = InnerResult.AGREED
        for each in rounds:
            day, result = _settled_on(day, each, hand)
            if result is not InnerResult.AGREED:
                break
        if result is InnerResult.AGREED:
            return day
    return day if not stay.attempts else date.max


def _settled_on(asked: date, step: Round, hand: Hand) -> tuple[date, InnerResult]:
    words: list[Word | None] = [None] * len(step.said)
    for n, said in enumerate(step.said):
        words[n] = _WORDS[said.word]
        result = hand.settled(Mode(step.rule), words)
        if result is not InnerResult.OPEN:
            return asked + timedelta(days=said.after), result
    return date.max, InnerResult.OPEN


@dataclass(frozen=True)
class Finding:
    """How many cases were compared, how many stays of them, what befell them, and where somebody else was right."""

    cases: int
    stays: int
    returned: int
    changed_hands: int
    went_round: int
    stood_in: int
    wrong: list[str]


def compare(seed: int, count: int, *, calendar: WorkCalendar | None = None, hand: Hand = Hand()) -> Finding:
    """Simulate cases and compare the platform's days and people with the oracle's."""
    chance = Random(seed)
    places = days_of_places(chance)
    known = calendar or platform_calendar(places)
    wall_of = cache(lambda place: WallCalendar(place, places))
    met: Counter[str] = Counter()
    wrong = []
    for n, case in enumerate(simulate(chance, count)):
        expected = walk(case.stays, case.desk_on, wall_of)
        got = count_as_the_platform(case, known, hand)
        met["stays"] += len(case.stays)
        met["returned"] += any(stay.left_by == "return" for stay in case.stays)
        met["changed_hands"] += case.changed_hands
        met["went_round"] += any(stay.attempts for stay in case.stays)
        met["stood_in"] += any("B" in name for said in expected for name in said.asked)
        if got != expected:
            wrong.append(f"seed {seed}, case {n}: {case}\n  oracle {expected}\n  platform {got}")
    return Finding(
        count, met["stays"], met["returned"], met["changed_hands"], met["went_round"], met["stood_in"], wrong
    )
