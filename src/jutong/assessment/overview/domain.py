"""The formulas of the first screens: pure arithmetic with visible parts (practice: 公式写在页面上)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from jutong.assessment.overview.values import (
    NO_FIGURE,
    DepartmentFigures,
    Duty,
    DutyState,
    Figure,
    HealthState,
    Indicator,
    Ranked,
)
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.seasons import due_at
from jutong.kernel.text import N_


class NoSuchDepartment(JutongError):
    """No organisation has this code, or not for this subject."""

    message = N_("没有可供查看的单位“{uscc}”，请从总览的部门列表进入。")
    kind = ErrorKind.MISSING


# --- Months ----------------------------------------------------------------------------------------------------------
def first_of_month(day: date) -> date:
    return day.replace(day=1)


def month_before(month: date, by: int = 1) -> date:
    """The first day of a month some months before."""
    number = month.year * 12 + month.month - 1 - by
    return date(number // 12, number % 12 + 1, 1)


def month_after(month: date) -> date:
    return month_before(month, -1)


# --- Figures ---------------------------------------------------------------------------------------------------------
def share(part: float, whole: int) -> Figure:
    """A ratio with its parts; nothing is never 100 %."""
    return Figure(part / whole, part, whole) if whole else NO_FIGURE


def satisfied(full: int, part: int, refused: int) -> Figure:
    """需求满足率: a full grant counts one, a grant of a part half."""
    return share(full + part / 2, full + part + refused)


def merged(figures: Iterable[Figure]) -> Figure:
    """The figure of all together: parts over events, never a mean of ratios."""
    found = list(figures)
    return share(sum(figure.part for figure in found), sum(figure.events for figure in found))


def merged_by_indicator(departments: Iterable[Mapping[Indicator, Figure]]) -> dict[Indicator, Figure]:
    found = list(departments)
    return {each: merged(figures[each] for figures in found) for each in Indicator}


def ranking(departments: Sequence[DepartmentFigures], indicator: Indicator, *, events_from: int) -> list[Ranked]:
    """Departments by an indicator, the best first; those with fewer events follow, shown but not ranked.

    Equal values share a place and the next one is skipped. Departments without any event are left out.
    """
    found = [each for each in departments if each.figures[indicator].value is not None]
    ranked = [each for each in found if each.figures[indicator].events >= events_from]
    small = [each for each in found if each.figures[indicator].events < events_from]
    turn = 1 if indicator.low_is_good else -1

    def order(each: DepartmentFigures) -> tuple[float, int, str]:
        figure = each.figures[indicator]
        return turn * (figure.value or 0), -figure.events, each.uscc

    lines, place, last = [], 0, None
    for number, each in enumerate(sorted(ranked, key=order), 1):
        figure = each.figures[indicator]
        if figure.value != last:
            place, last = number, figure.value
        lines.append(Ranked(each.uscc, each.title, place, figure, each.before[indicator]))
    return lines + [
        Ranked(each.uscc, each.title, None, each.figures[indicator], each.before[indicator])
        for each in sorted(small, key=order)
    ]


# --- Resources -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a resource's data: mounted how, loaded when, and how old they may be.

    `fresh_for` is None for a cycle that is never late, and for services, which are asked anew at each call. `months`
    are those in which updates are due, all where none is named; `stopped`: a stop of updates is declared.
    """

    mounted_at: datetime | None
    loaded_at: datetime | None
    fresh_for: timedelta | None
    service: bool
    months: tuple[int, ...] = ()
    stopped: bool = False

    @property
    def judged(self) -> bool:
        """Does 更新及时率 count this resource?"""
        dated = self.mounted_at is not None and self.fresh_for is not None
        return dated and not self.service and not self.stopped

    @property
    def late_since(self) -> datetime | None:
        """From when the data are late, past or future; None where they are not judged."""
        if not self.judged or self.mounted_at is None or self.fresh_for is None:
            return None
        return due_at(self.loaded_at or self.mounted_at, self.fresh_for, self.months)

    def fresh(self, at: datetime) -> bool:
        late_since = self.late_since
        return late_since is None or at <= late_since


def health(
    standing: Standing, quality: float | None, at: datetime, *, mountable: bool, poor_below: float
) -> HealthState:
    """The worst that is to be said of a resource."""
    if standing.mounted_at is None:
        return HealthState.UNMOUNTED if mountable else HealthState.GOOD
    if not standing.fresh(at):
        return HealthState.LATE
    if standing.loaded_at is None and not standing.service:
        return HealthState.EMPTY
    if quality is not None and quality < poor_below:
        return HealthState.POOR
    return HealthState.GOOD


# --- A chief's ledger ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Bars:
    """From which share (or points of quality) on a duty is well done, and from which it is not yet bad."""

    good_from: float
    attention_from: float
    points_good_from: float
    points_attention_from: float


ARTICLES: Mapping[Indicator, str] = {
    Indicator.IN_TIME: N_("细则第二十二条"),
    Indicator.WORKDAYS: N_("细则第二十二条"),
    Indicator.MOUNTED: N_("细则第十七条"),
    Indicator.FRESH: N_("细则第二十一条"),
    Indicator.QUALITY: N_("细则第二十一条"),
    Indicator.SATISFIED: N_("细则第二十二条"),
}


def duties(
    department: DepartmentFigures,
    departments: Sequence[DepartmentFigures],
    region: Mapping[Indicator, Figure],
    *,
    bars: Bars,
    events_from: int,
) -> tuple[Duty, ...]:
    """The lines of a ledger: each indicator with its state, beside last month, the region and the others' places."""
    return tuple(
        _duty(each, department, ranking(departments, each, events_from=events_from), region[each], bars)
        for each in Indicator
    )


def _duty(
    indicator: Indicator, department: DepartmentFigures, ranked: list[Ranked], region: Figure, bars: Bars
) -> Duty:
    figure = department.figures[indicator]
    return Duty(
        key=indicator.value,
        title=indicator.label,
        article=ARTICLES[indicator],
        state=duty_state(indicator, figure, region, bars),
        figure=figure,
        before=department.before[indicator],
        region=region,
        unit=indicator.unit,
        place=next((line.place for line in ranked if line.uscc == department.uscc), None),
        ranked=sum(line.place is not None for line in ranked),
    )


def duty_state(indicator: Indicator, figure: Figure, region: Figure, bars: Bars) -> DutyState:
    """How a duty stands: shares by the bars; working days by the whole region's mean."""
    if figure.value is None:
        return DutyState.NOTHING
    if indicator.unit == "workdays":
        if region.value is None or figure.value <= region.value:
            return DutyState.GOOD
        return DutyState.ATTENTION
    points = indicator.unit == "points"
    if figure.value >= (bars.points_good_from if points else bars.good_from):
        return DutyState.GOOD
    attention_from = bars.points_attention_from if points else bars.attention_from
    return DutyState.ATTENTION if figure.value >= attention_from else DutyState.BAD
