"""Plugs mounting into Django, the menu and the pages of rooms below."""

from django.apps import AppConfig


class MountingConfig(AppConfig):
    name = "jutong.supply.mounting"
    label = "mounting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.files import api as files
        from jutong.supply.mounting.services.files import FILE_KIND
        from jutong.supply.mounting.services.uploads_owner import UploadsOwner

        files.plug_owner(FILE_KIND, UploadsOwner())
