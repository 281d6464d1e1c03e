"""数源协商: the list, and one negotiation with what each department states."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.duplicates import models, queries
from jutong.supply.duplicates.values import NegotiationState, Standing
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.formatting import listed_words
from jutong.ui.lists import Filter, Listing

TONES = {
    NegotiationState.STATING: Tone.ACTIVE,
    NegotiationState.DECIDING: Tone.ATTENTION,
    NegotiationState.SETTLED: Tone.GOOD,
    NegotiationState.DROPPED: Tone.MUTED,
}
STANDING_TONES = {Standing.OPEN: Tone.NEUTRAL, Standing.SOURCE: Tone.GOOD, Standing.CHECKER: Tone.ATTENTION}


def state_badge(row: models.Negotiation) -> Badge:
    state = NegotiationState(row.state)
    return Badge(_(state.label), TONES[state])


def standing_badge(standing: Standing) -> Badge:
    return Badge(_(standing.label), STANDING_TONES[standing])


def _rows(request: HttpRequest, found: Sequence[models.Negotiation]) -> list[dict[str, Any]]:
    parties: dict[int, list[models.Participant]] = {}
    for party in models.Participant.objects.filter(negotiation__in=[row.pk for row in found]):
        parties.setdefault(party.negotiation_id, []).append(party)
    names = organisations.titles({p.provider_uscc for group in parties.values() for p in group}, short=True)
    rows = []
    for row in found:
        group = parties.get(row.pk, [])
        source = next((p.provider_uscc for p in group if p.resource_code == row.source_code), "")
        rows.append(
            {
                "case": (row.case_no, reverse("duplicates:negotiation", args=[row.case_no])),
                "title": row.title,
                "departments": listed_words(dict.fromkeys(names.get(p.provider_uscc, p.provider_uscc) for p in group)),
                "stated": f"{sum(p.stated_at is not None for p in group)}/{len(group)}",
                "state": state_badge(row),
                "source": names.get(source, source) if source else "—",
                "opened_at": row.opened_at,
                "closed_at": row.closed_at,
            }
        )
    return rows


NEGOTIATIONS = Listing(
    name="duplicates.negotiations",
    title=N_("数源协商"),
    section=N_("数据目录"),
    unit=N_("件"),
    columns=(
        Column("case", N_("协商编号"), "link", sort="case_no"),
        Column("title", N_("数据内容")),
        Column("departments", N_("涉及部门")),
        Column("stated", N_("已陈述")),
        Column("state", N_("状态"), "badge"),
        Column("source", N_("第一采集部门")),
        Column("opened_at", N_("发起时间"), "moment", sort="opened_at"),
        Column("closed_at", N_("办结时间"), "moment", only="file"),
    ),
    rows=_rows,
    search=("case_no", "title"),
    placeholder=N_("协商编号或资源名称"),
    filters=(Filter.of("state", N_("状态"), NegotiationState),),
    default="-opened_at",
    empty=(N_("还没有数源协商"), N_("认定为重复采集的资源，由大数据局发起协商，明确第一采集部门。")),
    api="/api/v1/duplicates/negotiations",
)


@require_GET
def negotiations(request: SubjectRequest) -> HttpResponseBase:
    """Negotiations one may see, the newest first."""
    return NEGOTIATIONS.respond(request, queries.negotiations(request.subject))


@require_GET
def negotiation(request: SubjectRequest, case_no: str) -> HttpResponse:
    """One negotiation: the departments, what they state, the result."""
    row = queries.get_negotiation(case_no, request.subject)
    parties = list(row.participants.all())
    titles = catalogue.titles([party.resource_code for party in parties])
    names = organisations.titles([party.provider_uscc for party in parties])
    context = {
        "row": row,
        "state": state_badge(row),
        "columns": [
            Column("department", _("部门")),
            Column("resource", _("数据资源"), "link"),
            Column("statement", _("陈述"), "badge"),
            Column("basis", _("职责依据、采集环节和更新方式")),
            Column("standing", _("数源地位"), "badge"),
            Column("case", _("陈述办件"), "link"),
        ],
        "parties": [
            {
                "department": names.get(party.provider_uscc, party.provider_uscc),
                "resource": (
                    titles.get(party.resource_code, party.resource_code),
                    reverse("catalogue:resource", args=[party.resource_code]),
                ),
                "statement": _statement_badge(party),
                "basis": party.basis or "—",
                "standing": standing_badge(_standing(row, party)),
                "case": (party.case_no, reverse("procedures:case", args=[party.case_no])),
            }
            for party in parties
        ],
        "facts": [
            (_("协商编号"), row.case_no),
            (_("发起时间"), row.opened_at),
            (_("办结时间"), row.closed_at or "—"),
            (_("明确方式"), _way(row)),
            (_("理由"), _(row.reason) if row.reason else "—"),
        ],
        "api_path": f"/api/v1/duplicates/negotiations/{row.case_no}",
    }
    return render(request, "duplicates/negotiation.html", context)


def _standing(row: models.Negotiation, party: models.Participant) -> Standing:
    if row.state != NegotiationState.SETTLED:
        return Standing.OPEN
    return Standing.SOURCE if party.resource_code == row.source_code else Standing.CHECKER


def _statement_badge(party: models.Participant) -> Badge:
    if party.first_hand is None:
        return Badge(_("未陈述"), Tone.NEUTRAL)
    return Badge(_("直接采集"), Tone.ACTIVE) if party.first_hand else Badge(_("非直接采集"), Tone.MUTED)


def _way(row: models.Negotiation) -> str:
    if row.state != NegotiationState.SETTLED:
        return "—"
    return _("各部门陈述一致") if row.agreed else _("大数据发展局明确")
