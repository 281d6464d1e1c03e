"""Addresses: the API, each room's pages under the room's name, and the doors of the house."""

from django.urls import include, path, re_path

from jutong.config.api import api, failure, unknown_address
from jutong.config.rooms import label, with_module

AT_THE_ROOT = {"portal", "operations"}

urlpatterns = [
    path("api/v1/", api.urls),
    re_path("^api/", unknown_address),
    path("accounts/", include("jutong.registry.accounts.web.sign_in_urls")),
    *(
        path("" if label(room) in AT_THE_ROOT else f"{label(room)}/", include(f"{room}.web.urls"))
        for room in with_module("web.urls")
    ),
]

handler500 = failure
