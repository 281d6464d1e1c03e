"""What the lists hand over when an organisation is reformed: demands, responsibilities, negative entries."""

from collections.abc import Sequence
from typing import ClassVar

from jutong.foundation.audit import api as audit
from jutong.foundation.procedures import api as procedures
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Move, Mover, Thing
from jutong.supply.lists.models import Demand, Exclusion, Responsibility
from jutong.supply.lists.services import demands, exclusions, responsibilities

HISTORY = {
    "lists.EditionEntry.organisation": "Editions say whose an entry was on the day they were published.",
    "lists.Finding.organisation": "Found anew by the next check, for the bodies of that day.",
}


def _change_party(case_no: str, procedure: str, move: Move) -> None:
    """Put the organisation in the other's place in a case under way; the bureau stays the bureau."""
    if not case_no or procedures.case(case_no).closed_at is not None:
        return
    procedures.change_party(
        case_no,
        source=move.source,
        target=move.target,
        without={procedure: ("bureau",)},
        remark=move.document_no,
        data={"plan": move.plan_no},
        by=move.by,
        at=move.at,
    )


def _record(kind: str, code: str, resource: str, move: Move) -> None:
    audit.record(
        action=f"lists.{kind}.moved",
        by=move.by,
        at=move.at,
        object_kind=kind,
        object_code=code,
        resource=resource,
        details={"from": move.source, "to": move.target, "plan": move.plan_no},
    )


class Demanders(Mover):
    """What a department demands (需求清单事项)."""

    kind = "lists.demand"
    title = N_("提出的数据需求")
    order = 73
    covers = ("lists.Demand.demander_uscc",)
    case_parties: ClassVar = {demands.DEMAND: ("demander",), demands.ANSWER: ("demander",)}

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = Demand.objects.filter(demander_uscc=organisation).order_by("demand_no")
        return [Thing(row.demand_no, f"{row.demand_no} {row.title}") for row in rows]

    def move(self, move: Move) -> None:
        row = Demand.objects.select_for_update().filter(demand_no=move.code, demander_uscc=move.source).first()
        if row is None:
            return
        row.demander_uscc = move.target
        row.save(update_fields=["demander_uscc"])
        _change_party(row.demand_no, demands.DEMAND, move)
        _change_party(row.answer_case, demands.ANSWER, move)
        _record("demand", row.demand_no, row.resource_code, move)


class Answerers(Mover):
    """Demands that a department answers for (需求清单责任)."""

    kind = "lists.answer"
    title = N_("承接的数据需求")
    order = 74
    covers = ("lists.Demand.responsible_uscc",)
    case_parties: ClassVar = {demands.ANSWER: ("department",)}

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = Demand.objects.filter(responsible_uscc=organisation).order_by("demand_no")
        return [Thing(row.demand_no, f"{row.demand_no} {row.title}") for row in rows]

    def move(self, move: Move) -> None:
        row = Demand.objects.select_for_update().filter(demand_no=move.code, responsible_uscc=move.source).first()
        if row is None:
            return
        row.responsible_uscc = move.target
        row.save(update_fields=["responsible_uscc"])
        _change_party(row.answer_case, demands.ANSWER, move)
        _record("demand", row.demand_no, row.resource_code, move)


class Responsibilities(Mover):
    """What a department must supply (责任清单事项); it goes with its resource."""

    kind = "lists.responsibility"
    title = N_("责任清单事项")
    order = 75
    covers = ("lists.Responsibility.responsible_uscc",)
    case_parties: ClassVar = {responsibilities.CONFIRMATION: ("department",)}

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = Responsibility.objects.filter(responsible_uscc=organisation).order_by("responsibility_no")
        return [_thing(row.responsibility_no, row.title, row.resource_code) for row in rows]

    def move(self, move: Move) -> None:
        rows = Responsibility.objects.select_for_update()
        row = rows.filter(responsibility_no=move.code, responsible_uscc=move.source).first()
        if row is None:
            return
        row.responsible_uscc = move.target
        row.save(update_fields=["responsible_uscc"])
        _change_party(row.case_no, responsibilities.CONFIRMATION, move)
        _record("responsibility", row.responsibility_no, row.resource_code, move)


class Exclusions(Mover):
    """Entries of the negative list (负面清单事项); they go with their resource."""

    kind = "lists.exclusion"
    title = N_("负面清单事项")
    order = 76
    covers = ("lists.Exclusion.provider_uscc",)
    case_parties: ClassVar = {exclusions.CESSATION: ("provider",)}

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = Exclusion.objects.filter(provider_uscc=organisation).order_by("exclusion_no")
        return [_thing(row.exclusion_no, row.title, row.resource_code) for row in rows]

    def move(self, move: Move) -> None:
        row = Exclusion.objects.select_for_update().filter(exclusion_no=move.code, provider_uscc=move.source).first()
        if row is None:
            return
        row.provider_uscc = move.target
        row.save(update_fields=["provider_uscc"])
        _change_party(row.cessation_case, exclusions.CESSATION, move)
        _record("exclusion", row.exclusion_no, row.resource_code, move)


def _thing(number: str, title: str, code: str) -> Thing:
    if code:
        return Thing(number, f"{number} {title}", ("catalogue.resource", code))
    return Thing(number, f"{number} {title}")


def plug_in() -> None:
    """Have reforms move what the lists hold."""
    organisations.declare_history(HISTORY)
    for mover in (Demanders(), Answerers(), Responsibilities(), Exclusions()):
        organisations.plug_mover(mover)
