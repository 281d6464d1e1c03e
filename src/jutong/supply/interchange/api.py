"""The door of catalogue files: plain tables read safely, and entries written as the file of Appendix 2."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from jutong.supply.interchange.domain.errors import FileRefused
from jutong.supply.interchange.domain.writing import Written
from jutong.supply.interchange.services import tables
from jutong.supply.interchange.services.tables import TableLine

__all__ = ["FileRefused", "TableLine", "Written", "read_table", "write_entries"]


def read_table(content: BinaryIO, *, name: str, heads: Sequence[str], rows_limit: int) -> list[TableLine]:
    """The lines of an Excel or CSV file below the row that bears all these heads, in any order.

    The file is read by a child bound in memory and time. Raises a FileRefused with words that say what to do.
    """
    return tables.read_table(content, name=name, heads=heads, rows_limit=rows_limit)


def write_entries(entries: Iterable[Written]) -> BinaryIO:
    """Entries as the file of Appendix 2; it stands at its beginning, and its reader closes it."""
    return tables.write_entries(entries)
