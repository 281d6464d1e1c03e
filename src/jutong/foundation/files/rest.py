"""The REST face: bring a file, see what is known of it, fetch its bytes."""

from datetime import datetime
from typing import Annotated

from django.http import FileResponse
from ninja import File, Router, Schema, Status, UploadedFile
from ninja import Path as InPath

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import problems
from jutong.foundation.files import api
from jutong.foundation.files.downloads import download
from jutong.foundation.files.policy import KEEP_FILE
from jutong.foundation.files.values import FileRef, ScanStatus, WordCheck
from jutong.kernel import clock

router = Router(tags=["files"])

FileNo = Annotated[str, InPath(pattern=r"^[0-9a-f]{20}$", examples=["9f2c0a7be1d4c85a3b60"])]


class FileOut(Schema):
    """A kept file. `digest` is the SHA-256 of its content; `words` says whether its text passed the secrecy gate."""

    no: str
    name: str
    media_type: str
    size_bytes: int
    digest: str
    kept_at: datetime
    scan: ScanStatus
    words: WordCheck


@router.post("/", response={201: FileOut, **problems()}, summary="Bring a file")
def keep(request: SubjectRequest, file: File[UploadedFile]) -> Status[FileRef]:
    """Keep a file for use in a form or a step of a procedure. Files that nothing refers to go after a day."""
    require(request.subject, KEEP_FILE)
    kept = api.keep(
        file.file,  # type: ignore[arg-type]
        name=file.name or "",
        media_type=file.content_type or "",
        by=request.subject.actor,
        at=clock.now(),
    )
    return Status(201, kept)


@router.get("/{file_no}", response={200: FileOut, **problems(404)}, summary="What is known of a file")
def about(request: SubjectRequest, file_no: FileNo) -> FileRef:
    """Name, size, digest and scan of a file that the caller may fetch."""
    return api.visible(file_no, by=request.subject)


_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
DOWNLOAD = {"responses": {200: {"description": "The bytes", "content": _BYTES}}}


@router.get("/{file_no}/content", response=problems(404), summary="Fetch a file", openapi_extra=DOWNLOAD)
def content(request: SubjectRequest, file_no: FileNo) -> FileResponse:
    """The bytes, always as a download."""
    ref, stream = api.fetch(file_no, by=request.subject, at=clock.now())
    return download(ref, stream)
