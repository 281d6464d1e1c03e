"""Answers from registered HTTP services: a small keep-alive client with a breaker and a bulkhead for each service.

It connects to the address that was pinned when the service was registered, follows no redirect, passes on no header
of the caller, and takes an answer of bounded size in bounded time. Everything runs by callbacks: no task per call.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httptools
import structlog

from jutong.delivery.gateway.plane.policy import ServicePlace

log = structlog.get_logger(__name__)

_CONTENT_TYPE, _CONTENT_ENCODING = b"content-type", b"content-encoding"
_IDLE_SECONDS = 30.0
_HEAD_MAX = 64 * 1024
_BREAK_AFTER = 5
_BREAK_SECONDS = 2.0
_BREAK_SECONDS_MAX = 60.0


@dataclass(slots=True)
class ServiceAnswer:
    """What a service said: a body of a 2xx answer, or the code of the refusal its failure becomes."""

    fault: str = ""
    body: bytes = b""
    media_type: bytes = b"application/json"
    upstream_status: int = 0


Answered = Callable[[ServiceAnswer], None]


class _Exchange:
    """One request on its way: what to send, whom to tell, until when."""

    __slots__ = ("answered", "deadline", "request", "retried", "service")

    def __init__(self, service: "Service", request: bytes, deadline: float, answered: Answered):
        self.service = service
        self.request = request
        self.deadline = deadline
        self.answered: Answered | None = answered
        self.retried = False

    def finish(self, answer: ServiceAnswer) -> None:
        answered, self.answered = self.answered, None
        if answered is not None:
            self.service.note(answer)
            answered(answer)


class _Connection(asyncio.Protocol):
    """One keep-alive connection; at most one exchange at a time."""

    __slots__ = (
        "_body",
        "_encoded",
        "_exchange",
        "_media_type",
        "_parser",
        "_received",
        "_service",
        "_size",
        "idle_since",
        "transport",
    )

    def __init__(self, service: "Service"):
        self._service = service
        self._exchange: _Exchange | None = None
        self.transport: asyncio.Transport | None = None
        self.idle_since = 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self._parser = httptools.HttpResponseParser(self)

    def send(self, exchange: _Exchange) -> None:
        self._exchange = exchange
        self._media_type = b"application/octet-stream"
        self._encoded = False
        self._body: list[bytes] = []
        self._size = 0
        self._received = False
        assert self.transport is not None
        self.transport.write(exchange.request)

    def data_received(self, data: bytes) -> None:
        if self._exchange is None:
            # A service that talks unasked would shift every later answer by one.
            self.abort()
            return
        self._received = True
        self._size += len(data)
        if self._size > self._service.answer_max_bytes + _HEAD_MAX:
            self._fail("answer_too_large")
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail("upstream_invalid")

    def on_message_begin(self) -> None:
        if self._exchange is None:
            # A second answer to one request: everything after it would be shifted by one.
            self.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(name) == len(_CONTENT_TYPE) and name.lower() == _CONTENT_TYPE:
            self._media_type = value
        elif len(name) == len(_CONTENT_ENCODING) and name.lower() == _CONTENT_ENCODING:
            self._encoded = value.lower() != b"identity"

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        exchange, self._exchange = self._exchange, None
        status = self._parser.get_status_code()
        if exchange is None:
            self.abort()
            return
        if status < 200:
            # An interim answer is none we asked for.
            self.abort()
            exchange.finish(ServiceAnswer("upstream_invalid", upstream_status=status))
            return
        if self._parser.should_keep_alive():
            self._service.rest(self)
        else:
            self.abort()
        exchange.finish(self._judged(status))

    def _judged(self, status: int) -> ServiceAnswer:
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        if not 200 <= status < 300:
            fault = "upstream_unavailable" if status in (429, 503) else "upstream_invalid"
            return ServiceAnswer(fault, upstream_status=status)
        if self._encoded:
            # We asked for no encoding; what it hides cannot be looked at.
            return ServiceAnswer("upstream_invalid", upstream_status=status)
        if len(body) > self._service.answer_max_bytes:
            return ServiceAnswer("answer_too_large", upstream_status=status)
        return ServiceAnswer("", body, self._media_type, status)

    def eof_received(self) -> None:
        return None

    def connection_lost(self, error: Exception | None) -> None:
        self._service.lost(self)
        exchange, self._exchange = self._exchange, None
        if exchange is None:
            return
        if not self._received and not exchange.retried and exchange.request.startswith(b"GET "):
            # The service closed a resting connection just as we used it; a GET may be sent once more.
            exchange.retried = True
            self._service.submit(exchange)
            return
        exchange.finish(ServiceAnswer("upstream_unavailable"))

    def expire(self, now: float) -> None:
        """Give up an exchange that is past its deadline, or a connection that has rested too long."""
        if self._exchange is not None and now > self._exchange.deadline:
            self._fail("upstream_timeout")
        elif self._exchange is None and now - self.idle_since > _IDLE_SECONDS:
            self.abort()

    def _fail(self, fault: str) -> None:
        exchange, self._exchange = self._exchange, None
        self.abort()
        if exchange is not None:
            exchange.finish(ServiceAnswer(fault))

    def abort(self) -> None:
        self._service.lost(self)
        if self.transport is not None:
            self.transport.abort()


class Service:
    """One upstream: its connections, its bulkhead, its breaker."""

    def __init__(self, place: ServicePlace, *, connections_max: int, connect_seconds: float, answer_max_bytes: int):
        self.place = place
        self.answer_max_bytes = answer_max_bytes
        self._connections_max = connections_max
        self._connect_seconds = connect_seconds
        self._resting: list[_Connection] = []
        self._all: set[_Connection] = set()
        self.in_flight = 0
        self._failures = 0
        self._open_until = 0.0
        self._tls = ssl.create_default_context() if place.tls else None
        self._tasks: set[asyncio.Task[None]] = set()

    def admits(self) -> str:
        """ "" when a call may go there now, otherwise the code of its refusal."""
        if self._open_until and monotonic() < self._open_until:
            return "upstream_unavailable"
        if self.in_flight >= self._connections_max:
            return "overloaded"
        return ""

    def call(self, request: bytes, timeout_seconds: float, answered: Answered) -> None:
        """Send a request; `answered` is called exactly once. Ask `admits` first."""
        self.in_flight += 1
        if self._open_until:
            # Half open: this call is the probe, the next ones wait for what it says.
            self._open_until = monotonic() + _BREAK_SECONDS
        self.submit(_Exchange(self, request, monotonic() + timeout_seconds, answered))

    def submit(self, exchange: _Exchange) -> None:
        if self._resting:
            self._resting.pop().send(exchange)
            return
        task = asyncio.get_running_loop().create_task(self._connect_for(exchange))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect_for(self, exchange: _Exchange) -> None:
        seconds = max(0.0, min(self._connect_seconds, exchange.deadline - monotonic()))
        try:
            async with asyncio.timeout(seconds):
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: _Connection(self),
                    self.place.address,
                    self.place.port,
                    ssl=self._tls,
                    server_hostname=self.place.server_name if self._tls else None,
                )
        except (OSError, ssl.SSLError, TimeoutError) as fault:
            log.warning("gateway.service_unreachable", service=self.place.name, fault=str(fault) or "timeout")
            exchange.finish(ServiceAnswer("upstream_unavailable"))
            return
        self._all.add(connection)
        connection.send(exchange)

    def rest(self, connection: _Connection) -> None:
        connection.idle_since = monotonic()
        self._resting.append(connection)

    def lost(self, connection: _Connection) -> None:
        self._all.discard(connection)
        if connection in self._resting:
            self._resting.remove(connection)

    def note(self, answer: ServiceAnswer) -> None:
        """Count for bulkhead and breaker."""
        self.in_flight -= 1
        if answer.fault in ("upstream_unavailable", "upstream_timeout"):
            self._failures += 1
            if self._failures >= _BREAK_AFTER:
                pause = min(_BREAK_SECONDS * 2 ** (self._failures - _BREAK_AFTER), _BREAK_SECONDS_MAX)
                self._open_until = monotonic() + pause
        else:
            self._failures = 0
            self._open_until = 0.0

    @property
    def broken(self) -> bool:
        return bool(self._open_until)

    def tick(self, now: float) -> None:
        for connection in list(self._all):
            connection.expire(now)

    def close(self) -> None:
        for connection in list(self._all):
            connection.abort()


class Services:
    """All upstreams, by address: two grants on one service share its breaker."""

    def __init__(self, *, connections_max: int, connect_seconds: float, answer_max_bytes: int):
        self._connections_max = connections_max
        self._connect_seconds = connect_seconds
        self._answer_max_bytes = answer_max_bytes
        self._by_place: dict[tuple[str, int, bool, bytes], Service] = {}

    def at(self, place: ServicePlace) -> Service:
        key = place.address, place.port, place.tls, place.host
        service = self._by_place.get(key)
        if service is None:
            service = self._by_place[key] = Service(
                place,
                connections_max=self._connections_max,
                connect_seconds=self._connect_seconds,
                answer_max_bytes=self._answer_max_bytes,
            )
        return service

    def tick(self) -> None:
        """Enforce deadlines; called a few times a second."""
        now = monotonic()
        for service in self._by_place.values():
            service.tick(now)

    def broken(self) -> int:
        return sum(service.broken for service in self._by_place.values())

    def close(self) -> None:
        for service in self._by_place.values():
            service.close()
