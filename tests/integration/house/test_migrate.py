"""`jutong migrate` can be killed at any moment and called again."""

import signal
import subprocess
import sys

import psycopg
import pytest

from tests.support.platforms import REAL, Platform, platform

MIGRATE = (*REAL[:-1], "migrate")

# Dies by SIGKILL at the moment the first migration of this app is to be noted as applied.
DIES_AT_THE_NOTE = """
import os, signal, sys
from django.db.migrations.recorder import MigrationRecorder
note = MigrationRecorder.record_applied
def die(self, app, name):
    if app == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
    note(self, app, name)
MigrationRecorder.record_applied = die
from jutong.config.command import main
main(["migrate"])
"""

TELLS_WHETHER_IT_LOADED_DJANGO = """
import sys
from jutong.config.command import main
try:
    main(["migrate"])
finally:
    print("django:", "django" in sys.modules)
"""


# Their tables have indexes, which are made last: there Django would note the migration after its transaction.
KILLED_AT = ("organisations", "sessions")  # in the order of migration


@pytest.mark.timeout(200)
def test_a_killed_migration_is_finished_by_the_next(embedded_server):
    """Killed between a migration's statements and the note of it; the next run does not meet tables half made."""
    with psycopg.connect(embedded_server.url("postgres", "jutong_admin"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE killed OWNER jutong_app")

    with platform(MIGRATE, DATABASE_URL=embedded_server.url("killed")) as made:
        for app in KILLED_AT:
            killed = subprocess.run([sys.executable, "-c", DIES_AT_THE_NOTE, app], env=made.variables, timeout=90)
            assert killed.returncode == -signal.SIGKILL, app
            assert app not in noted(embedded_server.url("killed")), "it died before the note"

        made.start()
        assert made.process.wait(120) == 0, made.words()

        assert noted(embedded_server.url("killed")) >= set(KILLED_AT)
        assert not loads_django(made), "nothing has changed since the last run ended well"
        assert loads_django(made, JUTONG_BASE_URL="http://share.example.gov.cn")


def noted(url: str) -> set[str]:
    """The apps of which a migration is noted as applied."""
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute("SELECT app FROM django_migrations")}


def loads_django(made: Platform, **variables: str) -> bool:
    """Whether another run of the command goes beyond comparing states."""
    program = [sys.executable, "-c", TELLS_WHETHER_IT_LOADED_DJANGO]
    done = subprocess.run(program, env=made.variables | variables, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    return "django: True" in done.stdout
