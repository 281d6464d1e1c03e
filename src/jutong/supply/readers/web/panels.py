"""What readers show on the pages of the catalogue and at the workbench."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest, public
from jutong.kernel.policy import decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.readers import policy, queries
from jutong.supply.readers.values import MOST_POINTS, FollowKind
from jutong.supply.readers.web.remarks import may_answer, shown, state_badge

SHOWN = 5


@require_GET
def follow(request: SubjectRequest, code: str) -> HttpResponse:
    """The button on a resource's page."""
    found = catalogue.view_resource(code, by=request.subject)
    follows = queries.find_follow(FollowKind.RESOURCE, found.code, request.subject) is not None
    context = {"resource": found, "follows": follows, "back": reverse("catalogue:resource", args=[found.code])}
    return render(request, "readers/_follow.html", context)


@public
@require_GET
def rating(request: SubjectRequest, code: str) -> HttpResponse:
    """What readers think of a resource, and one's own vote."""
    found = catalogue.view_resource(code, by=request.subject)
    may_rate = request.subject.signed_in and found.published and found.provider_uscc != request.subject.organisation
    context = {
        "resource": found,
        "summary": queries.rating_of(found.code),
        "own": queries.own_rating(found.code, request.subject) if may_rate else None,
        "points": range(1, MOST_POINTS + 1) if may_rate else (),
        "most": MOST_POINTS,
    }
    return render(request, "readers/_rating.html", context)


@public
@require_GET
def remarks(request: SubjectRequest, code: str) -> HttpResponse:
    """The newest of what was said of a resource."""
    found = catalogue.view_resource(code, by=request.subject)
    rows = list(queries.remarks_on(found.code, request.subject)[: SHOWN + 1])
    context = {
        "resource": found,
        "remarks": shown(rows[:SHOWN], found.content),
        "more": len(rows) > SHOWN,
        "may_answer": may_answer(request.subject, found.provider_uscc),
        "may_say": found.published and bool(decide(request.subject, policy.MAKE_REMARK)),
    }
    return render(request, "readers/_remarks.html", context)


@public
@require_GET
def search(request: SubjectRequest) -> HttpResponse:
    """Beside the results of a search: follow its department or class, bind what was found."""
    question = catalogue.tidy_question(request.GET.urlencode())
    asked = QueryDict(question)
    offers = []
    for kind, name in ((FollowKind.PROVIDER, "provider"), (FollowKind.CLASSIFICATION, "classification")):
        codes = asked.getlist(name)
        if len(codes) == 1:
            titles = (
                organisations.titles(codes, short=True)
                if kind is FollowKind.PROVIDER
                else catalogue.classification_names(codes)
            )
            if codes[0] in titles and request.subject.signed_in:
                follows = queries.find_follow(kind, codes[0], request.subject) is not None
                offers.append({"name": name, "code": codes[0], "title": titles[codes[0]], "follows": follows})
    context = {
        "question": question,
        "signed_in": request.subject.signed_in,
        "offers": offers,
        "back": f"{reverse('catalogue:search')}?{question}",
    }
    return render(request, "readers/_search.html", context)


@require_GET
def waiting(request: SubjectRequest) -> HttpResponse:
    """At the workbench: what one's department has not answered yet, those due first; nothing where there is none."""
    rows = []
    if request.subject.post in policy.PROVIDER_READERS and request.subject.organisation:
        rows = list(queries.waiting(request.subject.organisation)[: SHOWN + 1])
    titles = catalogue.titles({row.resource_code for row in rows})
    context = {
        "rows": [(row, titles.get(row.resource_code, ""), state_badge(row)) for row in rows[:SHOWN]],
        "more": len(rows) > SHOWN,
    }
    return render(request, "readers/_waiting.html", context)
