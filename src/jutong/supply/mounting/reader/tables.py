"""What the readers of all formats have in common: a table is names and batches of rows of text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Protocol

from jutong.kernel.text import N_
from jutong.supply.mounting.domain.errors import FileEmpty, FileUnreadable, HeadingEmpty, HeadingRepeated

BATCH_ROWS: Final = 5_000
COLUMNS_LIMIT: Final = 1_000
HEADING_WITHIN_ROWS: Final = 20

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot be taken, and where it went wrong; `column` is empty when the whole row is at fault."""

    column: str
    reason: str
    value: str = ""


@dataclass(slots=True)
class Batch:
    """Rows of the table's width, an empty text for what is empty; a faulty row keeps its place and is not read."""

    rows: list[Row] = field(default_factory=list)
    faults: dict[int, Fault] = field(default_factory=dict)


class Table(Protocol):
    """A file opened for reading. `reading` says how: encoding, delimiter, sheet, row of the heading, path of rows."""

    names: list[str]
    reading: dict[str, Any]

    def batches(self) -> Iterator[Batch]:
        """All rows, once. Raises a FileError."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """How a file is to be read; what is empty is found out."""

    format: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 0
    row_path: str = ""
    member: str = ""
    packed: str = ""
    trusted: bool = False
    """The file was read whole before, and its encoding found right."""

    names: tuple[str, ...] = ()
    """The columns are known: a document is not read for them."""

    expected: tuple[str, ...] = ()
    """A document is read for its columns until each of these was seen."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Order":
        known = {each.name: data[each.name] for each in fields(cls) if each.name in data}
        for name in ("names", "expected"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known)


def heading(row: Row, number: int) -> list[str]:
    """A row as column names. Raises FileEmpty, HeadingEmpty, HeadingRepeated, FileUnreadable."""
    names = [name.strip().lstrip("\ufeff") for name in row]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise FileEmpty()
    if len(names) > COLUMNS_LIMIT:
        raise FileUnreadable(reason=N_("列数过多"))
    seen = set[str]()
    for position, name in enumerate(names, start=1):
        if not name:
            raise HeadingEmpty(position=position, row=number)
        if name in seen:
            raise HeadingRepeated(column=name, row=number)
        seen.add(name)
    return names


def find_heading(first: Sequence[Row], wanted: int) -> int:
    """Which of the first rows names the columns, from 1: the declared one, else the first below any title.

    A title stands alone in its row. A row with two filled cells is never passed over: it may be the heading, with a
    fault in it, and passing over it would make names of the first record.
    """
    if wanted:
        return wanted
    filled = [sum(1 for cell in row if cell.strip()) for row in first[:HEADING_WITHIN_ROWS]]
    if max(filled, default=0) < 2:
        return next((number for number, count in enumerate(filled, start=1) if count), 1)
    return next(number for number, count in enumerate(filled, start=1) if count > 1)
