"""What is sent to a registered service, and what of its answer is given on."""

import json
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from time import time
from typing import Any
from urllib.parse import quote

from jutong.delivery.gateway.plane.conditions import matches
from jutong.delivery.gateway.plane.errors import Refused
from jutong.delivery.gateway.plane.masks import consumer_key, mask_text
from jutong.delivery.gateway.plane.parameters import Asked, Question
from jutong.delivery.gateway.plane.policy import Grant, ServicePlace
from jutong.kernel.crypto import INTL_1, Mac, Secret, SigningKey

_ROWS_NAMES = ("rows", "data")
_TOKEN_SECONDS = 60
# `json.dumps` with any option makes a new encoder at each call.
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Introduction:
    """The header by which a data source knows that the platform calls, so that it can turn direct callers away.

    `X-Jutong-Gateway: <gateway>;<minute>;<base64 Ed25519 of "jutong gateway 1|<host>|<minute>">`, signed anew each
    minute for each service. The public key is published with the interface documents.
    """

    def __init__(self, gateway: str, key: SigningKey):
        self._gateway = gateway
        self._key = key
        self._minute = 0
        self._lines: dict[bytes, bytes] = {}

    def line(self, host: bytes) -> bytes:
        minute = int(time()) // _TOKEN_SECONDS
        if minute != self._minute:
            self._minute = minute
            self._lines.clear()
        line = self._lines.get(host)
        if line is None:
            code = b64encode(self._key.sign(b"jutong gateway 1|%b|%d" % (host, minute)))
            line = self._lines[host] = b"x-jutong-gateway: %b;%d;%b\r\n" % (self._gateway.encode(), minute, code)
        return line


def service_request(grant: Grant, place: ServicePlace, question: Question, introduction: Introduction) -> bytes:
    """The request to the service. Nothing of the caller's request is in it but the values of its parameters."""
    target = place.path if place.method == b"POST" else _target(place, question.asked)
    head = b"%b %b HTTP/1.1\r\nhost: %b\r\naccept: application/json\r\nuser-agent: jutong-gateway\r\n" % (
        place.method,
        target,
        place.host,
    )
    ours = b"%bx-jutong-consumer: %b\r\nx-jutong-grant: %b\r\n" % (
        introduction.line(place.host),
        grant.consumer.encode(),
        grant.grant_no.encode(),
    )
    if place.method != b"POST":
        return head + ours + b"\r\n"
    body = json.dumps(_members(place, question.asked), ensure_ascii=False).encode()
    return head + ours + b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


def _target(place: ServicePlace, asked: tuple[Asked, ...]) -> bytes:
    if not asked:
        return place.path
    pairs = (f"{quote(_upstream_name(place, one), safe='')}={quote(_joined(one.value), safe='')}" for one in asked)
    return place.path + (b"&" if b"?" in place.path else b"?") + "&".join(pairs).encode()


def _members(place: ServicePlace, asked: tuple[Asked, ...]) -> dict[str, Any]:
    return {_upstream_name(place, one): list(one.value) if isinstance(one.value, tuple) else one.value for one in asked}


def _upstream_name(place: ServicePlace, asked: Asked) -> str:
    column = asked.parameter.column
    name = place.parameters.get(column, column)
    return name if asked.parameter.op in ("eq", "in") else f"{name}.{asked.parameter.op}"


def _joined(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ",".join(value)


def granted_rows(grant: Grant, body: bytes, masking_secret: Secret) -> tuple[str, int]:
    """Only granted columns of rows that meet the condition, masked, as JSON texts joined by commas; and their number.

    Raises Refused when the answer has no rows where they should be.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("upstream_invalid") from None
    place = grant.place
    rows_at, fields = (place.rows_at, place.fields) if isinstance(place, ServicePlace) else ((), {})
    rows = _rows_in(answer, rows_at)
    mac = _mask_mac(masking_secret.reveal(), grant.consumer)
    shown = []
    for row in rows:
        if not isinstance(row, dict):
            raise Refused("upstream_invalid")
        named = {**row, **{column: row.get(name) for column, name in fields.items()}} if fields else row
        if grant.condition is None or matches(grant.condition, named):
            shown.append(_shown(grant, named, mac))
    return _COMPACT.encode(shown)[1:-1], len(shown)


@lru_cache(maxsize=1024)
def _mask_mac(masking_secret: bytes, consumer: str) -> Mac:
    return INTL_1.mac(consumer_key(Secret(masking_secret), consumer))


def _rows_in(answer: Any, rows_at: tuple[str, ...]) -> list[Any]:
    for step in rows_at:
        if not isinstance(answer, dict) or step not in answer:
            raise Refused("upstream_invalid")
        answer = answer[step]
    if isinstance(answer, list):
        return answer
    if not isinstance(answer, dict):
        raise Refused("upstream_invalid")
    for name in () if rows_at else _ROWS_NAMES:
        if isinstance(answer.get(name), list):
            rows: list[Any] = answer[name]
            return rows
    return [answer]


def _shown(grant: Grant, row: Mapping[str, Any], mac: Mac) -> dict[str, Any]:
    shown = {}
    for column in grant.columns:
        value = row.get(column)
        mask = grant.masks.get(column)
        shown[column] = value if mask is None else mask_text(mask, None if value is None else _text(value), mac)
    return shown


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
