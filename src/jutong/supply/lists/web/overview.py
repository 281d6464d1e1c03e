"""三张清单: where each list stands, the rates with their denominators, what a check found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.codes.sharing import ShareType
from jutong.kernel.policy import decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.lists import models, policy, queries
from jutong.supply.lists.domain import Rate
from jutong.supply.lists.services import checking
from jutong.supply.lists.values import DemandState, FindingKind, ListKind, RateKind, ResponsibilityState
from jutong.supply.lists.web import words
from jutong.supply.lists.web.editions import edition_title
from jutong.ui.components import Column
from jutong.ui.formatting import ratio_words
from jutong.ui.lists import Filter, Listing


@dataclass(frozen=True, slots=True)
class RateRow:
    """The four rates of a department."""

    organisation: str
    name: str
    rates: dict[RateKind, Rate]


def _address(kind: RateKind, organisation: str, *, whole: bool) -> str:
    """The list behind a number."""
    asked: list[tuple[str, str]] = [("provider", organisation)] if organisation else []
    if kind is RateKind.DEMAND:
        page = reverse("lists:demands")
        asked += [("state", state) for state in DemandState if state is not DemandState.WITHDRAWN]
    elif kind is RateKind.RESPONSIBILITY:
        page = reverse("lists:responsibilities")
        asked.append(("state", ResponsibilityState.CONFIRMED))
    else:
        page = reverse("catalogue:search")
        if kind is RateKind.MOUNT:
            asked += [("sharing_type", str(each.value)) for each in ShareType if each is not ShareType.NOT_SHARED]
    if not whole:
        asked.append(_NUMERATOR[kind])
    return f"{page}?{urlencode(asked)}" if asked else page


_NUMERATOR = {
    RateKind.DEMAND: ("met", "1"),
    RateKind.RESPONSIBILITY: ("met", "1"),
    RateKind.MOUNT: ("mounted", "1"),
    RateKind.OPEN: ("open", "1"),
}
"""What narrows the list behind a denominator to the one behind its numerator."""


def rate_words(rate: Rate) -> str:
    """12/15（80%）."""
    share = ratio_words(rate.ratio)
    return f"{rate.done}/{rate.whole}（{share}）"


def _rate_rows(request: HttpRequest, found: Sequence[RateRow]) -> list[dict[str, Any]]:
    rows = []
    for row in found:
        cells: dict[str, Any] = {"organisation": row.name}
        for kind, rate in row.rates.items():
            cells[kind.value] = (rate_words(rate), _address(kind, row.organisation, whole=False))
            cells[f"{kind.value}_done"], cells[f"{kind.value}_whole"] = rate.done, rate.whole
            cells[f"{kind.value}_ratio"] = rate.ratio
        rows.append(cells)
    return rows


def _rate_columns() -> list[Column]:
    columns = [Column("organisation", N_("责任部门"))]
    for kind in RateKind:
        columns.append(Column(kind.value, kind.label, "link", only="page", hint=kind.formula))
        columns.append(Column(f"{kind.value}_done", N_("分子"), "number", only="file"))
        columns.append(Column(f"{kind.value}_whole", N_("分母"), "number", only="file"))
        columns.append(Column(f"{kind.value}_ratio", kind.label, "ratio", only="file"))
    return columns


RATES = Listing(
    name="lists.rates",
    title=N_("三张清单"),
    section=N_("供需对接"),
    unit=N_("个部门"),
    columns=_rate_columns(),
    rows=_rate_rows,
    search=("name",),
    placeholder=N_("部门名称"),
    api="/api/v1/lists/rates",
)


@require_GET
def overview(request: SubjectRequest) -> HttpResponseBase:
    """The lists at a glance; the table below has the rates of each department."""
    require(request.subject, policy.VIEW_RATES)
    rates = queries.rates(request.subject, at=clock.now())
    names = organisations.titles({rate.organisation for rate in rates if rate.organisation}, short=True)
    rows: dict[str, RateRow] = {}
    for rate in rates:
        name = names.get(rate.organisation, rate.organisation) or _("全部")
        rows.setdefault(rate.organisation, RateRow(rate.organisation, name, {})).rates[rate.kind] = rate
    newest = queries.latest_editions(request.subject)
    context = {
        "total_columns": [
            Column("rate", _("指标")),
            Column("share", _("比率")),
            Column("done", _("分子"), "link"),
            Column("whole", _("分母"), "link"),
            Column("formula", _("计算方法")),
        ],
        "totals": [
            {
                "rate": _(kind.label),
                "share": ratio_words(rate.ratio),
                "done": (str(rate.done), _address(kind, "", whole=False)),
                "whole": (str(rate.whole), _address(kind, "", whole=True)),
                "formula": _(kind.formula),
            }
            for kind, rate in rows[""].rates.items()
        ],
        "edition_columns": [Column("edition", _("清单"), "link"), Column("published_at", _("发布时间"), "moment")],
        "lists": [
            {
                "edition": (edition_title(row), reverse("lists:edition", args=[row.kind, row.number])),
                "published_at": row.published_at,
            }
            for row in (newest[kind] for kind in ListKind if kind in newest)
        ],
        "running_columns": [
            Column("title", _("批次名称"), "link"),
            Column("kind", _("清单")),
            Column("closes_on", _("截止日期"), "day"),
        ],
        "running": [
            {
                "title": (row.title, reverse("lists:round", args=[row.round_no])),
                "kind": words.list_title(row.kind),
                "closes_on": row.closes_on,
            }
            for row in queries.rounds(request.subject).filter(state="open")[:10]
        ],
        "problems": queries.findings(request.subject).count(),
    }
    return RATES.respond(request, list(rows.values()), "lists/overview.html", context)


def _finding_rows(request: HttpRequest, found: Sequence[models.Finding]) -> list[dict[str, Any]]:
    names = organisations.titles({row.organisation for row in found}, short=True)
    rows = []
    for row in found:
        what, remedy = words.finding_words(row.kind)
        rows.append(
            {
                "title": (row.title, _place_of(row)) if _place_of(row) else (row.title, ""),
                "kind": what,
                "list": words.list_title(row.list_kind),
                "entry_no": row.entry_no,
                "resource_code": row.resource_code,
                "organisation": names.get(row.organisation, row.organisation) or "—",
                "remedy": remedy,
                "found_at": row.found_at,
            }
        )
    return rows


_PAGES = {
    ListKind.DEMAND: "lists:demand",
    ListKind.RESPONSIBILITY: "lists:responsibility",
    ListKind.NEGATIVE: "lists:exclusion",
}


def _place_of(row: models.Finding) -> str:
    if row.entry_no:
        return reverse(_PAGES[ListKind(row.list_kind)], args=[row.entry_no])
    return reverse("catalogue:resource", args=[row.resource_code])


FINDINGS = Listing(
    name="lists.findings",
    title=N_("清单核对问题"),
    section=N_("供需对接"),
    unit=N_("个"),
    columns=(
        Column("title", N_("数据名称"), "link", sort="title"),
        Column("kind", N_("问题")),
        Column("list", N_("清单")),
        Column("entry_no", N_("事项编号"), "code", only="file"),
        Column("resource_code", N_("资源代码"), "code", only="file"),
        Column("organisation", N_("责任部门")),
        Column("remedy", N_("处理办法")),
        Column("found_at", N_("发现时间"), "moment", sort="found_at"),
    ),
    rows=_finding_rows,
    search=("title", "entry_no", "resource_code"),
    placeholder=N_("数据名称、编号或资源代码"),
    filters=(Filter.of("kind", N_("问题"), FindingKind), Filter.of("list_kind", N_("清单"), ListKind)),
    default="-found_at",
    api="/api/v1/lists/findings",
    empty=(N_("清单与目录一致"), N_("每天自动核对一次；发布新的一版时也会核对。")),
)


@require_GET
def findings(request: SubjectRequest) -> HttpResponseBase:
    """What does not fit together, and what to do about it."""
    require(request.subject, policy.VIEW_ROUND)
    context = {"may_check": decide(request.subject, policy.CHECK_LISTS).allowed}
    return FINDINGS.respond(request, queries.findings(request.subject), "lists/findings.html", context)


@require_POST
def check(request: SubjectRequest) -> HttpResponse:
    """Check the lists against the catalogue now."""
    count = checking.check(by=request.subject, at=clock.now())
    messages.success(request, _("已核对，现有问题 {count} 个。").format(count=count))
    return redirect("lists:findings")
