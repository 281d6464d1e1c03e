"""Addresses of the pages of duplicates, under /duplicates/."""

from django.urls import path

from jutong.base import converters  # noqa: F401 - makes `resource_code` known
from jutong.supply.duplicates.web import negotiations, pairs, panels

app_name = "duplicates"

urlpatterns = [
    path("", pairs.pairs, name="pairs"),
    path("search/", pairs.start, name="start"),
    path("search/progress/", pairs.progress, name="progress"),
    path("pairs/<slug:pair_no>/", pairs.pair, name="pair"),
    path("pairs/<slug:pair_no>/judgement/", pairs.judge, name="judge"),
    path("pairs/<slug:pair_no>/negotiation/", pairs.negotiate, name="negotiate"),
    path("negotiations/", negotiations.negotiations, name="negotiations"),
    path("negotiations/<slug:case_no>/", negotiations.negotiation, name="negotiation"),
    path("panels/draft/<slug:draft_no>/", panels.draft, name="draft_panel"),
    path("panels/resource/<resource_code:code>/", panels.resource, name="panel"),
]
