"""Reading through a node: an adapter whose questions become orders, and whose rows are those the node has sent.

Questions wait for an answer and leave nothing behind. A reading may outlive the run that ordered it: when the network
or the worker fails, the next run finds the order by what it asks for and reads on from what has come, so that the
source is not read again. A reading that ended in order, well or not, is never taken up again.
"""

import hashlib
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F

from jutong.foundation.notices import api as notices
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.kernel.text import N_
from jutong.registry.accounts import api as accounts
from jutong.supply.catalogue import api as catalogue
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import (
    Ability,
    BucketDigest,
    Chunk,
    ConnectionReport,
    Estimate,
    KeyRange,
    Part,
    StreamRequest,
    TableFound,
    TableRef,
)
from jutong.supply.nodes import queries
from jutong.supply.nodes.domain import leaving
from jutong.supply.nodes.domain.errors import (
    FerryAwaited,
    NodeNotThere,
    NodeSlow,
    ReleaseAwaited,
    ReleaseRefused,
    StreamBroken,
    WayClosed,
)
from jutong.supply.nodes.models import Order, Release, Route, SentChunk, Zone
from jutong.supply.nodes.values import OrderState, ReleaseState

ASKED: Final = "nodes.release_asked"
ANSWER_SECONDS: Final = 20
SCAN_SECONDS: Final = 600
KEPT_HOURS: Final = 6
"""How long an unfinished reading may be taken up again; older rows would be too old a moment of the source."""

CARRIED_KEPT_DAYS: Final = 30
"""The same where people carry the packages, who are not there every day."""

CARRIED_ANSWER_HOURS: Final = 72
"""How old what a package told of a source may be; a reading of columns that are gone since fails and says so."""

SILENCE_SECONDS: Final = 45
_NO_SAMPLES: Final = N_("经前置机接入的数据源不提供样例和取值摘要，数据只在传出审批后离开部门网络。")
_LOOK_SECONDS: Final = 0.15
_FETCHED_AT_ONCE: Final = 4


class NodeAdapter:
    """A source behind a node, as mounting and exchange see every source."""

    def __init__(self, route: Route, resource_code: str):
        self._route, self._resource_code = route, resource_code

    def abilities(self) -> tuple[Ability, ...]:
        return (Ability("sketches", False, _NO_SAMPLES),)

    def test(self) -> ConnectionReport:
        return ConnectionReport(**self._ask("test"))

    def scan(self, told: Callable[[int, int], None]) -> tuple[TableFound, ...]:
        found = tuple(map(TableFound.from_json, self._ask("scan", seconds=SCAN_SECONDS)))
        told(len(found), len(found))
        return found

    def describe(self, table: TableRef) -> TableFound:
        return TableFound.from_json(self._ask("describe", table=mounting.wire.table_to_json(table)))

    def estimate(self, table: TableRef) -> Estimate:
        return Estimate(self.describe(table).row_estimate, None)

    def split(self, request: StreamRequest, parts: int) -> tuple[KeyRange, ...]:
        """Bounds are values of rows, so that they need the consent rows need."""
        self._require_release(request)
        told = self._ask("split", seconds=SCAN_SECONDS, request=mounting.wire.request_to_json(request), parts=parts)
        return tuple(map(mounting.wire.range_from_json, told))

    def digest(self, request: StreamRequest) -> Mapping[int, BucketDigest]:
        """Made on the node, from which only numbers come."""
        self._require_release(request)
        told = self._ask("digest", seconds=SCAN_SECONDS, request=mounting.wire.request_to_json(request))
        return mounting.wire.digests_from_json(told)

    def sample(self, table: TableRef, columns: Sequence[str], limit: int) -> list[tuple[str | None, ...]]:
        """None: rows leave a department's network for a resource it consented to, and for nothing else."""
        return []

    def sketch(self, table: TableRef, columns: Sequence[str], key: str, size: int) -> dict[str, list[int]]:
        """None, for the same reason: even hashes tell who is in a table."""
        return {}

    def check_incremental(self, table: TableFound, watermark_column: str) -> None:
        self._ask("check_incremental", found=table.to_json(), watermark_column=watermark_column)

    @contextmanager
    def stream(self, request: StreamRequest) -> Iterator["NodeStream"]:
        asked_in = threading.get_ident()
        try:
            self._require_release(request)
            order = _order(self._route, request)
            if order.state not in (OrderState.DONE, OrderState.FAILED) and queries.ferry_of(
                self._route.zone, clock.now()
            ):
                raise _carried(order)
            stream = NodeStream(order)
            stream.await_beginning()
            if stream.buckets is not None:
                stream = DifferingNodeStream(stream)
            try:
                yield stream
            except (NodeNotThere, StreamBroken):
                if stream.cancelled:
                    stream.forget()
                raise
            except BaseException:
                stream.forget()
                raise
            else:
                stream.forget()
        finally:
            if asked_in != _main_thread():
                connection.close()

    def _require_release(self, request: StreamRequest) -> None:
        """Raises ReleaseAwaited, and asks for consent where nobody has asked for these columns yet."""
        columns = sorted(map(leaving, request.columns))
        asked = {"table": str(request.table), "columns": columns, "asked_at": clock.now()}
        with transaction.atomic():
            row, made = Release.objects.select_for_update().get_or_create(
                route=self._route,
                resource_code=self._resource_code,
                defaults={**asked, "state": ReleaseState.ASKED},
            )
            anew = row.table != asked["table"] or row.columns != columns
            if anew:
                row.table, row.columns, row.asked_at = str(request.table), columns, clock.now()
                row.state, row.decided_at, row.decided_by = ReleaseState.ASKED, None, None
                row.save()
            if made or anew:
                self._tell_stewards()
        if row.state == ReleaseState.ASKED:
            fault = ReleaseAwaited()
            fault.is_over = lambda: not Release.objects.filter(pk=row.pk, state=ReleaseState.ASKED).exists()
            raise fault
        if row.state != ReleaseState.APPROVED:
            raise ReleaseRefused()

    def _tell_stewards(self) -> None:
        zone, at = self._route.zone, clock.now()
        stewards = accounts.people_in(post=Post.DATA_STEWARD, organisation=zone.organisation, at=at)
        node = zone.nodes.filter(removed_at=None).order_by("rank").first()
        titles = catalogue.titles([self._resource_code])
        notices.notify(
            [person.person_no for person in stewards],
            kind=ASKED,
            title=N_("资源“{resource_title}”请批准经前置机传出"),
            body=N_("该资源首次经前置机归集，或读取内容有变。批准后自动开始，不同意则本次归集结束。"),
            link=f"/nodes/{node.node_no}/" if node else "",
            at=at,
            parameters={"resource_title": titles.get(self._resource_code, self._resource_code)},
        )

    def _ask(self, method: str, *, seconds: float = ANSWER_SECONDS, **arguments: Any) -> Any:
        arguments["source"] = self._route.local_name
        return ask_zone(self._route.zone, self._route, method, arguments, at=clock.now(), seconds=seconds)


class NodeStream:
    """The rows of one order, as they come. Reads on from the first chunk, whatever an earlier reader took."""

    def __init__(self, order: Order):
        self._order = order
        self._leaving = threading.Event()
        self.estimate = 0
        self.cursor: dict[str, Any] | None = None
        self.more = False
        self.buckets: list[int] | None = None

    def await_beginning(self) -> None:
        """Return when the node has begun to read. Raises what the source raised, NodeNotThere, StreamBroken."""
        patience = _Patience(self._order.zone)
        while True:
            row = self._look()
            if row.estimate is not None:
                self._order.epoch = row.epoch
                self.estimate = row.estimate
                self.buckets = row.buckets
                return
            patience.wait(self._leaving, taken=row.state != OrderState.WAITING)

    def __iter__(self) -> Iterator[Chunk]:
        patience, taken = _Patience(self._order.zone), 0
        while True:
            row = self._look()
            if row.epoch != self._order.epoch or self._leaving.is_set():
                raise StreamBroken()
            for chunk in self._fetch(taken):
                patience.renew()
                taken += 1
                yield chunk
            if taken >= row.chunks:
                if row.state == OrderState.DONE and row.answer is not None:
                    self.cursor, self.more = row.answer["cursor"], row.answer["more"]
                    return
                patience.wait(self._leaving)

    def cancel(self) -> None:
        self._leaving.set()

    @property
    def cancelled(self) -> bool:
        return self._leaving.is_set()

    def forget(self) -> None:
        """The order is over, whoever still works on it."""
        Order.objects.filter(pk=self._order.pk, reader_epoch=self._order.reader_epoch).delete()

    def _look(self) -> Order:
        row = Order.objects.filter(pk=self._order.pk, reader_epoch=self._order.reader_epoch).first()
        if row is None:
            raise StreamBroken()
        if row.state == OrderState.FAILED:
            self.forget()
            raise mounting.wire.error_from_json(row.answer or {})
        return row

    def _fetch(self, first: int) -> list[Chunk]:
        rows = SentChunk.objects.filter(
            order=self._order,
            order__epoch=self._order.epoch,
            number__gte=first,
            number__lt=first + _FETCHED_AT_ONCE,
        ).order_by("number")
        chunks = [mounting.wire.unpack(bytes(row.packed)) for row in rows]
        if chunks:
            Order.objects.filter(pk=self._order.pk).update(read=first + len(chunks))
        return chunks


class DifferingNodeStream(NodeStream, mounting.PartStream):
    """The rows of buckets that are not at the source as they are in the pool; the node has compared them."""

    def __init__(self, opened: NodeStream):
        super().__init__(opened._order)
        self.estimate = opened.estimate
        self.part = Part(buckets=tuple(opened.buckets or ()))


class _Patience:
    """Waits for a node as long as one is there."""

    def __init__(self, zone: Zone):
        self._zone, self._since = zone, time.monotonic()

    def renew(self) -> None:
        self._since = time.monotonic()

    def wait(self, leaving: threading.Event, *, taken: bool = True) -> None:
        """Raises StreamBroken, NodeNotThere, NodeResting. What a node has `taken` it finishes under maintenance too."""
        if leaving.is_set():
            raise StreamBroken()
        at = clock.now()
        if queries.is_there(self._zone, at) if taken else queries.leader_of(self._zone, at) is not None:
            self.renew()
        elif time.monotonic() - self._since > SILENCE_SECONDS:
            raise queries.absence(self._zone, at)
        time.sleep(_LOOK_SECONDS)


class NodeRelay:
    """The way to every relayed source."""

    def adapter(self, source_no: str, resource_code: str) -> NodeAdapter:
        """Raises WayClosed."""
        route = Route.objects.select_related("zone").filter(source_no=source_no).first()
        if route is None:
            raise WayClosed()
        return NodeAdapter(route, resource_code)


def ask_zone(
    zone: Zone,
    route: Route | None,
    method: str,
    arguments: dict[str, Any],
    *,
    at: datetime,
    seconds: float = ANSWER_SECONDS,
) -> Any:
    """Ask the nodes of a zone and wait for the answer.

    Raises NodeNotThere, NodeResting, NodeSlow, and what the source raised.
    """
    if queries.leader_of(zone, at) is None:
        raise queries.absence(zone, at)
    if queries.ferry_of(zone, at):
        return _ask_by_ferry(zone, route, method, arguments, at)
    order = _new_order(zone, route, method, arguments, "")
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            order.refresh_from_db(fields=["state", "answer"])
            if order.state == OrderState.FAILED:
                raise mounting.wire.error_from_json(order.answer or {})
            if order.state == OrderState.DONE:
                return order.answer
            time.sleep(_LOOK_SECONDS)
        raise NodeSlow()
    finally:
        Order.objects.filter(pk=order.pk).delete()


def _ask_by_ferry(zone: Zone, route: Route | None, method: str, arguments: dict[str, Any], at: datetime) -> Any:
    """The answer that a package brought lately; where none did, the question goes by the next one.

    Raises FerryAwaited, and what the source raised, which is told once: who asks again has it asked again.
    """
    digest = _digest_of(arguments)
    with transaction.atomic():
        Zone.objects.select_for_update().get(pk=zone.pk)
        Order.objects.filter(
            zone=zone, method=method, digest=digest, state=OrderState.DONE,
            created_at__lt=at - timedelta(hours=CARRIED_ANSWER_HOURS),
        ).delete()  # fmt: skip
        order = Order.objects.filter(zone=zone, method=method, digest=digest).first()
        if order is None:
            order = _new_order(zone, route, method, arguments, digest)
    if order.state == OrderState.FAILED:
        order.delete()
        raise mounting.wire.error_from_json(order.answer or {})
    if order.state != OrderState.DONE:
        raise _carried(order)
    return order.answer


def _carried(order: Order) -> FerryAwaited:
    fault = FerryAwaited()
    fault.is_over = lambda: (
        not Order.objects.filter(pk=order.pk, state__in=[OrderState.WAITING, OrderState.TAKEN]).exists()
    )
    return fault


def _digest_of(arguments: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(arguments, sort_keys=True).encode()).hexdigest()


def _order(route: Route, request: StreamRequest) -> Order:
    """The order for this reading: one that was broken off and can go on, else a new one."""
    arguments = {"source": route.local_name, "request": mounting.wire.request_to_json(request)}
    digest, at = _digest_of(arguments), clock.now()
    with transaction.atomic():
        Route.objects.select_for_update().get(pk=route.pk)
        left = Order.objects.filter(route=route, method="stream", digest=digest).select_related("node").first()
        if left is not None and _goes_on(left, at):
            Order.objects.filter(pk=left.pk).update(reader_epoch=F("reader_epoch") + 1, read=0)
            left.refresh_from_db()
            return left
        if left is not None:
            left.delete()
        return _new_order(route.zone, route, "stream", arguments, digest)


def _goes_on(order: Order, at: datetime) -> bool:
    """Not when it failed, is too old, or hangs on a node whose place another has taken."""
    carried = order.zone.nodes.filter(ferry__isnull=False, removed_at=None).exists()
    if order.state == OrderState.FAILED:
        # What a package brought is told to the next who asks; nobody was waiting when it came.
        return carried
    if at - order.created_at > (timedelta(days=CARRIED_KEPT_DAYS) if carried else timedelta(hours=KEPT_HOURS)):
        return False
    if order.state == OrderState.DONE or order.node_id is None:
        return True
    return queries.leader_of(order.zone, at) in (None, order.node_id)


def _new_order(zone: Zone, route: Route | None, method: str, arguments: dict[str, Any], digest: str) -> Order:
    return Order.objects.create(
        order_no=uuid.uuid4(),
        zone=zone,
        route=route,
        method=method,
        arguments=arguments,
        digest=digest,
        state=OrderState.WAITING,
        created_at=clock.now(),
    )


def _main_thread() -> int:
    return threading.main_thread().ident or 0
