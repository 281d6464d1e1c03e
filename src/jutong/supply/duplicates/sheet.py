"""What the printed sheet of a negotiation or statement tells (办理单)."""

from collections.abc import Sequence

from jutong.foundation.procedures.values import CaseValue
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.duplicates.models import Participant


def sheet_of(case: CaseValue) -> Sequence[tuple[str, str]]:
    """The resources concerned, and what has been stated."""
    negotiation = str(case.data.get("negotiation", case.case_no))
    parties = Participant.objects.filter(negotiation__case_no=negotiation)
    names = organisations.titles([party.provider_uscc for party in parties])
    titles = {code: title for code, title, _provider in case.data["resources"]}
    return [
        (
            names.get(party.provider_uscc, party.provider_uscc),
            f"{titles.get(party.resource_code, '')}（{party.resource_code}）：{_words(party)}",
        )
        for party in parties
    ]


def _words(party: Participant) -> str:
    if party.first_hand is None:
        return N_("未陈述")
    return f"{N_('直接采集')}。{party.basis}" if party.first_hand else N_("非直接采集")
