"""Addresses of mounting's pages, under /mounting/."""

from django.urls import path

from jutong.base import converters  # noqa: F401 - makes `resource_code` known
from jutong.supply.mounting.web import files, mounts, networks, sources

app_name = "mounting"

urlpatterns = [
    path("", mounts.mount_list, name="mounts"),
    path("sources/", sources.source_list, name="sources"),
    path("sources/new/", sources.new, name="new_source"),
    path("sources/<slug:source_no>/", sources.source, name="source"),
    path("sources/<slug:source_no>/edit/", sources.edit, name="edit_source"),
    path("sources/<slug:source_no>/test/", sources.test, name="test_source"),
    path("sources/<slug:source_no>/scan/", sources.scan, name="scan"),
    path("sources/<slug:source_no>/scan/progress/", sources.scan_progress, name="scan_progress"),
    path("sources/<slug:source_no>/remove/", sources.remove, name="remove_source"),
    path("sources/<slug:source_no>/table/", sources.table, name="table"),
    path("files/", files.file_list, name="files"),
    path("files/<slug:file_no>/", files.file, name="file"),
    path("files/<slug:file_no>/preview/", files.preview, name="preview"),
    path("files/<slug:file_no>/draft/", files.draft, name="draft_from_file"),
    path("networks/", networks.network_list, name="networks"),
    path("networks/<int:network_id>/remove/", networks.remove, name="remove_network"),
    path("resources/<resource_code:code>/", mounts.mount, name="mount"),
    path("resources/<resource_code:code>/table/", mounts.from_table, name="from_table"),
    path("resources/<resource_code:code>/file/", mounts.from_file, name="from_file"),
    path("resources/<resource_code:code>/service/", mounts.from_service, name="from_service"),
    path("resources/<resource_code:code>/stop/", mounts.stop, name="stop"),
    path("panels/resource/<resource_code:code>/", mounts.panel, name="panel"),
]
