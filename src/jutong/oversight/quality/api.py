"""The door of quality: measure, and ask how good a resource is."""

from datetime import datetime

from jutong.base.access import require
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.oversight.quality import queries, services
from jutong.oversight.quality.domain import NothingToMeasure
from jutong.oversight.quality.policy import MEASURE
from jutong.oversight.quality.values import Score
from jutong.supply.catalogue import api as catalogue

__all__ = ["NothingToMeasure", "latest_score", "latest_totals", "measure_now", "trend"]


def latest_score(resource_code: str) -> Score | None:
    """The latest score of a resource, or nothing when it was never measured."""
    return queries.latest_score(resource_code)


def latest_totals(*, at: datetime) -> dict[str, float]:
    """The total (0–100) of each resource as last scored by that moment, by code, in one query. For counting."""
    return queries.latest_totals(at)


def trend(resource_code: str, *, last: int = 30) -> list[tuple[datetime, float]]:
    """Moments and totals (0–100) of the last scorings, oldest first."""
    return queries.trend(resource_code, last=last)


def measure_now(*, resource_code: str, by: Subject, at: datetime) -> Score:
    """Measure a resource on request.

    Raises NoSuchResource, NotPermitted, NothingToMeasure.
    """
    resource = catalogue.view_resource(resource_code, by=by)
    require(by, MEASURE, Facts({Relation.PROVIDER: resource.provider_uscc}))
    return services.measure(resource_code=resource_code, by=by.actor, at=at)
