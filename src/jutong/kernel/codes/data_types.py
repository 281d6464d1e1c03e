"""Data types of data items: the letters of Guide App. 1, 8.2, with lengths, and the columns they become."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, Self

from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_

# Bounds are ours: the longest text a PostgreSQL column can declare, and the widest number of the engines we mount.
MAX_TEXT_LENGTH: Final = 10_485_760
MAX_PRECISION: Final = 65


class TypeLetter(StrEnum):
    """Letters of the data types (数据类型). Guide App. 1, 8.2."""

    TEXT = "C"  # 字符型
    NUMBER = "N"  # 数值型
    MONEY = "Y"  # 货币型
    DATE = "D"  # 日期型
    MOMENT = "T"  # 日期时间型
    LOGICAL = "L"  # 逻辑型
    MEMO = "M"  # 备注型
    GENERAL = "G"  # 通用型
    DOUBLE = "B"  # 双精度型
    INTEGER = "I"  # 整型
    FLOAT = "F"  # 浮点型

    @property
    def label(self) -> str:
        return _TITLES[self]


_TITLES: Final = {
    TypeLetter.TEXT: N_("字符型"),
    TypeLetter.NUMBER: N_("数值型"),
    TypeLetter.MONEY: N_("货币型"),
    TypeLetter.DATE: N_("日期型"),
    TypeLetter.MOMENT: N_("日期时间型"),
    TypeLetter.LOGICAL: N_("逻辑型"),
    TypeLetter.MEMO: N_("备注型"),
    TypeLetter.GENERAL: N_("通用型"),
    TypeLetter.DOUBLE: N_("双精度型"),
    TypeLetter.INTEGER: N_("整型"),
    TypeLetter.FLOAT: N_("浮点型"),
}

NEEDS_LENGTH: Final = frozenset({TypeLetter.TEXT, TypeLetter.NUMBER})
"""Types that say nothing without a length; the others have one by themselves."""

TAKES_SCALE: Final = frozenset({TypeLetter.NUMBER, TypeLetter.MONEY})


class DataTypeError(JutongError):
    """A text is no data type; the subclass says why."""

    message = N_("数据类型不正确。")


class DataTypeMalformed(DataTypeError):
    """Not a letter with an optional length in brackets."""

    message = N_("数据类型应写成字母加长度，例如 C(200)、N(18,2)、D。")


class DataTypeUnknownLetter(DataTypeError):
    """The letter is none of the Guide's eleven."""

    message = N_(
        "没有数据类型“{letter}”；可用 C 字符、N 数值、Y 货币、D 日期、T 日期时间、"
        "L 逻辑、M 备注、G 通用、B 双精度、I 整型、F 浮点。"
    )


class DataTypeNeedsLength(DataTypeError):
    """The Guide asks for the length of structured data, and this type has none of its own."""

    message = N_("数据类型 {letter} 须注明长度，例如 {example}。")


class DataTypeTakesNoLength(DataTypeError):
    """A length was given to a type whose length is fixed."""

    message = N_("数据类型 {letter} 不需要长度，请只写 {letter}。")


class DataTypeTakesNoScale(DataTypeError):
    """Decimal places were given to a type that has none."""

    message = N_("数据类型 {letter} 没有小数位，请只写长度。")


class DataTypeLengthOutOfRange(DataTypeError):
    """The length is zero, or more than can be stored."""

    message = N_("数据类型 {letter} 的长度应在 1 到 {limit} 之间。")


class DataTypeScaleOutOfRange(DataTypeError):
    """More decimal places than digits."""

    message = N_("小数位数 {scale} 不能大于总长度 {length}。")


_PATTERN: Final = re.compile(r"([A-Za-z])(?:[(]([0-9]{1,9})(?:,([0-9]{1,9}))?[)])?")
_FIXED_COLUMNS: Final = {
    TypeLetter.DATE: "date",
    TypeLetter.MOMENT: "timestamp without time zone",
    TypeLetter.LOGICAL: "boolean",
    TypeLetter.MEMO: "text",
    TypeLetter.GENERAL: "bytea",
    TypeLetter.DOUBLE: "double precision",
    TypeLetter.INTEGER: "bigint",
    # Eight bytes: a source's single-precision value survives in them, a double would not survive in four.
    TypeLetter.FLOAT: "double precision",
}


@dataclass(frozen=True, slots=True)
class DataType:
    """Data type with length (数据类型及数据长度) of a data item: `C(200)`, `N(18,2)`, `D`. Guide App. 1, 8.2.

    `length` counts characters for C and all digits for N and Y; `scale` counts the decimal places among them.
    """

    letter: TypeLetter
    length: int | None = None
    scale: int | None = None

    def __post_init__(self) -> None:
        letter = self.letter
        if self.length is None:
            if letter in NEEDS_LENGTH:
                raise DataTypeNeedsLength(letter=letter.value, example="C(200)" if letter == "C" else "N(18,2)")
            if self.scale is not None:
                raise DataTypeMalformed
            return
        if letter not in NEEDS_LENGTH | TAKES_SCALE:
            raise DataTypeTakesNoLength(letter=letter.value)
        limit = MAX_TEXT_LENGTH if letter is TypeLetter.TEXT else MAX_PRECISION
        if not 1 <= self.length <= limit:
            raise DataTypeLengthOutOfRange(letter=letter.value, limit=limit)
        if self.scale is not None:
            if letter not in TAKES_SCALE:
                raise DataTypeTakesNoScale(letter=letter.value)
            if not 0 <= self.scale <= self.length:
                raise DataTypeScaleOutOfRange(scale=self.scale, length=self.length)

    @classmethod
    # A catalogue file of ten thousand entries asks for a few types a quarter of a million times.
    @lru_cache(maxsize=1024)
    def parse(cls, text: str) -> Self:
        """Read `C(200)`, `N(18,2)`, `N(5)`, `D`; letters of either case, blanks and full-width brackets allowed.

        Raises a `DataTypeError` whose class and words say what is wrong.
        """
        plain = text.translate(_PLAIN)
        match = _PATTERN.fullmatch(plain)
        if match is None:
            raise DataTypeMalformed
        name, length, scale = match.groups()
        try:
            letter = TypeLetter(name.upper())
        except ValueError:
            raise DataTypeUnknownLetter(letter=name) from None
        return cls(letter, None if length is None else int(length), None if scale is None else int(scale))

    def postgres_type(self) -> str:
        """The SQL text of the column type that holds values of this type without loss.

        Moments have no zone: sources write local time, and the platform counts in Asia/Shanghai.
        """
        if self.letter is TypeLetter.TEXT:
            return f"character varying({self.length})"
        if self.letter in TAKES_SCALE:
            if self.length is None:
                return "numeric(18,2)"
            return f"numeric({self.length},{self.scale or 0})"
        return _FIXED_COLUMNS[self.letter]

    def __str__(self) -> str:
        if self.length is None:
            return self.letter.value
        return f"{self.letter.value}({self.length}{'' if self.scale is None else f',{self.scale}'})"


# People type these in catalogues; they carry no meaning of their own here.
_PLAIN: Final = {ord("（"): "(", ord("）"): ")", ord("，"): ",", ord(" "): None, ord("\u3000"): None}
