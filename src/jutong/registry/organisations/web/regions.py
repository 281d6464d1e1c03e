"""Divisions: step by step from the region to the village, or by search."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel.codes.region import RegionCodeError
from jutong.kernel.text import N_
from jutong.registry.organisations import api, policy
from jutong.registry.organisations.values import Region, RegionUnknown
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.lists import Listing

PAGE_ROWS = 50


def _region_rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "code": place.code,
            "name": (place.name, reverse("organisations:region", args=[place.code])),
            "level": _(place.level.label),
            "state": Badge(_("已撤销代码"), Tone.MUTED) if place.is_former else Badge(_("现行"), Tone.GOOD),
        }
        for place in map(api.region_value, found)
    ]


REGIONS = Listing(
    name="organisations.regions",
    title=N_("行政区划"),
    section=N_("平台管理"),
    unit=N_("个"),
    columns=(
        Column("code", N_("代码"), "code", sort="code"),
        Column("name", N_("名称"), "link", sort="name"),
        Column("level", N_("层级"), sort="level"),
        Column("state", N_("状态"), "badge"),
    ),
    rows=_region_rows,
    finds=True,
    placeholder=N_("行政区划名称或代码"),
    page_rows=PAGE_ROWS,
    api="/api/v1/organisations/regions",
    empty=(N_("没有下级行政区划。"), ""),
    icon="map",
)


@require_GET
def regions(request: SubjectRequest, code: str = "") -> HttpResponseBase:
    """行政区划: a division with those below it, or what a search finds."""
    require(request.subject, policy.READ_REGISTER)
    here = _place(code) if code else None
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    found = api.search_regions(text) if text else api.region_rows_below(here.code if here else "")
    path = api.region_path(here.code) if here else []
    return REGIONS.respond(request, found, "organisations/regions.html", {"here": here, "path": path})


def _place(code: str) -> Region:
    """The division of an address; a code that cannot be is one that nothing has."""
    try:
        return api.region(code)
    except RegionCodeError:
        raise RegionUnknown(code=code) from None
