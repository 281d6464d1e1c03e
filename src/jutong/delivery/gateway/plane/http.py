"""Requests and answers as bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

JSON = b"application/json; charset=utf-8"
_ALWAYS = b"cache-control: no-store\r\nx-content-type-options: nosniff\r\n"
_LAST = _ALWAYS + b"connection: close\r\n"
_REASONS = {status.value: status.phrase.encode() for status in HTTPStatus}


@dataclass(slots=True)
class Request:
    """One request, well-formed and within the limits. Header names are in lower case; none occurs twice."""

    method: bytes
    path: bytes
    query: bytes
    headers: Mapping[bytes, bytes]
    body: bytes
    source: str


@dataclass(slots=True)
class Answer:
    """An answer to one request; `close` ends the connection after it."""

    status: int
    body: bytes
    media_type: bytes = JSON
    extra: bytes = b""
    """Further header lines, each with its line end."""
    close: bool = False

    def to_bytes(self, date: bytes, keep_alive: bool) -> bytes:
        return b"HTTP/1.1 %d %b\r\ndate: %b\r\ncontent-type: %b\r\ncontent-length: %d\r\n%b%b\r\n%b" % (
            self.status,
            _REASONS.get(self.status, b""),
            date,
            self.media_type,
            len(self.body),
            self.extra,
            _ALWAYS if keep_alive else _LAST,
            self.body,
        )
