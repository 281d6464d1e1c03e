"""Small files of each kind the gate reads, made by code from given lines."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from openpyxl import Workbook

Lines = Sequence[str]


def package(members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP with these members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def docx(lines: Lines, *, header: str = "", torn: bool = False, **more: str | bytes) -> bytes:
    """A letter. `torn` puts each character into a run of its own, as editing leaves it."""

    def paragraph(line: str) -> str:
        runs = list(line) if torn else [line]
        return "<w:p>" + "".join(f"<w:r><w:rPr><w:b/></w:rPr><w:t>{escape(r)}</w:t></w:r>" for r in runs) + "</w:p>"

    body = "".join(map(paragraph, lines))
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
    }
    if header:
        members["word/header1.xml"] = f'<w:hdr xmlns:w="{_WORD}">{paragraph(header)}</w:hdr>'
    return package({**members, **more})


def xlsx(lines: Lines, *, beside: bool = False, sheet: str = "Sheet1") -> bytes:
    """A workbook with a line a row, or all in one row `beside` each other."""
    book = Workbook()
    book.active.title = sheet
    for row in [list(lines)] if beside else [[line] for line in lines]:
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def old_xls(lines: Lines) -> bytes:
    """A workbook of Excel 97 (BIFF8): a compound file whose one stream holds a sheet with a line a row.

    Written by hand from [MS-CFB] and [MS-XLS], because no kept library writes it any more.
    """

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def text(line: str) -> bytes:
        return struct.pack("<HB", len(line), 1) + line.encode("utf-16-le")

    versions = struct.pack("<HHII", 0x0DBB, 0x07CC, 0, 6)
    end = record(0x000A, b"")
    first = record(0x0809, struct.pack("<HH", 0x0600, 0x0005) + versions)
    bound = struct.pack("<BB", 6, 0) + b"Sheet1"
    # Where the sheet begins: behind the head, its own name of 4 + 6 + 8 bytes, and the end.
    begins = len(first) + 4 + 6 + len(bound) + len(end)
    cells = b"".join(record(0x0204, struct.pack("<HHH", row, 0, 0) + text(line)) for row, line in enumerate(lines))
    sheet = record(0x0809, struct.pack("<HH", 0x0600, 0x0010) + versions) + cells + end
    return _compound_file("Workbook", first + record(0x0085, struct.pack("<IH", begins, 0) + bound) + end + sheet)


_FREE, _CHAIN_ENDS, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def _compound_file(name: str, stream: bytes) -> bytes:
    """A compound file with one stream: a table of sectors, a directory, and the stream from the third sector on."""
    stream = stream.ljust(4096, b"\0")  # shorter ones would lie in a stream of small sectors
    stream += b"\0" * (-len(stream) % 512)
    sectors = len(stream) // 512
    table = [_TABLE, _CHAIN_ENDS, *range(3, sectors + 2), _CHAIN_ENDS]
    assert len(table) <= 128
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _CHAIN_ENDS, 0, _CHAIN_ENDS, 0)
    head += struct.pack("<109I", 0, *[_FREE] * 108)

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        spelt = title.encode("utf-16-le") + b"\0\0" if title else b""
        made = spelt.ljust(64, b"\0") + struct.pack("<HBBIII", len(spelt), kind, 1, _FREE, _FREE, child)
        return made + bytes(36) + struct.pack("<IQ", start, size)

    directory = entry("Root Entry", 5, 1, _CHAIN_ENDS, 0) + entry(name, 2, _FREE, 2, len(stream))
    directory += entry("", 0, _FREE, 0, 0) * 2
    return head + struct.pack("<128I", *table, *[_FREE] * (128 - len(table))) + directory + stream


def ofd(lines: Lines) -> bytes:
    """A page in the open fixed-layout format (GB/T 33190)."""
    space = "http://www.ofdspec.org/2016"
    head = f'<ofd:OFD xmlns:ofd="{space}" Version="1.0"><ofd:DocBody/></ofd:OFD>'
    texts = "".join(
        f'<ofd:TextObject ID="{n}" Boundary="10 {n * 10} 180 8" Font="1" Size="5">'
        f'<ofd:TextCode X="0" Y="5">{escape(line)}</ofd:TextCode></ofd:TextObject>'
        for n, line in enumerate(lines, 1)
    )
    return package(
        {
            "OFD.xml": head,
            "Doc_0/Pages/Page_0/Content.xml": f'<ofd:Page xmlns:ofd="{space}">{texts}</ofd:Page>',
        }
    )


def pdf(lines: Lines, *, encoding: str = "UniGB-UCS2-H") -> bytes:
    """A page whose font names a predefined character map and has no table back to Unicode, as many offices make it."""
    shown = "".join(
        f"1 0 0 1 60 {780 - n * 24} Tm <{line.encode('utf-16-be').hex()}> Tj " for n, line in enumerate(lines)
    )
    stream = f"BT /F1 14 Tf {shown}ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        f"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/{encoding}/DescendantFonts[6 0 R]>>".encode(),
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 5>>/FontDescriptor 7 0 R>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
        b"/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj" % number + content + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return made + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        size, table, size, len(made),
    )  # fmt: skip


def old_word(lines: Lines) -> bytes:
    """What the gate sees of a DOC or WPS file: the head of a compound file, and text as it lies in it."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    return head + "\r".join(lines).encode("utf-16-le") + bytes(512)


def rtf(lines: Lines) -> bytes:
    """Rich text with characters written as GBK bytes."""
    coded = "\\par ".join("".join(f"\\'{byte:02x}" for byte in line.encode("gb18030")) for line in lines)
    return ("{\\rtf1\\ansi\\ansicpg936 " + coded + "}").encode()


def csv(lines: Lines, encoding: str = "utf-8-sig") -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def zipped(name: str, content: bytes, *, windows: bool = False) -> bytes:
    """A ZIP with one file; from Windows in Chinese the name is GBK without saying so."""
    if not windows:
        return package({name: content})
    coded = name.encode("gb18030")
    stand_in = "n" * len(coded)
    return package({stand_in: content}).replace(stand_in.encode(), coded)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
"""A picture of one point."""
