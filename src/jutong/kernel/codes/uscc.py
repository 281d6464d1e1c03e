"""Unified social credit codes (GB 32100-2015) with both check characters, and how to complete one."""

from dataclasses import dataclass
from typing import Final, Self

from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100: digits and capital letters without I, O, S, V, Z."""

WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))
"""Weights of characters 1–17 for the last character."""

ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
"""Weights of characters 9–16 for character 17, the check character of GB 11714."""

LENGTH: Final = 18


class UsccError(JutongError):
    """A text is no unified social credit code; the subclass says why."""

    message = N_("统一社会信用代码不正确，请对照证书核对。")


class UsccEmpty(UsccError):
    """Nothing was given."""

    message = N_("统一社会信用代码为空，请填写 18 位代码。")


class UsccLength(UsccError):
    """Not eighteen characters."""

    message = N_("统一社会信用代码应为 18 位，实际为 {length} 位。")


class UsccLowerCase(UsccError):
    """A lower-case letter; the standard knows capitals only."""

    message = N_("统一社会信用代码第 {position} 位是小写字母，请改为大写。")


class UsccCharacter(UsccError):
    """A character outside the standard's alphabet, among them I, O, S, V, Z."""

    message = N_(
        "统一社会信用代码第 {position} 位“{character}”不在允许的字符内（数字和除 I、O、S、V、Z 外的大写字母）。"
    )


class UsccRegion(UsccError):
    """Characters 3–8 are the registrar's region and must be digits."""

    message = N_("统一社会信用代码第 3–8 位应为登记机关行政区划码（6 位数字）。")


class UsccOrganisationCheck(UsccError):
    """Character 17 does not check characters 9–16 (GB 11714)."""

    message = N_("统一社会信用代码第 9–17 位的组织机构代码校验不通过，请核对是否有错字或漏字。")


class UsccCheck(UsccError):
    """Character 18 does not check the others (GB 32100)."""

    message = N_("统一社会信用代码最后一位校验不通过，请核对是否有错字或漏字。")


@dataclass(frozen=True, slots=True, order=True)
class Uscc:
    """Unified social credit code (统一社会信用代码), the provider code (提供方代码) of Guide 5.2(5). GB 32100-2015."""

    text: str

    def __post_init__(self) -> None:
        _check(self.text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code; raises a `UsccError` whose class and words say what is wrong with it."""
        return cls(text)

    @property
    def registrar_code(self) -> str:
        """Registering authority (登记管理部门), character 1."""
        return self.text[0]

    @property
    def kind_code(self) -> str:
        """Kind of body (机构类别), character 2."""
        return self.text[1]

    @property
    def region_code(self) -> str:
        """Region of the registrar (登记管理机关行政区划), characters 3–8. Not always where the body works."""
        return self.text[2:8]

    @property
    def organisation_code(self) -> str:
        """Organisation code (主体标识码, GB 11714), characters 9–17."""
        return self.text[8:17]

    def __str__(self) -> str:
        return self.text


def find_fault(text: str) -> UsccError | None:
    """What is wrong with the text, or nothing. For lists that warn where input would refuse."""
    try:
        _check(text)
    except UsccError as fault:
        return fault
    return None


def complete(prefix: str) -> str:
    """The full code of its first 16 or 17 characters.

    With 16, the organisation's own check character is computed too. With 17 it must be right already.
    """
    if len(prefix) not in (LENGTH - 2, LENGTH - 1):
        raise UsccLength(length=len(prefix))
    _check_characters(prefix)
    organisation = prefix[8:16] + organisation_check(prefix[8:16])
    text = prefix[:8] + organisation
    if not text.startswith(prefix):
        raise UsccOrganisationCheck
    return text + last_check(text)


def organisation_check(characters: str) -> str:
    """Check character of the eight characters of an organisation code (GB 11714)."""
    # GB 11714 counts A as 10 up to Z as 35, unlike GB 32100, which skips the letters it leaves out.
    total = sum(int(c, 36) * weight for c, weight in zip(characters, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def last_check(characters: str) -> str:
    """Check character of the first seventeen characters of a code (GB 32100)."""
    total = sum(ALPHABET.index(c) * weight for c, weight in zip(characters, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def _check(text: str) -> None:
    if not text:
        raise UsccEmpty
    if len(text) != LENGTH:
        raise UsccLength(length=len(text))
    _check_characters(text)
    if text[16] != organisation_check(text[8:16]):
        raise UsccOrganisationCheck
    if text[17] != last_check(text[:17]):
        raise UsccCheck


def _check_characters(text: str) -> None:
    for position, character in enumerate(text, start=1):
        if character not in ALPHABET:
            if character.isascii() and character.islower():
                raise UsccLowerCase(position=position)
            raise UsccCharacter(position=position, character=character)
    if not text[2:8].isdigit():
        raise UsccRegion
