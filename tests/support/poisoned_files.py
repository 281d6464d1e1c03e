"""Files of rows that mean harm or were made carelessly, each with the verdict it must meet.

A verdict is the code of the refusal, or how many rows are taken and for which reasons the others are not.
"""

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

import openpyxl
import xlwt

from jutong.supply.mounting.values import ReadingWish

HEAD = "编号,姓名,金额"
GOOD = "1,张三,1.00\n2,李四,2.00\n"
TABLE = f"{HEAD}\n{GOOD}"


@dataclass(frozen=True)
class Verdict:
    """What becomes of a file."""

    refused: str = ""
    rows: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Poison:
    """A file and its verdict; `heavy` ones are large, or end the child by its limits."""

    label: str
    name: str
    content: Callable[[], bytes]
    verdict: Verdict
    wish: ReadingWish = field(default_factory=ReadingWish)
    heavy: bool = False


def refused(code: str) -> Verdict:
    return Verdict(refused=code)


def taken(rows: int, *reasons: str) -> Verdict:
    return Verdict(rows=rows, reasons=reasons)


def poisons() -> list[Poison]:
    """All of them."""
    return [*_texts(), *_workbooks(), *_tables(), *_documents(), *_archives(), *_heavy()]


# --- Delimited text --------------------------------------------------------------------------------------------------


def _text(label: str, content: "str | bytes", verdict: Verdict, name: str = "a.csv", **wish: "str | int") -> Poison:
    data = content.encode() if isinstance(content, str) else content
    return Poison(label, name, lambda: data, verdict, ReadingWish(**wish))  # type: ignore[arg-type]


def _texts() -> list[Poison]:
    wrong_byte = TABLE.encode().replace("李".encode(), b"\xff\xfe")
    half = TABLE.encode("gb18030").replace("四".encode("gb18030"), "四".encode("gb18030")[:1])
    many = HEAD + "\n" + "".join(f"{n},名,1.00\n" for n in range(2, 40))
    return [
        _text("utf-8", TABLE, taken(2)),
        _text("utf-8 with its mark", TABLE.encode("utf-8-sig"), taken(2)),
        _text("gb18030", TABLE.encode("gb18030"), taken(2)),
        _text("utf-16", TABLE.encode("utf-16"), taken(2)),
        _text("utf-16, declared, without its mark", TABLE.encode("utf-16-le"), refused("encoding_wrong"),
              encoding="UTF-16"),
        _text("utf-16, cut in a character", (HEAD + "\n").encode("utf-16") + b"\x31", refused("encoding_wrong"),
              encoding="UTF-16"),
        _text("latin-1", "nom,prénom\nÀ,é\nÇ,ö\n".encode("latin-1"), refused("encoding_undetected")),
        _text("big5", "姓名,地址\n張三,臺灣\n".encode("big5"), refused("encoding_undetected")),
        _text("gb18030 said to be utf-8", TABLE.encode("gb18030"), refused("encoding_wrong"), encoding="UTF-8"),
        _text("a wrong byte, undeclared", wrong_byte, refused("encoding_undetected")),
        _text("a wrong byte, declared", wrong_byte, taken(1, "encoding"), encoding="UTF-8"),
        _text("half a character", half, taken(1, "encoding"), encoding="GB18030"),
        _text("an overlong form", TABLE.encode() + b"3,\xc0\xaf,1.00\n", taken(2, "encoding"), encoding="UTF-8"),
        _text("a surrogate in utf-8", TABLE.encode() + b"3,\xed\xa0\x80,1.00\n", taken(2, "encoding"),
              encoding="UTF-8"),
        _text("a NUL, undeclared", TABLE + "3,a\x00b,1.00\n", refused("encoding_undetected")),
        _text("a NUL, declared", TABLE + "3,a\x00b,1.00\n", taken(2, "control_character"), encoding="UTF-8"),
        _text("a code of two in one file", TABLE.encode() + "3,王五,1.00\n".encode("gb18030"),
              refused("encoding_undetected")),
        _text("control signs", TABLE + "3,a\x01b\x02c,1.00\n", taken(3)),
        _text("nothing but blanks", "\n \n\n", refused("file_empty")),
        _text("only a heading", HEAD + "\n", taken(0)),
        _text("a heading without an end", HEAD, taken(0)),
        _text("two columns of one name", "名,名\n1,2\n", refused("heading_repeated")),
        _text("a column without a name", "名,,额\n1,2,3\n", refused("heading_empty")),
        _text("a title above the heading", "人员名单,,\n" + TABLE, taken(2)),
        _text("more columns than a table has", ",".join(map(str, range(1_001))) + "\n",
              refused("file_unreadable")),
        _text("a field too many", TABLE + "3,王五,1.00,多\n", taken(2, "field_count")),
        _text("a field too few", TABLE + "3,王五\n", taken(2, "field_count")),
        _text("blank fields behind", TABLE + "3,王五,1.00,,\n", taken(3)),
        _text("a last line cut off", TABLE + "3,王", taken(2, "field_count")),
        _text("a quote never closed", TABLE + '3,"王五,1.00\n' + GOOD * 3, refused("quote_wrong")),
        _text("a quote within a word", TABLE + '3,5" 管,1.00\n', taken(3)),
        _text("words behind a quote", TABLE + '3,"王"五,1.00\n', refused("quote_wrong")),
        _text("line breaks in quotes", TABLE + '3,"王\n五",1.00\n', taken(3)),
        _text("quotes doubled", TABLE + '3,"王""五",1.00\n', taken(3)),
        _text("quotes doubled to no end", TABLE + '3,"' + '""' * 20_000 + '",1.00\n', taken(3)),
        _text("ends of lines of Windows", TABLE.replace("\n", "\r\n"), taken(2)),
        _text("ends of lines of old Macintosh", TABLE.replace("\n", "\r"), taken(2)),
        _text("COPY's end of data", TABLE + "3,\\.,1.00\n\\.\n", taken(3, "field_count")),
        _text("COPY's NULL", TABLE + "3,\\N,1.00\n", taken(3)),
        _text("a formula", TABLE + "3,=cmd|' /C calc'!A0,1.00\n", taken(3)),
        _text("a number that is none", many + "50,名,一百\n", taken(38, "type_mismatch"), encoding="UTF-8"),
        _text("a sign of direction", TABLE + "3,\u202egnp.exe,1.00\n", taken(3)),
        _text("a plane beyond", TABLE + "3,𠮷野家😀,1.00\n", taken(3)),
        _text("a workbook called csv", workbook([["a"]]), refused("file_mislabelled")),
        _text("a picture called csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), refused("encoding_undetected")),
        _text("tabs in a tsv", TABLE.replace(",", "\t"), taken(2), name="a.tsv"),
        _text("an unknown ending", "a", refused("file_format_unknown"), name="a.exe"),
        _text("macros by name", workbook([["a"]]), refused("file_format_unknown"), name="a.xlsm"),
        _text("a heading beyond the file", TABLE, refused("file_empty"), header_row=20),
    ]  # fmt: skip


# --- Workbooks -------------------------------------------------------------------------------------------------------


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def old_workbook(rows: list[list[object]], *, macro_sheet: bool = False) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            sheet.write(number, place, value)
    out = io.BytesIO()
    book.save(out)
    data = bytearray(out.getvalue())
    if macro_sheet:
        at = data.index(b"\x85\x00")
        data[at + 9] = 1
    return bytes(data)


def with_part(name: str, content: bytes, base: bytes | None = None) -> bytes:
    """A workbook with one part added or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base or _BOOK)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for each in source.namelist():
            if each != name:
                made.writestr(each, source.read(each))
        made.writestr(name, content)
    return out.getvalue()


_ROWS: list[list[object]] = [["编号", "姓名"], ["1", "张三"], ["2", "李四"]]
_BOOK = workbook(_ROWS)
SHEET = "xl/worksheets/sheet1.xml"


def _book(label: str, content: bytes, verdict: Verdict, name: str = "a.xlsx", **wish: "str | int") -> Poison:
    return Poison(label, name, lambda: content, verdict, ReadingWish(**wish))  # type: ignore[arg-type]


def _workbooks() -> list[Poison]:
    long_number = workbook([["号"], ["1"], [110105194912310021]])
    entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData/></worksheet>'
    return [
        _book("a workbook", _BOOK, taken(2)),
        _book("an xls", old_workbook(_ROWS), taken(2), name="a.xls"),
        _book("an et", old_workbook(_ROWS), taken(2), name="a.et"),
        _book("an eighteen-digit number", long_number, taken(1, "number_imprecise")),
        _book("a sheet that is not there", _BOOK, refused("sheet_missing"), sheet="无"),
        _book("macros", with_part("xl/vbaProject.bin", b"x"), refused("file_suspicious")),
        _book("a macro sheet", with_part("xl/macrosheets/sheet1.xml", b"<x/>"), refused("file_suspicious")),
        _book("a link to another file", with_part("xl/externalLinks/externalLink1.xml", b"<x/>"),
              refused("file_suspicious")),
        _book("an object embedded", with_part("xl/embeddings/oleObject1.bin", b"x"), refused("file_suspicious")),
        _book("a query of its own", with_part("xl/connections.xml", b"<x/>"), refused("file_suspicious")),
        _book("entities", with_part(SHEET, entities), refused("file_suspicious")),
        _book("a part that climbs out", with_part("../../evil", b"x"), refused("file_suspicious")),
        _book("a sheet cut off", with_part(SHEET, b"<worksheet><sheetData><row><c"), refused("file_unreadable")),
        _book("cut off", _BOOK[:-300], refused("file_unreadable")),
        _book("a zip that is no workbook", zipped({"a.csv": TABLE.encode()}), refused("file_unreadable")),
        _book("an xls called xlsx", old_workbook(_ROWS), refused("file_mislabelled")),
        _book("an xlsx called xls", _BOOK, refused("file_mislabelled"), name="a.xls"),
        _book("a page called xls", b"<html><table><tr><td>1</table>", refused("file_mislabelled"), name="a.xls"),
        _book("an xls with a macro sheet", old_workbook(_ROWS, macro_sheet=True), refused("file_suspicious"),
              name="a.xls"),
        _book("an xls cut off", old_workbook(_ROWS)[:1024], refused("file_unreadable"), name="a.xls"),
        _book("an empty sheet", workbook([]), refused("file_empty")),
    ]  # fmt: skip


# --- DBF -------------------------------------------------------------------------------------------------------------


def dbf(
    fields: list[tuple[str, str, int]],
    rows: list[list[bytes]],
    *,
    page: int = 0x4D,
    version: int = 0x03,
    count: int | None = None,
    deleted: frozenset[int] = frozenset(),
) -> bytes:
    """A DBF table of these fields (name, kind, width) and values."""
    length = 1 + sum(width for _, _, width in fields)
    head = struct.pack(
        "<B3BIHH16xBB2x",
        version,
        126,
        1,
        1,
        len(rows) if count is None else count,
        33 + 32 * len(fields),
        length,
        0,
        page,
    )
    for name, kind, width in fields:
        head += struct.pack("<11sc4xBB14x", name.encode("gbk"), kind.encode(), width, 0)
    body = b"".join(
        (b"*" if number in deleted else b" ")
        + b"".join(value.ljust(width) for value, (_, _, width) in zip(row, fields, strict=True))
        for number, row in enumerate(rows)
    )
    return head + b"\r" + body + b"\x1a"


FIELDS = [("BH", "N", 6), ("XM", "C", 10), ("RQ", "D", 8)]
RECORDS = [[b"1", "张三".encode("gbk"), b"20260101"], [b"2", "李四".encode("gbk"), b"        "]]


def _tables() -> list[Poison]:
    broken = [[b"1", "张三".encode("gbk")[:3], b"20260101"], RECORDS[1]]
    starred = [[b"******", "张三".encode("gbk"), b"20260101"], RECORDS[1]]
    memo = dbf([("BH", "N", 6), ("BZ", "M", 10)], [[b"1", b"1"]], version=0x83)

    def one(label: str, content: bytes, verdict: Verdict, name: str = "a.dbf", **wish: str) -> Poison:
        return Poison(label, name, lambda: content, verdict, ReadingWish(**wish))

    return [
        one("a dbf in GBK", dbf(FIELDS, RECORDS), taken(2)),
        one("a dbf without a code page", dbf(FIELDS, RECORDS, page=0), taken(2)),
        one("a dbf of another code page", dbf(FIELDS, [[b"1", b"\x80\x81\xff", b""]] * 3, page=0x03),
            refused("encoding_undetected")),
        one("a dbf with half a character", dbf(FIELDS, broken), taken(1, "encoding")),
        one("deleted rows", dbf(FIELDS, RECORDS, deleted=frozenset({0})), taken(1)),
        one("a number too wide for its field", dbf(FIELDS, starred), taken(1, "type_mismatch")),
        one("a dbf cut off", dbf(FIELDS, RECORDS)[:-20], refused("file_unreadable")),
        one("a dbf that lies about its rows", dbf(FIELDS, RECORDS, count=4_000_000_000), refused("file_unreadable")),
        one("a dbf of no kind", b"\x99" + dbf(FIELDS, RECORDS)[1:], refused("file_unreadable")),
        one("fields wider than the record", dbf([*FIELDS, ("A", "C", 1)], [])[:-2].replace(b"\x1a", b"\xff", 0)
            [:10] + struct.pack("<H", 5) + dbf([*FIELDS, ("A", "C", 1)], [])[12:], refused("file_unreadable")),
        one("a text called dbf", TABLE.encode(), refused("file_unreadable")),
        one("memos left at home", memo, refused("memo_missing")),
        one("memos beside", zipped({"a.dbf": memo, "a.dbt": b"\x00" * 512 + "备注\x1a".encode("gbk").ljust(512)}),
            taken(1), name="a.zip"),
        one("memos that point nowhere", zipped({"a.dbf": memo, "a.dbt": b"\x00" * 512}), refused("file_unreadable"),
            name="a.zip"),
    ]  # fmt: skip


# --- Documents -------------------------------------------------------------------------------------------------------


def _document(label: str, name: str, content: "str | bytes", verdict: Verdict, **wish: str) -> Poison:
    data = content.encode() if isinstance(content, str) else content
    return Poison(label, name, lambda: data, verdict, ReadingWish(**wish))


def _documents() -> list[Poison]:
    rows = [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    xml = "<r><x><a>1</a></x><x><a>2</a></x></r>"
    return [
        _document("json", "a.json", json.dumps(rows), taken(2)),
        _document("json by a path", "a.json", json.dumps({"data": {"rows": rows}}), taken(2), row_path="data.rows"),
        _document("json by a path that leads nowhere", "a.json", json.dumps({"data": 1}), refused("rows_missing"),
                  row_path="data.rows"),
        _document("json without a list", "a.json", '{"a": 1}', refused("rows_missing")),
        _document("json cut off", "a.json", json.dumps(rows)[:-5], refused("document_malformed")),
        _document("json of an endless depth", "a.json", '[{"a":' + "[" * 100_000, refused("document_malformed")),
        _document("a name twice in json", "a.json", '[{"a":1,"a":2}]', refused("document_malformed")),
        _document("json of no objects", "a.json", "[{\"a\":1},2,[3]]", taken(1, "row_malformed")),
        _document("json that is empty", "a.json", "[]", refused("file_empty")),
        _document("json in GBK", "a.json", '[{"名":"张三"}]'.encode("gb18030"), taken(1)),
        _document("no number of JSON", "a.json", '[{"a":NaN},{"a":1}]', taken(2)),
        _document("a number of a thousand digits", "a.json", '[{"a":' + "9" * 1000 + "}]", taken(1)),
        _document("a NUL in json", "a.json", '[{"a":"x\\u0000y"},{"a":"b"}]', taken(1, "control_character")),
        _document("half a pair in json", "a.json", '[{"a":"\\ud800"},{"a":"b"}]', taken(1, "encoding")),
        _document("lines of json", "a.ndjson", lines, taken(2)),
        _document("a line that is cut off", "a.ndjson", lines + '{"a": 3, "b', taken(2, "row_malformed")),
        _document("a line with a name twice", "a.ndjson", lines + '{"a":1,"a":2}\n', taken(2, "field_repeated")),
        _document("a line with two objects", "a.jsonl", lines + '{"a":1}{"a":2}\n', taken(2, "row_malformed")),
        _document("xml", "a.xml", xml, taken(2)),
        _document("xml in GBK", "a.xml", f'<?xml version="1.0" encoding="GBK"?>{xml}'.encode("gbk"), taken(2)),
        _document("entities in xml", "a.xml", f'<!DOCTYPE r [<!ENTITY a0 "ha">{laughs}]><r><x><a>&a9;</a></x></r>',
                  refused("file_suspicious")),
        _document("an outside entity", "a.xml",
                  '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r><x><a>&e;</a></x></r>',
                  refused("file_suspicious")),
        _document("an entity never declared", "a.xml", "<r><x><a>&e;</a></x></r>", refused("document_malformed")),
        _document("xml cut off", "a.xml", xml[:-8], refused("document_malformed")),
        _document("tags that cross", "a.xml", "<r><x><a>1</x></a></r>", refused("document_malformed")),
        _document("a column twice in xml", "a.xml", "<r><x><a>1</a><a>2</a></x><x><a>3</a></x></r>",
                  taken(1, "field_repeated")),
        _document("rows in a comment", "a.xml", "<r><x><a>1</a></x><!-- <x><a>9</a></x> --><x><a>2</a></x></r>",
                  taken(2)),
        _document("rows in a section of text", "a.xml",
                  "<r><x><a>1</a></x><x><a><![CDATA[<x><a>9</a></x>]]></a></x></r>", taken(2)),
        _document("xml of an endless depth", "a.xml", "<r><x>" + "<a>" * 5_000, refused("document_malformed")),
        _document("an element that is not there", "a.xml", xml, refused("rows_missing"), row_path="row"),
    ]  # fmt: skip


# --- Archives --------------------------------------------------------------------------------------------------------


def zipped(members: dict[str, bytes], *, stored: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name) if stored else name, content)
    return out.getvalue()


def lying(content: bytes) -> bytes:
    """An archive whose directory says that its entry is small."""
    data = bytearray(content)
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 1000)
    return bytes(data)


def encrypted(content: bytes) -> bytes:
    data = bytearray(content)
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a.csv")
        info.create_system, info.external_attr = 3, 0xA1ED << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def _archives() -> list[Poison]:
    table, bomb = TABLE.encode(), b"a,b\n" + b"1,1\n" * 5_000_000

    def one(label: str, content: Callable[[], bytes], verdict: Verdict, name: str = "a.zip", **wish: str) -> Poison:
        return Poison(label, name, content, verdict, ReadingWish(**wish))

    return [
        one("a table in a zip", lambda: zipped({"a.csv": table}), taken(2)),
        one("a table in a folder of a zip", lambda: zipped({"x/y/a.csv": table}), taken(2)),
        one("two tables in a zip", lambda: zipped({"a.csv": table, "b.csv": table}), refused("archive_ambiguous")),
        one("two tables, one of them named", lambda: zipped({"a.csv": table, "b.csv": table}), taken(2),
            member="b.csv"),
        one("a member that is not there", lambda: zipped({"a.csv": table}), refused("member_missing"), member="c.csv"),
        one("what a Macintosh leaves beside", lambda: zipped({"a.csv": table, "__MACOSX/._a.csv": b"\0"}), taken(2)),
        one("no table in a zip", lambda: zipped({"a.exe": b"MZ"}), refused("archive_empty")),
        one("an empty zip", lambda: zipped({}), refused("archive_empty")),
        one("a zip in a zip", lambda: zipped({"a.zip": zipped({"a.csv": table})}), refused("archive_nested")),
        one("a zip called csv in a zip", lambda: zipped({"a.csv": zipped({"b.csv": table})}),
            refused("file_mislabelled")),
        one("names that climb out", lambda: zipped({"../../a.csv": table}), refused("file_suspicious")),
        one("names from the root", lambda: zipped({"/etc/a.csv": table}, stored=True), refused("file_suspicious")),
        one("names of a drive", lambda: zipped({"C:/a.csv": table}, stored=True), refused("file_suspicious")),
        one("names with backslashes", lambda: zipped({"..\\a.csv": table}, stored=True), refused("file_suspicious")),
        one("a symbolic link", linked, refused("file_suspicious")),
        one("more members than anyone packs", lambda: zipped({f"{n}.txt": b"" for n in range(4_100)}),
            refused("file_suspicious")),
        one("a bomb", lambda: zipped({"a.csv": bomb}), refused("file_suspicious")),
        one("a bomb with a lying directory", lambda: lying(zipped({"a.csv": bomb})), refused("file_unreadable")),
        one("encrypted", lambda: encrypted(zipped({"a.csv": table})), refused("file_encrypted")),
        one("a zip cut off", lambda: zipped({"a.csv": table})[:-30], refused("file_unreadable")),
        one("no zip at all", lambda: b"PK\x03\x04 nothing", refused("file_unreadable")),
        one("a table in a gz", lambda: gzip.compress(table), taken(2), name="a.csv.gz"),
        one("a gz cut off", lambda: gzip.compress(table)[:-10], refused("file_unreadable"), name="a.csv.gz"),
        one("a gz that is a bomb", lambda: gzip.compress(bomb * 4), refused("file_suspicious"), name="a.csv.gz"),
        one("a gz in a gz", lambda: gzip.compress(gzip.compress(table)), refused("file_mislabelled"), name="a.csv.gz"),
    ]  # fmt: skip


# --- Large ones ------------------------------------------------------------------------------------------------------


def _wide_book() -> bytes:
    """A workbook whose dimension is the whole of a sheet, with a cell at its end."""
    cells = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>'
    )
    last = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    return with_part(SHEET, f"<worksheet><sheetData>{cells}{last}</sheetData></worksheet>".encode())


def _heavy() -> list[Poison]:
    def one(label: str, name: str, content: Callable[[], bytes], verdict: Verdict, **wish: str) -> Poison:
        return Poison(label, name, content, verdict, ReadingWish(**wish), heavy=True)

    line = 64 << 20
    return [
        one("a line without end", "a.csv", lambda: b"a,b\n" + b"x" * line, refused("line_too_long")),
        one("a line without end in quotes", "a.csv", lambda: b'a,b\n"' + b"x,\n" * (line // 3), refused("quote_wrong")),
        one("a heading without end", "a.csv", lambda: b"x" * line, refused("line_too_long")),
        one("lines of json without end", "a.ndjson", lambda: b'{"a":"' + b"x" * line, refused("line_too_long")),
        one("json without end", "a.json", lambda: b'[{"a":"' + b"x" * line, refused("line_too_long")),
        one("an element without end", "a.xml", lambda: b"<r><x><a>" + b"x" * line, refused("line_too_long")),
        one("a cell at the end of the sheet", "a.xlsx", _wide_book, refused("file_unreadable")),
        one("NULs without end", "a.csv", lambda: b"\x00" * line, refused("encoding_undetected")),
        one("a million blank lines", "a.csv", lambda: TABLE.encode() + b"\n" * 1_000_000, taken(2)),
        one("a million short rows", "a.csv", lambda: TABLE.encode() + b"1\n" * 1_000_000, taken(2, "field_count")),
    ]
