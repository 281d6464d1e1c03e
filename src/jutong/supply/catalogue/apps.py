"""Plugs the catalogue into Django and into the rooms below."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "jutong.supply.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"
