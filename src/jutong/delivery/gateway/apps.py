"""Plugs the gateway's Django side in, and gives the plane's database role what it needs."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GatewayConfig(AppConfig):
    """Gateway (网关)."""

    name = "jutong.delivery.gateway"
    label = "gateway"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.delivery.gateway import reform
        from jutong.delivery.gateway.adapters import plane_health
        from jutong.foundation.operations import api as operations
        from jutong.kernel.text import N_

        post_migrate.connect(_grant_to_plane, sender=self, dispatch_uid="gateway.privileges")
        operations.register_probe("gateway", plane_health, title=N_("网关"), vital=False)
        _plug_into_ui()
        reform.plug_in()


def _grant_to_plane(*, using: str, **_: Any) -> None:
    from jutong.delivery.gateway.privileges import grant_to_plane

    grant_to_plane(using)


def _plug_into_ui() -> None:
    from jutong.delivery.gateway import policy
    from jutong.kernel.policy import Subject
    from jutong.kernel.text import N_
    from jutong.ui import navigation, slots

    def sees_calls(subject: Subject) -> bool:
        return any(subject.post in rule.posts for rule in policy.VIEW_CALLS.rules)

    navigation.register(
        navigation.GATEWAY, title=N_("调用日志"), url_name="gateway:calls", order=40, visible=sees_calls, icon="list"
    )
    navigation.register(
        navigation.GATEWAY, title=N_("调用统计"), url_name="gateway:statistics", order=50, visible=sees_calls
    )
    slots.register(
        "resource", "aside", "gateway:resource_panel", title=N_("调用情况"), order=70, visible=navigation.signed_in
    )
