"""Numbers of the moment, from the queue, the database and the disk."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from jutong.foundation.operations import queries
from jutong.foundation.operations.values import Sample


def jobs_and_database() -> Iterator[Sample]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT queue_name, status::text, count(*) FROM procrastinate_jobs
            WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1, 2
            """
        )
        jobs: dict[tuple[str, ...], float] = {
            (queue, status): float(count) for queue, status, count in cursor.fetchall()
        }
        cursor.execute(
            """
            SELECT coalesce(extract(epoch FROM now() - min(e.at)), 0)
            FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
            WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())
            """
        )
        waiting = float(cursor.fetchone()[0])
        cursor.execute(
            """
            SELECT pg_database_size(current_database()),
                   (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database())
            """
        )
        size, connections = cursor.fetchone()
    yield Sample("jobs", "Jobs by queue and status.", ("queue", "status"), jobs)
    yield Sample("job_longest_wait_seconds", "How long the oldest due job waits.", (), {(): waiting})
    yield Sample("database_bytes", "Size of the platform's database.", (), {(): float(size)})
    yield Sample("database_connections", "Open connections to the database.", (), {(): float(connections)})
    age = queries.heartbeat_age_seconds()
    if age is not None:
        yield Sample("worker_heartbeat_age_seconds", "Since the youngest worker heartbeat.", (), {(): age})


def disk() -> Iterator[Sample]:
    usage = shutil.disk_usage(Path(settings.JUTONG_DATA_DIR))
    yield Sample("disk_free_bytes", "Room on the data folder's disk.", (), {(): float(usage.free)})
    yield Sample("disk_total_bytes", "Size of the data folder's disk.", (), {(): float(usage.total)})
