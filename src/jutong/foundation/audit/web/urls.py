"""Addresses of the pages of the audit log, under /audit/."""

from django.urls import path

from jutong.foundation.audit.web import log

app_name = "audit"

urlpatterns = [
    path("", log.search, name="search"),
    path("entries/<int:number>/", log.entry, name="entry"),
    path("checkpoints/", log.checkpoints, name="checkpoints"),
    path("export/", log.export, name="export"),
]
