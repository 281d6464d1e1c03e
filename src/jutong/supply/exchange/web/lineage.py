"""数据血缘: from source column to delivered column, and who is touched when a column changes."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.registry.organisations import api as organisations
from jutong.supply.exchange import queries
from jutong.supply.exchange.values import Lineage, LineageColumn
from jutong.supply.mounting.values import MountKind
from jutong.ui.components import Chart, Column
from jutong.ui.formatting import listed_words

ITEMS_DRAWN: Final = 30
_FROM: Final = "\u200b"
_TO: Final = "\u200c"
"""Marks without width, so that a source's column, an item and a department of one name stay three nodes."""


@require_GET
def lineage(request: SubjectRequest, code: str) -> HttpResponse:
    """One resource: picture, table of items, receivers."""
    found = queries.get_lineage(code, request.subject, at=clock.now())
    names = organisations.titles({found.provider_uscc, *(each.organisation for each in found.recipients)}, short=True)
    context = {
        "lineage": found,
        "facts": [
            (_("提供方"), names.get(found.provider_uscc, found.provider_uscc)),
            (_("挂载方式"), _(MountKind(found.kind).label)),
            (_("数据源编号"), found.source_no or "—"),
            (_("来源"), found.place),
            (_("归集库表"), found.relation or _("不归集，调用时向来源取数")),
        ],
        "chart": chart_of(found, names),
        "recipient_columns": [
            Column("organisation", _("使用部门")),
            Column("way", _("方式")),
            Column("reference", _("授权编号"), "code"),
            Column("columns", _("数据项"), "number"),
            Column("masked", _("其中脱敏"), "number"),
            Column("until", _("有效期至"), "moment"),
        ],
        "recipients": [
            {
                "organisation": names.get(each.organisation, each.organisation),
                "way": _(each.way),
                "reference": each.reference,
                "columns": len(each.columns),
                "masked": len(each.masked),
                "until": each.until,
            }
            for each in found.recipients
        ],
        "api_path": f"/api/v1/exchange/lineage/{found.resource_code}",
        "up": reverse("catalogue:resource", args=[found.resource_code]),
    }
    return render(request, "exchange/lineage.html", context)


def chart_of(found: Lineage, names: Mapping[str, str]) -> Chart:
    """The way of each item as a picture, and all of it as a table."""
    drawn = found.columns[:ITEMS_DRAWN]
    links = [
        {"source": _FROM + column.source, "target": _node(column), "value": 1} for column in drawn if column.source
    ]
    for column in drawn:
        receivers = {each.organisation for each in found.receivers_of(column.column)}
        links += [
            {"source": _node(column), "target": _TO + names.get(uscc, uscc), "value": 1} for uscc in sorted(receivers)
        ]
    nodes = dict.fromkeys(end for link in links for end in (link["source"], link["target"]))
    option = {
        "tooltip": {"trigger": "item"},
        "series": [
            {
                "type": "sankey",
                # An item that nobody receives stays among the items.
                "nodeAlign": "left",
                "left": 4,
                "right": 4,
                "top": 32,
                "bottom": 8,
                "nodeGap": 6,
                "nodeWidth": 10,
                "emphasis": {"focus": "trajectory"},
                "lineStyle": {"color": "gradient", "opacity": 0.35, "curveness": 0.5},
                "label": {"width": 120, "overflow": "truncate"},
                "labelLayout": {"hideOverlap": True},
                "data": [{"name": name, **_label_of(str(name))} for name in nodes],
                "links": links,
            }
        ],
    }
    columns = [
        Column("source", _("来源列"), "code"),
        Column("source_type", _("来源类型"), "code"),
        Column("item", _("数据项")),
        Column("column", _("字段名"), "code"),
        Column("data_type", _("数据类型"), "code"),
        Column("receivers", _("变动影响的部门")),
        Column("more", _("变动另影响")),
    ]
    source = _("挂载、目录和有效授权")
    if len(found.columns) > len(drawn):
        source += "；" + _("图中为前 {shown} 个数据项，其余见表格").format(shown=len(drawn))
    rows = [_row(found, column, names) for column in found.columns]
    height = "small" if len(drawn) < 6 else "medium" if len(drawn) < 12 else "tall"
    return Chart(_("从来源列到使用部门"), option, columns, rows, height=height, as_of=clock.now(), source=source)


def _row(found: Lineage, column: LineageColumn, names: Mapping[str, str]) -> dict[str, Any]:
    receivers = {each.organisation for each in found.receivers_of(column.column)}
    more = [words for holds, words in ((column.key, _("主键")), (column.watermark, _("增量依据"))) if holds]
    return {
        "source": column.source or "—",
        "source_type": column.source_type,
        "item": column.item,
        "column": column.column,
        "data_type": column.data_type,
        "receivers": listed_words(sorted(names.get(uscc, uscc) for uscc in receivers)) or "—",
        "more": listed_words(more),
    }


def _node(column: LineageColumn) -> str:
    return column.item


def _label_of(name: str) -> dict[str, Any]:
    return {"label": {"position": "left", "align": "right"}} if name.startswith(_TO) else {}
