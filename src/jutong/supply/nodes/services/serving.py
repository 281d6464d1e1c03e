"""What nodes themselves may call: join, fetch orders, send rows and answers, change their key.

Every call but the joining one is signed. A node works on orders of its own zone only, and only while it is the one to
which the order was given; what comes under an earlier beginning of the order is refused.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction

from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.kernel.actors import PLATFORM
from jutong.kernel.crypto import SignatureWrong, verify_signature
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import BUCKETS
from jutong.supply.nodes import events, queries
from jutong.supply.nodes.domain import CLOCK_SECONDS, hash_code, is_alive, signed_text
from jutong.supply.nodes.domain.errors import CallMalformed, CodeWrong, NotThisNode, OrderGone
from jutong.supply.nodes.models import Node, Nonce, Order, SentChunk
from jutong.supply.nodes.values import OrderState

AHEAD_CHUNKS: Final = 64
"""Chunks that may wait unread; then the node keeps the rest on its own disk."""

CHUNK_BYTES_MAX: Final = 8 * 1024 * 1024
PAUSE_SECONDS: Final = 2.0
BUSY_PAUSE_SECONDS: Final = 0.2
_PUBLIC_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it was signed."""

    method: str
    path: str
    node_no: str
    moment: str
    nonce: str
    signature: bytes
    body: bytes


@transaction.atomic
def enrol(*, code: str, public_key: bytes, version: str, at: datetime) -> str:
    """The node that awaits this code gets this key; gives its number. Raises CodeWrong, CallMalformed."""
    if len(public_key) != _PUBLIC_KEY_BYTES:
        raise CallMalformed()
    row = Node.objects.select_for_update().filter(code_digest=hash_code(code), removed_at=None).first()
    if row is None or row.code_expires_at is None or row.code_expires_at <= at:
        raise CodeWrong()
    row.public_key, row.enrolled_at, row.version = public_key, at, version[:40]
    row.code_digest, row.code_expires_at = "", None
    row.save()
    _record("enrolled", row, at)
    return row.node_no


def recognise(signed: Signed, *, at: datetime) -> Node:
    """The node that signed, and note that it is there. Raises NotThisNode."""
    row = (
        Node.objects.select_related("zone")
        .filter(node_no=signed.node_no, removed_at=None, suspended_at=None, enrolled_at__isnull=False)
        .first()
    )
    if row is None or not signed.moment.isascii() or not signed.moment.isdecimal() or len(signed.moment) > 12:
        raise NotThisNode()
    ahead = int(signed.moment) - at.timestamp()
    if abs(ahead) > CLOCK_SECONDS or not 16 <= len(signed.nonce) <= 40:
        raise NotThisNode()
    text = signed_text(signed.method, signed.path, signed.moment, signed.nonce, signed.body)
    try:
        verify_signature(bytes(row.public_key), text, signed.signature)
    except SignatureWrong as fault:
        raise NotThisNode() from fault
    try:
        with transaction.atomic():
            Nonce.objects.create(node=row, nonce=signed.nonce, used_at=at)
    except IntegrityError as fault:
        raise NotThisNode() from fault
    Node.objects.filter(pk=row.pk).update(last_seen_at=at, clock_ahead_seconds=round(ahead, 1))
    if not is_alive(row.last_seen_at, at):
        with transaction.atomic():
            outbox.publish(events.NodeReturned(row.node_no, queries.resource_codes(row)), at=at)
    return row


@transaction.atomic
def change_key(node: Node, *, public_key: bytes, at: datetime) -> None:
    """A node's new key; this call was signed by the old one, which is void from now on. Raises CallMalformed."""
    if len(public_key) != _PUBLIC_KEY_BYTES:
        raise CallMalformed()
    Node.objects.filter(pk=node.pk).update(public_key=public_key)
    _record("key_changed", node, at)


@transaction.atomic
def fetch_orders(
    node: Node, *, held: Collection[str], version: str, queued_bytes: int, sources: list[str], at: datetime
) -> dict[str, Any]:
    """What the node is to do, what it may drop, and after which pause to call again.

    `held` are the orders whose work lies on its disk. One of its orders that it does not hold is lost there, and
    begins anew.
    """
    Node.objects.filter(pk=node.pk).update(version=version[:40], queued_bytes=queued_bytes, sources=sources)
    rows = Order.objects.select_for_update().filter(zone=node.zone_id)
    mine = list(rows.filter(node=node, state=OrderState.TAKEN).order_by("id"))
    given = []
    for order in mine:
        if str(order.order_no) not in held:
            _begin_anew(order)
            given.append(order)
    if queries.leader_of(node.zone, at) == node.pk:
        for order in rows.filter(state=OrderState.WAITING).order_by("id"):
            order.state, order.node = OrderState.TAKEN, node
            order.save(update_fields=["state", "node"])
            given.append(order)
    known = {str(order.order_no) for order in mine}
    return {
        "orders": [order_told(order) for order in given],
        "drop": sorted(set(held) - known),
        "pause_seconds": BUSY_PAUSE_SECONDS if given or mine else PAUSE_SECONDS,
    }


def order_told(order: Order) -> dict[str, Any]:
    """An order as a node is told it."""
    return {
        "order": str(order.order_no),
        "epoch": order.epoch,
        "method": order.method,
        "arguments": order.arguments,
    }


@transaction.atomic
def begin_anew(node: Node, order_no: str, epoch: int) -> None:
    """The node was broken off while it read and reads again: what it sent so far is void. Raises OrderGone."""
    _begin_anew(_mine(node, order_no, epoch))


def _begin_anew(order: Order) -> None:
    order.sent.all().delete()
    order.epoch, order.chunks, order.read = order.epoch + 1, 0, 0
    order.estimate, order.buckets = None, None
    order.save(update_fields=["epoch", "chunks", "read", "estimate", "buckets"])


@transaction.atomic
def begin(node: Node, order_no: str, epoch: int, *, estimate: int, buckets: list[Any] | None) -> None:
    """The node has opened the source and reads, of a table that was compared only these buckets.

    Raises OrderGone, CallMalformed.
    """
    if buckets is not None and not all(type(bucket) is int and 0 <= bucket < BUCKETS for bucket in buckets):
        raise CallMalformed()
    order = _mine(node, order_no, epoch)
    order.estimate, order.buckets = max(0, estimate), buckets
    order.save(update_fields=["estimate", "buckets"])


@transaction.atomic
def take_chunk(
    node: Node, order_no: str, epoch: int, number: int, digest: str, packed: bytes, *, bounded: bool = True
) -> dict[str, Any]:
    """Keep a chunk; tells which is wanted next, and whether to wait with it. A chunk sent twice is one.

    What comes in packages is all there before anybody reads, and so not `bounded`.

    Raises OrderGone, CallMalformed: what came is not what was sent, or no rows.
    """
    order = _mine(node, order_no, epoch)
    if number == order.chunks and (not bounded or order.chunks - order.read < AHEAD_CHUNKS):
        if hashlib.sha256(packed).hexdigest() != digest:
            raise CallMalformed()
        try:
            mounting.wire.unpack(packed)
        except mounting.wire.ChunkMalformed as fault:
            raise CallMalformed() from fault
        SentChunk.objects.create(order=order, number=number, digest=digest, packed=packed)
        order.chunks += 1
        order.save(update_fields=["chunks"])
    return {"next": order.chunks, "wait": order.chunks - order.read >= AHEAD_CHUNKS}


@transaction.atomic
def finish(node: Node, order_no: str, epoch: int, answer: Any, *, chunks: int | None) -> None:
    """The answer to a question, or the end of a reading with as many chunks. Raises OrderGone, CallMalformed."""
    order = _mine(node, order_no, epoch)
    whole = chunks == order.chunks and isinstance(answer, dict) and set(answer) == {"cursor", "more"}
    if order.method == "stream" and not whole:
        raise CallMalformed()
    order.state, order.answer = OrderState.DONE, answer
    order.save(update_fields=["state", "answer"])


@transaction.atomic
def fail(node: Node, order_no: str, epoch: int, error: Mapping[str, Any]) -> None:
    """The source raised an error. Raises OrderGone."""
    order = _mine(node, order_no, epoch)
    order.state, order.answer = OrderState.FAILED, dict(error)
    order.save(update_fields=["state", "answer"])


def sweep(*, at: datetime, kept_hours: int, carried_days: int) -> None:
    """Forget used numbers that would be refused by their time, and orders nobody takes up again."""
    Nonce.objects.filter(used_at__lt=at - timedelta(seconds=2 * CLOCK_SECONDS)).delete()
    old = Order.objects.filter(created_at__lt=at - timedelta(hours=kept_hours))
    old.exclude(zone__nodes__ferry__isnull=False).delete()
    Order.objects.filter(created_at__lt=at - timedelta(days=carried_days)).delete()


def _mine(node: Node, order_no: str, epoch: int) -> Order:
    order = Order.objects.select_for_update().filter(order_no=order_no, node=node, state=OrderState.TAKEN).first()
    if order is None or order.epoch != epoch:
        raise OrderGone()
    return order


def _record(verb: str, row: Node, at: datetime) -> None:
    audit.record(
        action=f"nodes.node.{verb}",
        by=PLATFORM,
        at=at,
        object_kind="node",
        object_code=row.node_no,
        details={"organisation": row.zone.organisation, "zone": row.zone.name},
    )
