"""Questions about scores."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from jutong.base.access import scope_q
from jutong.kernel.policy import Action, Facts, Relation, Subject
from jutong.oversight.quality.models import ScoreRow
from jutong.oversight.quality.values import Dimension, DimensionScore, Measure, Score
from jutong.supply.catalogue import api as catalogue


def facts(row: ScoreRow, *, visible: bool) -> Facts:
    """What a decision may know of a score; `visible`: the catalogue shows the resource to the subject."""
    return Facts({Relation.PROVIDER: row.provider_uscc}, frozenset({"visible"} if visible else ()))


def scope(subject: Subject, action: Action) -> Q:
    """The scores on which this subject is permitted this action."""
    return scope_q(
        subject,
        action,
        {Relation.PROVIDER: "provider_uscc"},
        {"visible": Q(resource_code__in=catalogue.visible(subject))},
    )


def latest_score(resource_code: str) -> Score | None:
    row = ScoreRow.objects.filter(resource_code=resource_code).order_by("-measured_at", "-pk").first()
    return to_value(row) if row else None


def trend(resource_code: str, *, last: int) -> list[tuple[datetime, float]]:
    """The totals of the last scorings, oldest first."""
    rows = ScoreRow.objects.filter(resource_code=resource_code).order_by("-measured_at", "-pk")
    points = rows.filter(total__isnull=False).values_list("measured_at", "total")[:last]
    return [(at, float(total)) for at, total in reversed(points) if total is not None]


def latest_rows(subject: Subject, action: Action) -> QuerySet[ScoreRow]:
    """The latest score of each resource the subject may see, the lowest first."""
    newest = ScoreRow.objects.annotate(
        place=Window(RowNumber(), partition_by=F("resource_code"), order_by=[F("measured_at").desc(), F("pk").desc()])
    )
    permitted = scope(subject, action)
    return ScoreRow.objects.filter(permitted, pk__in=newest.filter(place=1).values("pk")).order_by(
        "total", "resource_code"
    )


def latest_totals(at: datetime) -> dict[str, float]:
    """The total of each resource as last scored by that moment, by code, in one query."""
    rows = ScoreRow.objects.filter(measured_at__lte=at, total__isnull=False)
    newest = rows.order_by("resource_code", "-measured_at", "-pk").distinct("resource_code")
    found = newest.values_list("resource_code", "total")
    return {code: float(total) for code, total in found if total is not None}


def to_value(row: ScoreRow) -> Score:
    return Score(
        resource_code=row.resource_code,
        measured_at=row.measured_at,
        total=None if row.total is None else float(row.total),
        stars=row.stars,
        row_count=row.row_count,
        dimensions=tuple(_dimension(part) for part in row.dimensions),
        measures=tuple(_measure(part) for part in row.measures),
    )


def _dimension(part: dict[str, Any]) -> DimensionScore:
    return DimensionScore(**{**part, "dimension": Dimension(part["dimension"])})


def _measure(part: dict[str, Any]) -> Measure:
    return Measure(**{**part, "dimension": Dimension(part["dimension"])})
