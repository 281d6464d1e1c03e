"""Numbers and audit entries of this room."""

from datetime import datetime
from typing import Any

from jutong.foundation.audit import api as audit
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.supply.harvest.models import Feed, Harvest, HarvestCounter


def next_number(kind: str, prefix: str, at: datetime) -> str:
    """The next number of a kind in this year."""
    year = local_day(at).year
    HarvestCounter.objects.get_or_create(kind=kind, year=year)
    counter = HarvestCounter.objects.select_for_update().get(kind=kind, year=year)
    counter.last_no += 1
    counter.save(update_fields=["last_no"])
    return f"{prefix}{year}{counter.last_no:06d}"


def record_feed(verb: str, row: Feed, by: ActorRef, at: datetime, **details: Any) -> None:
    audit.record(
        action=f"harvest.feed.{verb}",
        by=by,
        at=at,
        object_kind="feed",
        object_code=row.feed_no,
        details={"kind": row.kind, "address": row.address, **details},
    )


def record_harvest(verb: str, row: Harvest, by: ActorRef, at: datetime, **details: Any) -> None:
    audit.record(
        action=f"harvest.harvest.{verb}",
        by=by,
        at=at,
        object_kind="harvest",
        object_code=row.harvest_no,
        details=details,
    )
