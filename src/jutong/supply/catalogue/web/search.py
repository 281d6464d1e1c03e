"""资源检索: search with facets, in the address so that a page can be sent to a colleague."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest, public
from jutong.kernel import clock
from jutong.kernel.codes.region import RegionCode
from jutong.kernel.codes.resource_code import ResourceClass
from jutong.kernel.codes.sharing import FormatGroup, OpenFlag, ShareType, UpdateCycle
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import models, queries
from jutong.supply.catalogue.values import parse_format
from jutong.supply.catalogue.web.extension import with_extended
from jutong.ui.components import (
    Badge,
    Chart,
    Choice,
    Column,
    Facet,
    Fact,
    ListRow,
    Pages,
    Sorting,
    Tile,
    Tone,
    Total,
    window_of,
)
from jutong.ui.formatting import day_words, number_words, ratio_words
from jutong.ui.lists import MEDIA_TYPES, Listing

PAGE_ROWS = 20
SHARE_TONES = {
    ShareType.UNCONDITIONAL: Tone.GOOD,
    ShareType.CONDITIONAL: Tone.ATTENTION,
    ShareType.NOT_SHARED: Tone.MUTED,
}

# 示意图: the fourteen cities about where they lie, without any border.
_CITY_TILES = {
    "450100": (4, 3), "450200": (2, 4), "450300": (1, 5), "450400": (3, 6), "450500": (5, 4),
    "450600": (5, 2), "450700": (5, 3), "450800": (4, 4), "450900": (4, 5), "451000": (3, 1),
    "451100": (2, 6), "451200": (2, 3), "451300": (3, 4), "451400": (4, 2),
}  # fmt: skip


def _file_rows(request: HttpRequest, found: Sequence[models.Resource]) -> list[dict[str, Any]]:
    titles = organisations.titles({row.provider_uscc for row in found})
    return [
        {
            "code": row.code,
            "title": row.title,
            "class": _(ResourceClass(int(row.code[0])).label),
            "provider": titles.get(row.provider_uscc, row.provider_uscc),
            "uscc": row.provider_uscc,
            "office": row.provider_office,
            "summary": row.summary,
            "formats": "、".join(parse_format(text).name for text in row.formats),
            "sharing_type": share_badge(row.sharing_type),
            "sharing_condition": row.sharing_condition,
            "open": _("开放") if row.open else _("不开放"),
            "cycle": _(UpdateCycle(row.update_cycle).label),
            "published_on": row.published_on,
            "mounted_at": row.mounted_at,
        }
        for row in found
    ]


# For its files; the page shows results as cards, with counts beside each facet.
RESOURCES = Listing(
    name="catalogue.resources",
    title=N_("数据资源目录"),
    unit=N_("项"),
    columns=(
        Column("code", N_("数据资源代码"), "code"),
        Column("title", N_("数据资源名称")),
        Column("class", N_("资源分类")),
        Column("provider", N_("提供方")),
        Column("uscc", N_("提供方代码"), "code"),
        Column("office", N_("提供方内设机构")),
        Column("summary", N_("资源摘要")),
        Column("formats", N_("资源格式")),
        Column("sharing_type", N_("共享类型")),
        Column("sharing_condition", N_("共享条件")),
        Column("open", N_("开放属性")),
        Column("cycle", N_("更新周期")),
        Column("published_on", N_("发布日期"), "day"),
        Column("mounted_at", N_("挂载时间"), "moment"),
    ),
    rows=_file_rows,
    finds=True,
)


@public
@require_GET
def search(request: SubjectRequest) -> HttpResponseBase:
    """The catalogue page. The public sees what is open to society."""
    asked = read_search(request.GET)
    rows = queries.find(request.subject, asked)
    kind = request.GET.get("file", "")
    if kind in MEDIA_TYPES and request.subject.signed_in:
        return with_extended(RESOURCES).file(request, rows, kind, facets=_facets(asked, *_counted(request, asked)))
    total = queries.count_of(rows)
    capped = total > queries.COUNT_LIMIT
    last = max(1, -(-min(total, queries.COUNT_LIMIT) // PAGE_ROWS))
    number = min(max(1, _whole(request.GET.get("page"), 1)), last)
    part = list(rows[(number - 1) * PAGE_ROWS : number * PAGE_ROWS])
    counts, titles = _counted(request, asked, {row.provider_uscc for row in part})
    context = {
        "asked": asked,
        "rows": [list_row(row, titles) for row in part],
        "pages": Pages(number, last, min(total, queries.COUNT_LIMIT), capped, window_of(number, last)),
        "facets": _facets(asked, counts, titles),
        "sorts": [
            Sorting("newest", _("相关优先，最新发布") if asked.text else _("最新发布")),
            Sorting("title", _("资源名称")),
            Sorting("code", _("资源代码")),
        ],
        "sort": asked.sort,
        "totals": _totals(request),
        "counted_at": clock.now(),
        "classes_chart": _classes_chart(counts["classes"]),
        "tiles": _tiles(counts["providers"]),
        "api_path": f"/api/v1/catalogue/resources?{request.GET.urlencode()}".rstrip("?"),
    }
    return render(request, "catalogue/search.html", context)


def _counted(
    request: SubjectRequest, asked: queries.Search, providers: set[str] | None = None
) -> tuple[dict[str, dict[Any, int]], dict[str, str]]:
    counts = queries.facet_counts(request.subject, asked)
    return counts, organisations.titles((providers or set()) | counts["providers"].keys(), short=True)


def read_search(query: QueryDict) -> queries.Search:
    """The question an address asks; values that do not exist are left out."""
    return queries.checked_search(
        queries.Search(
            text=query.get("q", ""),
            classes=_wholes(query.getlist("class")),
            sharing_types=_wholes(query.getlist("sharing_type")),
            open=tuple(value == "1" for value in query.getlist("open") if value in {"0", "1"}),
            providers=tuple(query.getlist("provider")),
            cycles=_wholes(query.getlist("cycle")),
            format_groups=tuple(query.getlist("format")),
            classification=query.get("classification", ""),
            mounted={"1": True, "0": False}.get(query.get("mounted", "")),
            sort=query.get("sort", "newest"),
        )
    )


def share_badge(kind: int) -> Badge:
    """The sharing type as a badge."""
    return Badge(_(ShareType(kind).label), SHARE_TONES[ShareType(kind)])


def list_row(row: models.Resource, titles: dict[str, str]) -> ListRow:
    """A resource as a result of a search; `titles` names the organisations."""
    badges = [share_badge(row.sharing_type)]
    if row.open:
        badges.append(Badge(_("开放"), Tone.ACTIVE))
    if row.mounted_at is None and row.sharing_type != ShareType.NOT_SHARED:
        badges.append(Badge(_("未挂载"), Tone.MUTED))
    formats = "、".join(parse_format(text).name for text in row.formats)
    return ListRow(
        title=row.title,
        url=reverse("catalogue:resource", args=[row.code]),
        summary=row.summary,
        badges=badges,
        facts=[
            Fact(titles.get(row.provider_uscc, row.provider_uscc), "building", _("提供方")),
            Fact(row.code, "", _("数据资源代码"), code=True),
            Fact(formats, "file", _("资源格式")),
            Fact(_(UpdateCycle(row.update_cycle).label), "refresh", _("更新周期")),
            Fact(day_words(row.published_on), "calendar", _("发布日期")),
        ],
    )


def _facets(asked: queries.Search, counts: dict[str, dict[Any, int]], titles: dict[str, str]) -> list[Facet]:
    classes = counts["classes"]
    providers = sorted(counts["providers"].items(), key=lambda found: (-found[1], found[0]))
    for uscc in asked.providers:
        if uscc not in counts["providers"]:
            providers.append((uscc, 0))
    return [
        Facet(
            "class",
            _("资源分类"),
            [
                Choice(str(kind.value), _(kind.label), classes.get(str(kind.value), 0), kind.value in asked.classes)
                for kind in ResourceClass
            ],
        ),
        Facet("sharing_type", _("共享类型"), _choices(ShareType, counts["sharing_types"], asked.sharing_types)),
        Facet("open", _("开放属性"), _choices(OpenFlag, counts["open"], asked.open)),
        Facet(
            "provider",
            _("提供部门"),
            [Choice(uscc, titles.get(uscc, uscc), count, uscc in asked.providers) for uscc, count in providers],
        ),
        Facet("format", _("资源格式"), _choices(FormatGroup, counts["format_groups"], asked.format_groups)),
        Facet("cycle", _("更新周期"), _choices(UpdateCycle, counts["cycles"], asked.cycles)),
    ]


def _choices(kinds: Any, counts: dict[Any, int], chosen: tuple[Any, ...]) -> list[Choice]:
    return [
        Choice(str(kind.value), _(kind.label), counts.get(kind.value, 0), kind.value in chosen)
        for kind in kinds
        if counts.get(kind.value) or kind.value in chosen
    ]


def _totals(request: SubjectRequest) -> list[Total]:
    found = queries.totals(request.subject)
    ratio = found["mounted"] / found["mountable"] if found["mountable"] else None
    return [
        Total(number_words(found["resources"]), _("目录总数"), _("项")),
        Total(number_words(found["providers"]), _("提供部门"), _("个")),
        Total(number_words(found["open"]), _("开放资源"), _("项"), url="?open=1"),
        Total(
            ratio_words(ratio),
            _("挂载率"),
            hint=_("已挂载资源 ÷ 已发布的无条件和有条件共享资源"),
        ),
    ]


def _classes_chart(classes: dict[str, int]) -> Chart:
    rows = [{"class": _(kind.label), "count": classes.get(str(kind.value), 0)} for kind in ResourceClass]
    option = {
        "tooltip": {"trigger": "item"},
        "legend": {"bottom": 0, "orient": "vertical"},
        "series": [
            {
                "type": "pie",
                "radius": ["38%", "60%"],
                "center": ["50%", "36%"],
                "label": {"show": False},
                "data": [{"name": row["class"], "value": row["count"]} for row in rows],
            }
        ],
    }
    columns = [Column("class", _("资源分类")), Column("count", _("资源数（项）"), "number")]
    return Chart(_("资源分类"), option, columns, rows, height="medium", as_of=clock.now())


def _tiles(providers: dict[str, int]) -> list[Tile]:
    counts = dict.fromkeys(_CITY_TILES, 0)
    names = organisations.region_titles(_CITY_TILES)
    regions = {found.uscc: found.region_code for found in organisations.departments()} if providers else {}
    for uscc, count in providers.items():
        region = regions.get(uscc, "")
        city = f"{region[:4]}00"
        if city in counts:
            counts[city] += count
    most = max(counts.values()) or 1
    return [
        Tile(
            names.get(code, str(RegionCode.parse(code))).removesuffix("市"),
            row,
            column,
            number_words(counts[code]),
            -(-4 * counts[code] // most),
        )
        for code, (row, column) in _CITY_TILES.items()
    ]


def _wholes(texts: list[str]) -> tuple[int, ...]:
    return tuple(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 4)


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else default
