"""A driver that is none: it answers statements with what was recorded, and keeps what it was asked.

It stands in for drivers of engines that do not run here. Each answer belongs to a pattern; a statement that matches
none is a mistake of the test or of the adapter and fails as such.
"""

import re
from collections.abc import Sequence
from typing import Any

Answer = Sequence[Sequence[Any]] | Exception


class ReplayedError(Exception):
    """What the driver raises; the words are the engine's."""


class Driver:
    """Stands where the module of a driver would."""

    Error = ReplayedError

    def __init__(self, answers: Sequence[tuple[str, Answer]], refusal: Exception | None = None):
        self.answers = [(re.compile(pattern, re.DOTALL), answer) for pattern, answer in answers]
        self.refusal = refusal
        self.asked: list[str] = []
        self.dialled: dict[str, Any] = {}
        self.open = 0
        self.peer: Any = None
        self.defaults = type("Defaults", (), {"fetch_lobs": True})()

    def connect(self, *arguments: Any, **options: Any) -> "Connection":
        self.dialled = {"dsn": arguments[0], **options} if arguments else options
        if self.refusal:
            raise self.refusal
        self.open += 1
        if "sock" in options:
            self.peer = options["sock"].getpeername()
        return Connection(self)


class Connection:
    call_timeout = 0

    def __init__(self, driver: Driver):
        self._driver = driver

    def cursor(self) -> "Cursor":
        return Cursor(self._driver)

    def rollback(self) -> None:
        """Nothing was done."""

    def close(self) -> None:
        self._driver.open -= 1
        if "sock" in self._driver.dialled:
            self._driver.dialled["sock"].close()


class Cursor:
    arraysize = 1

    def __init__(self, driver: Driver):
        self._driver = driver
        self._rows: list[Any] = []

    def execute(self, statement: str) -> None:
        self._driver.asked.append(statement)
        for pattern, answer in self._driver.answers:
            if pattern.search(statement):
                if isinstance(answer, Exception):
                    raise answer
                self._rows = list(answer)
                return
        raise AssertionError(f"no answer was recorded for: {statement}")

    def fetchall(self) -> list[Any]:
        return self._rows

    def fetchmany(self, size: int) -> list[Any]:
        rows, self._rows = self._rows[:2], self._rows[2:]
        return rows

    def close(self) -> None:
        """Nothing is held."""
