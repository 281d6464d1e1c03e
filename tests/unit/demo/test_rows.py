"""Invented rows: the same each time, dirty within bounds, nobody's."""

from datetime import date

import pytest

from jutong.demo import databases, region, rows
from jutong.kernel.codes import citizen_no, uscc
from jutong.kernel.codes.data_types import TypeLetter

TODAY = date(2026, 11, 27)
CONTENTS = {entry.content.title: entry.content for entry in region.entries()}


def test_numbers_check_and_belong_to_nobody():
    known = rows.register()

    assert len(set(known.numbers)) == len(known.numbers)
    assert len(set(known.firm_codes)) == len(known.firm_codes)
    for number in known.numbers[:2_000]:
        assert citizen_no.find_fault(number) is None
        # No county was ever given a code below 4599.
        assert number.startswith("4599")
    for code in known.firm_codes[:2_000]:
        assert uscc.find_fault(code) is None
        assert code[2:10] == "459900JT"


def test_the_same_day_makes_the_same_rows():
    content = CONTENTS["失业保险金领取信息"]

    first, second = (rows.copy_text(rows.table(content, 500, today=TODAY)) for _ in range(2))

    assert first == second


def test_departments_databases_hold_what_was_promised():
    assert len(databases.departments()) >= 3
    assert sum(count for _, count in databases.MOUNTED) >= 200_000
    assert {title for title, _ in databases.MOUNTED} <= CONTENTS.keys()


@pytest.mark.parametrize("title", [title for title, _ in databases.MOUNTED])
def test_unreadable_days_and_doubled_rows_stay_below_what_stops_a_run(title):
    content = CONTENTS[title]
    columns = rows.table(content, 1_000, today=TODAY)
    days = [place for place, item in enumerate(content.items) if item.type.letter is TypeLetter.DATE]

    unreadable = {
        row for place in days for row, value in enumerate(columns[place]) if value and ("年" in value or "." in value)
    }

    assert len(unreadable) + (len(columns[0]) - 1_000) < 0.04 * len(columns[0])


def test_people_registers_have_the_faults_of_typed_ones():
    content = CONTENTS["人口基本信息"]
    columns = dict(
        zip((item.column_name for item in content.items), rows.table(content, 5_000, today=TODAY), strict=True)
    )

    numbers = [number for number in columns["GMSFHM"] if number]

    assert any(len(number) == 15 for number in numbers)
    assert any(number.isascii() is False for number in numbers)
    assert any(citizen_no.find_fault(number) for number in numbers if len(number) == 18 and number.isascii())
    assert len(numbers) > len(set(numbers))
    assert {len(day.replace("-", "/").split("/")) for day in columns["CSRQ"] if day} >= {1, 3}
