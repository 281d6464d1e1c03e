"""Rows on their way out: the wanted columns in COPY form, each value checked against its type.

Whole columns are checked at once by one pattern, so that Python does nothing per cell; only where a column does not
match is each of its values looked at.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.supply.mounting.domain.mapping import is_text, text_pattern
from jutong.supply.mounting.domain.transforms import transformed
from jutong.supply.mounting.reader.tables import Batch, Fault, Row
from jutong.supply.mounting.values import UNREADABLE, ChunkForm, Transform

FRAME_BYTES: Final = 1 << 20
FRAME_FAULTS: Final = 10_000
PARTED: Final = "\x01"

UNFIT: Final = r"\x00-\x02\ud800-\udfff"
"""Characters that no value is passed unlooked with: NUL, the signs of the way, and bytes that could not be decoded."""

_UNDECODED: Final = re.compile(r"[\ud800-\udfff]")
_ESCAPES: Final = {ord("\\"): "\\\\", ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r"}


def pattern_of(data_type: DataType, apart: str) -> str:
    """What a value of this type looks like when it needs no closer look, or nothing at all; `apart` ends a value."""
    if is_text(data_type):
        most = "*" if data_type.letter is TypeLetter.MEMO else f"{{0,{(data_type.length or 1) - 1}}}"
        return rf"(?:(?!{UNREADABLE})[^\s{apart}{UNFIT}][^\r\n{apart}{UNFIT}]{most}+)?+"
    inner = text_pattern(data_type)
    if inner is None:
        return rf"(?:[^\s{apart}{UNFIT}][^\r\n{apart}{UNFIT}]*+)?+"
    # The look ahead lets the pattern choose among its alternatives before it is held to one.
    return rf"(?:(?:{inner[1:-1].replace('(', '(?:')})(?=[\r\n{apart}]|\Z))?+"


@dataclass(frozen=True)
class Wanted:
    """A column to be written: where it stands in a row, and what its values must look like."""

    name: str
    position: int
    data_type: DataType
    whole: re.Pattern[str]
    one: re.Pattern[str] | None
    transform: Transform | None = None

    @classmethod
    def of(cls, names: Sequence[str], name: str, data_type: DataType, transform: Transform | None = None) -> "Wanted":
        value = pattern_of(data_type, "")
        inner = None if is_text(data_type) else text_pattern(data_type)
        return cls(
            name,
            names.index(name),
            data_type,
            re.compile(rf"(?:{value}\n)*+{value}\Z"),
            re.compile(inner[:-1] + r"\Z") if inner else None,
            transform,
        )

    def fault_of(self, value: str) -> Fault | None:
        """Why the value cannot be of this type, or nothing."""
        reason = self._reason(value)
        if not reason:
            return None
        return Fault(self.name, reason, _UNDECODED.sub("\ufffd", value[:200]).replace("\x00", "\ufffd"))

    def _reason(self, value: str) -> str:
        if _UNDECODED.search(value):
            return "encoding"
        if "\x00" in value:
            return "control_character"
        if value.startswith(UNREADABLE):
            return "type_mismatch" if self.transform else "number_imprecise"
        if self.one is not None and self.one.match(value) is None:
            return "type_mismatch"
        if self.data_type.letter is TypeLetter.TEXT and len(value) > (self.data_type.length or 0):
            return "too_long"
        return ""


class Weaver:
    """Writes frames: rows in one form, and the rows left out, in the order read."""

    def __init__(self, out: BinaryIO, wanted: Sequence[Wanted]):
        self._out = out
        self.wanted = tuple(wanted)
        self._form = ChunkForm.CONTROL
        self._parts: list[str] = []
        self._size = 0
        self._rows = 0
        self._faults: list[dict[str, Any]] = []

    def batch(self, batch: Batch) -> None:
        """Check and write rows."""
        if not batch.rows:
            return
        columns = list(zip(*batch.rows, strict=True))
        faults = dict(batch.faults)
        taken = [self._column(column, columns[column.position], faults) for column in self.wanted]
        rows: list[Row] = list(zip(*taken, strict=True)) if taken else [()] * len(batch.rows)
        start = 0
        for number in sorted(faults):
            self._write(rows[start:number])
            self.fault(faults[number])
            start = number + 1
        self._write(rows[start:] if start else rows)

    def one(self, row: Row) -> None:
        """Check and write a row of the table's width."""
        self.batch(Batch([row]))

    def ready(self, text: str, rows: int) -> None:
        """Write rows that were checked already and stand in the form parted by U+0001, each with its newline."""
        self._turn(ChunkForm.CONTROL)
        self._add(text, rows)

    def fault(self, fault: Fault) -> None:
        """Leave a row out."""
        place = self._rows + len(self._faults)
        self._faults.append({"row": place, "column": fault.column, "reason": fault.reason, "value": fault.value})
        if len(self._faults) >= FRAME_FAULTS:
            self.flush()

    def flush(self) -> None:
        """Send what is gathered."""
        if not self._rows and not self._faults:
            return
        data = "".join(self._parts).encode()
        head = {"rows": self._rows, "bytes": len(data), "form": self._form.value, "faults": self._faults}
        frame(self._out, head, data)
        self._parts, self._size, self._rows, self._faults = [], 0, 0, []

    def end(self) -> None:
        self.flush()
        frame(self._out, {"end": True})

    def _column(self, column: Wanted, values: Sequence[str], faults: dict[int, Fault]) -> Sequence[str]:
        if column.transform is not None:
            values = [transformed(value, column.transform) or "" for value in values]
        text = "\n".join(values)
        if text.count("\n") == len(values) - 1 and column.whole.match(text):
            return values
        looked = [value if not value or not value.isspace() else "" for value in values]
        for number, value in enumerate(looked):
            if value and (fault := column.fault_of(value)):
                faults.setdefault(number, fault)
        return looked

    def _write(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        text = "\n".join(map(PARTED.join, rows)) + "\n"
        # Signs of the way inside values are rare; then the rows go in the form that can say them.
        apart = len(rows) * (len(self.wanted) - 1)
        clean = text.count(PARTED) == apart and text.count("\n") == len(rows)
        if clean and "\r" not in text and "\x02" not in text and "\\." not in text:
            self._turn(ChunkForm.CONTROL)
        else:
            self._turn(ChunkForm.TEXT)
            text = "".join("\t".join([value.translate(_ESCAPES) or "\\N" for value in row]) + "\n" for row in rows)
        self._add(text, len(rows))

    def _turn(self, form: ChunkForm) -> None:
        if form is not self._form:
            self.flush()
            self._form = form

    def _add(self, text: str, rows: int) -> None:
        self._parts.append(text)
        self._size += len(text)
        self._rows += rows
        if self._size >= FRAME_BYTES:
            self.flush()


def frame(out: BinaryIO, head: dict[str, Any], data: bytes = b"") -> None:
    """Send one frame: a line of JSON, then bytes."""
    out.write(json.dumps(head, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    out.write(data)
    out.flush()
