"""数据申请: lists, the page of one request, and the provider's answer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from jutong.base.http import SubjectRequest
from jutong.delivery.sharing import domain, models, queries, services
from jutong.delivery.sharing.values import Consent, Refusal, RequestState, Way
from jutong.delivery.sharing.web import forms, words
from jutong.delivery.sharing.web.disputes import may_raise
from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.ui.components import Column, Tab
from jutong.ui.lists import Bulk, Filter, Listing
from jutong.ui.navigation import subject_of

_BUREAU = frozenset({Post.BUREAU_REVIEWER, Post.DATA_MONITOR})


def _rows(request: HttpRequest, found: Sequence[models.DataRequest]) -> list[dict[str, Any]]:
    waiting = _waiting_for(subject_of(request))
    names = organisations.titles({uscc for row in found for uscc in (row.consumer_uscc, row.provider_uscc)}, short=True)
    return [
        {
            "resource": (row.resource_title, reverse("sharing:request", args=[row.request_no])),
            "resource_code": row.resource_code,
            "request_no": row.request_no,
            "consumer": names.get(row.consumer_uscc, row.consumer_uscc),
            "provider": names.get(row.provider_uscc, row.provider_uscc),
            "state": words.state_badge(row),
            "submitted_at": row.submitted_at,
            "decided_at": row.decided_at,
            "closed_at": row.closed_at,
            "tick": row.request_no if row.state in waiting else "",
        }
        for row in found
    ]


REQUESTS = Listing(
    name="sharing.requests",
    title=N_("数据申请"),
    section=N_("共享申请"),
    unit=N_("件"),
    columns=(
        Column("resource", N_("数据资源"), "link", sort="resource_title"),
        Column("resource_code", N_("数据资源代码"), "code", only="file"),
        Column("request_no", N_("申请编号"), "code", sort="request_no"),
        Column("consumer", N_("使用部门")),
        Column("provider", N_("提供部门")),
        Column("state", N_("状态"), "badge"),
        Column("submitted_at", N_("提交时间"), "moment", sort="submitted_at"),
        Column("decided_at", N_("答复时间"), "moment", only="file"),
        Column("closed_at", N_("办结时间"), "moment", only="file"),
    ),
    rows=_rows,
    search=("resource_title", "request_no", "resource_code", "case_no"),
    placeholder=N_("资源名称、申请编号或代码"),
    filters=(Filter.of("state", N_("状态"), RequestState),),
    default="-submitted_at",
    api="/api/v1/sharing/requests",
)

# For those who decide about requests; others have nothing to tick.
TO_HANDLE = replace(REQUESTS, bulk=(Bulk(N_("批量办理"), "sharing:handle_several", "checks"),))


def ways_of(subject: Subject) -> tuple[Way, ...]:
    """Where this post may take several requests at once."""
    if subject.post is Post.BUREAU_REVIEWER:
        return (Way.FORWARD, Way.REJECT, Way.PUSH)
    return (Way.AGREE, Way.REFUSE) if subject.post is Post.DATA_STEWARD else ()


def _waiting_for(subject: Subject) -> frozenset[RequestState]:
    """The states in which requests wait for this post."""
    if subject.post is Post.BUREAU_REVIEWER:
        return frozenset({RequestState.REVIEWING, RequestState.PUSHING})
    return frozenset({RequestState.ANSWERING}) if subject.post is Post.DATA_STEWARD else frozenset()


@require_GET
def requests(request: SubjectRequest) -> HttpResponseBase:
    """My requests, those for my resources, and for the bureau all."""
    own = request.subject.organisation
    mine = queries.requests(request.subject)
    kinds = {
        "consumer": (_("本部门的申请"), mine.filter(consumer_uscc=own)),
        "provider": (_("申请本部门数据"), mine.filter(provider_uscc=own)),
        "all": (_("全部申请"), mine),
    }
    bureau = request.subject.post in _BUREAU
    role = request.GET.get("role", "")
    role = role if role in kinds else ("all" if bureau else "consumer")
    rows = kinds[role][1]
    open_only = request.GET.get("open") == "1"
    if open_only:
        rows = rows.filter(state__in=models.OPEN_STATES)
    context = {
        "tabs": [
            Tab(title, f"?role={key}", key == role) for key, (title, _rows) in kinds.items() if key != "all" or bureau
        ],
        "open_only": open_only,
        "role": role,
    }
    handles = request.subject.post is Post.BUREAU_REVIEWER or (
        request.subject.post is Post.DATA_STEWARD and role == "provider"
    )
    listing = TO_HANDLE if handles else REQUESTS
    return listing.respond(request, rows, "sharing/requests.html", context)


@require_GET
def request_page(request: SubjectRequest, request_no: str) -> HttpResponse:
    """One request: what was asked, the road it goes, what was answered."""
    row = queries.view_request_row(request_no, request.subject)
    context = {
        "row": row,
        "state": words.state_badge(row),
        "grant": models.Grant.objects.filter(request=row).first(),
        "may_answer": may_answer(request, row),
        "may_dispute": may_raise(request, row),
        "disputes": [(dispute, words.dispute_badge(dispute)) for dispute in row.disputes.order_by("id")],
        "began_anew_by": row.dispute,
        **content_of(row),
        "case_url": reverse("procedures:case", kwargs={"case_no": row.case_no}),
        "api_path": f"/api/v1/sharing/requests/{row.request_no}",
    }
    return render(request, "sharing/request.html", context)


def content_of(row: models.DataRequest) -> dict[str, object]:
    """What the card of a request shows, on its own page and on that of its case."""
    answer = queries.answer_of(row)
    wish = queries.wish_of(row)
    agreed = answer if isinstance(answer, Consent) else None
    return {
        "row": row,
        "wish_facts": words.wish_facts(row),
        "answer_facts": words.answer_facts(row),
        "item_columns": words.item_columns() if agreed else words.item_columns()[:-1],
        "items": words.item_rows(
            row.resource_code, agreed.columns if agreed else wish.columns, dict(agreed.masks) if agreed else {}
        ),
        "agreed": agreed is not None,
    }


@require_http_methods(["GET", "POST"])
def answer(request: SubjectRequest, request_no: str) -> HttpResponse:
    """提供部门答复: agree with items, masks and rows, or refuse with ground and basis."""
    row = queries.view_request_row(request_no, request.subject)
    if not may_answer(request, row):
        return redirect("sharing:request", request_no)
    resource = catalogue.get_resource(row.resource_code)
    wish = queries.wish_of(row)
    do = request.POST.get("do", "")
    refusal = forms.RefusalForm(
        request.POST if do == "refuse" else None, grounds=queries.refusal_grounds(local_day(clock.now())).choices()
    )
    complaints: list[str] = []
    try:
        if do == "agree":
            columns = tuple(request.POST.getlist("columns"))
            consent = Consent(
                columns,
                forms.read_masks(request.POST, columns),
                forms.read_condition(request.POST, resource.items),
                request.POST.get("remark", "")[:2_000],
            )
            services.consent(request_no=request_no, consent=consent, by=request.subject, at=clock.now())
            messages.success(request, _answered(request_no, _("已同意提供，等待自治区大数据发展局推送结果。")))
            return redirect("sharing:request", request_no)
        if do == "refuse" and refusal.is_valid():
            services.refuse(
                request_no=request_no, refusal=Refusal(**refusal.cleaned_data), by=request.subject, at=clock.now()
            )
            messages.success(request, _answered(request_no, _("已答复不予提供，等待自治区大数据发展局推送结果。")))
            return redirect("sharing:request", request_no)
    except JutongError as error:
        complaints = forms.refuse(refusal, error)
    ticked = set(request.POST.getlist("columns")) if request.method == "POST" and do != "refuse" else set(wish.columns)
    masks = domain.default_masks(resource, wish.columns)
    chosen = {column: str(mask) for column, mask in masks.items()}
    if request.method == "POST" and do != "refuse":
        chosen = {column: request.POST.get(f"mask-{column}", "") for column in wish.columns}
    context = {
        "row": row,
        "resource": resource,
        "wish_facts": words.wish_facts(row),
        "items": [
            {
                "item": item,
                "ticked": item.column_name in ticked,
                "mask": chosen.get(item.column_name, ""),
            }
            for item in resource.items
            if item.column_name in wish.columns
        ],
        "masks": forms.mask_choices(),
        "condition": forms.condition_table(
            request.POST or None, resource.items, extra=1 if do == "add-condition" else 0
        ),
        "refusal": refusal,
        "refusing": do == "refuse",
        "remark": request.POST.get("remark", ""),
        "complaints": complaints,
    }
    status = 422 if complaints or refusal.errors else 200
    return render(request, "sharing/answer.html", context, status=status)


def _answered(request_no: str, words: str) -> str:
    """What is told after an answer: it may first go round the department."""
    row = models.DataRequest.objects.get(request_no=request_no)
    if row.state == RequestState.ANSWERING:
        return _("已送本单位内部审签，全部同意后请再次提交相同的答复。")
    return words


def may_answer(request: SubjectRequest, row: models.DataRequest) -> bool:
    subject = request.subject
    return (
        row.state == RequestState.ANSWERING
        and subject.post is Post.DATA_STEWARD
        and subject.organisation == row.provider_uscc
    )
