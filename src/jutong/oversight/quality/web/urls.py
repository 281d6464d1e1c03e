"""Addresses of quality's pages."""

from django.urls import path

from jutong.oversight.quality.web import scores

app_name = "quality"
urlpatterns = [
    path("", scores.score_list, name="scores"),
    path("panel/<path:code>/", scores.panel, name="panel"),
    path("measure/<path:code>/", scores.measure, name="measure"),
]
