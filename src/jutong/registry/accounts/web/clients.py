"""Clients and keys: the calling systems of one's own organisation."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.kernel.text import N_
from jutong.registry.accounts import api, policy
from jutong.registry.accounts.values import IssuedKey, KeyRef
from jutong.registry.accounts.web.forms import ClientForm, KeyForm, refuse
from jutong.registry.organisations import api as organisations
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.lists import Listing

PAGE_ROWS = 50


def _client_rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    titles = organisations.titles({row.organisation for row in found})
    return [
        {
            "client_no": row.client_no,
            "name": (row.name, reverse("accounts:client", args=[row.client_no])),
            "organisation": titles.get(row.organisation, row.organisation),
            "responsible": row.responsible.display_name,
        }
        for row in found
    ]


CLIENTS = Listing(
    name="accounts.clients",
    title=N_("应用与密钥"),
    section=N_("接口服务"),
    unit=N_("个"),
    columns=(
        Column("client_no", N_("应用编号"), "code", sort="client_no"),
        Column("name", N_("应用名称"), "link", sort="name"),
        Column("organisation", N_("单位")),
        Column("responsible", N_("责任人"), sort="responsible__display_name"),
    ),
    rows=_client_rows,
    search=("client_no", "name"),
    placeholder=N_("应用编号或名称"),
    page_rows=PAGE_ROWS,
    api="/api/v1/accounts/clients",
    empty=(N_("尚未登记应用。"), N_("登记调用数据的业务系统后，即可申请数据并签发密钥。")),
    icon="key",
)


@require_http_methods(["GET", "POST"])
def clients(request: SubjectRequest) -> HttpResponseBase:
    """应用与密钥: the list, and registering a calling system."""
    if request.method == "POST":
        require(request.subject, policy.CREATE_CLIENT, Facts({Relation.OWNER: request.subject.organisation}))
    form = ClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = api.create_client(name=form.cleaned_data["name"], by=request.subject, at=clock.now())
            messages.success(request, _("已登记应用 {client_no}，请签发密钥。").format(client_no=made.client_no))
            return redirect("accounts:client", made.client_no)
        except JutongError as error:
            refuse(form, error)
    context = {"form": form if _may(request, policy.CREATE_CLIENT, request.subject.organisation) else None}
    status = 422 if form.errors else 200
    return CLIENTS.respond(request, api.clients(request.subject), "accounts/clients.html", context, status=status)


@require_http_methods(["GET", "POST"])
def client(request: SubjectRequest, client_no: str) -> HttpResponse:
    """One calling system with its keys, and issuing one."""
    found = api.visible_client(client_no, request.subject)
    if request.method == "POST":
        require(request.subject, policy.ISSUE_KEY, Facts({Relation.OWNER: found.organisation}))
    form = KeyForm(request.POST or None)
    issued = None
    if request.method == "POST" and form.is_valid():
        try:
            issued = api.issue_key(client_no=client_no, **form.cleaned_data, by=request.subject, at=clock.now())
            form = KeyForm()
        except JutongError as error:
            refuse(form, error)
    return _client_page(request, client_no, form, issued)


@require_POST
def rotate_key(request: SubjectRequest, key_id: str) -> HttpResponse:
    """Issue the successor of a key."""
    issued = api.rotate_key(key_id=key_id, by=request.subject, at=clock.now())
    return _client_page(request, issued.client_no, KeyForm(), issued)


@require_POST
def revoke_key(request: SubjectRequest, key_id: str) -> HttpResponseRedirect:
    """Withdraw a key at once."""
    ref = api.revoke_key(key_id=key_id, by=request.subject, at=clock.now())
    messages.success(request, _("密钥 {key_id} 已吊销，网关将在一秒内拒绝它。").format(key_id=key_id))
    return redirect("accounts:client", ref.client_no)


def _client_page(
    request: SubjectRequest, client_no: str, form: KeyForm, issued: IssuedKey | None = None
) -> HttpResponse:
    found = api.visible_client(client_no, request.subject)
    context = {
        "client": found,
        "organisation": organisations.titles([found.organisation]).get(found.organisation, found.organisation),
        "keys": [_key(ref) for ref in api.keys_of([client_no])],
        "form": form,
        "issued": issued,
        "secret": b64encode(issued.secret.reveal()).decode() if issued else "",
        "api_path": f"/api/v1/accounts/clients/{client_no}/keys",
        "may_issue": _may(request, policy.ISSUE_KEY, found.organisation),
        "may_revoke": _may(request, policy.REVOKE_KEY, found.organisation),
    }
    return render(request, "accounts/client.html", context, status=422 if form.errors else 200)


def _may(request: SubjectRequest, action: Any, organisation: str) -> bool:
    return decide(request.subject, action, Facts({Relation.OWNER: organisation})).allowed


def _key(ref: KeyRef) -> dict[str, Any]:
    now = clock.now()
    if ref.revoked_at is not None:
        state, live = Badge(_("已吊销"), Tone.MUTED), False
    elif ref.expires_at <= now:
        state, live = Badge(_("已到期"), Tone.MUTED), False
    elif (ref.expires_at - now).days < 30:
        state, live = Badge(_("即将到期"), Tone.ATTENTION), True
    else:
        state, live = Badge(_("有效"), Tone.GOOD), True
    return {"ref": ref, "state": state, "live": live}
