"""The child process that reads a file; this side trusts only its frames."""

import contextlib
import fcntl
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

from jutong.kernel.text import N_
from jutong.supply.mounting.adapters.base import SILENCE_SECONDS
from jutong.supply.mounting.domain import errors
from jutong.supply.mounting.domain.errors import FileError, FileUnreadable
from jutong.supply.mounting.values import FilePlace

_FRAME_LIMIT: Final = 64 * 1024 * 1024
_PIPE_BYTES: Final = 1024 * 1024


@contextmanager
def reading(content: BinaryIO, place: FilePlace, command: str, **more: Any) -> Iterator["Child"]:
    """A child at work on these bytes; it ends with the block."""
    order = {
        "command": command,
        "format": place.format,
        "encoding": place.encoding,
        "sheet": place.sheet,
        "delimiter": place.delimiter if place.encoding else "",
        "header_row": place.header_row,
        "row_path": place.row_path,
        "packed": place.packed,
        "member": place.member,
        "size_bytes": os.fstat(content.fileno()).st_size,
        **more,
    }
    child = Child(order, content)
    try:
        yield child
    finally:
        child.end()


class Child:
    """The reading process: may use no more than it is bound to, and must say something now and then."""

    def __init__(self, order: dict[str, Any], content: BinaryIO):
        self._process = subprocess.Popen(  # noqa: S603
            # Isolated: no packages of the user, no current folder; and no environment, so that nothing can leak. One
            # thread for numbers: each of them would reserve memory of its own.
            [sys.executable, "-I", "-X", "utf8", "-m", "jutong.supply.mounting.reader", json.dumps(order)],
            stdin=content.fileno(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"OPENBLAS_NUM_THREADS": "1"},
            cwd="/",
            bufsize=0,
        )
        assert self._process.stdout is not None
        self._out = self._process.stdout.fileno()
        with contextlib.suppress(OSError):
            fcntl.fcntl(self._out, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._rest = b""

    def frame(self) -> tuple[dict[str, Any], bytes]:
        """The next frame. Raises a FileError: the one the child names, or FileUnreadable when it died or hangs."""
        while b"\n" not in self._rest:
            self._rest += self._more()
            if len(self._rest) > _FRAME_LIMIT:
                raise FileUnreadable(reason=N_("读取结果过大"))
        line, _, self._rest = self._rest.partition(b"\n")
        head = json.loads(line)
        if "error" in head:
            raise _refusal(head)
        size = head.get("bytes", 0)
        if size > _FRAME_LIMIT:
            raise FileUnreadable(reason=N_("读取结果过大"))
        parts, length = [self._rest], len(self._rest)
        while length < size:
            parts.append(self._more())
            length += len(parts[-1])
        data = b"".join(parts)
        self._rest = data[size:]
        return head, data[:size]

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def _more(self) -> bytes:
        ready, _, _ = select.select([self._out], [], [], SILENCE_SECONDS)
        data = os.read(self._out, _PIPE_BYTES) if ready else b""
        if not data:
            # Killed by its limits, by a fault of the parser itself, or by us because it hangs.
            raise FileUnreadable(reason=N_("读取超出时间或内存上限"))
        return data


def _refusal(head: dict[str, Any]) -> FileError:
    kind = getattr(errors, head["error"], None)
    if not (isinstance(kind, type) and issubclass(kind, FileError)):
        return FileUnreadable(reason=N_("读取超出时间或内存上限"))
    return kind(field=head["field"], **head["details"])
