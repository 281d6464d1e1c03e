"""Jobs of a worker that is gone go back into the queue; jobs of a living one do not."""

import asyncio

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from jutong.config.commands.worker import STALLED_SECONDS, requeue_stalled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_queue():
    """Tests of other rooms leave jobs behind in the same database; none of them is of interest here."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def worker(heartbeat_seconds_ago: float) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') RETURNING id",
            [heartbeat_seconds_ago],
        )
        return cursor.fetchone()[0]


def running_job(worker_id: int | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id) "
            "VALUES ('default', 'a.task', '{}', 'doing', %s) RETURNING id",
            [worker_id],
        )
        return cursor.fetchone()[0]


def status(job: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [job])
        return cursor.fetchone()[0]


def requeue() -> int:
    async def work() -> int:
        with app.replace_connector(app.connector.get_worker_connector()) as worker_app:
            async with worker_app.open_async():
                return await requeue_stalled(worker_app)

    return asyncio.run(work())


def test_jobs_of_the_dead_are_queued_again_and_those_of_the_living_are_not():
    of_the_dead = running_job(worker(STALLED_SECONDS + 5))
    of_nobody = running_job(None)
    of_the_living = running_job(worker(1))

    assert requeue() == 2

    assert [status(job) for job in (of_the_dead, of_nobody, of_the_living)] == ["todo", "todo", "doing"]


def test_with_nothing_left_behind_nothing_happens():
    job = running_job(worker(1))

    assert requeue() == 0
    assert status(job) == "doing"
