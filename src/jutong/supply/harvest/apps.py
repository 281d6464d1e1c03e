"""Plugs harvesting into Django, the menu and the rooms below."""

from django.apps import AppConfig

from jutong.kernel.text import N_


class HarvestConfig(AppConfig):
    """Harvesting of outside catalogues (目录采集)."""

    name = "jutong.supply.harvest"
    label = "harvest"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.notices import api as notices
        from jutong.foundation.notices.values import NoticeKind
        from jutong.kernel.policy import Subject
        from jutong.supply.harvest import reform
        from jutong.supply.harvest.policy import READERS, WATCHERS
        from jutong.ui import navigation

        def sees_feeds(subject: Subject) -> bool:
            return subject.post in READERS | WATCHERS

        notices.declare_kinds(
            NoticeKind("harvest.failed", N_("定时采集未成功")), NoticeKind("harvest.gone", N_("采集来源撤下记录"))
        )
        reform.plug_in()
        navigation.register(
            navigation.CATALOGUE,
            title=N_("目录采集"),
            url_name="harvest:feeds",
            order=35,
            visible=sees_feeds,
            icon="rss",
        )
