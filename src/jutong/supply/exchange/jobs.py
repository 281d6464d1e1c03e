"""Runs in the worker, and the round that begins and resumes them."""

from procrastinate.contrib.django import app

from jutong.base import followers
from jutong.kernel import clock
from jutong.supply.exchange.services import captures, engine, plans, runs

BELL = "jutong_exchange"


@app.task(name=runs.TASK, queue=runs.QUEUE, pass_context=False)
def run(run_no: str) -> None:
    """Carry one run out."""
    engine.run_exchange(run_no)


def _round() -> bool:
    return plans.make_round(at=clock.now())


followers.register(followers.Follower(name="exchange", bell=BELL, every_seconds=3, step=_round))


def _watch() -> bool:
    return captures.make_round(at=clock.now())


followers.register(
    followers.Follower(name="exchange.captures", bell="jutong_exchange_captures", every_seconds=30, step=_watch)
)
