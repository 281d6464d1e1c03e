"""Rows that were refused and have been corrected: read from COPY's text, found again, put in their place. Pure."""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from jutong.supply.mounting.values import Chunk, ChunkForm

Row = tuple[str | None, ...]

_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_MEANT: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@dataclass(frozen=True, slots=True)
class Mend:
    """A corrected row that stands for one that was refused; `number` names the kept reject."""

    number: int
    row: Row


class Mending:
    """The corrections of a resource, by the digest of the row as its source brings it.

    A correction serves once a run: two equal rows at the source need two.
    """

    def __init__(self, digest: Callable[[Row], str], known: Iterable[tuple[str, Mend]] = ()):
        self._digest = digest
        self._known: dict[str, list[Mend]] = defaultdict(list)
        for key, mend in known:
            self._known[key].append(mend)
        self.used: set[int] = set()

    def take(self, row: Row | None) -> Mend | None:
        """The correction of a refused row, or nothing."""
        if row is None or not self._known:
            return None
        waiting = self._known.get(self._digest(row))
        if not waiting:
            return None
        mend = waiting.pop(0)
        self.used.add(mend.number)
        return mend


NOTHING_TO_MEND: Final = Mending(lambda row: "")


def read_line(text: bytes, chunk: Chunk) -> Row | None:
    """The values of one line of a chunk, None for NULL; nothing where it is no text."""
    try:
        line = text.decode()
    except UnicodeDecodeError:
        return None
    if chunk.form is ChunkForm.CONTROL:
        (fields,) = csv.reader([line], delimiter="\x01", quotechar="\x02")
        return tuple(None if value == chunk.null_mark else value for value in fields)
    return tuple(
        None if value == "\\N" else _ESCAPED.sub(lambda sign: _MEANT.get(sign[1], sign[1]), value)
        for value in line.split("\t")
    )
