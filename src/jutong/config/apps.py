"""Plugs the configuration in as an app, so that its management commands are found."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "jutong.config"
    label = "config"
