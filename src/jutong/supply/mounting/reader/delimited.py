"""Delimited text (CSV, TSV): read by lines, passed on nearly untouched where nothing needs a closer look.

A piece of the file is matched as a whole by one pattern made of the columns' types; the records it holds are then only
given COPY's own delimiter. Where a record does not match, that one is read field by field. Quotes in places where the
rules of CSV have none make the end of a record uncertain: from there on, all is read field by field.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO, Final

from jutong.supply.mounting.domain import encodings
from jutong.supply.mounting.domain.encodings import Encoding
from jutong.supply.mounting.domain.errors import (
    EncodingWrong,
    FileEmpty,
    LineTooLong,
    QuoteWrong,
)
from jutong.supply.mounting.reader.contents import Content
from jutong.supply.mounting.reader.tables import (
    BATCH_ROWS,
    HEADING_WITHIN_ROWS,
    Batch,
    Fault,
    Order,
    Row,
    find_heading,
    heading,
)
from jutong.supply.mounting.reader.weaving import PARTED, Wanted, Weaver, pattern_of

PIECE: Final = 1 << 20
RECORD_LIMIT: Final = 4 << 20
"""Characters of one record: beyond it, a quote was most likely never closed."""

LOOKED_AT_ONE_BY_ONE: Final = 2_000
"""Records of a piece that are looked at one by one; where there are more, reading all field by field is faster."""

_SIGNS: Final = ",\t;|"


class Delimited:
    """A CSV or TSV file. Raises EncodingUndetected, EncodingWrong, FileEmpty, and what a heading raises."""

    def __init__(self, content: Content, order: Order):
        self._content = content
        self._encoding = _encoding_of(content, order)
        sample = self._sample()
        self._delimiter = order.delimiter or ("\t" if content.format == "tsv" else guess_delimiter(sample))
        first = self._first_rows()
        number = find_heading([row for row, _ in first], order.header_row)
        if number > len(first):
            raise FileEmpty()
        self.names = heading(first[number - 1][0], number)
        self._heading_lines = first[number - 1][1]
        if any("\ud800" <= character <= "\udfff" for name in self.names for character in name):
            raise EncodingWrong(encoding=self._encoding.value, line=self._heading_lines, field="encoding")
        self.reading: dict[str, Any] = {
            "encoding": self._encoding.value,
            "delimiter": self._delimiter,
            "header_row": number,
        }

    # --- Field by field ----------------------------------------------------------------------------------------------

    def batches(self) -> Iterator[Batch]:
        lines = self._lines()
        for _ in range(self._heading_lines):
            next(lines, None)
        yield from self._read(lines, self._heading_lines)

    def _read(self, lines: Iterator[str], before: int) -> Iterator[Batch]:
        batch = Batch()
        for row in self._records(lines, before):
            if _is_blank(row):
                continue
            fitted, fault = self._fitted(row)
            if fault is not None:
                batch.faults[len(batch.rows)] = fault
            batch.rows.append(fitted)
            if len(batch.rows) == BATCH_ROWS:
                yield batch
                batch = Batch()
        yield batch

    def _fitted(self, row: list[str]) -> tuple[Row, Fault | None]:
        """A record of the heading's width; one that has fewer or more fields cannot be trusted to be in its columns."""
        width = len(self.names)
        if len(row) == width:
            return row, None
        if len(row) > width and not any(value.strip() for value in row[width:]):
            return row[:width], None
        found = f"{len(row)}/{width}"
        return [""] * width, Fault("", "field_count", found)

    def _records(self, lines: Iterator[str], before: int) -> Iterator[list[str]]:
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        csv.field_size_limit(RECORD_LIMIT)
        try:
            yield from reader
        except csv.Error as fault:
            raise QuoteWrong(line=before + reader.line_num) from fault

    # --- As a whole --------------------------------------------------------------------------------------------------

    def weave(self, weaver: Weaver) -> None:
        """Write the wanted columns. Raises QuoteWrong, LineTooLong."""
        if [column.position for column in weaver.wanted] != list(range(len(self.names))):
            for batch in self.batches():
                weaver.batch(batch)
            return
        pattern = _row_pattern(weaver.wanted, self._delimiter)
        pieces = self._pieces()
        seen, rest = 0, ""
        for fresh in pieces:
            piece = rest + fresh
            start = 0
            while seen < self._heading_lines:
                start = piece.index("\n", start) + 1
                seen += 1
            at, certain = self._weave_piece(piece, start, pattern, weaver)
            seen += piece.count("\n", start, at)
            rest = piece[at:]
            if not certain or len(rest) > RECORD_LIMIT:
                break
        for batch in self._read(_by_lines([rest], pieces), seen):
            weaver.batch(batch)

    def _weave_piece(self, piece: str, at: int, pattern: re.Pattern[str], weaver: Weaver) -> tuple[int, bool]:
        """Write the records from `at` on; gives how far it came, and whether ends of records can still be told."""
        end = len(piece)
        looked = 0
        while at < end:
            match = pattern.match(piece, at)
            if match is not None and match.end() > at:
                text = piece[at : match.end()]
                weaver.ready(self._parted(text), text.count("\n"))
                at = match.end()
                continue
            after = _record_end(piece, at)
            if not after:
                return at, True
            looked += 1
            if looked > LOOKED_AT_ONE_BY_ONE:
                return at, False
            try:
                rows = list(csv.reader([piece[at:after]], delimiter=self._delimiter, strict=True))
            except csv.Error:
                return at, False
            for row in rows:
                if not _is_blank(row):
                    fitted, fault = self._fitted(row)
                    weaver.batch(Batch([fitted], {0: fault} if fault else {}))
            at = after
        return end, True

    def _parted(self, text: str) -> str:
        """Checked records in COPY's form."""
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        if '"' not in text:
            return text.replace(self._delimiter, PARTED)
        parts = text.split('"')
        parts[::2] = [part.replace(self._delimiter, PARTED) for part in parts[::2]]
        return "".join(parts)

    # --- Bytes to lines ----------------------------------------------------------------------------------------------

    def _sample(self) -> str:
        with self._content.open() as stream:
            head = stream.read(PIECE)
        if self._encoding is Encoding.UTF_16 and not head.startswith(_UTF_16_MARKS):
            raise EncodingWrong(encoding=self._encoding.value, line=1, field="encoding")
        return head.decode(self._encoding.codec, errors="replace")

    def _first_rows(self) -> list[tuple[Row, int]]:
        """The first records, and after how many lines each ends."""
        found: list[tuple[Row, int]] = []
        reader = csv.reader(self._lines(), delimiter=self._delimiter, strict=True)
        csv.field_size_limit(RECORD_LIMIT)
        try:
            for row in reader:
                found.append((row, reader.line_num))
                if len(found) == HEADING_WITHIN_ROWS:
                    break
        except csv.Error as fault:
            raise QuoteWrong(line=reader.line_num) from fault
        return found

    def _lines(self) -> Iterator[str]:
        return _by_lines([], self._pieces())

    def _pieces(self) -> Iterator[str]:
        """The text in pieces that end with a newline; bytes that cannot be decoded are marked, and fail their rows.

        Raises LineTooLong, and EncodingWrong where the code has no way to go on behind a wrong byte (UTF-16).
        """
        decoder = codecs.getincrementaldecoder(self._encoding.codec)("surrogateescape")
        lines, rest = 0, ""
        with self._content.open() as stream:
            while True:
                data = stream.read(PIECE)
                try:
                    text = decoder.decode(data, not data)
                except UnicodeError as fault:
                    raise EncodingWrong(encoding=self._encoding.value, line=lines + 1, field="encoding") from fault
                if "\r" in text and "\n" not in text:
                    # The line ends of old Macintosh programs.
                    text = text.replace("\r", "\n")
                text = rest + text
                cut = len(text) if not data else text.rfind("\n") + 1
                rest = text[cut:]
                if len(rest) > RECORD_LIMIT or (not data and len(text) > RECORD_LIMIT and "\n" not in text):
                    raise LineTooLong(line=lines + text.count("\n") + 1, limit_megabytes=RECORD_LIMIT >> 20)
                if cut:
                    piece = text[:cut]
                    lines += piece.count("\n")
                    yield piece if piece.endswith("\n") else piece + "\n"
                if not data:
                    return


def guess_delimiter(sample: str) -> str:
    """The sign that parts the first lines: comma unless another occurs more often."""
    line = next((line for line in sample.split("\n")[:HEADING_WITHIN_ROWS] if any(s in line for s in _SIGNS)), "")
    return max(_SIGNS, key=line.count) if line else ","


def _encoding_of(content: Content, order: Order) -> Encoding:
    if order.encoding:
        encoding = Encoding(order.encoding)
        if not order.trusted:
            _refuse_foreign(content, encoding)
        return encoding
    with content.open() as stream:
        return encodings.detect(_bytes(stream))


WRONG_LINES_RATIO: Final = 0.05
"""Beyond this share of lines with undecodable bytes it is the declaration that is wrong, not the bytes."""


def _refuse_foreign(content: Content, encoding: Encoding) -> None:
    """Some bytes may be damaged, and fail their rows; a file of another code is refused. Raises EncodingWrong."""
    decoder = codecs.getincrementaldecoder(encoding.codec)("surrogateescape")
    lines, wrong, first = 0, 0, 0
    with content.open() as stream:
        while data := stream.read(PIECE):
            if encoding is Encoding.UTF_16 and not lines and not data.startswith(_UTF_16_MARKS):
                raise EncodingWrong(encoding=encoding.value, line=1, field="encoding")
            try:
                text = decoder.decode(data)
            except UnicodeError as fault:
                raise EncodingWrong(encoding=encoding.value, line=lines + 1, field="encoding") from fault
            if not text.isascii() or "\x00" in text:
                bad = [number for number, line in enumerate(text.split("\n"), start=1) if _UNDECODED.search(line)]
                wrong += len(bad)
                first = first or (lines + bad[0] if bad else 0)
            lines += text.count("\n")
    if wrong > max(1, WRONG_LINES_RATIO * lines):
        raise EncodingWrong(encoding=encoding.value, line=first, field="encoding")


_UTF_16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UNDECODED: Final = re.compile(r"[\x00\ud800-\udfff]")


def _bytes(stream: BinaryIO) -> Iterator[bytes]:
    while data := stream.read(PIECE):
        yield data


def _by_lines(first: Iterable[str], then: Iterator[str]) -> Iterator[str]:
    for pieces in (first, then):
        for piece in pieces:
            yield from io.StringIO(piece, newline="\n")


def _row_pattern(wanted: Sequence[Wanted], delimiter: str) -> re.Pattern[str]:
    """Matches as many records as need no closer look; the empty ones among them do."""
    sign = re.escape(delimiter)
    fields = []
    for column in wanted:
        plain, quoted = pattern_of(column.data_type, f'{sign}"'), pattern_of(column.data_type, '"')
        fields.append(f'(?:"{quoted}"|{plain})')
    row = sign.join(fields)
    # Quoted values may hold the delimiter, so their fields go first; U+0001 parts them afterwards and is in none.
    return re.compile(rf'(?:(?![{sign}" ]*+\r?\n){row}\r?\n)*+')


def _is_blank(row: Row) -> bool:
    text = "".join(row)
    return not text or text.isspace()


def _record_end(text: str, at: int) -> int:
    """Behind the record that begins here, by its quotes; 0 when the piece ends first."""
    end = text.find("\n", at) + 1
    quotes = text.count('"', at, end) if end else 1
    while quotes % 2:
        following = text.find("\n", end) + 1 if end else 0
        if not following or following - at > RECORD_LIMIT:
            return 0
        quotes += text.count('"', end, following)
        end = following
    return end
