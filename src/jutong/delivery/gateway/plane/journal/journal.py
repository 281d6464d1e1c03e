"""Group commit: the event loop collects records, one thread writes them; when they are on disk, the calls go on."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from time import time

import structlog

from jutong.delivery.gateway.plane.journal.records import frame
from jutong.delivery.gateway.plane.journal.segments import Chain, Seal, Segment, recover
from jutong.kernel.crypto import SigningKey

log = structlog.get_logger(__name__)

Released = Callable[[bool], None]
_RETRY_SECONDS = 1.0


@dataclass(slots=True)
class _Batch:
    """Records on their way to the disk, with what waits for them. An empty one asks for a change of segment."""

    lines: list[bytes] = field(default_factory=list)
    waiting: list[Released] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Durable:
    """How far the log is safely on disk."""

    segment: int
    size: int
    number: int


class Journal:
    """The log of one gateway worker.

    `append` gives a record its number and, when it is durable, calls back with True. When the disk fails, all waiting
    records are taken back with False, their numbers are given again, and `available` is False until a new segment can
    be begun. Calls must look at `available` before they fetch data.
    """

    def __init__(
        self,
        folder: Path,
        gateway: str,
        key: SigningKey,
        *,
        segment_max_bytes: int,
        segment_max_seconds: float,
    ):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.gateway = gateway
        self._key = key
        self._max_bytes = segment_max_bytes
        self._max_seconds = segment_max_seconds
        self._segment = Segment(folder, gateway, recover(folder, gateway, key, _now_ms()), _now_ms())
        self.durable = self._position()
        self.next_number = self.durable.number + 1
        self.available = True
        self.groups = 0
        self._open = _Batch()
        self._busy = False
        self._scheduled = False
        self._work: SimpleQueue[_Batch | None] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = Thread(target=self._write_on, name="journal", daemon=True)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread.start()

    def append(self, payload: bytes, released: Released) -> int:
        """Log a record; returns its number at once and calls `released` when it is durable, or is not to be."""
        number = self.next_number
        self.next_number = number + 1
        self._open.lines.append(frame(number, payload))
        self._open.waiting.append(released)
        if not self._busy and not self._scheduled:
            # At the end of this turn of the loop, so that everything that finishes in it shares one flush.
            self._scheduled = True
            assert self._loop is not None
            self._loop.call_soon(self._hand_over)
        return number

    def rotate_if_old(self) -> None:
        """Finish a segment that has been open for long, so that it gets its seal."""
        old = (_now_ms() - self._segment.opened_ms) / 1000 > self._max_seconds
        if self.available and old and self._segment.records and not self._busy and not self._open.lines:
            self._hand_over()

    async def drained(self) -> None:
        """Return when nothing waits to be written."""
        while self._busy or self._open.lines:
            await asyncio.sleep(0.002)

    def close(self) -> None:
        """Seal the segment and end the thread. Everything appended must have been released."""
        self._work.put(None)
        if self._thread.is_alive():
            self._thread.join()
        with contextlib.suppress(OSError):
            if self.available and self._segment.records:
                self._segment.seal(self._key, _now_ms())
        self._segment.close()

    def _hand_over(self) -> None:
        self._scheduled = False
        self._busy = True
        batch, self._open = self._open, _Batch()
        self._work.put(batch)

    def _written(self, batch: _Batch, durable: Durable) -> None:
        self.groups += 1
        self.durable = durable
        self._settle(batch, True)

    def _failed(self, batch: _Batch, fault: OSError) -> None:
        log.error("gateway.log_unavailable", fault=str(fault), records=len(batch.lines))
        self.available = False
        later, self._open = self._open, _Batch()
        self.next_number = self.durable.number + 1
        self._settle(batch, False)
        for released in later.waiting:
            released(False)
        self._retry_later()

    def _settle(self, batch: _Batch, durable: bool) -> None:
        self._busy = False
        for released in batch.waiting:
            released(durable)
        if self._open.lines and not self._scheduled:
            self._hand_over()

    def _retry_later(self) -> None:
        assert self._loop is not None
        self._loop.call_later(_RETRY_SECONDS, self._retry)

    def _retry(self) -> None:
        # The writer mends the segment before it does anything else; an empty batch is enough to make it try.
        self._hand_over()

    def _mended(self, batch: _Batch, durable: Durable) -> None:
        log.info("gateway.log_available")
        self.available = True
        self._written(batch, durable)

    # --- In the writer's thread --------------------------------------------------------------------------------------

    def _write_on(self) -> None:
        assert self._loop is not None
        broken = False
        while (batch := self._work.get()) is not None:
            try:
                if broken or not batch.lines:
                    self._next_segment(broken)
                if batch.lines:
                    self._segment.append(b"".join(batch.lines), len(batch.lines))
                if self._segment.size >= self._max_bytes:
                    self._next_segment(False)
            except OSError as fault:
                broken = True
                self._loop.call_soon_threadsafe(self._failed, batch, fault)
            else:
                done = self._mended if broken else self._written
                broken = False
                self._loop.call_soon_threadsafe(done, batch, self._position())

    def _next_segment(self, broken: bool) -> None:
        if broken:
            self._segment.abandon()
        chain = self._segment.chain
        if self._segment.records:
            seal: Seal = self._segment.seal(self._key, _now_ms())
            chain = Chain(seal.segment + 1, seal.last + 1, seal.own_digest)
        self._segment.close()
        self._segment = Segment(self.folder, self.gateway, chain, _now_ms())

    def _position(self) -> Durable:
        return Durable(self._segment.chain.segment, self._segment.size, self._segment.last)


def _now_ms() -> int:
    return int(time() * 1000)
