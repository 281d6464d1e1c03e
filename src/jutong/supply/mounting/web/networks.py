"""允许访问名单: which addresses the platform calls for which department."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.mounting import models, policy, queries
from jutong.supply.mounting.services import sources
from jutong.supply.mounting.web.forms import NetworkForm, refuse
from jutong.ui.components import Button, Column
from jutong.ui.lists import Listing
from jutong.ui.navigation import subject_of

PAGE_ROWS = 100
ORGANISATIONS_OFFERED = 1_000


def _rows(request: HttpRequest, found: Sequence[models.AllowedNetwork]) -> list[dict[str, Any]]:
    titles = organisations.titles({row.organisation for row in found}, short=True)
    may_manage = decide(subject_of(request), policy.MANAGE_NETWORKS).allowed
    return [
        {
            "organisation": titles.get(row.organisation, row.organisation),
            "cidr": row.cidr,
            "ports": str(row.port_from) if row.port_from == row.port_to else f"{row.port_from}–{row.port_to}",
            "reason": row.reason,
            "created_at": row.created_at,
            "actions": [
                Button(
                    _("移出"),
                    reverse("mounting:remove_network", args=[row.pk]),
                    method="post",
                    confirm=_("移出后，名单内地址的连接将被拒绝，确定移出？"),
                )
            ]
            if may_manage
            else [],
        }
        for row in found
    ]


NETWORKS = Listing(
    name="mounting.networks",
    title=N_("允许访问名单"),
    section=N_("数据挂载"),
    columns=(
        Column("organisation", N_("单位")),
        Column("cidr", N_("网段或地址"), "code", sort="cidr"),
        Column("ports", N_("端口")),
        Column("reason", N_("登记原因")),
        Column("created_at", N_("登记时间"), "moment", sort="created_at"),
    ),
    rows=_rows,
    search=("cidr", "reason"),
    placeholder=N_("网段、地址或原因"),
    page_rows=PAGE_ROWS,
    actions=True,
    api="/api/v1/mounting/networks",
)


@require_http_methods(["GET", "POST"])
def network_list(request: SubjectRequest) -> HttpResponseBase:
    """The list, and for the system administrator a new entry."""
    may_manage = decide(request.subject, policy.MANAGE_NETWORKS).allowed
    form = NetworkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sources.allow_network(**form.cleaned_data, by=request.subject, at=clock.now())
            messages.success(request, _("已登记。"))
            return redirect("mounting:networks")
        except JutongError as error:
            refuse(form, error)
    context = {
        "form": form if may_manage else None,
        "organisations": organisations.choices()[:ORGANISATIONS_OFFERED] if may_manage else [],
    }
    status = 422 if form.errors else 200
    found = queries.networks(request.subject).order_by("organisation", "cidr", "pk")
    return NETWORKS.respond(request, found, "mounting/networks.html", context, status=status)


@require_POST
def remove(request: SubjectRequest, network_id: int) -> HttpResponse:
    """Take an entry off."""
    sources.forbid_network(network_id=network_id, by=request.subject, at=clock.now())
    messages.success(request, _("已移出名单，从下一次连接起不再放行。"))
    return redirect("mounting:networks")
