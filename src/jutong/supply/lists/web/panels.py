"""What the lists show on the page of a resource."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest
from jutong.supply.catalogue import api as catalogue
from jutong.supply.lists import queries
from jutong.supply.lists.web import words


@require_GET
def resource(request: SubjectRequest, code: str) -> HttpResponse:
    """Where a resource stands on the lists, as far as the subject may see it."""
    seen = catalogue.view_resource(code, by=request.subject)
    subject = request.subject
    lines = [
        (words.half_badge(row.half), row.title, reverse("lists:exclusion", args=[row.exclusion_no]), row.reason)
        for row in queries.exclusions(subject).filter(resource_code=seen.code).exclude(state__in=["removed", "dropped"])
    ]
    lines += [
        (words.responsibility_badge(row), _("责任清单"), _page("lists:responsibility", row.responsibility_no), "")
        for row in queries.responsibilities(subject).filter(resource_code=seen.code).exclude(state="removed")
    ]
    lines += [
        (words.demand_badge(row), _("需求清单"), _page("lists:demand", row.demand_no), row.purpose)
        for row in queries.demands(subject).filter(resource_code=seen.code).exclude(state="withdrawn")[:5]
    ]
    return render(request, "lists/panel.html", {"lines": lines})


def _page(name: str, number: str) -> str:
    return reverse(name, args=[number])
