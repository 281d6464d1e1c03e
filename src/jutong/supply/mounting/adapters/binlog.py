"""What MariaDB's binary log, in row format, tells of a table's changes: which keys were touched.

Only keys are taken from it; the rest of a row is stepped over by the widths its table map gives, without being decoded.
The rows themselves are read from the table afterwards, in the words of every other reading.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

ENDS: Final = 16
"""The event that ends a transaction of InnoDB."""

_QUERY, _ROTATE, _XID, _TABLE_MAP, _XA_PREPARE = 2, 4, 16, 19, 38
_QUERY_COMPRESSED, _FORMAT = 165, 15
_ROWS: Final = {23: 1, 24: 2, 25: 1, 30: 1, 31: 2, 32: 1, 166: 1, 167: 2, 168: 1, 169: 1, 170: 2, 171: 1}
"""Events of rows, and how many images of a row each holds: an update has the row before and after."""

_SECOND_VERSION: Final = frozenset({30, 31, 32, 169, 170, 171})
_COMPRESSED: Final = frozenset({166, 167, 168, 169, 170, 171})
_HEADER: Final = 19
_CHECKSUM: Final = 4
_FIXED: Final = {1: 1, 2: 2, 3: 4, 4: 4, 5: 8, 6: 0, 7: 4, 8: 8, 9: 3, 10: 3, 11: 3, 12: 8, 13: 1, 14: 3}
_FRACTIONS: Final = {17: 4, 18: 5, 19: 3}
_LENGTHS_IN_META: Final = frozenset({140, 245, 249, 250, 251, 252, 255})
_ONE_BYTE_META: Final = frozenset({4, 5, 17, 18, 19}) | _LENGTHS_IN_META
_TWO_BYTE_META: Final = frozenset({15, 16, 141, 246, 247, 248, 253, 254})
_DIGIT_BYTES: Final = (0, 1, 1, 2, 2, 3, 3, 4, 4, 4)
_HARMLESS: Final = ("begin", "commit", "rollback", "savepoint", "grant", "revoke", "analyze", "optimize", "flush", "#")

Key = tuple[str, ...]
Decoder = Callable[[bytes], str]


class NotUnderstood(ValueError):
    """An event that does not keep to the format, or a change that does not carry the key."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the binary log. Files are numbered with leading zeros, so that their names have an order."""

    file: str
    at: int


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A column of the key: its place in the table, from 0, and how its bytes are read."""

    place: int
    read: Decoder


def integer(*, unsigned: bool) -> Decoder:
    """Whole numbers, as MariaDB writes them: little end first."""

    def read(raw: bytes) -> str:
        return str(int.from_bytes(raw, "little", signed=not unsigned))

    return read


def text(charset: str) -> Decoder:
    """Characters of a column's own character set."""

    def read(raw: bytes) -> str:
        return raw.decode(charset)

    return read


def day(raw: bytes) -> str:
    """Three bytes: five bits of day, four of month, the rest the year."""
    number = int.from_bytes(raw, "little")
    return f"{number >> 9:04d}-{number >> 5 & 15:02d}-{number & 31:02d}"


@dataclass
class Touched:
    """Keys touched by a row of events, each once, in the order first met.

    `broken` is the first word of a statement that changed the table as a whole, which no key tells. `position` is the
    end of the last whole transaction.
    """

    schema: str
    table: str
    key: Sequence[KeyColumn]
    position: Position
    keys: dict[Key, None] = field(default_factory=dict)
    events: int = 0
    broken: str = ""
    _tables: dict[int, tuple[int, ...]] = field(default_factory=dict)
    _file: str = ""
    _checksum: int = 0

    def __post_init__(self) -> None:
        self._file = self.position.file
        self._named = self.table.casefold().encode()

    def take(self, event: bytes) -> None:
        """Read the next event, its header in front. Raises NotUnderstood."""
        try:
            if event[4] == _FORMAT:
                self._checksum = _CHECKSUM if event[-_CHECKSUM - 1] else 0
                return
            # What the server makes up for replicas has one or not.
            checked = self._checksum if event[4] != _ROTATE else _CHECKSUM * _is_checked(event)
            self._take(event[: len(event) - checked])
        except (IndexError, UnicodeDecodeError, zlib.error) as fault:
            raise NotUnderstood(str(fault)) from fault

    def _take(self, event: bytes) -> None:
        kind = event[4]
        if kind in _ROWS:
            self._take_rows(kind, event)
        elif kind == _TABLE_MAP:
            self._take_map(event)
        elif kind == _XID:
            self._end(event)
        elif kind in (_QUERY, _QUERY_COMPRESSED):
            self._take_statement(kind, event)
        elif kind == _XA_PREPARE:
            self.broken = self.broken or "XA"
        elif kind == _ROTATE:
            self._file = event[_HEADER + 8 :].rstrip(b"\0").decode()
            self.position = Position(self._file, int.from_bytes(event[_HEADER : _HEADER + 8], "little"))

    def _end(self, event: bytes) -> None:
        if at := int.from_bytes(event[13:17], "little"):
            self.position = Position(self._file, at)

    def _take_statement(self, kind: int, event: bytes) -> None:
        variables = int.from_bytes(event[_HEADER + 11 : _HEADER + 13], "little")
        start = _HEADER + 13 + variables + event[_HEADER + 8] + 1
        told = event[start:] if kind == _QUERY else _unpacked(event, start)
        word = told[:16].decode("ascii", "replace").strip().casefold()
        if word.startswith("begin"):
            return
        if word.startswith("xa") or (
            not word.startswith(_HARMLESS) and (self._named in told.lower() or word.startswith("drop database"))
        ):
            self.broken = self.broken or word.split(maxsplit=1)[0].upper()
        if not word.startswith("savepoint"):
            self._end(event)

    def _take_map(self, event: bytes) -> None:
        number = int.from_bytes(event[_HEADER : _HEADER + 6], "little")
        at = _HEADER + 8
        names = []
        for _ in range(2):
            length = event[at]
            names.append(event[at + 1 : at + 1 + length].decode())
            at += length + 2
        if names != [self.schema, self.table]:
            self._tables.pop(number, None)
            return
        count, at = _packed_number(event, at)
        types = event[at : at + count]
        length, at = _packed_number(event, at + count)
        self._tables[number] = _widths(types, event[at : at + length])

    def _take_rows(self, kind: int, event: bytes) -> None:
        widths = self._tables.get(int.from_bytes(event[_HEADER : _HEADER + 6], "little"))
        if widths is None:
            return
        at = _HEADER + 8
        if kind in _SECOND_VERSION:
            at += int.from_bytes(event[at : at + 2], "little")
        count, at = _packed_number(event, at)
        if count != len(widths):
            raise NotUnderstood("a table of another width")
        images, size = _ROWS[kind], (count + 7) // 8
        every = (1 << count) - 1
        for _ in range(images):
            if int.from_bytes(event[at : at + size], "little") & every != every:
                raise NotUnderstood("a row without all its columns")
            at += size
        rows = _unpacked(event, at) if kind in _COMPRESSED else event[at:]
        met = 0
        at = 0
        while at < len(rows):
            at = self._step(rows, at, widths, size)
            met += 1
        if at != len(rows) or not met or met % images:
            raise NotUnderstood("a row is cut off")
        self.events += met // images

    def _step(self, rows: bytes, at: int, widths: tuple[int, ...], size: int) -> int:
        """Note the key of the row image that begins there; gives where the next begins."""
        nulls = int.from_bytes(rows[at : at + size], "little")
        at += size
        starts, ends = [], []
        for place, width in enumerate(widths):
            if nulls >> place & 1:
                starts.append(-1)
                ends.append(-1)
                continue
            if width < 0:
                length = int.from_bytes(rows[at : at - width], "little")
                at -= width
                width = length
            starts.append(at)
            at += width
            ends.append(at)
        if at > len(rows):
            raise NotUnderstood("a row is cut off")
        found = []
        for column in self.key:
            if starts[column.place] < 0:
                raise NotUnderstood("a row without its key")
            found.append(column.read(rows[starts[column.place] : ends[column.place]]))
        self.keys[tuple(found)] = None
        return at


def _is_checked(event: bytes) -> bool:
    return zlib.crc32(event[:-_CHECKSUM]) == int.from_bytes(event[-_CHECKSUM:], "little")


def _widths(types: bytes, meta: bytes) -> tuple[int, ...]:
    """How wide each column is: a fixed number of bytes, or, negative, the bytes of the length in front of its value."""
    found, at = [], 0
    for kind in types:
        size = 1 if kind in _ONE_BYTE_META else 2 if kind in _TWO_BYTE_META else 0
        found.append(_width(kind, meta[at : at + size]))
        at += size
    if at != len(meta):
        raise NotUnderstood("a table map of unknown columns")
    return tuple(found)


def _width(kind: int, meta: bytes) -> int:
    if kind in _FIXED:
        return _FIXED[kind]
    if kind in _FRACTIONS:
        return _FRACTIONS[kind] + (meta[0] + 1) // 2
    if kind in _LENGTHS_IN_META:
        return -meta[0]
    if kind in (15, 141, 253):
        return -1 if int.from_bytes(meta, "little") < 256 else -2
    if kind == 16:
        return meta[1] + (meta[0] > 0)
    if kind == 246:
        return _decimal_width(meta[0], meta[1])
    if kind in (247, 248):
        return meta[1]
    if kind == 254:
        # Lengths over 255 have their two highest bits, inverted, in the type's byte.
        real, length = meta[0] | 0x30, meta[1] | ((meta[0] & 0x30) ^ 0x30) << 4
        if meta[0] in (247, 248):
            return meta[1]
        if real != 254:
            raise NotUnderstood(f"a string of type {real}")
        return -1 if length < 256 else -2
    raise NotUnderstood(f"a column of type {kind}")


def _decimal_width(precision: int, scale: int) -> int:
    whole = precision - scale
    return whole // 9 * 4 + _DIGIT_BYTES[whole % 9] + scale // 9 * 4 + _DIGIT_BYTES[scale % 9]


def _packed_number(data: bytes, at: int) -> tuple[int, int]:
    """A number of one, three, four or nine bytes, and where it ends."""
    first = data[at]
    if first < 251:
        return first, at + 1
    size = {252: 2, 253: 3, 254: 8}.get(first)
    if size is None:
        raise NotUnderstood("a number")
    return int.from_bytes(data[at + 1 : at + 1 + size], "little"), at + 1 + size


def _unpacked(event: bytes, at: int) -> bytes:
    """What MariaDB compressed: a byte with the length's size, the length, and the rest by zlib."""
    return zlib.decompress(event[at + 1 + (event[at] & 7) :])
