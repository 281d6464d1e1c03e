"""A file as an answer that a browser saves and never shows."""

from typing import BinaryIO

from django.http import FileResponse

from jutong.foundation.files.values import FileRef


def download(ref: FileRef, stream: BinaryIO) -> FileResponse:
    """The bytes under the file's name (RFC 6266). Nothing anybody uploaded is ever shown as a page of ours."""
    response = FileResponse(stream, as_attachment=True, filename=ref.name, content_type="application/octet-stream")
    response.headers["Content-Length"] = str(ref.size_bytes)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
