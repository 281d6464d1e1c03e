"""In the worker: what nodes left behind and nobody will take up is swept out."""

from jutong.base import followers
from jutong.kernel import clock
from jutong.supply.nodes.services import reading, serving

BELL = "jutong_nodes"
_SWEEP_SECONDS = 300


def _sweep() -> bool:
    serving.sweep(at=clock.now(), kept_hours=reading.KEPT_HOURS)
    return False


followers.register(followers.Follower(name="nodes", bell=BELL, every_seconds=_SWEEP_SECONDS, step=_sweep))
