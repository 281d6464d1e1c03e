"""Mail and HTTP servers of this test process, and people who are reached by them."""

import hmac
import json
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiosmtpd.controller import Controller

from jutong.foundation.notices import plugs
from jutong.foundation.notices.models import ContactPoint, Preference
from jutong.foundation.notices.services import contacts
from jutong.foundation.notices.values import Channel, SmsGateway, SmtpServer
from jutong.kernel.crypto import Secret
from jutong.kernel.egress import parse_permitted
from jutong.kernel.policy import Post, Subject

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)  # ten in the morning
ORGANISATION = "11450000000000001A"
ONE = Subject("P1", Post.DATA_STEWARD, ORGANISATION)
SMS_SECRET = Secret("what was agreed with the gateway")


@dataclass
class Mailbox:
    """What a mail server was handed; `answers` are given to the next letters instead of 250."""

    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    on_letter: object = None

    async def handle_DATA(self, server, session, envelope):
        self.raw.append(envelope.content)
        if self.on_letter:
            self.on_letter()
        return self.answers.pop(0) if self.answers else "250 OK"

    @property
    def letters(self):
        return [message_from_bytes(raw, policy=policy.default) for raw in self.raw]


class BoundController(Controller):
    """A mail server on whatever port is free; aiosmtpd wants to be told one."""

    def __init__(self, handler):
        self.listener = socket.create_server(("127.0.0.1", 0))
        super().__init__(handler, hostname="127.0.0.1", port=self.listener.getsockname()[1])

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, sock=self.listener)


@pytest.fixture
def mailbox(settings):
    box = Mailbox()
    controller = BoundController(box)
    controller.start()
    box.port = controller.port
    settings.JUTONG_SMTP = SmtpServer("127.0.0.1", box.port, "off", "jutong@gxdata.gov.cn")
    yield box
    controller.stop()


@dataclass
class Receiver:
    """An HTTP server that takes what is posted; `answers` are statuses for the next calls instead of 200."""

    port: int = 0
    calls: list = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def address(self, path="/in?t=1"):
        return f"http://127.0.0.1:{self.port}{path}"

    def bodies(self):
        return [json.loads(body) for _, _, body in self.calls]

    def is_signed(self, number, secret):
        _, headers, body = self.calls[number]
        signed = f"{headers['X-Jutong-Timestamp']}.{headers['X-Jutong-Key']}.".encode() + body
        expected = hmac.new(secret, signed, sha256).hexdigest()
        return headers["X-Jutong-Signature"] == f"sha256={expected}"


@pytest.fixture
def receiver():
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.calls.append((self.path, dict(self.headers), body))
            self.send_response(found.answers.pop(0) if found.answers else 200)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def gateway(receiver, settings):
    settings.JUTONG_SMS = SmsGateway(receiver.address("/send/{account}/{key}"), "jutong", SMS_SECRET)
    return receiver


@pytest.fixture(autouse=True)
def nothing_plugged(monkeypatch, settings):
    """No address book, no lists, no ports but those a test asks for."""
    monkeypatch.setattr(plugs, "_books", [])
    monkeypatch.setattr(plugs, "_permits", [])
    settings.JUTONG_SMTP = settings.JUTONG_SMS = None


@pytest.fixture
def permitted(monkeypatch, receiver):
    """The organisation's list holds the receiver's address and port, and nothing else."""
    entry = parse_permitted("127.0.0.1", receiver.port, receiver.port)
    monkeypatch.setattr(plugs, "_permits", [lambda organisation: [entry] if organisation == ORGANISATION else []])


def confirmed(channel, address, *, by=ONE, at=AT):
    """A contact point as if its code had come and been entered."""
    Preference.objects.filter(person_no=by.person_no).update(code_at=None)
    contacts._keep(channel, address, contacts._new_secret(channel), "000000", by, at - timedelta(days=1))
    ContactPoint.objects.filter(person_no=by.person_no, channel=channel.value).update(
        confirmed_at=at, code_digest="", code_until=None
    )


@pytest.fixture
def by_mail(db, mailbox):
    confirmed(Channel.MAIL, "p1@gxdata.gov.cn")
    return mailbox
