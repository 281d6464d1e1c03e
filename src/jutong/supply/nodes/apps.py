"""Plugs nodes into Django, the menu and mounting."""

from django.apps import AppConfig

from jutong.kernel.text import N_


class NodesConfig(AppConfig):
    """Front-end nodes (前置机)."""

    name = "jutong.supply.nodes"
    label = "nodes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.notices import api as notices
        from jutong.foundation.notices.values import Group, NoticeKind
        from jutong.kernel.policy import Subject
        from jutong.supply.mounting import api as mounting
        from jutong.supply.nodes import reform
        from jutong.supply.nodes.policy import CENTRE, STEWARDS
        from jutong.supply.nodes.services import maintenance, reading
        from jutong.ui import navigation

        def sees_nodes(subject: Subject) -> bool:
            return subject.post in STEWARDS | CENTRE

        mounting.plug_relay(reading.NodeRelay())
        notices.declare_kinds(
            NoticeKind(maintenance.SILENT, N_("前置机失去联系"), Group.DATA),
            NoticeKind(reading.ASKED, N_("待批准的数据传出"), Group.DATA),
        )
        reform.plug_in()
        navigation.register(
            navigation.MOUNTING, title=N_("前置机"), url_name="nodes:nodes", order=25, visible=sees_nodes, icon="server"
        )
