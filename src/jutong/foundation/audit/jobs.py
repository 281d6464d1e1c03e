"""The sequencer: numbers, hashes and signs within a second of the commit."""

from jutong.base import followers
from jutong.foundation.audit import services
from jutong.foundation.audit.models import BELL
from jutong.kernel import clock


def _step() -> bool:
    return services.sequence(at=clock.now())


followers.register(followers.Follower(name="audit", bell=BELL, every_seconds=1, step=_step))
