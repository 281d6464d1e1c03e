"""Two departments cannot see each other's things: rooms against an oracle that knows only the words of the Rules."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import transaction

from jutong.base.actions import declared_actions
from jutong.kernel.policy import SIGNED_IN, Action, Relation, Rule

from . import campaign, deputies, oracle
from .kinds import KINDS, World

pytestmark = pytest.mark.django_db

HINT = "say in words and code who may do it: tests/integration/permissions/oracle.py, and its kind in kinds.py"
SEEDS = (20260302,)


def test_the_oracle_knows_nothing_of_the_platform():
    tree = ast.parse(Path(oracle.__file__).read_text("utf-8"))

    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert imported <= {"collections.abc", "typing"}


def test_every_action_of_every_room_has_its_answer_in_the_oracle():
    unknown = declared_actions().keys() - oracle.POLICY.keys()
    strayed = {name for name in declared_actions() if oracle.POLICY.get(name, ("nothing",))[0] not in KINDS}

    assert not unknown, HINT
    assert not strayed, HINT
    assert {post.value for post in SIGNED_IN} | {"public"} == set(oracle.POSTS)


@pytest.mark.source("Art. 39")
def test_rooms_decide_and_list_as_the_oracle_says():
    decisions = listings = 0
    disagreements: list[str] = []
    for seed in SEEDS:
        world = World.of(seed, organisations=4, rows=12)
        with transaction.atomic():
            tally = campaign.compare_all(world, campaign.make_rows(world))
            transaction.set_rollback(True)
        decisions, listings = decisions + tally.decisions, listings + tally.listings
        disagreements += [f"seed {seed}: {line}" for line in tally.disagreements]

    assert not disagreements, "\n".join(disagreements[:20])
    assert decisions >= 20_000
    assert listings >= 1_000


@pytest.mark.source("O4")
def test_deputies_wait_and_are_asked_as_the_oracle_says():
    tally = deputies.compare_all(seed=20260302, days=16)

    assert not tally.disagreements, "\n".join(tally.disagreements[:20])
    assert tally.decisions >= 2_000


@pytest.mark.parametrize("defect", deputies.DEFECTS, ids=lambda defect: defect.__name__)
def test_a_rule_of_deputies_gone_wrong_is_caught(defect, monkeypatch):
    defect(monkeypatch)

    assert deputies.compare_all(seed=1, days=6).disagreements


def test_a_deputy_on_standby_whose_rules_still_count_is_caught(monkeypatch):
    world = World.of(3, organisations=2, rows=6)
    rows = campaign.make_rows(world)
    drafts = {name: action for name, action in declared_actions().items() if name.startswith("catalogue.draft.")}
    for module in ("jutong.kernel.policy", "jutong.base.access"):
        monkeypatch.setattr(f"{module}.in_force", lambda subject, action, rule: True)

    tally = campaign.compare_all(world, rows, drafts)

    assert any("permits what the oracle forbids" in line and "standby=True" in line for line in tally.disagreements)


def slips(action: Action) -> Iterator[tuple[str, Action]]:
    """Ways a hand might slip: a relation or a condition left out, a post too many, a rule forgotten."""
    for n, rule in enumerate(action.rules):
        others = action.rules[:n] + action.rules[n + 1 :]
        yield f"rule {n} forgotten", replace(action, rules=others)
        if rule.relation is not Relation.ANY:
            yield f"rule {n} without its relation", _with(action, others, replace(rule, relation=Relation.ANY))
        if rule.flags:
            yield f"rule {n} without its conditions", _with(action, others, replace(rule, flags=frozenset()))
        if SIGNED_IN - rule.posts:
            yield f"rule {n} for every post", _with(action, others, replace(rule, posts=SIGNED_IN))


def _with(action: Action, others: tuple[Rule, ...], rule: Rule) -> Action:
    return replace(action, rules=(*others, rule))


def test_each_slip_of_the_hand_in_each_action_is_caught():
    world = World.of(1, organisations=3, rows=18)
    rows = campaign.make_rows(world)

    survived, tried = [], 0
    for action in declared_actions().values():
        for words, slipped in slips(action):
            tally = campaign.Tally()
            campaign.compare_action(world, rows, slipped, tally, to_the_first=True)
            tried += 1
            if not tally.disagreements and not _means_the_same(action, slipped):
                survived.append(f"{action.name}: {words}")

    assert tried >= 100
    assert not survived, survived


def test_a_list_that_forgets_the_condition_of_its_rows_is_caught(monkeypatch):
    """The rules are right and `facts` are right, but the query shows what `decide` would refuse."""
    from jutong.base import access

    world = World.of(2, organisations=2, rows=12)
    rows = campaign.make_rows(world)
    honest = access._rows_of
    monkeypatch.setattr(access, "_rows_of", lambda rule, *rest: honest(replace(rule, flags=frozenset()), *rest))

    tally = campaign.compare_all(world, rows)

    assert any("list of" in line for line in tally.disagreements)


def _means_the_same(action: Action, slipped: Action) -> bool:
    """A rule forgotten or widened changes nothing where another rule of the action grants as much or more."""
    return _reach(action) == _reach(slipped)


def _reach(action: Action) -> set[tuple[str, str, frozenset[str]]]:
    """What the rules grant, without those that a wider rule for the same post makes idle."""
    grants = {(post, rule.relation, rule.flags) for rule in action.rules for post in rule.posts}
    return {
        grant
        for grant in grants
        if not any(
            other != grant and other[0] == grant[0] and other[2] <= grant[2] and other[1] in (Relation.ANY, grant[1])
            for other in grants
        )
    }
