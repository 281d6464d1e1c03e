"""Work that follows commits within a second: woken by a NOTIFY, and by the clock where none came.

A follower is one short step, done again and again in a thread of the worker process. Its step takes what is there,
and may be interrupted or run by several processes at once: whatever must happen once is held by locks in the
database, never by there being one thread.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import Error as DatabaseError
from django.db import connection
from psycopg import sql

log = logging.getLogger(__name__)

_LOOK_UP_SECONDS = 0.5
_BACK_OFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Follower:
    """A step to take when the bell (a NOTIFY channel) rings, and at least every so many seconds.

    The step returns True when it left work behind, and is then taken again at once.
    """

    name: str
    bell: str
    every_seconds: float
    step: Callable[[], bool]


_FOLLOWERS: dict[str, Follower] = {}


def register(follower: Follower) -> None:
    """Have the worker process run this follower. Called in a room's `jobs` module, which the worker imports."""
    _FOLLOWERS[follower.name] = follower


def registered() -> tuple[Follower, ...]:
    return tuple(_FOLLOWERS.values())


@contextmanager
def running(followers: Iterable[Follower] | None = None) -> Any:
    """Run followers in threads for the length of the block; at its end each finishes its step and stops."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=follow, args=(follower, stop), name=f"follower-{follower.name}", daemon=True)
        for follower in (registered() if followers is None else followers)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=30)


def follow(follower: Follower, stop: threading.Event) -> None:
    """Take the follower's steps until told to stop. A lost database or a failing step is logged and tried again."""
    failures = 0
    listening: Any = None
    try:
        while not stop.is_set():
            try:
                connection.ensure_connection()
                if listening is not connection.connection:
                    listening = connection.connection
                    listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(follower.bell)))
                left_behind = follower.step()
                failures = 0
                if not left_behind:
                    _wait(listening, follower, stop)
            except Exception as error:
                # A follower that died in silence would stall everyone behind it: log, drop the connection, go on.
                pause = _BACK_OFF_SECONDS[min(failures, len(_BACK_OFF_SECONDS) - 1)]
                failures += 1
                lost = isinstance(error, (DatabaseError, psycopg.Error))
                log.warning("follower %s: %s", follower.name, error, exc_info=None if lost else error)
                connection.close()
                listening = None
                stop.wait(pause)
    finally:
        connection.close()


def _wait(listening: Any, follower: Follower, stop: threading.Event) -> None:
    """Return when the bell rings, the interval is over, or the follower is to stop."""
    left = follower.every_seconds
    while left > 0 and not stop.is_set():
        slice_seconds = min(left, _LOOK_UP_SECONDS)
        if any(True for _ in listening.notifies(timeout=slice_seconds, stop_after=1)):
            return
        left -= slice_seconds
