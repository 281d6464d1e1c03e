"""In the worker: what nodes left behind is swept out, and who is silent is told of."""

from jutong.base import followers
from jutong.kernel import clock
from jutong.supply.nodes.services import ferrying, maintenance, reading, serving

BELL = "jutong_nodes"
_SWEEP_SECONDS = 300
_WATCH_SECONDS = 60
_CARRY_SECONDS = 10


def _sweep() -> bool:
    serving.sweep(at=clock.now(), kept_hours=reading.KEPT_HOURS, carried_days=reading.CARRIED_KEPT_DAYS)
    return False


followers.register(followers.Follower(name="nodes", bell=BELL, every_seconds=_SWEEP_SECONDS, step=_sweep))


def _carry() -> bool:
    return ferrying.make_round(at=clock.now())


followers.register(
    followers.Follower(name="nodes.ferry", bell="jutong_nodes_ferry", every_seconds=_CARRY_SECONDS, step=_carry)
)


def _watch() -> bool:
    maintenance.watch(at=clock.now())
    return False


followers.register(
    followers.Follower(name="nodes.watch", bell="jutong_nodes_watch", every_seconds=_WATCH_SECONDS, step=_watch)
)
