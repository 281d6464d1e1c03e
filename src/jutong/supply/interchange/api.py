"""The door of catalogue files: what other rooms may call. Values are in `values`."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from jutong.supply.interchange.domain.errors import FileRefused
from jutong.supply.interchange.domain.writing import Written
from jutong.supply.interchange.services import tables
from jutong.supply.interchange.services.tables import TableLine

__all__ = ["FileRefused", "TableLine", "Written", "read_lines", "read_table", "write_entries"]


def read_table(content: BinaryIO, *, name: str, rows_limit: int) -> list[tuple[int, list[str]]]:
    """The rows of somebody's XLSX, XLS, ET or CSV file as texts, with their numbers; its first sheet.

    Read by the same bound child as catalogue files. Raises FormatUnknown, and the FileRefused the child names.
    """
    return tables.read_table(content, name=name, rows_limit=rows_limit)


def read_lines(content: BinaryIO, *, name: str, heads: Sequence[str], rows_limit: int) -> list[TableLine]:
    """As `read_table`, but the lines below the row that bears all these heads, in any order, by head.

    Raises what `read_table` raises, and TableHeadsMissing.
    """
    return tables.read_lines(content, name=name, heads=heads, rows_limit=rows_limit)


def write_entries(entries: Iterable[Written]) -> BinaryIO:
    """Entries as the file of Appendix 2; it stands at its beginning, and its reader closes it."""
    return tables.write_entries(entries)
