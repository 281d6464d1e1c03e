"""What others may hold of quality: dimensions, measures and scores."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jutong.kernel.text import N_


class Dimension(StrEnum):
    """A side of quality (质量维度): the four of Art. 21(4), and uniqueness, which GB/T 36344 counts as accuracy."""

    COMPLETENESS = "completeness"  # 完整性
    ACCURACY = "accuracy"  # 准确性
    TIMELINESS = "timeliness"  # 时效性（实时性）
    UNIQUENESS = "uniqueness"  # 唯一性
    AVAILABILITY = "availability"  # 可用性

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Dimension.COMPLETENESS: N_("完整性"),
    Dimension.ACCURACY: N_("准确性"),
    Dimension.TIMELINESS: N_("时效性"),
    Dimension.UNIQUENESS: N_("唯一性"),
    Dimension.AVAILABILITY: N_("可用性"),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """What one rule found (质量测量): `good` of `evaluated` elements. Nothing evaluated means not applicable."""

    dimension: Dimension
    rule: str
    title: str
    evaluated: float
    good: float
    column: str = ""

    @property
    def ratio(self) -> float | None:
        """Share of good elements, 0 to 1; None where the rule had nothing to judge (GB/T 36344: B = 0)."""
        return self.good / self.evaluated if self.evaluated else None


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """One dimension of a score: its share of good elements, or None where it does not apply, and its weight."""

    dimension: Dimension
    ratio: float | None
    weight: float

    @property
    def points(self) -> float | None:
        """0 to 100; None where the dimension does not apply."""
        return None if self.ratio is None else round(self.ratio * 100, 2)


@dataclass(frozen=True, slots=True)
class Score:
    """Quality of a resource at a moment (质量评分): total 0 to 100, stars 1 to 5, its dimensions and measures.

    `total` is None when no dimension applies.
    """

    resource_code: str
    measured_at: datetime
    total: float | None
    stars: int
    row_count: int
    dimensions: tuple[DimensionScore, ...]
    measures: tuple[Measure, ...]
