"""Packages of nodes that no network reaches (摆渡): orders go out and rows come in as files that people carry.

Each node has a folder `ferry/<number>` in the platform's data folder, with `in`, `out` and `refused`. A package is
taken in whole and in order, in one transaction, or not at all. What was sent is kept until the node has confirmed it.
"""

import base64
import contextlib
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.kernel.policy import Subject
from jutong.supply.nodes import events, policy, queries
from jutong.supply.nodes.domain import ferry as packages
from jutong.supply.nodes.domain.errors import CallMalformed, CodeWrong, NotFerried, OrderGone
from jutong.supply.nodes.domain.ferry import Content, FerryWay, Heading, Keys, Message, PackageBad, Ticket
from jutong.supply.nodes.models import Ferry, FerryPackage, Node, Order
from jutong.supply.nodes.services import serving
from jutong.supply.nodes.values import OrderState, PackageRefusal, PackageState

_AT_ONCE: Final = 20
"""Packages taken in within one step, so that one node's heap does not keep the others waiting."""


class _Refused(Exception):
    """A package is not taken in, for this reason."""

    def __init__(self, reason: PackageRefusal):
        super().__init__(reason.value)
        self.reason = reason


# --- Kept by people --------------------------------------------------------------------------------------------------


def ticket_of(node: Node, code: str) -> str:
    """What a node without a network joins with; it holds the platform's public keys."""
    keys = _keys()
    return Ticket(node.node_no, code, keys.signing.public, keys.sealing.public).text()


def begin(node: Node) -> None:
    """Count anew from the first package on: the node is new, or joins again with new keys."""
    Ferry.objects.update_or_create(
        node=node,
        defaults={"sealing_key": b"", "sent": 0, "taken": 0, "confirmed": 0, "again": 0, "asked": 0, "sources": {}},
    )
    FerryPackage.objects.filter(ferry__node=node).delete()
    for name in ("in", "out"):
        place = folder(node.node_no) / name
        place.mkdir(mode=0o750, parents=True, exist_ok=True)
        for path in place.glob("*.pkg"):
            path.unlink()


@transaction.atomic
def resend(*, node_no: str, by: Subject, at: datetime) -> int:
    """Lay every package the node has not confirmed into the folder again; how many. Raises NoSuchNode, NotFerried."""
    node = queries.get_node(node_no, by)
    require(by, policy.MANAGE_NODES, queries.facts(node))
    if not node.is_ferried:
        raise NotFerried()
    found = _write_again(node.ferry, 1)
    audit.record(
        action="nodes.node.resent",
        by=by.actor,
        at=at,
        object_kind="node",
        object_code=node_no,
        details={"total": found},
    )
    return found


def folder(node_no: str) -> Path:
    """Where a node's packages lie."""
    return Path(settings.JUTONG_DATA_DIR) / "ferry" / node_no


# --- The round -------------------------------------------------------------------------------------------------------


def make_round(*, at: datetime) -> bool:
    """Take in what was carried here, and lay down what is to be carried away; whether more lies there."""
    more = False
    in_use = Ferry.objects.filter(node__removed_at=None, node__suspended_at=None).select_related("node__zone")
    for ferry in in_use.order_by("id"):
        more |= _take_in(ferry, at)
        if ferry.node.enrolled_at is not None:
            _put_out(ferry.pk, at)
    return more


# --- In --------------------------------------------------------------------------------------------------------------


def _take_in(ferry: Ferry, at: datetime) -> bool:
    """Take in the packages that are next; gives whether there may be more."""
    waiting: dict[int, Path] = {}
    for path in sorted((folder(ferry.node.node_no) / "in").glob("*.pkg")):
        try:
            heading = packages.heading_of(_head(path))
            if (heading.node_no, heading.way) != (ferry.node.node_no, FerryWay.UP):
                raise _Refused(PackageRefusal.FOREIGN)
            waiting[heading.number] = path
        except PackageBad:
            _refuse(ferry, 0, path, PackageRefusal.ALTERED, at)
        except _Refused as fault:
            _refuse(ferry, 0, path, fault.reason, at)
    for done, (number, path) in enumerate(sorted(waiting.items())):
        if done == _AT_ONCE:
            return True
        ferry.refresh_from_db()
        if number > ferry.taken + 1:
            # An earlier one is on its way, or lost; it is asked for once, by a package of ours.
            Ferry.objects.filter(pk=ferry.pk).exclude(asked=ferry.taken + 1).update(again=ferry.taken + 1)
            break
        try:
            _take(ferry, number, path, at)
            path.unlink()
        except _Refused as fault:
            _refuse(ferry, number, path, fault.reason, at)
    return False


@transaction.atomic
def _take(ferry: Ferry, number: int, path: Path, at: datetime) -> None:
    """Raises _Refused; then nothing of it counts."""
    if path.stat().st_size > packages.PACKAGE_BYTES_MAX:
        raise _Refused(PackageRefusal.TOO_LARGE)
    data = path.read_bytes()
    row = Ferry.objects.select_for_update(of=("self",)).select_related("node__zone").get(pk=ferry.pk)
    node = row.node
    try:
        content = packages.open_content(data, _keys())
        if node.enrolled_at is None:
            _join(row, data, content, at)
        else:
            packages.verify(data, bytes(node.public_key))
    except PackageBad as fault:
        raise _Refused(PackageRefusal.ALTERED) from fault
    if number != row.taken + 1:
        raise _Refused(PackageRefusal.DOUBLED)
    for message in content.messages:
        _apply(node, message)
    row.taken, row.again, row.asked = number, 0, 0
    row.confirmed = max(row.confirmed, min(content.taken, row.sent))
    if isinstance(sources := content.told.get("sources"), dict):
        row.sources = sources
        Node.objects.filter(pk=node.pk).update(sources=sorted(str(name)[:60] for name in sources)[:100])
    row.save()
    _note(row, FerryWay.UP, number, PackageState.TAKEN, len(data), at)
    row.packages.filter(way=FerryWay.DOWN, number__lte=content.taken, state=PackageState.SENT).update(
        state=PackageState.CONFIRMED, data=None
    )
    version = str(content.told.get("version") or node.version)[:40]
    Node.objects.filter(pk=node.pk).update(last_seen_at=at, version=version)
    if content.again:
        _write_again(row, content.again)
    outbox.publish(events.NodeReturned(node.node_no, queries.resource_codes(node)), at=at)


def _join(row: Ferry, data: bytes, content: Content, at: datetime) -> None:
    """The first package tells the node's keys; that it knows the code is what makes it the node."""
    told: Any = content.told.get("join")
    try:
        signing, sealing = (base64.b64decode(told[name], validate=True) for name in ("public_key", "sealing_key"))
        code, version = str(told["code"]), str(told["version"])
    except (KeyError, TypeError, ValueError) as fault:
        raise PackageBad("join") from fault
    packages.verify(data, signing)
    try:
        with transaction.atomic():
            if serving.enrol(code=code, public_key=signing, version=version, at=at) != row.node.node_no:
                raise CodeWrong()
    except (CodeWrong, CallMalformed) as fault:
        raise _Refused(PackageRefusal.CODE) from fault
    row.node.refresh_from_db()
    row.sealing_key = sealing


def _apply(node: Node, message: Message) -> None:
    """What the node says of an order. One that is over, or began anew since, is passed over."""
    try:
        _, order_no, epoch, what, *number = message.path.split("/")
        with transaction.atomic():
            _serve(node, order_no, int(epoch), what, int(number[0]) if number else 0, message.body)
    except OrderGone:
        return
    except (CallMalformed, ValueError, KeyError, TypeError) as fault:
        raise PackageBad("message") from fault


def _serve(node: Node, order_no: str, epoch: int, what: str, number: int, body: bytes) -> None:
    if what == "chunks":
        serving.take_chunk(node, order_no, epoch, number, packages.digest_of(body), body, bounded=False)
        return
    told: dict[str, Any] = json.loads(body)
    if what == "begin":
        serving.begin(node, order_no, epoch, estimate=int(told["estimate"]), buckets=told.get("buckets"))
    elif what == "end":
        serving.finish(node, order_no, epoch, told["answer"], chunks=told["chunks"])
    elif what == "failure":
        serving.fail(node, order_no, epoch, told["error"])
    elif what == "anew":
        serving.begin_anew(node, order_no, epoch)
    else:
        raise PackageBad("message")


# --- Out -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def _put_out(pk: int, at: datetime) -> None:
    """One package with the orders that wait, if there are any, or with the question for one that is missing."""
    row = Ferry.objects.select_for_update(of=("self",)).select_related("node__zone").get(pk=pk)
    node = row.node
    orders = []
    if queries.leader_of(node.zone, at) == node.pk:
        orders = list(Order.objects.select_for_update().filter(zone=node.zone, state=OrderState.WAITING).order_by("id"))
    if not orders and not row.again:
        return
    messages = []
    for order in orders:
        order.state, order.node = OrderState.TAKEN, node
        order.save(update_fields=["state", "node"])
        messages.append(Message("order", json.dumps(serving.order_told(order), ensure_ascii=False).encode()))
    heading = Heading(node.node_no, FerryWay.DOWN, row.sent + 1)
    content = Content(row.taken, tuple(messages), row.again)
    data = packages.close(heading, content, _keys(), bytes(row.sealing_key))
    row.sent, row.again, row.asked = heading.number, 0, row.again or row.asked
    row.save()
    _note(row, FerryWay.DOWN, heading.number, PackageState.SENT, len(data), at, data=data)
    _write_later(heading, data)


def _write_again(row: Ferry, first: int) -> int:
    kept = row.packages.filter(way=FerryWay.DOWN, number__gte=first, state=PackageState.SENT).exclude(data=None)
    for package in kept.order_by("number"):
        _write_later(Heading(row.node.node_no, FerryWay.DOWN, package.number), bytes(package.data or b""))
    return kept.count()


def _write_later(heading: Heading, data: bytes) -> None:
    """After the commit: a file without its record would have its number given twice."""
    transaction.on_commit(lambda: _write(folder(heading.node_no) / "out" / heading.file_name, data))


# --- Files and records -----------------------------------------------------------------------------------------------


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(1001)


@transaction.atomic
def _refuse(ferry: Ferry, number: int, path: Path, reason: PackageRefusal, at: datetime) -> None:
    """Put a package aside, and say why."""
    _note(ferry, FerryWay.UP, number, PackageState.REFUSED, path.stat().st_size, at, reason=reason.value)
    place = folder(ferry.node.node_no) / "refused"
    place.mkdir(mode=0o750, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        path.replace(place / path.name)


def _note(
    row: Ferry,
    way: FerryWay,
    number: int,
    state: PackageState,
    size: int,
    at: datetime,
    *,
    reason: str = "",
    data: bytes | None = None,
) -> None:
    FerryPackage.objects.create(
        ferry=row, way=way, number=number, state=state, reason=reason, size_bytes=size, at=at, data=data
    )


def _keys() -> Keys:
    return Keys.of(settings.JUTONG_FERRY_KEY)
