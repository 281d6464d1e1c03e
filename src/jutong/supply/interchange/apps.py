"""Plugs catalogue files into Django and into the rooms below."""

from django.apps import AppConfig

from jutong.kernel.text import N_


class InterchangeConfig(AppConfig):
    """Catalogue files (目录交换格式)."""

    name = "jutong.supply.interchange"
    label = "interchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.files import api as files
        from jutong.supply.interchange import reform
        from jutong.supply.interchange.services import imports
        from jutong.ui import navigation, slots

        files.plug_owner(imports.FILE_KIND, imports.ImportsOwner())
        reform.plug_in()
        navigation.register(
            navigation.CATALOGUE,
            title=N_("目录导入导出"),
            url_name="interchange:imports",
            order=30,
            visible=lambda subject: subject.signed_in,
            icon="file-import",
        )
        slots.register("resource", "aside", "interchange:panel", title=N_("机读目录"), order=60)
