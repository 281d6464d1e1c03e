"""The catalogue as files: the template, what is published or in the making, the marked copy, links for programs."""

from typing import BinaryIO

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest, public
from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.kernel.errors import JutongError
from jutong.supply.interchange.services import files
from jutong.supply.interchange.services.files import Wanted
from jutong.supply.interchange.values import SheetFormat

MEDIA_TYPES = {
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    SheetFormat.CSV: "text/csv; charset=utf-8",
    SheetFormat.JSON: "application/json",
}


def as_download(file: BinaryIO, name: str, form: SheetFormat) -> FileResponse:
    """A file as an answer that a browser saves."""
    return FileResponse(file, as_attachment=True, filename=name, content_type=MEDIA_TYPES[form])


def file_name(wanted: Wanted, form: SheetFormat) -> str:
    """The name a written catalogue file is given."""
    day = local_day(clock.now()).isoformat()
    return f"{_('政务数据资源目录')}_{_(wanted.label)}_{day}.{form.value}"


@require_GET
def template(request: HttpRequest) -> FileResponse:
    """The empty template."""
    return as_download(files.write_template(), f"{_('政务数据资源目录模板')}.xlsx", SheetFormat.XLSX)


@require_GET
def catalogue_file(request: SubjectRequest) -> HttpResponseBase:
    """The entries one may see, in the format asked for."""
    form, wanted = request.GET.get("format", "xlsx"), request.GET.get("wanted", Wanted.PUBLISHED)
    if form not in MEDIA_TYPES or wanted not in set(Wanted):
        return HttpResponse(status=404)
    try:
        file, _count = files.write_file(
            form=SheetFormat(form),
            wanted=Wanted(wanted),
            provider=request.GET.get("provider", "")[:18],
            by=request.subject,
            at=clock.now(),
        )
    except JutongError as error:
        messages.error(request, error.words(_))
        return redirect("interchange:imports")
    return as_download(file, file_name(Wanted(wanted), SheetFormat(form)), SheetFormat(form))


@require_GET
def marked(request: SubjectRequest, import_no: str) -> HttpResponseBase:
    """The rows of an import's file with its faults marked."""
    try:
        file = files.write_marked(import_no=import_no, by=request.subject, at=clock.now())
    except files.NoMarkedCopy as error:
        messages.error(request, error.words(_))
        return redirect("interchange:import", import_no)
    return as_download(file, f"{import_no}_{_('标注副本')}.xlsx", SheetFormat.XLSX)


@public
@require_GET
def panel(request: SubjectRequest, code: str) -> HttpResponse:
    """Where programs find a resource, on the resource's page."""
    address = f"/api/v1/interchange/dcat/resources/{code}"
    return render(request, "interchange/panel.html", {"address": address})
