"""`jutong people`: who can sign in after the first start, and how."""

import click

from jutong.config.commands.shared import set_up_django
from jutong.config.environment import environment


@click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def people(arguments: tuple[str, ...]) -> None:
    set_up_django("people", quiet=True)
    from django.utils import translation

    from jutong.registry.accounts.command import people as command

    with translation.override(environment().language):
        command.main(args=list(arguments), prog_name="jutong people")
