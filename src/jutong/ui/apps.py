"""Plugs the layout in: its system checks."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """The face all rooms share (界面)."""

    name = "jutong.ui"
    label = "ui"

    def ready(self) -> None:
        from jutong.ui import checks  # noqa: F401  (registers itself)
