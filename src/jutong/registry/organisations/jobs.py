"""Plans of reform whose day has come: looked for at each start and every few seconds, so that none is missed."""

from jutong.base import followers
from jutong.kernel import clock
from jutong.registry.organisations.services import reform

BELL = "jutong_reform"


def _step() -> bool:
    reform.carry_out_due(at=clock.now())
    return False


followers.register(followers.Follower(name="reform", bell=BELL, every_seconds=15, step=_step))
