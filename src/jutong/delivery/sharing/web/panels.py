"""What sharing shows on pages of other rooms."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest
from jutong.delivery.sharing import models, policy, queries
from jutong.delivery.sharing.values import OutlookKind
from jutong.delivery.sharing.web.requests import content_of, may_answer
from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Relation, decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue


@require_GET
def outlook(request: SubjectRequest, code: str) -> HttpResponse:
    """On a resource's page: what happens when my department asks for it, and the way to do so."""
    resource = catalogue.view_resource(code, by=request.subject)
    own, at = request.subject.organisation, clock.now()
    found = queries.outlook(resource, own)
    held = queries.grants(request.subject).filter(queries.living(at), resource_code=resource.code, consumer_uscc=own)
    context = {
        "resource": resource,
        "outlook": found,
        "at_once": found.kind is OutlookKind.AT_ONCE,
        "steps": queries.steps_ahead(found, local_day(at)),
        "may_ask": found.possible and decide(request.subject, policy.REQUEST, Facts({Relation.CONSUMER: own})).allowed,
        "held": list(held[:10]),
        "open_requests": list(
            queries.requests(request.subject).filter(
                resource_code=resource.code, consumer_uscc=own, state__in=models.OPEN_STATES
            )[:10]
        ),
    }
    return render(request, "sharing/outlook_panel.html", context)


@require_GET
def subscribers(request: SubjectRequest, code: str) -> HttpResponse:
    """On a resource's page: how many departments use it, and to those who may know, which."""
    resource = catalogue.view_resource(code, by=request.subject)
    living = queries.live_rows(clock.now()).filter(resource_code=resource.code)
    known = list(queries.grants(request.subject).filter(pk__in=living.values("pk"))[:20])
    names = organisations.titles({row.consumer_uscc for row in known}, short=True)
    context = {
        "departments": living.values("consumer_uscc").distinct().count(),
        "grants": living.count(),
        "known": [(names.get(row.consumer_uscc, row.consumer_uscc), row.grant_no) for row in known],
        "as_of": clock.now(),
    }
    return render(request, "sharing/subscribers_panel.html", context)


@require_GET
def request_content(request: SubjectRequest, request_no: str) -> HttpResponse:
    """On the page of a request's case: what was asked and answered."""
    row = queries.view_request_row(request_no, request.subject)
    context = {**content_of(row), "on_the_case": True, "offers_answer": may_answer(request, row)}
    return render(request, "sharing/_content.html", context)
