"""Posts, deputies and absences of chance in the database: who waits and who is asked, by the room and by the oracle."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction

from jutong.kernel.clock import SHANGHAI
from jutong.kernel.policy import Post
from jutong.registry.accounts import domain, queries
from jutong.registry.accounts.models import Absence, Appointment

from . import oracle
from .campaign import Tally
from .kinds import BY, World, the_people

FIRST = date(2026, 3, 2)
POSTS = (Post.DATA_STEWARD, Post.BUREAU_REVIEWER, Post.CLOUD_CHIEF)
OFFICES = ("", "一处", "二处")


def compare_all(*, seed: int, days: int) -> Tally:
    """A world of chance on each of so many days: every deputy, every post of every organisation."""
    tally = Tally()
    with transaction.atomic():
        world = World.of(seed, organisations=3, people=14)
        rows, held = _appointments(world, days)
        away = _absences(world, days)
        for day in range(days):
            _compare_day(world, rows, held, away, day, tally)
        transaction.set_rollback(True)
    return tally


def _compare_day(
    world: World, rows: list[Appointment], held: list[oracle.Held], away: list[oracle.Away], day: int, tally: Tally
) -> None:
    at = datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), SHANGHAI) + timedelta(hours=10)
    for row, facts in zip(rows, held, strict=True):
        if not oracle.is_held(facts, day):
            continue
        subject = queries.subject_of(row, at)
        expected = facts.deputy and oracle.waits(facts, held, away, day)
        tally.compare(not subject.standby, not expected, "day", day, facts)
        tally.compare(subject.deputy, facts.deputy and not expected, "signs as deputy, day", day, facts)
    for organisation in world.organisations:
        for post in POSTS:
            ours = {ref.person_no for ref in queries.asked(post, organisation, at)}
            theirs = oracle.asks(post.value, organisation, held, away, day)
            for number in world.people:
                tally.compare(number in ours, number in theirs, "asked on day", day, post, organisation, number)


def _appointments(world: World, days: int) -> tuple[list[Appointment], list[oracle.Held]]:
    people, chance = the_people(world), world.chance
    rows, held, taken = [], [], set()
    for _ in range(60):
        number, post, organisation = chance.choice(world.people), chance.choice(POSTS), world.organisation()
        office, deputy = chance.choice(OFFICES), chance.random() < 0.4
        if (number, post, organisation, office) in taken:
            continue
        taken.add((number, post, organisation, office))
        first, last = _days(chance, days)
        rows.append(
            Appointment(
                person=people[number],
                post=post.value,
                organisation=organisation,
                office=office,
                deputy=deputy,
                starts_on=FIRST + timedelta(days=first),
                ends_on=FIRST + timedelta(days=last),
                appointed_by=BY,
                appointed_at=datetime.combine(FIRST, datetime.min.time(), SHANGHAI),
            )
        )
        held.append(oracle.Held(number, post.value, organisation, office, deputy, first, last))
    return Appointment.objects.bulk_create(rows), held


def _absences(world: World, days: int) -> list[oracle.Away]:
    people, chance = the_people(world), world.chance
    away = [oracle.Away(number, *_days(chance, days, longest=4)) for number in world.people for _ in range(2)]
    ended = [chance.random() < 0.2 for _ in away]
    Absence.objects.bulk_create(
        Absence(
            person=people[each.person],
            kind="leave",
            first_on=FIRST + timedelta(days=each.first_day),
            last_on=FIRST + timedelta(days=each.last_day),
            declared_by=BY,
            declared_at=datetime.combine(FIRST, datetime.min.time(), SHANGHAI),
            ended_at=datetime.combine(FIRST, datetime.min.time(), SHANGHAI) if over else None,
        )
        for each, over in zip(away, ended, strict=True)
    )
    return [each for each, over in zip(away, ended, strict=True) if not over]


def _days(chance: Random, days: int, longest: int | None = None) -> tuple[int, int]:
    first = chance.randrange(days)
    return first, min(days - 1, first + chance.randrange(longest or days))


# --- Seeded defects --------------------------------------------------------------------------------------------------
def deputies_never_wait(monkeypatch: Any) -> None:
    monkeypatch.setattr(domain, "stands_by", lambda deputy, holders: False)


def deputies_always_wait(monkeypatch: Any) -> None:
    monkeypatch.setattr(domain, "stands_by", lambda deputy, holders: True)


def offices_are_mixed_up(monkeypatch: Any) -> None:
    honest = domain.stands_by
    monkeypatch.setattr(
        domain,
        "stands_by",
        lambda deputy, holders: honest(domain.Holder(deputy.person_no, "", True, deputy.away), holders),
    )


def an_absence_is_forgotten(monkeypatch: Any) -> None:
    monkeypatch.setattr(type(Absence.objects), "current", lambda self, at: self.none())


def nobody_is_asked_when_all_are_away(monkeypatch: Any) -> None:
    def only_who_is_there(holders: list[domain.Holder]) -> list[domain.Holder]:
        return [h for h in holders if not h.away and not (h.deputy and domain.stands_by(h, holders))]

    monkeypatch.setattr(domain, "asked", only_who_is_there)


DEFECTS: tuple[Callable[[Any], None], ...] = (
    deputies_never_wait,
    deputies_always_wait,
    offices_are_mixed_up,
    an_absence_is_forgotten,
    nobody_is_asked_when_all_are_away,
)
