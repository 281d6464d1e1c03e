"""Citizen identity numbers (GB 11643-1999), 18 digits and the older 15. Errors never carry the number itself."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final, Self

from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS: Final = "10X98765432"
"""Check character by the weighted sum modulo 11."""

EARLIEST_BIRTH: Final = date(1800, 1, 1)


class Sex(IntEnum):
    """Sex (性别) by the codes of GB/T 2261.1."""

    UNKNOWN = 0  # 未知的性别
    MALE = 1  # 男性
    FEMALE = 2  # 女性
    UNSTATED = 9  # 未说明的性别


class CitizenNoError(JutongError):
    """A text is no citizen number; the subclass says why."""

    message = N_("公民身份号码不正确，请对照证件核对。")


class CitizenNoEmpty(CitizenNoError):
    """Nothing was given."""

    message = N_("公民身份号码为空，请填写。")


class CitizenNoLength(CitizenNoError):
    """Neither eighteen nor fifteen characters."""

    message = N_("公民身份号码应为 18 位（旧号 15 位），实际为 {length} 位。")


class CitizenNoLowerCase(CitizenNoError):
    """A lower-case x at the end."""

    message = N_("公民身份号码最后一位的字母应为大写“X”。")


class CitizenNoCharacter(CitizenNoError):
    """A character that may not stand at this place."""

    message = N_("公民身份号码第 {position} 位不是数字；只有 18 位号码的最后一位可以是“X”。")


class CitizenNoBirthDate(CitizenNoError):
    """The date of birth is no day of the calendar."""

    message = N_("公民身份号码中的出生日期不存在，请核对第 7 位起的日期。")


class CitizenNoNotYetBorn(CitizenNoError):
    """The date of birth lies after the day of the check."""

    message = N_("公民身份号码中的出生日期晚于当前日期，请核对。")


class CitizenNoCheck(CitizenNoError):
    """The last character does not check the others."""

    message = N_("公民身份号码最后一位校验不通过，请核对是否有错字或漏字。")


@dataclass(frozen=True, slots=True, order=True)
class CitizenNo:
    """Citizen identity number (公民身份号码), 18 characters. GB 11643-1999.

    The region is that of the first registration and may be abolished since, so it is not held against a list.
    """

    text: str

    def __post_init__(self) -> None:
        _check_eighteen(self.text)

    @classmethod
    def parse(cls, text: str, *, on: date | None = None) -> Self:
        """Read a number of 18 or 15 digits; the latter is converted.

        With `on`, a date of birth after that day is refused. Raises a `CitizenNoError` that says what is wrong.
        """
        number = cls(to_eighteen(text) if len(text) == 15 else text)
        if on is not None and number.born_on > on:
            raise CitizenNoNotYetBorn
        return number

    @property
    def region_code(self) -> str:
        """Region (行政区划) of the first registration."""
        return self.text[:6]

    @property
    def born_on(self) -> date:
        return _birth_date(self.text[6:14])

    @property
    def sex(self) -> Sex:
        return Sex.MALE if int(self.text[16]) % 2 else Sex.FEMALE

    def to_fifteen(self) -> str | None:
        """The older number of the same person, which only those born in the 1900s can have."""
        return self.text[:6] + self.text[8:17] if self.text[6:8] == "19" else None

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        # Numbers must not reach logs and tracebacks.
        return f"CitizenNo({self.text[:2]}…)"


def to_eighteen(fifteen: str) -> str:
    """The 18-digit number of a 15-digit one, whose two-digit years are of the 1900s."""
    if len(fifteen) != 15:
        raise CitizenNoLength(length=len(fifteen))
    _check_digits(fifteen)
    full = f"{fifteen[:6]}19{fifteen[6:]}"
    _birth_date(full[6:14])
    return full + check_character(full)


def check_character(seventeen: str) -> str:
    """Check character of the first seventeen digits (ISO 7064 MOD 11-2)."""
    return CHECK_CHARACTERS[sum(int(d) * w for d, w in zip(seventeen, WEIGHTS, strict=True)) % 11]


def find_fault(text: str, *, on: date | None = None) -> CitizenNoError | None:
    """What is wrong with the text, or nothing."""
    try:
        CitizenNo.parse(text, on=on)
    except CitizenNoError as fault:
        return fault
    return None


def _check_eighteen(text: str) -> None:
    if not text:
        raise CitizenNoEmpty
    if len(text) != 18:
        raise CitizenNoLength(length=len(text))
    _check_digits(text[:17])
    if text[17] == "x":
        raise CitizenNoLowerCase
    if text[17] not in CHECK_CHARACTERS:
        raise CitizenNoCharacter(position=18)
    _birth_date(text[6:14])
    if text[17] != check_character(text[:17]):
        raise CitizenNoCheck


def _check_digits(text: str) -> None:
    for position, character in enumerate(text, start=1):
        if character not in "0123456789":
            raise CitizenNoCharacter(position=position)


def _birth_date(digits: str) -> date:
    try:
        born_on = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise CitizenNoBirthDate from None
    if born_on < EARLIEST_BIRTH:
        raise CitizenNoBirthDate
    return born_on
