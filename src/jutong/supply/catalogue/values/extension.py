"""Elements that a topic or a department adds to the thirteen (扩展元数据), declared as data. Guide 5.2."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from jutong.kernel.text import N_


class ExtendedKind(StrEnum):
    """What may stand in an extended element (扩展元数据类型); it is kept as text in every case."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    CHOICE = "choice"
    YES_NO = "yes_no"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS: Final = {
    ExtendedKind.TEXT: N_("文本"),
    ExtendedKind.NUMBER: N_("数值"),
    ExtendedKind.DAY: N_("日期"),
    ExtendedKind.CHOICE: N_("选项"),
    ExtendedKind.YES_NO: N_("是否"),
}

YES_NO: Final = ("是", "否")
"""How an extended element says yes and no."""


@dataclass(frozen=True, slots=True)
class ExtendedField:
    """A declared extended element (扩展元数据项): name, kind, rule, help, and which entries it belongs to.

    `classification` is the beginning of the classification codes it belongs to, `provider_uscc` the department; empty
    means all. `lowest` and `highest` bound numbers and days, as text; `choices` are what a choice may say.
    """

    number: int
    name: str
    kind: ExtendedKind
    required: bool = False
    choices: tuple[str, ...] = ()
    lowest: str = ""
    highest: str = ""
    help: str = ""
    classification: str = ""
    provider_uscc: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def belongs_to(self, *, classification: str, provider_uscc: str) -> bool:
        """Is it an element of the entries of this class and department?"""
        fits = classification.startswith(self.classification)
        return fits and self.provider_uscc in ("", provider_uscc)
