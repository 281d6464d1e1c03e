"""What the catalogue does by itself: bases of sharing types that have lapsed are noticed once a day."""

from procrastinate.contrib.django import app

from jutong.kernel import clock
from jutong.supply.catalogue import services


@app.periodic(cron="20 0 * * *")
@app.task(name="catalogue.reopen_types", queueing_lock="catalogue.reopen_types")
def reopen_types(timestamp: int) -> None:
    """Call for an update wherever no basis carries a sharing type any more (C4)."""
    services.reopen_types(at=clock.now())
