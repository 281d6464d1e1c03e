"""Plugs the exchange into Django and into the facts it follows."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "jutong.supply.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.outbox import api as outbox
        from jutong.supply.exchange.services import plans
        from jutong.supply.mounting.events import FileReplaced, MountStopped, ResourceMounted

        outbox.subscribe(ResourceMounted, plans.on_mounted, name="exchange.plans")
        outbox.subscribe(FileReplaced, plans.on_file_replaced, name="exchange.plans")
        outbox.subscribe(MountStopped, plans.on_mount_stopped, name="exchange.plans")
