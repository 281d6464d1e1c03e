"""Simulated cases live through the real services with a moved clock, and are due when the oracle says.

All of them run side by side from 2019 to 2026: with returns, the region's own days, cities that stop for a typhoon in
the midst of open clocks, inner steps, and deputies. `JUTONG_SIMULATED_CASES` asks for more than the few of each day.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

import pytest

from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures import plugs, queries
from jutong.foundation.procedures.models import Clock, InnerRun
from jutong.foundation.procedures.services import timekeeping
from jutong.foundation.procedures.values import EventKind, SchemeStep, Seat, Verdict
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import SHANGHAI, local_day
from jutong.kernel.policy import Post
from tests.integration.procedures.conftest import (
    APPLICANT,
    CHIEF,
    COORDINATOR,
    MONITOR,
    PARTIES,
    PROVIDER,
    PROVIDER_STEWARD,
    REVIEWER,
    subject,
)
from tests.support.declared_procedures import ANSWER, Loan
from tests.support.due_date_oracle import Places, Stay, WallCalendar, walk
from tests.support.due_dates import REGION, THIRD_OF_THIRD, simulate

pytestmark = pytest.mark.django_db

COUNT = int(os.environ.get("JUTONG_SIMULATED_CASES", "12"))
SEED = 20260302
CITY = "450100"
ADMIN = subject("P90", Post.SYSTEM_ADMIN, REVIEWER.organisation)
DEPUTY = subject("P50", Post.DATA_COORDINATOR, PROVIDER)
STATES = {"review": "review", "answer": "answer", "push": "push"}


@dataclass
class Life:
    """A case of the simulation as it is lived."""

    number: int
    stays: list[Stay]
    case_no: str = ""
    walls: dict[int, tuple[date, ...]] = field(default_factory=dict)


def lives(chance: Random) -> list[Life]:
    """Simulated cases as far as the test procedure knows their ways: one return, in the review."""
    found = []
    for n, case in enumerate(simulate(chance, COUNT)):
        review = [stay for stay in case.stays if stay.step == "review"]
        review = [review[0], review[-1]] if len(review) > 1 else review
        rest = [[stay for stay in case.stays if stay.step == step][-1] for step in ("answer", "push")]
        stays = [*review]
        for stay in rest:
            # What was left out moves the case on at once.
            stays.append(Stay(stay.step, stays[-1].left, max(stay.left, stays[-1].left), "done"))
        found.append(Life(n, stays))
    return found


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


@dataclass
class World:
    """The days on which something happens, in their order."""

    lives: list[Life]
    typhoons: list[date]
    directory: object
    known: list[date] = field(default_factory=list)

    def days(self) -> Iterator[date]:
        busy = set(self.typhoons)
        for life in self.lives:
            day = life.stays[0].came
            while day <= life.stays[-1].left:
                busy.add(day)
                day += timedelta(days=1)
        yield from sorted(busy)

    def live(self) -> None:
        for day in self.days():
            if day in self.typhoons:
                self.stop_for_the_typhoon(day)
            for life in self.lives:
                self.morning(life, day)
            timekeeping.keep_time(at=at(day, 12))
            for life in self.lives:
                self.afternoon(life, day)

    def stop_for_the_typhoon(self, day: date) -> None:
        rulebook.enter_emergency(
            first=day, last=day, region=CITY, notice_no="南防指〔2026〕5号", reason="台风", by=ADMIN, at=at(day, 6)
        )
        outbox.carry(at=at(day, 7))
        self.known.append(day)

    def morning(self, life: Life, day: date) -> None:
        """A new case comes in; a completed one comes back."""
        if life.stays[0].came == day and not life.case_no:
            life.case_no = procedures.open_case(
                Loan, subject_code=f"303001/{life.number}", title="x", parties=PARTIES, data={"items": ["xm"]},
                by=APPLICANT, at=at(day, 9),
            ).case_no  # fmt: skip
        for before, stay in zip(life.stays, life.stays[1:], strict=False):
            if before.left_by == "return" and stay.came == day > before.left:
                procedures.act(life.case_no, "complete", by=APPLICANT, at=at(day, 9))

    def afternoon(self, life: Life, day: date) -> None:
        """Whatever leaves an office today leaves it, one office after the other."""
        for n, stay in enumerate(life.stays):
            if stay.left != day or not life.case_no:
                continue
            life.walls[n] = tuple(self.known)
            self.leave(life, stay, day, n)
            if stay.left_by == "return" and life.stays[n + 1].came == day:
                procedures.act(life.case_no, "complete", by=APPLICANT, at=at(day, 16))

    def leave(self, life: Life, stay: Stay, day: date, n: int) -> None:
        when = at(day, 15)
        if stay.step == "review":
            way = "give_back" if stay.left_by == "return" else "forward"
            procedures.act(life.case_no, way, by=REVIEWER, at=when, remark="补正")
        elif stay.step == "answer":
            self.answer(life.case_no, when, deputy=life.number % 3 == 0)
        else:
            procedures.act(life.case_no, "deliver", by=REVIEWER, at=when)

    def answer(self, case_no: str, when: datetime, *, deputy: bool) -> None:
        """The answer goes round the department first; the coordinator may be away."""
        data = {"granted": ["xm"]}
        procedures.propose(case_no, "agree", by=PROVIDER_STEWARD, at=when, data=data)
        if deputy:
            self.directory.leave(COORDINATOR)
            self.directory.subjects.append(DEPUTY)
        for who in (DEPUTY if deputy else COORDINATOR, CHIEF):
            row = InnerRun.objects.get(case__case_no=case_no).case
            [seat] = queries.seats_asked_of(row, who, when)
            procedures.give_opinion(case_no, seat.id, verdict=Verdict.AGREE, by=who, at=when)
        if deputy:
            self.directory.leave(DEPUTY)
            self.directory.subjects.append(COORDINATOR)
        procedures.act(case_no, "agree", by=PROVIDER_STEWARD, at=when, data=data)


@pytest.fixture
def world(rules, directory, effects, monkeypatch):
    class Book:
        def bureau(self):
            return REVIEWER.organisation

        def region_of(self, organisation):
            return CITY if organisation == PROVIDER else REGION

    monkeypatch.setattr(plugs, "_books", [Book()])
    directory.leave(MONITOR)
    chance = Random(SEED)
    for year in range(2019, 2027):
        festival = [day + timedelta(days=n) for day in THIRD_OF_THIRD if day.year == year for n in (0, 1)]
        text = "\n".join(["日期,安排", *(f"{day},放假" for day in festival)])
        rulebook.import_notice(
            content=text.encode(), year=year, notice_no="桂政办电〔2026〕1号", region=REGION, by=ADMIN,
            at=at(date(2019, 1, 1), 9),
        )  # fmt: skip
    steps = [
        SchemeStep("审核专员", (Seat(Post.DATA_COORDINATOR, COORDINATOR.person_no),)),
        SchemeStep("云长", (Seat(Post.CLOUD_CHIEF),)),
    ]
    procedures.lay_down_scheme(
        organisation=PROVIDER, kind=ANSWER.key, steps=steps, by=CHIEF, at=at(date(2019, 1, 1), 9)
    )
    simulated = lives(chance)
    # Typhoons come while somebody answers, or the clocks would not notice.
    answers = [stay.came + timedelta(days=1) for life in simulated[::3] for stay in life.stays if stay.step == "answer"]
    wall = WallCalendar(CITY, festival_days())
    typhoons = sorted({day for day in answers if wall.days[day]})
    return World(simulated, typhoons, directory)


def festival_days(*typhoons: date) -> Places:
    festival = frozenset(day + timedelta(days=n) for day in THIRD_OF_THIRD for n in (0, 1))
    return Places({REGION: festival, CITY: frozenset(typhoons)})


@pytest.mark.source("Art. 22(2)")
@pytest.mark.source("Art. 22(3)")
@pytest.mark.source("Art. 22(4)")
def test_lived_cases_are_due_and_escalated_when_the_oracle_says(world):
    world.live()

    walls: dict[tuple[str, tuple[date, ...]], WallCalendar] = {}

    def wall(place: str, known: tuple[date, ...]) -> WallCalendar:
        if (place, known) not in walls:
            walls[place, known] = WallCalendar(place, festival_days(*known))
        return walls[place, known]

    wrong = []
    for life in world.lives:
        clocks = list(Clock.objects.filter(case__case_no=life.case_no, step__in=STATES).order_by("id"))
        assert [clock.step for clock in clocks] == [stay.step for stay in life.stays]
        overdue = [
            (event.from_state, event.data["stage"], local_day(event.at))
            for event in procedures.history(life.case_no)
            if event.kind is EventKind.OVERDUE and event.from_state in STATES
        ]
        expected_overdue = []
        for n, (stay, clock) in enumerate(zip(life.stays, clocks, strict=True)):
            places = {"review": REGION, "answer": CITY, "push": REGION}
            said = walk(life.stays[: n + 1], {step: wall(place, life.walls[n]) for step, place in places.items()})[-1]
            if (clock.due_on, clock.used) != (said.due, said.used):
                wrong.append(f"{life.case_no} {stay}: {clock.due_on}, {clock.used} used; the oracle: {said}")
            rungs = [
                ("overdue", said.due + timedelta(days=1)),
                ("to_monitor", said.told[0]),
                ("to_chief", said.told[1]),
            ]
            rungs.append(("to_bureau", said.told[2]))
            expected_overdue += [(stay.step, rung, day) for rung, day in rungs if day <= stay.left]
        if overdue != expected_overdue:
            wrong.append(f"{life.case_no}: told {overdue}; the oracle: {expected_overdue}")
    assert wrong == [], "\n".join(wrong[:5])
    assert world.known, "no typhoon came: the simulation is too small"
