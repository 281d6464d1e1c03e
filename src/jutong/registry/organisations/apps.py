"""Plugs the register into Django and into the menu."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "jutong.registry.organisations"
    label = "organisations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.procedures import api as procedures
        from jutong.kernel.text import N_
        from jutong.registry.organisations.book import Book
        from jutong.ui import navigation

        procedures.plug_organisations(Book())
        navigation.register(
            navigation.OPERATIONS, title=N_("单位与区划"), url_name="organisations:departments", order=20
        )
