"""One line a fact, on standard output; the supervisor, systemd or the container runtime keeps the files.

`text` is for people, `json` for collectors (`JUTONG_LOG_FORMAT`). Values of personal data never belong here.
"""

import logging
import sys
from pathlib import Path
from typing import Any

import structlog

_MAX_BYTES = 10 * 1024 * 1024
_KEPT_FILES = 5


def configure(process: str, *, form: str, level: int = logging.INFO) -> None:
    """Send structlog's and the standard library's records of this process to standard output, in one form."""
    structlog.contextvars.clear_contextvars()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
        _named(process),
    ]
    last: list[structlog.typing.Processor]
    if form == "json":
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        last = [structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, exception_formatter=_plain_exception)]
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Chatty at INFO, and each of their facts is told by a room in its own words.
    for name in ("httpx", "httpcore", "procrastinate.blueprints", "procrastinate.periodic", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _named(process: str) -> structlog.typing.Processor:
    def add(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["process"] = process
        return event

    return add


def _plain_exception(stream: Any, exc_info: Any) -> None:
    structlog.dev.plain_traceback(stream, exc_info)


class RotatingLog:
    """A log file that makes room by itself: `name.log`, then `name.log.1` … `name.log.5`, 10 MB each."""

    def __init__(self, path: Path, *, max_bytes: int = _MAX_BYTES, kept: int = _KEPT_FILES):
        self.path = path
        self._max_bytes = max_bytes
        self._kept = kept
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._stream = path.open("ab", buffering=0)

    def write(self, data: bytes) -> None:
        """Append; a file turns over between two writes, never inside a line of one."""
        if self._stream.tell() + len(data) > self._max_bytes and self._stream.tell():
            self._turn()
        self._stream.write(data)

    def _turn(self) -> None:
        self._stream.close()
        for number in range(self._kept, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            newer = self.path if number == 1 else self.path.with_name(f"{self.path.name}.{number - 1}")
            if newer.exists():
                newer.replace(older)
        self._stream = self.path.open("ab", buffering=0)

    def close(self) -> None:
        self._stream.close()
