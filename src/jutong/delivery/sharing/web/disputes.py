"""供需争议: raising one, the list, and the page of one. It is acted in on the page of its case, as all cases are."""

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
from jutong.delivery.sharing import models, policy, queries, services
from jutong.delivery.sharing.values import DisputeKind, DisputeState
from jutong.delivery.sharing.web import forms, words
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Post, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.ui.components import Column, Tab
from jutong.ui.lists import Filter, Listing

_BUREAU = frozenset({Post.BUREAU_REVIEWER, Post.DATA_MONITOR})


def _rows(request: HttpRequest, found: Sequence[models.Dispute]) -> list[dict[str, Any]]:
    names = organisations.titles({uscc for row in found for uscc in (row.consumer_uscc, row.provider_uscc)}, short=True)
    return [
        {
            "resource": (row.request.resource_title, reverse("sharing:dispute", args=[row.dispute_no])),
            "resource_code": row.request.resource_code,
            "dispute_no": row.dispute_no,
            "request_no": row.request.request_no,
            "consumer": names.get(row.consumer_uscc, row.consumer_uscc),
            "provider": names.get(row.provider_uscc, row.provider_uscc),
            "kind": _(DisputeKind(row.kind).label),
            "state": words.dispute_badge(row),
            "raised_at": row.raised_at,
            "closed_at": row.closed_at,
        }
        for row in found
    ]


DISPUTES = Listing(
    name="sharing.disputes",
    title=N_("供需争议"),
    section=N_("供需对接"),
    unit=N_("件"),
    columns=(
        Column("resource", N_("数据资源"), "link", sort="request__resource_title"),
        Column("resource_code", N_("数据资源代码"), "code", only="file"),
        Column("dispute_no", N_("争议编号"), "code", sort="dispute_no"),
        Column("request_no", N_("申请编号"), "code", only="file"),
        Column("consumer", N_("使用部门")),
        Column("provider", N_("提供部门")),
        Column("kind", N_("争议事由")),
        Column("state", N_("状态"), "badge"),
        Column("raised_at", N_("提请时间"), "moment", sort="raised_at"),
        Column("closed_at", N_("办结时间"), "moment", only="file"),
    ),
    rows=_rows,
    search=("request__resource_title__icontains", "dispute_no", "request__request_no__icontains"),
    placeholder=N_("资源名称、争议编号或申请编号"),
    filters=(Filter.of("state", N_("状态"), DisputeState), Filter.of("kind", N_("争议事由"), DisputeKind)),
    default="-raised_at",
    api="/api/v1/sharing/disputes",
)


@require_GET
def disputes(request: SubjectRequest) -> HttpResponseBase:
    """Disputes my department raised, those about its data, and for the bureau all."""
    own = request.subject.organisation
    seen = queries.disputes(request.subject)
    kinds = {
        "consumer": (_("本部门提请"), seen.filter(consumer_uscc=own)),
        "provider": (_("涉及本部门数据"), seen.filter(provider_uscc=own)),
        "all": (_("全部争议"), seen),
    }
    bureau = request.subject.post in _BUREAU
    role = request.GET.get("role", "")
    role = role if role in kinds else ("all" if bureau else "consumer")
    rows = kinds[role][1]
    open_only = request.GET.get("open") == "1"
    if open_only:
        rows = rows.filter(closed_at=None)
    context = {
        "tabs": [
            Tab(title, f"?role={key}", key == role) for key, (title, _rows) in kinds.items() if key != "all" or bureau
        ],
        "open_only": open_only,
        "role": role,
    }
    return DISPUTES.respond(request, rows, "sharing/disputes.html", context)


@require_GET
def dispute(request: SubjectRequest, dispute_no: str) -> HttpResponse:
    """One dispute: what it is about, what both sides said, how it is to end, and what follows."""
    row = queries.view_dispute_row(dispute_no, request.subject)
    context = {
        **content_of(row),
        "state": words.dispute_badge(row),
        "case_url": reverse("procedures:case", kwargs={"case_no": row.case_no}),
        "api_path": f"/api/v1/sharing/disputes/{row.dispute_no}",
    }
    return render(request, "sharing/dispute.html", context)


@require_GET
def dispute_content(request: SubjectRequest, dispute_no: str) -> HttpResponse:
    """On the page of a dispute's case: what it is about and what was said."""
    row = queries.view_dispute_row(dispute_no, request.subject)
    return render(request, "sharing/_dispute.html", {**content_of(row), "on_the_case": True})


def content_of(row: models.Dispute) -> dict[str, object]:
    """What the cards of a dispute show, on its own page and on that of its case."""
    return {
        "row": row,
        "first": row.request,
        "new_request": queries.new_request_of(row),
        "dispute_facts": words.dispute_facts(row),
        "answer_facts": words.answer_facts(row.request),
        "statement_facts": words.statement_facts(row),
        "ruling_facts": words.ruling_facts(row),
    }


@require_http_methods(["GET", "POST"])
def raise_dispute(request: SubjectRequest, request_no: str) -> HttpResponse:
    """提请协调: why, and which outcome is wished."""
    row = queries.view_request_row(request_no, request.subject)
    require(request.subject, policy.RAISE_DISPUTE, queries.facts_of_request(row))
    kinds = queries.disputable(row)
    if not kinds and request.method == "GET":
        messages.error(request, _("该申请当前没有可以提请协调的事项。"))
        return redirect("sharing:request", request_no)
    form = forms.DisputeForm(request.POST or None, kinds=kinds)
    complaints: list[str] = []
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            dispute_no = services.raise_dispute(
                request_no=request_no,
                kind=DisputeKind(said["kind"]),
                reason=said["reason"],
                wished=said["wished"],
                by=request.subject,
                at=clock.now(),
            )
        except JutongError as error:
            complaints = forms.refuse(form, error)
        else:
            messages.success(request, _("争议 {dispute} 已提请协调，等待提供部门陈述。").format(dispute=dispute_no))
            return redirect("sharing:dispute", dispute_no)
    context = {"row": row, "form": form, "complaints": complaints, "answer_facts": words.answer_facts(row)}
    status = 422 if request.method == "POST" else 200
    return render(request, "sharing/raise_dispute.html", context, status=status)


def may_raise(request: SubjectRequest, row: models.DataRequest) -> bool:
    """Is there anything to dispute, for somebody who may?"""
    allowed = decide(request.subject, policy.RAISE_DISPUTE, queries.facts_of_request(row)).allowed
    return allowed and bool(queries.disputable(row)) and not row.disputes.filter(closed_at=None).exists()
