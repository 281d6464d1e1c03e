"""Addresses of the portal; mounted at the root."""

from django.urls import path

from jutong.portal.web import pages, switches

app_name = "portal"
urlpatterns = [
    path("", pages.home, name="home"),
    path("workbench", pages.workbench, name="workbench"),
    path("language", switches.language, name="language"),
    path("elder", switches.elder, name="elder"),
]
