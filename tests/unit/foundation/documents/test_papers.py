"""Papers hold what was put on them, in fonts that have every character, in both formats."""

import io
from datetime import UTC, datetime
from types import SimpleNamespace

import docx
import pypdf
import pytest
from docx.oxml.ns import qn
from fontTools.ttLib import TTFont

from jutong.foundation.documents import api as documents
from jutong.foundation.documents import domain, probes
from jutong.foundation.documents.adapters import typesetting
from jutong.foundation.documents.values import Column, FactSheet, Heading, Note, Paper, Paragraph, Table
from jutong.foundation.operations.values import State

AT = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)


def a_paper(*blocks, title="数据需求申请办理单"):
    return Paper(
        title=title,
        number="编号：XQ20260001",
        organisation="甲局",
        made_at=AT,
        blocks=blocks,
        footer="打印于 2026-11-27",
    )


def text_of(pdf):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def texts_of(file):
    document = docx.Document(io.BytesIO(file))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in document.paragraphs] + cells


FULL = a_paper(
    Heading("一、基本情况"),
    FactSheet([("编号", "XQ20260001"), ("流程", "数据需求申请"), ("标题", "住房公积金缴存信息，用于不动产登记的资格核验")]),  # noqa: E501
    Heading("二、办理记录"),
    Table([Column("时间", 2), Column("意见", 3)], [["2026-11-20 10:00", "同意。\n请按期提供"]]),
    Heading("三、附件"),
    Table([Column("名称")], []),
    Paragraph("以上属实。"),
    Note("审计检查点 12"),
)  # fmt: skip
WORDS = (
    "数据需求申请办理单",
    "XQ20260001",
    "用于不动产登记的资格核验",
    "请按期提供",
    "以上属实。",
    "审计检查点 12",
    "无",
)


def test_both_formats_hold_every_word_of_the_paper():
    printed, written = text_of(documents.paper_as_pdf(FULL)), "\n".join(texts_of(documents.paper_as_docx(FULL)))

    assert [word for word in WORDS if word not in printed.replace("\n", "") or word not in written] == []


def test_common_characters_come_from_the_shipped_fonts():
    reader = pypdf.PdfReader(io.BytesIO(documents.paper_as_pdf(FULL)))
    fonts = {font.get_object()["/BaseFont"] for page in reader.pages for font in page["/Resources"]["/Font"].values()}

    # A subset's name begins with six letters of its own.
    assert {name[8:].removesuffix("-Identity-H") for name in fonts} == {
        "JutongSerif-Regular",
        "JutongSerifTitle-Regular",
    }


def test_the_same_paper_gives_the_same_file():
    assert documents.paper_as_pdf(FULL) == documents.paper_as_pdf(FULL)


def test_pages_are_numbered_and_a_long_table_repeats_its_head():
    rows = [[f"2026-11-{day:02d}", "意见" * 40] for day in range(1, 29)]
    pages = pypdf.PdfReader(
        io.BytesIO(documents.paper_as_pdf(a_paper(Table([Column("时刻"), Column("办理意见", 3)], rows))))
    ).pages

    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        text = page.extract_text()
        assert "办理意见" in text
        assert f"— {number} —" in text
        assert f"共 {len(pages)} 页" in text


def test_the_sheet_is_a4_with_the_margins_of_the_standard():
    page = pypdf.PdfReader(io.BytesIO(documents.paper_as_pdf(FULL))).pages[0]
    section = docx.Document(io.BytesIO(documents.paper_as_docx(FULL))).sections[0]

    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]


# --- Characters ------------------------------------------------------------------------------------------------------
def test_the_shipped_font_has_every_character_it_is_said_to_have():
    has = set(TTFont(documents.FONTS / "JutongSerif.otf").getBestCmap())
    title = set(TTFont(documents.FONTS / "JutongSerifTitle.otf").getBestCmap())

    assert [character for character in domain.shipped_characters() if ord(character) not in has] == []
    assert {ord(character) for character in "数据需求申请办理单一二三"} <= title <= has


def test_a_character_no_font_has_is_printed_as_its_number(monkeypatch):
    monkeypatch.setattr(typesetting, "has_character", lambda _: False)

    assert "张〔U+20BB7〕同意" in text_of(documents.paper_as_pdf(a_paper(Paragraph("张𠮷\x00同意"))))


@pytest.mark.parametrize(
    ("listed", "found"), [("/fonts/known.otf: \n", True), ("/fonts/other.pcf: \n", False), ("", False)]
)
def test_only_fonts_that_the_typesetter_finds_count(monkeypatch, listed, found):
    monkeypatch.setattr(typesetting, "_font_files", lambda: frozenset({"/fonts/known.otf"}))
    monkeypatch.setattr(typesetting.shutil, "which", lambda _: "/bin/fc-list")
    monkeypatch.setattr(typesetting.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=listed))

    assert typesetting.has_character.__wrapped__("𠮷") is found


def test_control_characters_do_not_spoil_a_docx():
    assert "张同意" in texts_of(documents.paper_as_docx(a_paper(Paragraph("张\x00\x08\ud800同意"))))


def test_without_its_fonts_nothing_is_printed_and_operators_are_told(monkeypatch, tmp_path):
    monkeypatch.setattr(typesetting, "FONTS", tmp_path)

    with pytest.raises(documents.FontsMissing):
        documents.paper_as_pdf(FULL)
    assert probes.fonts().state is State.FAILED


def test_what_a_layout_is_given_is_text_and_never_markup():
    words = "#panic[*粗*] $x$ \\ <a> @b `c`"

    assert words in text_of(documents.paper_as_pdf(a_paper(Paragraph(words))))


def test_a_layout_that_is_not_there_is_an_error_of_ours():
    with pytest.raises(documents.LayoutBroken):
        documents.pdf("documents/nowhere.typ", {}, at=AT)


# --- DOCX ------------------------------------------------------------------------------------------------------------
def test_the_docx_names_the_official_fonts_and_what_may_replace_them():
    document = docx.Document(io.BytesIO(documents.paper_as_docx(FULL)))
    named = {
        fonts.get(qn("w:eastAsia"))
        for fonts in document.element.iter(qn("w:rFonts"))
    }  # fmt: skip
    table = next(part for part in document.part.package.iter_parts() if part.partname == "/word/fontTable.xml")

    assert named == {"方正小标宋简体", "仿宋_GB2312", "黑体"}
    assert all(name.encode() in table.blob for name in named)


# --- Lines -----------------------------------------------------------------------------------------------------------
def test_short_neighbours_share_a_line_and_long_facts_have_their_own():
    pairs = [("a", "1"), ("b", "2"), ("c", "3"), ("d", "长" * 12), ("e", "5"), ("f", "1\n2")]

    lines = domain.lines_of_facts(pairs)

    assert [[label for label, _ in line] for line in lines] == [["a", "b"], ["c"], ["d"], ["e"], ["f"]]
