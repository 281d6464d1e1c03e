"""What rounds do by themselves: departments are reminded every morning, addresses are forgotten."""

from procrastinate.contrib.django import app

from jutong.kernel import clock
from jutong.supply.rounds.services import noticing, reminding


@app.periodic(cron="10 8 * * *")
@app.task(name="rounds.remind", queueing_lock="rounds.remind")
def remind(timestamp: int) -> None:
    """Tell departments of steps that are due soon or late."""
    reminding.remind(at=clock.now())


@app.periodic(cron="40 1 * * *")
@app.task(name="rounds.forget_senders", queueing_lock="rounds.forget_senders")
def forget_senders(timestamp: int) -> None:
    """Forget from where objections came."""
    noticing.forget_senders(at=clock.now())
