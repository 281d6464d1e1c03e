"""The door of catalogue files: what other rooms may call. Values are in `values`."""

import tempfile
from typing import BinaryIO

from jutong.supply.interchange.adapters import child
from jutong.supply.interchange.domain.errors import FileRefused, FormatUnknown
from jutong.supply.interchange.values import SheetFormat

__all__ = ["FileRefused", "read_table"]

_PIECE = 1 << 20


def read_table(content: BinaryIO, *, name: str, rows_limit: int) -> list[tuple[int, list[str]]]:
    """The rows of somebody's XLSX, XLS, ET or CSV file as texts, with their numbers; its first sheet.

    Read by the same bound child as catalogue files. Raises FormatUnknown, and the FileRefused the child names.
    """
    ending = name.rpartition(".")[2].lower()
    if ending not in set(SheetFormat) or ending == SheetFormat.JSON:
        raise FormatUnknown(name=name[-100:], field="file")
    with tempfile.TemporaryFile(prefix="jutong-table-") as file:
        while piece := content.read(_PIECE):
            file.write(piece)
        file.flush()
        file.seek(0)
        answers = child.ask(file, command="table", format=ending, rows_limit=rows_limit)
        return [(line["number"], line["row"]) for line in answers if "row" in line]
