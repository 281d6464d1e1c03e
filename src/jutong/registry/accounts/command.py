"""`jutong people`: who can sign in after the first start, and how."""

import json
from dataclasses import asdict

import click
from django.utils.translation import gettext as _


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON list, with passwords and tokens.")
def people(as_json: bool) -> None:
    """List the people of the start data with their passwords and API tokens.

    Reads the people file of the data folder, which only the platform's operator may read.
    """
    from rich.console import Console
    from rich.table import Table

    from jutong.registry.accounts import api

    found = api.start_people()
    if as_json:
        click.echo(json.dumps([asdict(person) for person in found], ensure_ascii=False, indent=1))
        return
    if not found:
        click.echo(_("尚无起始人员，请先启动一次平台（jutong run）。"))
        return
    table = Table(_("登录名"), _("岗位"), _("单位"), _("初始密码"))
    for person in found:
        table.add_row(person.login_name, _(person.post.label), person.organisation_name, person.password)
    Console(markup=False, emoji=False).print(table)
    click.echo(_("接口令牌见 jutong people --json。"))
