"""Addresses of the gate's pages, under /secrecy/."""

from django.urls import path

from jutong.foundation.secrecy.web import stops

app_name = "secrecy"

urlpatterns = [
    path("stops/", stops.stop_list, name="stops"),
    path("stops/<slug:stop_no>/", stops.stop, name="stop"),
    path("stops/<slug:stop_no>/release/", stops.release, name="release"),
    path("stops/<slug:stop_no>/withdraw/", stops.withdraw, name="withdraw"),
]
