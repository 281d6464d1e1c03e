"""What the catalogue does by itself: lapsed bases are noticed, search is kept fresh, subscribers are told."""

from procrastinate.contrib.django import app

from jutong.kernel import clock
from jutong.supply.catalogue import services


@app.periodic(cron="20 0 * * *")
@app.task(name="catalogue.reopen_types", queueing_lock="catalogue.reopen_types")
def reopen_types(timestamp: int) -> None:
    """Call for an update wherever no basis carries a sharing type any more (C4)."""
    services.reopen_types(at=clock.now())


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
