"""Senders, the daily digest, and upkeep."""

from datetime import timedelta
from functools import partial

from procrastinate.contrib.django import app

from jutong.base import followers
from jutong.foundation.notices.models import BELL
from jutong.foundation.notices.services import inbox, planning, sending
from jutong.foundation.notices.values import Channel
from jutong.kernel import clock

KEEP_DELIVERIES = timedelta(days=180)


def _step(channel: Channel) -> bool:
    return sending.send_next(channel, at=clock.now())


# One a channel: a mail server that does not answer holds up no text message.
for each in Channel:
    followers.register(followers.Follower(f"notices-{each.value}", BELL, every_seconds=5, step=partial(_step, each)))


@app.periodic(cron="*/5 * * * *")
@app.task(name="notices.digest", queueing_lock="notices.digest")
def digest(timestamp: int) -> None:
    """Plan the digests of the day once its hour has come."""
    planning.plan_digests(at=clock.now())


@app.periodic(cron="50 3 * * *")
@app.task(name="notices.prune", queueing_lock="notices.prune")
def prune(timestamp: int) -> None:
    """Delete read notices older than three years, and what went out half a year ago."""
    inbox.prune(before=clock.now() - inbox.KEEP)
    sending.prune(before=clock.now() - KEEP_DELIVERIES)
