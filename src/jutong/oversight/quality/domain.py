"""From measures to a score: pure arithmetic with visible parts."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.seasons import due_at
from jutong.kernel.text import N_
from jutong.oversight.quality.values import Dimension, DimensionScore, Measure, Score


class NothingToMeasure(JutongError):
    """The resource has no data in the pool yet, so nothing can be said of its quality."""

    message = N_("资源 {code} 尚未汇聚数据，暂不能测量质量；请先完成一次数据交换。")
    kind = ErrorKind.CONFLICT


def score(
    resource_code: str,
    measures: Iterable[Measure],
    *,
    weights: Mapping[str, float],
    stars_from: Mapping[int, float],
    row_count: int,
    at: datetime,
) -> Score:
    """Roll measures up. Dimensions that do not apply give their weight to the others, in proportion.

    A dimension's share is all good elements over all evaluated ones, so that a rule over many elements weighs more
    than one over few. `stars_from` gives the lowest total of each number of stars.
    """
    found = tuple(measures)
    dimensions = tuple(
        DimensionScore(dimension, _ratio(found, dimension), weights.get(dimension, 0.0)) for dimension in Dimension
    )
    applying = [(part.ratio, part.weight) for part in dimensions if part.ratio is not None and part.weight > 0]
    weight = sum(share for _, share in applying)
    total = round(100 * sum(ratio * share for ratio, share in applying) / weight, 2) if weight else None
    return Score(resource_code, at, total, stars(total, stars_from), row_count, dimensions, found)


def _ratio(measures: Iterable[Measure], dimension: Dimension) -> float | None:
    of_it = [measure for measure in measures if measure.dimension is dimension]
    evaluated = sum(measure.evaluated for measure in of_it)
    return sum(measure.good for measure in of_it) / evaluated if evaluated else None


def stars(total: float | None, stars_from: Mapping[int, float]) -> int:
    """The most stars whose lowest total is reached; none without a total."""
    if total is None:
        return 0
    return max((number for number, lowest in stars_from.items() if total >= lowest), default=0)


def timeliness(
    loaded_at: datetime,
    fresh_for: timedelta | None,
    at: datetime,
    *,
    stopped: timedelta = timedelta(0),
    months: Collection[int] = (),
) -> Measure | None:
    """How well the data keep their update cycle (时效性): full while fresh, then allowed age over age (our default).

    Time in declared stops (停更) since the load makes data no older, nor does time out of their season: `months` are
    those in which updates are due, all where none is named. None for cycles that are never late (不定期, 不更新).
    """
    if fresh_for is None:
        return None
    late = at - due_at(loaded_at + stopped, fresh_for, months)
    good = 1.0 if late <= timedelta(0) else fresh_for / (fresh_for + late)
    return Measure(Dimension.TIMELINESS, "timeliness.cycle", N_("按更新周期及时更新"), 1, good)
