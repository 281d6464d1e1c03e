"""The character set of a file: declared and checked, or detected strictly. Never guessed in silence.

Detection is certain for a byte order mark and for what is valid UTF-8. GB18030 accepts almost any bytes, so beside
decoding, its text must look like Chinese writing. What remains in doubt must be declared.
"""

import codecs
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from jutong.supply.mounting.domain.errors import EncodingUndetected


class Encoding(StrEnum):
    """Character sets that files may have (字符集). The Guide advises GB 13000 / UTF-8 / UTF-16."""

    UTF_8 = "UTF-8"
    GB18030 = "GB18030"
    UTF_16 = "UTF-16"

    @property
    def codec(self) -> str:
        """Python's name; a byte order mark is taken off, and decides the byte order of UTF-16."""
        return {Encoding.UTF_8: "utf-8-sig", Encoding.GB18030: "gb18030", Encoding.UTF_16: "utf-16"}[self]


_MARKS = (
    (codecs.BOM_UTF8, Encoding.UTF_8),
    (codecs.BOM_UTF16_LE, Encoding.UTF_16),
    (codecs.BOM_UTF16_BE, Encoding.UTF_16),
)
_GB18030_MARK = b"\x84\x31\x95\x33"
_BELIEVABLE = 0.9
_ENOUGH = 100_000
"""Characters beyond ASCII from which the writing is judged."""


def detect(chunks: Iterable[bytes]) -> Encoding:
    """The character set of a whole file, given in pieces. Raises EncodingUndetected when in doubt."""
    judges: dict[Encoding, _Judge] = {}
    first = True
    for chunk in chunks:
        if first and chunk:
            first = False
            for mark, encoding in _MARKS:
                if chunk.startswith(mark):
                    judges = {encoding: _Judge(encoding)}
                    break
            else:
                wanted = [Encoding.GB18030] if chunk.startswith(_GB18030_MARK) else [Encoding.UTF_8, Encoding.GB18030]
                judges = {encoding: _Judge(encoding) for encoding in wanted}
        for judge in judges.values():
            judge.feed(chunk)
    if first:
        return Encoding.UTF_8
    for judge in judges.values():
        judge.feed(b"", final=True)
    marked = len(judges) == 1
    for encoding, judge in judges.items():
        if judge.valid and (encoding is not Encoding.GB18030 or marked or judge.looks_chinese):
            return encoding
    raise EncodingUndetected(field="encoding")


class _Judge:
    """Does a file decode, and does the text look like what people write here?"""

    def __init__(self, encoding: Encoding):
        self._decoder = codecs.getincrementaldecoder(encoding.codec)("strict")
        self.valid = True
        # What is valid UTF-8 is hardly ever anything else, so its text is not looked at.
        self._looks_itself = encoding is not Encoding.GB18030
        self._foreign = 0
        self._chinese = 0

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        if not self.valid:
            return
        try:
            text = self._decoder.decode(chunk, final)
        except UnicodeError:
            self.valid = False
            return
        if "\x00" in text:
            self.valid = False
            return
        if self._looks_itself or text.isascii() or self._chinese + self._foreign > _ENOUGH:
            return
        beyond = [character for character in text if character > "\x7f"]
        chinese = sum(_is_chinese(character) for character in beyond)
        self._chinese += chinese
        self._foreign += len(beyond) - chinese

    @property
    def looks_chinese(self) -> bool:
        total = self._chinese + self._foreign
        return total == 0 or self._chinese >= _BELIEVABLE * total


# The two-byte area of GB2312 level 1 and 2 holds 6,763 characters that cover nearly all names and addresses; text in
# another character set, read as GB18030, falls mostly on the rarer rest.
def _is_chinese(character: str) -> bool:
    point = ord(character)
    if 0x4E00 <= point <= 0x9FFF:
        return _in_gb2312(character)
    if 0x3400 <= point <= 0x4DBF or 0x20000 <= point <= 0x3FFFF:
        return False
    return (
        0x3000 <= point <= 0x303F or 0xFF00 <= point <= 0xFFEF or unicodedata.category(character) in ("Po", "Sm", "So")
    )


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
