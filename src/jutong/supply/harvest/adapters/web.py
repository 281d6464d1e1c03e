"""One request to a portal: to a judged address, bounded in size and in all its time, no redirects, no proxies."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from jutong.base.egress import PinnedConnection, pinned_address
from jutong.kernel.crypto import Secret
from jutong.kernel.egress import Permitted
from jutong.kernel.text import N_, Term
from jutong.supply.harvest.domain import errors, texts
from jutong.supply.harvest.domain.addresses import parse_address
from jutong.supply.harvest.values import FeedKind

_PIECE: Final = 64 * 1024
_ACCEPTED: Final = {
    FeedKind.CKAN: "application/json",
    FeedKind.UDATA: "application/json",
    FeedKind.DCAT: "application/ld+json, text/turtle, application/rdf+xml;q=0.9",
}
_REDIRECTS: Final = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one request may take, and how large its answer may be."""

    seconds: float
    megabytes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: the bytes, and the content type as declared."""

    content: bytes
    media_type: str


def fetch(
    kind: FeedKind, address: str, *, permitted: Iterable[Permitted], token: Secret | None, limits: Limits
) -> Answer:
    """The answer of a portal at an address.

    Raises AddressError (not on the department's list), FeedUnreachable, FeedTooSlow, FeedTooLarge, FeedStatusWrong,
    FeedRedirects, FeedCompressed.
    """
    where = parse_address(address)
    judged = pinned_address(where.host, where.port, permitted)
    connection = PinnedConnection(where.host, where.port, address=judged, tls=where.tls, seconds=limits.seconds)
    deadline = _Deadline(connection, limits.seconds)
    try:
        with deadline:
            connection.connect()
            deadline.watch(connection.sock)
            connection.request("GET", where.target, headers=_headers(kind, where.authority, token))
            response = connection.getresponse()
            _judge(response)
            content = _read(response, limits)
    except (OSError, http.client.HTTPException) as fault:
        if deadline.passed or isinstance(fault, TimeoutError):
            raise errors.FeedTooSlow(seconds=int(limits.seconds)) from None
        reason = N_("加密协商失败") if isinstance(fault, ssl.SSLError) else N_("服务器没有应答或中途断开")
        raise errors.FeedUnreachable(reason=Term(reason)) from None
    finally:
        connection.close()
    if deadline.passed:
        # What was cut off may look like an end.
        raise errors.FeedTooSlow(seconds=int(limits.seconds))
    return Answer(content, (response.headers.get_content_type() if response.headers.get("Content-Type") else ""))


def _headers(kind: FeedKind, authority: str, token: Secret | None) -> dict[str, str]:
    headers = {
        "Accept": _ACCEPTED[kind],
        "Accept-Encoding": "identity",
        "Host": authority,
        "User-Agent": "Jutong-Harvest",
        "Connection": "close",
    }
    if token is not None:
        name, value = ("X-API-KEY", "{}") if kind is FeedKind.UDATA else ("Authorization", "{}")
        if kind is FeedKind.DCAT:
            value = "Bearer {}"
        headers[name] = value.format(token.reveal_text())
    return headers


def _judge(response: http.client.HTTPResponse) -> None:
    if response.status in _REDIRECTS:
        raise errors.FeedRedirects(location=texts.beginning(response.headers.get("Location", ""), 200))
    if response.status != 200:
        raise errors.FeedStatusWrong(status=response.status)
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise errors.FeedCompressed(encoding=texts.beginning(encoding, 40))


def _read(response: http.client.HTTPResponse, limits: Limits) -> bytes:
    pieces, size = [], 0
    declared = response.length
    if declared is not None and declared > limits.megabytes * 1024 * 1024:
        raise errors.FeedTooLarge(megabytes=limits.megabytes)
    while piece := response.read1(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > limits.megabytes * 1024 * 1024:
            raise errors.FeedTooLarge(megabytes=limits.megabytes)
    if declared is not None and size < declared:
        raise http.client.IncompleteRead(b"")
    return b"".join(pieces)


class _Deadline:
    """Ends a connection when the whole request has taken too long.

    A time limit of the socket counts from byte to byte, and a server that sends a byte now and then never meets it.
    """

    def __init__(self, connection: PinnedConnection, seconds: float):
        self._connection = connection
        self._socket: socket.socket | None = None
        self._ends = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    @property
    def passed(self) -> bool:
        return time.monotonic() >= self._ends

    def watch(self, held: socket.socket) -> None:
        """The socket to end. A connection forgets its own when an answer is to last until the other side ends it."""
        self._socket = held

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        held = self._socket or self._connection.sock
        if held is not None:
            try:
                # The raw socket's own shutdown: that of a TLS one would wait for the other side.
                socket.socket.shutdown(held, socket.SHUT_RDWR)
            except OSError:
                return
