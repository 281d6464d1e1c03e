"""Plugs the secrecy gate into Django, into the door of files and into the menu."""

from django.apps import AppConfig

from jutong.kernel.text import N_


class SecrecyConfig(AppConfig):
    name = "jutong.foundation.secrecy"
    label = "secrecy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.files import api as files
        from jutong.foundation.notices import api as notices
        from jutong.foundation.notices.values import NoticeKind
        from jutong.foundation.secrecy.services.gate import FilesGate

        files.plug_gate(FilesGate())
        notices.declare_kinds(
            NoticeKind("secrecy.stopped", N_("保密检查拦截"), urgent=True),
            NoticeKind("secrecy.released", N_("误报放行")),
        )
        _plug_into_ui()


def _plug_into_ui() -> None:
    from jutong.foundation.secrecy import policy
    from jutong.kernel.policy import Subject
    from jutong.ui import navigation

    def oversees(subject: Subject) -> bool:
        return any(subject.post in rule.posts for rule in policy.VIEW_FIGURES.rules)

    navigation.register(
        navigation.OPERATIONS,
        title=N_("保密检查"),
        url_name="secrecy:stops",
        order=70,
        visible=oversees,
        icon="shield-lock",
    )
