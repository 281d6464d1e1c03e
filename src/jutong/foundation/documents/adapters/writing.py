"""DOCX by python-docx, for offices that edit, number and seal in their own programs."""

import io
from datetime import UTC
from itertools import pairwise
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt

from jutong.foundation.documents.domain import lines_of_facts, printable
from jutong.foundation.documents.values import Block, FactSheet, Heading, Note, Paper, Paragraph, Table

# A document names one font a script and the reader's program replaces what it lacks. `_ALTERNATIVES` tells it by what.
FANGSONG, XIAOBIAOSONG, HEITI, SONGTI = "仿宋_GB2312", "方正小标宋简体", "黑体", "宋体"
LATIN = "Times New Roman"
_ALTERNATIVES = {
    FANGSONG: "仿宋;FangSong;STFangsong;Noto Serif CJK SC",
    XIAOBIAOSONG: "方正小标宋_GBK;宋体;SimSun;Noto Serif CJK SC",
    HEITI: "SimHei;Noto Sans CJK SC",
    SONGTI: "SimSun;Noto Serif CJK SC",
}

SIZE_2, SIZE_3, SIZE_4, SIZE_5, SIZE_SMALL_5 = Pt(22), Pt(16), Pt(14), Pt(10.5), Pt(9)
_TEXT_WIDTH = Mm(156)
_LINE = Pt(29)
_ALIGNS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def compose(paper: Paper) -> bytes:
    """The paper as the bytes of a DOCX file. The same paper gives the same content."""
    document = Document()
    _describe(document, paper)
    _set_page(document, paper)
    _line(document, paper.title, XIAOBIAOSONG, SIZE_2, WD_ALIGN_PARAGRAPH.CENTER)
    if paper.subtitle:
        _line(document, paper.subtitle, FANGSONG, SIZE_4, WD_ALIGN_PARAGRAPH.CENTER)
    if paper.number:
        _line(document, paper.number, FANGSONG, SIZE_5, WD_ALIGN_PARAGRAPH.RIGHT)
    for block in paper.blocks:
        _write(document, block)
    _name_alternatives(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _clean(text: str) -> str:
    # Whatever the reader's machine lacks, its program shows in its own way; only what no file can hold is left out.
    return printable(text, lambda _: True)


def _describe(document: Any, paper: Paper) -> None:
    made_at = paper.made_at.astimezone(UTC).replace(tzinfo=None)
    about = document.core_properties
    about.title, about.author, about.last_modified_by = _clean(paper.title), _clean(paper.organisation), ""
    about.identifier, about.comments, about.language = paper.number, "", "zh-CN"
    about.created = about.modified = made_at


def _set_page(document: Any, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    normal = document.styles["Normal"]
    _set_font(normal.element.get_or_add_rPr(), FANGSONG)
    normal.font.size = SIZE_3
    normal.paragraph_format.space_after = Pt(0)
    # Page numbers outside: right on odd pages, left on even ones.
    document.settings.odd_and_even_pages_header_footer = True
    for footer, align in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        number = footer.paragraphs[0]
        number.alignment = align
        _run(number, "— ", SONGTI, SIZE_4)
        _field(number, "PAGE")
        _run(number, " —", SONGTI, SIZE_4)
        if paper.footer:
            below = footer.add_paragraph()
            below.alignment = align
            _run(below, paper.footer, SONGTI, SIZE_SMALL_5)


def _write(document: Any, block: Block) -> None:
    match block:
        case Heading():
            paragraph = _line(document, block.text, HEITI, SIZE_4)
            paragraph.paragraph_format.keep_with_next = True
            paragraph.paragraph_format.space_before = Pt(4)
        case Paragraph():
            for text in block.text.split("\n"):
                paragraph = _line(document, text, FANGSONG, SIZE_3, WD_ALIGN_PARAGRAPH.JUSTIFY)
                paragraph.paragraph_format.first_line_indent = 2 * SIZE_3
        case Note():
            paragraph = _line(document, block.text, FANGSONG, SIZE_SMALL_5)
            paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        case FactSheet():
            _facts(document, block)
        case Table():
            _table(document, block)


def _facts(document: Any, sheet: FactSheet) -> None:
    lines = lines_of_facts(sheet.pairs)
    if not lines:
        return
    table = _grid(document, len(lines), [1, 2, 1, 2])
    for row, line in zip(table.rows, lines, strict=True):
        cells = row.cells
        if len(line) == 1:
            cells[1].merge(cells[3])
        for (label, value), place in zip(line, (0, 2), strict=False):
            _fill(cells[place], label, HEITI)
            _fill(cells[place + 1], value, FANGSONG)


def _table(document: Any, block: Table) -> None:
    table = _grid(document, 1 + max(1, len(block.rows)), [column.share for column in block.columns])
    head = table.rows[0]
    for cell, column in zip(head.cells, block.columns, strict=True):
        _fill(cell, column.title, HEITI, "center")
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    if not block.rows:
        cells = table.rows[1].cells
        _fill(cells[0].merge(cells[-1]), block.empty, FANGSONG, "center")
    for row, values in zip(table.rows[1:], block.rows, strict=False):
        for cell, value, column in zip(row.cells, values, block.columns, strict=True):
            _fill(cell, value, FANGSONG, column.align)


def _grid(document: Any, rows: int, shares: list[int]) -> Any:
    table = document.add_table(rows=rows, cols=len(shares), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    # Cut from one ruler, so that rounding does not add up.
    marks = [_TEXT_WIDTH * sum(shares[:count]) // sum(shares) for count in range(len(shares) + 1)]
    for column, (left, right) in zip(table.columns, pairwise(marks), strict=True):
        for cell in (column, *column.cells):
            cell.width = Length(right - left)
    for row in table.rows:
        # A row stays on one page.
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return table


def _fill(cell: Any, text: str, font: str, align: str = "left") -> None:
    first, *others = text.split("\n")
    for number, line in enumerate((first, *others)):
        paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
        paragraph.alignment = _ALIGNS[align]
        _run(paragraph, line, font, SIZE_5)


def _line(document: Any, text: str, font: str, size: Length, align: Any = WD_ALIGN_PARAGRAPH.LEFT) -> Any:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    paragraph.paragraph_format.line_spacing = max(_LINE, Pt(size.pt + 10)) if size >= SIZE_3 else Pt(size.pt * 1.6)
    _run(paragraph, text, font, size)
    return paragraph


def _run(paragraph: Any, text: str, font: str, size: Length) -> Any:
    run = paragraph.add_run(_clean(text))
    _set_font(run._r.get_or_add_rPr(), font)
    run.font.size = size
    return run


def _set_font(properties: Any, east_asian: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for script, name in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", east_asian)):
        fonts.set(qn(f"w:{script}"), name)
    # Quotation marks and dashes are Chinese ones.
    fonts.set(qn("w:hint"), "eastAsia")


def _field(paragraph: Any, instruction: str) -> None:
    for kind, text in (("begin", ""), ("", instruction), ("separate", ""), ("text", "1"), ("end", "")):
        run = _run(paragraph, text if kind == "text" else "", SONGTI, SIZE_4)
        if kind == "text":
            continue
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
            part.set(qn("xml:space"), "preserve")
        run._r.append(part)


def _name_alternatives(document: Any) -> None:
    """Tell programs without the official fonts by which to replace them (`w:altName` in the font table)."""
    from lxml import etree

    table = next(part for part in document.part.package.iter_parts() if part.partname == "/word/fontTable.xml")
    root = etree.fromstring(table.blob)
    for name, others in _ALTERNATIVES.items():
        font = etree.SubElement(root, qn("w:font"), {qn("w:name"): name})
        etree.SubElement(font, qn("w:altName"), {qn("w:val"): others.split(";")[0]})
        etree.SubElement(font, qn("w:charset"), {qn("w:val"): "86"})
        etree.SubElement(font, qn("w:family"), {qn("w:val"): "roman" if name != HEITI else "modern"})
    table._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
