"""Reads a source in a thread of its own, a few chunks ahead, so that reading and writing overlap.

The source's session lives and ends in that thread: an error of the target never passes through the source's code.
"""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Final

from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import Chunk, Part

AHEAD: Final = 12
_LOOK_UP_SECONDS: Final = 0.2


class Prefetch:
    """Chunks of one stream. After the last one, `cursor` and `more` are the stream's, and `part` of which rows it told.

    Leaving the block breaks the reading off, wherever it stands.
    """

    def __init__(self, open_stream: Callable[[], AbstractContextManager[mounting.Stream]]):
        self._open_stream = open_stream
        self._queue: queue.Queue[Chunk | BaseException | None] = queue.Queue(AHEAD)
        self._leaving = threading.Event()
        self._opened = threading.Event()
        self._stream: mounting.Stream | None = None
        self._thread = threading.Thread(target=self._read, name="exchange-reader", daemon=True)
        self.estimate = 0
        self.cursor: dict[str, Any] | None = None
        self.more = False
        self.part: Part | None = None

    def __enter__(self) -> "Prefetch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        while self._thread.is_alive():
            if self._stream is not None:
                with contextlib.suppress(Exception):
                    self._stream.cancel()
            with contextlib.suppress(queue.Empty):
                self._queue.get_nowait()
            self._thread.join(_LOOK_UP_SECONDS)

    def __iter__(self) -> Iterator[Chunk]:
        while (item := self._queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def wait_opened(self) -> None:
        """Return when the estimate is known, or the reading has failed."""
        self._opened.wait()

    def _read(self) -> None:
        try:
            with self._open_stream() as stream:
                self._stream = stream
                self.estimate = stream.estimate
                self.part = stream.part if isinstance(stream, mounting.PartStream) else None
                self._opened.set()
                for chunk in stream:
                    self._put(chunk)
                    if self._leaving.is_set():
                        return
                self.cursor, self.more = stream.cursor, stream.more
            self._put(None)
        except BaseException as fault:
            self._put(fault)
        finally:
            self._stream = None
            self._opened.set()

    def _put(self, item: Chunk | BaseException | None) -> None:
        while not self._leaving.is_set():
            with contextlib.suppress(queue.Full):
                self._queue.put(item, timeout=_LOOK_UP_SECONDS)
                return
