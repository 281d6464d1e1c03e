"""Plugs the outbox into Django."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from jutong.kernel.text import N_


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
        _plug_into_ui()


def _plug_into_ui() -> None:
    from jutong.foundation.outbox import policy
    from jutong.kernel.policy import Subject, decide
    from jutong.ui import navigation

    def sees_delivery(subject: Subject) -> bool:
        return bool(decide(subject, policy.SEE_DELIVERY))

    navigation.register(
        navigation.OPERATIONS,
        title=N_("事实投递"),
        url_name="outbox:delivery",
        order=70,
        visible=sees_delivery,
        icon="rss",
    )
