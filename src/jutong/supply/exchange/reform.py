"""What the exchange hands over when an organisation is reformed: all that is of a resource goes with it."""

from collections.abc import Sequence

from django.db.models import Q

from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Move, Mover, Thing
from jutong.supply.exchange.models import Alarm, Contribution, DirectLink, Inquiry, Plan, Run

_MODELS = (Plan, Run, Inquiry, Alarm, Contribution)


class Exchanges(Mover):
    """Plan, runs, inquiries and alarms of a resource (交换计划与运行), former ones too: its provider must see them.

    The ledger itself names no organisation.
    """

    kind = "exchange.resource"
    title = N_("交换计划与运行")
    order = 70
    covers = tuple(f"exchange.{model.__name__}.provider_uscc" for model in _MODELS)

    def lines(self, organisation: str) -> Sequence[Thing]:
        codes = {
            code
            for model in _MODELS
            for code in model.objects.filter(provider_uscc=organisation).values_list("resource_code", flat=True)
        }
        return [Thing(code, code, ("catalogue.resource", code)) for code in sorted(codes)]

    def move(self, move: Move) -> None:
        for model in _MODELS:
            rows = model.objects.filter(resource_code=move.code, provider_uscc=move.source)
            rows.update(provider_uscc=move.target)


class Contributions(Mover):
    """Contributions to assembled resources (供数); each goes with the resource that it brings."""

    kind = "exchange.contribution"
    title = N_("汇聚供数")
    order = 71
    covers = ("exchange.Contribution.organisation",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = Contribution.objects.filter(organisation=organisation).order_by("contribution_no")
        return [
            Thing(row.contribution_no, str(row), ("catalogue.resource", row.source_code))
            if row.source_code
            else Thing(row.contribution_no, str(row))
            for row in rows
        ]

    def move(self, move: Move) -> None:
        rows = Contribution.objects.filter(contribution_no=move.code, organisation=move.source)
        rows.update(organisation=move.target)


class Links(Mover):
    """Direct links (直连): each end goes with its organisation."""

    kind = "exchange.link"
    title = N_("直连")
    order = 72
    covers = ("exchange.DirectLink.organisation", "exchange.DirectLink.other")

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = DirectLink.objects.filter(Q(organisation=organisation) | Q(other=organisation)).order_by("link_no")
        return [Thing(row.link_no, str(row)) for row in rows]

    def move(self, move: Move) -> None:
        """Where both ends come together there is no link between organisations any more."""
        row = DirectLink.objects.select_for_update().filter(link_no=move.code).first()
        if row is None:
            return
        ends = [move.target if uscc == move.source else uscc for uscc in (row.organisation, row.other)]
        if ends[0] == ends[1]:
            row.delete()
            return
        row.organisation, row.other = ends
        row.save(update_fields=["organisation", "other"])


def plug_in() -> None:
    """Have reforms move what the exchange holds."""
    organisations.plug_mover(Exchanges())
    organisations.plug_mover(Contributions())
    organisations.plug_mover(Links())
