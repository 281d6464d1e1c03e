"""The child: rows as lines of JSON on standard input, a Parquet file at the end; batch by batch, in little memory.

Its order is JSON in the first argument: `path`, `columns` as pairs of name and type, `metadata` for the file's footer.
"""

import json
import resource
import sys
from typing import Any, Final

MEMORY_BYTES: Final = 300 * 1024 * 1024
BATCH_ROWS: Final = 8_192
GROUP_ROWS: Final = 100_000


def write(order: dict[str, Any], rows: Any) -> None:
    """Write the file; a value that its column's type does not hold ends the process with an error."""
    import arro3.io
    from arro3.core import DataType, Field, Schema

    def type_of(words: str) -> DataType:
        name, *sizes = words.split(":")
        match name:
            case "decimal":
                return DataType.decimal128(int(sizes[0]), int(sizes[1]))
            case "date":
                return DataType.date32()
            case "moment":
                return DataType.timestamp("us")
            case "int64" | "float64" | "bool" | "binary":
                return getattr(DataType, name)()
            case _:
                return DataType.utf8()

    schema = Schema([Field(name, type_of(words)) for name, words in order["columns"]])
    reader = arro3.io.read_json(rows, schema, batch_size=BATCH_ROWS)
    arro3.io.write_parquet(
        reader,
        order["path"],
        compression="zstd(3)",
        max_row_group_size=GROUP_ROWS,
        key_value_metadata=order["metadata"],
    )


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    write(json.loads(sys.argv[1]), sys.stdin.buffer)
