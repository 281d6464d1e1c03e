"""What every change to a list does: numbers, open rounds, the audit entry."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jutong.foundation.audit import api as audit
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post, Subject
from jutong.supply.lists.domain import errors, number_of
from jutong.supply.lists.models import Counter, Round
from jutong.supply.lists.values import ListKind, RoundState


def next_numbers(kind: str, at: datetime, count: int = 1) -> list[str]:
    """The next numbers of a kind of thing in the year, without a gap in what is kept."""
    year = local_day(at).year
    Counter.objects.bulk_create([Counter(kind=kind, year=year)], ignore_conflicts=True)
    row = Counter.objects.select_for_update().get(kind=kind, year=year)
    first = row.last_no + 1
    row.last_no += count
    row.save(update_fields=["last_no"])
    return [number_of(kind, year, first + step) for step in range(count)]


def open_round(round_no: str, kind: ListKind, *, lock: bool = True) -> Round:
    """A round of this list that is being compiled. Raises NoSuchRound, RoundNotOpen."""
    rows = Round.objects.select_for_update() if lock else Round.objects
    row = rows.filter(round_no=round_no).first()
    if row is None:
        raise errors.NoSuchRound(round_no=round_no, field="round_no")
    if row.state != RoundState.OPEN or row.kind != kind:
        raise errors.RoundNotOpen(round_no=round_no, field="round_no")
    return row


def entry_round(round_no: str, kind: ListKind, by: Subject, at: datetime) -> Round:
    """As `open_round`, in which this person may enter today: departments on its days, the bureau until the review.

    Raises NoSuchRound, RoundNotOpen, NotInRoundDays.
    """
    row = open_round(round_no, kind)
    if by.post is not Post.BUREAU_REVIEWER and not row.opens_on <= local_day(at) <= row.closes_on:
        raise errors.NotInRoundDays(
            round_no=round_no, opens_on=row.opens_on.isoformat(), closes_on=row.closes_on.isoformat()
        )
    return row


def record(
    action: str,
    by: ActorRef,
    at: datetime,
    *,
    code: str,
    resource: str = "",
    case: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """The audit entry of what was done; `action` is `object.deed`."""
    audit.record(
        action=f"lists.{action}",
        by=by,
        at=at,
        object_kind=action.partition(".")[0],
        object_code=code,
        resource=resource,
        case=case,
        details=dict(details or {}),
    )
