"""`jutong migrate` can be killed at any moment and called again."""

import random
import subprocess
import time

import psycopg
import pytest

from tests.support.platforms import REAL, platform

MIGRATE = (*REAL[:-1], "migrate")
KILLS = 8


@pytest.mark.timeout(240)
def test_a_killed_migration_is_finished_by_the_next(embedded_server):
    """Killed at random moments; the last run comes through and every table is there once."""
    chance = random.Random(20)
    with psycopg.connect(embedded_server.url("postgres", "jutong_admin"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE killed_migrations OWNER jutong_app")
    url = embedded_server.url("killed_migrations")

    with platform(MIGRATE, DATABASE_URL=url) as made, psycopg.connect(url, autocommit=True) as connection:
        landed = 0
        for _ in range(KILLS):
            before = _applied(connection)
            made.start()
            # Wait until it works on the tables, so that the kill lands there and not in Python's imports.
            deadline = time.monotonic() + 60
            while made.process.poll() is None and _applied(connection) <= before and time.monotonic() < deadline:
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 0.25))
            landed += made.process.poll() is None
            made.kill()
        made.start()

        code = made.process.wait(120)

        assert code == 0, made.words()
        assert landed >= KILLS // 2, f"only {landed} kills landed"
        assert subprocess.run(MIGRATE, env=made.variables, capture_output=True).returncode == 0
        noted = connection.execute(
            "SELECT app, name, count(*) FROM django_migrations GROUP BY 1, 2 HAVING count(*) > 1"
        )
        assert noted.fetchall() == []


def _applied(connection: "psycopg.Connection") -> int:
    if connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
        return 0
    row = connection.execute("SELECT count(*) FROM django_migrations").fetchone()
    return row[0] if row else 0
