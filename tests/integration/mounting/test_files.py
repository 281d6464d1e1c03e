"""Uploads: read strictly in a process of their own, mounted, gathered."""

import datetime
import io
import struct
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jutong.foundation.secrecy.api import FileUncheckable
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange.models import Run
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.domain import errors
from jutong.supply.mounting.models import UploadedFile
from jutong.supply.mounting.values import ReadingWish
from tests.support.way import AT, completed, pool

HEAD = "编号,姓名,金额,日期,备注\n"
ROWS = '1,张三,12.50,2026-01-01,正常\n2,李四,,,"逗号,引号""与\n换行"\n003,欧阳,-1,2026-01-03,\n'


def upload(department, content: bytes, name: str = "表.csv", **options) -> UploadedFile:
    number = mounting.upload_file(
        organisation=department.uscc,
        name=name,
        content=io.BytesIO(content),
        wish=ReadingWish(**options),
        by=department.steward,
        at=AT,
    )
    return UploadedFile.objects.get(file_no=number)


def workbook(rows, sheet: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_in_any_of_the_sets_is_read_alike(department, codec):
    file = upload(department, (HEAD + ROWS).encode(codec))

    assert file.rows == 3
    assert [column["name"] for column in file.columns] == ["编号", "姓名", "金额", "日期", "备注"]
    assert [column["data_type"] for column in file.columns] == ["C(10)", "C(10)", "N(6,2)", "D", "C(10)"]


@pytest.mark.parametrize("sign", ["\t", ";", "|"])
def test_other_delimiters_are_seen(department, sign):
    assert upload(department, f"a{sign}b\n1{sign}2\n".encode()).delimiter == sign


@pytest.mark.source("Art. 34(3)")
def test_a_file_goes_the_whole_way(transactional_db, department):
    file = upload(department, (HEAD + ROWS).encode("gb18030"))
    code = published(department, file)
    mounting.mount_file(resource_code=code, file_no=file.file_no, columns=columns(code), by=department.steward, at=AT)

    run = department.run(code)

    assert (run.rows_read, run.rows_rejected) == (3, 0)
    first = pool(code, "*", "ORDER BY 1")[0]
    assert tuple(map(str, first[:5])) == ("003", "欧阳", "-1.00", "2026-01-03", "None")
    newer = upload(department, (HEAD + "9,新,1,2026-02-01,\n8,新,1,2026-02-01,\n").encode())
    mounting.replace_file(resource_code=code, file_no=newer.file_no, by=department.steward, at=AT)
    department.run(code)
    assert len(pool(code)) == 2


def test_values_that_do_not_fit_are_rejected_by_column(transactional_db, department):
    good = "".join(f"{n},名,1.00,2026-01-01,\n" for n in range(100))
    file = upload(department, (HEAD + good).encode())
    code = published(department, file)
    mounting.mount_file(resource_code=code, file_no=file.file_no, columns=columns(code), by=department.steward, at=AT)
    bad = good + "7001,名,1.239,2026-01-01,\n7002,名,1.00,01/02/2026,\n7003,很长很长很长很长很长的名字,1,2026-01-01,\n"
    newer = upload(department, (HEAD + bad).encode())
    mounting.replace_file(resource_code=code, file_no=newer.file_no, by=department.steward, at=AT)

    run = department.run(code)

    rejects = Run.objects.get(run_no=run.run_no).rejects.all()
    assert [(r.row_no, r.column, r.reason) for r in rejects] == [
        (101, "金额", "type_mismatch"), (102, "日期", "type_mismatch"), (103, "姓名", "too_long"),
    ]  # fmt: skip
    assert len(pool(code)) == 100


def test_a_workbook_is_read_by_its_cells(department):
    day, moment = datetime.date(2026, 1, 1), datetime.datetime(2026, 1, 1, 8, 30)
    content = workbook([["号", "额", "日", "时", "真"], [1, 1.5, day, moment, True]])

    file = upload(department, content, "表.xlsx")

    assert [column["data_type"] for column in file.columns] == ["C(10)", "N(4,1)", "D", "T", "C(10)"]


def test_an_eighteen_digit_number_typed_as_a_number_is_told(department, transactional_db):
    content = workbook([["号"], *[[str(n)] for n in range(50)], [110105194912310021]])
    file = upload(department, content, "表.xlsx")
    code = published(department, file)
    mounting.mount_file(resource_code=code, file_no=file.file_no, columns=columns(code), by=department.steward, at=AT)

    run = department.run(code)

    assert [r.reason for r in Run.objects.get(run_no=run.run_no).rejects.all()] == ["number_imprecise"]


def test_a_named_sheet(department):
    book = openpyxl.Workbook()
    book.active.append(["没用"])
    book.create_sheet("数据").append(["甲"])
    out = io.BytesIO()
    book.save(out)

    assert [c["name"] for c in upload(department, out.getvalue(), "b.xlsx", sheet="数据").columns] == ["甲"]
    with pytest.raises(errors.SheetMissing):
        upload(department, out.getvalue(), "b.xlsx", sheet="无")


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    return out.getvalue()


def lying_bomb() -> bytes:
    """An archive whose directory says that a big entry is small."""
    data = bytearray(bomb())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 1000)
    return bytes(data)


def with_entry(name: str) -> bytes:
    content = workbook([["a"]])
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.exe", lambda: b"MZ", errors.FileFormatUnknown),
        ("a.csv", lambda: b"\n", errors.FileEmpty),
        ("a.csv", lambda: "名,名\n".encode(), errors.HeadingRepeated),
        ("a.csv", lambda: b"a,,b\n", errors.HeadingEmpty),
        ("a.csv", lambda: b'a,b\n"open', errors.QuoteWrong),
        ("a.csv", lambda: bytes(range(256)) * 50, FileUncheckable),
        ("a.xlsx", lambda: b"PK not a zip", errors.FileMislabelled),
        ("a.xlsx", lambda: workbook([["a"]])[:-200], FileUncheckable),
        ("a.xlsx", bomb, FileUncheckable),
        ("a.xlsx", lying_bomb, FileUncheckable),
        ("a.xlsx", lambda: with_entry("xl/vbaProject.bin"), errors.FileSuspicious),
        ("a.xlsx", lambda: with_entry("xl/externalLinks/externalLink1.xml"), errors.FileSuspicious),
        ("a.xlsx", lambda: with_entry("../../evil"), errors.FileSuspicious),
    ],
    ids=["name", "empty", "repeated", "unnamed", "open quote", "bytes", "no zip", "cut", "bomb", "lying bomb", "macro",
         "link", "slip"],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_in_is_refused_with_its_reason(department, name, content, error):
    with pytest.raises(error):
        upload(department, content(), name)

    assert not UploadedFile.objects.exists()


def test_a_declared_set_that_does_not_hold_is_refused(department):
    with pytest.raises(errors.EncodingWrong):
        upload(department, (HEAD + ROWS).encode("gb18030"), encoding="UTF-8")


def published(department, file: UploadedFile) -> str:
    draft_no = mounting.draft_from_file(file_no=file.file_no, title="文件资源", by=department.steward, at=AT)
    content = completed(catalogue.draft_content(draft_no, by=department.steward))
    catalogue.update_draft(draft_no=draft_no, content=content, by=department.steward, at=AT)
    return department.publish_draft(draft_no)


def columns(code: str) -> dict[str, str]:
    """Items are called as the headings, which the scan took over."""
    return {item.column_name: item.column_name for item in catalogue.get_resource(code).items}


def test_a_file_with_other_headings_is_proposed_by_what_they_mean(department, steward, django_assert_max_num_queries):
    code = published(department, upload(department, (HEAD + ROWS).encode()))
    file = upload(department, "bianhao,姓名,t_金额,rq,other\n1,a,2,2026-01-01,\n".encode())

    answer = steward.caller.post(
        f"/api/v1/mounting/mounts/{code}/file/proposal", {"file_no": file.file_no}, content_type="application/json"
    )
    assert answer.status_code == 200, answer.content.decode()
    found = answer.json()
    assert {(column["source"], column["ground"]) for column in found["columns"]} == {
        ("bianhao", "pinyin"), ("姓名", "origin"), ("t_金额", "letters"), ("rq", "initials"),
    }  # fmt: skip
    assert (found["unmatched"], found["unused"]) == (["备注"], ["other"])

    with django_assert_max_num_queries(30):
        page = steward.browser.get(reverse("mounting:from_file", args=[code]), {"file": file.file_no})
    assert "请核对" in page.content.decode()
    assert "不会归集的来源列" in page.content.decode()


def test_a_file_of_another_department_is_not_looked_into(department, steward):
    code = published(department, upload(department, (HEAD + ROWS).encode()))
    foreign = upload(department, (HEAD + "2,b,1,2026-01-02,\n").encode())
    other = organisations.departments(text="gat")[0].uscc
    UploadedFile.objects.filter(pk=foreign.pk).update(organisation=other)

    answer = steward.caller.post(
        f"/api/v1/mounting/mounts/{code}/file/proposal", {"file_no": foreign.file_no}, content_type="application/json"
    )

    assert answer.status_code == 404


def test_an_upload_shows_its_reading_first_rows_and_items_on_the_page_and_over_rest(
    department, steward, django_assert_max_num_queries
):
    """What the page shows of a workbook with a title above its heading, the REST face answers too."""
    book = workbook([["从业人员名单"], ["号码", "姓名"], ["11010519491231002X", "张三"], ["440524188001010014", None]])
    answer = steward.caller.post(
        "/api/v1/mounting/files",
        {"file": SimpleUploadedFile("名单.xlsx", book), "organisation": department.uscc},
    )
    assert answer.status_code == 201, answer.content.decode()
    told = answer.json()
    assert (told["format"], told["sheet"], told["header_row"], told["rows"], told["faulty"]) == (
        "xlsx",
        "Sheet1",
        2,
        2,
        0,
    )

    address = f"/api/v1/mounting/files/{told['file_no']}"
    shown = steward.caller.get(f"{address}/preview").json()
    proposed = steward.caller.post(f"{address}/proposal").json()
    page = steward.browser.get(reverse("mounting:file", args=[told["file_no"]])).content.decode()
    with django_assert_max_num_queries(12):
        part = steward.browser.get(reverse("mounting:preview", args=[told["file_no"]])).content.decode()

    assert shown == {
        "columns": ["号码", "姓名"],
        "rows": [["11010519491231002X", "张三"], ["440524188001010014", None]],
    }
    assert [(item["title"], item["identifier"]) for item in proposed["items"]] == [("号码", "citizen_no"), ("姓名", "")]
    assert "列名所在行" in page
    assert reverse("mounting:preview", args=[told["file_no"]]) in page
    assert "张三" in part
    assert "抽样值通过公民身份号码校验" in part
