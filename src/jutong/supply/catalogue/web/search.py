"""资源检索: search with facets, in the address so that a page can be sent to a colleague."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import HttpRequest
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
from jutong.supply.catalogue import domain, models, queries, services
from jutong.supply.catalogue.values import Level, parse_format
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
from jutong.ui.formatting import day_words, listed_words, number_words, ratio_words
from jutong.ui.lists import MEDIA_TYPES, Listing

PAGE_ROWS = 20
SHOWN: Final = "show"
"""The parameter that names an extended element to be shown with each result."""
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
            "formats": listed_words(parse_format(text).name for text in row.formats),
            "sharing_type": share_badge(row.sharing_type),
            "sharing_condition": row.sharing_condition,
            "open": _("开放") if queries.is_opened(row) else _("不开放"),
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
    asked = queries.search_of(request.GET)
    prepared = queries.prepare(request.subject, asked)
    fields = queries.extended_fields(on=clock.local_day(clock.now()))
    choices = queries.extended_choices(fields)
    tally = queries.tally(prepared, choices)
    kind = request.GET.get("file", "")
    if kind in MEDIA_TYPES and request.subject.signed_in:
        titles = organisations.titles(tally.facets["providers"].keys(), short=True)
        rows = queries.find(request.subject, asked)
        return with_extended(RESOURCES).file(
            request, rows, kind, facets=[*_facets(asked, tally, titles), *_extended_facets(asked, tally, choices)]
        )
    last = max(1, -(-min(tally.total, queries.COUNT_LIMIT) // PAGE_ROWS))
    number = min(max(1, _whole(request.GET.get("page"), 1)), last)
    part = queries.page(prepared, offset=(number - 1) * PAGE_ROWS, limit=PAGE_ROWS)
    titles = organisations.titles(
        {row.provider_uscc for row in part} | tally.facets["providers"].keys(), short=True
    )  # fmt: skip
    reasons = queries.reasons(part, prepared.words)
    names = list(dict.fromkeys(each.name for each in fields))
    shown = [name for name in names if name in request.GET.getlist(SHOWN)]
    context = {
        "asked": asked,
        "rows": [found_row(row, titles, prepared.words, reasons.get(row.pk, ()), shown) for row in part],
        "tally": tally,
        "asking": bool(services.tidy_question(request.GET.urlencode())),
        "pages": Pages(number, last, tally.total, tally.total_is_about, window_of(number, last)),
        "facets": [
            *_facets(asked, tally, titles),
            *_extended_facets(asked, tally, choices),
            *_shown_facet(names, shown),
        ],
        "sorts": [
            Sorting("newest", _("相关优先，最新发布") if asked.text else _("最新发布")),
            Sorting("title", _("资源名称")),
            Sorting("code", _("资源代码")),
        ],
        "sort": asked.sort,
        "totals": _totals(request),
        "counted_at": clock.now(),
        "classes_chart": _classes_chart(tally.facets["classes"]),
        "tiles": _tiles(tally.facets["providers"]),
        "api_path": f"/api/v1/catalogue/resources?{request.GET.urlencode()}".rstrip("?"),
    }
    return render(request, "catalogue/search.html", context)


def share_badge(kind: int) -> Badge:
    """The sharing type as a badge."""
    return Badge(_(ShareType(kind).label), SHARE_TONES[ShareType(kind)])


def list_row(row: models.Resource, titles: Mapping[str, str]) -> ListRow:
    """A resource as a result of a search; `titles` names the organisations."""
    badges = [share_badge(row.sharing_type)]
    if queries.is_opened(row):
        badges.append(Badge(_("开放"), Tone.ACTIVE))
    if row.mounted_at is None and row.sharing_type != ShareType.NOT_SHARED:
        badges.append(Badge(_("未挂载"), Tone.MUTED))
    formats = listed_words(parse_format(text).name for text in row.formats)
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


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A result with the words asked for marked, and where else in the entry they stand."""

    code: str
    row: ListRow
    title: Sequence[tuple[str, bool]]
    summary: Sequence[tuple[str, bool]]
    reasons: Sequence[tuple[str, Sequence[tuple[str, bool]]]]


def found_row(
    row: models.Resource,
    titles: Mapping[str, str],
    words: Sequence[domain.Word],
    reasons: Sequence[queries.Reason],
    shown: Sequence[str] = (),
) -> FoundRow:
    """A resource as the search page shows it, with the extended elements that the reader wants to see."""
    found = list_row(row, titles)
    told = [Fact(f"{name}：{row.extended[name]}", "list-details", name) for name in shown if row.extended.get(name)]
    return FoundRow(
        row.code,
        replace(found, facts=[*found.facts, *told]),
        domain.marked(row.title, words),
        domain.marked(row.summary, words),
        [(_(REASON_TITLES[reason.place]), domain.marked(reason.text, words)) for reason in reasons],
    )


REASON_TITLES: Final = {
    "provider": N_("提供方"),
    "office": N_("内设机构"),
    "code": N_("数据资源代码"),
    "item": N_("数据项"),
    "column": N_("字段名"),
    "related": N_("关联资源代码"),
    "pinyin": N_("名称拼音"),
}


def _facets(asked: queries.Search, tally: queries.Tally, titles: Mapping[str, str]) -> list[Facet]:
    counts = tally.facets
    classes = counts["classes"]
    providers = sorted(counts["providers"].items(), key=lambda found: (-found[1], found[0]))
    for uscc in asked.providers:
        if uscc not in counts["providers"]:
            providers.append((uscc, 0))

    def title(name: str, words: str) -> str:
        return _("{facet}（约）").format(facet=words) if name in tally.about else words

    return [
        *_node_facet(asked.classification),
        Facet(
            "class",
            title("classes", _("资源分类")),
            [
                Choice(str(kind.value), _(kind.label), classes.get(str(kind.value), 0), kind.value in asked.classes)
                for kind in ResourceClass
            ],
        ),
        Facet(
            "sharing_type",
            title("sharing_types", _("共享类型")),
            _choices(ShareType, counts["sharing_types"], asked.sharing_types),
        ),
        Facet("open", title("open", _("开放属性")), _choices(OpenFlag, counts["open"], asked.open)),
        Facet(
            "provider",
            title("providers", _("提供部门")),
            [Choice(uscc, titles.get(uscc, uscc), count, uscc in asked.providers) for uscc, count in providers],
        ),
        Facet("level", title("levels", _("层级属性")), _choices(Level, counts["levels"], asked.levels)),
        Facet(
            "format",
            title("format_groups", _("资源格式")),
            _choices(FormatGroup, counts["format_groups"], asked.format_groups),
        ),
        Facet("cycle", title("cycles", _("更新周期")), _choices(UpdateCycle, counts["cycles"], asked.cycles)),
        Facet(
            "mounted",
            title("mounted", _("挂载状态")),
            [
                Choice(value, words, counts["mounted"].get(held, 0), asked.mounted is held)
                for value, words, held in (("1", _("已挂载"), True), ("0", _("未挂载"), False))
                if counts["mounted"].get(held) or asked.mounted is held
            ],
            single=True,
        ),
    ]


def _extended_facets(asked: queries.Search, tally: queries.Tally, choices: Mapping[str, Sequence[str]]) -> list[Facet]:
    """Extended elements that entries say something in, and those narrowed by."""
    found = []
    # What an old link still narrows by is shown too, so that it can be taken off.
    everything = {**dict.fromkeys(asked.said, ()), **choices}
    for number, (name, values) in enumerate(everything.items(), start=1):
        key = queries.EXTENDED + name
        counts, chosen = tally.facets.get(key), asked.said.get(name, ())
        offered = [
            Choice(f"{name}={value}", value, None if counts is None else counts.get(value, 0), value in chosen)
            for value in dict.fromkeys((*values, *chosen))
            if (counts and counts.get(value)) or value in chosen
        ]
        if offered:
            title = _("{facet}（约）").format(facet=name) if key in tally.about else name
            found.append(Facet("extended", title, offered, mark=f"-{number}"))
    return found


def _shown_facet(names: Sequence[str], shown: Sequence[str]) -> list[Facet]:
    """Which extended elements stand with each result: the reader's choice, in the address like the others."""
    choices = [Choice(name, name, None, name in shown) for name in names]
    return [Facet(SHOWN, _("显示扩展元数据"), choices)] if choices else []


def _node_facet(code: str) -> list[Facet]:
    """The node of the tree by which a link narrowed the list, so that it can be seen and taken off."""
    if not code:
        return []
    name = queries.classification_names([code]).get(code, "")
    return [Facet("classification", _("所在分类"), [Choice(code, f"{code} {name}".strip(), None, True)])]


def _choices(kinds: Any, counts: Mapping[Any, int], chosen: tuple[Any, ...]) -> list[Choice]:
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


def _classes_chart(classes: Mapping[str, int]) -> Chart:
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


def _tiles(providers: Mapping[str, int]) -> list[Tile]:
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


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else default
