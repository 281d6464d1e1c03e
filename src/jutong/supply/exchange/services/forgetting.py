"""Data that must not be kept (不得留存): what had been gathered before it was said is cleared away."""

from datetime import datetime

from django.db import transaction

from jutong.foundation.audit import api as audit
from jutong.kernel.actors import PLATFORM
from jutong.supply.exchange.adapters import pool
from jutong.supply.exchange.models import Contribution, Plan, PoolTable, Reject, Watermark
from jutong.supply.exchange.services import contributions, snapshots
from jutong.supply.exchange.values import ContributionState


@transaction.atomic
def forget(resource_code: str, *, at: datetime) -> None:
    """Clear a resource's rows out of the pool, its snapshots, the rejects kept of it, and assembled tables.

    The ledger stays: it counts, and holds no value of a row.
    """
    Plan.objects.filter(resource_code=resource_code).delete()
    Watermark.objects.filter(resource_code=resource_code).delete()
    rejects = Reject.objects.filter(run__resource_code=resource_code)
    rejects.update(sealed_row=None, sealed_correction=None, masked_value="", row_digest="")
    had = PoolTable.objects.filter(resource_code=resource_code).first()
    PoolTable.objects.filter(resource_code=resource_code).delete()
    pool.drop(resource_code)
    snapshots.forget_all(resource_code)
    for row in Contribution.objects.filter(source_code=resource_code, state=ContributionState.JOINED):
        contributions.leave(row, _REASON, at=at)
    if had is not None:
        audit.record(
            action="exchange.pool.forgotten",
            by=PLATFORM,
            at=at,
            object_kind="resource",
            object_code=resource_code,
            resource=resource_code,
            details={"rows": had.rows},
        )


_REASON = "供数资源不得留存"
