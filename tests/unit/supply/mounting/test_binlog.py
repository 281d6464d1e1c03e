"""Keys out of the binary log's events. The widths are MariaDB's own; real logs are read in the integration tests."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.supply.mounting.adapters.binlog import KeyColumn, NotUnderstood, Position, Touched, day, integer, text

BEGIN = Position("bin.000001", 4)
# An event each, as MariaDB 10.11 wrote them: format, table map, and one row (1.5, 'ab', 7, 'x', '2026-01-01', …).
FORMAT = bytes.fromhex(
    "d17c096b0f07000000fc000000000100000000040031302e31312e31392d4d6172696144422d302b646562313275312d6c6f67"
    + "00" * 16 + "d17c096b13380d000800120004040404120000e4" + "00" * 8 + "01" + "0c725ef7"
)  # fmt: skip
MAP = bytes.fromhex(
    "d17c096b1307000000450000000905000000001200000000000100046465707400066c65646765720009f60f080f0a12fefc05"
    "0b0c025000240006f7010208f301f12d5037"
)
ROW = bytes.fromhex(
    "d17c096b170700000050000000590500000000120000000000010009ff0100fe800000000132026162"
    "0700000000000000017821d40f99bb76ccdd0f3df202030078797a000000000000e03f5cec15b6"
)


def ledger() -> Touched:
    key = [KeyColumn(2, integer(unsigned=False)), KeyColumn(3, text("utf-8")), KeyColumn(4, day)]
    return Touched("dept", "ledger", key, BEGIN)


def event(kind: int, body: bytes, end: int = 0) -> bytes:
    head = b"\0" * 4 + bytes([kind]) + b"\7\0\0\0" + (19 + len(body)).to_bytes(4, "little")
    return head + end.to_bytes(4, "little") + b"\0\0" + body


def statement(words: str, end: int) -> bytes:
    return event(2, b"\0" * 8 + b"\4" + b"\0\0" + b"\0\0" + b"dept\0" + words.encode(), end)


def test_a_row_that_mariadb_wrote_tells_its_key():
    touched = ledger()
    for each in (FORMAT, MAP, ROW):
        touched.take(each)

    assert list(touched.keys) == [("7", "x", "2026-01-01")]
    assert touched.events == 1


@given(st.integers(31, len(ROW) - 1))
def test_a_row_that_is_cut_off_is_refused(length):
    touched = ledger()
    touched.take(FORMAT)
    touched.take(MAP)

    with pytest.raises(NotUnderstood):
        touched.take(ROW[:length])
    assert not touched.keys


def test_another_table_is_passed_over():
    touched = Touched("dept", "other", [KeyColumn(0, integer(unsigned=False))], BEGIN)
    for each in (FORMAT, MAP, ROW):
        touched.take(each)

    assert not touched.keys


@pytest.mark.parametrize("words", ["TRUNCATE TABLE ledger", "alter table `dept`.`Ledger` drop t", "XA COMMIT 'x'",
                                   "DROP DATABASE dept", "INSERT INTO ledger VALUES (1)"])  # fmt: skip
def test_a_statement_that_changes_the_table_as_a_whole_is_told(words):
    touched = ledger()

    touched.take(statement(words, 500))

    assert touched.broken


@pytest.mark.parametrize("words", ["BEGIN", "COMMIT", "ALTER TABLE other ADD x int", "GRANT SELECT ON ledger TO u"])
def test_other_statements_are_not(words):
    touched = ledger()

    touched.take(statement(words, 500))

    assert not touched.broken


def test_the_position_moves_with_the_end_of_a_transaction_only():
    touched = ledger()
    touched.take(statement("BEGIN", 100))
    assert touched.position == BEGIN

    touched.take(event(16, b"\0" * 8, 300))
    assert touched.position == Position("bin.000001", 300)

    touched.take(event(4, (4).to_bytes(8, "little") + b"bin.000002"))
    assert touched.position == Position("bin.000002", 4)


def test_a_rotation_with_a_checksum_behind_it_is_read_too():
    touched = ledger()
    rotation = event(4, (4).to_bytes(8, "little") + b"bin.000002")

    touched.take(rotation + zlib.crc32(rotation).to_bytes(4, "little"))

    assert touched.position == Position("bin.000002", 4)


@given(st.integers(-(2**31), 2**31 - 1))
def test_whole_numbers_are_read_with_their_sign(number):
    assert integer(unsigned=False)(number.to_bytes(4, "little", signed=True)) == str(number)
