"""The pictures of the overview as values of the layout's chart component; the same on white and on the dark wall."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jutong.assessment.overview.values import CityFigures, Indicator, Link, MonthFigures, Ranked
from jutong.assessment.overview.web.words import counted_words, value_words
from jutong.delivery.gateway.values import LATENCY_BOUNDS_MS, Usage
from jutong.ui import places
from jutong.ui.components import Chart, Column, Tile
from jutong.ui.formatting import number_words

LINKS_SHOWN = 24
RANKED_SHOWN = 12
BLUE, GREEN, AMBER, RED = "#0b5cad", "#2f9e62", "#e0930f", "#c8303a"
LIGHT_BLUES = ["#edf3fa", "#cfe2f5", "#9cc5ec", "#2a78c2", "#073f7c"]
DARK_BLUES = ["#0c2f57", "#12487f", "#1d6bb5", "#4b9fe6", "#b5dcff"]


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and letters of a picture: on white cards, or on the wall."""

    ink: str = "#4d5b6c"
    line: str = "#dfe5ec"
    main: str = BLUE
    heat: Sequence[str] = tuple(LIGHT_BLUES)
    size: int = 12


LABEL_LETTERS = 12
PAPER = Look()
WALL = Look(ink="#cfe3f7", line="#1d4675", main="#4b9fe6", heat=tuple(DARK_BLUES), size=16)
HALL = Look(size=16)


def _axis(look: Look, **more: Any) -> dict[str, Any]:
    return {
        "axisLabel": {"color": look.ink, "fontSize": look.size},
        "axisLine": {"lineStyle": {"color": look.line}},
        "splitLine": {"lineStyle": {"color": look.line}},
        "nameTextStyle": {"color": look.ink, "fontSize": look.size},
        **more,
    }


def _legend(look: Look) -> dict[str, Any]:
    return {"bottom": 0, "textStyle": {"color": look.ink, "fontSize": look.size}}


def monthly(
    title: str,
    months: Sequence[MonthFigures],
    series: Mapping[str, tuple[str, str]],
    *,
    unit: str,
    at: datetime,
    source: str,
    look: Look = PAPER,
    height: str = "medium",
    line: str = "",
) -> Chart:
    """Bars by month; `series` gives each field its name and colour. `line` draws the field of that name as a line."""
    option = {
        "grid": {"top": 36, "bottom": 56, "left": 8, "right": 12, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "legend": _legend(look),
        "xAxis": _axis(look, type="category", data=[f"{each.month:%Y-%m}" for each in months]),
        "yAxis": _axis(look, type="value", name=unit, minInterval=1, splitNumber=4),
        "series": [
            {
                "name": name,
                "type": "line" if field == line else "bar",
                "smooth": True,
                "color": colour,
                "barMaxWidth": 22,
                "data": [getattr(each, field) for each in months],
            }
            for field, (name, colour) in series.items()
        ],
    }
    columns = [Column("month", _("月份")), *(Column(field, name, "number") for field, (name, _c) in series.items())]
    rows = [{"month": f"{each.month:%Y-%m}", **{field: getattr(each, field) for field in series}} for each in months]
    return Chart(title, option, columns, rows, height=height, as_of=at, source=source)


def supply_and_demand(links: Sequence[Link], at: datetime, look: Look = PAPER, height: str = "large") -> Chart:
    """Who supplies whom (供需桑基图): providers on the left, users on the right, the width is the number of grants."""
    shown = links[: LINKS_SHOWN if look is PAPER else LINKS_SHOWN // 2]
    rest = sum(link.grants for link in links[len(shown) :])
    # A department may stand on both sides; a node of each side of its own keeps the picture free of rings.
    right = "\u200b"
    givers, takers = {link.provider_title for link in shown}, {link.consumer_title + right for link in shown}
    option = {
        "tooltip": {"trigger": "item"},
        "series": [
            {
                "type": "sankey",
                "left": 4,
                "right": 4,
                "top": 32,  # below the buttons of the chart
                "bottom": 8,
                "nodeGap": 7,
                "nodeWidth": 12,
                "emphasis": {"focus": "adjacency"},
                "lineStyle": {"color": "gradient", "opacity": 0.35, "curveness": 0.5},
                # Both sides are named inside the picture, long names on two lines: a telephone has no room beside it.
                "label": {
                    "color": look.ink,
                    "fontSize": look.size,
                    "width": LABEL_LETTERS * look.size + 4,
                    "overflow": "break",
                },
                "labelLayout": {"hideOverlap": True},
                "data": [
                    *({"name": name, "label": {"position": "right"}} for name in sorted(givers)),
                    *({"name": name, "label": {"position": "left", "align": "right"}} for name in sorted(takers)),
                ],
                "links": [
                    {"source": link.provider_title, "target": link.consumer_title + right, "value": link.grants}
                    for link in shown
                ],
            }
        ],
    }
    columns = [
        Column("provider", _("提供部门")),
        Column("consumer", _("使用部门")),
        Column("grants", _("有效授权数"), "number"),
    ]
    rows = [{"provider": link.provider_title, "consumer": link.consumer_title, "grants": link.grants} for link in links]
    source = _("有效授权")
    if rest and look is PAPER:
        source += "；" + _("图中为授权最多的 {shown} 组，其余 {rest} 个授权见表格").format(shown=len(shown), rest=rest)
    return Chart(_("谁在向谁提供数据"), option, columns, rows, height=height, as_of=at, source=source)


def weekdays() -> list[str]:
    return [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]


def heat(
    week: Sequence[Sequence[int]], at: datetime, *, source: str, look: Look = PAPER, height: str = "medium"
) -> Chart:
    """Calls by weekday and hour (调用热力图)."""
    names = weekdays()
    hours = [f"{hour:02}" for hour in range(24)]
    option = {
        "grid": {"top": 30, "bottom": 56, "left": 8, "right": 12, "containLabel": True},
        "tooltip": {},
        "xAxis": _axis(look, type="category", data=hours, splitArea={"show": False}),
        "yAxis": _axis(look, type="category", data=names, inverse=True),
        "visualMap": {
            "min": 0,
            "max": max(1, *(calls for day in week for calls in day)),
            "orient": "horizontal",
            "left": "center",
            "bottom": 0,
            "itemHeight": 140,
            "textStyle": {"color": look.ink},
            "inRange": {"color": list(look.heat)},
        },
        "series": [
            {
                "name": _("调用次数"),
                "type": "heatmap",
                "data": [[hour, day, week[day][hour]] for day in range(7) for hour in range(24)],
                "itemStyle": {"borderWidth": 1, "borderColor": "#082443" if look is WALL else "#ffffff"},
            }
        ],
    }
    columns = [Column("day", _("星期")), *(Column(hour, hour, "number") for hour in hours)]
    rows = [{"day": names[day], **dict(zip(hours, week[day], strict=True))} for day in range(7)]
    return Chart(_("每周各时段调用次数"), option, columns, rows, height=height, as_of=at, source=source)


def ranking(
    indicator: Indicator, lines: Sequence[Ranked], at: datetime, look: Look = PAPER, height: str = "medium"
) -> Chart:
    """Ranked departments as bars, the best on top; in the table also those too small to be ranked."""
    ranked = [line for line in lines if line.place is not None]
    shown = ranked[:RANKED_SHOWN]
    scale = 100 if indicator.unit == "ratio" else 1
    unit = {"ratio": "%", "points": _("分"), "workdays": _("个工作日")}[indicator.unit]
    option = {
        "grid": {"top": 8, "bottom": 24, "left": 8, "right": 56, "containLabel": True},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": _axis(look, type="value", name=unit, splitNumber=4),
        "yAxis": _axis(look, type="category", inverse=True, data=[line.title for line in shown]),
        "series": [
            {
                "name": _(indicator.label),
                "type": "bar",
                "color": look.main,
                "barMaxWidth": 14,
                "label": {"show": True, "position": "right", "color": look.ink, "fontSize": look.size},
                "data": [round((line.figure.value or 0) * scale, 1) for line in shown],
            }
        ],
    }
    columns = [
        Column("place", _("名次"), "number"),
        Column("title", _("部门")),
        Column("value", _(indicator.label)),
        Column("counted", _("计算依据")),
    ]
    rows = [
        {
            "place": line.place or _("不参加排名"),
            "title": line.title,
            "value": value_words(line.figure, indicator.unit),
            "counted": counted_words(line.figure, indicator.unit),
        }
        for line in lines
    ]
    return Chart(_(indicator.label), option, columns, rows, height=height, as_of=at)


MAPS = ("resources", "calls", "overdue")


def map_names() -> dict[str, tuple[str, str]]:
    """What the tile map can show: title and unit."""
    return {
        "resources": (_("已发布资源"), _("项")),
        "calls": (_("本月调用"), _("次")),
        "overdue": (_("逾期环节"), _("件")),
    }


def city_tiles(cities: Sequence[CityFigures], what: str) -> list[Tile]:
    """The fourteen cities with one of their figures (示意图)."""
    figures: dict[str, int | float] = dict.fromkeys(places.CITY_TILES, 0)
    figures |= {city.code: getattr(city, what) for city in cities if city.code in figures}
    return places.city_tiles(figures, translate=_, words=number_words)


def usage(
    title: str,
    groups: Sequence[Usage],
    series: Mapping[str, tuple[str, str]],
    *,
    unit: str,
    at: datetime,
    group: str,
    names: Mapping[str, str] | None = None,
    lying: bool = False,
    height: str = "medium",
) -> Chart:
    """Stacked bars of calls by group; `lying` bars leave room for long names."""
    titles = [(names or {}).get(each.group, each.group) or _("（未识别）") for each in groups]
    categories = _axis(PAPER, type="category", data=titles, inverse=lying)
    numbers = _axis(PAPER, type="value", name="" if lying else unit, minInterval=1, splitNumber=4)
    option = {
        "grid": {"top": 28 if lying else 36, "bottom": 56, "left": 8, "right": 16, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "legend": _legend(PAPER),
        "xAxis": numbers if lying else categories,
        "yAxis": categories if lying else numbers,
        "series": [
            {
                "name": name,
                "type": "bar",
                "stack": "calls",
                "color": colour,
                "barMaxWidth": 22,
                "data": [getattr(each, field) for each in groups],
            }
            for field, (name, colour) in series.items()
        ],
    }
    columns = [Column("group", group), *(Column(field, name, "number") for field, (name, _c) in series.items())]
    rows = [
        {"group": titles[place], **{field: getattr(each, field) for field in series}}
        for place, each in enumerate(groups)
    ]
    return Chart(title, option, columns, rows, height=height, as_of=at, source=_("网关调用日志"))


def hours(title: str, calls: Sequence[int], *, at: datetime, height: str = "medium") -> Chart:
    """Calls by hour of the day."""
    names = [f"{hour:02}" for hour in range(24)]
    option = {
        "grid": {"top": 36, "bottom": 32, "left": 8, "right": 16, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": _axis(PAPER, type="category", data=names),
        "yAxis": _axis(PAPER, type="value", name=_("次"), minInterval=1, splitNumber=4),
        "series": [{"name": _("调用次数"), "type": "bar", "color": BLUE, "barMaxWidth": 18, "data": list(calls)}],
    }
    columns = [Column("hour", _("时段")), Column("calls", _("调用次数"), "number")]
    rows = [{"hour": f"{hour}:00", "calls": count} for hour, count in zip(names, calls, strict=True)]
    return Chart(title, option, columns, rows, height=height, as_of=at, source=_("网关调用日志"))


def latency(total: Usage, at: datetime) -> Chart:
    """Answered calls by how long they took (用时分布)."""
    names = [f"≤ {bound}" for bound in LATENCY_BOUNDS_MS] + [f"> {LATENCY_BOUNDS_MS[-1]}"]
    option = {
        "grid": {"top": 36, "bottom": 40, "left": 8, "right": 16, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": _axis(PAPER, type="category", data=names, name=_("毫秒")),
        "yAxis": _axis(PAPER, type="value", name=_("次"), minInterval=1, splitNumber=4),
        "series": [
            {"name": _("成功次数"), "type": "bar", "color": GREEN, "barMaxWidth": 22, "data": list(total.latency)}
        ],
    }
    columns = [Column("took", _("用时（毫秒）")), Column("calls", _("成功次数"), "number")]
    rows = [{"took": name, "calls": count} for name, count in zip(names, total.latency, strict=True)]
    return Chart(_("用时分布"), option, columns, rows, as_of=at, source=_("网关调用日志，成功的调用"))
