"""Keeping time, and seeing to it that no step is left without people."""

from procrastinate.contrib.django import app

from jutong.foundation.procedures.services import assignment, inner, timekeeping
from jutong.kernel import clock


@app.periodic(cron="* * * * *")
@app.task(name="procedures.keep_time", queueing_lock="procedures.keep_time")
def keep_time(timestamp: int) -> None:
    """Warn, escalate and end waiting that is over, every minute.

    Days begin at midnight, so that each warning is at most a minute late. What a stopped platform missed is told at its
    next start.
    """
    timekeeping.keep_time(at=clock.now())


@app.periodic(cron="5 * * * *")
@app.task(name="procedures.recheck_assignees", queueing_lock="procedures.recheck_assignees")
def recheck_assignees(timestamp: int) -> None:
    """Ask the directory again about the people of open steps."""
    at = clock.now()
    assignment.recheck(at=at)
    inner.recheck(at=at)
