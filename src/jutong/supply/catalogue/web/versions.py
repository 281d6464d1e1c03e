"""Versions of a resource side by side, and two resources side by side."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest, public
from jutong.kernel import clock
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, queries, services
from jutong.supply.catalogue.domain import MatchKind, NoSuchResource
from jutong.supply.catalogue.values import Resource
from jutong.supply.catalogue.web.differences import DETAILS, words_of
from jutong.supply.catalogue.web.words import element_title, plain
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.formatting import clauses_words


@require_POST
def restore(request: SubjectRequest, code: str, number: int) -> HttpResponse:
    """Begin the next version with what an earlier one said."""
    draft_no = services.restore_version(code=code, number=number, by=request.subject, at=clock.now())
    return redirect("catalogue:draft", draft_no)


@public
@require_GET
def compare(request: SubjectRequest) -> HttpResponse:
    """Two resources element by element and item by item, differences first.

    `a` and `b` are codes, in any writing; the catalogue page sends those ticked as `code`.
    """
    ticked = request.GET.getlist("code")
    sent = ticked[:2] if ticked else [request.GET.get("a"), request.GET.get("b")]
    asked = [*(plain(text)[:80] for text in sent), ""][:2]
    found = [_found(text, request) for text in asked]
    first, second = found
    context: dict[str, Any] = {
        "a": asked[0],
        "b": asked[1],
        "first": first,
        "second": second,
        "missing": [text for text, value in zip(asked, found, strict=True) if text and value is None],
        "too_many": len(ticked) > 2,
        "too_few": len(ticked) == 1,
    }
    if first and second:
        context |= _side_by_side(first, second)
    return render(request, "catalogue/compare.html", context)


def _found(text: str, request: SubjectRequest) -> Resource | None:
    try:
        return queries.resource_of(queries.view_resource_row(text, request.subject)) if text else None
    except NoSuchResource:
        return None


def _side_by_side(first: Resource, second: Resource) -> dict[str, Any]:
    one, other = first.content.to_json(), second.content.to_json()
    differing = [name for name in domain.COMPARED if one.get(name) != other.get(name)]
    same = [name for name in domain.COMPARED if name not in differing]
    names = organisations.titles({first.content.provider_uscc, second.content.provider_uscc})

    def shown(name: str, value: Any) -> str:
        # A reader knows a department by its name.
        return names.get(value, value) if name == "provider_uscc" else words_of(name, value)

    matches = domain.matched_items(first.content, second.content, queries.same_name())
    return {
        "columns": [
            Column("element", _("元数据")),
            Column("verdict", _("比较结果"), "badge"),
            Column("first", first.title),
            Column("second", second.title),
        ],
        "rows": [
            {
                "element": _("数据资源提供方") if name == "provider_uscc" else element_title(name),
                "verdict": Badge(_("不同"), Tone.ATTENTION) if name in differing else Badge(_("相同"), Tone.MUTED),
                "first": shown(name, one.get(name)),
                "second": shown(name, other.get(name)),
            }
            for name in (*differing, *same)
        ],
        "item_columns": [
            Column("first", first.title),
            Column("second", second.title),
            Column("kind", _("对应依据"), "badge"),
            Column("differing", _("差异")),
        ],
        "items": [_match_row(match) for match in matches],
        "shared": sum(1 for match in matches if match.kind is not MatchKind.NONE),
        "alone": [
            sum(1 for match in matches if match.kind is MatchKind.NONE and match.one),
            sum(1 for match in matches if match.kind is MatchKind.NONE and match.other),
        ],
    }


_MATCH_TONES = {
    MatchKind.COLUMN: Tone.GOOD,
    MatchKind.TITLE: Tone.GOOD,
    MatchKind.MEANING: Tone.ACTIVE,
    MatchKind.NONE: Tone.MUTED,
}


def _match_row(match: domain.ItemMatch) -> dict[str, Any]:
    one, other = (item.to_json() if item else {} for item in (match.one, match.other))
    differing = [
        f"{_(DETAILS[name])}：{words_of(name, one[name])} → {words_of(name, other[name])}"
        for name in match.differing
        if name in DETAILS and name not in ("title", "column_name")
    ]
    return {
        "first": f"{match.one.title}（{match.one.column_name}）" if match.one else "—",
        "second": f"{match.other.title}（{match.other.column_name}）" if match.other else "—",
        "kind": Badge(_(match.kind.label), _MATCH_TONES[match.kind]),
        "differing": clauses_words(differing) or ("—" if match.kind is MatchKind.NONE else _("无差异")),
    }
