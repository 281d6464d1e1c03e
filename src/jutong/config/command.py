"""The `jutong` command: one list of subcommands, each loaded only when it is called.

`jutong --help` and the gateway import no Django. A room adds a command with one line in `COMMANDS`.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

import click

from jutong.config.words import say, translate
from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_


@dataclass(frozen=True, slots=True)
class Listed:
    """Where a subcommand is found (`module:attribute`) and what it does, in a line."""

    target: str
    summary: str


COMMANDS: dict[str, Listed] = {
    "run": Listed("jutong.config.commands.run:run", N_("启动整个平台，按 Ctrl-C 停止")),
    "doctor": Listed("jutong.config.commands.doctor:doctor", N_("检查本机环境、端口、磁盘、数据库与密钥文件")),
    "migrate": Listed("jutong.config.commands.migrate:migrate", N_("更新数据库结构、起始数据与静态文件")),
    "portal": Listed("jutong.config.commands.portal:portal", N_("只运行门户与接口")),
    "gateway": Listed("jutong.config.commands.gateway:gateway", N_("只运行网关")),
    "worker": Listed("jutong.config.commands.worker:worker", N_("只运行后台作业")),
    "postgres": Listed("jutong.config.commands.postgres:postgres", N_("运行内置数据库的客户端程序，如 pg_dump、psql")),
    "demo": Listed("jutong.config.commands.demo:demo", N_("装载、重置演示区域，列出演示人员")),
    "people": Listed("jutong.config.commands.people:people", N_("列出起始人员及其登录密码与接口令牌")),
    "verify-log": Listed("jutong.config.commands.verify_log:verify_log", N_("核验网关调用日志未被改动")),
    "call": Listed("jutong.config.commands.call:call", N_("签名调用一个数据资源")),
    "node-release": Listed("jutong.config.commands.node_release:node_release", N_("签名发布前置机程序的新版本")),
    "manage": Listed("jutong.config.commands.manage:manage", N_("执行 Django 管理命令")),
}


class Lazy(click.Group):
    """A group whose subcommands are imported when they are called; `--help` shows their summaries without that."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        command.help = command.help or translate(COMMANDS[cmd_name].summary)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(say(N_("命令"))):
            formatter.write_dl([(name, translate(listed.summary)) for name, listed in COMMANDS.items()])


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"jutong {version('jutong')}")
        ctx.exit()


@click.group(cls=Lazy, help="Jutong (聚通)", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_show_version)
def group() -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. Errors that name their remedy are shown as such, without a trace."""
    try:
        group.main(args=arguments, prog_name="jutong", standalone_mode=True)
    except JutongError as error:
        click.echo(click.style("✗ ", fg="red", bold=True) + error.words(translate), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
