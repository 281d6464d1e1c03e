"""Plugs nodes into Django, the menu and mounting."""

from django.apps import AppConfig

from jutong.kernel.text import N_


class NodesConfig(AppConfig):
    """Front-end nodes (前置机)."""

    name = "jutong.supply.nodes"
    label = "nodes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.kernel.policy import Subject
        from jutong.supply.mounting import api as mounting
        from jutong.supply.nodes import reform
        from jutong.supply.nodes.policy import CENTRE, STEWARDS
        from jutong.supply.nodes.services.reading import NodeRelay
        from jutong.ui import navigation

        def sees_nodes(subject: Subject) -> bool:
            return subject.post in STEWARDS | CENTRE

        mounting.plug_relay(NodeRelay())
        reform.plug_in()
        navigation.register(
            navigation.MOUNTING, title=N_("前置机"), url_name="nodes:nodes", order=25, visible=sees_nodes, icon="server"
        )
