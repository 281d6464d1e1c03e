"""Housekeeping of the queue."""

from procrastinate.contrib.django import app

KEEP_HOURS = 7 * 24


@app.periodic(cron="40 3 * * *")
@app.task(name="operations.forget_jobs", queueing_lock="operations.forget_jobs", pass_context=False)
async def forget_jobs(timestamp: int) -> None:
    """Forget jobs that ended well a week ago; failed ones stay four weeks, so that somebody can look."""
    await app.job_manager.delete_old_jobs(nb_hours=KEEP_HOURS)
    await app.job_manager.delete_old_jobs(
        nb_hours=4 * KEEP_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
