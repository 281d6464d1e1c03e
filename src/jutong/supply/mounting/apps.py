"""Plugs mounting into Django, the menu and the pages of rooms below."""

from django.apps import AppConfig


class MountingConfig(AppConfig):
    name = "jutong.supply.mounting"
    label = "mounting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.files import api as files
        from jutong.foundation.notices import api as notices
        from jutong.foundation.outbox import api as outbox
        from jutong.supply.catalogue.events import ResourceWithdrawn
        from jutong.supply.harvest import api as harvest
        from jutong.supply.mounting import queries, reform
        from jutong.supply.mounting.services import mounts
        from jutong.supply.mounting.services.files import FILE_KIND
        from jutong.supply.mounting.services.uploads_owner import UploadsOwner

        files.plug_owner(FILE_KIND, UploadsOwner())
        notices.plug_permits(queries.permitted)
        harvest.plug_permits(queries.permitted)
        outbox.subscribe(ResourceWithdrawn, mounts.follow_withdrawal, name="mounting.withdrawn")
        reform.plug_in()
        self._fill_pages()

    def _fill_pages(self) -> None:
        from jutong.kernel.policy import Post, Subject
        from jutong.kernel.text import N_
        from jutong.ui import navigation, slots

        stewards = {Post.DATA_STEWARD, Post.CENTRE_ENGINEER}
        watchers = stewards | {Post.DATA_COORDINATOR, Post.CLOUD_CHIEF, Post.BUREAU_REVIEWER, Post.DATA_MONITOR}

        def sees_mounts(subject: Subject) -> bool:
            return subject.post in watchers

        def sees_sources(subject: Subject) -> bool:
            return subject.post in stewards

        def sees_networks(subject: Subject) -> bool:
            return subject.post in stewards | {Post.SYSTEM_ADMIN}

        add, section = navigation.register, navigation.MOUNTING
        add(section, title=N_("挂载一览"), url_name="mounting:mounts", order=10, visible=sees_mounts, icon="link")
        add(section, title=N_("数据源"), url_name="mounting:sources", order=20, visible=sees_sources, icon="database")
        add(
            section, title=N_("文件上传"), url_name="mounting:files", order=30, visible=sees_sources, icon="file-import"
        )
        add(section, title=N_("允许访问名单"), url_name="mounting:networks", order=40, visible=sees_networks)
        slots.register("resource", "aside", "mounting:panel", title=N_("挂载"), order=20, visible=navigation.signed_in)
