"""Keys out of pgoutput's messages: the right ones for whatever a transaction holds, and no guess at what is cut off."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.supply.mounting.adapters.pgoutput import NotUnderstood, Touched, Transaction

RELATION = 16_384
values = st.one_of(st.none(), st.binary(max_size=40))


def relation(names: list[str]) -> bytes:
    columns = b"".join(struct.pack(">b", 1) + name.encode() + b"\0" + struct.pack(">Ii", 25, -1) for name in names)
    return b"R" + struct.pack(">I", RELATION) + b"public\0t\0d" + struct.pack(">h", len(names)) + columns


def row(row_values: list[bytes | None]) -> bytes:
    parts = [b"n" if value is None else b"t" + struct.pack(">I", len(value)) + value for value in row_values]
    return struct.pack(">h", len(parts)) + b"".join(parts)


def change(letter: bytes, *tuples: tuple[bytes, list[bytes | None]]) -> bytes:
    return letter + struct.pack(">I", RELATION) + b"".join(kind + row(of) for kind, of in tuples)


def transaction(xid: int, end: int, *changes: bytes) -> list[bytes]:
    begin = b"B" + struct.pack(">QqI", end - 8, 0, xid)
    return [begin, *changes, b"C" + struct.pack(">bQQq", 0, end - 8, end, 0)]


@st.composite
def changes(draw):
    """A table whose key stands anywhere in it, and changes of it with the keys they touch."""
    width = draw(st.integers(1, 5))
    names = [f"c{number}" for number in range(width)]
    key = draw(st.lists(st.sampled_from(names), min_size=1, max_size=width, unique=True))

    def one() -> list[bytes | None]:
        return [draw(st.binary(max_size=40)) if name in key else draw(values) for name in names]

    messages, touched = [], []
    for _ in range(draw(st.integers(0, 6))):
        new, old = one(), one()
        kind = draw(st.sampled_from(["insert", "update", "moved", "whole", "delete"]))
        told = {
            "insert": (b"I", (b"N", new)),
            "update": (b"U", (b"N", new)),
            "moved": (b"U", (b"K", old), (b"N", new)),
            "whole": (b"U", (b"O", old), (b"N", new)),
            "delete": (b"D", (b"K", old)),
        }[kind]
        messages.append(change(*told))
        touched += [tuple(of[names.index(name)] for name in key) for _, of in told[1:]]
    return names, key, messages, touched


@given(changes())
def test_every_touched_key_is_noted_once_in_order(drawn):
    names, key, messages, expected = drawn
    touched = Touched(key)

    touched.take([relation(names), *transaction(7, 1000, *messages)])

    assert list(touched.keys) == list(dict.fromkeys(expected))
    assert touched.events == len(messages)
    assert touched.transactions == [Transaction(7, 1000)]


@given(changes(), st.data())
def test_a_message_that_is_cut_off_is_refused_or_tells_no_key_but_its_own(drawn, data):
    names, key, messages, expected = drawn
    if not messages:
        return
    message = messages[0]
    cut = message[: data.draw(st.integers(1, len(message) - 1))]
    touched = Touched(key)
    touched.take([relation(names)])

    try:
        touched.take([cut])
    except NotUnderstood:
        return
    assert set(touched.keys) <= set(expected)


def test_a_truncation_is_told():
    touched = Touched(["id"])

    touched.take([relation(["id"]), b"T" + struct.pack(">IbI", 1, 0, RELATION)])

    assert touched.truncated


def test_a_publication_without_the_key_is_refused():
    with pytest.raises(NotUnderstood):
        Touched(["id"]).take([relation(["other"])])


def test_a_change_without_its_key_is_refused():
    touched = Touched(["id"])
    touched.take([relation(["id", "t"])])

    with pytest.raises(NotUnderstood):
        touched.take([change(b"D", (b"K", [None, b"x"]))])
