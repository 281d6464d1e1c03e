"""Harmful and careless files are refused for the right reason; what ends the reading child ends nothing else."""

import io

import openpyxl
import pytest
import xlwt

from jutong.kernel import clock
from jutong.kernel.policy import Post, Subject
from jutong.supply.catalogue.values import Content
from jutong.supply.interchange.adapters import child
from jutong.supply.interchange.domain.errors import FileRefused, FormatUnknown
from jutong.supply.interchange.services import imports
from tests.support import poisoned_sheets
from tests.support.poisoned_sheets import Poison, poisons
from tests.unit.supply.interchange.test_round_trip import answers, read_bytes

POISONS = poisons()


def refusals(lines: list[dict]) -> set[str]:
    return {line["error"] for line in lines if "error" in line} | {
        line["fault"]["code"] for line in lines if "fault" in line
    }


@pytest.mark.parametrize(
    "poison", [p for p in POISONS if not p.heavy and p.expected != "text_too_long"], ids=lambda p: p.label
)
def test_a_poisoned_file_is_refused_for_its_reason(poison: Poison):
    assert poison.expected in refusals(answers(poison.content, poison.ending))


def asked(content: bytes, form: str, tmp_path) -> str:
    path = tmp_path / "file"
    path.write_bytes(content)
    try:
        with path.open("rb") as stream:
            list(child.ask(stream, command="entries", format=form, entries_limit=1000, rows_limit=100_000))
    except FileRefused as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("poison", [p for p in POISONS if p.heavy], ids=lambda p: p.label)
def test_a_file_that_kills_the_child_is_a_refusal_like_any_other(poison: Poison, tmp_path):
    assert asked(poison.content, poison.ending, tmp_path) == poison.expected


def test_a_good_file_is_read_by_the_child(tmp_path):
    assert asked(poisoned_sheets.good(), "xlsx", tmp_path) == ""


def test_a_formula_is_named_by_its_cell():
    (line,) = answers(poisoned_sheets.with_cell("F3", "=1+1"), "xlsx")

    assert "F3" in line["words"]


def test_the_compound_file_that_is_poisoned_is_good_without_its_poison(tmp_path):
    assert asked(poisoned_sheets.compound_book(), "xls", tmp_path) == ""


def test_a_workbook_with_macros_is_not_taken_under_its_own_ending():
    steward = Subject("P-1", Post.DATA_STEWARD, "department", "专员")

    with pytest.raises(FormatUnknown):
        imports.bring(name="目录.xlsm", content=io.BytesIO(poisoned_sheets.good()), by=steward, at=clock.now())


def test_rows_beyond_the_limit_are_not_read():
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{n * 7919}</t></is></c></row>' for n in range(1, 100_100)
    )
    content = poisoned_sheets.with_parts({poisoned_sheets.SHEET_PART: poisoned_sheets.sheet_xml(rows).encode()})

    assert refusals(answers(content, "xlsx")) == {"too_many_rows"}


@pytest.mark.parametrize("ending", ["xls", "et"])
def test_xls_and_et_are_read_as_they_look(ending):
    book = xlwt.Workbook()
    sheet = book.add_sheet("任意名称")
    for place, leaf in enumerate(poisoned_sheets.LEAVES):
        sheet.write(1, place, leaf.group or leaf.title)
        sheet.write(2, place, leaf.title if leaf.group else "")
    values = {1: "个体工商户登记信息", 5: "摘要", 7: "名称", 8: "C(100)", 9: 1, 12: "否", 14: "每日", 15: "2026/3/1"}
    for place, value in values.items():
        sheet.write(3, place, value)
    sheet.write(4, 7, "登记日期")
    sheet.write(4, 8, "D")
    file = io.BytesIO()
    book.save(file)

    (content,) = read_bytes(file.getvalue(), ending)

    assert isinstance(content, Content)
    assert [(item.title, item.data_type) for item in content.items] == [("名称", "C(100)"), ("登记日期", "D")]
    assert (content.title, content.sharing_type, content.update_cycle.label) == ("个体工商户登记信息", 1, "每日")


def test_the_written_sheet_is_the_template_and_nothing_else():
    book = openpyxl.load_workbook(io.BytesIO(poisoned_sheets.good()))
    sheet = book[poisoned_sheets.ENTRY_SHEET]

    assert [cell.value for cell in sheet[1] if cell.value] == [
        "数据资源分类", "数据资源名称", "数据资源代码", "数据资源提供方", "数据提供方代码", "数据资源摘要",
        "数据资源格式", "数据项信息", "共享属性", "开放属性", "更新周期", "发布日期", "关联资源代码",
    ]  # fmt: skip
    assert [cell.value for cell in sheet[2] if cell.value] == [
        "数据项名称", "数据类型", "共享类型", "共享条件", "共享方式", "是否向社会开放", "开放条件",
    ]  # fmt: skip
    assert {"H1:I1", "J1:L1", "M1:N1", "A1:A2", "Q1:Q2", "B3:B5"} <= {
        str(merged) for merged in sheet.merged_cells.ranges
    }
    assert sheet.max_column == 17
