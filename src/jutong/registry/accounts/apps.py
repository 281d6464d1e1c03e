"""Plugs accounts into Django and into the rooms below."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "jutong.registry.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
