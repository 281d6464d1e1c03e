"""Plugs the outbox into Django."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _ensure_positions(**_: Any) -> None:
    from jutong.foundation.outbox import services

    services.ensure_positions()


class OutboxConfig(AppConfig):
    name = "jutong.foundation.outbox"
    label = "outbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # By then every room has subscribed, and no fact can be older than the positions.
        post_migrate.connect(_ensure_positions, sender=self, dispatch_uid="outbox.positions")
