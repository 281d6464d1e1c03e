"""需求清单: the demands, one of them, and entering one. It is acted in on the page of its case, as all cases are."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.lists import models, policy, queries
from jutong.supply.lists.services import demands
from jutong.supply.lists.values import DemandState, DemandWish, ListKind
from jutong.supply.lists.web import words
from jutong.supply.lists.web.forms import DemandForm
from jutong.ui.components import Column
from jutong.ui.lists import Filter, Listing


def _rows(request: HttpRequest, found: Sequence[models.Demand]) -> list[dict[str, Any]]:
    names = organisations.titles(
        {uscc for row in found for uscc in (row.demander_uscc, row.responsible_uscc)}, short=True
    )
    return [
        {
            "title": (row.title, reverse("lists:demand", args=[row.demand_no])),
            "demand_no": row.demand_no,
            "demander": names.get(row.demander_uscc, row.demander_uscc),
            "purpose": row.purpose,
            "resource_code": row.resource_code,
            "items": row.items,
            "basis": row.legal_basis,
            "responsible": names.get(row.responsible_uscc, row.responsible_uscc) or "—",
            "wanted_by": row.wanted_by,
            "answer_due_on": row.answer_due_on,
            "promised_on": row.promised_on,
            "state": words.demand_badge(row),
        }
        for row in found
    ]


DEMANDS = Listing(
    name="lists.demands",
    title=N_("需求清单"),
    section=N_("供需对接"),
    unit=N_("项"),
    columns=(
        Column("title", N_("所需数据"), "link", sort="title"),
        Column("demand_no", N_("需求编号"), "code", sort="demand_no"),
        Column("demander", N_("需求部门")),
        Column("purpose", N_("用途"), only="file"),
        Column("resource_code", N_("资源代码"), "code"),
        Column("items", N_("数据项"), only="file"),
        Column("basis", N_("依据"), only="file"),
        Column("responsible", N_("责任部门")),
        Column("wanted_by", N_("需要日期"), "day", sort="wanted_by"),
        Column("answer_due_on", N_("应答复日期"), "day", only="file"),
        Column("promised_on", N_("承诺提供日期"), "day", only="file"),
        Column("state", N_("状态"), "badge"),
    ),
    rows=_rows,
    search=("title", "demand_no", "resource_code", "purpose"),
    placeholder=N_("所需数据、编号或资源代码"),
    filters=(Filter.of("state", N_("状态"), DemandState), words.MET),
    default="-entered_at",
    api="/api/v1/lists/demands",
)


@require_GET
def demand_list(request: SubjectRequest) -> HttpResponseBase:
    """Demands of one's own department and those it answers for; for the bureau all."""
    require(request.subject, policy.VIEW_ROUND)
    may = decide(request.subject, policy.ENTER_DEMAND, Facts({Relation.CONSUMER: request.subject.organisation}))
    today = clock.local_day(clock.now())
    context = {
        "kind": ListKind.DEMAND,
        "top": words.overview_address(request.subject),
        "rounds": queries.open_rounds(ListKind.DEMAND, on=today) if may else [],
        "add_to": "lists:new_demand",
    }
    rows = queries.demands(request.subject)
    if provider := request.GET.get("provider", "").replace("\x00", "")[:18]:
        rows = rows.filter(responsible_uscc=provider)
    if words.MET.name in request.GET:
        rows = queries.told_met(rows, "demand_no", at=clock.now())
    return DEMANDS.respond(request, rows, "lists/entries.html", context)


@require_http_methods(["GET", "POST"])
def new(request: SubjectRequest, round_no: str) -> HttpResponse:
    """Enter a demand into a round."""
    require(request.subject, policy.ENTER_DEMAND, Facts({Relation.CONSUMER: request.subject.organisation}))
    row = queries.get_round(round_no, request.subject)
    form = DemandForm(request.POST or None, initial={"resource_code": request.GET.get("resource", "")})
    if request.method == "POST" and form.is_valid():
        try:
            number = demands.enter_demand(
                round_no=round_no, wish=DemandWish(**form.cleaned_data), by=request.subject, at=clock.now()
            )
        except JutongError as error:
            words.complain(form, error)
        else:
            messages.success(request, _("需求 {number} 已提交，由大数据发展局转办责任部门。").format(number=number))
            return redirect("lists:demand", number)
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "row": row,
        "title": _("填报数据需求"),
        "api_path": f"/api/v1/lists/rounds/{round_no}/demands",
    }
    return render(request, "lists/entry_form.html", context, status=status)


@require_GET
def one(request: SubjectRequest, demand_no: str) -> HttpResponse:
    """One demand: what is wanted, and how it was answered."""
    row = queries.get_demand(demand_no, request.subject)
    names = organisations.titles([row.demander_uscc, row.responsible_uscc])
    titles = catalogue.titles([row.resource_code])
    grounds = queries.refusal_grounds(clock.local_day(row.entered_at))
    context = {
        "row": row,
        "number": row.demand_no,
        "title": row.title,
        "state": words.demand_badge(row),
        "top": words.overview_address(request.subject),
        "up": reverse("lists:demands"),
        "up_title": _("需求清单"),
        "facts": [
            (_("需求部门"), names.get(row.demander_uscc, row.demander_uscc)),
            (_("批次"), row.round.title),
            (_("用途"), row.purpose),
            (_("数据项"), row.items or "—"),
            (_("依据"), row.legal_basis),
            (_("需要日期"), row.wanted_by),
            (_("填报时间"), row.entered_at),
        ],
        "more_title": _("办理情况"),
        "more": [
            (_("责任部门"), names.get(row.responsible_uscc, row.responsible_uscc) or "—"),
            (_("应答复日期"), row.answer_due_on or "—"),
            (_("答复时间"), row.answered_at or "—"),
            (_("承诺提供日期"), row.promised_on or "—"),
            (_("不予承接的理由"), "：".join(filter(None, [grounds.name_of(row.ground), row.reason])) or "—")
            if row.ground
            else (_("不予承接的理由"), "—"),
        ],
        "resource": (titles[row.resource_code], row.resource_code) if row.resource_code in titles else None,
        "case_urls": [(reverse("procedures:case", args=[no]), title) for no, title in _cases(row)],
        "api_path": f"/api/v1/lists/demands/{row.demand_no}",
    }
    return render(request, "lists/entry.html", context)


def _cases(row: models.Demand) -> list[tuple[str, str]]:
    cases = [(row.demand_no, _("办理"))]
    return [*cases, (row.answer_case, _("责任部门答复"))] if row.answer_case else cases
