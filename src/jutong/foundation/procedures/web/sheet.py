"""The printed sheet of a case."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest
from jutong.foundation.procedures.services import printing
from jutong.kernel import clock


@require_GET
def pdf(request: SubjectRequest, case_no: str) -> HttpResponse:
    """办理单 for the archive: shown in the browser, which prints or saves it."""
    return _file(printing.print_sheet(case_no, printing.SheetForm.PDF, by=request.subject, at=clock.now()), False)


@require_GET
def docx(request: SubjectRequest, case_no: str) -> HttpResponse:
    """办理单 to edit."""
    return _file(printing.print_sheet(case_no, printing.SheetForm.DOCX, by=request.subject, at=clock.now()), True)


def _file(sheet: printing.Sheet, save: bool) -> HttpResponse:
    return HttpResponse(
        sheet.content,
        content_type=sheet.media_type,
        headers={"Content-Disposition": content_disposition_header(save, sheet.name)},
    )
