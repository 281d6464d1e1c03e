"""接口调用分析: calls by resource, department, hour and result, and unused grants; filters in the address."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.assessment.overview import api
from jutong.assessment.overview.values import Calls
from jutong.assessment.overview.web import charts
from jutong.base.http import SubjectRequest
from jutong.delivery.gateway.values import ANSWERED, REFUSALS, DayQuery, Grouping, OutcomeKind, Usage
from jutong.kernel import clock
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.ui.components import Choice, Column, Facet, Tab, Total
from jutong.ui.formatting import number_words, ratio_words
from jutong.ui.lists import Listing

RANGES = {"1": N_("今日"), "7": N_("近 7 天"), "30": N_("近 30 天"), "90": N_("近 90 天"), "365": N_("近一年")}
DEFAULT_RANGE = "30"
GROUPS = {
    Grouping.RESOURCE: N_("按数据资源"),
    Grouping.CONSUMER: N_("按使用部门"),
    Grouping.PROVIDER: N_("按提供部门"),
    Grouping.OUTCOME: N_("按结果"),
    Grouping.DAY: N_("按日期"),
}
GROUP_TITLES = {
    Grouping.RESOURCE: N_("数据资源"),
    Grouping.CONSUMER: N_("使用部门"),
    Grouping.PROVIDER: N_("提供部门"),
    Grouping.OUTCOME: N_("结果"),
    Grouping.DAY: N_("日期"),
}
FACET_CHOICES = 30
PAGE_ROWS = 50
IDLE_SHOWN = 20
BARS_SHOWN = 15


@require_GET
def calls(request: SubjectRequest) -> HttpResponseBase:
    """The analysis; `by` chooses the table, which leaves as a file as every list does."""
    at = clock.now()
    wanted, grouping = asked(request, at), _grouping(request)
    found = api.calls(wanted, grouping=grouping, by=request.subject, at=at)
    names = _names(found)
    table, facets = _table(grouping, names[grouping]), _facets(request, found, names)
    context = {} if "file" in request.GET else _context(request, found, wanted, grouping, names[grouping])
    return table.respond(request, found.groups, "overview/calls.html", context, facets=facets)


def _context(
    request: SubjectRequest, found: Calls, wanted: DayQuery, grouping: Grouping, names: Mapping[str, str]
) -> dict[str, Any]:
    """What stands around the table: pictures, sums, and grants that nobody uses."""
    at, groups = found.as_of, found.groups
    idle = api.unused_grants(by=request.subject, at=clock.now())
    return {
        "as_of": at,
        "totals": _totals(found.total),
        "tabs": [Tab(_(title), _with(request, by=each.value), each is grouping) for each, title in GROUPS.items()],
        "days_chart": charts.usage(
            _("每日调用"), found.days, _series(), unit=_("次"), at=at, group=_("日期")
        ) if found.days else None,
        "group_chart": charts.usage(
            _(GROUPS[grouping]), groups[:BARS_SHOWN], _series(), unit=_("次"), at=at, group=_(GROUPS[grouping]),
            names=names, lying=True, height="large",
        ) if groups and grouping is not Grouping.DAY else None,
        "heat_chart": charts.heat(found.week, at, source=_("网关调用日志")) if found.total.calls else None,
        "latency_chart": charts.latency(found.total, at) if found.total.answered else None,
        "idle_columns": _idle_columns(),
        "idle_count": len(idle.items),
        "idle_rows": [_idle_row(each) for each in idle.items[:IDLE_SHOWN]],
        "idle_as_of": idle.as_of,
        "range_words": _("{first} 至 {last}").format(first=wanted.first_day, last=wanted.last_day),
        "api_path": f"/api/v1/overview/calls?{_api_query(wanted)}",
    }  # fmt: skip


def _table(grouping: Grouping, names: Mapping[str, str]) -> Listing:
    return Listing(
        name="overview.calls",
        title=N_("接口调用分析"),
        section=N_("接口服务"),
        unit=N_("项"),
        columns=_columns(grouping),
        rows=lambda request, groups: [_row(each, grouping, names) for each in groups],
        page_rows=PAGE_ROWS,
        api="/api/v1/overview/calls",
        empty=(N_("这段时间没有调用"), N_("换一个时间范围，或去掉一些筛选条件。")),
        icon="chart-bar",
    )


def asked(request: HttpRequest, at: datetime) -> DayQuery:
    """Which calls the address asks for."""

    def said(name: str) -> str:
        return request.GET.get(name, "").replace("\x00", "").strip()[:80]

    days = said("range") if said("range") in RANGES else DEFAULT_RANGE
    today = clock.local_day(at)
    return DayQuery(
        first_day=today - timedelta(days=int(days) - 1),
        last_day=today,
        resource=said("resource"),
        consumer=said("consumer"),
        provider=said("provider"),
        outcome=said("outcome"),
    )


def _grouping(request: HttpRequest) -> Grouping:
    by = request.GET.get("by", "")
    return Grouping(by) if by in {each.value for each in GROUPS} else Grouping.RESOURCE


def _names(found: Calls) -> dict[Grouping, Mapping[str, str]]:
    """What the groups are called, in two queries for all of them."""
    titles = catalogue.titles({each.group for each in found.by_resource} - {""})
    departments = organisations.titles(
        {each.group for each in (*found.by_consumer, *found.by_provider)} - {""}, short=True
    )
    outcomes = {code: f"{_(refusal.words).format(field='')}" for code, refusal in REFUSALS.items()}
    return {
        Grouping.RESOURCE: titles,
        Grouping.CONSUMER: departments,
        Grouping.PROVIDER: departments,
        Grouping.OUTCOME: {ANSWERED: _(OutcomeKind.ANSWERED.label)} | outcomes,
        Grouping.DAY: {},
    }


def _series() -> dict[str, tuple[str, str]]:
    colours = {
        OutcomeKind.ANSWERED: charts.GREEN, OutcomeKind.REFUSED: charts.AMBER, OutcomeKind.FAILED: charts.RED
    }  # fmt: skip
    return {kind.value: (_(kind.label), colours[kind]) for kind in OutcomeKind}


def _totals(total: Usage) -> list[Total]:
    slow = total.within(0.95)
    return [
        Total(number_words(total.calls), _("调用次数"), _("次")),
        Total("—" if total.success is None else ratio_words(total.success), _("成功率"), "",
              "", _("成功次数 ÷ 调用次数")),
        Total(number_words(total.refused), _("被拒绝"), _("次")),
        Total(number_words(total.failed), _("数据源故障"), _("次")),
        Total("—" if total.mean_ms is None else number_words(total.mean_ms, 1), _("平均用时"), _("毫秒")),
        Total("—" if slow is None else f"≤ {slow}", _("95% 的调用用时"), _("毫秒")),
        Total(number_words(total.rows), _("提供行数"), _("行")),
    ]  # fmt: skip


def _facets(request: HttpRequest, found: Calls, names: Mapping[Grouping, Mapping[str, str]]) -> list[Facet]:
    chosen = request.GET.get("range", DEFAULT_RANGE)
    outcome = request.GET.get("outcome", "")
    return [
        Facet("range", _("时间"), [Choice(key, _(words), None, key == chosen) for key, words in RANGES.items()], True),
        Facet(
            "outcome",
            _("结果"),
            [
                Choice(kind.value, _(kind.label), getattr(found.total, kind.value), kind.value == outcome)
                for kind in OutcomeKind
            ],
            True,
        ),
        _facet(request, "consumer", _("使用部门"), found.by_consumer, names[Grouping.CONSUMER]),
        _facet(request, "provider", _("提供部门"), found.by_provider, names[Grouping.PROVIDER]),
        _facet(request, "resource", _("数据资源"), found.by_resource, names[Grouping.RESOURCE]),
    ]


def _facet(request: HttpRequest, name: str, title: str, groups: Sequence[Usage], names: Mapping[str, str]) -> Facet:
    chosen = request.GET.get(name, "")
    choices = [
        Choice(each.group, names.get(each.group, each.group), each.calls, each.group == chosen)
        for each in groups[:FACET_CHOICES]
        if each.group
    ]
    return Facet(name, title, choices, True)


def _columns(grouping: Grouping) -> list[Column]:
    return [
        Column("group", GROUP_TITLES[grouping], "link"),
        Column("code", N_("代码"), "code"),
        Column("calls", N_("调用次数"), "number"),
        Column("answered", N_("成功"), "number"),
        Column("success", N_("成功率"), "ratio"),
        Column("refused", N_("被拒绝"), "number"),
        Column("failed", N_("数据源故障"), "number"),
        Column("mean", N_("平均用时（毫秒）"), "number"),
        Column("slow", N_("95% 用时（毫秒）")),
        Column("rows", N_("提供行数"), "number"),
        Column("size", N_("提供数据量"), "size"),
    ]


def _row(each: Usage, grouping: Grouping, names: Mapping[str, str]) -> dict[str, Any]:
    slow = each.within(0.95)
    title = names.get(each.group, each.group) or _("（未识别）")
    return {
        "group": (title, _log_address(each.group, grouping)),
        "code": "" if grouping is Grouping.DAY else each.group,
        "calls": each.calls,
        "answered": each.answered,
        "success": each.success,
        "refused": each.refused,
        "failed": each.failed,
        "mean": None if each.mean_ms is None else round(each.mean_ms, 1),
        "slow": f"≤ {slow}" if slow else "—",
        "rows": each.rows,
        "size": each.size_bytes,
    }


def _log_address(group: str, grouping: Grouping) -> str:
    """To the calls themselves."""
    if grouping is Grouping.DAY or not group:
        return reverse("gateway:calls")
    return f"{reverse('gateway:calls')}?{grouping.value}={group}&range=all"


def _idle_columns() -> list[Column]:
    return [
        Column("grant", _("授权编号"), "link"),
        Column("resource", _("数据资源"), "link"),
        Column("provider", _("提供部门")),
        Column("consumer", _("使用部门")),
        Column("client", _("应用")),
        Column("granted", _("授权日期"), "day"),
        Column("last", _("最近成功调用"), "day"),
    ]


def _idle_row(each: Any) -> dict[str, Any]:
    return {
        "grant": (each.grant_no, reverse("sharing:grant", args=[each.grant_no])),
        "resource": (each.resource_title, reverse("catalogue:resource", args=[each.resource_code])),
        "provider": each.provider_title,
        "consumer": each.consumer_title,
        "client": each.client_title,
        "granted": each.granted_at,
        "last": each.last_on,
    }


def _api_query(wanted: DayQuery) -> str:
    said = {"first_day": wanted.first_day, "last_day": wanted.last_day, "resource": wanted.resource,
            "consumer": wanted.consumer, "provider": wanted.provider, "outcome": wanted.outcome}  # fmt: skip
    return "&".join(f"{name}={value}" for name, value in said.items() if value)


def _with(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"
