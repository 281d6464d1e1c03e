"""调用日志: the list with its filters, one call, calls counted, and a panel for a resource's page."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest
from jutong.delivery.gateway import api
from jutong.delivery.gateway.values import ANSWERED, REFUSALS, CallCount, CallFilter, CallRecord, Grouping, OutcomeKind
from jutong.foundation.audit import api as audit
from jutong.kernel import clock
from jutong.kernel.text import N_
from jutong.registry.accounts import api as accounts
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.ui.components import Badge, Chart, Choice, Column, Facet, Tone, Total
from jutong.ui.formatting import listed_words
from jutong.ui.lists import Listing

PAGE_ROWS = 50
# Counting all of a log that grows by millions would cost more than anybody reads.
SHOWN_MAX = 10_000
PANEL_DAYS = 30

_TONES = {
    OutcomeKind.ANSWERED: Tone.GOOD,
    OutcomeKind.REFUSED: Tone.ATTENTION,
    OutcomeKind.FAILED: Tone.BAD,
}
_COLOURS = {OutcomeKind.ANSWERED: "#2f9e62", OutcomeKind.REFUSED: "#e0930f", OutcomeKind.FAILED: "#c8303a"}
_RANGES = {"1": N_("近 1 天"), "7": N_("近 7 天"), "30": N_("近 30 天"), "all": N_("全部")}
_DEFAULT_RANGE = "7"
_GROUPINGS = {
    Grouping.RESOURCE: N_("按数据资源"),
    Grouping.CONSUMER: N_("按使用部门"),
    Grouping.PROVIDER: N_("按提供部门"),
    Grouping.CLIENT: N_("按应用"),
    Grouping.OUTCOME: N_("按结果"),
    Grouping.DAY: N_("按日期"),
}


def _call_rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    return _list_rows([row.value() for row in found])


CALLS = Listing(
    name="gateway.calls",
    title=N_("调用日志"),
    section=N_("接口服务"),
    unit=N_("次"),
    columns=(
        Column("at", N_("时间"), "moment", sort="at"),
        Column("outcome", N_("结果"), "badge"),
        Column("resource", N_("数据资源")),
        Column("resource_code", N_("数据资源代码"), "code", only="file"),
        Column("client", N_("应用")),
        Column("consumer", N_("使用部门")),
        Column("provider", N_("提供部门")),
        Column("rows", N_("行数"), "number", total=True),
        Column("took", N_("用时"), "duration"),
        Column("call_no", N_("调用编号"), "link"),
        Column("grant", N_("授权编号"), "code", only="file"),
        Column("case", N_("事项编号"), "code", only="file"),
        Column("purpose", N_("目的"), only="file"),
    ),
    rows=_call_rows,
    finds=True,
    placeholder=N_("资源代码、应用编号或调用编号"),
    default="-at",
    page_rows=PAGE_ROWS,
    cap=SHOWN_MAX,
    api="/api/v1/gateway/calls",
    record=audit.record_export,
    empty=(N_("没有符合条件的调用。"), N_("请放宽时间范围，或清除筛选条件。")),
)


@require_GET
def call_list(request: SubjectRequest) -> HttpResponseBase:
    """Calls the subject may see, newest first; all filters live in the address."""
    found = api.calls(request.subject, _wanted(request, clock.now()))
    return CALLS.respond(request, found, "gateway/calls.html", facets=_facets(request))


@require_GET
def call_detail(request: SubjectRequest, call_no: str) -> HttpResponse:
    """One call: who asked whom for what, and what came of it."""
    record = api.call(call_no, request.subject)
    names = organisations.titles({record.consumer, record.provider} - {""})
    clients = accounts.client_titles({record.client} - {""})
    titles = catalogue.titles({record.resource} - {""})
    refusal = REFUSALS.get(record.outcome)
    context = {
        "record": record,
        "outcome": outcome_badge(record),
        "reason": _(refusal.words).format(field="") if refusal else "",
        "pairs": [
            (_("时间"), record.at),
            (_("调用编号"), record.call_no),
            (_("数据资源"), _named(record.resource, titles)),
            (_("资源版本"), record.resource_version),
            (_("使用部门"), _named(record.consumer, names)),
            (_("提供部门"), _named(record.provider, names)),
            (_("应用"), _named(record.client, clients)),
            (_("密钥编号"), record.key),
            (_("授权编号"), record.grant),
            (_("经办人"), record.official),
            (_("目的"), record.purpose),
            (_("事项编号"), record.case),
            (_("来源地址"), record.source),
        ],
        "given": [
            (_("行数"), record.rows),
            (_("字节数"), record.size_bytes),
            (_("用时（毫秒）"), record.duration_us / 1000),
            (_("参数名"), listed_words(record.parameters)),
            (_("数据项"), listed_words(record.columns)),
            (_("代表的调用次数"), record.repeats),
        ],
    }
    return render(request, "gateway/call.html", context)


@require_GET
def statistics(request: SubjectRequest) -> HttpResponseBase:
    """Calls counted by one thing, with the same filters as the list."""
    at = clock.now()
    by = request.GET.get("by", "")
    grouping = Grouping(by) if by in set(Grouping) else Grouping.RESOURCE
    found = api.calls(request.subject, _wanted(request, at))
    counts = api.statistics(found, grouping)
    totals = api.totals(found)
    facets = [
        Facet(
            "by",
            _("统计方式"),
            [Choice(g.value, _(t), selected=g is grouping) for g, t in _GROUPINGS.items()],
            True,
        ),
        *_facets(request),
    ]
    context = {
        "totals": [Total(f"{totals[kind]:,}", _(kind.label), _("次")) for kind in OutcomeKind],
        "as_of": at,
        "chart": _chart(counts, grouping, at) if counts else None,
    }
    return _statistics_of(grouping).respond(request, counts, "gateway/statistics.html", context, facets=facets)


def _statistics_of(grouping: Grouping) -> Listing:
    return Listing(
        name="gateway.statistics",
        title=N_("调用统计"),
        section=N_("接口服务"),
        unit=N_("项"),
        columns=_count_columns(grouping),
        rows=lambda request, counts: _count_rows(list(counts), grouping),
        page_rows=PAGE_ROWS,
        api="/api/v1/gateway/statistics",
        empty=(N_("没有符合条件的调用。"), N_("请放宽时间范围，或清除筛选条件。")),
    )


@require_GET
def resource_panel(request: SubjectRequest, code: str) -> HttpResponse:
    """On a resource's page: calls of the last days as far as the subject may see them, and its availability."""
    resource = catalogue.view_resource(code, by=request.subject)
    until = clock.now()
    since = until - timedelta(days=PANEL_DAYS)
    counts = api.statistics(
        api.calls(request.subject, CallFilter(resource=resource.code, since=since, until=until)), Grouping.DAY
    )
    context = {
        "code": resource.code,
        "days": PANEL_DAYS,
        "availability": api.availability(resource.code, since=since, until=until),
        "calls": sum(count.calls for count in counts),
        "chart": _chart(counts, Grouping.DAY, until, "small") if counts else None,
        "as_of": until,
    }
    return render(request, "gateway/resource_panel.html", context)


def outcome_badge(record: CallRecord) -> Badge:
    """The outcome in a word; which refusal it was stands in the hint."""
    return Badge(_(record.kind.label), _TONES[record.kind], hint="" if record.outcome == ANSWERED else record.outcome)


def _wanted(request: SubjectRequest, at: datetime) -> CallFilter:
    def said(name: str) -> str:
        return request.GET.get(name, "").replace("\x00", "").strip()[:200]

    text, days = said("q"), said("range") or _DEFAULT_RANGE
    looks_like_call = "-" in text
    return CallFilter(
        resource=said("resource") or (text if "/" in text else ""),
        client=said("client") or (text if text and not looks_like_call and "/" not in text else ""),
        consumer=said("consumer"),
        provider=said("provider"),
        grant=said("grant"),
        case=said("case"),
        call_no=text if looks_like_call else "",
        outcome=said("outcome"),
        since=at - timedelta(days=int(days)) if days in _RANGES and days != "all" else None,
    )


def _facets(request: SubjectRequest) -> list[Facet]:
    outcome, days = request.GET.get("outcome", ""), request.GET.get("range") or _DEFAULT_RANGE
    kinds = [Choice(kind.value, _(kind.label), selected=kind == outcome) for kind in OutcomeKind]
    ranges = [Choice(value, _(title), selected=value == days) for value, title in _RANGES.items()]
    return [Facet("range", _("时间"), ranges, True), Facet("outcome", _("结果"), kinds, True)]


def _list_rows(records: list[CallRecord]) -> list[dict[str, Any]]:
    names = organisations.titles(
        {uscc for record in records for uscc in (record.consumer, record.provider)} - {""}, short=True
    )
    titles = catalogue.titles({record.resource for record in records} - {""})
    clients = accounts.client_titles({record.client for record in records} - {""})
    return [
        {
            "at": record.at,
            "outcome": outcome_badge(record),
            "resource": titles.get(record.resource, record.resource),
            "resource_code": record.resource,
            "client": clients.get(record.client, record.client),
            "consumer": names.get(record.consumer, record.consumer),
            "provider": names.get(record.provider, record.provider),
            "rows": record.rows,
            "took": record.duration_us / 1_000_000,
            "call_no": (record.call_no, reverse("gateway:call", args=[record.call_no])),
            "grant": record.grant,
            "case": record.case,
            "purpose": record.purpose,
        }
        for record in records
    ]


def _count_columns(grouping: Grouping) -> list[Column]:
    return [
        Column("group", _GROUPINGS[grouping]),
        Column("calls", N_("调用次数"), "number", sort="calls", total=True),
        *(Column(kind.value, kind.label, "number", sort=kind.value, total=True) for kind in OutcomeKind),
        Column("rows", N_("提供行数"), "number", sort="rows", total=True),
        Column("size_bytes", N_("提供数据量"), "size", sort="size_bytes", total=True),
        Column("mean", N_("平均用时"), "duration", sort="mean_ms"),
    ]


def _count_rows(counts: list[CallCount], grouping: Grouping) -> list[dict[str, Any]]:
    names = _group_names(grouping, {count.group for count in counts if count.group})
    return [
        {
            "group": names.get(count.group, count.group) or _("（未识别）"),
            "calls": count.calls,
            "answered": count.answered,
            "refused": count.refused,
            "failed": count.failed,
            "rows": count.rows,
            "size_bytes": count.size_bytes,
            "mean": None if count.mean_ms is None else count.mean_ms / 1000,
        }
        for count in counts
    ]


def _group_names(grouping: Grouping, groups: Iterable[str]) -> dict[str, str]:
    wanted = set(groups)
    if grouping is Grouping.RESOURCE:
        return catalogue.titles(wanted)
    if grouping is Grouping.CLIENT:
        return accounts.client_titles(wanted)
    if grouping in (Grouping.CONSUMER, Grouping.PROVIDER):
        return organisations.titles(wanted, short=True)
    if grouping is Grouping.OUTCOME:
        return {code: f"{_(REFUSALS[code].words)} ({code})" for code in wanted if code in REFUSALS} | {
            ANSWERED: _(OutcomeKind.ANSWERED.label)
        }
    return {}


def _chart(counts: list[CallCount], grouping: Grouping, at: datetime, height: str = "medium") -> Chart:
    shown = counts if grouping is Grouping.DAY else counts[:20]
    rows = _count_rows(shown, grouping)
    names = [row["group"] for row in rows]
    series = [
        {
            "name": _(kind.label),
            "type": "bar",
            "stack": "calls",
            "color": _COLOURS[kind],
            "data": [row[kind.value] for row in rows],
        }
        for kind in OutcomeKind
    ]
    option = {
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value", "name": _("次"), "minInterval": 1, "splitNumber": 3},
        "legend": {"bottom": 0},
        "grid": {"top": 32, "bottom": 56, "left": 40, "right": 8},
        "tooltip": {"trigger": "axis"},
        "series": series,
    }
    columns = [column.translated(_) for column in _count_columns(grouping)[:5]]
    return Chart(_("调用次数"), option, columns, rows, height=height, as_of=at)


def _named(code: str, names: dict[str, str]) -> str:
    name = names.get(code, "")
    return f"{name}（{code}）" if name else code
