"""Plugs files into Django."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "jutong.foundation.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"
