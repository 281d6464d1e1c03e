"""Figures that many people look at are counted once for all of them, and said to be as old as they are.

Kept by each process for itself: nothing to invalidate, nothing to lose. Whoever shows a figure shows its moment.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from django.conf import settings

T = TypeVar("T")


class _Slot(Generic[T]):
    """A question: its latest answer, and the lock of whoever counts it."""

    def __init__(self) -> None:
        self.turn = Lock()
        self.found: tuple[datetime, T] | None = None

    def younger_than(self, age: timedelta, at: datetime) -> tuple[datetime, T] | None:
        found = self.found
        # Counted a moment after we were asked, for somebody who was asked later, is young as well.
        return found if found is not None and abs(at - found[0]) < age else None


class Kept(Generic[T]):
    """The latest answers to some questions, each counted by one thread at a time.

    An answer is given again for `OVERVIEW_KEPT_SECONDS` (nought: never). After that one caller counts anew; others
    are given the old one meanwhile, up to three times that age, and then wait.
    """

    def __init__(self, most: int):
        self._most = most
        self._slots: OrderedDict[Hashable, _Slot[T]] = OrderedDict()
        self._lock = Lock()

    def get(self, question: Hashable, at: datetime, count: Callable[[], T]) -> T:
        """The answer, counted by `count` at `at` where none is young enough. What `count` raises is not kept."""
        kept_for = timedelta(seconds=settings.OVERVIEW_KEPT_SECONDS)
        if not kept_for:
            return count()
        slot = self._slot(question)
        if found := slot.younger_than(kept_for, at):
            return found[1]
        if not slot.turn.acquire(blocking=False):
            if found := slot.younger_than(3 * kept_for, at):
                return found[1]
            slot.turn.acquire()
        try:
            # Somebody may have counted while we waited for our turn.
            if found := slot.younger_than(kept_for, at):
                return found[1]
            value = count()
            slot.found = (at, value)
            return value
        finally:
            slot.turn.release()

    def _slot(self, question: Hashable) -> _Slot[T]:
        with self._lock:
            slot = self._slots.setdefault(question, _Slot())
            self._slots.move_to_end(question)
            if len(self._slots) > self._most:
                self._slots.popitem(last=False)
        return slot
