"""Progress of a transaction, told beside it: by a thread with a connection of its own, at most once a second."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from django.db import connection

from jutong.kernel import clock
from jutong.supply.interchange.models import Import


class Teller:
    """Moves the progress of one import while its transaction is open."""

    def __init__(self, import_no: str, *, total: int | None = None):
        self._import_no = import_no
        self._total = total
        self._told = time.monotonic()
        self._pool = ThreadPoolExecutor(1, "progress")
        self._last: Future[None] | None = None

    def __enter__(self) -> "Teller":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._last is not None:
            self._pool.submit(_close).result()
        self._pool.shutdown()

    def expect(self, total: int) -> None:
        """So much there is to do."""
        self._total = total or None

    def tell(self, done: int) -> None:
        """So much is done."""
        if time.monotonic() - self._told < 1 or (self._last is not None and not self._last.done()):
            return
        self._told = time.monotonic()
        self._last = self._pool.submit(self._move, done)

    def _move(self, done: int) -> None:
        Import.objects.filter(import_no=self._import_no).update(done=done, total=self._total, progress_at=clock.now())


def _close() -> None:
    # Looked up in the thread: each has a connection of its own.
    connection.close()
