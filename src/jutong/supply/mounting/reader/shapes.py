"""What the values of a column allow it to be: its type, whether it is ever empty, and some of them as samples."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.supply.mounting.domain.proposal import text_type

SAMPLES: Final = 500
_CUT: Final = 200

_NUMBER: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})(?:[.]([0-9]+))?")
# Eight bare digits can be a day or a code; only dates with signs are taken for dates unasked.
_DAY: Final = r"[0-9]{4}(?:-[0-9]{2}-[0-9]{2}|/[0-9]{2}/[0-9]{2})"
# Spreadsheets write a moment at midnight as a day.
_MOMENT: Final = _DAY + r"(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)?"
_DAYS: Final = re.compile(rf"(?:{_DAY}\n)*+{_DAY}\Z")
_MOMENTS: Final = re.compile(rf"(?:{_MOMENT}\n)*+{_MOMENT}\Z")


@dataclass
class Shape:
    """What was seen of a column so far."""

    filled: int = 0
    longest: int = 0
    whole: bool = True
    number: bool = True
    day: bool = True
    moment: bool = True
    before: int = 1
    after: int = 0
    samples: list[str | None] = field(default_factory=list)

    def see(self, values: Sequence[str]) -> None:
        """Look at the values of a batch; faulty rows are not among them."""
        if (short := SAMPLES - len(self.samples)) > 0:
            self.samples += [value[:_CUT] if value and not value.isspace() else None for value in values[:short]]
        filled = [value for value in values if value and not value.isspace()]
        if not filled:
            return
        self.filled += len(filled)
        self.longest = max(self.longest, max(map(len, filled)))
        if self.number:
            self._see_numbers(filled)
        if self.day or self.moment:
            text = "\n".join(filled)
            self.day = self.day and _DAYS.match(text) is not None
            self.moment = self.moment and _MOMENTS.match(text) is not None

    def _see_numbers(self, values: Sequence[str]) -> None:
        for value in values:
            # Leading noughts mean a code, not a number; so do more digits than an identifier could round.
            match = _NUMBER.fullmatch(value)
            if match is None:
                self.number = self.whole = False
                return
            before, after = match.groups()
            self.before = max(self.before, len(before))
            if after:
                self.after = max(self.after, len(after))
                self.whole = False

    @property
    def data_type(self) -> DataType:
        if self.filled == 0:
            return DataType(TypeLetter.TEXT, 50)
        if self.day:
            return DataType(TypeLetter.DATE)
        if self.moment:
            return DataType(TypeLetter.MOMENT)
        if self.whole and self.longest > 1:
            return DataType(TypeLetter.INTEGER)
        if self.number and self.after:
            return DataType(TypeLetter.NUMBER, min(38, self.before + self.after + 2), self.after)
        return text_type(self.longest)
