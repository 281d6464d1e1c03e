"""`jutong worker`: background jobs from the queue in PostgreSQL.

The worker ends when PostgreSQL does; whoever started it starts it again. Jobs that a killed worker left running are
put back in the queue as soon as its heartbeat is missing, at the start and ever after.
"""

import asyncio
import logging
import time
from typing import Any

import click

from jutong.config.commands.shared import set_up_django
from jutong.config.environment import environment

HEARTBEAT_SECONDS = 2.0
STALLED_SECONDS = 10.0
REQUEUE_SECONDS = 3.0
GRACE_SECONDS = 15.0

log = logging.getLogger(__name__)


@click.command()
def worker() -> None:
    set_up_django("worker")
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    from jutong.base import followers

    assert isinstance(app.connector, DjangoConnector)
    # A second app with the same tasks, not the same app with another connector: tasks stay tied to Django's, so that
    # what a job or a follower defers is part of its transaction. Through the worker's pool a job would be taken up
    # before the commit of what it is about; and threads would use that pool from outside its event loop, which then
    # misses wake-ups (the next worker waited thirty seconds for it).
    worker_app = app.with_connector(app.connector.get_worker_connector())
    with followers.running():
        asyncio.run(_work(worker_app, environment().job_workers))


async def _work(app: Any, concurrency: int) -> None:
    async with app.open_async():
        requeueing = asyncio.create_task(_requeue_for_ever(app))
        working = asyncio.create_task(
            app.run_worker_async(
                concurrency=concurrency,
                install_signal_handlers=True,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
                shutdown_graceful_timeout=GRACE_SECONDS,
            )
        )
        done, _ = await asyncio.wait([working, requeueing], return_when=asyncio.FIRST_COMPLETED)
        # Either ends only when asked to, or because the database is gone; then both end.
        for task in (working, requeueing):
            task.cancel()
        await asyncio.gather(working, requeueing, return_exceptions=True)
        for task in done:
            task.result()


async def _requeue_for_ever(app: Any) -> None:
    last = time.monotonic()
    while True:
        late = time.monotonic() - last > STALLED_SECONDS / 2
        last = time.monotonic()
        # A loop that was held up has not sent its own heartbeat either, and would take its own jobs for stalled.
        if not late:
            await requeue_stalled(app)
        await asyncio.sleep(REQUEUE_SECONDS)


async def requeue_stalled(app: Any) -> int:
    """Put jobs of workers without heartbeat back in the queue; how many there were."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS))
    for job in stalled:
        log.warning("job %s (%s) was left by a worker that is gone: queued again", job.id, job.task_name)
        await app.job_manager.retry_job(job)
    return len(stalled)
