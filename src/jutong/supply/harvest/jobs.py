"""Harvests in the worker, and the round that begins and takes them up."""

from procrastinate.contrib.django import app

from jutong.base import followers
from jutong.kernel import clock
from jutong.supply.harvest.services import harvests, rounds, work

BELL = "jutong_harvest"


@app.task(name=harvests.TASK, queue=harvests.QUEUE, pass_context=False)
def run(harvest_no: str) -> None:
    """Carry one harvest on."""
    work.carry_out(harvest_no)


def _round() -> bool:
    return rounds.make_round(at=clock.now())


followers.register(followers.Follower(name="harvest", bell=BELL, every_seconds=10, step=_round))
