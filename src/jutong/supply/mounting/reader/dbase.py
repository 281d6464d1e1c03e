"""DBF tables of dBASE, FoxPro and Visual FoxPro, with the memo file beside them in a ZIP.

Rows are cut into columns by NumPy, a block at a time, and each column of a block is decoded in one go. Rows marked as
deleted are not there. The code page is the header's where it is a Chinese one, else it is detected as for text files.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO, Final

import numpy as np

from jutong.kernel.text import N_
from jutong.supply.mounting.domain import encodings
from jutong.supply.mounting.domain.encodings import Encoding
from jutong.supply.mounting.domain.errors import EncodingWrong, FileUnreadable, MemoMissing
from jutong.supply.mounting.reader.contents import Content
from jutong.supply.mounting.reader.tables import BATCH_ROWS, COLUMNS_LIMIT, Batch, Order, heading

_KINDS: Final = {0x02, 0x03, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5, 0xFB}
_GBK_PAGES: Final = {0x4D, 0x7A}
_END_OF_FIELDS: Final = 0x0D
_DELETED: Final = 0x2A
_MEMOS: Final = "MGP"
_PLAIN: Final = "CNFDLVM"
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record: where its bytes lie, and of which kind they are."""

    name: bytes
    kind: str
    start: int
    length: int
    decimals: int


class Dbase:
    """A DBF table. Raises FileUnreadable, EncodingUndetected, EncodingWrong, MemoMissing."""

    def __init__(self, content: Content, order: Order):
        self._content = content
        with content.open() as stream:
            self._head = _read(stream, 32)
            self._rows, self._head_length, self._length = struct.unpack_from("<IHH", self._head, 4)
            if self._head[0] not in _KINDS or not 33 <= self._head_length <= 65_535 or self._length < 2:
                raise FileUnreadable(reason=N_("不是 DBF 表"))
            if self._head[15]:
                raise FileUnreadable(reason=N_("DBF 表已加密"))
            self._fields = _fields(_read(stream, self._head_length - 32), self._length)
        self._encoding = self._encoding_of(order)
        try:
            names = [field.name.decode(self._encoding.codec) for field in self._fields]
        except UnicodeDecodeError as fault:
            raise EncodingWrong(encoding=self._encoding.value, line=1, field="encoding") from fault
        self.names = heading(names, 1)
        self._memos = self._open_memos()
        self.reading: dict[str, Any] = {"encoding": self._encoding.value}

    def batches(self) -> Iterator[Batch]:
        read = 0
        with self._content.open() as stream:
            _read(stream, self._head_length)
            while read < self._rows:
                wanted = min(BATCH_ROWS, self._rows - read)
                data = _read(stream, wanted * self._length, short=True)
                whole = len(data) // self._length
                if whole:
                    yield self._batch(np.frombuffer(data, np.uint8, whole * self._length).reshape(whole, self._length))
                read += whole
                if whole < wanted:
                    raise FileUnreadable(reason=N_("DBF 记录不完整，文件可能被截断"), row=read + 1)

    def _batch(self, records: "np.ndarray[Any, Any]") -> Batch:
        records = records[records[:, 0] != _DELETED]
        if not len(records):
            return Batch()
        columns = [self._column(field, records) for field in self._fields]
        return Batch([row for row in zip(*columns, strict=True) if any(row)])

    def _column(self, field: Field, records: "np.ndarray[Any, Any]") -> list[str]:
        block = np.ascontiguousarray(records[:, field.start : field.start + field.length])
        if field.kind not in _PLAIN or (field.kind == "M" and field.length == 4):
            return [self._special(field, row.tobytes()) for row in block]
        values = block.view(f"S{field.length}").ravel().tolist()
        text = b"\n".join(values).decode(self._encoding.codec, "surrogateescape")
        texts = text.split("\n")
        if len(texts) != len(values):
            texts = [value.decode(self._encoding.codec, "surrogateescape") for value in values]
        match field.kind:
            case "C" | "V":
                # Filled up with blanks to their width; leading ones are the value's own.
                return [value.rstrip(" ") for value in texts]
            case "N" | "F":
                # A value too wide for its field was written as stars, which no reader of numbers takes.
                return [value.strip(" ") for value in texts]
            case "D":
                return [_day(value.strip()) for value in texts]
            case "L":
                return [_LOGICAL.get(value.strip(), value) for value in texts]
            case _:
                return [self._memo(int(value)) if value.strip().isdigit() else "" for value in texts]

    def _special(self, field: Field, data: bytes) -> str:
        match field.kind:
            case "I" | "+":
                return str(int.from_bytes(data, "little", signed=True))
            case "Y":
                return str(Decimal(int.from_bytes(data, "little", signed=True)).scaleb(-4))
            case "B" | "O":
                return repr(struct.unpack("<d", data)[0])
            case "T" | "@":
                return _moment(data)
            case "M":
                return self._memo(int.from_bytes(data, "little"))
            case _:
                return ""

    # --- Code page ---------------------------------------------------------------------------------------------------

    def _encoding_of(self, order: Order) -> Encoding:
        if order.encoding:
            return Encoding(order.encoding)
        if self._head[29] in _GBK_PAGES:
            return Encoding.GB18030
        return encodings.detect(self._texts())

    def _texts(self) -> Iterator[bytes]:
        """The bytes of names and texts, for the detection."""
        yield b"\n".join(field.name for field in self._fields) + b"\n"
        texts = [field for field in self._fields if field.kind in "CV"]
        with self._content.open() as stream:
            _read(stream, self._head_length)
            size = max(1, _PIECE // self._length) * self._length
            while data := _read(stream, size, short=True):
                whole = len(data) // self._length
                records = np.frombuffer(data, np.uint8, whole * self._length).reshape(whole, self._length)
                for field in texts:
                    block = np.ascontiguousarray(records[:, field.start : field.start + field.length])
                    yield b"\n".join(value.rstrip(b" ") for value in block.view(f"S{field.length}").ravel()) + b"\n"

    # --- Memos -------------------------------------------------------------------------------------------------------

    def _open_memos(self) -> Callable[[int], bytes] | None:
        if not any(field.kind == "M" for field in self._fields):
            return None
        fox = self._content.beside("fpt")
        if fox is not None:
            return _fox_memos(fox)
        base = self._content.beside("dbt")
        if base is not None:
            return _base_memos(base, four=self._head[0] in (0x8B, 0xCB))
        raise MemoMissing()

    def _memo(self, number: int) -> str:
        if number == 0 or self._memos is None:
            return ""
        return self._memos(number).decode(self._encoding.codec, "surrogateescape")


def _read(stream: BinaryIO, size: int, *, short: bool = False) -> bytes:
    parts = []
    while size and (data := stream.read(size)):
        parts.append(data)
        size -= len(data)
    if size and not short:
        raise FileUnreadable(reason=N_("不是 DBF 表"))
    return b"".join(parts)


def _fields(data: bytes, length: int) -> list[Field]:
    fields: list[Field] = []
    start = 1
    for at in range(0, len(data) - 31, 32):
        if data[at] == _END_OF_FIELDS:
            break
        kind, size, decimals = chr(data[at + 11]), data[at + 16], data[at + 17]
        if kind == "C":
            # Longer texts than 255 keep the high byte of their length where numbers have their decimals.
            size, decimals = size + 256 * decimals, 0
        if kind not in "CNFDLVMGPIYBTO@+0Q" or not size or start + size > length or len(fields) == COLUMNS_LIMIT:
            raise FileUnreadable(reason=N_("DBF 表头的字段定义不正确"))
        if kind not in "0GPQ":
            fields.append(Field(data[at : at + 11].split(b"\x00")[0], kind, start, size, decimals))
        start += size
    if not fields:
        raise FileUnreadable(reason=N_("DBF 表头的字段定义不正确"))
    return fields


_LOGICAL: Final = {"T": "1", "t": "1", "Y": "1", "y": "1", "F": "0", "f": "0", "N": "0", "n": "0", "?": "", "": ""}


def _day(text: str) -> str:
    if len(text) == 8 and text.isdigit():
        return "" if text == "00000000" else f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return text


_JULIAN_0: Final = 1_721_425


def _moment(data: bytes) -> str:
    day, milliseconds = struct.unpack("<II", data)
    if day == 0:
        return ""
    try:
        moment = date.fromordinal(day - _JULIAN_0 + 1)
    except (ValueError, OverflowError):
        return f"{day}"
    seconds, rest = divmod(milliseconds, 1000)
    hours, minutes = divmod(seconds // 60, 60)
    return f"{moment.isoformat()} {hours:02}:{minutes:02}:{seconds % 60:02}" + (f".{rest:03}" if rest else "")


def _fox_memos(data: bytes) -> Callable[[int], bytes]:
    if len(data) < 8:
        raise FileUnreadable(reason=N_("备注文件已损坏"))
    size = int.from_bytes(data[6:8], "big") or 512

    def memo(number: int) -> bytes:
        at = number * size
        if at + 8 > len(data):
            raise FileUnreadable(reason=N_("备注文件已损坏"))
        length = int.from_bytes(data[at + 4 : at + 8], "big")
        if at + 8 + length > len(data):
            raise FileUnreadable(reason=N_("备注文件已损坏"))
        return data[at + 8 : at + 8 + length]

    return memo


def _base_memos(data: bytes, *, four: bool) -> Callable[[int], bytes]:
    size = (int.from_bytes(data[20:22], "little") or 512) if four else 512

    def memo(number: int) -> bytes:
        at = number * size
        if at >= len(data):
            raise FileUnreadable(reason=N_("备注文件已损坏"))
        if four:
            length = int.from_bytes(data[at + 4 : at + 8], "little")
            return data[at + 8 : at + max(8, length)]
        return data[at:].split(b"\x1a", 1)[0]

    return memo
