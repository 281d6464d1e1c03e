"""Catalogue files that mean harm or were made carelessly, each with the code of the refusal it must meet."""

import io
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import olefile
import openpyxl
import xlwt

from jutong.supply.catalogue.values import Content
from jutong.supply.interchange.adapters import sheets
from jutong.supply.interchange.domain.template import ENTRY_SHEET, LEAVES
from jutong.supply.interchange.domain.writing import Written
from tests.support.compound import compound
from tests.unit.supply.catalogue import samples

SHEET_PART = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True)
class Poison:
    """A file, and how it must be refused; `heavy` ones end the reading child by its limits."""

    label: str
    ending: str
    content: bytes
    expected: str
    heavy: bool = False


def good(content: Content | None = None) -> bytes:
    """A file without fault."""
    file = io.BytesIO()
    plain = content or samples.shops(provider_uscc="", classification="")
    sheets.write_xlsx(file, [Written(plain, "")])
    return file.getvalue()


def with_parts(parts: dict[str, bytes]) -> bytes:
    """The good file with parts added or replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good())) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in parts:
                target.writestr(name, source.read(name))
        for name, data in parts.items():
            target.writestr(name, data)
    return file.getvalue()


def edited(change: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(good()))
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_cell(address: str, value: object) -> bytes:
    def put(book: openpyxl.Workbook) -> None:
        book[ENTRY_SHEET][address] = value

    return edited(put)


def sheet_xml(rows: str, declaration: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'{declaration}<worksheet xmlns="{name}"><sheetData>{rows}</sheetData></worksheet>'


def xls(*, formula: bool = False) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet(ENTRY_SHEET)
    for place, leaf in enumerate(LEAVES):
        sheet.write(0, place, leaf.group or leaf.title)
        sheet.write(1, place, leaf.title if leaf.group else "")
    sheet.write(2, 1, "个体工商户登记信息")
    if formula:
        sheet.write(2, 5, xlwt.Formula('HYPERLINK("http://x/")'))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def compound_book(*records: bytes, **streams: bytes) -> bytes:
    """The XLS book with records behind its first one, and with streams beside the book."""
    with olefile.OleFileIO(io.BytesIO(xls())) as book:
        plain = book.openstream("Workbook").read()
    begin = 4 + struct.unpack_from("<H", plain, 2)[0]
    return compound({"Workbook": plain[:begin] + b"".join(records) + plain[begin:], **streams})


def record(kind: int, body: bytes) -> bytes:
    """One record of an XLS book."""
    return struct.pack("<HH", kind, len(body)) + body


def csv_with(**own: str) -> bytes:
    heads = ",".join(leaf.title for leaf in LEAVES)
    cells = ",".join('"' + own.get(leaf.key, "").replace('"', '""') + '"' for leaf in LEAVES)
    return f"{heads}\n{cells}\n".encode()


def json_with(**content: object) -> bytes:
    return json.dumps([{"content": {"title": "某资源", **content}}]).encode()


def poisons() -> list[Poison]:
    """The whole collection; nothing in it is larger than a few megabytes."""
    script = "名称<script>alert(1)</script>"
    entity = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    million = sheet_xml("<row/>" * 1_000_000).encode()
    far = sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    many = {f"xl/x{n}.xml": b"<x/>" for n in range(4200)}
    return [
        Poison("macros", "xlsx", with_parts({"xl/vbaProject.bin": b"x"}), "has_macros"),
        Poison("macro sheet", "xlsx", with_parts({"xl/macrosheets/sheet1.xml": b"<x/>"}), "has_macros"),
        Poison("external link", "xlsx", with_parts({"xl/externalLinks/externalLink1.xml": b"<x/>"}), "has_links"),
        Poison("embedded object", "xlsx", with_parts({"xl/embeddings/oleObject1.bin": b"x"}), "has_links"),
        Poison("database connection", "xlsx", with_parts({"xl/connections.xml": b"<x/>"}), "has_links"),
        Poison("formula", "xlsx", with_cell("F3", "=1+1"), "has_formulas"),
        Poison("command by formula", "xlsx", with_cell("F3", "=cmd|'/C calc'!A0"), "has_formulas"),
        Poison("formula in XLS", "xls", xls(formula=True), "has_formulas"),
        Poison("formula in ET", "et", xls(formula=True), "has_formulas"),
        *compound_poisons(),
        Poison("head renamed", "xlsx", with_cell("B1", "标题"), "head_wrong"),
        Poison("no heads", "xlsx", with_cell("A1", "随便"), "sheet_missing"),
        Poison("a million rows", "xlsx", with_parts({SHEET_PART: million}), "unpacks_too_large"),
        Poison("zip bomb", "xlsx", with_parts({SHEET_PART: b" " * 20_000_000}), "unpacks_too_large"),
        Poison("thousands of parts", "xlsx", with_parts(many), "unpacks_too_large"),
        Poison("a cell far out", "xlsx", with_parts({SHEET_PART: far.encode()}), "file_over_limits", heavy=True),
        Poison("entities", "xlsx", with_parts({SHEET_PART: sheet_xml("", entity).encode()}), "file_broken"),
        Poison("UTF-16", "xlsx", with_parts({SHEET_PART: sheet_xml("", "").encode("utf-16")}), "file_broken"),
        Poison("path upwards", "xlsx", with_parts({"xl/../../evil.xml": b"<x/>"}), "file_broken"),
        Poison("cut off", "xlsx", good()[:-200], "file_broken"),
        Poison("no workbook", "xlsx", b"PK\x03\x04" + b"x" * 500, "file_broken"),
        Poison("XLS of nothing", "xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000, "file_broken"),
        Poison("workbook as CSV", "csv", good(), "file_broken"),
        Poison("script in the title", "xlsx", with_cell("B3", script), "markup_refused"),
        Poison("script in JSON", "json", json_with(title=script), "markup_refused"),
        Poison("control character", "csv", csv_with(title="名\x07称"), "control_character"),
        Poison("turned writing", "json", json_with(title="名\u202e称"), "control_character"),
        Poison("title of 100 kB", "csv", csv_with(title="名" * 34_000), "too_long"),
        Poison("title of 100 kB in JSON", "json", json_with(title="名" * 34_000), "too_long"),
        Poison("title of 300 characters", "xlsx", with_cell("B3", "名" * 300), "text_too_long"),
        Poison("formula in CSV", "csv", csv_with(title="某", summary="=cmd|' /C calc'!A0"), "formula_text"),
        Poison("number rounded", "xlsx", with_cell("E3", 123456789012345678), "number_rounded"),
        Poison("unknown encoding", "csv", b"\xff\x81\xff\xff\x00\xfe", "encoding_unknown"),
        Poison("HTML as JSON", "json", b"<!doctype html><title>x</title>", "json_malformed"),
        Poison("deep JSON", "json", b"[" * 200_000, "json_too_deep"),
        Poison("JSON of other kinds", "json", json_with(items=[{"title": 3}]), "shape_wrong"),
        Poison("JSON without entries", "json", b"[]", "nothing_in_file"),
        Poison("heads only", "csv", csv_with().split(b"\n")[0] + b"\n", "nothing_in_file"),
    ]  # fmt: skip


def compound_poisons() -> list[Poison]:
    """Macros, links and passwords in files of the older kind; an XLSX file with a password is one of them too."""
    macros = compound_book(**{"_VBA_PROJECT_CUR/VBA/dir": b"x"})
    password = compound_book(record(0x002F, b"\x00\x00\x34\x12\x78\x56"))
    other_book = compound_book(record(0x01AE, b"\x01\x00\x0a\x00\x00\x01\x62other.xls"))
    macro_sheet = compound_book(record(0x0085, b"\x00\x00\x00\x00\x00\x01\x01\x00M"))
    sealed = compound({"EncryptionInfo": b"x", "EncryptedPackage": b"x" * 5000})
    return [
        Poison("macros in XLS", "xls", macros, "has_macros"),
        Poison("macros in ET", "et", macros, "has_macros"),
        Poison("macros in XLS called XLSX", "xlsx", macros, "has_macros"),
        Poison("macro sheet in XLS", "xls", macro_sheet, "has_macros"),
        Poison("external link in XLS", "xls", other_book, "has_links"),
        Poison("external link in ET", "et", other_book, "has_links"),
        Poison("embedded object in XLS", "xls", compound_book(**{"MBD0001/Ole10Native": b"x"}), "has_links"),
        Poison("password on XLS", "xls", password, "has_password"),
        Poison("password on ET", "et", password, "has_password"),
        Poison("password on XLSX", "xlsx", sealed, "has_password"),
    ]
