"""Upkeep of inboxes."""

from procrastinate.contrib.django import app

from jutong.foundation.notices import services
from jutong.kernel import clock


@app.periodic(cron="50 3 * * *")
@app.task(name="notices.prune", queueing_lock="notices.prune")
def prune(timestamp: int) -> None:
    """Delete read notices older than three years."""
    services.prune(before=clock.now() - services.KEEP)
