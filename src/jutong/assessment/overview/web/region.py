"""全区总览: the region in figures, each with its formula, its parts and the list behind it."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.assessment.overview import api, policy
from jutong.assessment.overview import values as figures
from jutong.assessment.overview.values import DepartmentFigures, Indicator
from jutong.assessment.overview.web import charts
from jutong.assessment.overview.web.words import (
    counted_words,
    month_asked,
    month_words,
    months_offered,
    shown,
    whole_words,
)
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.policy import Subject, decide
from jutong.ui.components import Column, Tab, Total
from jutong.ui.formatting import number_words, ratio_words

PAGE_ROWS = 30


@require_GET
def region(request: SubjectRequest) -> HttpResponse:
    """The region in a month; what is compared and mapped is in the address."""
    at = clock.now()
    month = month_asked(request, at)
    found = api.region(month=month, by=request.subject, at=at)
    indicator = _indicator(request)
    what = request.GET.get("map", "")
    what = what if what in charts.MAPS else "resources"
    lines = api.rankings(found, indicator)
    page = Paginator(_ordered(found, lines), PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "as_of": found.as_of,
        "month": f"{month:%Y-%m}",
        "month_words": month_words(month),
        "months": months_offered(at),
        "totals": totals(found, request.subject),
        "figures": [shown(each, found.figures[each], found.before[each]) for each in Indicator],
        "map_title": charts.map_names()[what][0],
        "map_unit": charts.map_names()[what][1],
        "map_tabs": [
            Tab(title, _with(request, map=key), key == what) for key, (title, _unit) in charts.map_names().items()
        ],
        "tiles": charts.city_tiles(found.cities, what),
        "links_chart": charts.supply_and_demand(found.links, found.as_of) if found.links else None,
        "calls_chart": calls_chart(found),
        "requests_chart": requests_chart(found),
        "runs_chart": runs_chart(found),
        "heat_chart": charts.heat(found.week, found.as_of, source=_("网关调用日志，近 56 天")),
        "indicator": shown(indicator, found.figures[indicator], found.before[indicator]),
        "indicator_tabs": [Tab(_(each.label), _with(request, by=each.value), each is indicator) for each in Indicator],
        "ranking_chart": charts.ranking(indicator, lines, found.as_of, height=_height(lines)) if lines else None,
        "columns": _columns(indicator),
        "page": page,
        "rows": [_row(each, line, indicator, request.subject) for each, line in page],
        "may_see_calls": bool(decide(request.subject, policy.SEE_CALLS)),
        "may_see_wall": bool(decide(request.subject, policy.SEE_WALL)),
        "may_see_screen": bool(decide(request.subject, policy.SEE_SCREEN)),
        "api_path": f"/api/v1/overview/region?month={month:%Y-%m}",
    }
    return render(request, "overview/region.html", context)


def totals(found: figures.Region, subject: Subject) -> list[Total]:
    """The strip of the region: each figure leads to its list, where the subject has one."""
    sums, in_time = found.totals, found.figures[Indicator.IN_TIME]
    late = bool(decide(subject, policy.SEE_WALL))
    calls = f"{reverse('overview:calls')}?range=1" if decide(subject, policy.SEE_CALLS) else ""
    return [
        Total(number_words(sums.published), _("已发布目录"), _("项"), reverse("catalogue:search")),
        Total(number_words(sums.mounted), _("已挂载"), _("项"), reverse("catalogue:search") + "?mounted=1"),
        Total(number_words(sums.calls_today), _("今日调用"), _("次"), calls),
        Total(number_words(sums.rows_month), _("本月交换"), _("行"), reverse("exchange:runs")),
        Total(
            "—" if in_time.value is None else ratio_words(in_time.value),
            _("按时答复率"),
            "",
            reverse("overview:wall") if late else "",
            counted_words(in_time, "ratio"),
        ),
        Total(
            number_words(sums.overdue), _("逾期未办"), _("件"), reverse("overview:wall") if late else "",
        ),
    ]  # fmt: skip


def calls_chart(found: figures.Region, look: charts.Look = charts.PAPER, height: str = "medium") -> Any:
    return charts.monthly(
        _("各月接口调用"),
        found.months,
        {"calls": (_("调用次数"), look.main), "answered": (_("成功次数"), charts.GREEN)},
        unit=_("次"), at=found.as_of, source=_("网关调用日志"), look=look, height=height,
    )  # fmt: skip


def requests_chart(found: figures.Region, look: charts.Look = charts.PAPER, height: str = "medium") -> Any:
    return charts.monthly(
        _("各月数据申请"),
        found.months,
        {
            "requests": (_("提出"), look.main),
            "granted": (_("已授权"), charts.GREEN),
            "refused": (_("不予提供"), charts.AMBER),
        },
        unit=_("件"), at=found.as_of, source=_("数据申请台账，按提出月份"), look=look, height=height,
    )  # fmt: skip


def runs_chart(found: figures.Region, look: charts.Look = charts.PAPER, height: str = "medium") -> Any:
    return charts.monthly(
        _("各月交换运行"),
        found.months,
        {"runs": (_("结束的运行"), look.main), "failed_runs": (_("失败"), charts.RED)},
        unit=_("次"), at=found.as_of, source=_("交换运行记录"), look=look, height=height,
    )  # fmt: skip


def _indicator(request: HttpRequest) -> Indicator:
    by = request.GET.get("by", "")
    return Indicator(by) if by in set(Indicator) else Indicator.IN_TIME


def _with(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _columns(indicator: Indicator) -> list[Column]:
    return [
        Column("place", _("名次")),
        Column("title", _("部门"), "link"),
        Column("value", _(indicator.label)),
        Column("counted", _("计算依据")),
        Column("before", _("上月")),
        Column("published", _("已发布"), "number"),
        Column("overdue", _("逾期"), "number"),
        Column("grants_given", _("提供授权"), "number"),
        Column("grants_taken", _("获得授权"), "number"),
        Column("calls_given", _("本月被调用"), "number"),
        Column("calls_made", _("本月调用"), "number"),
    ]


def _ordered(
    found: figures.Region, lines: list[figures.Ranked]
) -> list[tuple[DepartmentFigures, figures.Ranked | None]]:
    """Every department: the ranked ones, the small ones, then those with nothing to count by this indicator."""
    known, placed = {each.uscc: each for each in found.departments}, {line.uscc for line in lines}
    first: list[tuple[DepartmentFigures, figures.Ranked | None]] = [(known[line.uscc], line) for line in lines]
    return first + [(each, None) for each in found.departments if each.uscc not in placed]


def _height(lines: list[figures.Ranked]) -> str:
    """As high as the bars need."""
    bars = sum(line.place is not None for line in lines)
    return "small" if bars <= 3 else "medium" if bars <= 8 else "large"


def _row(
    each: DepartmentFigures, line: figures.Ranked | None, indicator: Indicator, subject: Subject
) -> dict[str, Any]:
    return {
        "place": _place_words(line),
        "title": (each.title, _department_address(each.uscc, subject)),
        "value": whole_words(each.figures[indicator], indicator.unit),
        "counted": counted_words(each.figures[indicator], indicator.unit),
        "before": whole_words(each.before[indicator], indicator.unit),
        "published": each.published,
        "overdue": each.overdue,
        "grants_given": each.grants_given,
        "grants_taken": each.grants_taken,
        "calls_given": each.calls_given,
        "calls_made": each.calls_made,
    }


def _place_words(line: figures.Ranked | None) -> str:
    if line is None:
        return "—"
    return _("不参加排名") if line.place is None else number_words(line.place)


def _department_address(uscc: str, subject: Subject) -> str:
    """To the department's ledger where the subject may see it, else to what it has published."""
    if decide(subject, policy.SEE_LEDGER, api.facts(uscc)):
        return reverse("overview:ledger_of", args=[uscc])
    return f"{reverse('catalogue:search')}?provider={uscc}"
