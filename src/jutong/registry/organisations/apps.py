"""Plugs the register into Django and into the menu."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "jutong.registry.organisations"
    label = "organisations"
    default_auto_field = "django.db.models.BigAutoField"
