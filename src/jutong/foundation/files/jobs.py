"""Upkeep of the store by night, and of files that wait for the scanner."""

from procrastinate.contrib.django import app

from jutong.foundation.files import services
from jutong.kernel import clock


@app.periodic(cron="40 3 * * *")
@app.task(name="files.sweep", queueing_lock="files.sweep")
def sweep(timestamp: int) -> None:
    """Remove what nobody refers to."""
    services.sweep(at=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="files.rescan_held", queueing_lock="files.rescan_held")
def rescan_held(timestamp: int) -> None:
    """Ask the scanner again about files it could not judge."""
    services.rescan_held(at=clock.now())
