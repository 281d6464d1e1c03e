"""The child that reads catalogue files; this side trusts only the lines it sends."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from jutong.supply.interchange.domain import errors
from jutong.supply.interchange.domain.errors import FileOverLimits, FileRefused

SECONDS: Final = 300
LINE_LIMIT_BYTES: Final = 64 * 1024 * 1024


def ask(content: BinaryIO, **order: Any) -> Iterator[dict[str, Any]]:
    """The child's answers, line by line; the last says how many faults there were.

    Raises a FileRefused: the one the child names, or FileOverLimits when it died on its limits or took too long.
    """
    child = subprocess.Popen(  # noqa: S603
        # Isolated: no packages of the user, no current folder; and no environment, so that nothing can leak.
        [sys.executable, "-I", "-X", "utf8", "-m", "jutong.supply.interchange.reader", json.dumps(order)],
        stdin=content.fileno(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    )
    # A child that hangs without using its processor time is ended by the clock.
    alarm = threading.Timer(SECONDS, child.kill)
    alarm.start()
    try:
        yield from _lines(child)
    finally:
        alarm.cancel()
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def _lines(child: "subprocess.Popen[bytes]") -> Iterator[dict[str, Any]]:
    assert child.stdout is not None
    while True:
        line = child.stdout.readline(LINE_LIMIT_BYTES)
        if not line.endswith(b"\n"):
            raise FileOverLimits
        answer = json.loads(line)
        if "error" in answer:
            raise _refusal(answer)
        yield answer
        if answer.get("end"):
            return


def _refusal(answer: dict[str, Any]) -> FileRefused:
    kind = getattr(errors, answer["error"])
    if not issubclass(kind, FileRefused):
        return FileOverLimits()
    refusal: FileRefused = kind(field="file", **answer["details"])
    return refusal
