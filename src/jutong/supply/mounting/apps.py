"""Plugs mounting into Django, the menu and the pages of rooms below."""

from django.apps import AppConfig


class MountingConfig(AppConfig):
    name = "jutong.supply.mounting"
    label = "mounting"
    default_auto_field = "django.db.models.BigAutoField"
