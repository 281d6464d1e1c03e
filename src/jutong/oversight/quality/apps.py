"""Plugs quality in: listens to runs, offers its panel and its menu entry."""

from django.apps import AppConfig

from jutong.kernel.text import N_


class QualityConfig(AppConfig):
    name = "jutong.oversight.quality"
    label = "quality"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.outbox import api as outbox
        from jutong.oversight.quality import reform, subscriptions
        from jutong.supply.exchange.events import RunFinished
        from jutong.ui import navigation, slots

        reform.plug_in()
        outbox.subscribe(RunFinished, subscriptions.on_run_finished, name="quality.scores")
        slots.register(
            "resource", "aside", "quality:panel", title=N_("数据质量"), order=30, visible=navigation.signed_in
        )
        navigation.register(
            navigation.QUALITY, title=N_("数据质量"), url_name="quality:scores", order=10, icon="rosette-discount-check"
        )
