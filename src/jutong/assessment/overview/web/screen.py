"""数据驾驶舱: the big screen of 1920 × 1080, without navigation; panels turn by themselves, figures are live.

Counts only: no person and no case is named here, whoever may walk past.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.assessment.overview import api, domain, policy
from jutong.assessment.overview.values import Indicator
from jutong.assessment.overview.web import charts
from jutong.assessment.overview.web.region import calls_chart, requests_chart
from jutong.assessment.overview.web.words import shown, unframed, value_words
from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.policy import Subject
from jutong.ui.components import Total
from jutong.ui.formatting import number_words

DEPARTMENTS_SHOWN = 8


@require_GET
def screen(request: SubjectRequest) -> HttpResponse:
    """The screen; `light=1` shows it on white, for bright halls."""
    require(request.subject, policy.SEE_SCREEN)
    light = request.GET.get("light") == "1"
    return render(request, "overview/screen.html", {"light": light, **_context(request.subject, light=light)})


@require_GET
def now(request: SubjectRequest) -> HttpResponse:
    """The figures of the screen as they stand."""
    require(request.subject, policy.SEE_SCREEN)
    light = request.GET.get("light") == "1"
    return unframed(
        render(request, "overview/screen_now.html", {"light": light, **_context(request.subject, light=light)})
    )


def _context(subject: Subject, *, light: bool) -> dict[str, Any]:
    at = clock.now()
    found = api.region(month=domain.first_of_month(clock.local_day(at)), by=subject, at=at)
    look = charts.HALL if light else charts.WALL
    sums = found.totals
    late = sorted((each for each in found.departments if each.overdue), key=lambda each: -each.overdue)
    return {
        "as_of": found.as_of,
        "totals": [
            Total(number_words(sums.published), _("已发布目录"), _("项")),
            Total(number_words(sums.mounted), _("已挂载"), _("项")),
            Total(number_words(sums.calls_today), _("今日调用"), _("次")),
            Total(number_words(sums.rows_today), _("今日交换"), _("行")),
            Total(value_words(found.figures[Indicator.IN_TIME], "ratio"), _("按时答复率")),
            Total(number_words(sums.overdue), _("逾期未办"), _("件")),
        ],
        "figures": [shown(each, found.figures[each], found.before[each]) for each in Indicator],
        "tiles": charts.city_tiles(found.cities, "resources"),
        "links_chart": charts.supply_and_demand(found.links, found.as_of, look, "wall"),
        "heat_chart": charts.heat(
            found.week, found.as_of, source=_("网关调用日志，近 56 天"), look=look, height="wall"
        ),
        "calls_chart": calls_chart(found, look, "wall"),
        "requests_chart": requests_chart(found, look, "wall"),
        "ranking_chart": charts.ranking(
            Indicator.IN_TIME, api.rankings(found, Indicator.IN_TIME), found.as_of, look, "wall"
        ),
        "late": [(each.title, each.overdue) for each in late[:DEPARTMENTS_SHOWN]],
        "busy": [
            (each.title, each.calls_made)
            for each in sorted(found.departments, key=lambda each: -each.calls_made)[:DEPARTMENTS_SHOWN]
            if each.calls_made
        ],
    }  # fmt: skip
