"""What search needs from time to time."""

from procrastinate.contrib.django import app

from jutong.kernel import clock
from jutong.supply.catalogue import services


@app.periodic(cron="50 2 * * *")
@app.task(name="catalogue.refresh_search", queueing_lock="catalogue.refresh_search")
def refresh_search(timestamp: int) -> None:
    """Once a night: how common each token is, and the words to suggest."""
    services.refresh_shares()
    services.refresh_terms()


@app.periodic(cron="*/10 * * * *")
@app.task(name="catalogue.tell_saved_searches", queueing_lock="catalogue.tell_saved_searches")
def tell_saved_searches(timestamp: int) -> None:
    """Tell people what is new in the catalogue that answers a question they keep."""
    services.tell_saved_searches(at=clock.now())
