"""What the printed sheets of the lists' cases tell (办理单)."""

from collections.abc import Sequence

from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.lists import queries
from jutong.supply.lists.models import Demand, Exclusion, Responsibility, Round
from jutong.supply.lists.values import Half, ListKind

Pairs = Sequence[tuple[str, str]]


def of_demand(demand_no: str) -> Pairs:
    """A demand: what, for whom, what for, by which right, until when."""
    row = Demand.objects.get(demand_no=demand_no)
    names = organisations.titles([row.demander_uscc, row.responsible_uscc])
    return [
        (N_("需求部门"), names.get(row.demander_uscc, row.demander_uscc)),
        (N_("所需数据"), row.title),
        (N_("资源代码"), row.resource_code or "—"),
        (N_("用途"), row.purpose),
        (N_("数据项"), row.items or "—"),
        (N_("依据"), row.legal_basis),
        (N_("需要日期"), row.wanted_by.isoformat()),
        (N_("责任部门"), names.get(row.responsible_uscc, "—")),
    ]


def of_round(round_no: str) -> Pairs:
    """A round: its list, days and size."""
    row = Round.objects.get(round_no=round_no)
    return [
        (N_("清单"), ListKind(row.kind).label),
        (N_("批次名称"), row.title),
        (N_("填报时间"), f"{row.opens_on} — {row.closes_on}"),
        (N_("事项数"), str(row.demands.count() + row.exclusions.count() + row.removals.count())),
    ]


def of_confirmation(case_no: str) -> Pairs:
    """The responsibilities a department is asked about."""
    rows = Responsibility.objects.filter(case_no=case_no).order_by("responsibility_no")
    return [(row.responsibility_no, f"{row.title} {row.resource_code}".strip()) for row in rows]


def of_exclusion(exclusion_no: str) -> Pairs:
    """An entry of the negative list with its basis."""
    row = Exclusion.objects.get(exclusion_no=exclusion_no)
    return [
        (N_("数据名称"), row.title),
        (N_("资源代码"), row.resource_code or "—"),
        (N_("清单"), Half(row.half).label),
        (N_("理由"), row.reason),
        (N_("依据"), queries.words_of_basis(row)),
    ]
