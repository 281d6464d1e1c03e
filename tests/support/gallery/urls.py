"""Addresses of the gallery, with the portal around it."""

from django.urls import include, path

from tests.support import gallery

urlpatterns = [
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/progress/<int:done>/", gallery.progress, name="gallery_progress"),
    path("gallery/panel/", gallery.panel, name="gallery_panel"),
    path("gallery/nothing/", gallery.nothing, name="gallery_nothing"),
    path("gallery/bell/", gallery.bell, name="gallery_bell"),
    path("gallery/totals/", gallery.totals, name="gallery_totals"),
    path("", include("jutong.portal.web.urls")),
]
