"""Divisions: step by step from the region to the village, or by search."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel.codes.region import RegionCodeError
from jutong.registry.organisations import api, policy
from jutong.registry.organisations.values import Region, RegionUnknown

PAGE_ROWS = 50


@require_GET
def regions(request: SubjectRequest, code: str = "") -> HttpResponse:
    """行政区划: a division with those below it, or what a search finds."""
    require(request.subject, policy.READ_REGISTER)
    here = _place(code) if code else None
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    found = api.search_regions(text) if text else api.region_rows_below(here.code if here else "")
    page = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
    rows = [api.region_value(row) for row in page]
    path = api.region_path(here.code) if here else []
    return render(request, "organisations/regions.html", {"here": here, "path": path, "page": page, "rows": rows})


def _place(code: str) -> Region:
    """The division of an address; a code that cannot be is one that nothing has."""
    try:
        return api.region(code)
    except RegionCodeError:
        raise RegionUnknown(code=code) from None
