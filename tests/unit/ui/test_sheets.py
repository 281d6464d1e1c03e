"""Excel the way offices file it."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest

from jutong.ui import sheets
from jutong.ui.components import Badge, Column, Deadline

AT = datetime(2026, 10, 31, 1, 5, tzinfo=UTC)
HEAD = sheets.Head(
    title="共享申请办理台账", organisation="自治区公安厅", as_of=AT, unit="件", filters="状态=已授权", filled_by="韦明",
    watermark="本表含个人信息",
)  # fmt: skip
COLUMNS = [
    Column("title", "数据资源", "link"),
    Column("uscc", "统一社会信用代码", "code"),
    Column("number", "流水号", "code"),
    Column("state", "状态", "badge"),
    Column("rows", "行数", "number", total=True),
    Column("share", "占比", "ratio"),
    Column("due", "到期日"),
    Column("at", "提交时间", "moment"),
]


def row(n: int) -> dict:
    return {
        "title": (f"=资源{n}", "/x/"), "uscc": "11450000JT0000012L", "number": "450102199001011234",
        "state": Badge("已授权"), "rows": n, "share": 0.5, "due": Deadline(AT.date(), 1), "at": AT,
    }  # fmt: skip


def written(rows, **more) -> openpyxl.Workbook:
    file = io.BytesIO()
    sheets.write_xlsx(file, HEAD, COLUMNS, rows, **more)
    file.seek(0)
    return openpyxl.load_workbook(file)


@pytest.fixture(scope="module")
def sheet():
    return written([row(n) for n in range(1, 4)]).active


def test_the_file_says_what_it_is_whose_and_as_of_when(sheet):
    assert sheet["A1"].value == "共享申请办理台账"
    assert sheet["A2"].value == "填报单位：自治区公安厅    截止时间：2026-10-31 09:05    单位：件"
    assert sheet["A3"].value == "筛选条件：状态=已授权"
    assert [cell.value for cell in sheet[4]][:3] == ["序号", "数据资源", "统一社会信用代码"]


def test_codes_are_text_and_keep_all_their_digits(sheet):
    assert (sheet["D5"].value, sheet["D5"].data_type, sheet["D5"].number_format) == ("450102199001011234", "s", "@")


def test_a_text_that_begins_like_a_formula_is_a_text(sheet):
    assert (sheet["B5"].value, sheet["B5"].data_type) == ("=资源1", "s")
    assert sheet["B5"].quotePrefix


def test_numbers_days_and_moments_are_values_of_their_kind(sheet):
    assert (sheet["F5"].value, sheet["F5"].number_format) == (1, "#,##0")
    assert (sheet["G5"].value, sheet["G5"].number_format) == (0.5, "0.0%")
    assert (sheet["H5"].value, sheet["H5"].number_format) == (datetime(2026, 10, 31), "yyyy-mm-dd")
    assert sheet["I5"].value == datetime(2026, 10, 31, 9, 5)


def test_numbers_that_add_up_have_a_total_and_others_have_none(sheet):
    assert sheet["A8"].value == "合计"
    assert sheet["F8"].value == 6
    assert sheet["G8"].value is None


def test_the_foot_has_room_for_the_names_and_the_watermark(sheet):
    assert sheet["A10"].value.startswith("填报人：韦明        审核人：")
    assert sheet["A10"].value.endswith("填报日期：2026-10-31")
    assert sheet["A11"].value == "本表含个人信息"


def test_it_prints_on_a4_across_with_the_head_on_each_page(sheet):
    assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.freeze_panes == "B5"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_rows_that_do_not_fit_go_on_in_the_next_sheet_under_the_same_head():
    book = written((row(n) for n in range(1, 26)), sheet_rows=18)

    numbers = []
    for sheet in book:
        assert sheet["A4"].value == "序号"
        assert sheet.max_row <= 18
        numbers += [cell.value for cell in sheet["A"] if isinstance(cell.value, int)]
    assert len(book.worksheets) == 3
    assert numbers == list(range(1, 26))
    assert [sheet["F9"].value for sheet in book] == [5, 15, 25]
    assert book.worksheets[-1]["F10"].value == sum(range(1, 26))


def test_a_number_too_long_for_a_cell_is_a_text():
    file = io.BytesIO()
    sheets.write_xlsx(file, HEAD, [Column("n", "序列", "number")], [{"n": 450102199001011234}, {"n": float("nan")}])
    sheet = openpyxl.load_workbook(io.BytesIO(file.getvalue())).active

    assert [(sheet[place].value, sheet[place].data_type) for place in ("B5", "B6")] == [
        ("450102199001011234", "s"),
        ("nan", "s"),
    ]


def test_an_empty_list_is_a_file_too():
    sheet = written([]).active

    assert sheet["A4"].value == "序号"
    assert not any(cell.value == "合计" for cell in sheet["A"])


def test_the_name_tells_department_report_month_and_edition():
    assert HEAD.file_name("xlsx") == "自治区公安厅_共享申请办理台账_2026年10月_第1版.xlsx"
    assert "/" not in sheets.Head(title="a/b:c", organisation="x", as_of=AT).file_name("csv")


def test_a_csv_file_has_the_same_rows_and_nothing_before_them():
    file = io.BytesIO()

    count = sheets.write_csv(file, HEAD, COLUMNS[:3], [row(1)])

    assert count == 1
    lines = file.getvalue().decode("utf-8-sig").split("\r\n")
    assert file.getvalue().startswith(b"\xef\xbb\xbf")
    assert lines[:2] == ["数据资源,统一社会信用代码,流水号", "'=资源1,11450000JT0000012L,450102199001011234"]
    assert lines[2] == "本表含个人信息"
