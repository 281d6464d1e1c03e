"""Simulated cases live through the real services with a moved clock, and are due when the oracle says.

All of them run side by side from 2019 to 2026: with returns by both offices, the region's own days, cities that stop
for a typhoon in the midst of open clocks, A and B, inner steps, and a department that is split in two and made one
again while they are open. Last days, days used, every warning and escalation, and who was told, are compared.
`SIMULATED_CASES` asks for more than the few of each day.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

import pytest

from jutong.foundation.notices.models import Notice
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures import plugs, queries
from jutong.foundation.procedures.errors import NotYourStep
from jutong.foundation.procedures.models import Clock, InnerRun
from jutong.foundation.procedures.services import inner, timekeeping
from jutong.foundation.procedures.values import EventKind, SchemeStep, Seat, Verdict
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import SHANGHAI, local_day
from jutong.kernel.policy import Post, Subject
from jutong.registry.accounts import domain as people
from jutong.registry.organisations.movers import Cases
from jutong.registry.organisations.values import Move
from tests.integration.procedures.conftest import (
    APPLICANT,
    BUREAU,
    CONSUMER,
    PARTIES,
    PROVIDER,
    REVIEWER,
    REVIEWER_TOO,
    PersonHere,
    subject,
)
from tests.support.declared_procedures import ANSWER, Enquiry
from tests.support.due_date_oracle import Colleague, Desk, Places, Stay, WallCalendar, asked_on, tell, walk
from tests.support.due_dates import REGION, THIRD_OF_THIRD, absences, simulate

pytestmark = pytest.mark.django_db

COUNT = int(os.environ.get("SIMULATED_CASES", "6"))
SEED = 20260319
IN_FORCE_FROM = date(2019, 7, 1)  # Art. 35, 46
CITY, TOWN = "450100", "450200"
EAST, WEST = "11450000000000005E", "11450000000000006F"
ADMIN = subject("P90", Post.SYSTEM_ADMIN, BUREAU)
STEP_POSTS = {"review": Post.BUREAU_REVIEWER, "answer": Post.DATA_STEWARD, "push": Post.BUREAU_REVIEWER}
POSTS = {
    "steward": Post.DATA_STEWARD,
    "coordinator": Post.DATA_COORDINATOR,
    "chief": Post.CLOUD_CHIEF,
    "reviewer": Post.BUREAU_REVIEWER,
}


def staff(chance: Random, number: int) -> dict[str, tuple[Colleague, ...]]:
    """A and B in two posts, who go away now and then, and a chief who stays."""
    both = [
        tuple(Colleague(f"P{number + n}{mark}", deputy=mark == "B", away=tuple(absences(chance))) for mark in "AB")
        for n in (0, 1)
    ]
    return {"steward": both[0], "coordinator": both[1], "chief": (Colleague(f"P{number + 2}A"),)}


@dataclass
class Life:
    """A case of the simulation as it is lived."""

    number: int
    stays: tuple[Stay, ...]
    case_no: str = ""
    # The emergencies that were known when each stay ended.
    known: dict[int, tuple[date, ...]] = field(default_factory=dict)

    def came_by_noon(self, n: int) -> bool:
        """Openings and completions come in the morning, unless what was returned comes back on the same day."""
        return n == 0 or (self.stays[n - 1].left_by == "return" and self.stays[n - 1].left < self.stays[n].came)

    def goes_round(self, n: int) -> tuple[date, date] | None:
        """The days on which the answer is sent round and the coordinator speaks; the chief does on the last."""
        stay = self.stays[n]
        if stay.step != "answer" or stay.left_by == "return":
            return None
        whole = stay.left - stay.came
        return stay.came + whole // 3, stay.came + whole * 2 // 3


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


@dataclass
class World:
    """The days on which something happens, in their order."""

    lives: list[Life]
    desks: dict[str, Desk]
    typhoons: list[date]
    reforms: list[date]
    known: list[date] = field(default_factory=list)
    moved: int = 0

    # --- As it is laid down ------------------------------------------------------------------------------------------
    def provider_on(self, life: Life, day: date) -> str:
        """Split in two at every other reform, one again at the others."""
        split = sum(reform <= day for reform in self.reforms) % 2
        return (EAST, WEST)[life.number % 2] if split else PROVIDER

    def desk_on(self, life: Life) -> Callable[[str, date], Desk]:
        return lambda step, day: self.desks[self.provider_on(life, day) if step == "answer" else BUREAU]

    def people_in(self, *, post: Post, organisation: str, at: datetime) -> list[PersonHere]:
        """As accounts tells it, by its own rule of A and B."""
        if organisation == CONSUMER:
            return [PersonHere(APPLICANT.person_no, APPLICANT.display)] if post is APPLICANT.post else []
        desk = self.desks.get(organisation)
        colleagues = next((desk.people.get(role, ()) for role, each in POSTS.items() if each is post and desk), ())
        day = local_day(at)
        holders = [people.Holder(each.name, each.office, each.deputy, not each.is_in(day)) for each in colleagues]
        return [PersonHere(each.person_no, each.person_no) for each in people.asked(holders)]

    def titles(self, organisations, *, on=None):
        return {}

    def bureau(self) -> str:
        return BUREAU

    def region_of(self, organisation: str) -> str:
        return self.desks[organisation].place if organisation in self.desks else REGION

    def who(self, life: Life, role: str, day: date) -> Subject:
        """Whoever of the provider's people acts in a post that day, by the oracle."""
        organisation = self.provider_on(life, day)
        name = min(asked_on(day, self.desks[organisation].people[role]))
        return Subject(name, POSTS[role], organisation, name, deputy=name.endswith("B"))

    # --- As it goes --------------------------------------------------------------------------------------------------
    def days(self) -> Iterator[date]:
        busy = {*self.typhoons, *self.reforms}
        for life in self.lives:
            day = life.stays[0].came
            while day <= life.stays[-1].left:
                busy.add(day)
                day += timedelta(days=1)
        yield from sorted(busy)

    def live(self) -> None:
        for day in self.days():
            if day in self.reforms:
                self.reform(day)
            if day in self.typhoons:
                self.stop_for_the_typhoon(day)
            for life in self.lives:
                self.morning(life, day)
            timekeeping.keep_time(at=at(day, 12))
            for life in self.lives:
                self.afternoon(life, day)

    def reform(self, day: date) -> None:
        """What a plan does to open cases at its midnight: each goes to one of two, or both come back to one."""
        of_case = {life.case_no: life for life in self.lives}
        for source in (PROVIDER, EAST, WEST):
            for line in Cases().lines(source):
                target = self.provider_on(of_case[line.code], day)
                if target != source:
                    Cases().move(Move(line.code, source, target, "JG1", "桂编〔2026〕1号", day, at(day, 0)))
                    self.moved += 1

    def stop_for_the_typhoon(self, day: date) -> None:
        rulebook.enter_emergency(
            first=day, last=day, region=CITY, notice_no="南防指〔2026〕5号", reason="台风", by=ADMIN, at=at(day, 6)
        )
        outbox.carry(at=at(day, 7))
        self.known.append(day)

    def morning(self, life: Life, day: date) -> None:
        """A new case comes in; what was sent back comes again."""
        if life.stays[0].came == day and not life.case_no:
            parties = {**PARTIES, "provider": self.provider_on(life, day)}
            life.case_no = procedures.open_case(
                Enquiry, subject_code=f"303001/{life.number}", title="x", parties=parties, data={}, by=APPLICANT,
                at=at(day, 9),
            ).case_no  # fmt: skip
        for n, stay in enumerate(life.stays[1:], 1):
            if stay.came == day and life.stays[n - 1].left_by == "return" and life.came_by_noon(n):
                self.come_again(life, stay, at(day, 9))

    def come_again(self, life: Life, stay: Stay, when: datetime) -> None:
        way = "complete" if stay.step == "review" else "explain"
        procedures.act(life.case_no, way, by=APPLICANT, at=when)

    def afternoon(self, life: Life, day: date) -> None:
        """Whatever leaves an office today leaves it, one office after the other."""
        for n, stay in enumerate(life.stays):
            if not life.case_no or not stay.came <= day <= stay.left:
                continue
            self.send_round(life, n, day)
            if stay.left != day:
                continue
            life.known[n] = tuple(self.known)
            self.leave(life, stay, day)
            if stay.left_by == "return" and life.stays[n + 1].came == day:
                self.come_again(life, life.stays[n + 1], at(day, 16))

    def leave(self, life: Life, stay: Stay, day: date) -> None:
        when = at(day, 15)
        if stay.step == "review":
            way = "give_back" if stay.left_by == "return" else "forward"
            procedures.act(life.case_no, way, by=REVIEWER, at=when, remark="补正")
        elif stay.step == "push":
            procedures.act(life.case_no, "deliver", by=REVIEWER, at=when)
        else:
            way = "ask_back" if stay.left_by == "return" else "agree"
            procedures.act(life.case_no, way, by=self.who(life, "steward", day), at=when, remark="说明")

    def send_round(self, life: Life, n: int, day: date) -> None:
        """The answer goes round the department: its steward sends it, coordinator and chief give their opinions."""
        days = life.goes_round(n)
        if days is None:
            return
        sent, spoken = days
        when = at(day, 15)
        if sent == day:
            procedures.propose(life.case_no, "agree", by=self.who(life, "steward", day), at=when, remark="说明")
        for role, on in (("coordinator", spoken), ("chief", life.stays[n].left)):
            if on == day:
                by = self.who(life, role, day)
                row = InnerRun.objects.get(case__case_no=life.case_no).case
                [seat] = queries.seats_asked_of(row, by, when)
                procedures.give_opinion(life.case_no, seat.id, verdict=Verdict.AGREE, by=by, at=when)

    # --- As the oracle has it ----------------------------------------------------------------------------------------
    def wrongs(self) -> list[str]:
        """Where the platform and the oracle differ."""
        return [line for life in self.lives for line in (*self.wrong_days(life), *self.wrong_words(life))]

    def wrong_days(self, life: Life) -> Iterator[str]:
        clocks = list(Clock.objects.filter(case__case_no=life.case_no, step__in=STEP_POSTS).order_by("id"))
        assert [clock.step for clock in clocks] == [stay.step for stay in life.stays]
        for n, clock in enumerate(clocks):
            wall_of = lambda place, n=n: wall(place, life.known[n])  # noqa: E731
            said = walk(life.stays[: n + 1], self.desk_on(life), wall_of)[-1]
            if (clock.due_on, clock.used, clock.limit_amount) != (said.due, said.used, said.had):
                yield f"{life.case_no} {life.stays[n]}: {clock.due_on}, {clock.used} used; the oracle: {said}"

    def wrong_words(self, life: Life) -> Iterator[str]:
        expected = [word for n in range(len(life.stays)) for word in self.words_of(life, n)]
        told = [
            (local_day(event.at), event.data["stage"])
            for event in procedures.history(life.case_no)
            if event.kind in (EventKind.REMINDED, EventKind.OVERDUE) and event.from_state in STEP_POSTS
        ]
        if told != expected:
            yield f"{life.case_no}: told {told}; the oracle: {expected}"
        asked = {(day, rung, name) for n in range(len(life.stays)) for day, rung, name in self.readers(life, n)}
        rows = Notice.objects.filter(parameters__case_no=life.case_no, kind__startswith="procedures.step_")
        read = {
            (local_day(row.at), row.kind.removeprefix("procedures.step_"), row.person_no)
            for row in rows
            if row.parameters["step"] not in ("待补正", "待说明")
        }
        if read != asked:
            yield f"{life.case_no}: read by {sorted(read - asked)} and not by {sorted(asked - read)}"

    def words_of(self, life: Life, n: int) -> Iterator[tuple[date, str]]:
        """What is told of one stay; each noon knows the typhoons up to that day."""
        stay, desk_on = life.stays[n], self.desk_on(life)
        said = walk(life.stays[: n + 1], desk_on, lambda place: wall(place, life.known[n]))[-1]

        def wall_on(day: date) -> WallCalendar:
            return wall(desk_on(stay.step, day).place, tuple(each for each in self.known if each <= day))

        return tell(stay.came, stay.left, said.had, wall_on, by_noon=life.came_by_noon(n))

    def readers(self, life: Life, n: int) -> Iterator[tuple[date, str, str]]:
        """Who is told: those who act and those who are asked inside, chief, or the bureau, which has no monitor."""
        stay = life.stays[n]
        bureau = [each.name for each in self.desks[BUREAU].people["reviewer"]]
        for day, rung in self.words_of(life, n):
            desk = self.desk_on(life)(stay.step, day)
            if rung == "to_chief":
                names = [each.name for each in desk.people.get("chief", ())]
            elif rung in ("to_monitor", "to_bureau") or stay.step != "answer":
                names = bureau
            else:
                names = [*asked_on(day, desk.people["steward"]), *self.inside(life, n, day)]
            yield from ((day, rung, name) for name in names)

    def inside(self, life: Life, n: int, day: date) -> frozenset[str]:
        """Who has the answer on his desk at noon, on its way round."""
        days = life.goes_round(n)
        if days is None or day <= days[0]:
            return frozenset()
        role = "coordinator" if day <= days[1] else "chief"
        return asked_on(day, self.desk_on(life)("answer", day).people[role])


@cache
def wall(place: str, typhoons: tuple[date, ...]) -> WallCalendar:
    return WallCalendar(place, Places({REGION: festival(), CITY: frozenset(typhoons), TOWN: market_days()}))


def festival() -> frozenset[date]:
    return frozenset(day + timedelta(days=n) for day in THIRD_OF_THIRD for n in (0, 1))


def market_days() -> frozenset[date]:
    """A town that keeps days of its own, so that whoever counts by the wrong place is found out."""
    return frozenset(
        date(year, month, day) for year in range(2019, 2027) for month in range(1, 13) for day in range(4, 29, 4)
    )


def lay_down(monkeypatch, count: int) -> World:
    """The places' own days, the departments with their schemes, and the cases to come."""
    chance = Random(SEED)
    in_force = [case.stays for case in simulate(chance, count * 2) if case.stays[0].came >= IN_FORCE_FROM]
    simulated = [Life(n, stays) for n, stays in enumerate(in_force[:count])]
    both = {"reviewer": (Colleague(REVIEWER.person_no), Colleague(REVIEWER_TOO.person_no))}
    places = ((PROVIDER, CITY), (EAST, TOWN), (WEST, REGION))
    desks = {BUREAU: Desk(REGION, both)}
    desks |= {code: Desk(place, staff(chance, 10 * n)) for n, (code, place) in enumerate(places, 1)}
    # Typhoons and reforms come while somebody answers, or the clocks would not notice.
    answers = [stay for life in simulated for stay in life.stays if stay.step == "answer" and stay.left > stay.came]
    typhoons = {stay.came + timedelta(days=1) for stay in answers[::3]}
    reforms = {stay.came + (stay.left - stay.came + timedelta(days=1)) // 2 for stay in answers[1::2]}
    world = World(simulated, desks, sorted(day for day in typhoons if wall(CITY, ()).days[day]), sorted(reforms))
    monkeypatch.setattr(plugs, "_books", [world])
    procedures.plug_assignees(world)
    new_year = at(date(2019, 1, 1), 9)
    for region, days in ((REGION, festival()), (TOWN, market_days())):
        for year in range(2019, 2027):
            text = "\n".join(["日期,安排", *(f"{day},放假" for day in sorted(days) if day.year == year)])
            rulebook.import_notice(
                content=text.encode(), year=year, notice_no="桂政办电〔2026〕1号", region=region, by=ADMIN, at=new_year
            )
    steps = [SchemeStep("审核专员", (Seat(Post.DATA_COORDINATOR),)), SchemeStep("云长", (Seat(Post.CLOUD_CHIEF),))]
    for code, _ in places:
        chief = subject(desks[code].people["chief"][0].name, Post.CLOUD_CHIEF, code)
        procedures.lay_down_scheme(organisation=code, kind=ANSWER.key, steps=steps, by=chief, at=new_year)
    return world


@pytest.mark.source("Art. 22(2)")
@pytest.mark.source("Art. 22(3)")
@pytest.mark.source("Art. 22(4)")
def test_lived_cases_are_due_and_told_of_when_the_oracle_says(rules, directory, monkeypatch):
    world = lay_down(monkeypatch, COUNT)

    world.live()

    wrong = world.wrongs()
    assert wrong == [], "\n".join(wrong[:5])
    assert world.known, "no typhoon came: the simulation is too small"
    assert world.moved >= COUNT / 2, "hardly a case changed hands"


def knows_no_deputies(holders):
    return [each for each in holders if not each.deputy]


def does_nothing(*_, **__):
    """A step of the reform that was forgotten."""


@pytest.mark.parametrize(
    ("room", "name", "mistake"),
    [
        (people, "asked", knows_no_deputies),
        (timekeeping, "count_where_it_is_now", does_nothing),
        (inner, "go_over", does_nothing),
    ],
    ids=["deputies", "reform", "inner steps"],
)
def test_a_mistake_is_caught_in_the_database_too(rules, directory, monkeypatch, room, name, mistake):
    monkeypatch.setattr(room, name, mistake)
    world = lay_down(monkeypatch, 3)

    try:
        world.live()
    except (ValueError, NotYourStep):
        return  # who was to be asked was not

    assert world.wrongs()
