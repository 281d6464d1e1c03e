"""`jutong doctor`: what stands in the way on this machine, and what to do about it."""

import json
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from jutong.config.environment import Environment, environment
from jutong.config.locks import FolderLock
from jutong.config.processes import output_of, port_holder
from jutong.config.words import say, translate
from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_

OLDEST_DEBIAN_PYTHON = (3, 11)
MEMORY_LOW_BYTES = 2 * 1024**3
CLOCK_SKEW_SECONDS = 2.0
_MARKS = {"ok": ("✓", "green"), "degraded": ("!", "yellow"), "failed": ("✗", "red")}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at: its state, what was found, and what to do if it is not fine."""

    name: str
    title: str
    state: str
    found: str
    remedy: str = ""


def _line(name: str, title: str, fine: bool, found: str, remedy: str = "", *, vital: bool = True) -> Line:
    state = "ok" if fine else "failed" if vital else "degraded"
    return Line(name, translate(title), state, found, "" if fine else remedy)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="JSON")
def doctor(as_json: bool) -> None:
    env = environment()
    lines = list(look(env))
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=2))
    else:
        _show(lines)
    sys.exit(1 if any(line.state == "failed" for line in lines) else 0)


def look(env: Environment) -> Iterator[Line]:
    """Everything looked at, in the order a stranger would ask."""
    running = FolderLock(env.data_dir, "run.lock").holder() is not None
    yield from _programs(env)
    yield from _machine(env)
    yield from _ports(env, running)
    yield from _secrets(env)
    yield from _database(env, running)


def _programs(env: Environment) -> Iterator[Line]:
    yield _line(
        "python", N_("Python"), sys.version_info[:2] == OLDEST_DEBIAN_PYTHON, sys.version.split()[0],
        say(N_("请使用 Python 3.11。")),
    )  # fmt: skip
    yield _line("jutong", N_("聚通"), True, version("jutong"))
    if env.embedded:
        from jutong.config.embedded import VERSION
        from jutong.config.embedded.account import server_account
        from jutong.config.embedded.programs import programs_for

        def programs() -> str:
            return f"PostgreSQL {VERSION} ({programs_for(server_account())})"

        yield _tried("programs", N_("内置数据库程序"), programs)
    fonts = output_of(["fc-list", ":lang=zh", "family"]).splitlines()
    # Pages use the reader's fonts, papers bring their own; rare characters and the tests' browser use this machine's.
    yield _line(
        "fonts", N_("中文字体"), bool(fonts), fonts[0].split(",")[0] if fonts else say(N_("未找到")),
        say(N_("请安装 fonts-noto-cjk。")), vital=False,
    )  # fmt: skip


def _machine(env: Environment) -> Iterator[Line]:
    from jutong.foundation.operations.domain import judge_disk, size

    place = next(folder for folder in (env.data_dir, *env.data_dir.parents) if folder.exists())
    finding = judge_disk(shutil.disk_usage(place).free)
    yield Line(
        "disk",
        say(N_("磁盘空间")),
        finding.state.value,
        f"{finding.details['free']} ({place})",
        finding.words(translate),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    yield _line(
        "memory", N_("内存"), memory >= MEMORY_LOW_BYTES, size(memory), say(N_("建议至少 2 GiB 内存。")), vital=False
    )
    yield _line(
        "data_dir", N_("数据文件夹"), os.access(place, os.W_OK), str(env.data_dir),
        say(N_("当前用户不能写入该文件夹，请用 JUTONG_DATA_DIR 另选一个。")),
    )  # fmt: skip
    # "yes", "no", or empty where timedatectl cannot tell (containers take the clock of their host).
    synchronised = output_of(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
    yield _line(
        "clock", N_("时钟同步"), synchronised != "no",
        {"yes": say(N_("已同步")), "no": say(N_("未同步"))}.get(synchronised, say(N_("由宿主机维护，未能查询"))),
        say(N_("请启用 NTP 时间同步；签名调用只接受 5 分钟以内的时间差。")), vital=False,
    )  # fmt: skip


def _ports(env: Environment, running: bool) -> Iterator[Line]:
    for name, title, port, variable in (
        ("portal_port", N_("门户端口"), env.portal_port, "JUTONG_PORTAL_PORT"),
        ("gateway_port", N_("网关端口"), env.gateway_port, "JUTONG_GATEWAY_PORT"),
    ):
        holder = port_holder(env.listen, port)
        if running and holder is not None:
            found = say(N_("{port}，平台正在使用"), port=port)
        else:
            found = f"{port}" if holder is None else f"{port}: {holder or '?'}"
        yield _line(
            name, title, running or holder is None, found,
            say(N_("请停止占用它的程序，或用环境变量 {variable} 改用其他端口。"), variable=variable),
        )  # fmt: skip


def _secrets(env: Environment) -> Iterator[Line]:
    loose = [str(path) for path in _files(env.secrets_dir) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if env.secrets_dir.exists() and stat.S_IMODE(env.secrets_dir.stat().st_mode) & 0o077:
        loose.insert(0, str(env.secrets_dir))
    count = len(list(_files(env.secrets_dir)))
    yield _line(
        "secrets", N_("密钥文件"), not loose,
        ", ".join(loose) or say(N_("{count} 个，仅本用户可读"), count=count),
        say(N_("请执行 chmod -R go-rwx {folder}。"), folder=env.secrets_dir),
    )  # fmt: skip
    yield _line(
        "first_sign_in", N_("首次登录凭据"), not env.first_sign_in_file.exists(),
        str(env.first_sign_in_file) if env.first_sign_in_file.exists() else say(N_("已删除或尚未生成")),
        say(N_("登录并修改密码后请删除该文件。")), vital=False,
    )  # fmt: skip


def _database(env: Environment, running: bool) -> Iterator[Line]:
    if env.embedded and not running:
        found = say(N_("平台未运行，未检查")) if env.postgres_dir.exists() else say(N_("尚未创建"))
        yield _line("database", N_("数据库"), True, found)
        return
    import psycopg

    def server() -> str:
        with psycopg.connect(env.database_url, connect_timeout=5) as connection:
            row = connection.execute(
                "SELECT extract(epoch FROM clock_timestamp() - %s::timestamptz)", [_now()]
            ).fetchone()
            skew = abs(float(row[0])) if row else 0.0
            told = f"PostgreSQL {connection.info.parameter_status('server_version')}"
        if skew > CLOCK_SKEW_SECONDS:
            told += say(N_("，时钟与本机相差 {seconds:.1f} 秒"), seconds=skew)
        return told

    reached = _tried("database", N_("数据库"), server)
    yield reached
    if reached.state == "ok":
        yield from _probes()


def _probes() -> Iterator[Line]:
    """What the rooms' own probes say; the database is there, so Django can be set up."""
    from jutong.config.commands.shared import set_up_django

    set_up_django("doctor", quiet=True)
    from jutong.foundation.operations import api as operations

    for answer in operations.look():
        if answer.probe.name in {"database", "disk"}:
            continue
        words = answer.finding.words(translate)
        state = answer.finding.state.value
        if state == "failed" and not answer.probe.vital:
            state = "degraded"
        found = words or translate(operations.STATE_NAMES[answer.finding.state])
        yield Line(answer.probe.name, translate(answer.probe.title), state, found)


def _tried(name: str, title: str, work: Callable[[], str]) -> Line:
    try:
        return _line(name, title, True, work())
    except JutongError as error:
        return _line(name, title, False, error.words(translate))
    except Exception as error:
        return _line(name, title, False, str(error).strip())


def _now() -> Any:
    from jutong.kernel import clock

    return clock.now()


def _files(folder: Path) -> Iterator[Path]:
    if folder.exists():
        yield from (path for path in folder.rglob("*") if path.is_file())


def _show(lines: list[Line]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(3):
        table.add_column(overflow="fold")
    for line in lines:
        mark, style = _MARKS[line.state]
        found = Text(line.found)
        if line.remedy:
            found.append(f"\n→ {line.remedy}", style=style)
        table.add_row(Text(mark, style=style), Text(line.title), found)
    Console(highlight=False).print(table)
