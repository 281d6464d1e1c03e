"""Every case prints: what is on the sheet, who may have it, and that it is recorded."""

import io
from dataclasses import replace
from urllib.parse import unquote

import docx
import pypdf
import pytest

from jutong.foundation.audit import api as audit
from jutong.foundation.audit.models import Entry
from jutong.foundation.documents.adapters import typesetting
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.domain import wording
from jutong.foundation.procedures.services import printing
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.actors import PLATFORM
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from tests.integration.procedures.conftest import APPLICANT, OUTSIDER, PROVIDER_STEWARD, REVIEWER, TITLES, shanghai
from tests.support.posts import holder_of

pytestmark = pytest.mark.django_db

PRINTED_AT = shanghai("2026-03-06 15:30")


@pytest.fixture
def case_no(open_loan):
    """Opened on a Monday, returned, completed and forwarded; the provider has it."""
    number = open_loan()
    for transition, by, day, remark in (
        ("give_back", REVIEWER, "2026-03-03", "请补充：一、用途；二、依据。"),
        ("complete", APPLICANT, "2026-03-04", ""),
        ("forward", REVIEWER, "2026-03-05", "要件齐全，符合规范。"),
    ):
        procedures.act(number, transition, by=by, at=shanghai(f"{day} 10:00"), remark=remark)
    return number


def pdf_text(content):
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return "".join(text.split())


def docx_text(content):
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "".join("".join([*(paragraph.text for paragraph in document.paragraphs), *cells]).split())


@pytest.mark.parametrize(("form", "read"), [("pdf", pdf_text), ("docx", docx_text)])
def test_the_sheet_tells_the_whole_case(case_no, form, read):
    sheet = printing.print_sheet(case_no, printing.SheetForm(form), by=PROVIDER_STEWARD, at=PRINTED_AT)

    text = read(sheet.content)
    expected = [
        "测试借阅申请办理单", f"编号：{case_no}", "细则第二十二条", "常住人口信息", "303001/1",
        *TITLES.values(), "姓名P1", "数据管理专员", "大数据局审核员", "提供部门答复",
        "退回补正", "请补充：一、用途；二、依据。", "补正后重新提交", "要件齐全，符合规范。",
        "2026-03-05", "1/2", "于2026-03-0615:30自聚通平台打印", "审计日志",
    ]  # fmt: skip
    assert [word for word in expected if word.replace(" ", "") not in text] == []
    assert sheet.name == f"测试借阅申请办理单_{case_no}.{form}"


def test_the_sheet_names_the_checkpoint_under_which_it_can_be_proved(case_no):
    audit.record(action="tests.thing.done", by=PLATFORM, at=PRINTED_AT, object_kind="x", object_code="x")
    audit.seal(at=PRINTED_AT)
    checkpoint = audit.checkpoint()

    text = pdf_text(printing.print_sheet(case_no, printing.SheetForm.PDF, by=REVIEWER, at=PRINTED_AT).content)

    assert checkpoint.root.hex() in text
    assert f"检查点共{checkpoint.size}条记录" in text


def test_who_may_not_see_the_case_may_not_print_it(case_no):
    with pytest.raises(NotFound):
        printing.print_sheet(case_no, printing.SheetForm.PDF, by=OUTSIDER, at=PRINTED_AT)
    assert not Entry.objects.filter(action="procedures.case.printed").exists()


def test_printing_is_recorded_and_a_failed_one_is_not(case_no, monkeypatch, tmp_path):
    printing.print_sheet(case_no, printing.SheetForm.PDF, by=REVIEWER, at=PRINTED_AT)
    monkeypatch.setattr(typesetting, "FONTS", tmp_path)
    with pytest.raises(typesetting.FontsMissing):
        printing.print_sheet(case_no, printing.SheetForm.PDF, by=REVIEWER, at=PRINTED_AT)

    [entry] = Entry.objects.filter(action="procedures.case.printed")
    assert (entry.object_code, entry.details, entry.actor_id) == (case_no, {"form": "pdf"}, "P2")


def test_organisations_bear_the_names_of_their_day(case_no, directory, monkeypatch):
    asked = []

    def titles(codes, *, on=None):
        asked.append(on)
        return {code: f"{TITLES[code]}（旧名）" if on else TITLES[code] for code in codes if code in TITLES}

    monkeypatch.setattr(directory, "titles", titles)

    text = pdf_text(printing.print_sheet(case_no, printing.SheetForm.PDF, by=REVIEWER, at=PRINTED_AT).content)

    # The provider did nothing yet; the others signed under the names they had then.
    assert "公安厅（旧名）" in text
    assert shanghai("2026-03-02 00:00").date() in asked


def test_a_deputy_is_marked(case_no):
    event = procedures.history(case_no)[0]

    by_deputy = replace(event, by=replace(event.by, deputy=True))

    assert wording.actor_lines(by_deputy) == "姓名P1\n数据管理专员（代）\n教育厅"


# --- Faces -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def holders(db):
    rulebook.ensure_start_data(at=clock.now())
    organisations.ensure_start_data(at=clock.now())
    consumer = next(each.uscc for each in organisations.departments() if each.uscc != organisations.bureau())
    return holder_of(Post.DATA_STEWARD, consumer), holder_of(Post.BUREAU_REVIEWER)


def test_pages_and_api_give_the_sheet_as_a_file(holders):
    from tests.support.declared_procedures import Loan

    applicant, reviewer = holders
    parties = {"consumer": applicant.subject.organisation, "bureau": organisations.bureau(), "provider": organisations.bureau()}  # fmt: skip # noqa: E501
    number = procedures.open_case(
        Loan, subject_code="303001/1", title="x", parties=parties, data={}, by=applicant.subject, at=clock.now()
    ).case_no

    page = reviewer.browser.get(f"/procedures/cases/{number}/").content.decode()
    for form, head in (("pdf", b"%PDF-"), ("docx", b"PK")):
        for answer in (
            reviewer.browser.get(f"/procedures/cases/{number}/sheet.{form}"),
            reviewer.caller.get(f"/api/v1/procedures/cases/{number}/sheet.{form}"),
        ):
            assert (answer.status_code, answer.content[: len(head)]) == (200, head)
            assert f"测试借阅申请办理单_{number}.{form}" in unquote(answer["Content-Disposition"])
        assert f"/procedures/cases/{number}/sheet.{form}" in page
    assert reviewer.caller.get("/api/v1/procedures/cases/CS20990001/sheet.pdf").status_code == 404
