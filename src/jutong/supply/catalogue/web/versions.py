"""Versions of a resource side by side, and two resources side by side."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest, public
from jutong.kernel import clock
from jutong.supply.catalogue import domain, queries, services
from jutong.supply.catalogue.domain import NoSuchResource
from jutong.supply.catalogue.web.differences import difference_columns, difference_rows, words_of
from jutong.supply.catalogue.web.words import element_title, plain
from jutong.ui.components import Column


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
            "rows": [
                {
                    "element": element_title(name),
                    "first": words_of(name, first.content.to_json().get(name)),
                    "second": words_of(name, second.content.to_json().get(name)),
                }
                for name in domain.COMPARED
            ],
            "shared": [f"{one.title}（{one.column_name}／{other.column_name}）" for one, other in shared],
            "difference_columns": difference_columns(),
            "items": difference_rows(
                each for each in domain.compare(first.content, second.content) if each.element == "items"
            ),
        }
    return render(request, "catalogue/compare.html", context)
