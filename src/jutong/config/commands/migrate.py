"""`jutong migrate`: the database, the start data and the static files as this version needs them.

Safe to run at each start and on several machines at once: one works, the others wait and then find nothing to do.
"""

import contextlib
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from jutong.config.commands.shared import database_running, set_up_django
from jutong.config.environment import environment
from jutong.config.words import say
from jutong.kernel.text import N_

# Any number that no other program uses on this database as an advisory lock.
ONE_AT_A_TIME = 0x6A75_746F_6E67


@click.command()
def migrate() -> None:
    with database_running():
        set_up_django("migrate", quiet=True)
        with _alone():
            _told(_migrate_tables)
            _told(_lay_start_data)
        _told(_collect_static_files)


def _told(work: Any) -> None:
    began = time.monotonic()
    if words := work():
        click.echo(f"{words} ({time.monotonic() - began:.1f} s)")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Two machines that start at once do not migrate the same database twice."""
    import psycopg

    with psycopg.connect(environment().database_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        yield


def _migrate_tables() -> str:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    # Also without a plan: a run that was killed after its last migration owes what follows one (rights of roles,
    # positions of subscribers), and doing that again takes a tenth of a second.
    call_command("migrate", interactive=False, verbosity=0)
    return say(N_("数据库结构已更新（{count} 项）"), count=len(plan)) if plan else ""


def _lay_start_data() -> str:
    from django.core.management import call_command

    call_command("start_data", verbosity=0)
    return ""


def _collect_static_files() -> str:
    """Collect and compress what the portal serves, when the sources have changed since the last time."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    seen = []
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=[]):
            status = Path(storage.path(name)).stat()
            seen.append((name, status.st_size, status.st_mtime_ns))
    state = hashlib.sha256(json.dumps(sorted(seen)).encode()).hexdigest()
    mark = Path(settings.STATIC_ROOT) / ".sources"
    if mark.exists() and mark.read_text() == state:
        return ""
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(state)
    return say(N_("静态文件已更新（{count} 个）"), count=len(seen))
