"""Plugs documents into Django."""

from django.apps import AppConfig

from jutong.kernel.text import N_


class DocumentsConfig(AppConfig):
    name = "jutong.foundation.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.documents import probes
        from jutong.foundation.operations import api as operations

        operations.register_probe("print_fonts", probes.fonts, title=N_("打印字体"), vital=False)
