"""Refused rows as they are kept (拒收记录): sealed beside their masked value, carried over, settled, forgotten."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.supply.exchange.adapters import vault
from jutong.supply.exchange.models import Batch, Reject, Run
from jutong.supply.exchange.values import Reject as RejectValue
from jutong.supply.exchange.values import RejectState, RunKind

WAITING = (RejectState.OPEN, RejectState.CORRECTED, RejectState.AT_SOURCE)


def keep(row: Run, found: Sequence[RejectValue]) -> None:
    """Keep the rejects of a run anew, numbered in the order met."""
    Reject.objects.filter(run=row).delete()
    kept = []
    for number, reject in enumerate(found, start=1):
        digest = vault.digest_of(row.resource_code, reject.row) if reject.row is not None else ""
        kept.append(
            Reject(
                run=row,
                number=number,
                row_no=reject.row_no,
                column=reject.column[:200],
                reason=reject.reason,
                masked_value=reject.masked_value[:40],
                row_digest=digest,
                sealed_row=vault.seal(row.resource_code, digest, reject.row) if reject.row is not None else None,
            )
        )
    Reject.objects.bulk_create(kept, batch_size=500)


def after_success(row: Run, mended: Collection[int], *, at: datetime) -> None:
    """In the transaction of a run's success: what earlier runs refused was brought again, or is no more.

    A run that read the whole table, or compared it bucket by bucket, has met whatever is bad in it; one of increments
    or changes tells only of the rows that it met. What was corrected and not yet replayed goes over to the row refused
    now.
    """
    if row.kind == RunKind.REPLAY:
        return
    earlier = Reject.objects.filter(run__resource_code=row.resource_code, run__pk__lt=row.pk)
    earlier = earlier.filter(state__in=(*WAITING, RejectState.REPLAYED))
    if not _met_everything(row):
        met = Reject.objects.filter(run=row).exclude(row_digest="").values("row_digest")
        earlier = earlier.filter(row_digest__in=met, state__in=WAITING)
    waiting = list(earlier.exclude(state=RejectState.REPLAYED, pk__in=list(mended)).order_by("pk"))
    if not waiting:
        return
    _carry_over([each for each in waiting if each.state == RejectState.CORRECTED], row)
    Reject.objects.filter(pk__in=[each.pk for each in waiting]).update(
        state=RejectState.SETTLED, sealed_row=None, sealed_correction=None
    )


def _met_everything(row: Run) -> bool:
    return Batch.objects.filter(run=row, kind__in=[RunKind.FULL, RunKind.RECONCILE]).exists()


def _carry_over(corrected: list[Reject], row: Run) -> None:
    if not corrected:
        return
    again: dict[str, list[Reject]] = defaultdict(list)
    for each in Reject.objects.filter(run=row, row_digest__in=[each.row_digest for each in corrected]):
        again[each.row_digest].append(each)
    for old in corrected:
        if again[old.row_digest]:
            new = again[old.row_digest].pop(0)
            new.state = RejectState.CORRECTED
            new.sealed_correction, new.corrected_columns = old.sealed_correction, old.corrected_columns
            new.corrected_by, new.corrected_at = old.corrected_by, old.corrected_at
            new.save()


def forget(*, at: datetime) -> int:
    """Erase the content of rows that are kept too long; how many. The masked value stays.

    A correction that was replayed lasts as long as the source brings the row: the daily comparison would miss it.
    """
    days = rulebook.parameter("exchange.rejects_keep_days", on=local_day(at)).whole()
    old = Reject.objects.filter(run__finished_at__lt=at - timedelta(days=days), sealed_row__isnull=False)
    return old.exclude(state=RejectState.REPLAYED).update(
        sealed_row=None, sealed_correction=None, state=RejectState.SETTLED
    )
