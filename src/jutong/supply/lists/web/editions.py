"""已发布清单: the editions of each list, what one says, and how two differ. Society reads those that are public."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest, public
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.policy import POST_NAMES, Post
from jutong.kernel.text import N_
from jutong.supply.lists import models, queries
from jutong.supply.lists.domain import Difference, compare
from jutong.supply.lists.domain.comparing import Change
from jutong.supply.lists.values import DemandState, Half, ListKind
from jutong.supply.lists.web import words
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.formatting import clauses_words
from jutong.ui.lists import Filter, Listing

_TONES = {Change.ADDED: Tone.GOOD, Change.CHANGED: Tone.ATTENTION, Change.REMOVED: Tone.BAD}
SHOWN_DIFFERENCES = 500

CELLS = {
    "title": N_("数据名称"),
    "resource_code": N_("资源代码"),
    "demander": N_("需求部门"),
    "purpose": N_("用途"),
    "items": N_("数据项"),
    "basis": N_("依据"),
    "responsible": N_("责任部门"),
    "provider": N_("提供部门"),
    "wanted_by": N_("需要日期"),
    "promised_on": N_("承诺提供日期"),
    "state": N_("状态"),
    "reason": N_("理由"),
    "kinds": N_("责任种类"),
    "cycle": N_("更新周期"),
    "contact_post": N_("联系岗位"),
    "demand_no": N_("对应需求"),
    "half": N_("范围"),
}


def cell_words(name: str, value: Any) -> str:
    """A cell of an edition in the reader's language."""
    if value in (None, "", []):
        return "—"
    if name == "state":
        return _(DemandState(value).label)
    if name == "half":
        return _(Half(value).label)
    if name == "kinds":
        return words.duties_words(value)
    if name == "cycle":
        return _(UpdateCycle(value).label)
    if name == "contact_post":
        return _(POST_NAMES[Post(value)])
    return _(value) if name == "basis" else str(value)


def _rows(request: HttpRequest, found: Sequence[models.Edition]) -> list[dict[str, Any]]:
    return [
        {
            "edition": (edition_title(row), reverse("lists:edition", args=[row.kind, row.number])),
            "round": row.round.title,
            "entries": row.entries_count,
            "added": row.added,
            "changed": row.changed,
            "removed": row.removed,
            "published_at": row.published_at,
            "digest": row.digest,
        }
        for row in found
    ]


def edition_title(row: models.Edition) -> str:
    """数据共享负面清单（第 2 版）."""
    return _("{title}（第 {number} 版）").format(title=words.list_title(row.kind), number=row.number)


EDITIONS = Listing(
    name="lists.editions",
    title=N_("已发布清单"),
    section=N_("数据目录"),
    unit=N_("版"),
    columns=(
        Column("edition", N_("清单"), "link"),
        Column("round", N_("批次")),
        Column("entries", N_("事项数"), "number", sort="entries_count"),
        Column("added", N_("新增"), "number"),
        Column("changed", N_("变更"), "number"),
        Column("removed", N_("移出"), "number"),
        Column("published_at", N_("发布时间"), "moment", sort="published_at"),
        Column("digest", N_("内容摘要值（SHA-256）"), "code", only="file"),
    ),
    rows=_rows,
    search=("round__title",),
    placeholder=N_("批次名称"),
    filters=(Filter.of("kind", N_("清单"), ListKind),),
    default="-published_at",
    api="/api/v1/lists/editions",
)


@public
@require_GET
def edition_list(request: SubjectRequest) -> HttpResponseBase:
    """The editions one may read, the newest first."""
    return EDITIONS.respond(request, queries.editions(request.subject))


def _entry_rows(request: HttpRequest, found: Sequence[models.EditionEntry]) -> list[dict[str, Any]]:
    return [
        {"entry_no": row.entry_no, **{name: cell_words(name, row.content.get(name)) for name in CELLS}} for row in found
    ]


def _columns(*names: str, only_file: tuple[str, ...] = ()) -> tuple[Column, ...]:
    cells = tuple(Column(name, CELLS[name], only="file" if name in only_file else "") for name in names)
    return (Column("entry_no", N_("事项编号"), "code"), Column("title", N_("数据名称")), *cells)


_SEARCH = ("title", "entry_no", "resource_code")
_PLACEHOLDER = N_("数据名称、编号或资源代码")
_API = "/api/v1/lists/editions"

DEMAND_ENTRIES = Listing(
    name="lists.edition.demand",
    title=ListKind.DEMAND.label,
    section=N_("数据目录"),
    unit=N_("项"),
    columns=_columns(
        "demander",
        "purpose",
        "resource_code",
        "items",
        "responsible",
        "wanted_by",
        "promised_on",
        "state",
        "reason",
        only_file=("purpose", "items", "promised_on", "reason"),
    ),
    rows=_entry_rows,
    search=_SEARCH,
    placeholder=_PLACEHOLDER,
    api=_API,
)
RESPONSIBILITY_ENTRIES = Listing(
    name="lists.edition.responsibility",
    title=ListKind.RESPONSIBILITY.label,
    section=N_("数据目录"),
    unit=N_("项"),
    columns=_columns("responsible", "resource_code", "kinds", "cycle", "basis", "contact_post"),
    rows=_entry_rows,
    search=_SEARCH,
    placeholder=_PLACEHOLDER,
    api=_API,
)
NEGATIVE_ENTRIES = Listing(
    name="lists.edition.negative",
    title=ListKind.NEGATIVE.label,
    section=N_("数据目录"),
    unit=N_("项"),
    columns=_columns("half", "provider", "resource_code", "reason", "basis"),
    rows=_entry_rows,
    search=_SEARCH,
    placeholder=_PLACEHOLDER,
    api=_API,
)
ENTRIES = {
    ListKind.DEMAND: DEMAND_ENTRIES,
    ListKind.RESPONSIBILITY: RESPONSIBILITY_ENTRIES,
    ListKind.NEGATIVE: NEGATIVE_ENTRIES,
}


@public
@require_GET
def one(request: SubjectRequest, kind: str, number: int) -> HttpResponseBase:
    """One edition: its entries, and where it differs from the one before."""
    row = queries.get_edition(kind, number, request.subject)
    context = {
        "row": row,
        "title": edition_title(row),
        "differences_url": reverse("lists:differences", args=[kind, number]) if number > 1 else "",
        "api_path": f"/api/v1/lists/editions/{kind}/{number}",
    }
    return ENTRIES[ListKind(kind)].respond(request, queries.entries_of(row), "lists/edition.html", context)


@public
@require_GET
def differences(request: SubjectRequest, kind: str, number: int) -> HttpResponse:
    """What changed since an earlier edition: the one before, or `?from=`."""
    row = queries.get_edition(kind, number, request.subject)
    asked = request.GET.get("from", "")
    earlier = int(asked) if asked.isdecimal() and len(asked) < 7 else number - 1
    if not 1 <= earlier < number:
        raise Http404
    before = queries.get_edition(kind, earlier, request.subject)
    found = compare(queries.contents_of(before), queries.contents_of(row))
    context = {
        "row": row,
        "title": edition_title(row),
        "before": before,
        "count": len(found),
        "columns": [
            Column("entry_no", _("事项编号"), "code"),
            Column("title", _("数据名称")),
            Column("change", _("差异"), "badge"),
            Column("before", _("原内容")),
            Column("after", _("现内容")),
        ],
        "rows": [difference_row(each) for each in found[:SHOWN_DIFFERENCES]],
        "api_path": f"/api/v1/lists/editions/{kind}/{number}/differences",
    }
    return render(request, "lists/differences.html", context)


def difference_row(each: Difference) -> dict[str, Any]:
    """One difference in words."""
    return {
        "entry_no": each.entry_no,
        "title": each.title,
        "change": Badge(_(each.change.label), _TONES[each.change]),
        "before": _said(each.before) if each.change is Change.CHANGED else "—",
        "after": _said(each.after) if each.change is Change.CHANGED else "—",
    }


def _said(content: Any) -> str:
    return clauses_words((f"{_(CELLS.get(name, name))}：{cell_words(name, value)}" for name, value in content.items()))
