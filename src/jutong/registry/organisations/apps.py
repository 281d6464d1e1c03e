"""Plugs the register into Django and into the menu."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "jutong.registry.organisations"
    label = "organisations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.kernel.policy import Subject
        from jutong.kernel.text import N_
        from jutong.registry.organisations import api
        from jutong.ui import navigation, sheets

        def called(subject: Subject) -> str:
            return api.titles([subject.organisation], short=True).get(subject.organisation, "")

        sheets.plug_organisations(called)

        navigation.register(
            navigation.OPERATIONS, title=N_("单位与区划"), url_name="organisations:departments", order=20
        )
