"""Plugs sharing into Django and into the rooms below."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "jutong.delivery.sharing"
    label = "sharing"
    default_auto_field = "django.db.models.BigAutoField"
