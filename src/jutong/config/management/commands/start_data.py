"""What every installation starts with: regions, code lists, the calendar, the bureau and the first people."""

from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from jutong.config.rooms import with_module
from jutong.kernel import clock


class Command(BaseCommand):
    help = "Lay down the start data; what is there already stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        for room in with_module("api"):
            door = import_module(f"{room}.api")
            if hasattr(door, "ensure_start_data"):
                with transaction.atomic():
                    door.ensure_start_data(at=at)
