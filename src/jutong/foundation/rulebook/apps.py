"""Plugs the rulebook into Django and into the menu."""

from django.apps import AppConfig


class RulebookConfig(AppConfig):
    name = "jutong.foundation.rulebook"
    label = "rulebook"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.kernel.text import N_
        from jutong.ui import navigation

        navigation.register(navigation.KNOWLEDGE, title=N_("时限与规则"), url_name="rulebook:rules", order=10)
        navigation.register(navigation.KNOWLEDGE, title=N_("工作日历"), url_name="rulebook:calendar", order=20)
