"""Plugs the rulebook into Django and into the menu."""

from django.apps import AppConfig


class RulebookConfig(AppConfig):
    name = "jutong.foundation.rulebook"
    label = "rulebook"
    default_auto_field = "django.db.models.BigAutoField"
