"""The list of scores, and the panel on a resource's page."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.kernel.text import N_
from jutong.oversight.quality import api, queries
from jutong.oversight.quality.policy import MEASURE, SEE_SCORE
from jutong.oversight.quality.values import Score
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.ui.components import Badge, Chart, Column, Tone
from jutong.ui.formatting import moment_words
from jutong.ui.lists import Filter, Listing

PAGE_ROWS = 20


_STARS = (
    ("5", N_("5 星")),
    ("4", N_("4 星")),
    ("3", N_("3 星")),
    ("2", N_("2 星")),
    ("1", N_("1 星")),
    ("0", N_("暂无法评分")),
)


def _rows(request: HttpRequest, found: Sequence[Any]) -> list[dict[str, Any]]:
    scores = [queries.to_value(row) for row in found]
    titles = catalogue.titles([score.resource_code for score in scores])
    names = organisations.titles({row.provider_uscc for row in found}, short=True)
    return [
        {
            "title": (
                titles.get(score.resource_code, score.resource_code),
                reverse("catalogue:resource", args=[score.resource_code]),
            ),
            "code": score.resource_code,
            "provider": names.get(row.provider_uscc, row.provider_uscc),
            "badge": rating(score),
            "total": score.total,
            "row_count": score.row_count,
            "measured_at": score.measured_at,
        }
        for row, score in zip(found, scores, strict=True)
    ]


SCORES = Listing(
    name="quality.scores",
    title=N_("数据质量"),
    section=N_("质量校核"),
    unit=N_("项"),
    columns=(
        Column("title", N_("资源"), "link"),
        Column("code", N_("代码"), "code", sort="resource_code"),
        Column("provider", N_("提供方")),
        Column("badge", N_("评级"), "badge", sort="stars"),
        Column("total", N_("得分"), "number", sort="total"),
        Column("row_count", N_("记录数"), "number", sort="row_count", total=True),
        Column("measured_at", N_("测量时间"), "moment", sort="measured_at"),
    ),
    rows=_rows,
    search=("resource_code",),
    placeholder=N_("资源代码"),
    filters=(Filter("stars", N_("评级"), lambda: _STARS),),
    default="total",
    page_rows=PAGE_ROWS,
    api="/api/v1/quality/scores",
    empty=(N_("还没有质量评分"), N_("资源完成第一次数据交换后自动评分。")),
    icon="chart-bar",
)


@require_GET
def score_list(request: SubjectRequest) -> HttpResponseBase:
    """Every resource's latest score, the lowest first."""
    return SCORES.respond(request, queries.latest_rows(request.subject, SEE_SCORE))


def panel(request: SubjectRequest, code: str) -> HttpResponse:
    """Score, dimensions and trend of one resource."""
    resource = catalogue.view_resource(code, by=request.subject)
    score = api.latest_score(code)
    points = api.trend(code)
    context: dict[str, Any] = {
        "code": code,
        "score": score,
        "badge": rating(score) if score else None,
        "trend": trend_chart(points) if len(points) > 1 else None,
        "may_measure": decide(request.subject, MEASURE, Facts({Relation.PROVIDER: resource.provider_uscc})).allowed,
    }
    return render(request, "quality/panel.html", context)


@require_POST
def measure(request: SubjectRequest, code: str) -> HttpResponse:
    """Measure now, then back to the resource."""
    try:
        api.measure_now(resource_code=code, by=request.subject, at=clock.now())
        messages.success(request, gettext("已重新测量数据质量。"))
    except JutongError as error:
        messages.error(request, error.words(gettext))
    return redirect(reverse("catalogue:resource", kwargs={"code": code}))


def rating(score: Score) -> Badge:
    """The stars in words: a state has a word as well as a colour."""
    tone = Tone.GOOD if score.stars >= 4 else Tone.ATTENTION if score.stars >= 2 else Tone.BAD
    if score.total is None:
        return Badge(gettext("暂无法评分"), Tone.MUTED)
    return Badge(gettext("%(stars)s 星") % {"stars": score.stars}, tone)


def trend_chart(points: list[tuple[Any, float]]) -> Chart:
    """The totals over time as a line, with its table."""
    moments = [moment_words(at) for at, _ in points]
    totals = [total for _, total in points]
    option = {
        "xAxis": {"type": "category", "data": moments},
        "yAxis": {"type": "value", "min": 0, "max": 100, "interval": 50},
        # The panel is low: without room of its own the scale is written over itself.
        "grid": {"top": 32, "bottom": 24, "left": 8, "right": 16, "containLabel": True},
        "series": [{"type": "line", "data": totals}],
    }
    columns = [Column("at", gettext("测量时间")), Column("total", gettext("得分"), "number")]
    rows = [{"at": at, "total": total} for at, total in zip(moments, totals, strict=True)]
    return Chart(gettext("质量趋势"), option, columns, rows, height="small")
