"""`jutong manage …`: Django's management commands on the platform's settings and database."""

import sys

import click

from jutong.config.commands.shared import database_running, set_up_django


@click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    with database_running():
        set_up_django("manage", quiet=True)
        from django.core.management import execute_from_command_line

        sys.argv[0] = "jutong manage"
        execute_from_command_line([sys.argv[0], *arguments])
