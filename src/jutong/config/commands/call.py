"""`jutong call`: one signed call of a resource, for trying out a grant and for scripts.

The secret never stands on the command line, where other users of the machine could read it: it comes from a file, from
`JUTONG_CALL_SECRET`, or is asked for.
"""

import json
import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from jutong.config.environment import environment
from jutong.config.words import say
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_
from jutong_client import ALGORITHMS, CallFailed, CallRefused, Client


class CallNotAnswered(JutongError):
    """The gateway refused a call, or could not be reached; its own words follow."""

    message = N_("调用未成功：{reason}")
    kind = ErrorKind.UNAVAILABLE


class ArgumentNotUnderstood(JutongError):
    """A parameter was not given as name=value, or the secret is no base64."""

    message = N_("无法理解“{argument}”：参数应写成 名称=值，密钥应为签发时显示的 base64 文本。")


def _not_typed(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Take the secret from the environment only."""
    if context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE:
        raise click.BadParameter("JUTONG_CALL_SECRET | --secret-file")
    return value


@click.command()
@click.argument("resource")
@click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]…")
@click.option("--key", "key_id", envvar="JUTONG_CALL_KEY", required=True, show_envvar=True)
@click.option("--secret-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JUTONG_CALL_SECRET")
@click.option("--secret", envvar="JUTONG_CALL_SECRET", hidden=True, callback=_not_typed)
@click.option("--algorithm", type=click.Choice(list(ALGORITHMS)), default="HMAC-SM3", show_default=True)
@click.option("--gateway", "gateway_url", envvar="JUTONG_CALL_GATEWAY", show_envvar=True, help="http://host:port")
@click.option("--post", is_flag=True, help="POST")
@click.option("--page", type=click.IntRange(1))
@click.option("--page-size", type=click.IntRange(1, 10_000))
@click.option("--official", default="", help="X-Jutong-Official")
@click.option("--purpose", default="", help="X-Jutong-Purpose")
@click.option("--case", default="", help="X-Jutong-Case")
@click.option("--json", "as_json", is_flag=True, help="JSON")
def call(
    resource: str,
    parameters: tuple[str, ...],
    key_id: str,
    secret_file: Path | None,
    secret: str | None,
    algorithm: str,
    gateway_url: str | None,
    post: bool,
    page: int | None,
    page_size: int | None,
    official: str,
    purpose: str,
    case: str,
    as_json: bool,
) -> None:
    asked = dict(_pair(parameter) for parameter in parameters)
    client = _client(gateway_url or environment().gateway_url, key_id, _secret(secret_file, secret), algorithm)
    said = {"official": official, "purpose": purpose, "case": case}
    try:
        with client:
            if post:
                answer = client.post(resource, asked, **said)
            else:
                answer = client.get(resource, asked, page=page, page_size=page_size, **said)
    except CallRefused as refused:
        _tell_refusal(refused, as_json)
        sys.exit(1)
    except CallFailed as failed:
        raise CallNotAnswered(reason=str(failed)) from failed
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2)) if as_json else _show(answer)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ArgumentNotUnderstood(argument=text)
    return name, value


def _secret(file: Path | None, given: str | None) -> str:
    if file is not None:
        return file.read_text(encoding="ascii", errors="replace").strip()
    return given or click.prompt(say(N_("密钥")), hide_input=True, err=True)


def _client(url: str, key_id: str, secret: str, algorithm: str) -> Client:
    try:
        return Client(url, key_id=key_id, secret=secret, algorithm=algorithm, language=environment().language)
    except ValueError:
        raise ArgumentNotUnderstood(argument="***") from None


def _tell_refusal(refused: CallRefused, as_json: bool) -> None:
    if as_json:
        members = {"code": refused.code, "message": refused.message, "call": refused.call, "field": refused.field}
        click.echo(json.dumps(members, ensure_ascii=False, indent=2))
        return
    click.echo(click.style("✗ ", fg="red", bold=True) + f"{refused.message} ({refused.code})", err=True)
    if refused.call:
        click.echo(say(N_("调用编号：{call}"), call=refused.call), err=True)


def _show(answer: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    rows = answer.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    table = Table(*dict.fromkeys(name for row in rows for name in row))
    for row in rows:
        table.add_row(
            *("" if row.get(column.header) is None else str(row.get(column.header)) for column in table.columns)
        )
    Console().print(table)
    more = say(N_("，还有下一页")) if answer.get("more") else ""
    click.echo(say(N_("{count} 行{more}；调用编号 {call}"), count=len(rows), more=more, call=answer.get("call", "")))
