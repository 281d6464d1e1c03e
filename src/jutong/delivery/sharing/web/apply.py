"""数据申请: the form by which a department asks for a resource."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.delivery.sharing import domain, policy, queries, services
from jutong.delivery.sharing.values import OutlookKind, Quota, Wish
from jutong.delivery.sharing.web import forms
from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.kernel.codes.data_types import TypeLetter
from jutong.kernel.codes.sharing import UsePurpose
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Grade, Resource
from jutong.ui.components import Badge, Tone


@require_http_methods(["GET", "POST"])
def apply(request: SubjectRequest, code: str) -> HttpResponse:
    """Ask for a resource: what will happen next stands above the form."""
    own = request.subject.organisation
    require(request.subject, policy.REQUEST, Facts({Relation.CONSUMER: own}))
    resource = catalogue.view_resource(code, by=request.subject)
    try:
        queries.check_requestable(resource, own)
    except domain.CannotBeRequested as refusal:
        messages.error(request, refusal.words(_))
        return redirect("catalogue:resource", resource.code)
    at = clock.now()
    if request.method == "GET":
        return _page(request, resource, _form(request, resource, at), at)
    form = _form(request, resource, at, request.POST)
    if request.POST.get("do", "send") != "send":
        extra = 1 if request.POST["do"] == "add-condition" else 0
        typed = _form(request, resource, at, initial={name: request.POST.get(name, "") for name in form.fields})
        return _page(request, resource, typed, at, extra=extra)
    complaints: list[str] = []
    if form.is_valid():
        try:
            request_no = _send(request, resource, form, at)
        except JutongError as error:
            complaints = forms.refuse(form, error)
        else:
            return _done(request, request_no)
    return _page(request, resource, form, at, complaints=complaints, status=422)


def _send(request: SubjectRequest, resource: Resource, form: forms.WishForm, at: datetime) -> str:
    said = form.cleaned_data
    wish = Wish(
        client_no=said["client_no"],
        columns=tuple(request.POST.getlist("columns")),
        purpose_kind=UsePurpose(said["purpose_kind"]),
        purpose=said["purpose"],
        legal_basis=said["legal_basis"],
        matter=said["matter"],
        until=said["until"],
        quota=Quota(said["per_second"], said["per_day"]),
        condition=forms.read_condition(request.POST, resource.items),
    )
    return services.request_resource(resource_code=resource.code, wish=wish, by=request.subject, at=at)


def _done(request: SubjectRequest, request_no: str) -> HttpResponse:
    row = queries.view_request_row(request_no, request.subject)
    given = getattr(row, "grant", None)
    if given is not None:
        messages.success(request, _("平台已直接授权（{grant}），现在即可调用。").format(grant=given.grant_no))
        return redirect("sharing:api", given.grant_no)
    messages.success(request, _("申请 {request} 已提交，等待规范性审查。").format(request=request_no))
    return redirect("sharing:request", request_no)


def _form(request: SubjectRequest, resource: Resource, at: datetime, *data: Any, **options: Any) -> forms.WishForm:
    purposes = resource.content.use_purposes
    start = {
        "until": queries.default_until(local_day(at)),
        "purpose_kind": purposes[0].value if len(purposes) == 1 else None,
        "per_second": 10,
        "per_day": 10_000,
    }
    initial = start | options.pop("initial", {})
    return forms.WishForm(*data, clients=queries.own_clients(request.subject), purposes=purposes, initial=initial)


def _page(
    request: SubjectRequest,
    resource: Resource,
    form: forms.WishForm,
    at: datetime,
    *,
    extra: int = 0,
    complaints: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = queries.outlook(resource, request.subject.organisation)
    ticked = set(request.POST.getlist("columns"))
    masks = domain.default_masks(resource, [item.column_name for item in resource.items])
    context = {
        "resource": resource,
        "outlook": found,
        "at_once": found.kind is OutlookKind.AT_ONCE,
        "steps": queries.steps_ahead(found, local_day(at)),
        "form": form,
        "no_clients": not queries.own_clients(request.subject),
        "items": [
            {
                "item": item,
                "ticked": item.column_name in ticked,
                "grade": Badge(_(Grade(item.sensitivity).label), Tone.ATTENTION if item.sensitive else Tone.NEUTRAL),
                "mask": _(masks[item.column_name].label) if item.column_name in masks else "",
                "servable": item.type.letter is not TypeLetter.GENERAL,
            }
            for item in resource.items
        ],
        "condition": forms.condition_table(request.POST or None, resource.items, extra=extra),
        "complaints": complaints or [],
        "limits": queries.bounds(local_day(at)),
    }
    return render(request, "sharing/apply.html", context, status=status)
