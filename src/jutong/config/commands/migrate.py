"""`jutong migrate`: the database, the start data and the static files as this version needs them.

Safe to run at each start and on several machines at once: one works, the others wait and then find little to do. When
nothing has changed since it last ended well, it ends before Django is even loaded, because most starts are such.
"""

import contextlib
import hashlib
import json
import os
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from jutong.config.commands.shared import database_running, set_up_django
from jutong.config.environment import Environment, environment
from jutong.config.words import say
from jutong.kernel.text import N_

# Any number that no other program uses on this database as an advisory lock.
ONE_AT_A_TIME = 0x6A75_746F_6E67
WORK = "migrate"
_SOURCE = Path(__file__).resolve().parents[2]


@click.command()
@click.option("--force", is_flag=True)
def migrate(force: bool) -> None:
    env = environment()
    with database_running():
        digest = state_of_the_program(env)
        if not force and _installed(env) == digest and _static_mark(env) == digest:
            return
        set_up_django("migrate", quiet=True)
        with _alone(env):
            _told(_migrate_tables)
            _told(_lay_start_data)
            _told(_collect_static_files)
            _note(env, digest)


def state_of_the_program(env: Environment) -> str:
    """A digest of all that migrations, start data and static files are made from: our files and every package."""
    digest = hashlib.sha256()
    for folder, folders, names in os.walk(_SOURCE):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            file = Path(folder, name)
            digest.update(f"{file.relative_to(_SOURCE)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    packages = Path(sysconfig.get_path("purelib")).glob("*.dist-info")
    digest.update("\n".join(sorted(package.name for package in packages)).encode())
    digest.update(f"demo={env.demo} base={env.base_url}".encode())
    return digest.hexdigest()


def _installed(env: Environment) -> str:
    """The state this database was brought to; empty when it has none yet."""
    import psycopg

    with psycopg.connect(env.database_url, autocommit=True) as connection:
        try:
            row = connection.execute("SELECT digest FROM operations_installed_state WHERE name = %s", [WORK]).fetchone()
        except psycopg.errors.UndefinedTable:
            return ""
    return str(row[0]) if row else ""


def _static_mark(env: Environment) -> str:
    """The state the static files of this machine were collected at; empty when they were not."""
    try:
        return _static_mark_file(env).read_text().strip()
    except FileNotFoundError:
        return ""


def _static_mark_file(env: Environment) -> Path:
    return env.data_dir / "static" / ".state"


def _note(env: Environment, digest: str) -> None:
    from jutong.foundation.operations import api as operations
    from jutong.kernel import clock

    _static_mark_file(env).write_text(digest)
    operations.note_installed(name=WORK, digest=digest, at=clock.now())


def _told(work: Callable[[], str]) -> None:
    began = time.monotonic()
    if words := work():
        click.echo(f"{words} ({time.monotonic() - began:.1f} s)")


@contextlib.contextmanager
def _alone(env: Environment) -> Iterator[None]:
    """Two machines that start at once do not migrate the same database twice."""
    import psycopg

    with psycopg.connect(env.database_url, autocommit=True) as connection:
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
    return say(N_("起始数据已就绪"))


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
