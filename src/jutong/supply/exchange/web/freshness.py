"""更新及时情况: which resources keep their cycle, and the rates of departments."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.exchange import queries
from jutong.supply.exchange.values import DepartmentFreshness, Freshness, FreshnessState
from jutong.supply.exchange.web.answering import answer_words
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.lists import Filter, Listing

TONES = {
    FreshnessState.FRESH: Tone.GOOD,
    FreshnessState.LATE: Tone.BAD,
    FreshnessState.STOPPED: Tone.MUTED,
    FreshnessState.OFF_SEASON: Tone.MUTED,
    FreshnessState.NEVER: Tone.NEUTRAL,
}


def freshness_badge(state: FreshnessState) -> Badge:
    return Badge(_(state.label), TONES[state])


def _resource_rows(request: HttpRequest, found: Sequence[Freshness]) -> list[dict[str, Any]]:
    owners = organisations.titles({each.provider_uscc for each in found}, short=True)
    return [
        {
            "title": (each.title, reverse("catalogue:resource", args=[each.resource_code])),
            "code": each.resource_code,
            "provider": owners.get(each.provider_uscc, each.provider_uscc),
            "state": freshness_badge(each.state),
            "loaded_at": each.loaded_at,
            "due_at": each.due_at,
            "inquiry": (each.inquiry_no, reverse("exchange:inquiry", args=[each.inquiry_no]))
            if each.inquiry_no
            else None,
            "answer": answer_words(each.answer or ""),
        }
        for each in found
    ]


RESOURCES = Listing(
    name="exchange.freshness",
    title=N_("更新及时情况"),
    section=N_("数据交换"),
    unit=N_("项"),
    columns=(
        Column("title", N_("数据资源"), "link", sort="title"),
        Column("code", N_("数据资源代码"), "code"),
        Column("provider", N_("提供方")),
        Column("state", N_("更新状态"), "badge"),
        Column("loaded_at", N_("最近归集"), "moment", sort="loaded_at"),
        Column("due_at", N_("更新期限"), "moment", sort="due_at"),
        Column("inquiry", N_("问询编号"), "link"),
        Column("answer", N_("答复")),
    ),
    rows=_resource_rows,
    search=("title", "resource_code"),
    placeholder=N_("资源名称或代码"),
    filters=(Filter.of("state", N_("更新状态"), FreshnessState),),
    default="due_at",
    api="/api/v1/exchange/freshness",
)


def _department_rows(request: HttpRequest, found: Sequence[DepartmentFreshness]) -> list[dict[str, Any]]:
    titles = organisations.titles({each.provider_uscc for each in found}, short=True)
    return [
        {
            "provider": titles.get(each.provider_uscc, each.provider_uscc),
            "mountable": each.mountable,
            "mounted": each.mounted,
            "mount_ratio": each.mount_ratio,
            "judged": each.judged,
            "fresh": each.fresh,
            "fresh_ratio": each.fresh_ratio,
            "unanswered": each.unanswered,
        }
        for each in found
    ]


DEPARTMENTS = Listing(
    name="exchange.departments",
    title=N_("部门挂载率与更新及时率"),
    section=N_("数据交换"),
    unit=N_("个"),
    columns=(
        Column("provider", N_("部门")),
        Column("mountable", N_("应挂载"), "number", sort="mountable", total=True),
        Column("mounted", N_("已挂载"), "number", sort="mounted", total=True),
        Column("mount_ratio", N_("挂载率"), "ratio", sort="mount_ratio"),
        Column("judged", N_("应更新"), "number", sort="judged", total=True),
        Column("fresh", N_("及时更新"), "number", sort="fresh", total=True),
        Column("fresh_ratio", N_("更新及时率"), "ratio", sort="fresh_ratio"),
        Column("unanswered", N_("未答问询"), "number", sort="unanswered", total=True),
    ),
    rows=_department_rows,
    page_rows=100,
    api="/api/v1/exchange/freshness/departments",
)


@require_GET
def resource_list(request: SubjectRequest) -> HttpResponseBase:
    """Resources one may see, what is due first at the head."""
    return RESOURCES.respond(request, queries.freshness_for(request.subject, at=clock.now()))


@require_GET
def department_list(request: SubjectRequest) -> HttpResponseBase:
    """Departments one may see, with their rates."""
    return DEPARTMENTS.respond(request, queries.departments_for(request.subject, at=clock.now()))
