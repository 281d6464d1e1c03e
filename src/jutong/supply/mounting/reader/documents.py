"""Documents that hold rows: JSON, lines of JSON, and XML. Read as a stream, whatever their size.

In JSON the rows are the objects of one list, or one on each line; in XML they are elements of one name. A name that
occurs twice in a row, and an element with a document type, are refused: there is no telling what is meant.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, Final
from xml.parsers import expat

from jutong.kernel.text import N_
from jutong.supply.mounting.domain import encodings
from jutong.supply.mounting.domain.encodings import Encoding
from jutong.supply.mounting.domain.errors import (
    DocumentMalformed,
    EncodingWrong,
    FileEmpty,
    FileSuspicious,
    LineTooLong,
    RowsMissing,
)
from jutong.supply.mounting.reader.contents import Content
from jutong.supply.mounting.reader.tables import BATCH_ROWS, Batch, Fault, Order, heading

PIECE: Final = 1 << 20
ROW_LIMIT: Final = 4 << 20
"""Characters of one row."""

DEPTH_LIMIT: Final = 32

Record = dict[str, str]


class Document:
    """Rows of a document. Its names are those of all rows, in the order in which they first come."""

    def __init__(self, content: Content, order: Order):
        self._content = content
        self._encoding = self._encoding_of(order)
        self._path = order.row_path
        self.reading: dict[str, Any] = {"encoding": self._encoding.value, "row_path": ""}
        self._keys = list(order.names) or self._find_keys(set(order.expected))
        self.names = heading(self._keys, 1)
        self.reading["row_path"] = self._path

    def _find_keys(self, expected: set[str]) -> list[str]:
        found: dict[str, None] = {}
        rows = 0
        for record in self._records():
            rows += 1
            if isinstance(record, dict) and not found.keys() >= record.keys():
                found.update(dict.fromkeys(record))
                if expected and found.keys() >= expected:
                    break
        if not rows:
            raise FileEmpty()
        return list(found)

    def batches(self) -> Iterator[Batch]:
        batch = Batch()
        nothing = [""] * len(self._keys)
        for record in self._records():
            if isinstance(record, Fault):
                batch.faults[len(batch.rows)] = record
                batch.rows.append(nothing)
            else:
                get = record.get
                batch.rows.append([get(name, "") for name in self._keys])
            if len(batch.rows) == BATCH_ROWS:
                yield batch
                batch = Batch()
        yield batch

    def _records(self) -> Iterator[Record | Fault]:
        raise NotImplementedError

    def _encoding_of(self, order: Order) -> Encoding:
        if order.encoding:
            return Encoding(order.encoding)
        with self._content.open() as stream:
            return encodings.detect(iter(lambda: stream.read(PIECE), b""))

    def _pieces(self) -> Iterator[str]:
        """The text. Raises EncodingWrong."""
        decoder = codecs.getincrementaldecoder(self._encoding.codec)("strict")
        lines = 1
        with self._content.open() as stream:
            while True:
                data = stream.read(PIECE)
                try:
                    text = decoder.decode(data, not data)
                except UnicodeError as fault:
                    raise EncodingWrong(encoding=self._encoding.value, line=lines, field="encoding") from fault
                lines += text.count("\n")
                if text:
                    yield text
                if not data:
                    return


# --- JSON ------------------------------------------------------------------------------------------------------------


class _Repeated(Exception):
    """A name occurs twice in an object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Repeated
    return found


class _Written(str):
    """A number as it is written: a float would round it."""

    __slots__ = ()


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_once, parse_float=_Written, parse_int=_Written, parse_constant=_Written, strict=False
)
_BLANKS: Final = re.compile(r"[ \t\r\n]*")


class JsonLines(Document):
    """One object on each line. A line that is none fails its row."""

    def _records(self) -> Iterator[Record | Fault]:
        number, rest = 0, ""
        for piece in self._pieces():
            lines = (rest + piece).split("\n")
            rest = lines.pop()
            if len(rest) > ROW_LIMIT:
                raise LineTooLong(line=number + len(lines) + 1, limit_megabytes=ROW_LIMIT >> 20)
            for line in lines:
                number += 1
                if line and not line.isspace():
                    yield _line(line)
        if rest and not rest.isspace():
            yield _line(rest)


def _line(line: str) -> Record | Fault:
    try:
        found, end = _DECODER.raw_decode(line.strip(" \t\r\n"))
    except _Repeated:
        return Fault("", "field_repeated", line[:100])
    except (ValueError, RecursionError):
        return Fault("", "row_malformed", line[:100])
    if end != len(line.strip(" \t\r\n")) or not isinstance(found, dict):
        return Fault("", "row_malformed", line[:100])
    return _record(found)


class Json(Document):
    """A list of objects: the document itself, or where a path of names leads. Raises DocumentMalformed, RowsMissing."""

    def _records(self) -> Iterator[Record | Fault]:
        text = _Text(self._pieces())
        self._enter(text)
        number = 0
        if text.peek() == "]":
            return
        while True:
            number += 1
            try:
                found = text.value()
            except _Repeated:
                raise DocumentMalformed(format="JSON", line=text.line, reason=N_("同一记录中字段名重复")) from None
            yield _record(found) if isinstance(found, dict) else Fault("", "row_malformed", str(found)[:100])
            sign = text.take()
            if sign == "]":
                return
            if sign != ",":
                raise DocumentMalformed(format="JSON", line=text.line, reason=N_("记录之间缺少逗号"))

    def _enter(self, text: "_Text") -> None:
        """Go to where the list begins; without a path, through the only names that lead to one."""
        names = [name for name in self._path.split(".") if name]
        while True:
            sign = text.take()
            if sign == "[" and not names:
                return
            if sign != "{":
                raise RowsMissing(row_path=self._path or "/", field="row_path")
            name = self._find(text, names[0] if names else "")
            if names:
                names.pop(0)
            else:
                self._path = f"{self._path}.{name}" if self._path else name
                names = []
            if not name:
                raise RowsMissing(row_path=self._path or "/", field="row_path")

    def _find(self, text: "_Text", wanted: str) -> str:
        """Pass over members until the wanted one; without a wish, until one that holds a list."""
        while text.peek() == '"':
            name = text.value()
            if text.take() != ":":
                raise DocumentMalformed(format="JSON", line=text.line, reason=N_("字段名后缺少冒号"))
            if name == wanted or (not wanted and text.peek() == "["):
                return str(name)
            text.value()
            if text.take() != ",":
                break
        return ""


class _Text:
    """A JSON text read value by value, the next piece fetched when the present one ends."""

    def __init__(self, pieces: Iterator[str]):
        self._pieces = pieces
        self._text = ""
        self._at = 0
        self._lines = 1

    @property
    def line(self) -> int:
        return self._lines + self._text.count("\n", 0, self._at)

    def peek(self) -> str:
        """The next sign that is no blank, or nothing at the end."""
        while True:
            match = _BLANKS.match(self._text, self._at)
            assert match is not None
            self._at = match.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self) -> str:
        sign = self.peek()
        self._at += 1
        return sign

    def value(self) -> Any:
        """Raises DocumentMalformed, LineTooLong."""
        self.peek()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise DocumentMalformed(format="JSON", line=self.line, reason=N_("嵌套过深")) from None
            except ValueError:
                if len(self._text) - self._at > ROW_LIMIT:
                    raise LineTooLong(line=self.line, limit_megabytes=ROW_LIMIT >> 20) from None
                if not self._more():
                    raise DocumentMalformed(format="JSON", line=self.line, reason=N_("内容不完整或不是 JSON")) from None
                continue
            # A number may go on in the next piece.
            if end == len(self._text) and self._more():
                continue
            self._at = end
            return found

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._lines += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :] + piece
        self._at = 0
        return True


def _record(found: dict[str, Any]) -> Record:
    return {name: value if type(value) is str else _value(value) for name, value in found.items()}


def _value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return _dumped(value)


def _dumped(value: Any) -> str:
    """A list or an object as JSON, its numbers as they were written."""
    match value:
        case _Written():
            return str(value)
        case dict():
            return "{" + ",".join(f"{_dumped(name)}:{_dumped(each)}" for name, each in value.items()) + "}"
        case list():
            return "[" + ",".join(map(_dumped, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


# --- XML -------------------------------------------------------------------------------------------------------------

_DECLARED: Final = re.compile(r"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")


class Xml(Document):
    """Elements of one name; without a wish, those right below the outermost. Their children are the columns.

    Raises DocumentMalformed, FileSuspicious, RowsMissing.
    """

    def _records(self) -> Iterator[Record | Fault]:
        reading = _Rows(self._path)
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = reading.start
        parser.EndElementHandler = reading.end
        parser.CharacterDataHandler = reading.text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        skipped = 0
        try:
            for piece in self._pieces():
                at = 0
                while at < len(piece):
                    # Rows like the last one, standing right behind it, need no parser: it is told nothing of them.
                    if reading.between and (alike := reading.alike()):
                        begun = at
                        while match := alike.match(piece, at):
                            reading.found.append(dict(zip(reading.names, match.groups(""), strict=True)))
                            at = match.end()
                        skipped += piece.count("\n", begun, at)
                    following = piece.find(reading.closing, at) if reading.closing else -1
                    after = following + len(reading.closing) if following >= 0 else len(piece)
                    parser.Parse(piece[at:after], False)
                    at = after
                yield from reading.found
                reading.found.clear()
                if reading.size > ROW_LIMIT:
                    raise LineTooLong(line=parser.CurrentLineNumber + skipped, limit_megabytes=ROW_LIMIT >> 20)
            parser.Parse("", True)
        except expat.ExpatError as fault:
            line = fault.lineno + skipped
            raise DocumentMalformed(format="XML", line=line, reason=N_("标签不完整或不匹配")) from fault
        yield from reading.found
        if not self._path and reading.row:
            self._path = reading.row
        if self._path and not reading.met:
            raise RowsMissing(row_path=self._path, field="row_path")

    def _encoding_of(self, order: Order) -> Encoding:
        with self._content.open() as stream:
            head = stream.read(400)
        match = _DECLARED.match(head.decode("ascii", "replace").lstrip("\ufffd"))
        declared = match[1].upper() if match else ""
        if not order.encoding and declared in ("GBK", "GB2312", "GB18030"):
            return Encoding.GB18030
        return super()._encoding_of(order)


def _refuse_doctype(*_: Any) -> None:
    raise FileSuspicious(reason=N_("XML 含有文档类型声明"))


_SIMPLE: Final = re.compile(r"[\w-]+")
_CONTROL: Final = r"\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff"


class _Rows:
    """Gathers the children of each row element."""

    def __init__(self, row: str):
        self.row = row
        self.found: list[Record | Fault] = []
        self.met = False
        self.size = 0
        self._depth = 0
        self._row_depth = 0
        self._plain_depth = -1
        self._record: Record = {}
        self._repeated = ""
        self._parts: list[str] = []
        self._plain = False
        self._names: tuple[str, ...] = ()
        self._alike: re.Pattern[str] | None = None
        self.closing = ""

    @property
    def between(self) -> bool:
        """Did a plain row just end?"""
        return self._plain and not self._row_depth and self._depth == self._plain_depth

    @property
    def names(self) -> tuple[str, ...]:
        return self._names

    def alike(self) -> re.Pattern[str] | None:
        """Matches a row with the columns of the last plain one, in their order, each of plain text or missing."""
        return self._alike

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._row_depth:
            if self._depth == self._row_depth + 1:
                self._parts.clear()
            if attributes or " " in name or self._depth > self._row_depth + 1:
                self._plain = False
            if self._depth > DEPTH_LIMIT:
                raise DocumentMalformed(format="XML", line=0, reason=N_("嵌套过深"))
            return
        qualified, name = name, name.rpartition(" ")[2]
        if not self.row and self._depth == 2:
            self.row = name
        if name == self.row and self._depth > 1:
            self._row_depth = self._depth
            self._record, self._repeated, self.met, self.size = {}, "", True, 0
            self._plain = not attributes and qualified == name
            self._record.update({key.rpartition(" ")[2]: value for key, value in attributes.items()})

    def text(self, text: str) -> None:
        if self._row_depth:
            self._parts.append(text)
            self.size += len(text)

    def end(self, name: str) -> None:
        if self._row_depth:
            if self._depth == self._row_depth + 1:
                name = name.rpartition(" ")[2]
                if name in self._record:
                    self._repeated = name
                self._record[name] = "".join(self._parts)
            elif self._depth == self._row_depth:
                self.found.append(Fault(self._repeated, "field_repeated") if self._repeated else self._record)
                self._row_depth = 0
                self._plain = self._plain and not self._repeated and bool(self._record)
                self._plain_depth = self._depth - 1
                if self._plain and tuple(self._record) != self._names:
                    self._learn(tuple(self._record))
        self._depth -= 1

    def _learn(self, names: tuple[str, ...]) -> None:
        # Only names that an expression may hold as they stand; a prefix would belong to a namespace.
        if not all(_SIMPLE.fullmatch(name) for name in (self.row, *names)):
            return
        fields = "".join(rf"(?:<{name}>([^<&\]{_CONTROL}]*+)</{name}>\s*+|<{name} ?/>\s*+)?+" for name in names)
        self._names, self.closing = names, f"</{self.row}>"
        self._alike = re.compile(rf"\s*+<{self.row}>\s*+{fields}</{self.row}>")
