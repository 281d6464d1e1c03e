"""供需对接: who asked whom for what, whether the answer came in time, and what is in dispute."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest
from jutong.delivery.sharing import queries
from jutong.delivery.sharing.values import OutlookKind, RequestState
from jutong.delivery.sharing.web import words
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.ui.components import Badge, Column, Tone, Total
from jutong.ui.formatting import number_words, ratio_words
from jutong.ui.lists import Filter, Listing

_IN_TIME = (("True", N_("按时")), ("False", N_("逾期")))
_DISPUTED = (("open", N_("协调中")), ("ended", N_("曾有争议")), ("none", N_("无争议")))


def _rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    names = organisations.titles({uscc for row in found for uscc in (row.consumer_uscc, row.provider_uscc)}, short=True)
    return [
        {
            "resource": (row.resource_title, reverse("sharing:request", args=[row.request_no])),
            "resource_code": row.resource_code,
            "request_no": row.request_no,
            "consumer": names.get(row.consumer_uscc, row.consumer_uscc),
            "provider": names.get(row.provider_uscc, row.provider_uscc),
            "purpose": queries.wish_of(row).purpose if row.wish else "",
            "route": _("平台直接提供") if row.route == OutlookKind.AT_ONCE else _("审查答复"),
            "submitted_at": row.submitted_at,
            "decided_at": row.decided_at,
            "in_time": words.punctuality_badge(row),
            "state": words.state_badge(row),
            "disputed": _dispute_badge(row.disputed),
        }
        for row in found
    ]


def _dispute_badge(disputed: str) -> Badge | None:
    if disputed == "none":
        return None
    return Badge(_(dict(_DISPUTED)[disputed]), Tone.ATTENTION if disputed == "open" else Tone.NEUTRAL)


MATCHING = Listing(
    name="sharing.matching",
    title=N_("供需台账"),
    section=N_("供需对接"),
    unit=N_("件"),
    columns=(
        Column("resource", N_("数据资源"), "link", sort="resource_title"),
        Column("resource_code", N_("数据资源代码"), "code", only="file"),
        Column("request_no", N_("申请编号"), "code", only="file"),
        Column("consumer", N_("使用部门")),
        Column("provider", N_("提供部门")),
        Column("purpose", N_("使用用途"), only="file"),
        Column("route", N_("办理方式"), only="file"),
        Column("submitted_at", N_("提交时间"), "moment", sort="submitted_at"),
        Column("decided_at", N_("答复时间"), "moment", only="file"),
        Column("in_time", N_("答复"), "badge"),
        Column("state", N_("状态"), "badge"),
        Column("disputed", N_("争议"), "badge"),
    ),
    rows=_rows,
    search=("resource_title", "request_no", "resource_code"),
    placeholder=N_("资源名称、申请编号或代码"),
    filters=(
        Filter.of("state", N_("状态"), RequestState),
        Filter("in_time", N_("答复"), lambda: _IN_TIME, "answer_in_time"),
        Filter("disputed", N_("争议"), lambda: _DISPUTED),
    ),
    default="-submitted_at",
    api="/api/v1/sharing/requests",
)


@require_GET
def matching(request: SubjectRequest) -> HttpResponseBase:
    """Requests the subject may see, from either side, with the figures over all of them."""
    rows = queries.with_disputes(queries.requests(request.subject))
    context: dict[str, Any] = {}
    if not request.GET.get("file"):
        counted = queries.match_counts(request.subject)
        timed = counted.in_time + counted.late
        context["totals"] = [
            Total(number_words(counted.asked), _("提出申请"), _("件")),
            Total(number_words(counted.granted), _("已授权"), _("件"), "?state=granted"),
            Total(number_words(counted.refused), _("不予提供"), _("件"), "?state=refused"),
            Total(ratio_words(counted.in_time / timed) if timed else "—", _("按时答复率"), url="?in_time=True"),
            Total(number_words(counted.late), _("逾期答复"), _("件"), "?in_time=False"),
            Total(number_words(counted.disputed), _("争议协调中"), _("件"), "?disputed=open"),
        ]
    return MATCHING.respond(request, rows, "sharing/matching.html", context)
