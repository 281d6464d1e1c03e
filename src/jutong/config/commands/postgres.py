"""`jutong postgres pg_dump …`: the embedded server's own client programs, of its version and already connected."""

import os
import subprocess
import sys

import click

from jutong.config.commands.shared import database_running
from jutong.config.environment import APP_ROLE, DATABASE_NAME, environment
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_


class NotEmbedded(JutongError):
    """The platform uses a database of its own; that server's programs are the right ones."""

    message = N_("平台使用 DATABASE_URL 所指的数据库，请使用该数据库自己的客户端程序。")
    kind = ErrorKind.CONFLICT


class NoSuchProgram(JutongError):
    """The embedded server has no client program of that name."""

    message = N_("内置数据库没有名为 {name} 的程序；可用：{names}。")
    kind = ErrorKind.MISSING


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("program")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def postgres(program: str, arguments: tuple[str, ...]) -> None:
    env = environment()
    if not env.embedded:
        raise NotEmbedded()
    from jutong.config.embedded import EmbeddedServer

    folder = EmbeddedServer(env.postgres_dir).program("psql").parent
    names = sorted(path.name for path in folder.iterdir() if path.name not in {"postgres", "initdb", "pg_ctl"})
    if program not in names:
        raise NoSuchProgram(name=program, names=", ".join(names))
    connection = {"PGHOST": str(env.socket_dir), "PGDATABASE": DATABASE_NAME, "PGUSER": APP_ROLE}
    with database_running():
        done = subprocess.run(  # noqa: S603
            [str(folder / program), *arguments], env=os.environ | connection, check=False
        )
    sys.exit(done.returncode)
