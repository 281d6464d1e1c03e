"""Asks the rooms and the oracle the same questions, and counts where they differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jutong.base.actions import declared_actions
from jutong.kernel.policy import Action, Post, Subject, decide

from . import oracle
from .kinds import KINDS, World


@dataclass
class Tally:
    """How many decisions were compared, and the disagreements in words."""

    decisions: int = 0
    listings: int = 0
    disagreements: list[str] = field(default_factory=list)

    def compare(self, ours: bool, theirs: bool, *context: Any) -> None:
        self.decisions += 1
        if ours != theirs:
            verb = "permits what the oracle forbids" if ours else "forbids what the oracle permits"
            self.disagreements.append(f"{verb}: {' '.join(str(part) for part in context)}")


def who_of(subject: Subject) -> oracle.Who:
    """A subject as the oracle is told of him."""
    return oracle.Who(subject.post.value, subject.person_no, subject.organisation, subject.standby)


Rows = Mapping[str, list[tuple[Any, dict[str, Any]]]]


def make_rows(world: World) -> Rows:
    """Random rows of every kind in the database."""
    return {name: kind.make(world) for name, kind in KINDS.items()}


def compare_all(world: World, rows: Rows, actions: Mapping[str, Action] | None = None) -> Tally:
    """Every subject, every action, every object: `decide` on the room's facts, and the room's own list."""
    tally = Tally()
    for action in (actions or declared_actions()).values():
        compare_action(world, rows, action, tally)
    return tally


def compare_action(world: World, rows: Rows, action: Action, tally: Tally, *, to_the_first: bool = False) -> None:
    """One action over all subjects and objects of its kind, or to the first disagreement."""
    name, _ = oracle.POLICY[action.name]
    kind = KINDS[name]
    nobody = Subject("", Post.PUBLIC, "")
    impersonal = {} if kind.personal else {id(row): kind.facts(row, nobody) for row, _ in rows[name]}
    for subject in world.subjects():
        if to_the_first and tally.disagreements:
            return
        who = who_of(subject)
        answers = [(row, thing, oracle.may(action.name, who, thing)) for row, thing in rows[name]]
        for row, thing, expected in answers:
            facts = kind.facts(row, subject) if kind.personal else impersonal[id(row)]
            ways = facts if isinstance(facts, list) else [facts]
            ours = any(decide(subject, action, way).allowed for way in ways)
            tally.compare(ours, expected, action.name, who, thing)
        if kind.listed is not None:
            _compare_list(kind, subject, who, action, answers, tally)


def _compare_list(
    kind: Any, subject: Subject, who: oracle.Who, action: Action, answers: list[Any], tally: Tally
) -> None:
    mine = {row.pk for row, _, _ in answers}
    found = {row.pk for row in kind.listed(subject, action)} & mine
    tally.listings += 1
    for row, thing, expected in answers:
        tally.compare(row.pk in found, expected and kind.shown(thing), "list of", action.name, who, thing)
