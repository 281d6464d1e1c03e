"""Corrected rows found again by what the source brings: COPY's two forms read back, each correction once."""

import pytest

from jutong.supply.exchange.domain.mending import Mend, Mending, read_line
from jutong.supply.mounting.values import Chunk, ChunkForm

TEXT = Chunk(b"", 0)
CONTROL = Chunk(b"", 0, ChunkForm.CONTROL, null_mark="\x03")


@pytest.mark.parametrize(
    ("chunk", "line", "row"),
    [
        (TEXT, "1\t\\N\t甲\\t乙\\n\\\\N", ("1", None, "甲\t乙\n\\N")),
        (CONTROL, "1\x01\x03\x01甲", ("1", None, "甲")),
        (CONTROL, "1\x01\x02a\x01b\x02\x01", ("1", "a\x01b", "")),
    ],
)
def test_a_line_is_read_back_as_the_row_it_was_written_from(chunk, line, row):
    assert read_line(line.encode(), chunk) == row


def test_a_line_that_is_no_text_gives_no_row():
    assert read_line(b"\xff\t1", TEXT) is None


def test_a_correction_serves_one_row_a_run_and_two_equal_rows_need_two():
    mending = Mending(lambda row: str(row), [("('a',)", Mend(1, ("x",))), ("('b',)", Mend(2, ("y",)))])

    assert mending.take(("a",)) == Mend(1, ("x",))
    assert mending.take(("a",)) is None
    assert mending.take(None) is None
    assert mending.used == {1}
