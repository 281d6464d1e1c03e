"""What a reform of organisations does with nodes: a zone goes with its department, and all in it with the zone."""

from collections.abc import Sequence

from jutong.foundation.audit import api as audit
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Move, Mover, Thing
from jutong.supply.nodes.models import Zone


class Zones(Mover):
    """Zones with their nodes (接入区); keys stay, since the machines do."""

    kind = "nodes.zone"
    title = N_("前置机接入区")
    order = 60
    covers = ("nodes.Zone.organisation",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        return [Thing(str(row.pk), row.name) for row in Zone.objects.filter(organisation=organisation).order_by("id")]

    def move(self, move: Move) -> None:
        row = Zone.objects.select_for_update().filter(pk=move.code, organisation=move.source).first()
        if row is None:
            return
        if Zone.objects.filter(organisation=move.target, name=row.name).exists():
            row.name = f"{row.name[:40]}（{row.pk}）"
        row.organisation = move.target
        row.save()
        audit.record(
            action="nodes.zone.moved",
            by=move.by,
            at=move.at,
            object_kind="node_zone",
            object_code=row.name,
            details={"from": move.source, "to": move.target, "plan": move.plan_no},
        )


def plug_in() -> None:
    """Have reforms move what this room holds."""
    organisations.plug_mover(Zones())
