"""What duplicates show on other pages: whose the data of a resource is, and what a draft may collect again."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest
from jutong.kernel.policy import decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.duplicates import policy, queries
from jutong.supply.duplicates.values import Standing
from jutong.supply.duplicates.web.negotiations import standing_badge
from jutong.ui.formatting import listed_words


@require_GET
def resource(request: SubjectRequest, code: str) -> HttpResponse:
    """The source department, the negotiation under way, and to reviewers the pairs that wait; empty where none is."""
    found = catalogue.view_resource(code, by=request.subject)
    ruling = queries.find_ruling(found.code)
    under_way = queries.open_case_of(found.code)
    # What is being negotiated is shown to those who may see the negotiation.
    if under_way and not any(decide(request.subject, policy.VIEW_NEGOTIATION, f) for f in queries.facts_of(under_way)):
        under_way = None
    waiting = queries.waiting_pairs(found.code, request.subject)
    context = {
        "ruling": ruling,
        "badge": standing_badge(ruling.standing) if ruling else None,
        "checks": ruling is not None and ruling.standing is Standing.CHECKER,
        "department": organisations.titles([ruling.source_uscc]).get(ruling.source_uscc, "") if ruling else "",
        "source_title": catalogue.titles([ruling.source_code]).get(ruling.source_code, "") if ruling else "",
        "may_see": ruling is not None and queries.negotiations(request.subject).filter(case_no=ruling.case_no).exists(),
        "under_way": under_way,
        "waiting": waiting,
    }
    return render(request, "duplicates/panel.html", context)


@require_GET
def draft(request: SubjectRequest, draft_no: str) -> HttpResponse:
    """Published resources of other departments that say what the draft says, and pairs of the resource it revises.

    Empty where nothing is found.
    """
    found = queries.overlaps(draft_no, request.subject)
    names = organisations.titles({each.provider_uscc for each in found}, short=True)
    revised = catalogue.draft_resource(draft_no)
    context = {
        "found": [
            {
                "overlap": each,
                "provider": names.get(each.provider_uscc, each.provider_uscc),
                "likeness": f"{each.likeness:.0%}",
                "items": listed_words(mine if mine == theirs else f"{mine}（{theirs}）" for mine, theirs in each.items),
            }
            for each in found
        ],
        "waiting": queries.waiting_pairs(revised, request.subject) if revised else [],
    }
    return render(request, "duplicates/draft_panel.html", context)
