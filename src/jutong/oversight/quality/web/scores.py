"""The list of scores, and the panel on a resource's page."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.oversight.quality import api, queries
from jutong.oversight.quality.policy import MEASURE, SEE_SCORE
from jutong.oversight.quality.values import Score
from jutong.supply.catalogue import api as catalogue
from jutong.ui.components import Badge, Chart, Column, Tone
from jutong.ui.formatting import moment_words

PAGE_ROWS = 20


def score_list(request: SubjectRequest) -> HttpResponse:
    """Every resource's latest score, the lowest first."""
    page = Paginator(queries.latest_rows(request.subject, SEE_SCORE), PAGE_ROWS).get_page(request.GET.get("page"))
    scores = [queries.to_value(row) for row in page]
    titles = catalogue.titles([score.resource_code for score in scores])
    rows = [{"score": score, "title": titles.get(score.resource_code, ""), "badge": rating(score)} for score in scores]
    return render(request, "quality/scores.html", {"rows": rows, "page": page})


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
        "yAxis": {"type": "value", "min": 0, "max": 100},
        "series": [{"type": "line", "data": totals}],
    }
    columns = [Column("at", gettext("测量时间")), Column("total", gettext("得分"), "number")]
    rows = [{"at": at, "total": total} for at, total in zip(moments, totals, strict=True)]
    return Chart(gettext("质量趋势"), option, columns, rows, height="small")
