"""Fetching a file from a page."""

from django.http import FileResponse
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest
from jutong.foundation.files import api
from jutong.foundation.files.downloads import download
from jutong.kernel import clock


@require_GET
def content(request: SubjectRequest, file_no: str) -> FileResponse:
    """The bytes of a file that the subject may fetch."""
    ref, stream = api.fetch(file_no, by=request.subject, at=clock.now())
    return download(ref, stream)
