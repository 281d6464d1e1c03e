"""The carrier: numbers and delivers within a second of the commit; old facts are pruned by night."""

from procrastinate.contrib.django import app

from jutong.base import followers
from jutong.foundation.outbox import services
from jutong.foundation.outbox.models import BELL
from jutong.kernel import clock


def _step() -> bool:
    return services.carry(at=clock.now())


followers.register(followers.Follower(name="outbox", bell=BELL, every_seconds=1, step=_step))


@app.periodic(cron="20 3 * * *")
@app.task(name="outbox.prune", queueing_lock="outbox.prune", pass_context=False)
def prune(timestamp: int) -> None:
    """Delete facts older than ninety days that everyone has behind them."""
    services.prune(before=clock.now() - services.KEEP)
