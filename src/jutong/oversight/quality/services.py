"""Measuring: count in the pool, roll up, keep the score."""

from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction

from jutong.delivery.gateway import api as gateway
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.actors import ActorRef
from jutong.kernel.text import N_
from jutong.oversight.quality import adapters, domain
from jutong.oversight.quality.events import QualityMeasured
from jutong.oversight.quality.models import ScoreRow
from jutong.oversight.quality.values import Dimension, Measure, Score
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource
from jutong.supply.exchange import api as exchange

AVAILABILITY_WINDOW = timedelta(days=30)


@transaction.atomic
def measure(*, resource_code: str, by: ActorRef, at: datetime, run_no: str = "") -> Score:
    """Score a resource from what lies in the pool, how fresh it is, and how its calls went (Art. 21(4)).

    Raises NothingToMeasure.
    """
    resource = catalogue.get_resource(resource_code)
    loaded = exchange.last_load(resource_code)
    if loaded is None:
        raise domain.NothingToMeasure(code=resource_code)
    day = clock.local_day(at)
    lists = _code_lists(resource)
    row_count, measures = adapters.measure_table(exchange.pool_relation(resource_code), resource.items, lists)
    measures += [_contract_kept(loaded.rows, loaded.rejected)]
    timely = domain.timeliness(
        loaded.at,
        rulebook.fresh_for(resource.update_cycle, on=day),
        at,
        stopped=catalogue.stopped_for(resource_code, since=loaded.at, until=at),
        months=exchange.seasons().get(resource_code, ()),
    )
    measures += [timely] if timely else []
    measures += [_availability(resource_code, at)]
    score = domain.score(
        resource_code,
        measures,
        weights=rulebook.weights("quality.score", on=day).shares,
        stars_from={int(n): low for n, low in rulebook.parameter("quality.rating", on=day).by_name().items()},
        row_count=row_count,
        at=at,
    )
    _keep(score, resource.provider_uscc, run_no)
    audit.record(
        action="quality.resource.measured",
        by=by,
        at=at,
        object_kind="resource",
        object_code=resource_code,
        details={"total": score.total, "stars": score.stars, "run": run_no},
        resource=resource_code,
    )
    outbox.publish(QualityMeasured(resource_code, score.total, score.stars), at=at)
    return score


def _code_lists(resource: Resource) -> dict[str, tuple[str, ...]]:
    """The codes of the lists that the items name and the rulebook holds."""
    named = {item.code_list for item in resource.items if item.code_list}
    held = {
        name: listed for listed in rulebook.code_lists() for name in (listed.name, listed.standard) if name in named
    }
    return {name: tuple(entry.code for entry in listed.entries) for name, listed in held.items()}


def _contract_kept(rows: int, rejected: int) -> Measure:
    """Rows that did not keep the catalogue's types and lengths were rejected on the way in; they count as wrong."""
    return Measure(Dimension.ACCURACY, "accuracy.contract", N_("类型与长度符合目录"), rows + rejected, rows)


def _availability(resource_code: str, at: datetime) -> Measure:
    calls = gateway.availability(resource_code, since=at - AVAILABILITY_WINDOW, until=at)
    return Measure(Dimension.AVAILABILITY, "availability.calls", N_("近30日调用成功"), calls.calls, calls.answered)


def _keep(score: Score, provider: str, run_no: str) -> None:
    ScoreRow.objects.create(
        resource_code=score.resource_code,
        provider_uscc=provider,
        run_no=run_no,
        measured_at=score.measured_at,
        total=score.total,
        stars=score.stars,
        row_count=score.row_count,
        dimensions=[asdict(part) for part in score.dimensions],
        measures=[asdict(part) for part in score.measures],
    )
