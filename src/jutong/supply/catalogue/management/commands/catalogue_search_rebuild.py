"""Writes the search of the catalogue again from its resources."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jutong.supply.catalogue import services


class Command(BaseCommand):
    help = "Write every search entry again, and what is known of how common words are. The portal may run meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anew", action="store_true", help="drop the indexes and build them at the end: quicker, search waits"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        def tell(done: int, whole: int) -> None:
            self.stdout.write(f"{done}/{whole}")

        changed = services.rebuild(anew=options["anew"], progress=tell)
        self.stdout.write(f"entries that differed: {changed}")
