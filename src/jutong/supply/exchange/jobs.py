"""Runs in the worker, the round that begins and resumes them, what is watched and asked."""

from procrastinate.contrib.django import app

from jutong.base import followers
from jutong.kernel import clock
from jutong.supply.exchange.services import (
    alarms,
    captures,
    engine,
    inquiries,
    lineage,
    plans,
    rejects,
    runs,
    snapshots,
)

BELL = "jutong_exchange"


@app.task(name=runs.TASK, queue=runs.QUEUE, pass_context=False)
def run(run_no: str) -> None:
    """Carry one run out."""
    engine.run_exchange(run_no)


@app.periodic(cron="* * * * *")
@app.task(name="exchange.watch", queueing_lock="exchange.watch")
def watch(timestamp: int) -> None:
    """Warn of runs that take or wait too long."""
    alarms.watch(at=clock.now())


@app.periodic(cron="20 8 * * *")
@app.task(name="exchange.ask", queueing_lock="exchange.ask")
def ask(timestamp: int) -> None:
    """Ask about data that are late, remind who has not answered."""
    inquiries.make_morning_round(at=clock.now())


@app.task(name=snapshots.TASK, queue=snapshots.QUEUE, pass_context=False)
def take_snapshot(resource_code: str, number: int) -> None:
    """Write one snapshot."""
    snapshots.carry_out(resource_code, number)


@app.periodic(cron="30 3 * * *")
@app.task(name="exchange.snapshots", queueing_lock="exchange.snapshots")
def plan_snapshots(timestamp: int) -> None:
    """Ask for the snapshots that are due by plan."""
    snapshots.make_round(at=clock.now())


@app.periodic(cron="50 2 * * *")
@app.task(name="exchange.forget", queueing_lock="exchange.forget")
def forget(timestamp: int) -> None:
    """Erase refused rows, events of lineage and snapshots that are kept too long."""
    rejects.forget(at=clock.now())
    snapshots.forget(at=clock.now())
    lineage.forget(at=clock.now())


def _round() -> bool:
    return plans.make_round(at=clock.now())


followers.register(followers.Follower(name="exchange", bell=BELL, every_seconds=3, step=_round))


def _watch() -> bool:
    return captures.make_round(at=clock.now())


followers.register(
    followers.Follower(name="exchange.captures", bell="jutong_exchange_captures", every_seconds=30, step=_watch)
)


def _send_lineage() -> bool:
    return lineage.send(at=clock.now())


followers.register(
    followers.Follower(name="exchange.lineage", bell="jutong_exchange_lineage", every_seconds=5, step=_send_lineage)
)
