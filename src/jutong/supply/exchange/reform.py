"""What the exchange hands over when an organisation is reformed: a resource's plan and runs go with it."""

from collections.abc import Sequence

from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Move, Mover, Thing
from jutong.supply.exchange.models import Plan, Run


class Exchanges(Mover):
    """The plan and the runs of a resource (交换计划与运行), former ones too: who answers for it now must see them.

    The ledger itself names no organisation.
    """

    kind = "exchange.resource"
    title = N_("交换计划与运行")
    order = 70
    covers = ("exchange.Plan.provider_uscc", "exchange.Run.provider_uscc")

    def lines(self, organisation: str) -> Sequence[Thing]:
        codes = {
            code
            for model in (Plan, Run)
            for code in model.objects.filter(provider_uscc=organisation).values_list("resource_code", flat=True)
        }
        return [Thing(code, code, ("catalogue.resource", code)) for code in sorted(codes)]

    def move(self, move: Move) -> None:
        for model in (Plan, Run):
            rows = model.objects.filter(resource_code=move.code, provider_uscc=move.source)
            rows.update(provider_uscc=move.target)


def plug_in() -> None:
    """Have reforms move what the exchange holds."""
    organisations.plug_mover(Exchanges())
