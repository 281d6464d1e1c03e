"""Plugs procedures into Django, the outbox, the file store and the layout."""

from django.apps import AppConfig

from jutong.kernel.text import N_


class ProceduresConfig(AppConfig):
    name = "jutong.foundation.procedures"
    label = "procedures"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.files import api as files
        from jutong.foundation.notices import api as notices
        from jutong.foundation.operations import api as operations
        from jutong.foundation.outbox import api as outbox
        from jutong.foundation.procedures import checks, probes, queries
        from jutong.foundation.procedures.services import telling, timekeeping
        from jutong.foundation.procedures.services.attachments import CaseFiles
        from jutong.foundation.rulebook.events import CalendarImported

        checks.register()
        files.plug_owner(queries.FILE_KIND, CaseFiles())
        outbox.subscribe(CalendarImported, timekeeping.recount_open_clocks, name="procedures")
        notices.declare_kinds(*telling.KINDS)
        operations.register_probe("procedures", probes.people, title=N_("办理人"), vital=False)
        _plug_into_ui()


def _plug_into_ui() -> None:
    from jutong.foundation.procedures import policy
    from jutong.foundation.procedures.web import finding as own
    from jutong.ui import finding, navigation

    finding.register("cases", title=N_("办件"), url_name="procedures:cases", find=own.find, order=20, icon="file-text")
    navigation.register(
        navigation.WORKBENCH, title=N_("我的待办"), url_name="procedures:tasks", order=10, icon="checklist"
    )
    navigation.register(
        navigation.WORKBENCH, title=N_("办件查询"), url_name="procedures:cases", order=20, icon="file-text"
    )
    navigation.register(
        navigation.WORKBENCH,
        title=N_("内部流转设置"),
        url_name="procedures:schemes",
        order=30,
        visible=lambda subject: any(subject.post in rule.posts for rule in policy.LAY_DOWN_SCHEME.rules),
        icon="users",
    )
    navigation.register(
        navigation.KNOWLEDGE,
        title=N_("办理流程"),
        url_name="procedures:definitions",
        order=20,
        visible=navigation.anyone,
        icon="sitemap",
    )
