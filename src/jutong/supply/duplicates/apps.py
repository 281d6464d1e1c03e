"""Plugs duplicates into Django, the menu, the pages of the catalogue and the facts it follows."""

from datetime import datetime

from django.apps import AppConfig

from jutong.kernel.text import N_


class DuplicatesConfig(AppConfig):
    """Duplicates (一数一源)."""

    name = "jutong.supply.duplicates"
    label = "duplicates"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.notices import api as notices
        from jutong.foundation.notices.values import Group, NoticeKind
        from jutong.foundation.outbox import api as outbox
        from jutong.supply.catalogue.events import ResourcePublished
        from jutong.supply.duplicates import policy, procedures, reform
        from jutong.supply.duplicates.services import negotiating, searching, sketching
        from jutong.supply.mounting.events import FileReplaced, MountStopped, ResourceMounted
        from jutong.ui import navigation, slots

        assert procedures.SourceNegotiation.name == negotiating.NEGOTIATION
        assert procedures.SourceStatement.name == negotiating.STATEMENT

        def published(event: ResourcePublished, *, at: datetime) -> None:
            searching.note_changed(resource_code=event.code)

        def mounted(event: ResourceMounted | FileReplaced, *, at: datetime) -> None:
            sketching.order_sketches(resource_code=event.resource_code)

        def stopped(event: MountStopped, *, at: datetime) -> None:
            sketching.forget_sketches(resource_code=event.resource_code)

        notices.declare_kinds(NoticeKind("duplicates.source", N_("数源认定结果"), Group.RESULTS))
        outbox.subscribe(ResourcePublished, published, name="duplicates.profiles")
        outbox.subscribe(ResourceMounted, mounted, name="duplicates.sketches")
        outbox.subscribe(FileReplaced, mounted, name="duplicates.sketches")
        outbox.subscribe(MountStopped, stopped, name="duplicates.sketches")
        reform.plug_in()

        navigation.register(
            navigation.CATALOGUE,
            title=N_("疑似重复采集"),
            url_name="duplicates:pairs",
            order=60,
            visible=lambda subject: subject.post in policy.WATCHERS,
            icon="copy",
        )
        navigation.register(
            navigation.CATALOGUE,
            title=N_("数源协商"),
            url_name="duplicates:negotiations",
            order=70,
            visible=lambda subject: subject.post in policy.WATCHERS | policy.DEPARTMENT_READERS,
            icon="git-branch",
        )
        # A draft's own page, and the entry of a round by which it is compiled and reviewed.
        for page, place in (("draft", "main"), ("round_entry", "draft")):
            slots.register(
                page,
                place,
                "duplicates:draft_panel",
                title=N_("已有的相近数据"),
                order=50,
                visible=navigation.signed_in,
            )
        slots.register(
            "round_entry", "resource", "duplicates:panel", title=N_("一数一源"), visible=navigation.signed_in
        )
        slots.register(
            "resource", "aside", "duplicates:panel", title=N_("一数一源"), order=15, visible=navigation.signed_in
        )
