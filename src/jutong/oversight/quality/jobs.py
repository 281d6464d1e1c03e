"""Scoring after each run, and once a day because age and calls change without one."""

from procrastinate.contrib.django import app

from jutong.kernel import clock
from jutong.kernel.actors import PLATFORM
from jutong.oversight.quality import services
from jutong.supply.exchange import api as exchange


@app.task(name="quality.measure", queue="quality")
def measure(resource_code: str, run_no: str = "") -> None:
    """Score one resource."""
    services.measure(resource_code=resource_code, by=PLATFORM, at=clock.now(), run_no=run_no)


@app.periodic(cron="17 3 * * *")
@app.task(name="quality.measure_all", queue="quality", queueing_lock="quality.measure_all", pass_context=False)
def measure_all(timestamp: int) -> None:
    """Have every resource that holds data scored, each in a job of its own."""
    for code in exchange.loaded_codes():
        measure.configure(queueing_lock=f"quality.measure:{code}").defer(resource_code=code)
