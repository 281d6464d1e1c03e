"""The doors of the nodes themselves: no person, no session; each call but the first bears the node's signature."""

import base64
import binascii
import functools
import json
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.http.request import RawPostDataException
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from jutong.base.http import carries_rows, public
from jutong.base.rest import STATUS_BY_KIND, problem_of
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.supply.nodes.domain.errors import CallMalformed
from jutong.supply.nodes.models import Node
from jutong.supply.nodes.services import releases, serving

_COUNT_MAX: Final = 2**31 - 1


def _door(view: Callable[..., Any]) -> Callable[..., Any]:
    """A door for programs: POST, and errors as problems."""

    @csrf_exempt
    @require_POST
    @public
    @functools.wraps(view)
    def opened(request: HttpRequest, **where: Any) -> JsonResponse:
        try:
            return JsonResponse(view(request, **where))
        except JutongError as error:
            return JsonResponse(problem_of(error), status=STATUS_BY_KIND[error.kind])
        except (RequestDataTooBig, RawPostDataException):  # The gate has read a form, and doors take none.
            return JsonResponse(problem_of(CallMalformed()), status=STATUS_BY_KIND[CallMalformed.kind])

    return opened


def _signed(view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view)
    def recognised(request: HttpRequest, **where: Any) -> dict[str, Any]:
        given = request.headers
        try:
            signature = base64.b64decode(given.get("X-Jutong-Signature", ""), validate=True)
        except (binascii.Error, ValueError):
            signature = b""
        node = serving.recognise(
            serving.Signed(
                request.method or "",
                request.get_full_path(),
                given.get("X-Jutong-Node", ""),
                given.get("X-Jutong-Time", ""),
                given.get("X-Jutong-Nonce", ""),
                signature,
                _body(request),
            ),
            at=clock.now(),
        )
        answer: dict[str, Any] = view(request, node, **where)
        return answer

    return recognised


@_door
def enrol(request: HttpRequest) -> dict[str, Any]:
    """A machine joins with its one-time code."""
    told = _json(request, code=str, public_key=str, version=str)
    number = serving.enrol(
        code=told["code"], public_key=_key(told["public_key"]), version=told["version"], at=clock.now()
    )
    return {"node_no": number, "release_key": releases.key()}


@_door
@_signed
def key(request: HttpRequest, node: Node) -> dict[str, Any]:
    """A node's new key."""
    told = _json(request, public_key=str)
    serving.change_key(node, public_key=_key(told["public_key"]), at=clock.now())
    return {}


@_door
@_signed
def poll(request: HttpRequest, node: Node) -> dict[str, Any]:
    """What is there to do?"""
    told = _json(request, held=list, version=str, queued_bytes=int, sources=list)
    names = [str(name)[:60] for name in told["sources"][:100]]
    held = [str(each) for each in told["held"][:1000]]
    queued = min(max(0, told["queued_bytes"]), 2**62)
    return serving.fetch_orders(
        node, held=held, version=told["version"], queued_bytes=queued, sources=names, at=clock.now()
    )


@_door
@_signed
def begin(request: HttpRequest, node: Node, order_no: UUID, epoch: int) -> dict[str, Any]:
    """The source is open."""
    told = _json(request, estimate=int, buckets=None)
    if not isinstance(told["buckets"], list | None):
        raise CallMalformed()
    serving.begin(node, str(order_no), epoch, estimate=min(told["estimate"], 2**62), buckets=told["buckets"])
    return {}


@_door
@_signed
def update(request: HttpRequest, node: Node) -> dict[str, Any]:
    """Which version of the node's program is on offer?"""
    _json(request)
    found = releases.offered()
    return {"manifest": found[0].to_json() if found else None, "signature": found[1] if found else ""}


@_door
@_signed
def update_piece(request: HttpRequest, node: Node) -> dict[str, Any]:
    """A piece of it."""
    told = _json(request, version=str, offset=int)
    return {"data": releases.piece(told["version"], told["offset"])}


@carries_rows
@_door
@_signed
def chunk(request: HttpRequest, node: Node, order_no: UUID, epoch: int, number: int) -> dict[str, Any]:
    """Rows."""
    digest = request.headers.get("X-Jutong-Digest", "")
    if number > _COUNT_MAX:
        raise CallMalformed()
    return serving.take_chunk(node, str(order_no), epoch, number, digest, _body(request))


@carries_rows
@_door
@_signed
def end(request: HttpRequest, node: Node, order_no: UUID, epoch: int) -> dict[str, Any]:
    """An answer, or the end of the rows."""
    told = _json(request, answer=None, chunks=None)
    serving.finish(node, str(order_no), epoch, told["answer"], chunks=told["chunks"])
    return {}


@carries_rows
@_door
@_signed
def failure(request: HttpRequest, node: Node, order_no: UUID, epoch: int) -> dict[str, Any]:
    """The source raised an error."""
    serving.fail(node, str(order_no), epoch, _json(request, error=dict)["error"])
    return {}


def _body(request: HttpRequest) -> bytes:
    return request.body


def _json(request: HttpRequest, **fields: type | None) -> dict[str, Any]:
    try:
        told = json.loads(_body(request))
    except (ValueError, RecursionError) as fault:
        raise CallMalformed() from fault
    if not isinstance(told, dict):
        raise CallMalformed()
    # Programs in the field are older than the platform for a while, and leave out what they do not know.
    told = {name: None for name, kind in fields.items() if kind is None} | told
    if set(told) != set(fields):
        raise CallMalformed()
    if any(kind is not None and type(told[name]) is not kind for name, kind in fields.items()):
        raise CallMalformed()
    if "\\u0000" in json.dumps(told):
        raise CallMalformed()
    return told


def _key(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise CallMalformed() from fault
