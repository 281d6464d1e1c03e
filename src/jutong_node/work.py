"""What a node does all day: fetch orders, read sources onto its disk, send what lies there.

Reading and sending do not wait for each other: a source is read as fast as it gives and its session ends, however slow
the way to the platform is. When the disk holds as much as it may, reading waits, which is all the back-pressure a
source feels. A chunk's file goes only when the platform has it.
"""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from jutong.kernel.errors import JutongError
from jutong.supply.mounting.adapters import adapter_for
from jutong.supply.mounting.adapters.base import Adapter, PartStream
from jutong.supply.mounting.domain import wire
from jutong.supply.mounting.values import TableFound
from jutong_node import VERSION
from jutong_node.ferry import Ferry
from jutong_node.link import Cut, Link, Refused
from jutong_node.store import LocalSource, Store, write_begin, write_end, write_rows

log = logging.getLogger("jutong_node")

QUEUE_BYTES_MAX: Final = 20 * 1024**3
CUT_PAUSE_SECONDS: Final = 2.0
_FULL_PAUSE_SECONDS: Final = 0.5
_SEND_PAUSE_SECONDS: Final = 0.1
_LOOK_EVERY_CHUNKS: Final = 8


class OrderVoid(Exception):
    """The platform no longer wants this order; what lies here of it goes."""


class Worker:
    """A node at work."""

    def __init__(self, store: Store, link: Link | Ferry, *, queue_bytes_max: int = QUEUE_BYTES_MAX):
        self.store, self.link, self.queue_bytes_max = store, link, queue_bytes_max
        self.leaving = threading.Event()
        self._busy: dict[str, _Job] = {}

    def run(self, answered: Callable[[], None] = lambda: None) -> None:
        """Work until told to leave; `answered` is called whenever the platform has."""
        self.resume()
        while not self.leaving.is_set():
            try:
                pause = self.poll()
                answered()
                self.leaving.wait(pause)
            except Cut as fault:
                log.info("platform not reached: %s", fault)
                self.leaving.wait(CUT_PAUSE_SECONDS)
            except Refused as fault:
                log.warning("platform refused: %s", fault)
                self.leaving.wait(5 * CUT_PAUSE_SECONDS)

    def run_once(self) -> None:
        """Do what there is to do, and leave: for a node whose packages are carried."""
        self.resume()
        self.poll()
        while any(job.thread.is_alive() for job in self._busy.values()) and not self.leaving.is_set():
            self.leaving.wait(_SEND_PAUSE_SECONDS)
            self.poll()
        self.poll()

    def resume(self) -> None:
        """Go on with readings that lie on the disk to their end."""
        self.store.drop_unfinished()
        for folder in self.store.orders():
            told = json.loads((folder / "order.json").read_text())
            self._begin(told, resumed=True)

    def poll(self) -> float:
        """Fetch orders and begin them; gives the seconds until the next call. Raises Cut, Refused."""
        self._busy = {number: job for number, job in self._busy.items() if job.thread.is_alive()}
        answer = self.link.tell(
            "poll",
            {
                "held": sorted(self._busy),
                "version": VERSION,
                "queued_bytes": self.store.queued_bytes(),
                "sources": sorted(self.store.sources()),
            },
        )
        for number in answer["drop"]:
            if number in self._busy:
                self._busy[number].void.set()
        for told in answer["orders"]:
            self._begin(told)
        return float(answer["pause_seconds"])

    def _begin(self, told: dict[str, Any], *, resumed: bool = False) -> None:
        job = _Job(self, told, resumed=resumed)
        self._busy[told["order"]] = job
        job.thread.start()


class _Job:
    """One order, in a thread of its own."""

    def __init__(self, worker: Worker, told: dict[str, Any], *, resumed: bool):
        self.worker, self.told, self.resumed = worker, told, resumed
        self.number, self.arguments = told["order"], told["arguments"]
        self.void = threading.Event()
        self.reading: _Reading | None = None
        self.folder = worker.store.order_folder(self.number)
        self.path = f"orders/{self.number}/{told['epoch']}"
        self.thread = threading.Thread(target=self._run, name=f"order-{self.number}", daemon=True)

    def _run(self) -> None:
        try:
            if self.told["method"] == "stream":
                self._stream()
            else:
                self._answer()
        except OrderVoid:
            log.info("order %s is over", self.number)
        except JutongError as error:
            self._tell_failure(wire.error_to_json(error))
        except Exception as error:
            log.exception("order %s", self.number)
            self._tell_failure({"name": type(error).__name__, "field": None, "details": {}})
        finally:
            self.void.set()
            if self.reading is not None:
                self.reading.thread.join()
            # An order broken off by the end of the program goes on after the next start, if it was read to its end.
            if not self.worker.leaving.is_set():
                self.worker.store.drop(self.number)

    # --- Questions ---------------------------------------------------------------------------------------------------

    def _answer(self) -> None:
        method = self.told["method"]
        if method == "source":
            source = self.worker.store.sources().get(self.arguments["source"])
            told = {**source.told(), "report": adapter_for(source.dial()).test().to_json()} if source else {}
        else:
            told = ANSWERS[method](adapter_for(self.source().dial()), self.arguments)
        self._tell("end", {"answer": told, "chunks": None})

    def source(self) -> LocalSource:
        return self.worker.store.sources()[self.arguments["source"]]

    # --- Rows --------------------------------------------------------------------------------------------------------

    def _stream(self) -> None:
        if not self.resumed:
            self.worker.store.drop(self.number)
            self.folder.mkdir(mode=0o700, parents=True)
            (self.folder / "order.json").write_text(json.dumps(self.told))
            self.reading = _Reading(self)
            self.reading.thread.start()
        self._send_rows(self.reading)

    def _send_rows(self, reading: "_Reading | None") -> None:
        """Send what lies on the disk, in order, from where the platform stands."""
        number, begun = self._first_kept(), False
        while True:
            self.leave_if_void()
            if reading is not None and reading.error is not None:
                raise reading.error
            if not begun and (opened := self.folder / "begin.json").exists():
                self._tell("begin", json.loads(opened.read_text()))
                begun = True
            rows, end = self.folder / f"{number:08d}.rows", self.folder / "end.json"
            if begun and rows.exists():
                number = self._send_chunk(number, rows.read_bytes())
            elif begun and end.exists() and not rows.exists():
                self._tell("end", json.loads(end.read_text()))
                return
            else:
                time.sleep(_SEND_PAUSE_SECONDS)

    def _send_chunk(self, number: int, packed: bytes) -> int:
        digest = hashlib.sha256(packed).hexdigest()
        answer = self._deliver(
            lambda: self.worker.link.send(f"{self.path}/chunks/{number}", packed, {"X-Jutong-Digest": digest})
        )
        # Not before the platform has it, whatever an answer that was lost may have said.
        for sent in range(number, answer["next"]):
            (self.folder / f"{sent:08d}.rows").unlink(missing_ok=True)
        if answer["wait"] and answer["next"] <= number:
            self.worker.leaving.wait(_FULL_PAUSE_SECONDS)
        return int(answer["next"])

    def _first_kept(self) -> int:
        kept = sorted(self.folder.glob("*.rows"))
        if kept:
            return int(kept[0].stem)
        end = self.folder / "end.json"
        return int(json.loads(end.read_text())["chunks"]) if end.exists() else 0

    # --- Telling -----------------------------------------------------------------------------------------------------

    def _deliver(self, call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Make a call until the platform has answered it. Raises OrderVoid."""
        while True:
            self.leave_if_void()
            try:
                return call()
            except Cut as fault:
                log.info("order %s waits for the platform: %s", self.number, fault)
                self.void.wait(CUT_PAUSE_SECONDS)
            except Refused as fault:
                if fault.code in ("order_gone", "call_malformed"):
                    raise OrderVoid() from fault
                self.void.wait(5 * CUT_PAUSE_SECONDS)

    def _tell(self, what: str, told: dict[str, Any]) -> None:
        self._deliver(lambda: self.worker.link.tell(f"{self.path}/{what}", told))

    def _tell_failure(self, error: dict[str, Any]) -> None:
        try:
            self._tell("failure", {"error": error})
        except OrderVoid:
            log.info("order %s is over", self.number)

    def leave_if_void(self) -> None:
        if self.void.is_set() or self.worker.leaving.is_set():
            self.void.set()
            raise OrderVoid()


class _Reading:
    """Reads a source onto the disk, in a thread of its own."""

    def __init__(self, job: _Job):
        self._job = job
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run, name=f"read-{job.number}", daemon=True)

    def _run(self) -> None:
        try:
            self._read()
        except Exception as error:
            self.error = error

    def _read(self) -> None:
        job = self._job
        request = wire.request_from_json(job.arguments["request"])
        with adapter_for(job.source().dial()).stream(request) as stream:
            # On the disk: a node that is killed before it could say so says it when it goes on.
            part = stream.part if isinstance(stream, PartStream) else None
            write_begin(job.folder, {"estimate": stream.estimate, "buckets": part.buckets if part else None})
            number = 0
            for chunk in stream:
                write_rows(job.folder, number, wire.pack(chunk))
                number += 1
                job.leave_if_void()
                if number % _LOOK_EVERY_CHUNKS == 0:
                    self._wait_for_room()
        write_end(job.folder, {"answer": {"cursor": stream.cursor, "more": stream.more}, "chunks": number})

    def _wait_for_room(self) -> None:
        job = self._job
        while job.worker.store.queued_bytes() > job.worker.queue_bytes_max:
            job.leave_if_void()
            time.sleep(_FULL_PAUSE_SECONDS)


def _scan(adapter: Adapter, arguments: dict[str, Any]) -> Any:
    return [table.to_json() for table in adapter.scan(lambda done, total: None)]


def _describe(adapter: Adapter, arguments: dict[str, Any]) -> Any:
    return adapter.describe(wire.table_from_json(arguments["table"])).to_json()


def _check_incremental(adapter: Adapter, arguments: dict[str, Any]) -> Any:
    return adapter.check_incremental(TableFound.from_json(arguments["found"]), arguments["watermark_column"])


def _split(adapter: Adapter, arguments: dict[str, Any]) -> Any:
    ranges = adapter.split(wire.request_from_json(arguments["request"]), arguments["parts"])
    return [wire.range_to_json(part) for part in ranges]


def _digest(adapter: Adapter, arguments: dict[str, Any]) -> Any:
    return wire.digests_to_json(adapter.digest(wire.request_from_json(arguments["request"])))


ANSWERS: Final[dict[str, Callable[[Adapter, dict[str, Any]], Any]]] = {
    "test": lambda adapter, arguments: adapter.test().to_json(),
    "scan": _scan,
    "describe": _describe,
    "check_incremental": _check_incremental,
    "split": _split,
    "digest": _digest,
}
