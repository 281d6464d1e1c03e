"""What the passing of days brings: deputies are told when an absence begins."""

from procrastinate.contrib.django import app

from jutong.kernel import clock
from jutong.registry.accounts import api


@app.periodic(cron="2 * * * *")
@app.task(name="accounts.tell_deputies", queueing_lock="accounts.tell_deputies")
def tell_deputies(timestamp: int) -> None:
    """Tell the deputies of everybody whose absence has begun."""
    api.tell_deputies(at=clock.now())
