"""Codes of administrative divisions: GB/T 2260 down to the county, the statistical code down to the village."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_


class RegionLevel(IntEnum):
    """The five levels of Art. 20(1): 自治区、市、县、乡、村. A greater number lies deeper."""

    PROVINCE = 1  # 自治区（省）
    CITY = 2  # 市
    COUNTY = 3  # 县（市、区）
    TOWNSHIP = 4  # 乡镇（街道）
    VILLAGE = 5  # 村（社区）

    @property
    def label(self) -> str:
        return _LEVEL_TITLES[self]


_LEVEL_TITLES: Final = {
    RegionLevel.PROVINCE: N_("自治区"),
    RegionLevel.CITY: N_("市"),
    RegionLevel.COUNTY: N_("县（市、区）"),
    RegionLevel.TOWNSHIP: N_("乡镇（街道）"),
    RegionLevel.VILLAGE: N_("村（社区）"),
}

# How many digits carry meaning at each level; a code is its parent's digits and some more.
_PREFIX_LENGTHS: Final = {
    RegionLevel.PROVINCE: 2,
    RegionLevel.CITY: 4,
    RegionLevel.COUNTY: 6,
    RegionLevel.TOWNSHIP: 9,
    RegionLevel.VILLAGE: 12,
}


class RegionCodeError(JutongError):
    """A text is no region code; the subclass says why."""

    message = N_("行政区划代码不正确。")


class RegionCodeLength(RegionCodeError):
    """Not 6, 9 or 12 digits."""

    message = N_("行政区划代码应为 6 位（自治区、市、县）、9 位（乡镇）或 12 位（村），实际为 {length} 位。")


class RegionCodeNotDigit(RegionCodeError):
    """A character that is no digit."""

    message = N_("行政区划代码第 {position} 位不是数字。")


class RegionCodeGap(RegionCodeError):
    """A lower level is given where a higher one is 00."""

    message = N_("行政区划代码的上级为空（“00”）而下级不为空，请核对。")


@dataclass(frozen=True, slots=True, order=True)
class RegionCode:
    """Region code (行政区划代码, GB/T 2260): 6 digits to the county, 9 to the township, 12 to the village.

    Longer texts that end in zeros (`450102000000`) mean the higher division and are kept short.
    """

    text: str

    def __post_init__(self) -> None:
        _check(self.text)
        if self.text != _shortest(self.text):
            raise RegionCodeLength(length=len(self.text))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code; raises a `RegionCodeError`. Whether such a division exists is for the register to say."""
        _check(text)
        return cls(_shortest(text))

    @property
    def level(self) -> RegionLevel:
        if len(self.text) == 12:
            return RegionLevel.VILLAGE
        if len(self.text) == 9:
            return RegionLevel.TOWNSHIP
        if self.text[4:] != "00":
            return RegionLevel.COUNTY
        return RegionLevel.CITY if self.text[2:4] != "00" else RegionLevel.PROVINCE

    @property
    def prefix(self) -> str:
        """The digits that carry meaning: every code below starts with them."""
        return self.text[: _PREFIX_LENGTHS[self.level]]

    @property
    def parent(self) -> "RegionCode | None":
        """The division one level up; a province has none here."""
        if self.level is RegionLevel.PROVINCE:
            return None
        above = RegionLevel(self.level - 1)
        return RegionCode(self.text[: _PREFIX_LENGTHS[above]].ljust(6, "0"))

    @property
    def chain(self) -> "tuple[RegionCode, ...]":
        """This division and all above it, deepest first."""
        parent = self.parent
        return (self,) if parent is None else (self, *parent.chain)

    def is_within(self, other: "RegionCode") -> bool:
        """Is this division the other one, or does it lie in it?"""
        return self.text.startswith(other.prefix) and self.level >= other.level

    def __str__(self) -> str:
        return self.text


def _check(text: str) -> None:
    for position, character in enumerate(text, start=1):
        if character not in "0123456789":
            raise RegionCodeNotDigit(position=position)
    if len(text) not in (6, 9, 12):
        raise RegionCodeLength(length=len(text))
    parts = (text[:2], text[2:4], text[4:6], text[6:9] or "000", text[9:12] or "000")
    filled = [part.strip("0") != "" for part in parts]
    if not filled[0] or sorted(filled, reverse=True) != filled:
        raise RegionCodeGap


def _shortest(text: str) -> str:
    while len(text) > 6 and text.endswith("000"):
        text = text[:-3]
    return text
