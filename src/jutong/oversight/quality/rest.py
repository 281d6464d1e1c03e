"""The REST face of quality: scores, their trend, and measuring on request."""

from datetime import datetime

from ninja import Query, Router, Schema

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, page_of, problems
from jutong.kernel import clock
from jutong.oversight.quality import api, queries
from jutong.oversight.quality.models import ScoreRow
from jutong.oversight.quality.policy import SEE_SCORE
from jutong.oversight.quality.values import Dimension, Score
from jutong.supply.catalogue import api as catalogue

router = Router(tags=["quality"])


class DimensionOut(Schema):
    """A dimension: share of good elements 0–1 (none: does not apply), its weight, and points 0–100."""

    dimension: Dimension
    ratio: float | None
    weight: float
    points: float | None


class MeasureOut(Schema):
    """What one rule found: good elements of evaluated ones."""

    dimension: Dimension
    rule: str
    title: str
    column: str
    evaluated: float
    good: float
    ratio: float | None


class ScoreOut(Schema):
    """A score: total 0–100 (none: nothing applied), stars 1–5, its dimensions and measures."""

    resource_code: str
    measured_at: datetime
    total: float | None
    stars: int
    row_count: int
    dimensions: list[DimensionOut]
    measures: list[MeasureOut]


class ScorePage(Schema):
    """The latest score of each resource, lowest first."""

    total: int
    items: list[ScoreOut]


class TrendPoint(Schema):
    """One scoring of the past."""

    measured_at: datetime
    total: float


class ResourceQuery(Schema):
    """Which resource."""

    resource: str


class ResourceScoreOut(Schema):
    """The latest score of a resource, none before its first run, and the trend, oldest first."""

    score: ScoreOut | None
    trend: list[TrendPoint]


@router.get("/scores", response={200: ScorePage, **problems()}, summary="最新质量评分列表（由低到高）")
def list_scores(request: SubjectRequest, page: Query[PageQuery]) -> dict[str, object]:
    return page_of(queries.latest_rows(request.subject, SEE_SCORE), page, present=_present)


@router.get("/score", response={200: ResourceScoreOut, **problems(404)}, summary="一个资源的质量评分与趋势")
def resource_score(request: SubjectRequest, query: Query[ResourceQuery]) -> dict[str, object]:
    catalogue.view_resource(query.resource, by=request.subject)
    points = [{"measured_at": at, "total": total} for at, total in api.trend(query.resource)]
    return {"score": api.latest_score(query.resource), "trend": points}


@router.post("/measure", response={200: ScoreOut, **problems(404, 409)}, summary="立即重新测量一个资源")
def measure(request: SubjectRequest, query: Query[ResourceQuery]) -> Score:
    return api.measure_now(resource_code=query.resource, by=request.subject, at=clock.now())


def _present(row: ScoreRow) -> Score:
    return queries.to_value(row)
