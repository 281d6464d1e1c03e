"""A catalogue file is read, compared, previewed, and written as drafts: all of it or nothing."""

import io

import openpyxl
import pytest

from jutong.kernel import clock
from jutong.kernel.errors import NotPermitted
from jutong.kernel.policy import Post, Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.models import Draft
from jutong.supply.interchange import queries
from jutong.supply.interchange.domain.errors import ImportNotReady, NoSuchImport
from jutong.supply.interchange.domain.writing import Written
from jutong.supply.interchange.models import ImportLine
from jutong.supply.interchange.services import files, imports, work
from tests.integration.interchange.conftest import as_file, brought, published, residents, shops, written

pytestmark = pytest.mark.django_db


def faults_of(row) -> list[tuple[str, str, str]]:
    return [(fault.sheet, fault.cell, fault.code) for fault in queries.faults(row, hinders=True)]


@pytest.mark.source("Guide App. 2")
@pytest.mark.parametrize("form", ["xlsx", "csv", "json"])
def test_a_file_becomes_drafts_that_say_what_it_said(market, form):
    contents = [shops(market), residents(market, extended={"权属关系": "本单位"})]

    row = written(market, brought(market, as_file(contents, form), f"目录.{form}"))

    numbers = [line.draft_no for line in queries.lines(row)]
    drafts = [catalogue.draft_content(number, by=market.subject) for number in numbers]
    section = drafts[0].classification
    assert (row.state, row.new, row.changed, row.same) == ("done", 2, 0, 0)
    assert section.startswith("303")
    assert drafts == [catalogue.tidy(content.changed(classification=section)) for content in contents]


def test_nothing_is_written_before_the_confirmation(market):
    row = brought(market, as_file([shops(market)]))

    assert (row.state, row.new, Draft.objects.count()) == ("ready", 1, 0)


def test_what_was_exported_is_imported_as_the_same(market):
    published(market, shops(market))
    published(market, residents(market))
    file, count = files.write_file(
        form=files.SheetFormat.XLSX, wanted=files.Wanted.PUBLISHED, provider="", by=market.subject, at=clock.now()
    )

    with file:
        row = brought(market, io.BytesIO(file.read()))

    assert (count, row.state, row.new, row.changed, row.same, row.faults) == (2, "ready", 0, 0, 2, 0)


def test_a_changed_cell_becomes_a_revision_that_keeps_all_else(market):
    code = published(market, residents(market))
    content = catalogue.get_resource(code).content
    file = as_file([Written(content.changed(summary="新的摘要。"), "", code)])

    row = brought(market, file)
    (line,) = queries.lines(row)
    assert (line.verdict, line.differences) == ("changed", ["summary"])
    row = written(market, row)

    (line,) = queries.lines(row)
    assert catalogue.draft_content(line.draft_no, by=market.subject) == content.changed(summary="新的摘要。")
    assert catalogue.draft_resource(line.draft_no) == code


def test_a_bare_template_leaves_column_names_and_parameters_as_they_are(market):
    code = published(market, residents(market))
    book = openpyxl.load_workbook(as_file([Written(catalogue.get_resource(code).content, "", code)]))
    del book["资源补充信息"], book["数据项补充信息"]
    file = io.BytesIO()
    book.save(file)
    file.seek(0)

    row = brought(market, file)

    assert (row.state, row.same) == ("ready", 1)


def test_each_fault_names_its_cell_and_nothing_is_imported(market):
    file = as_file([shops(market), residents(market)])
    book = openpyxl.load_workbook(file)
    sheet = book["政务数据资源目录"]
    sheet["J3"] = "随便"
    sheet["E6"] = "11450000MB0000013R"
    sheet["C6"] = "303001/999"
    sheet["O3"] = "有时候"
    file = io.BytesIO()
    book.save(file)
    file.seek(0)

    row = brought(market, file)

    entry = "政务数据资源目录"
    assert (entry, "J3", "type_wrong") in faults_of(row)
    assert (entry, "O3", "cycle_wrong") in faults_of(row)
    assert (entry, "E6", "provider_of_another") in faults_of(row)
    assert row.state == "faulty"
    with pytest.raises(ImportNotReady):
        imports.confirm(import_no=row.import_no, by=market.subject, at=clock.now())
    with files.write_marked(import_no=row.import_no, by=market.subject, at=clock.now()) as copy:
        marked = openpyxl.load_workbook(copy)
    assert "随便" in marked[entry]["J3"].comment.text
    assert marked[entry]["J3"].fill.fgColor.rgb == "FFFBD5D5"
    assert marked["错误清单"].max_row == row.faults + 1


def test_a_gap_does_not_hinder_a_draft_and_is_told_by_its_cell(market):
    row = brought(market, as_file([shops(market, summary="")]))

    gaps = [(fault.cell, fault.code) for fault in queries.faults(row, hinders=False)]
    assert (row.state, row.with_gaps, gaps) == ("ready", 1, [("F3", "summary_missing")])


def test_a_catalogue_that_moved_since_the_preview_is_not_overwritten(market):
    code = published(market, shops(market))
    content = catalogue.get_resource(code).content
    file = as_file([shops(market, title="另一个新资源"), Written(content.changed(summary="甲"), "", code)])
    row = brought(market, file)
    catalogue.start_revision(code=code, by=market.subject, at=clock.now())
    before = Draft.objects.count()

    row = written(market, row)

    assert (row.state, row.error["code"], Draft.objects.count()) == ("failed", "catalogue_moved", before)
    assert ImportLine.objects.filter(job=row, draft_no="").count() == 2
    imports.read_again(import_no=row.import_no, by=market.subject, at=clock.now())
    work.read(import_no=row.import_no, at=clock.now())
    assert written(market, row).state == "done"


def test_a_job_that_is_done_twice_writes_once(market):
    row = written(market, brought(market, as_file([shops(market)])))

    work.write(import_no=row.import_no, at=clock.now())
    work.read(import_no=row.import_no, at=clock.now())

    assert Draft.objects.count() == 1


def test_a_title_that_is_published_already_needs_its_code(market):
    published(market, shops(market))

    row = brought(market, as_file([shops(market)]))

    assert faults_of(row) == [("政务数据资源目录", "B3", "title_taken")]


def test_another_department_knows_nothing_of_an_import(market):
    row = brought(market, as_file([shops(market)]))
    other = Subject("P-other", Post.DATA_STEWARD, organisations.bureau())
    auditor = Subject("P-auditor", Post.AUDITOR, market.subject.organisation)

    with pytest.raises(NoSuchImport):
        queries.get_import(row.import_no, other)
    with pytest.raises(NotPermitted):
        imports.bring(name="a.xlsx", content=as_file([]), by=auditor, at=clock.now())


def test_an_entry_declared_classified_leaves_nothing_behind(market):
    book = openpyxl.load_workbook(as_file([shops(market)]))
    book["资源补充信息"]["D2"] = "涉密"
    file = io.BytesIO()
    book.save(file)
    file.seek(0)

    row = brought(market, file)

    assert (row.state, row.error["code"], ImportLine.objects.count()) == ("failed", "classified_file", 0)
