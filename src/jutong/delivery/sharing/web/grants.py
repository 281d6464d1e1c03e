"""授权管理: lists, the page of one grant, its end, and how it is called."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest
from jutong.delivery.sharing import models, policy, queries, services
from jutong.delivery.sharing.values import Mask, Op
from jutong.delivery.sharing.web import forms, words
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Post, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.ui.components import Column, Tab
from jutong.ui.formatting import listed_words
from jutong.ui.lists import Listing

_SEES_ALL = frozenset({Post.BUREAU_REVIEWER, Post.DATA_MONITOR, Post.CENTRE_ENGINEER})


def _rows(request: HttpRequest, found: Sequence[models.Grant]) -> list[dict[str, Any]]:
    at = clock.now()
    names = organisations.titles({uscc for row in found for uscc in (row.consumer_uscc, row.provider_uscc)}, short=True)
    titles = catalogue.titles({row.resource_code for row in found})
    return [
        {
            "resource": (
                titles.get(row.resource_code, row.resource_code),
                reverse("sharing:grant", args=[row.grant_no]),
            ),
            "resource_code": row.resource_code,
            "grant_no": row.grant_no,
            "consumer": names.get(row.consumer_uscc, row.consumer_uscc),
            "client": row.client_no,
            "provider": names.get(row.provider_uscc, row.provider_uscc),
            "state": words.grant_badge(row, at),
            "granted_at": row.granted_at,
            "expires_at": row.expires_at,
        }
        for row in found
    ]


GRANTS = Listing(
    name="sharing.grants",
    title=N_("授权管理"),
    section=N_("共享申请"),
    unit=N_("项"),
    columns=(
        Column("resource", N_("数据资源"), "link"),
        Column("resource_code", N_("数据资源代码"), "code", only="file"),
        Column("grant_no", N_("授权编号"), "code", sort="grant_no"),
        Column("consumer", N_("使用部门")),
        Column("client", N_("应用"), "code", sort="client_no"),
        Column("provider", N_("提供部门")),
        Column("state", N_("状态"), "badge"),
        Column("granted_at", N_("授权时间"), "moment", sort="granted_at", only="file"),
        Column("expires_at", N_("到期时间"), "moment", sort="expires_at"),
    ),
    rows=_rows,
    search=("grant_no", "resource_code", "client_no"),
    placeholder=N_("授权编号、资源代码或应用编号"),
    default="-granted_at",
    api="/api/v1/sharing/grants",
)


@require_GET
def grants(request: SubjectRequest) -> HttpResponseBase:
    """Grants my department holds, those on its resources, and for the bureau and the centre all."""
    own, at = request.subject.organisation, clock.now()
    seen = queries.grants(request.subject)
    kinds = {
        "consumer": (_("本部门持有的授权"), seen.filter(consumer_uscc=own)),
        "provider": (_("本部门数据的授权"), seen.filter(provider_uscc=own)),
        "all": (_("全部授权"), seen),
    }
    sees_all = request.subject.post in _SEES_ALL
    role = request.GET.get("role", "")
    role = role if role in kinds else ("all" if sees_all else "consumer")
    rows = kinds[role][1]
    live_only = request.GET.get("all") != "1"
    if live_only:
        rows = rows.filter(queries.living(at))
    context = {
        "tabs": [
            Tab(title, f"?role={key}", key == role) for key, (title, _rows) in kinds.items() if key != "all" or sees_all
        ],
        "role": role,
        "live_only": live_only,
    }
    return GRANTS.respond(request, rows, "sharing/grants.html", context)


@require_GET
def grant(request: SubjectRequest, grant_no: str) -> HttpResponse:
    """One grant: its terms, and ending it."""
    return _page(request, grant_no, forms.ReasonForm())


@require_POST
def revoke(request: SubjectRequest, grant_no: str) -> HttpResponse:
    """收回授权."""
    return _end(request, grant_no, services.revoke, _("授权 {grant} 已收回，网关将在一秒内拒绝其调用。"))


@require_POST
def give_back(request: SubjectRequest, grant_no: str) -> HttpResponse:
    """交回授权."""
    return _end(request, grant_no, services.return_grant, _("授权 {grant} 已交回。"))


def _end(request: SubjectRequest, grant_no: str, act: Any, done: str) -> HttpResponse:
    form = forms.ReasonForm(request.POST)
    if form.is_valid():
        try:
            act(grant_no=grant_no, reason=form.cleaned_data["reason"], by=request.subject, at=clock.now())
        except JutongError as error:
            for words_left in forms.refuse(form, error):
                form.add_error(None, words_left)
        else:
            messages.success(request, done.format(grant=grant_no))
            return redirect("sharing:grant", grant_no)
    return _page(request, grant_no, form, status=422)


def _page(request: SubjectRequest, grant_no: str, form: forms.ReasonForm, status: int = 200) -> HttpResponse:
    row = queries.view_grant_row(grant_no, request.subject)
    found = queries.grant_of(row)
    facts = queries.facts_of_grant(row)
    context = {
        "row": row,
        "grant": found,
        "title": catalogue.titles([row.resource_code]).get(row.resource_code, row.resource_code),
        "state": words.grant_badge(row, clock.now()),
        "facts": words.terms_facts(row, found.terms),
        "item_columns": words.item_columns(),
        "items": words.item_rows(row.resource_code, found.terms.columns, dict(found.terms.masks)),
        "form": form,
        "may_see_request": queries.may_view_request_of_grant(row, request.subject),
        "may_revoke": decide(request.subject, policy.REVOKE_GRANT, facts).allowed,
        "may_return": decide(request.subject, policy.RETURN_GRANT, facts).allowed,
        "api_path": f"/api/v1/sharing/grants/{row.grant_no}",
    }
    return render(request, "sharing/grant.html", context, status=status)


@require_GET
def api_page(request: SubjectRequest, grant_no: str) -> HttpResponse:
    """接口说明: how the holder calls what the grant gives, with examples that work as they stand."""
    row = queries.view_grant_row(grant_no, request.subject)
    found = queries.interface_of(row)
    context = {
        "row": row,
        "title": catalogue.titles([row.resource_code]).get(row.resource_code, row.resource_code),
        "state": words.grant_badge(row, clock.now()),
        "interface": found,
        "address": [
            (_("调用地址"), f"{found.method} {found.url}"),
            (_("调用配额"), words.quota_words(found.per_second, found.per_day)),
            (_("每页行数上限"), found.page_rows_max),
            (_("应用编号"), row.client_no),
        ],
        "parameter_columns": [
            Column("name", _("参数"), "code"),
            Column("title", _("数据项名称")),
            Column("type", _("数据类型")),
            Column("required", _("是否必填")),
            Column("ops", _("比较方式")),
        ],
        "parameters": [
            {
                "name": parameter.name,
                "title": parameter.title,
                "type": parameter.type,
                "required": _("必填") if parameter.required else _("可选"),
                "ops": listed_words(_op_words(parameter.name, op) for op in parameter.ops),
            }
            for parameter in found.parameters
        ],
        "answer_columns": [
            Column("name", _("字段名"), "code"),
            Column("title", _("数据项名称")),
            Column("type", _("数据类型")),
            Column("mask", _("脱敏方式")),
        ],
        "answers": [
            {
                "name": column.name,
                "title": column.title,
                "type": column.type,
                "mask": _(Mask(column.mask).label) if column.mask else _("不脱敏"),
            }
            for column in found.columns
        ],
        "shell": _translated_head(found.shell),
        "python": _translated_head(found.python),
        "answer": json.dumps(found.answer, ensure_ascii=False, indent=2),
        "api_path": f"/api/v1/sharing/grants/{row.grant_no}/interface",
    }
    return render(request, "sharing/api.html", context)


def _op_words(name: str, op: str) -> str:
    written = name if op == Op.EQ else f"{name}.{op}"
    return f"{written}（{_(Op(op).label)}）"


def _translated_head(script: str) -> str:
    """The script with its comment in the reader's language."""
    return "\n".join(_(line) if line.startswith("# ") else line for line in script.split("\n"))
