"""Addresses of quality's pages."""

from django.urls import path

from jutong.base import converters  # noqa: F401 - makes `resource_code` known
from jutong.oversight.quality.web import scores

app_name = "quality"
urlpatterns = [
    path("", scores.score_list, name="scores"),
    path("panel/<resource_code:code>/", scores.panel, name="panel"),
    path("measure/<resource_code:code>/", scores.measure, name="measure"),
]
