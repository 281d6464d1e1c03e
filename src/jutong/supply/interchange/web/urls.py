"""Addresses of catalogue files, under /interchange/."""

from django.urls import path

from jutong.base import converters  # noqa: F401  (makes `resource_code` known)
from jutong.supply.interchange.web import files, imports

app_name = "interchange"

urlpatterns = [
    path("", imports.import_list, name="imports"),
    path("imports/<slug:import_no>/", imports.one, name="import"),
    path("imports/<slug:import_no>/progress/", imports.progress, name="progress"),
    path("imports/<slug:import_no>/entries/", imports.entries, name="entries"),
    path("imports/<slug:import_no>/faults/", imports.faults, name="faults"),
    path("imports/<slug:import_no>/confirmation/", imports.confirm, name="confirm"),
    path("imports/<slug:import_no>/reading/", imports.read_again, name="read_again"),
    path("imports/<slug:import_no>/discard/", imports.discard, name="discard"),
    path("imports/<slug:import_no>/marked/", files.marked, name="marked"),
    path("files/template/", files.template, name="template"),
    path("files/catalogue/", files.catalogue_file, name="file"),
    path("panels/resource/<resource_code:code>/", files.panel, name="panel"),
]
