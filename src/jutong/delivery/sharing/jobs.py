"""Ends of grants, noted and told of beforehand."""

from procrastinate.contrib.django import app

from jutong.delivery.sharing import services
from jutong.kernel import clock


@app.periodic(cron="*/5 * * * *")
@app.task(name="sharing.note_expired", queueing_lock="sharing.note_expired")
def note_expired(timestamp: int) -> None:
    """Note grants that are past their term; the gateway has refused them since."""
    services.note_expired(at=clock.now())


@app.periodic(cron="10 1 * * *")
@app.task(name="sharing.warn_of_expiry", queueing_lock="sharing.warn_of_expiry")
def warn_of_expiry(timestamp: int) -> None:
    """Tell consumers of grants that end soon, once a day."""
    services.warn_of_expiry(at=clock.now())
