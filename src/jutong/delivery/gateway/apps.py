"""Plugs the gateway's Django side in, and gives the plane's database role what it needs."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GatewayConfig(AppConfig):
    name = "jutong.delivery.gateway"
    label = "gateway"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_grant_to_plane, sender=self, dispatch_uid="gateway.privileges")


def _grant_to_plane(*, using: str, **_: Any) -> None:
    from jutong.delivery.gateway.privileges import grant_to_plane

    grant_to_plane(using)
