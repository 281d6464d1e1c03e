"""责任清单: the responsibilities, and one of them."""

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
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import POST_NAMES, Post, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.lists import models, policy, queries
from jutong.supply.lists.services import responsibilities
from jutong.supply.lists.values import ListKind, ResponsibilityState
from jutong.supply.lists.web import words
from jutong.supply.lists.web.forms import ReasonForm
from jutong.ui.components import Column
from jutong.ui.lists import Filter, Listing


def _rows(request: HttpRequest, found: Sequence[models.Responsibility]) -> list[dict[str, Any]]:
    names = organisations.titles({row.responsible_uscc for row in found}, short=True)
    return [
        {
            "title": (row.title, reverse("lists:responsibility", args=[row.responsibility_no])),
            "responsibility_no": row.responsibility_no,
            "responsible": names.get(row.responsible_uscc, row.responsible_uscc),
            "resource_code": row.resource_code,
            "kinds": words.duties_words(row.kinds),
            "cycle": _cycle(row),
            "basis": _(row.basis) if row.basis else "",
            "contact": _(POST_NAMES[Post(row.contact_post)]),
            "demand": row.demand.demand_no if row.demand else "",
            "state": words.responsibility_badge(row),
        }
        for row in found
    ]


def _cycle(row: models.Responsibility) -> str:
    return _(UpdateCycle(row.cycle).label) if row.cycle else "—"


RESPONSIBILITIES = Listing(
    name="lists.responsibilities",
    title=N_("责任清单"),
    section=N_("供需对接"),
    unit=N_("项"),
    columns=(
        Column("title", N_("数据名称"), "link", sort="title"),
        Column("responsibility_no", N_("责任编号"), "code", sort="responsibility_no"),
        Column("responsible", N_("责任部门")),
        Column("resource_code", N_("资源代码"), "code"),
        Column("kinds", N_("责任种类")),
        Column("cycle", N_("更新周期")),
        Column("basis", N_("依据"), only="file"),
        Column("contact", N_("联系岗位"), only="file"),
        Column("demand", N_("对应需求"), "code", only="file"),
        Column("state", N_("状态"), "badge"),
    ),
    rows=_rows,
    search=("title", "responsibility_no", "resource_code", "case_no"),
    placeholder=N_("数据名称、编号或资源代码"),
    filters=(Filter.of("state", N_("状态"), ResponsibilityState), words.MET),
    default="-made_at",
    api="/api/v1/lists/responsibilities",
)


@require_GET
def responsibility_list(request: SubjectRequest) -> HttpResponseBase:
    """Responsibilities of one's own department; for the bureau all."""
    require(request.subject, policy.VIEW_ROUND)
    top = words.overview_address(request.subject)
    context = {"kind": ListKind.RESPONSIBILITY, "top": top, "rounds": []}
    rows = queries.responsibilities(request.subject)
    if provider := request.GET.get("provider", "").replace("\x00", "")[:18]:
        rows = rows.filter(responsible_uscc=provider)
    if words.MET.name in request.GET:
        rows = queries.told_met(rows, "responsibility_no", at=clock.now())
    return RESPONSIBILITIES.respond(request, rows, "lists/entries.html", context)


@require_http_methods(["GET", "POST"])
def one(request: SubjectRequest, responsibility_no: str) -> HttpResponse:
    """One responsibility; the bureau takes it out here."""
    row = queries.get_responsibility(responsibility_no, request.subject)
    may = decide(request.subject, policy.KEEP_RESPONSIBILITY).allowed and row.state != ResponsibilityState.REMOVED
    form = ReasonForm(request.POST or None)
    if request.method == "POST":
        require(request.subject, policy.KEEP_RESPONSIBILITY)
        if form.is_valid():
            try:
                responsibilities.remove(
                    responsibility_no=responsibility_no,
                    reason=form.cleaned_data["reason"],
                    by=request.subject,
                    at=clock.now(),
                )
            except JutongError as error:
                words.complain(form, error)
            else:
                messages.success(request, _("已移出，下一版责任清单不再列入。"))
                return redirect("lists:responsibility", responsibility_no)
    names = organisations.titles([row.responsible_uscc])
    titles = catalogue.titles([row.resource_code])
    context = {
        "row": row,
        "number": row.responsibility_no,
        "title": row.title,
        "state": words.responsibility_badge(row),
        "top": words.overview_address(request.subject),
        "up": reverse("lists:responsibilities"),
        "up_title": _("责任清单"),
        "facts": [
            (_("责任部门"), names.get(row.responsible_uscc, row.responsible_uscc)),
            (_("批次"), row.round.title),
            (_("责任种类"), words.duties_words(row.kinds)),
            (_("更新周期"), _cycle(row)),
            (_("依据"), _(row.basis) if row.basis else "—"),
            (_("联系岗位"), _(POST_NAMES[Post(row.contact_post)])),
            (_("对应需求"), row.demand.demand_no if row.demand else "—"),
            (_("说明"), row.reason or "—"),
        ],
        "resource": (titles[row.resource_code], row.resource_code) if row.resource_code in titles else None,
        "case_urls": [(reverse("procedures:case", args=[row.case_no]), _("部门确认"))] if row.case_no else [],
        "form": form if may else None,
        "form_title": _("移出责任清单"),
        "api_path": f"/api/v1/lists/responsibilities/{row.responsibility_no}",
    }
    return render(request, "lists/entry.html", context, status=422 if request.method == "POST" else 200)
