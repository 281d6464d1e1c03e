"""Figures as pages say them, and the month a page is about."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from jutong.assessment.overview import domain
from jutong.assessment.overview.values import DutyState, Figure, HealthState, Indicator
from jutong.kernel.clock import local_day
from jutong.ui.components import Badge, Tone
from jutong.ui.formatting import number_words, ratio_words

MONTHS_OFFERED = 12

DUTY_TONES = {
    DutyState.GOOD: Tone.GOOD,
    DutyState.ATTENTION: Tone.ATTENTION,
    DutyState.BAD: Tone.BAD,
    DutyState.NOTHING: Tone.MUTED,
}
HEALTH_TONES = {
    HealthState.GOOD: Tone.GOOD,
    HealthState.LATE: Tone.BAD,
    HealthState.UNMOUNTED: Tone.BAD,
    HealthState.EMPTY: Tone.ATTENTION,
    HealthState.POOR: Tone.ATTENTION,
}


# --- Months ----------------------------------------------------------------------------------------------------------
def month_asked(request: HttpRequest, at: datetime) -> date:
    """The month of the address (`month=2026-11`); the present one for none, for the future and for nonsense."""
    present = domain.first_of_month(local_day(at))
    try:
        asked = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return present
    return asked if date(2019, 1, 1) <= asked <= present else present


def month_words(month: date) -> str:
    return _("{year} 年 {month} 月").format(year=month.year, month=month.month)


def months_offered(at: datetime) -> list[tuple[str, str]]:
    """The last months for the choice of a page, the present one first."""
    present = domain.first_of_month(local_day(at))
    months = [domain.month_before(present, back) for back in range(MONTHS_OFFERED)]
    return [(f"{month:%Y-%m}", month_words(month)) for month in months]


# --- Figures ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Shown:
    """An indicator in words: value and unit, what it was counted from, and how it moved since last month."""

    title: str
    formula: str
    value: str
    unit: str
    counted: str
    change: str
    better: bool | None


def shown(indicator: Indicator, figure: Figure, before: Figure) -> Shown:
    return Shown(
        title=_(indicator.label),
        formula=_(indicator.formula),
        value=value_words(figure, indicator.unit),
        unit=unit_words(figure, indicator.unit),
        counted=counted_words(figure, indicator.unit),
        change=change_words(figure, before, indicator.unit),
        better=is_better(indicator, figure, before),
    )


def value_words(figure: Figure, unit: str) -> str:
    if figure.value is None:
        return "—"
    return ratio_words(figure.value) if unit == "ratio" else number_words(figure.value, 1)


def unit_words(figure: Figure, unit: str) -> str:
    """The unit beside a value; none where there is no value."""
    if figure.value is None or unit == "ratio":
        return ""
    return _("分") if unit == "points" else _("个工作日")


def whole_words(figure: Figure, unit: str) -> str:
    """A value with its unit, where nothing beside it says the unit."""
    value = value_words(figure, unit)
    if figure.value is None or unit == "ratio":
        return value
    return (_("{value} 分") if unit == "points" else _("{value} 个工作日")).format(value=value)


def counted_words(figure: Figure, unit: str) -> str:
    """Numerator and denominator, so that nobody has to believe a percentage."""
    if not figure.events:
        return _("本期无可计事项")
    part = number_words(figure.part, 0 if figure.part == int(figure.part) else 1)
    if unit == "ratio":
        return f"{part} / {number_words(figure.events)}"
    return _("{events} 项的平均值").format(events=number_words(figure.events))


def change_words(figure: Figure, before: Figure, unit: str) -> str:
    """How a figure moved since last month."""
    if figure.value is None or before.value is None:
        return _("无上月数")
    change = _change(figure, before, unit)
    if not change:
        return _("持平")
    words = {"ratio": _("{change} 个百分点"), "points": _("{change} 分"), "workdays": _("{change} 个工作日")}
    return words[unit].format(change=f"{change:+.1f}")


def _change(figure: Figure, before: Figure, unit: str) -> float:
    """The difference as it is shown: to one place, in percentage points for shares."""
    return round(((figure.value or 0) - (before.value or 0)) * (100 if unit == "ratio" else 1), 1)


def is_better(indicator: Indicator, figure: Figure, before: Figure) -> bool | None:
    """Did it move for the better? None when it did not move, as far as is shown."""
    if figure.value is None or before.value is None or not _change(figure, before, indicator.unit):
        return None
    return (figure.value < before.value) == indicator.low_is_good


def duty_badge(state: DutyState) -> Badge:
    return Badge(_(state.label), DUTY_TONES[state])


def health_badge(state: HealthState) -> Badge:
    return Badge(_(state.label), HEALTH_TONES[state])


# --- Fragments -------------------------------------------------------------------------------------------------------
def unframed(response: HttpResponse) -> HttpResponse:
    """A fragment that a page asks for again and again is never kept."""
    response.headers["Cache-Control"] = "no-store"
    return response
