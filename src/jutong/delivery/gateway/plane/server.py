"""Connections: strict HTTP/1.1 in, answers out, one request of a connection at a time.

llhttp (httptools) refuses what has been used to smuggle requests: Content-Length beside Transfer-Encoding, repeated or
odd lengths, folded lines, bare LF, spaces before colons, control characters. We add: no Transfer-Encoding at all, no
Upgrade, no Expect, no repeated header that could be read in two ways, and bounds on everything.
"""

import asyncio
import ipaddress
from collections import deque
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache
from time import monotonic
from typing import Any, Protocol

import httptools

from jutong.delivery.gateway.plane.errors import Refused
from jutong.delivery.gateway.plane.http import Answer, Request
from jutong.delivery.gateway.plane.settings import PlaneSettings

_MAY_REPEAT = frozenset(
    {b"accept", b"accept-encoding", b"accept-language", b"cookie", b"forwarded", b"via", b"x-forwarded-for"}
)
_REFUSED_HEADERS = frozenset({b"transfer-encoding", b"expect", b"upgrade", b"trailer", b"te"})
_PIPELINED_MAX = 16
_FORWARDED_FOR = b"x-forwarded-for"

Reply = Callable[[Answer], None]


@lru_cache(maxsize=4096)
def _last_address(forwarded: bytes) -> str:
    """The address that the proxy next to us saw; "" when it is none. What stands before it, callers can invent."""
    try:
        return str(ipaddress.ip_address(forwarded.rpartition(b",")[2].strip().decode("ascii")))
    except ValueError:
        return ""


class Handler(Protocol):
    """What the server hands requests to."""

    def handle(self, request: Request, reply: Reply) -> None:
        """Answer by calling `reply` once, now or later."""

    def refuse_unread(self, refused: Refused, source: str, accept_language: bytes) -> Answer:
        """The answer to something that is no request."""


class Connection(asyncio.Protocol):
    """One client connection."""

    __slots__ = (
        "_body",
        "_busy",
        "_chunk",
        "_fault",
        "_head_size",
        "_headers",
        "_in_head",
        "_keep_alive",
        "_parser",
        "_paused",
        "_queue",
        "_server",
        "_source",
        "_target",
        "active_at",
        "began_at",
        "closed",
        "stalled_at",
        "transport",
    )  # fmt: skip

    def __init__(self, server: "Server"):
        self._server = server
        self._parser = httptools.HttpRequestParser(self)
        self._queue: deque[tuple[Request, bool]] = deque()
        self._busy = False
        self._paused = False
        self._chunk = 0
        self._fault = ""
        self._keep_alive = True
        self.closed = False
        self.began_at = self.stalled_at = 0.0
        self.active_at = server.now
        self._begin()

    def _begin(self) -> None:
        self._target = b""
        self._headers: dict[bytes, bytes] = {}
        self._body = b""
        self._head_size = self._chunk
        self._in_head = True

    # --- Bytes in ----------------------------------------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        peer = transport.get_extra_info("peername")
        self._source = peer[0] if peer else ""
        if not self._server.enter(self):
            self.closed = True
            transport.abort()

    def data_received(self, data: bytes) -> None:
        if self.closed or self._fault:
            return
        self.active_at = self._server.now
        if not self.began_at:
            self.began_at = self._server.now
        self._chunk = len(data)
        if self._in_head:
            self._head_size += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fault = self._fault or "request_malformed"
        if self._in_head and self._head_size > self._server.settings.head_max_bytes:
            self._fault = self._fault or "request_too_large"
        if self._fault and not self._busy and not self.closed:
            self._refuse()

    def on_message_begin(self) -> None:
        self._begin()

    def on_url(self, url: bytes) -> None:
        self._target += url
        if len(self._target) > self._server.settings.target_max_bytes:
            self._fault = "request_too_large"

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if (name in self._headers and name not in _MAY_REPEAT) or name in _REFUSED_HEADERS:
            self._fault = self._fault or "request_malformed"
        self._headers[name] = value

    def on_headers_complete(self) -> None:
        self._in_head = False
        settings = self._server.settings
        if (
            len(self._headers) > settings.headers_max
            or int(self._headers.get(b"content-length", b"0")) > settings.body_max_bytes
        ):
            self._fault = self._fault or "request_too_large"
        # What has come so far may hold a body too; only when it is much, the head is looked at by itself.
        if self._head_size > settings.head_max_bytes and self._head_length() > settings.head_max_bytes:
            self._fault = self._fault or "request_too_large"
        known = self._parser.get_http_version() in ("1.1", "1.0") and self._parser.get_method() != b"CONNECT"
        if b"host" not in self._headers or not known:
            self._fault = self._fault or "request_malformed"

    def _head_length(self) -> int:
        return len(self._target) + sum(len(name) + len(value) for name, value in self._headers.items())

    def on_body(self, body: bytes) -> None:
        if not self._fault:
            self._body += body

    def on_message_complete(self) -> None:
        self.began_at = 0.0
        self._in_head = True
        self._head_size = 0
        if self._fault:
            return
        path, _, query = self._target.partition(b"?")
        source = self._source
        if self._server.behind_proxy and _FORWARDED_FOR in self._headers:
            source = _last_address(self._headers[_FORWARDED_FOR]) or source
        request = Request(self._parser.get_method(), path, query, self._headers, self._body, source)
        keep_alive = self._parser.should_keep_alive()
        if self._busy:
            self._queue.append((request, keep_alive))
            if not self._paused:
                self._paused = True
                self.transport.pause_reading()
            if len(self._queue) > _PIPELINED_MAX:
                self._fault = "request_too_large"
            return
        self._start(request, keep_alive)

    # --- Answers out -------------------------------------------------------------------------------------------------

    def _start(self, request: Request, keep_alive: bool) -> None:
        self._busy = True
        self._keep_alive = keep_alive
        self._server.handler.handle(request, self._reply)

    def _reply(self, answer: Answer) -> None:
        self._busy = False
        if self.closed:
            return
        keep_alive = self._keep_alive and not answer.close and not self._server.stopping
        self.transport.write(answer.to_bytes(self._server.date, keep_alive))
        if not keep_alive:
            self._close()
        elif self._queue:
            self._start(*self._queue.popleft())
        elif self._fault:
            self._refuse()
        elif self._paused:
            self._paused = False
            self.transport.resume_reading()

    def _refuse(self) -> None:
        """Answer what could not be read, and end the connection: where the next request begins is unknown."""
        refused = Refused(self._fault)
        answer = self._server.handler.refuse_unread(refused, self._source, self._headers.get(b"accept-language", b""))
        self.transport.write(answer.to_bytes(self._server.date, keep_alive=False))
        self._close()

    def pause_writing(self) -> None:
        self.stalled_at = self._server.now

    def resume_writing(self) -> None:
        self.stalled_at = 0.0

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        self._queue.clear()
        self._server.leave(self)

    @property
    def busy(self) -> bool:
        return self._busy

    def _close(self) -> None:
        self.closed = True
        self.transport.close()

    def expire(self, now: float) -> None:
        """End a connection that is idle, or sends its request or takes its answer too slowly."""
        settings = self._server.settings
        slow = self.began_at and now - self.began_at > settings.head_seconds
        stalled = self.stalled_at and now - self.stalled_at > settings.idle_seconds
        idle = not self._busy and now - self.active_at > settings.idle_seconds
        if slow or stalled or idle:
            self.closed = True
            self.transport.abort()


class Server:
    """All connections of one listening socket."""

    def __init__(self, settings: PlaneSettings, handler: Handler):
        self.settings = settings
        self.handler = handler
        # Listening on this machine alone, only a proxy beside us can bring callers from elsewhere.
        self.behind_proxy = ipaddress.ip_address(settings.listen).is_loopback
        self.stopping = False
        self.unsent_bytes = 0
        self.now = 0.0
        self.date = b""
        self.connections: set[Connection] = set()
        self._listening: asyncio.Server | None = None
        self.tick()

    async def listen(self) -> None:
        """Raises OSError: the port is taken."""
        self._listening = await asyncio.get_running_loop().create_server(
            lambda: Connection(self),
            self.settings.listen,
            self.settings.port,
            backlog=1024,
            reuse_port=self.settings.workers > 1,
        )

    @property
    def port(self) -> int:
        assert self._listening is not None
        port: int = self._listening.sockets[0].getsockname()[1]
        return port

    def enter(self, connection: Connection) -> bool:
        if len(self.connections) >= self.settings.connections_max:
            return False
        self.connections.add(connection)
        return True

    def leave(self, connection: Connection) -> None:
        self.connections.discard(connection)

    def tick(self) -> None:
        """Move the clock on and enforce the time limits of connections; called a few times a second."""
        self.now = monotonic()
        self.date = formatdate(usegmt=True).encode()
        unsent = 0
        for connection in list(self.connections):
            connection.expire(self.now)
            if connection.stalled_at:
                unsent += connection.transport.get_write_buffer_size()
        self.unsent_bytes = unsent

    def stop_listening(self) -> None:
        """Take no more connections; those that rest are closed, the others after their answer."""
        self.stopping = True
        if self._listening is not None:
            self._listening.close()
        for connection in list(self.connections):
            if not connection.busy:
                connection.transport.close()
