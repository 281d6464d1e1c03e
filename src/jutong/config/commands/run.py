"""`jutong run`: the whole platform."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import click

from jutong.config import parts
from jutong.config.environment import Environment, environment
from jutong.config.words import say
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_

OLDEST_POSTGRESQL = 150_000


class DatabaseUnreachable(JutongError):
    """The database of DATABASE_URL does not answer."""

    message = N_("无法连接 DATABASE_URL 所指的数据库：{reason}")
    kind = ErrorKind.UNAVAILABLE


class DatabaseTooOld(JutongError):
    """The database of DATABASE_URL is older than the oldest version we are tested on."""

    message = N_("DATABASE_URL 所指的数据库版本为 {found}，需要 PostgreSQL 15 或更高版本。")
    kind = ErrorKind.UNAVAILABLE


@click.command()
@click.option("--without-demo", is_flag=True, help="JUTONG_DEMO=off")
def run(without_demo: bool) -> None:
    from jutong.config.supervisor import Supervisor

    env = environment()
    if without_demo:
        env = replace(env, demo=False)
    server = None
    if env.embedded:
        from jutong.config.embedded import EmbeddedServer

        server = EmbeddedServer(env.postgres_dir)
    else:
        _check_database(env)
    supervisor = Supervisor(
        env, parts=parts.parts(env), steps=parts.steps(env), server=server, announce=partial(announcement, env)
    )
    sys.exit(supervisor.run())


def announcement(env: Environment, seconds: float) -> Sequence[str]:
    """What a person wants to know when the platform is ready."""
    rows = [
        (say(N_("门户")), env.base_url),
        (say(N_("接口")), f"{env.base_url}/api/v1/docs"),
        (say(N_("网关")), env.gateway_url),
        (say(N_("数据文件夹")), str(env.data_dir)),
        (say(N_("日志")), str(env.logs_dir)),
    ]
    if env.first_sign_in_file.exists():
        rows.append((say(N_("首次登录凭据")), say(N_("{file}（登录后请删除此文件）"), file=env.first_sign_in_file)))
    if (env.demo_dir / "people.json").exists():
        rows.append((say(N_("演示人员")), "jutong demo people"))
    rows.append((say(N_("停止")), "Ctrl-C"))
    width = max(_columns(name) for name, _ in rows)
    return ["", *(f"  {name}{' ' * (width - _columns(name))}  {value}" for name, value in rows), ""]


def _columns(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _check_database(env: Environment) -> None:
    import psycopg

    try:
        with psycopg.connect(env.database_url, connect_timeout=10) as connection:
            found = connection.info.server_version
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(reason=str(error).strip()) from None
    if found < OLDEST_POSTGRESQL:
        raise DatabaseTooOld(found=f"{found // 10000}.{found % 10000}")
