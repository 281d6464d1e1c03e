"""Looks for marks in a file, in a process of its own: `python -m jutong.foundation.secrecy.reader`.

A file is somebody else's work and may be damaged, huge or hostile. So it is opened by a child that may use so much
memory and time and write no file. The file is its standard input, the rules come as its first argument; its answer is
one line of JSON that names marks and never the text around them. XML is read without any document type, so no entity
can be declared, and nothing here opens a connection.
"""

import codecs
import html
import json
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import IO, Any, BinaryIO, Final
from xml.parsers import expat

from jutong.foundation.secrecy.domain.marks import Detector, Tally
from jutong.foundation.secrecy.values import MarkRules
from jutong.kernel.text import N_

MEMORY_BYTES: Final = 1024 * 1024 * 1024
CPU_SECONDS: Final = 30
UNPACKED_BYTES: Final = 300 * 1024 * 1024
RATIO: Final = 200
MEMBERS: Final = 4000
DEPTH: Final = 3
WHOLE_BYTES: Final = 128 * 1024 * 1024
_PIECE: Final = 1 << 18

ARCHIVES_UNREAD: Final = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
OLE2: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TEXT_ENDINGS: Final = frozenset({"csv", "txt", "md", "json", "xml", "html", "htm", "tsv", "log", "eml"})
READ_ENDINGS: Final = TEXT_ENDINGS | {
    "docx", "xlsx", "pptx", "odt", "ods", "odp", "ofd", "pdf", "doc", "xls", "ppt", "wps", "et", "dps", "rtf", "zip",
}  # fmt: skip


class Refused(Exception):
    """The text of this file cannot be read; the reason is a source text."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


ENCRYPTED: Final = N_("文件已加密，请去除密码")
BROKEN: Final = N_("文件损坏或格式与扩展名不符，请重新生成")
TOO_BIG: Final = N_("展开后过大，请拆分")
SUSPICIOUS: Final = N_("文件内部结构异常")
ARCHIVE: Final = N_("不支持这种压缩格式，请改用 ZIP")
NESTED: Final = N_("压缩包嵌套过深，请直接上传文件")
TOO_LONG: Final = N_("读取超出时间或内存上限，请拆分")


class Reading:
    """One file with all that lies inside it: what was seen so far, and how much was unpacked."""

    def __init__(self, rules: MarkRules):
        self.detector = Detector(rules)
        self.tally = Tally(rules)
        self.names = Tally(rules)
        self.text_seen = False
        self.unread = False
        self.unpacked = 0

    def text(self, part: str) -> None:
        if part and not part.isspace():
            self.text_seen = True
            self.detector.look(part, self.tally)

    def name(self, name: str) -> None:
        for finding in self.detector.find_in_name(name):
            self.names.add(finding)

    @property
    def stopped(self) -> bool:
        return self.tally.stopped or self.names.stopped

    def answer(self) -> dict[str, Any]:
        tally = self.names if self.names.stopped else self.tally
        found = [[finding.sign, finding.mark] for finding in tally.findings] if tally.stopped else []
        return {"found": found, "text": self.text_seen, "unread": self.unread}


# --- Which kind ------------------------------------------------------------------------------------------------------
def read(stream: BinaryIO, ending: str, reading: Reading, depth: int = 0) -> None:
    """Look at a file by what it is; its ending only says what it should be. Raises Refused."""
    head = stream.read(1024)
    stream.seek(0)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _package(stream, reading, depth)
    elif b"%PDF-" in head:
        _pdf(_whole(stream), reading)
    elif head.startswith(OLE2):
        _compound(_whole(stream), ending, reading)
    elif head.startswith(ARCHIVES_UNREAD):
        raise Refused(ARCHIVE)
    elif head.startswith(b"{\\rtf"):
        reading.text(_rtf(_whole(stream)))
    elif not _plain(stream, ending, reading):
        if ending in READ_ENDINGS:
            raise Refused(BROKEN)
        reading.unread = True


def _whole(stream: BinaryIO) -> bytes:
    content = stream.read(WHOLE_BYTES + 1)
    if len(content) > WHOLE_BYTES:
        raise Refused(TOO_BIG)
    return content


# --- Plain text ------------------------------------------------------------------------------------------------------
def _plain(stream: BinaryIO, ending: str, reading: Reading) -> bool:
    """Text in UTF-8, GB 18030 or UTF-16; False for what is none of them. In a table each cell stands by itself."""
    cells = ending in {"csv", "tsv"}
    for codec in _codecs_for(stream.read(4), ending):
        stream.seek(0)
        if _decodes(stream, codec):
            stream.seek(0)
            for part in _decoded(stream, codec):
                whole = html.unescape(part) if "&#" in part else part
                reading.text(whole.translate(_CELL_BORDERS) if cells else whole)
            return True
    return False


def _codecs_for(head: bytes, ending: str) -> tuple[str, ...]:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    # UTF-16 without its mark only where text is promised: nearly any bytes are some text in it.
    return ("utf-8-sig", "gb18030", *(("utf-16-le", "utf-16-be") if ending in TEXT_ENDINGS else ()))


def _decodes(stream: BinaryIO, codec: str) -> bool:
    try:
        return all("\0" not in part for part in _decoded(stream, codec))
    except UnicodeError:
        return False


def _decoded(stream: BinaryIO, codec: str) -> Iterator[str]:
    """The text in parts that end with a line where they can, so that no mark is cut."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    rest = ""
    while piece := stream.read(_PIECE):
        rest += decoder.decode(piece)
        whole, _, tail = rest.rpartition("\n")
        if len(tail) > _PIECE:
            whole, tail = rest[:-64], rest[-64:]
        if whole:
            yield whole
        rest = tail
    yield rest + decoder.decode(b"", final=True)


_CELL_BORDERS: Final = str.maketrans(',;"', "\t\t\t")
_RTF: Final = re.compile(rb"\\'([0-9a-fA-F]{2})|\\u(-?[0-9]+) ?\??|\\(par|tab|line)\b ?|\\[a-z]+-?[0-9]* ?|[{}\r\n]")


def _rtf(content: bytes) -> str:
    def one(match: "re.Match[bytes]") -> bytes:
        if match[1]:
            return bytes.fromhex(match[1].decode())
        if match[2]:
            return chr(int(match[2]) & 0xFFFF).encode("gb18030", "replace")
        return b"\n" if match[3] else b""

    return _RTF.sub(one, content).decode("gb18030", "replace")


# --- Packages: ZIP, DOCX, XLSX, PPTX, OFD, ODF -----------------------------------------------------------------------
def _package(stream: BinaryIO, reading: Reading, depth: int) -> None:
    if depth >= DEPTH:
        raise Refused(NESTED)
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            _judge(entries, reading)
            names = {entry.filename for entry in entries}
            office = bool(names & {"[Content_Types].xml", "OFD.xml", "content.xml"})
            for entry in entries:
                if not entry.is_dir():
                    _member(archive, entry, reading, depth, office=office)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError) as fault:
        raise Refused(BROKEN) from fault


def _judge(entries: list[zipfile.ZipInfo], reading: Reading) -> None:
    """Judge an archive by its directory before anything is unpacked."""
    reading.unpacked += sum(entry.file_size for entry in entries)
    if len(entries) > MEMBERS or reading.unpacked > UNPACKED_BYTES:
        raise Refused(TOO_BIG)
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Refused(ENCRYPTED)
        if entry.file_size > RATIO * max(entry.compress_size, 1024):
            raise Refused(SUSPICIOUS)


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, reading: Reading, depth: int, *, office: bool) -> None:
    name = _member_name(entry)
    reading.name(name)
    ending = name.rpartition(".")[2].lower()
    if office and ending in {"xml", "rels", "vml"}:
        with archive.open(entry) as member:
            _xml(member, reading)
    elif not office or "embeddings/" in name or "Attachs/" in name or "Attachments/" in name:
        # A copy in memory, since what lies inside may need to be read twice; sizes were judged by the directory,
        # and a directory that lies is found out by the limit here.
        with archive.open(entry) as member:
            content = member.read(entry.file_size + 1)
        read(BytesIO(content), ending, reading, depth + 1)


def _member_name(entry: zipfile.ZipInfo) -> str:
    if entry.flag_bits & 0x800:
        return entry.filename
    # Windows in Chinese writes names in GBK and says nothing of it.
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


_RUNS: Final = frozenset({"t", "delText", "instrText", "span", "a", "s"})
_BLOCKS: Final = frozenset({"p", "si", "is", "br", "cr", "tr", "h", "TextObject", "table-row"})
_CELLS: Final = frozenset({"tc", "c", "tab", "table-cell", "v"})


class _Xml:
    """Text nodes of an XML part in order, runs joined, blocks on lines of their own."""

    def __init__(self, reading: Reading):
        self.reading = reading
        self.parts: list[str] = []
        self.size = 0
        self.own = [False]
        self.locals: dict[str, str] = {}

    def start(self, name: str, attributes: list[str]) -> None:
        self.own.append(False)
        # A sheet has a million tags: looked at together first, and one by one only where there is something to see.
        if attributes and not "".join(attributes).isascii():
            for value in attributes[1::2]:
                if not value.isascii():
                    self.reading.text(value)

    def data(self, text: str) -> None:
        self.own[-1] = True
        self.parts.append(text)
        self.size += len(text)

    def end(self, name: str) -> None:
        local = self.locals.get(name) or self.locals.setdefault(name, name.rpartition(":")[2])
        had_text = self.own.pop()
        if local in _CELLS:
            self.parts.append("\t")
        elif local in _BLOCKS or (had_text and local not in _RUNS):
            self.parts.append("\n")
            if self.size > _PIECE:
                self.flush()

    def flush(self) -> None:
        self.reading.text("".join(self.parts))
        self.parts, self.size = [], 0

    def refuse(self, *_: Any) -> None:
        # Documents of offices have no document type; one that has wants to declare entities.
        raise Refused(SUSPICIOUS)


def _xml(member: IO[bytes], reading: Reading) -> None:
    walk = _Xml(reading)
    parser = expat.ParserCreate()
    parser.buffer_text = parser.ordered_attributes = True
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = walk.data, walk.refuse
    try:
        while piece := member.read(_PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as fault:
        raise Refused(BROKEN) from fault
    walk.flush()


# --- PDF, and the old formats of offices -----------------------------------------------------------------------------
def _pdf(content: bytes, reading: Reading) -> None:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
        for value in document.get_metadata_dict(skip_empty=True).values():
            reading.detector.look(str(value), reading.tally)
        for page in document:
            text = page.get_textpage()
            reading.text(text.get_text_bounded())
            text.close()
            page.close()
            if reading.stopped:
                return
    except pypdfium2.PdfiumError as fault:
        raise Refused(ENCRYPTED if "assword" in str(fault) or "ecurity" in str(fault) else BROKEN) from fault


_UTF16_RUN: Final = re.compile(
    "[\u2014-\u2033\u2600-\u2606\u3000-\u301f\u4e00-\u9fff\uff01-\uff5e0-9A-Za-z ()\\[\\]:]{2,}"
)
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")


def _compound(content: bytes, ending: str, reading: Reading) -> None:
    """DOC, XLS, WPS, ET …: cells where it is a workbook, and the runs of text as they lie in the file."""
    if _ENCRYPTED_PACKAGE in content:
        raise Refused(ENCRYPTED)
    if ending in {"xls", "et"}:
        _workbook(content, reading)
    for start in (0, 1):
        text = content[start : start + (len(content) - start) // 2 * 2].decode("utf-16-le", "replace")
        reading.text("\n".join(_UTF16_RUN.findall(text)))


def _workbook(content: bytes, reading: Reading) -> None:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        for name in book.sheet_names:
            reading.text(name)
            for row in book.get_sheet_by_name(name).iter_rows():
                reading.text("\t".join(str(cell) for cell in row if cell not in ("", None)))
    except PasswordError as fault:
        raise Refused(ENCRYPTED) from fault
    except CalamineError as fault:
        raise Refused(BROKEN) from fault


# --- The process -----------------------------------------------------------------------------------------------------
def limit_self() -> None:
    """Bind this process: memory, processor time, no files, no core."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def judged(stream: BinaryIO, ending: str, rules: MarkRules) -> dict[str, Any]:
    """What is to be said of a file: `found`, whether there was `text`, whether it was left `unread`; or `refused`."""
    reading = Reading(rules)
    try:
        read(stream, ending, reading)
    except Refused as refused:
        # What was seen before the reading failed is told first: a mark is the graver finding.
        return reading.answer() if reading.stopped else {"refused": refused.reason}
    except MemoryError:
        return {"refused": TOO_LONG}
    return reading.answer()


def main(write: Callable[[str], Any] = sys.stdout.write) -> None:
    """Take rules and the file's ending as JSON in the first argument and the file as standard input."""
    order = json.loads(sys.argv[1])
    limit_self()
    write(json.dumps(judged(sys.stdin.buffer, order["ending"], MarkRules.from_json(order["rules"]))))


if __name__ == "__main__":
    main()
