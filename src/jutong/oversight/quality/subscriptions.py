"""What quality does with facts of other rooms."""

from datetime import datetime

from jutong.oversight.quality import jobs
from jutong.supply.exchange.events import RunFinished


def on_run_finished(event: RunFinished, *, at: datetime) -> None:
    """Have the resource scored in a job of its own: counting a large table must not hold up the facts behind it."""
    jobs.measure.defer(resource_code=event.resource_code, run_no=event.run_no)
