"""The CSV file of a yearly notice: read whole, or refused with every fault by line and column."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.foundation.rulebook.domain import read_notice
from jutong.foundation.rulebook.values import CalendarImportRejected, NoticeDay
from jutong.foundation.rulebook.values import LineFaultReason as Reason

HEADER = "日期,安排,说明\n"


def read(text, year=2027, *, national=True, encoding="utf-8"):
    return read_notice(text.encode(encoding), year, national=national)


def faults_of(text, **options):
    with pytest.raises(CalendarImportRejected) as refused:
        read(text, **options)
    assert refused.value.words().endswith("。")
    return [(fault.line, fault.column, fault.reason) for fault in refused.value.faults]


def test_a_notice_is_read_in_the_order_of_its_days():
    text = HEADER + "2027-01-03,放假,元旦\n2027-01-01,放假,元旦\n\n2027-01-04,上班,\n"

    assert read(text) == (
        NoticeDay(date(2027, 1, 1), False, "元旦"),
        NoticeDay(date(2027, 1, 3), False, "元旦"),
        NoticeDay(date(2027, 1, 4), True, ""),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_as_office_programs_save_them_are_read(encoding):
    text = "说明,日期,安排\r\n元旦,2027/1/1,休\r\n,2027.1.2,班\r\n"

    assert [found.day.day for found in read(text, encoding=encoding)] == [1, 2]


def test_the_notice_may_move_the_last_days_of_the_december_before():
    text = HEADER + "2026-12-26,上班,元旦\n2027-01-01,放假,元旦\n"

    assert read(text)[0] == NoticeDay(date(2026, 12, 26), True, "元旦")
    assert faults_of(text, national=False) == [(2, "日期", Reason.OTHER_YEAR)]


def test_every_fault_is_told_at_once_with_its_line_and_column():
    text = HEADER + "2027-02-30,放假,\n2027-01-01,也许,\n2028-01-01,放假,\n2027-01-02,放假,\n2027-01-02,放假,\n"
    text += f"2027-01-03,放假,{'长' * 61}\n不是日期,不是安排,\n"

    assert faults_of(text) == [
        (2, "日期", Reason.NOT_A_DAY),
        (3, "安排", Reason.NOT_A_KIND),
        (4, "日期", Reason.OTHER_YEAR),
        (6, "日期", Reason.DAY_TWICE),
        (7, "说明", Reason.NOTE_TOO_LONG),
        (8, "日期", Reason.NOT_A_DAY),
        (8, "安排", Reason.NOT_A_KIND),
    ]


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("", [Reason.EMPTY]),
        ("\n \n", [Reason.EMPTY]),
        (HEADER, [Reason.EMPTY]),
        ("day,kind\n2027-01-01,off\n", [Reason.COLUMN_MISSING, Reason.COLUMN_MISSING]),
        (HEADER + '2027-01-01,"放假\n', [Reason.NOT_CSV]),
        (HEADER + "2027-01-01\n", [Reason.NOT_A_KIND]),
        (HEADER + "2027-01-02,上班,\n", [Reason.NO_HOLIDAYS]),
        (HEADER + "2027-01-01,放假,\n" * 500, [Reason.TOO_LONG]),
        ("日期,安排\n\0", [Reason.ENCODING]),
        ("x" * 1_000_001, [Reason.TOO_LONG]),
    ],
)
def test_files_that_are_no_notice_are_refused(text, reasons):
    assert [reason for _, _, reason in faults_of(text)] == reasons


def test_days_that_are_all_working_are_no_fault_of_a_local_notice():
    assert read(HEADER + "2027-01-02,上班,补班\n", national=False) == (NoticeDay(date(2027, 1, 2), True, "补班"),)


@given(st.binary(max_size=300))
def test_no_file_does_more_than_be_read_or_refused(content):
    try:
        found = len(read_notice(content, 2027, national=True))
    except CalendarImportRejected as refused:
        found = len(refused.faults)
    assert found > 0
