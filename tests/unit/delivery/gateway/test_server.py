"""Connections without a network: whatever bytes come, the connection answers properly or ends."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jutong.delivery.gateway.plane.http import Answer
from jutong.delivery.gateway.plane.server import Connection, Server
from jutong.delivery.gateway.plane.settings import PlaneSettings
from jutong.delivery.gateway.plane.words import prefers_english
from jutong.kernel.crypto import Secret

SETTINGS = PlaneSettings(
    database_url="", folder=Path("/nowhere"), sealing_secret=Secret(b""), signing_secret=Secret(b""),
    masking_secret=Secret(b""),
)  # fmt: skip
GOOD = b"GET /v1/resources/1/1?a=b HTTP/1.1\r\nHost: g\r\nX: y\r\n\r\n"
POST = b"POST /v1/resources/1/1 HTTP/1.1\r\nHost: g\r\nContent-Length: 4\r\n\r\nabcd"


class Transport:
    def __init__(self):
        self.written = b""
        self.closed = False
        self.paused = False

    def get_extra_info(self, name):
        return ("127.0.0.1", 1)

    def write(self, data):
        assert not self.closed, "written after the end"
        self.written += data

    def close(self):
        self.closed = True

    abort = close

    def pause_reading(self):
        self.paused = True

    def resume_reading(self):
        self.paused = False


class Echo:
    """Answers at once with what it was asked; keeps every request."""

    def __init__(self, later=False):
        self.requests = []
        self.waiting = [] if later else None

    def handle(self, request, reply):
        self.requests.append(request)
        if self.waiting is None:
            reply(Answer(200, request.path))
        else:
            self.waiting.append(reply)

    def refuse_unread(self, refused, source, accept_language):
        return Answer(400, refused.code.encode(), close=True)


def connected(later=False):
    server = Server(SETTINGS, Echo(later))
    connection, transport = Connection(server), Transport()
    connection.connection_made(transport)
    return connection, transport, server.handler


def feed(connection, transport, *parts):
    for part in parts:
        if not transport.closed:
            connection.data_received(part)


@given(st.integers(1, len(GOOD) - 1))
def test_a_request_may_be_cut_anywhere(cut):
    connection, transport, handler = connected()

    feed(connection, transport, GOOD[:cut], GOOD[cut:] + GOOD)

    assert [(r.method, r.path, r.query, r.body) for r in handler.requests] == [
        (b"GET", b"/v1/resources/1/1", b"a=b", b"")
    ] * 2
    assert transport.written.count(b"HTTP/1.1 200 OK") == 2


@given(st.lists(st.integers(0, len(POST)), max_size=6))
def test_a_body_may_be_cut_anywhere(cuts):
    connection, transport, handler = connected()
    marks = [0, *sorted(cuts), len(POST)]

    feed(connection, transport, *(POST[a:b] for a, b in pairwise(marks) if b > a))

    assert [request.body for request in handler.requests] == [b"abcd"]


@settings(max_examples=400)
@given(st.lists(st.binary(max_size=60) | st.sampled_from([GOOD, POST, b"\r\n", b"GET ", b"\r\n\r\n"]), max_size=8))
@example([b"\x16\x03\x01"])
@example([GOOD, b"\x00", GOOD])
def test_any_bytes_are_answered_properly_or_end_the_connection(parts):
    connection, transport, handler = connected()

    feed(connection, transport, *parts)

    answers = transport.written.count(b"HTTP/1.1 ")
    assert answers in (len(handler.requests), len(handler.requests) + 1)
    if answers > len(handler.requests):
        assert transport.closed


def test_nothing_is_read_behind_an_answer_that_ends_the_connection():
    connection, transport, handler = connected()

    feed(connection, transport, GOOD.replace(b"X: y", b"Connection: close") + GOOD)

    assert len(handler.requests) == 1
    assert transport.closed


def test_one_request_of_a_connection_is_answered_at_a_time():
    connection, transport, handler = connected(later=True)

    feed(connection, transport, GOOD * 3)

    assert len(handler.requests) == 1
    assert transport.paused
    for _ in range(3):
        handler.waiting.pop(0)(Answer(200, b""))
    assert len(handler.requests) == 3
    assert not transport.paused


def test_too_many_pipelined_requests_end_the_connection_after_the_present_one():
    connection, transport, handler = connected(later=True)

    feed(connection, transport, GOOD * 30)
    while handler.waiting:
        handler.waiting.pop(0)(Answer(200, b""))

    assert transport.closed
    assert b"request_too_large" in transport.written


def test_an_answer_for_a_caller_who_has_gone_is_dropped():
    connection, transport, handler = connected(later=True)
    feed(connection, transport, GOOD)
    connection.connection_lost(None)

    handler.waiting.pop()(Answer(200, b"secret"))

    assert transport.written == b""


@pytest.mark.parametrize(
    ("listen", "forwarded", "source"),
    [
        ("127.0.0.1", b"10.9.8.7", "10.9.8.7"),
        ("127.0.0.1", b"1.2.3.4, 10.9.8.7", "10.9.8.7"),
        ("127.0.0.1", b"2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", b'10.9.8.7"}', "127.0.0.1"),
        ("127.0.0.1", b"unknown", "127.0.0.1"),
        ("0.0.0.0", b"10.9.8.7", "127.0.0.1"),
    ],
)
def test_where_a_call_comes_from_behind_a_proxy_and_without_one(listen, forwarded, source):
    server = Server(replace(SETTINGS, listen=listen), Echo())
    connection, transport = Connection(server), Transport()
    connection.connection_made(transport)

    feed(connection, transport, GOOD.replace(b"X: y", b"X-Forwarded-For: " + forwarded))

    assert server.handler.requests[0].source == source


def test_languages():
    for header, english in (
        (b"", False), (b"en", True), (b"en-GB,zh;q=0.9", True), (b"zh-CN,en", False), (b"fr", False),
        (b"zh;q=0.2, en;q=0.3", True), (b"en;q=x", False), (b"*", False), (b",;=q", False), (b"EN-us", True),
    ):  # fmt: skip
        assert prefers_english(header) is english, header
