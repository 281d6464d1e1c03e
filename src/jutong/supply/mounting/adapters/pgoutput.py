"""What PostgreSQL's `pgoutput` (protocol 1) tells of a table's changes: which keys were touched, by which transaction.

Only keys are taken from it. The rows themselves are read from the table afterwards, in the words of every other
reading: so casts and masks said in SQL hold here too, and a value that pgoutput leaves out because it did not change
(a TOASTed one) is no special case.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from struct import Struct
from typing import Final

_BEGIN, _COMMIT, _RELATION, _INSERT, _UPDATE, _DELETE, _TRUNCATE = b"BCRIUDT"
_CHANGES: Final = (_INSERT, _UPDATE, _DELETE)
_NEW = ord("N")
_TEXT = ord("t")
_LENGTH: Final = Struct(">I").unpack_from
_BEGIN_PARTS: Final = Struct(">xQqI").unpack_from
_COMMIT_PARTS: Final = Struct(">xxQQ").unpack_from
_TUPLE: Final = 6
"""Where the first tuple of a change begins: behind its letter and its relation's number."""

Key = tuple[bytes | None, ...]


class NotUnderstood(ValueError):
    """A message that does not keep to the protocol, or a change that does not carry the key."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """A committed transaction: its number, and the position behind its commit."""

    xid: int
    end: int


@dataclass
class Touched:
    """Keys touched by a row of messages, each once, in the order first met.

    `key` are the key's column names. `truncated` says that all rows went, which no key tells.
    """

    key: Sequence[str]
    keys: dict[Key, None] = field(default_factory=dict)
    transactions: list[Transaction] = field(default_factory=list)
    events: int = 0
    messages: int = 0
    truncated: bool = False
    _places: dict[int, tuple[int, ...]] = field(default_factory=dict)
    _xid: int = 0

    def take(self, messages: Iterable[bytes]) -> None:
        """Read messages in their order. Raises NotUnderstood."""
        try:
            for message in messages:
                self.messages += 1
                self._take(message)
        except (IndexError, KeyError, ValueError, OverflowError) as fault:
            raise NotUnderstood(str(fault)) from fault

    def _take(self, message: bytes) -> None:
        letter = message[0]
        if letter in _CHANGES:
            self.events += 1
            places = self._places[_number(message, 1)]
            end = self._note(message, _TUPLE, places)
            if letter == _UPDATE and message[5] != _NEW:
                # The key changed, or the whole old row is sent: the new one follows.
                self._note(message, end + 1, places)
        elif letter == _BEGIN:
            if len(message) < 21:
                raise NotUnderstood("begin")
            self._xid = _BEGIN_PARTS(message)[2]
        elif letter == _COMMIT:
            if len(message) < 18:
                raise NotUnderstood("commit")
            self.transactions.append(Transaction(self._xid, _COMMIT_PARTS(message)[1]))
        elif letter == _RELATION:
            self._places[_number(message, 1)] = self._find_key(message)
        elif letter == _TRUNCATE:
            self.events += 1
            self.truncated = True

    def _note(self, message: bytes, at: int, places: tuple[int, ...]) -> int:
        """Note the key of the tuple that begins there; gives where the tuple ends, if another may follow."""
        if places == (0,) and message[at + 2] == _TEXT:
            length = _number(message, at + 3)
            value = message[at + 7 : at + 7 + length]
            if len(value) != length:
                raise NotUnderstood("a value is cut off")
            self.keys[(value,)] = None
            if message[0] != _UPDATE or at != _TUPLE or message[5] == _NEW:
                return 0
        values, end = _tuple_at(message, at)
        found = tuple(values[place] for place in places)
        if None in found:
            raise NotUnderstood("a change without its key")
        self.keys[found] = None
        return end

    def _find_key(self, message: bytes) -> tuple[int, ...]:
        """Where the key's columns stand in the tuples of a relation."""
        at = message.index(b"\0", 5) + 1
        at = message.index(b"\0", at) + 2
        count = int.from_bytes(message[at : at + 2], "big")
        at += 2
        names = []
        for _ in range(count):
            end = message.index(b"\0", at + 1)
            names.append(message[at + 1 : end].decode())
            at = end + 9
        missing = [name for name in self.key if name not in names]
        if missing:
            raise NotUnderstood(f"columns not published: {missing}")
        return tuple(names.index(name) for name in self.key)


def _tuple_at(message: bytes, at: int) -> tuple[list[bytes | None], int]:
    """The values of the tuple that begins there, None for what is null or not sent, and where it ends."""
    count = int.from_bytes(message[at : at + 2], "big")
    at += 2
    values: list[bytes | None] = []
    for _ in range(count):
        kind = message[at]
        at += 1
        if kind != _TEXT:
            values.append(None)
            continue
        length = _number(message, at)
        value = message[at + 4 : at + 4 + length]
        if len(value) != length:
            raise NotUnderstood("a value is cut off")
        values.append(value)
        at += 4 + length
    return values, at


def _number(message: bytes, at: int) -> int:
    if len(message) < at + 4:
        raise NotUnderstood("cut off")
    found: int = _LENGTH(message, at)[0]
    return found
