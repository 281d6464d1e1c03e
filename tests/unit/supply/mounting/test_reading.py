"""Files of rows as the reader takes them: poisoned ones get their verdict, good ones come as they were."""

import csv
import io

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jutong.supply.mounting.adapters.child import Child, reading
from jutong.supply.mounting.domain.errors import FileUnreadable
from jutong.supply.mounting.values import FilePlace, ReadingWish
from tests.support import poisoned_files
from tests.support.file_reading import asked, place_for, verdict_on
from tests.support.poisoned_files import Poison, Verdict

POISONS = poisoned_files.poisons()


@pytest.mark.parametrize("poison", [each for each in POISONS if not each.heavy], ids=lambda each: each.label)
def test_each_file_gets_its_verdict(poison: Poison):
    assert verdict_on(poison.name, poison.content(), poison.wish) == poison.verdict


def test_there_are_as_many_kinds_as_were_asked_for():
    assert len({each.label for each in POISONS}) == len(POISONS) >= 140


def test_a_child_reads_as_the_reader_does():
    assert verdict_on("a.csv", poisoned_files.TABLE.encode(), ReadingWish(), by_child=True) == Verdict(rows=2)


def test_a_child_that_asks_for_more_memory_than_it_may_have_is_a_refusal_and_no_death_of_ours():
    poison = next(each for each in POISONS if each.label == "a cell at the end of the sheet")

    assert verdict_on(poison.name, poison.content(), poison.wish, by_child=True) == poison.verdict


def test_a_child_that_is_ended_under_way_is_told_as_unreadable(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 1_000_000)

    with path.open("rb") as file:
        place, columns = place_for("a.csv", ReadingWish()), [column("a"), column("b")]
        with reading(file, place, "stream", columns=columns) as child, pytest.raises(FileUnreadable):
            ended(child)


def ended(child: Child) -> None:
    """Kill the child after its first frame, and read on."""
    child.frame()
    child.kill()
    while not child.frame()[0].get("end"):
        pass


# --- Delimited text --------------------------------------------------------------------------------------------------

CELL = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=8)
ROW = st.tuples(CELL, CELL, CELL)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(ROW, max_size=12),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    delimiter=st.sampled_from([",", "\t", ";", "|"]),
)
def test_whatever_stands_in_cells_comes_as_it_went(rows, quoting, end, delimiter):
    # Outside quotes, a carriage return by itself is an end of line to some and a sign to others.
    assume(quoting == csv.QUOTE_ALL or "\r" not in "".join(map("".join, rows)))
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerow("abc")
    writer.writerows(rows)
    place = FilePlace("", "a.csv", "csv", "UTF-8", delimiter=delimiter, header_row=1)

    read = copied(asked(file.getvalue().encode(), place, "stream", columns=[column(name) for name in "abc"]))

    blank = [tuple(value if value.strip() else "" for value in row) for row in rows]
    assert read == [row for row in blank if any(row)]


def test_rows_keep_their_numbers_whichever_way_they_were_read():
    """One by one, as a piece, in quotes with a break: a reject is numbered as the file is."""
    lines = [f"{n},名,{n}.00" for n in range(1, 60)]
    lines[9] = "10,名,一"
    lines[19] = '20,"名\n名",20.00'
    lines[29] = '30,"名""名",x'
    lines[39] = "40,名"
    lines[49] = "50, ,50.00"
    content = ("编号,姓名,金额\n" + "\n".join(lines) + "\n").encode()
    columns = [column("编号", "I"), column("姓名"), column("金额", "N(9,2)")]

    place = FilePlace("", "a.csv", "csv", "UTF-8", delimiter=",")
    frames = [head for head, _ in asked(content, place, "stream", columns=columns)]

    faults, before = [], 0
    for head in frames:
        faults += [(before + fault["row"] + 1, fault["column"], fault["reason"]) for fault in head.get("faults", ())]
        before += head.get("rows", 0) + len(head.get("faults", ()))
    assert faults == [(10, "金额", "type_mismatch"), (30, "金额", "type_mismatch"), (40, "", "field_count")]
    assert before == 59


@pytest.mark.parametrize(
    ("data_type", "good", "bad"),
    [
        ("D", ["2026-01-01", "20260101", "2026/01/01"], ["01/02/2026", "2026-1-1", "today"]),
        ("T", ["2026-01-01 08:00", "2026-01-01T08:00:00.5"], ["2026-01-01 8:00", "now"]),
        ("N(5,2)", ["1.2", "-999.99", "+1", "1.2300"], ["1.239", "1e3", "NaN", "1234.5"]),
        ("I", ["0", "-12", "007"], ["1.5", "Infinity", "1 000"]),
        ("L", ["1", "true", "NO"], ["2", "是", "truely"]),
        ("B", ["1.5e300", "-2"], ["1.5.2", "nan"]),
        ("C(3)", ["一二三", "abc"], ["一二三四"]),
        ("M", ["任何 文字" * 50], []),
    ],
)
def test_a_value_passes_as_part_of_a_piece_when_it_passes_alone(data_type, good, bad):
    content = "a,b\n" + "".join(f'{value},"{value}"\n' for value in good + bad)
    columns = [column("a", data_type), column("b", data_type)]
    place = FilePlace("", "a.csv", "csv", "UTF-8", delimiter=",")

    heads = [head for head, _ in asked(content.encode(), place, "stream", columns=columns)]

    assert sum(head.get("rows", 0) for head in heads) == len(good)
    assert sum(len(head.get("faults", ())) for head in heads) == len(bad)


def test_columns_may_be_left_out_and_come_in_another_order():
    place = FilePlace("", "a.csv", "csv", "UTF-8", delimiter=",")

    read = copied(asked(b"a,b,c\n1,2,3\n4,5,6\n", place, "stream", columns=[column("c"), column("a")]))

    assert read == [("3", "1"), ("6", "4")]


def test_numbers_in_json_keep_every_digit():
    content = b'[{"a": 110105194912310021, "b": 0.1000, "c": {"x": [1.50, "2"]}, "d": 1e400}]'
    columns = [column(name) for name in "abcd"]

    read = copied(asked(content, FilePlace("", "a.json", "json"), "stream", columns=columns))

    assert read == [("110105194912310021", "0.1000", '{"x":[1.50,"2"]}', "1e400")]


def test_xml_is_read_alike_by_the_pattern_and_by_the_parser():
    """Rows that look alike are not given to the parser; a sign that only it understands changes nothing else."""
    plain = [(str(n), "甲&lt;乙" if n % 7 == 0 else f"值 {n}", "" if n % 3 else "x") for n in range(200)]
    rows = "".join(f"<行><a>{a}</a><b>{b}</b>{f'<c>{c}</c>' if c else '<c/>'}</行>\n" for a, b, c in plain)
    place = FilePlace("", "a.xml", "xml", row_path="行")

    read = copied(asked(f"<表>{rows}</表>".encode(), place, "stream", columns=[column(name) for name in "abc"]))

    assert read == [(a, b.replace("&lt;", "<"), c) for a, b, c in plain]


def column(name: str, data_type: str = "M") -> dict[str, str]:
    return {"name": name, "data_type": data_type}


def copied(frames) -> list[tuple[str, ...]]:
    """What PostgreSQL would read from the frames, empty for NULL."""
    rows: list[tuple[str, ...]] = []
    for head, data in frames:
        text = data.decode()
        if head.get("form") == "control":
            rows += [tuple(line.split("\x01")) for line in text.split("\n")[:-1]]
        elif head.get("form") == "text":
            rows += [tuple(map(unescaped, line.split("\t"))) for line in text.split("\n")[:-1]]
    return rows


def unescaped(value: str) -> str:
    if value == "\\N":
        return ""
    for sign, written in (("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace("\\\\", "\x00").replace(written, sign).replace("\x00", "\\\\")
    return value.replace("\\\\", "\\")
