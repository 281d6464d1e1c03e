"""After a reform the old body's people see what is closed and the new one's what is open, as the oracle says."""

from datetime import date
from typing import Any

import pytest

from jutong.base.actions import declared_actions
from jutong.kernel.crypto import Envelope
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations import movers as own_movers
from jutong.registry.organisations.values import Move
from tests.support import figures

from . import campaign, oracle
from .kinds import AT, World

pytestmark = pytest.mark.django_db

# The kinds that change hands, and when one of them is still open: said here in words of the oracle's own.
OPEN = {
    "client": lambda row: True,
    "key": lambda row: True,
    "appointment": lambda row: False,
    "handover": lambda row: row.done_at is None and row.cancelled_at is None,
    "feed": lambda row: True,
    "harvest": lambda row: True,
    "source": lambda row: row.removed_at is None,
    "node": lambda row: True,
    "upload": lambda row: True,
    "network": lambda row: True,
    "mount": lambda row: True,
    "run": lambda row: True,
    "grant": lambda row: row.ended_at is None,
    "case": lambda row: row.closed_at is None,
}
# Requests, disputes and negotiations move with their cases and resources with their content, which rows of chance do
# not have: the merge's own tests have them.
WITHOUT = {"sharing.request", "sharing.dispute", "duplicates.participant", "catalogue.resource", "catalogue.draft"} | {
    "lists.demand",
    "lists.answer",
}


def renamed(thing: Any, old: str, new: str) -> Any:
    """The thing with the new organisation wherever it bore the old one."""
    if isinstance(thing, dict):
        return {key: renamed(value, old, new) for key, value in thing.items()}
    if isinstance(thing, list):
        return [renamed(value, old, new) for value in thing]
    return new if thing == old else thing


def hand_over(old: str, new: str) -> int:
    """Move everything the old one holds, as a plan does."""
    moved = 0
    for mover in organisations.movers():
        if mover.kind in WITHOUT or mover.kinds:
            continue
        for thing in mover.lines(old):
            mover.move(Move(thing.code, old, new, "FA20260001", "x", date(2026, 3, 2), AT))
            moved += 1
    return moved


@pytest.mark.source("O7")
def test_rooms_decide_for_the_new_body_what_the_oracle_says(monkeypatch):
    # Passwords of chance are no envelopes; who may see their rows is what is asked here.
    monkeypatch.setattr(Envelope, "rewrap", lambda self, sealed, **place: sealed)
    # Cases of chance belong to no draft, with which they would move.
    monkeypatch.setattr(own_movers, "_moved_by_others", dict)
    world = World.of(20260302, organisations=4, rows=16)
    rows = campaign.make_rows(world)
    old, new, *_ = world.organisations

    moved = hand_over(old, new)

    after = {}
    for kind, is_open in OPEN.items():
        after[kind] = []
        for row, thing in rows[kind]:
            if not type(row).objects.filter(pk=row.pk).exists():
                continue  # an address both were permitted is one now
            row.refresh_from_db()
            after[kind].append((row, renamed(thing, old, new) if is_open(row) else thing))
    tally = campaign.Tally()
    for action in declared_actions().values():
        if oracle.POLICY[action.name][0] in after:
            campaign.compare_action(world, after, action, tally)
    figures.record("permissions.reform", tally.decisions, "decisions", tried=tally.decisions,
                   failed=len(tally.disagreements))  # fmt: skip
    assert not tally.disagreements, "\n".join(tally.disagreements[:20])
    assert moved >= 20
    assert tally.decisions >= 5_000


def test_a_mover_that_moves_nothing_would_be_caught(monkeypatch):
    from jutong.registry.accounts.reform import Clients

    world = World.of(3, organisations=3, rows=12)
    rows = campaign.make_rows(world)
    old, new, *_ = world.organisations
    monkeypatch.setattr(Clients, "move", lambda self, move: None)

    for thing in Clients().lines(old):
        Clients().move(Move(thing.code, old, new, "FA20260001", "x", date(2026, 3, 2), AT))

    after = {"client": [(row, renamed(thing, old, new)) for row, thing in rows["client"]]}
    tally = campaign.Tally()
    campaign.compare_action(world, after, declared_actions()["accounts.client.view"], tally)
    assert tally.disagreements
