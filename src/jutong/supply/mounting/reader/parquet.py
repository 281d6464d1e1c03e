"""Parquet files, a batch of rows at a time; a column of a batch becomes text in one go.

Moments with a zone become the platform's own time. Of nanoseconds the first six places are kept, which is what the
pool's columns hold. Lists and structures become JSON.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from jutong.kernel.clock import SHANGHAI
from jutong.supply.mounting.domain.errors import FileUnreadable
from jutong.supply.mounting.reader.contents import Content
from jutong.supply.mounting.reader.tables import BATCH_ROWS, Batch, Order, Row, heading

_PANIC: Final = "PanicException"


class Parquet:
    """A Parquet file. Raises FileUnreadable, HeadingEmpty, HeadingRepeated."""

    def __init__(self, content: Content, order: Order):
        import arro3.io

        with _worded():
            # A file that lies in an archive cannot be read from its end without being unpacked.
            self._file = content.open() if content.path else content.seekable()
            self._reader = arro3.io.read_parquet(self._file)
            self.names = heading(self._reader.schema.names, 1)
        self.reading: dict[str, Any] = {}

    def batches(self) -> Iterator[Batch]:
        reader = iter(self._reader)
        while True:
            with _worded():
                found = next(reader, None)
                if found is None:
                    return
                columns = [_texts(list(column.to_pylist())) for column in found.columns]
            rows = zip(*columns, strict=True)
            while part := list[Row](islice(rows, BATCH_ROWS)):
                yield Batch(part)


def _texts(values: Sequence[Any]) -> list[str]:
    """A column as text: all its values are of one kind, or missing."""
    kind = next((type(value) for value in values if value is not None), None)
    if kind is None:
        return [""] * len(values)
    written = _written(kind)
    return ["" if value is None else written(value) for value in values]


def _written(kind: type) -> Callable[[Any], str]:
    if kind is str:
        return _itself
    if kind is bool:
        return _truth
    if kind is datetime:
        return _moment
    if kind is bytes:
        return _bytes
    if kind is Decimal:
        return _exact
    if kind in (list, dict):
        return _json
    return repr if kind is float else str


def _itself(value: str) -> str:
    return value


def _truth(value: bool) -> str:
    return "1" if value else "0"


def _moment(value: datetime) -> str:
    return str(value if value.tzinfo is None else value.astimezone(SHANGHAI).replace(tzinfo=None))


def _bytes(value: bytes) -> str:
    return f"\\x{value.hex()}"


def _exact(value: Decimal) -> str:
    return f"{value:f}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_worded_part)


def _worded_part(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


@contextlib.contextmanager
def _worded() -> Iterator[None]:
    """Whatever the parser makes of a bad file is told as one; a panic of its own is no `Exception`."""
    try:
        yield
    except (FileUnreadable, MemoryError):
        raise
    except BaseException as fault:
        if isinstance(fault, Exception) or type(fault).__name__ == _PANIC:
            raise FileUnreadable(reason="Parquet") from fault
        raise
