"""`jutong demo`: load the demonstration region, take it away and load it anew, list its people."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from functools import partial
from threading import Event

import click

from jutong.config.commands.shared import database_running, set_up_django
from jutong.config.environment import ADMIN_ROLE, APP_ROLE, DATABASE_NAME, Environment, environment
from jutong.config.locks import FolderLock
from jutong.config.parts import jutong_command
from jutong.config.words import say
from jutong.demo import BEGUN, LOADED, WORK
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_


class NotEmbedded(JutongError):
    """The region was to be loaded into a database that somebody runs for himself."""

    message = N_("演示区域只能装入内置数据库，不能装入 DATABASE_URL 所指的数据库。")
    kind = ErrorKind.CONFLICT


class NotEmpty(JutongError):
    """The platform holds somebody's own data."""

    message = N_("平台中已有自行登记的数据，不能装载演示区域。请用 JUTONG_DATA_DIR 另建一个数据文件夹。")
    kind = ErrorKind.CONFLICT


class StillRunning(JutongError):
    """The region was to be taken away under a running platform."""

    message = N_("平台正在运行，请先停止（Ctrl-C），再执行此命令。")
    kind = ErrorKind.CONFLICT


class NotLoaded(JutongError):
    """There is no region to take away."""

    message = N_("尚未装载演示区域，请执行 jutong demo load。")
    kind = ErrorKind.MISSING


class HoldsMore(JutongError):
    """Beside the region the platform holds departments, people or sources that somebody added."""

    message = N_("演示区域装载后又自行登记了 {count} 项单位、人员、数据源或规则，重置会将其删除，已停止。")
    kind = ErrorKind.CONFLICT


@click.group(help="Demonstration region (演示区域)")
def demo() -> None:
    pass


@demo.command(help="Load the region into an empty platform.")
@click.option("--at-start", is_flag=True, hidden=True)
def load(at_start: bool) -> None:
    env = environment()
    _require_embedded(env)
    with database_running() if not at_start else contextlib.nullcontext():
        mark = _mark(env)
        if mark.startswith(LOADED):
            if not at_start:
                click.echo(say(N_("演示区域已装载；jutong demo reset 可重新装载。")))
            return
        if mark == BEGUN:
            if not at_start:
                _require_stopped(env)
            click.echo(say(N_("上一次装载未完成，重新开始")))
            _recreate(env)
        _load(env, required=not at_start)


@demo.command(help="Take the region away with everything done in it, and load it anew.")
def reset() -> None:
    env = environment()
    _require_embedded(env)
    _require_stopped(env)
    with database_running():
        mark = _mark(env)
        if not mark:
            raise NotLoaded()
        if mark != BEGUN:
            set_up_django("demo", quiet=True)
            from jutong.demo import status

            if count := status.visitors_own(mark):
                raise HoldsMore(count=count)
        _recreate(env)
        # In a process of its own: Django here may hold connections to the database that is gone.
        done = subprocess.run(jutong_command("demo", "load", "--at-start"), check=False)  # noqa: S603
    sys.exit(done.returncode)


@demo.command(help="List the region's people: each in one post, with password and API token.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
def people(as_json: bool) -> None:
    set_up_django("demo", quiet=True)
    from rich.console import Console
    from rich.table import Table

    from jutong.config.words import translate
    from jutong.demo.load import read_people

    found = read_people(environment().demo_dir)
    if as_json:
        click.echo(json.dumps([asdict(person) for person in found], ensure_ascii=False, indent=1))
        return
    if not found:
        click.echo(say(N_("尚未装载演示区域，请执行 jutong demo load。")))
        return
    table = Table(say(N_("登录名")), say(N_("岗位")), say(N_("单位")), say(N_("密码")))
    for person in found:
        table.add_row(person.login_name, translate(person.post.label), person.organisation_name, person.password)
    Console(markup=False, emoji=False).print(table)
    click.echo(say(N_("接口令牌见 jutong demo people --json。")))


@demo.command(hidden=True, help="Keep the departments' database server running until told to stop.")
def departments() -> None:
    from jutong.config import departments as module

    env = environment()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if not module.exists(env):
        stop.wait()
        return
    server = module.departments_server(env)
    server.start(output=sys.stdout.fileno())
    try:
        while not stop.wait(0.5):
            if not server.running():
                sys.exit(1)
    finally:
        server.stop(grace_seconds=10)


# --- Steps -----------------------------------------------------------------------------------------------------------


def _load(env: Environment, *, required: bool) -> None:
    # Thousands of small transactions need not each wait for the disk: the mark that the region is whole is written last
    # and to the same log, so that it is never there without what came before it.
    os.environ["PGOPTIONS"] = "-c synchronous_commit=off"
    set_up_django("demo", quiet=True)
    from jutong.config.departments import departments_server, described
    from jutong.config.secrets_store import secret_bytes
    from jutong.demo import calls, status
    from jutong.demo import load as loading
    from jutong.kernel import clock
    from jutong.kernel.crypto import SigningKey

    if status.touched():
        if required:
            raise NotEmpty()
        click.echo(say(N_("平台中已有数据，不装载演示区域")))
        return
    began = time.monotonic()

    def told(message: str, **details: object) -> None:
        click.echo(f"{say(message, **details)} ({time.monotonic() - began:.1f} s)")

    status.note_begun()
    with departments_server(env) as server:
        around = loading.Surroundings(
            folder=env.demo_dir,
            server=described(server),
            log=calls.Log(
                env.data_dir / "gateway" / "log",
                SigningKey(secret_bytes("gateway-signing")),
                env.gateway_database_url,
            ),
            now=clock.now(),
            set_up=partial(set_up_django, "demo", quiet=True),
        )
        loading.load(around, told)
    status.note_loaded()
    told(N_("演示区域已装载"))


def _recreate(env: Environment) -> None:
    """An empty platform again: the database, the call log, kept files and the region's folder. Keys stay."""
    import psycopg
    from psycopg import sql

    from jutong.config.departments import departments_server
    from jutong.config.embedded import EmbeddedServer

    # A killed load's server may be on its way out yet, and must not write into the next one's folder.
    if env.demo_dir.exists():
        departments_server(env).end_leftovers()
    url = EmbeddedServer(env.postgres_dir).url("postgres", ADMIN_ROLE)
    name, owner = sql.Identifier(DATABASE_NAME), sql.Identifier(APP_ROLE)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        # From here on there is no mark: what is left below belongs to no database any more.
        for folder in (env.data_dir / "gateway", env.data_dir / "files", env.demo_dir):
            shutil.rmtree(folder, ignore_errors=True)
        env.first_sign_in_file.unlink(missing_ok=True)
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
    subprocess.run(jutong_command("migrate"), check=True)  # noqa: S603


def _mark(env: Environment) -> str:
    """How far a load has come, without Django, because most starts ask only this."""
    import psycopg

    with psycopg.connect(env.database_url, autocommit=True) as connection:
        try:
            row = connection.execute("SELECT digest FROM operations_installed_state WHERE name = %s", [WORK]).fetchone()
        except psycopg.errors.UndefinedTable:
            return ""
    return str(row[0]) if row else ""


def _require_embedded(env: Environment) -> None:
    if not env.embedded:
        raise NotEmbedded()


def _require_stopped(env: Environment) -> None:
    if FolderLock(env.data_dir, "run.lock").holder() is not None:
        raise StillRunning()
