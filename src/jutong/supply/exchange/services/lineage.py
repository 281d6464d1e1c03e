"""Events of lineage: written down with what a run does, sent afterwards, forgotten by rule (血缘事件)."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.supply.exchange import queries
from jutong.supply.exchange.adapters import lineage_port
from jutong.supply.exchange.domain.lineage import (
    TRIES_MAX,
    LineageRefused,
    LineageUnavailable,
    Outcome,
    event,
    pause_minutes,
)
from jutong.supply.exchange.models import LineageEvent, Run
from jutong.supply.exchange.values import LineageStep, RunState

log = logging.getLogger(__name__)

AT_ONCE: Final = 20
"""Events sent in one round, which must not keep the other work of its process waiting."""

_STEPS: Final = {
    RunState.SUCCEEDED: LineageStep.COMPLETE,
    RunState.FAILED: LineageStep.FAIL,
    RunState.DRIFTED: LineageStep.FAIL,
    RunState.STOPPED: LineageStep.ABORT,
}


def note_start(row: Run, *, at: datetime) -> None:
    """In the transaction that begins a run; one that waited and goes on has been told of."""
    if not _is_told(row):
        _note(row, LineageStep.START, Outcome(), at)


def note_end(row: Run, *, at: datetime) -> None:
    """In the transaction that ends a run; of one that nobody began nothing is told."""
    if _is_told(row):
        _note(row, _STEPS[RunState(row.state)], Outcome(row.rows, row.error_code), at)


def _is_told(row: Run) -> bool:
    return LineageEvent.objects.filter(run=row, step=LineageStep.START).exists()


def _note(row: Run, step: LineageStep, outcome: Outcome, at: datetime) -> None:
    lineage = queries.lineage_of(row.resource_code)
    body = event(
        step, lineage, run_no=row.run_no, installation=settings.JUTONG_BASE_URL.rstrip("/"), at=at, outcome=outcome
    )
    LineageEvent.objects.create(
        run=row, step=step, at=at, body=body, next_try_at=at if settings.JUTONG_OPENLINEAGE_URL else None
    )


def send(*, at: datetime) -> bool:
    """Send what is due; True when more may be due."""
    if not settings.JUTONG_OPENLINEAGE_URL:
        return False
    return all(_send_one(at) for _ in range(AT_ONCE))


def _send_one(at: datetime) -> bool:
    row = _take(at)
    if row is None:
        return False
    try:
        lineage_port.post(settings.JUTONG_OPENLINEAGE_URL, settings.JUTONG_OPENLINEAGE_TOKEN, row.body)
    except LineageUnavailable as fault:
        log.warning("lineage of %s: %s", row.run_id, fault)
    except LineageRefused as fault:
        log.warning("lineage of %s: %s", row.run_id, fault)
        LineageEvent.objects.filter(pk=row.pk).update(next_try_at=None)
    else:
        LineageEvent.objects.filter(pk=row.pk).update(sent_at=at, next_try_at=None)
    return True


@transaction.atomic
def _take(at: datetime) -> LineageEvent | None:
    """The next event that is due, put off already in case the receiver stays silent. Nobody waits for the network."""
    due = LineageEvent.objects.select_for_update(skip_locked=True).filter(next_try_at__lte=at)
    row = due.order_by("next_try_at", "pk").first()
    if row is not None:
        row.tries += 1
        row.next_try_at = at + timedelta(minutes=pause_minutes(row.tries)) if row.tries < TRIES_MAX else None
        row.save(update_fields=["tries", "next_try_at"])
    return row


def forget(*, at: datetime) -> int:
    """Take away the events that are kept too long; how many."""
    days = rulebook.parameter("exchange.lineage_keep_days", on=local_day(at)).whole()
    return LineageEvent.objects.filter(at__lt=at - timedelta(days=days)).delete()[0]
