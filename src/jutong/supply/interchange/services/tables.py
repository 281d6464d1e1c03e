"""Plain tables for rooms above: read by the same child as catalogue files, told apart by their heads."""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from jutong.supply.interchange.adapters import child, sheets
from jutong.supply.interchange.domain.errors import FormatUnknown, TableHeadsMissing
from jutong.supply.interchange.domain.reading import clean, plain_head
from jutong.supply.interchange.domain.writing import Written
from jutong.supply.interchange.values import SheetFormat

HEAD_ROWS = 10
"""How far down the row of heads is looked for: titles may stand above it."""


@dataclass(frozen=True, slots=True)
class TableLine:
    """A line of a table (表格行): its number as the spreadsheet shows it, and its cells by head."""

    number: int
    cells: dict[str, str]


def read_table(content: BinaryIO, *, name: str, rows_limit: int) -> list[tuple[int, list[str]]]:
    """The rows of an Excel or CSV file with their numbers. Raises FormatUnknown, and what the child names."""
    ending = name.rpartition(".")[2].lower()
    if ending not in set(SheetFormat) - {SheetFormat.JSON}:
        raise FormatUnknown(name=name[-100:], field="file")
    # The child takes a file of the system as its input; an upload in memory is none.
    with tempfile.TemporaryFile(prefix="jutong-table-") as file:
        content.seek(0)
        shutil.copyfileobj(content, file)
        file.seek(0)
        answers = child.ask(file, command="table", format=ending, rows_limit=rows_limit)
        return [(each["number"], each["row"]) for each in answers if "row" in each]


def read_lines(content: BinaryIO, *, name: str, heads: Sequence[str], rows_limit: int) -> list[TableLine]:
    """The lines of a table below the row that bears all these heads, in any order; empty lines are passed over.

    Raises what `read_table` raises, and TableHeadsMissing.
    """
    return _below_heads(read_table(content, name=name, rows_limit=rows_limit + HEAD_ROWS), heads)


def _below_heads(rows: list[tuple[int, list[str]]], heads: Sequence[str]) -> list[TableLine]:
    wanted = {plain_head(head): head for head in heads}
    for place, (_number, row) in enumerate(rows[:HEAD_ROWS]):
        at = {wanted[plain_head(cell)]: column for column, cell in enumerate(row) if plain_head(cell) in wanted}
        if len(at) == len(heads):
            return [
                TableLine(
                    number, {head: clean(row[column]) if column < len(row) else "" for head, column in at.items()}
                )
                for number, row in rows[place + 1 :]
                if any(cell.strip() for cell in row)
            ]
    raise TableHeadsMissing(heads=tuple(heads), field="file")


def write_entries(entries: Iterable[Written]) -> BinaryIO:
    """Entries as the file of Appendix 2 (导出的统一格式文件); it stands at its beginning, and its reader closes it."""
    file = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=2 * 1024 * 1024))  # noqa: SIM115
    sheets.write_xlsx(file, entries)
    file.seek(0)
    return file
