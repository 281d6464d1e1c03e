"""The child: takes an order as JSON in its first argument and the file as standard input, answers in frames."""

import gc
import hashlib
import json
import resource
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from jutong.kernel.codes.data_types import DataType
from jutong.kernel.text import N_
from jutong.supply.mounting.domain.canonical import bucket_of, canonical, row_digest
from jutong.supply.mounting.domain.errors import FileError
from jutong.supply.mounting.reader.contents import open_content, refuse_mislabelled
from jutong.supply.mounting.reader.delimited import Delimited
from jutong.supply.mounting.reader.shapes import Shape
from jutong.supply.mounting.reader.tables import Batch, Order, Table
from jutong.supply.mounting.reader.weaving import Wanted, Weaver, frame
from jutong.supply.mounting.values import BUCKETS, Transform

MEMORY_BYTES: Final = 512 * 1024 * 1024
CPU_SECONDS: Final = 10
CPU_SECONDS_A_MEGABYTE: Final = 1.0
"""Reading takes longer the larger the file; what takes much longer than that is no table."""


def kind_of(form: str) -> Callable[..., Table]:
    """The reader of a format; only that one is loaded, since each child reads one file and begins anew."""
    match form:
        case "xlsx" | "xls" | "et":
            from jutong.supply.mounting.reader.workbooks import Workbook

            return Workbook
        case "dbf":
            from jutong.supply.mounting.reader.dbase import Dbase

            return Dbase
        case "sqlite" | "sqlite3" | "db":
            from jutong.supply.mounting.reader.sqlite import Sqlite

            return Sqlite
        case "parquet":
            from jutong.supply.mounting.reader.parquet import Parquet

            return Parquet
        case "json" | "ndjson" | "jsonl" | "xml":
            from jutong.supply.mounting.reader import documents

            return {"json": documents.Json, "xml": documents.Xml}.get(form, documents.JsonLines)
        case _:
            return Delimited


def opened(order: dict[str, Any], stream: BinaryIO) -> tuple[Table, dict[str, Any]]:
    """The table in a file, and how it is read. Raises a FileError."""
    content, member = open_content(stream, order["format"], order.get("packed", ""), order.get("member", ""))
    refuse_mislabelled(content)
    table = kind_of(content.format)(content, Order.of({**order, "format": content.format}))
    return table, {"format": content.format, "member": member, **table.reading}


def inspect(order: dict[str, Any], stream: BinaryIO, out: BinaryIO) -> None:
    """Read the whole file: its columns, their types, samples, and how many rows there are."""
    table, reading = opened(order, stream)
    shapes = [Shape() for _ in table.names]
    rows = faulty = 0
    for batch in table.batches():
        rows += len(batch.rows)
        faulty += len(batch.faults)
        good = [row for number, row in enumerate(batch.rows) if number not in batch.faults]
        for shape, values in zip(shapes, zip(*good, strict=True), strict=False):
            shape.see(values)
    columns = [
        {
            "name": name,
            "data_type": str(shape.data_type),
            "nullable": shape.filled < rows - faulty,
            "samples": shape.samples,
        }
        for name, shape in zip(table.names, shapes, strict=True)
    ]
    frame(out, {"columns": columns, "rows": rows, "faulty": faulty, "reading": reading})


def heading(order: dict[str, Any], stream: BinaryIO, out: BinaryIO) -> None:
    """Only the column names."""
    table, reading = opened({**order, "trusted": True}, stream)
    frame(out, {"names": table.names, "reading": reading})


def peek(order: dict[str, Any], stream: BinaryIO, out: BinaryIO) -> None:
    """The first rows, None for what is empty; long values are cut. The columns are known."""
    table, _ = opened({**order, "trusted": True}, stream)
    first = next(table.batches(), Batch())
    good = [row for number, row in enumerate(first.rows) if number not in first.faults][: order["limit"]]
    frame(out, {"rows": [[value[:200] if value.strip() else None for value in row] for row in good]})


def stream_rows(order: dict[str, Any], stream: BinaryIO, out: BinaryIO) -> None:
    """The wanted columns as COPY takes them, each value checked against its type."""
    columns = [(column["name"], DataType.parse(column["data_type"])) for column in order["columns"]]
    names = [name for name, _ in columns]
    table, _ = opened({**order, "trusted": True, "names": names}, stream)
    wanted = [
        Wanted.of(
            table.names,
            column["name"],
            DataType.parse(column["data_type"]),
            Transform.from_json(column["transform"]) if column.get("transform") else None,
        )
        for column in order["columns"]
    ]
    weaver = Weaver(out, wanted)
    # The quick way of delimited text passes values on without ever taking rows apart.
    if isinstance(table, Delimited) and not any(column.transform for column in wanted):
        table.weave(weaver)
    else:
        for batch in table.batches():
            weaver.batch(batch)
    weaver.end()


def sketch(order: dict[str, Any], stream: BinaryIO, out: BinaryIO) -> None:
    """The smallest keyed hashes of each column's distinct values, as the engines make them (`Adapter.sketch`)."""
    table, _ = opened({**order, "trusted": True}, stream)
    places = [(name, table.names.index(name)) for name in order["columns"] if name in table.names]
    kept: dict[str, set[int]] = {name: set() for name, _ in places}
    for batch in table.batches():
        for row in batch.rows:
            for name, place in places:
                text = row[place].strip(" ").upper()
                if text:
                    _take(kept[name], _hash_of(order["key"] + text), order["size"])
    frame(out, {"hashes": {name: sorted(found)[: order["size"]] for name, found in kept.items()}})


def digest(order: dict[str, Any], stream: BinaryIO, out: BinaryIO) -> None:
    """Rows and sums of each bucket, as the engines make them (`Adapter.digest`); a blank cell is an empty value."""
    table, _ = opened({**order, "trusted": True, "names": [column["name"] for column in order["columns"]]}, stream)
    places = [table.names.index(column["name"]) for column in order["columns"]]
    types = [DataType.parse(column["data_type"]) for column in order["columns"]]
    key = [[column["name"] for column in order["columns"]].index(name) for name in order["key"]]
    rows, sums = [0] * BUCKETS, [0] * BUCKETS
    for batch in table.batches():
        for number, row in enumerate(batch.rows):
            if number in batch.faults:
                continue
            cells = (row[place] for place in places)
            texts = [canonical(cell if cell.strip() else None, kind) for cell, kind in zip(cells, types, strict=True)]
            bucket = bucket_of("".join(texts[place] for place in key))
            rows[bucket] += 1
            sums[bucket] += row_digest("".join(texts))
    # As text: a sum can be larger than what every reader of JSON takes for a whole number.
    frame(out, {"buckets": [[at, count, str(sums[at])] for at, count in enumerate(rows) if count]})


def _hash_of(text: str) -> int:
    return int(hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:13], 16)


def _take(found: set[int], value: int, size: int) -> None:
    """Keep the smallest, and throw the rest away now and then rather than at each value."""
    found.add(value)
    if len(found) > 8 * size:
        smallest = sorted(found)[:size]
        found.clear()
        found.update(smallest)


COMMANDS: Final = {
    "inspect": inspect,
    "heading": heading,
    "peek": peek,
    "stream": stream_rows,
    "sketch": sketch,
    "digest": digest,
}


def limit_self(size_bytes: int) -> None:
    """Bind this process: memory, processor time by the file's size, no files, no core."""
    seconds = CPU_SECONDS + int(CPU_SECONDS_A_MEGABYTE * (size_bytes >> 20))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(order: dict[str, Any], stream: BinaryIO, out: BinaryIO) -> None:
    """Carry an order out, and say what was wrong with the file."""
    try:
        COMMANDS[order["command"]](order, stream, out)
    except FileError as fault:
        frame(out, {"error": type(fault).__name__, "details": fault.details, "field": fault.field})
    except MemoryError:
        frame(out, {"error": "FileUnreadable", "details": {"reason": N_("占用内存过多")}, "field": None})


def main() -> None:
    order = json.loads(sys.argv[1])
    limit_self(order["size_bytes"])
    # Rows hold no cycles, and looking for some among millions of cells takes time.
    gc.disable()
    answer(order, sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
