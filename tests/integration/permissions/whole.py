"""The whole of the permission proof, run by `python -m tests.proof permissions`; `make test` takes a sample."""

import pytest
from django.db import transaction

from tests.support import figures

from . import calling, campaign, deputies
from .kinds import World

pytestmark = pytest.mark.django_db

DECISIONS = 100_000


def test_the_whole_of_decisions_and_lists() -> None:
    """Rooms against the oracle, with posts, deputies on standby, absences: other worlds until there are enough."""
    decisions, disagreements, seed = 0, [], 0
    while decisions < DECISIONS:
        seed += 1
        world = World.of(seed, organisations=5, rows=16)
        with transaction.atomic():
            tally = campaign.compare_all(world, campaign.make_rows(world))
            transaction.set_rollback(True)
        stood_in = deputies.compare_all(seed=seed, days=30)
        decisions += tally.decisions + stood_in.decisions
        disagreements += [f"seed {seed}: {line}" for line in [*tally.disagreements, *stood_in.disagreements]]

    figures.record("permissions.oracle", decisions, "decisions", tried=decisions, failed=len(disagreements))
    assert not disagreements, "\n".join(disagreements[:40])


def test_every_route_for_every_post() -> None:
    """Every route, every post, about objects of one's own and of others."""
    tally = calling.call_all(share=1)

    figures.record("permissions.routes", tally.answers, "answers", tried=tally.answers, failed=len(tally.disagreements))
    assert not tally.disagreements, "\n".join(tally.disagreements[:40])
