"""What the actions of this room share: numbers, locks, texts, the audit entry."""

import re
from datetime import datetime
from typing import Any, Final

from jutong.foundation.audit import api as audit
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Subject
from jutong.supply.rounds import domain, models, queries
from jutong.supply.rounds.domain.errors import NameMissing, NoSuchEntry, RoundClosed, TextTooLong
from jutong.supply.rounds.values import CompilationRoundState

ROUND: Final = "LC"
NOTICE: Final = "GS"

_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def next_number(kind: str, *, at: datetime) -> str:
    """The next number of a kind in its year; the counter's row stays locked until the commit."""
    year = local_day(at).year
    models.Counter.objects.bulk_create([models.Counter(kind=kind, year=year)], ignore_conflicts=True)
    counter = models.Counter.objects.select_for_update().get(kind=kind, year=year)
    counter.last_no += 1
    counter.save(update_fields=["last_no"])
    return f"{kind}{year}{counter.last_no:04d}"


def text(given: str, *, field: str, limit: int = domain.MAX_TEXT) -> str:
    """A typed text as it is kept. Raises TextTooLong."""
    kept = _UNPRINTABLE.sub(" ", given).strip()
    if len(kept) > limit:
        raise TextTooLong(field=field, limit=limit)
    return kept


def name(given: str, *, field: str) -> str:
    """A typed name. Raises NameMissing, TextTooLong."""
    kept = text(given, field=field, limit=domain.MAX_TITLE)
    if not kept:
        raise NameMissing(field=field)
    return kept


def lock_round(round_no: str, by: Subject) -> models.Round:
    """The open round, locked. Raises NoSuchRound, RoundClosed."""
    seen = queries.get_round(round_no, by)
    row = models.Round.objects.select_for_update().get(pk=seen.pk)
    expect_open(row)
    return row


def lock_entry(entry_no: str, by: Subject) -> models.Entry:
    """The entry of an open round, locked. Raises NoSuchEntry, RoundClosed."""
    seen = queries.get_entry(entry_no, by)
    row = models.Entry.objects.select_for_update(of=("self",)).select_related("round").filter(pk=seen.pk).first()
    if row is None:
        raise NoSuchEntry(entry_no=entry_no)
    expect_open(row.round)
    return row


def expect_open(row: models.Round) -> None:
    """Raise RoundClosed where nothing is changed any more."""
    if row.state != CompilationRoundState.OPEN:
        raise RoundClosed(round_no=row.round_no)


def record(action: str, code: str, by: ActorRef, at: datetime, *, resource: str = "", **details: Any) -> None:
    """Tell the audit log; the kind of the object is the action's own."""
    audit.record(
        action=f"rounds.{action}",
        by=by,
        at=at,
        object_kind=action.partition(".")[0],
        object_code=code,
        resource=resource,
        details=details,
    )
