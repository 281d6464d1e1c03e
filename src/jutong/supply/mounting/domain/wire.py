"""How a front-end node and the platform say to each other what an adapter is asked and what it answers.

Plain JSON for questions and answers; rows go as a heading line of JSON and the compressed lines of COPY after it.
Both sides import this module, so that neither has a form of its own.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from jutong.kernel.codes.data_types import DataType
from jutong.kernel.errors import JutongError
from jutong.supply.mounting.domain.errors import (
    CursorLost,
    GapInSource,
    KeyMissing,
    MountingError,
    SourceFailed,
    SourceIsReplica,
    SourceRefused,
    SourceUnreachable,
    TableMissing,
    WatermarkMissing,
    WatermarkUnfit,
)
from jutong.supply.mounting.values import (
    BucketDigest,
    CaptureNames,
    Chunk,
    ChunkForm,
    KeyRange,
    RowFault,
    StreamColumn,
    StreamRequest,
    TableRef,
    Transform,
)

LIMIT_BYTES: Final = 64 * 1024 * 1024
"""What a packed chunk may become when unpacked; adapters make chunks of a few MiB, but a single row may be long."""

_ERRORS: Final[Mapping[str, type[MountingError]]] = {
    kind.__name__: kind
    for kind in (
        CursorLost, GapInSource, KeyMissing, SourceFailed, SourceIsReplica, SourceRefused, SourceUnreachable,
        TableMissing, WatermarkMissing, WatermarkUnfit,
    )
}  # fmt: skip


class ChunkMalformed(ValueError):
    """What came is no packed chunk, or too large a one."""


# --- Questions -------------------------------------------------------------------------------------------------------


def table_to_json(table: TableRef) -> dict[str, str]:
    return {"schema": table.schema, "name": table.name}


def table_from_json(data: Mapping[str, str]) -> TableRef:
    return TableRef(data["schema"], data["name"])


def request_to_json(request: StreamRequest) -> dict[str, Any]:
    """A reading as it is ordered."""
    data = asdict(request)
    data["columns"] = [
        [
            column.source,
            column.source_type,
            str(column.data_type),
            *([column.transform.to_json()] if column.transform else []),
        ]
        for column in request.columns
    ]
    data["key"] = list(request.key)
    if request.compare is not None:
        data["compare"] = digests_to_json(request.compare)
    return data


def request_from_json(data: Mapping[str, Any]) -> StreamRequest:
    """Raises KeyError and ValueError where it is none."""
    known = dict(data)
    known["table"] = table_from_json(data["table"])
    known["columns"] = tuple(map(_column_from_json, data["columns"]))
    known["key"], known["buckets"] = tuple(data["key"]), tuple(data["buckets"])
    if data["compare"] is not None:
        known["compare"] = digests_from_json(data["compare"])
    if data["key_range"] is not None:
        known["key_range"] = range_from_json(data["key_range"])
    if data["capture"] is not None:
        known["capture"] = CaptureNames(**data["capture"])
    return StreamRequest(**known)


def range_to_json(part: KeyRange) -> dict[str, Any]:
    return asdict(part)


def range_from_json(data: Mapping[str, Any]) -> KeyRange:
    return KeyRange(*(None if data[end] is None else tuple(map(str, data[end])) for end in ("after", "upto")))


def digests_to_json(found: Mapping[int, BucketDigest]) -> dict[str, list[Any]]:
    """Sums as texts: they are longer than what every reader of JSON takes for a whole number. So are its names."""
    return {str(bucket): [each.rows, str(each.digest)] for bucket, each in found.items()}


def digests_from_json(data: Mapping[str, Any]) -> dict[int, BucketDigest]:
    return {int(bucket): BucketDigest(int(rows), int(digest)) for bucket, (rows, digest) in data.items()}


def _column_from_json(data: Sequence[Any]) -> StreamColumn:
    name, kind, text, *more = data
    # A node from before transformations refuses the longer form rather than passing values on as they are.
    return StreamColumn(name, kind, DataType.parse(text), Transform.from_json(more[0]) if more else None)


# --- Rows ------------------------------------------------------------------------------------------------------------


def pack(chunk: Chunk) -> bytes:
    """A chunk for the way."""
    heading = {
        "rows": chunk.rows,
        "form": chunk.form.value,
        "null_mark": chunk.null_mark,
        "faults": [[fault.row, fault.column, fault.reason, fault.value] for fault in chunk.faults],
    }
    return json.dumps(heading, ensure_ascii=False).encode() + b"\n" + zlib.compress(chunk.data, 1)


def unpack(packed: bytes) -> Chunk:
    """Raises ChunkMalformed."""
    try:
        heading_line, _, body = packed.partition(b"\n")
        heading = json.loads(heading_line)
        inflater = zlib.decompressobj()
        data = inflater.decompress(body, LIMIT_BYTES)
        if inflater.unconsumed_tail or not inflater.eof:
            raise ChunkMalformed("too long, or cut off")
        faults = tuple(
            RowFault(int(row), str(column), str(why), str(value)) for row, column, why, value in heading["faults"]
        )
        chunk = Chunk(data, int(heading["rows"]), ChunkForm(heading["form"]), str(heading["null_mark"]), faults)
    except (ValueError, KeyError, TypeError, zlib.error) as fault:
        raise ChunkMalformed(str(fault)) from fault
    if data.count(b"\n") != chunk.rows:
        raise ChunkMalformed("lines and rows differ")
    return chunk


# --- Errors ----------------------------------------------------------------------------------------------------------


def error_to_json(error: JutongError) -> dict[str, Any]:
    """An adapter's error by the name of its class; its details are words and names, never values of rows."""
    return {
        "name": type(error).__name__,
        "field": error.field,
        "details": {name: str(value) for name, value in error.details.items()},
    }


def error_from_json(data: Mapping[str, Any]) -> MountingError:
    """The same error here; one this side does not know is a failed reading."""
    kind = _ERRORS.get(str(data.get("name")))
    details = data.get("details")
    if kind is None or not isinstance(details, dict):
        return SourceFailed(reason=str(data.get("name"))[:60])
    error = kind(field=data.get("field"), **{str(name): str(value)[:300] for name, value in details.items()})
    try:
        error.message.format(**error.details)
    except KeyError:
        return SourceFailed(reason=kind.__name__)
    return error
