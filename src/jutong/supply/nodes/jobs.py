"""In the worker: what nodes left behind is swept out, and who is silent is told of."""

from jutong.base import followers
from jutong.kernel import clock
from jutong.supply.nodes.services import maintenance, reading, serving

BELL = "jutong_nodes"
_SWEEP_SECONDS = 300
_WATCH_SECONDS = 60


def _sweep() -> bool:
    serving.sweep(at=clock.now(), kept_hours=reading.KEPT_HOURS)
    return False


followers.register(followers.Follower(name="nodes", bell=BELL, every_seconds=_SWEEP_SECONDS, step=_sweep))


def _watch() -> bool:
    maintenance.watch(at=clock.now())
    return False


followers.register(
    followers.Follower(name="nodes.watch", bell="jutong_nodes_watch", every_seconds=_WATCH_SECONDS, step=_watch)
)
