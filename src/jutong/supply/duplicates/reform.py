"""What duplicates hand over when an organisation is reformed: its part in negotiations under way, with the case."""

from collections.abc import Sequence
from typing import ClassVar

from jutong.foundation.audit import api as audit
from jutong.foundation.procedures import api as procedures
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Move, Mover, Thing
from jutong.supply.duplicates.models import OPEN_NEGOTIATIONS, Participant
from jutong.supply.duplicates.services import negotiating


class Participants(Mover):
    """A department's part in negotiations (数源协商); it goes with the resource, former ones too."""

    kind = "duplicates.participant"
    title = N_("数源协商")
    order = 72
    covers = ("duplicates.Participant.provider_uscc",)
    case_parties: ClassVar = {negotiating.STATEMENT: ("department",)}

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = Participant.objects.filter(provider_uscc=organisation).select_related("negotiation").order_by("case_no")
        return [
            Thing(
                row.case_no, f"{row.negotiation.case_no} {row.resource_code}", ("catalogue.resource", row.resource_code)
            )
            for row in rows
        ]

    def move(self, move: Move) -> None:
        row = Participant.objects.select_for_update().filter(case_no=move.code, provider_uscc=move.source).first()
        if row is None:
            return
        row.provider_uscc = move.target
        row.save(update_fields=["provider_uscc"])
        if row.negotiation.state in OPEN_NEGOTIATIONS and procedures.case(row.case_no).closed_at is None:
            procedures.change_party(
                row.case_no,
                source=move.source,
                target=move.target,
                # The bureau stays the bureau, also where it is the department that was asked.
                without={negotiating.STATEMENT: ("bureau",)},
                remark=move.document_no,
                data={"plan": move.plan_no},
                by=move.by,
                at=move.at,
            )
        audit.record(
            action="duplicates.participant.moved",
            by=move.by,
            at=move.at,
            object_kind="negotiation",
            object_code=row.negotiation.case_no,
            resource=row.resource_code,
            details={"from": move.source, "to": move.target, "plan": move.plan_no},
        )


def plug_in() -> None:
    """Have reforms move what duplicates hold."""
    organisations.plug_mover(Participants())
