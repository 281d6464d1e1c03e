"""Versions of a resource side by side, and two resources side by side."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest, public
from jutong.kernel import clock
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, queries, services
from jutong.supply.catalogue.domain import DifferenceKind, NoSuchResource
from jutong.supply.catalogue.values import Content
from jutong.supply.catalogue.web.differences import difference_rows, words_of
from jutong.supply.catalogue.web.words import element_title, plain
from jutong.ui.components import Badge, Column, Tone

# Two resources are not before and after: what one has more is not new.
_ONLY_IN: Final = {
    DifferenceKind.ADDED: N_("仅资源二有"),
    DifferenceKind.CHANGED: N_("不同"),
    DifferenceKind.REMOVED: N_("仅资源一有"),
}


@require_POST
def restore(request: SubjectRequest, code: str, number: int) -> HttpResponse:
    """Begin the next version with what an earlier one said."""
    draft_no = services.restore_version(code=code, number=number, by=request.subject, at=clock.now())
    return redirect("catalogue:draft", draft_no)


@public
@require_GET
def compare(request: SubjectRequest) -> HttpResponse:
    """Two resources, or two versions of one, element by element; `a` and `b` are codes, in any writing."""
    asked = [plain(request.GET.get(name))[:80] for name in ("a", "b")]
    found = []
    for text in asked:
        try:
            found.append(queries.resource_of(queries.view_resource_row(text, request.subject)) if text else None)
        except NoSuchResource:
            found.append(None)
    first, second = found
    context: dict[str, Any] = {
        "a": asked[0],
        "b": asked[1],
        "first": first,
        "second": second,
        "missing": [text for text, value in zip(asked, found, strict=True) if text and value is None],
    }
    if first and second:
        shared = domain.shared_items(first.content, second.content)
        context |= {
            "columns": [
                Column("element", _("元数据")),
                Column("first", first.title),
                Column("second", second.title),
            ],
            "rows": _rows(first.content, second.content),
            "shared": [f"{one.title}（{one.column_name}／{other.column_name}）" for one, other in shared],
            "difference_columns": [
                Column("part", _("数据项或内容")),
                Column("kind", _("差异"), "badge"),
                Column("before", first.title),
                Column("after", second.title),
            ],
            "items": [
                {**shown, "kind": Badge(_(_ONLY_IN[each.kind]), Tone.NEUTRAL)}
                for each, shown in _item_differences(first.content, second.content)
            ],
        }
    return render(request, "catalogue/compare.html", context)


def _rows(first: Content, second: Content) -> list[dict[str, Any]]:
    one, other = first.to_json(), second.to_json()
    names = organisations.titles({first.provider_uscc, second.provider_uscc})
    provider = {
        "element": _("数据资源提供方"),
        "first": names.get(first.provider_uscc, "—"),
        "second": names.get(second.provider_uscc, "—"),
    }
    rows = [
        {
            "element": element_title(name),
            "first": words_of(name, one.get(name)),
            "second": words_of(name, other.get(name)),
        }
        for name in domain.COMPARED
    ]
    rows.insert(domain.COMPARED.index("provider_uscc"), provider)
    return rows


def _item_differences(first: Content, second: Content) -> list[tuple[domain.Difference, dict[str, Any]]]:
    found = [each for each in domain.compare(first, second) if each.element == "items"]
    return list(zip(found, difference_rows(found), strict=True))
