"""Codes of government data resources (Guide 5.3): a classification of four grades, then a sequence number."""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_

# The Guide sets no bound on the detail part and the sequence (不定长度). These are ours, so that a code fits a
# column, an index and a table name; the longest code has MAX_LENGTH characters.
MAX_DETAIL_LENGTH: Final = 32
MAX_SEQUENCE_DIGITS: Final = 9
MAX_LENGTH: Final = 6 + MAX_DETAIL_LENGTH + 1 + MAX_SEQUENCE_DIGITS

SEPARATOR: Final = "/"


class ResourceClass(IntEnum):
    """First grade of the classification (类), by the nature of the resource. Guide 5.1.1, 5.3.1(1)."""

    BASIC = 1  # 基础信息资源
    TOPIC = 2  # 主题信息资源
    DEPARTMENT = 3  # 部门信息资源

    @property
    def label(self) -> str:
        return _CLASS_TITLES[self]


_CLASS_TITLES: Final = {
    ResourceClass.BASIC: N_("基础信息资源"),
    ResourceClass.TOPIC: N_("主题信息资源"),
    ResourceClass.DEPARTMENT: N_("部门信息资源"),
}


class ResourceCodeError(JutongError):
    """A text is no resource code or classification code; the subclass says why."""

    message = N_("数据资源代码不正确：应为类 1 位、项 2 位、目 3 位、细目若干位，再加“/”和顺序码。")


class ResourceCodeEmpty(ResourceCodeError):
    """Nothing was given."""

    message = N_("数据资源代码为空，请填写，例如 303001/1。")


class ResourceCodeHasSpace(ResourceCodeError):
    """White space stands before, after or inside the code."""

    message = N_("数据资源代码中有空白字符（第 {position} 位），请删除。")


class ResourceCodeFullWidth(ResourceCodeError):
    """A digit or the separator is typed in full width."""

    message = N_("数据资源代码中有全角字符“{character}”（第 {position} 位），请改用半角数字和“/”。")


class ResourceCodeNotDigit(ResourceCodeError):
    """A character that is neither a digit nor the separator; the Guide wants digits "in principle" (原则上)."""

    message = N_("数据资源代码中有非数字字符“{character}”（第 {position} 位），分类码和顺序码都只能用阿拉伯数字。")


class ClassificationUnknownClass(ResourceCodeError):
    """The first digit names none of the three classes."""

    message = N_("第 1 位“类”只能是 1（基础）、2（主题）或 3（部门），实际为“{character}”。")


class ClassificationMissing(ResourceCodeError):
    """Nothing stands before the separator."""

    message = N_("缺少分类码：“/”之前应有类 1 位、项 2 位、目 3 位。")


class DivisionIncomplete(ResourceCodeError):
    """The text ends before the two digits of the division."""

    message = N_("分类码只有 {length} 位，“项”不完整：第 2–3 位应为 2 位数字。")


class SectionIncomplete(ResourceCodeError):
    """The text ends before the three digits of the section."""

    message = N_("分类码只有 {length} 位，“目”不完整：第 4–6 位应为 3 位数字。")


class ClassificationTooLong(ResourceCodeError):
    """The detail part is longer than the platform keeps."""

    message = N_("细目有 {length} 位，本平台最多保存 {limit} 位，请与目录管理人员联系。")


class SequenceMissing(ResourceCodeError):
    """There is no separator, or nothing after it. Without it the end of the detail part cannot be told."""

    message = N_("缺少顺序码，请在分类码后加“/”和顺序码，例如 {classification}/1。")


class SequenceSeparatorRepeated(ResourceCodeError):
    """More than one separator."""

    message = N_("数据资源代码中只能有一个“/”，实际有 {count} 个。")


class SequenceIsZero(ResourceCodeError):
    """Sequence numbers start at 1 (Guide 5.3.2)."""

    message = N_("顺序码从 1 开始，不能为 0。")


class SequenceTooLong(ResourceCodeError):
    """The sequence number is greater than the platform keeps."""

    message = N_("顺序码有 {length} 位有效数字，本平台最多保存 {limit} 位。")


@dataclass(frozen=True, slots=True, order=True)
class ClassificationCode:
    """Classification code (分类码, 前段码): class 1 digit, division 2, section 3, detail 0 or more. Guide 5.3.1.

    The detail part may hold several levels; how it is cut is the provider's own plan, so it is kept as one text.
    """

    class_code: str
    division_code: str
    section_code: str
    detail_code: str = ""

    def __post_init__(self) -> None:
        _check_classification(str(self))
        if len(self.class_code) != 1 or len(self.division_code) != 2 or len(self.section_code) != 3:
            raise ResourceCodeError

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a classification code; raises a `ResourceCodeError` that names the part at fault."""
        if not text:
            raise ResourceCodeEmpty
        _check_characters(text, allowed="")
        _check_classification(text)
        return cls(text[0], text[1:3], text[3:6], text[6:])

    @property
    def resource_class(self) -> ResourceClass:
        return ResourceClass(int(self.class_code))

    @property
    def grades(self) -> tuple[str, ...]:
        """The code cut at class, division, section and, where there is one, detail: `('3', '303', '303001')`."""
        text = str(self)
        cuts = (1, 3, 6) if not self.detail_code else (1, 3, 6, len(text))
        return tuple(text[:cut] for cut in cuts)

    def resource(self, sequence_no: int) -> "ResourceCode":
        return ResourceCode(self.class_code, self.division_code, self.section_code, self.detail_code, sequence_no)

    def __str__(self) -> str:
        return f"{self.class_code}{self.division_code}{self.section_code}{self.detail_code}"


@dataclass(frozen=True, slots=True, order=True)
class ResourceCode:
    """Resource code (数据资源代码): classification and sequence number, written `303001/1`. Guide 5.2(3), 5.3.

    Unique and never changed. The Guide names no separator; without one the code could not be cut again, because
    detail and sequence both vary in length. Ordered by classification, then by number.
    """

    class_code: str
    division_code: str
    section_code: str
    detail_code: str
    sequence_no: int

    def __post_init__(self) -> None:
        ClassificationCode(self.class_code, self.division_code, self.section_code, self.detail_code)
        _check_sequence(self.sequence_no)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code; zeros that pad the sequence are accepted (`306001/000001`) and not kept.

        Raises a `ResourceCodeError` whose class and words name the part at fault.
        """
        if not text:
            raise ResourceCodeEmpty
        _check_characters(text, allowed=SEPARATOR)
        front, _, back = text.partition(SEPARATOR)
        if SEPARATOR in back:
            raise SequenceSeparatorRepeated(count=text.count(SEPARATOR))
        _check_classification(front)
        if not back:
            raise SequenceMissing(classification=front)
        significant = back.lstrip("0")
        if len(significant) > MAX_SEQUENCE_DIGITS:
            raise SequenceTooLong(length=len(significant), limit=MAX_SEQUENCE_DIGITS)
        return cls(front[0], front[1:3], front[3:6], front[6:], int(back))

    @property
    def classification(self) -> ClassificationCode:
        return ClassificationCode(self.class_code, self.division_code, self.section_code, self.detail_code)

    @property
    def resource_class(self) -> ResourceClass:
        return ResourceClass(int(self.class_code))

    @property
    def identifier(self) -> str:
        """The code as part of a database name: `303001_1`. Different codes give different names."""
        return f"{self.classification}_{self.sequence_no}"

    def __str__(self) -> str:
        return f"{self.classification}{SEPARATOR}{self.sequence_no}"


_FULL_WIDTH = re.compile("[\uff01-\uff5e]")


def _check_characters(text: str, allowed: str) -> None:
    for position, character in enumerate(text, start=1):
        if character in "0123456789" or (allowed and character in allowed):
            continue
        if character.isspace() or character in "\u200b\ufeff":
            raise ResourceCodeHasSpace(position=position)
        if _FULL_WIDTH.match(character):
            raise ResourceCodeFullWidth(position=position, character=character)
        raise ResourceCodeNotDigit(position=position, character=character)


def _check_classification(text: str) -> None:
    _check_characters(text, allowed="")
    if not text:
        raise ClassificationMissing
    if text[0] not in "123":
        raise ClassificationUnknownClass(character=text[0])
    if len(text) < 3:
        raise DivisionIncomplete(length=len(text))
    if len(text) < 6:
        raise SectionIncomplete(length=len(text))
    if len(text) - 6 > MAX_DETAIL_LENGTH:
        raise ClassificationTooLong(length=len(text) - 6, limit=MAX_DETAIL_LENGTH)


def _check_sequence(number: int) -> None:
    if number < 1:
        raise SequenceIsZero
    if number >= 10**MAX_SEQUENCE_DIGITS:
        raise SequenceTooLong(length=len(str(number)), limit=MAX_SEQUENCE_DIGITS)
