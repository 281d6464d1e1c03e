"""What the lists do by themselves: once a day they are checked against the catalogue."""

from procrastinate.contrib.django import app

from jutong.kernel import clock
from jutong.supply.lists.services import checking


@app.periodic(cron="40 5 * * *")
@app.task(name="lists.check", queueing_lock="lists.check")
def check(timestamp: int) -> None:
    """Find what does not fit together any more."""
    checking.check_now(at=clock.now())
