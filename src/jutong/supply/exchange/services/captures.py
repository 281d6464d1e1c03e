"""What sources keep for mounts whose changes are captured: noted, confirmed, watched, and given up (变更捕获).

A source keeps its log until we confirm it, and its disk is not ours to fill. So the lag is looked at every minute, an
alarm stands while it is too long, and what a mount had kept is dropped when the mount ends, tried again until
the source answers.
"""

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.errors import JutongError
from jutong.supply.exchange.models import Capture, Run
from jutong.supply.exchange.services import alarms
from jutong.supply.exchange.values import AlarmKind
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import CaptureNames, CaptureStanding, Mount

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 60
AT_ONCE: Final = 20
"""Sources asked in one round, which must not keep the other work of its process waiting."""
_MIB: Final = 1024 * 1024


def note_begun(mount: Mount, *, at: datetime) -> None:
    """Before the source is asked to keep anything: what must be given up one day is written down first."""
    names = CaptureNames.of(mount)
    assert mount.table is not None
    Capture.objects.get_or_create(
        slot=names.slot,
        defaults={
            "resource_code": mount.resource_code,
            "source_no": mount.table.source_no,
            "publication": names.publication,
            "looked_at": at,
        },
    )


def note_position(mount: Mount, cursor: dict[str, Any], *, events: int, speed: float | None, at: datetime) -> None:
    """In a batch's own transaction: up to where the pool has the changes, and how many there were."""
    Capture.objects.filter(slot=CaptureNames.of(mount).slot).update(
        cursor=cursor, events=F("events") + events, events_per_second=speed, moved_at=at
    )


def note_lost(mount: Mount, fault: JutongError, *, at: datetime) -> None:
    """The thread of changes broke; the run that found it reads the whole table in a new snapshot."""
    Capture.objects.filter(slot=CaptureNames.of(mount).slot).update(
        lost_at=at, lost_words=fault.message, lost_details={name: str(value) for name, value in fault.details.items()}
    )


def confirm(mount: Mount, *, at: datetime) -> None:
    """After a run: let the source forget what the pool has. One that does not answer now is asked by the next run."""
    row = Capture.objects.filter(slot=CaptureNames.of(mount).slot).first()
    if row is None or row.cursor is None:
        return
    try:
        _note_standing(row, mounting.confirm_capture(row.source_no, _names(row), row.cursor), at=at)
    except JutongError as fault:
        log.warning("capture %s not confirmed: %s", row.slot, fault.code)


def end(resource_code: str, *, at: datetime) -> None:
    """The mount ended: the round has its source keep nothing more."""
    Capture.objects.filter(resource_code=resource_code, ended_at=None).update(ended_at=at)


def make_round(*, at: datetime) -> bool:
    """Give up what ended, look at what goes on. True: there is more to do at once."""
    due = Capture.objects.filter(looked_at__lte=at - timedelta(seconds=LOOK_SECONDS)).order_by("looked_at")
    rows = list(due[:AT_ONCE])
    for row in rows:
        # Before asking: a source that does not answer must not be asked again and again.
        Capture.objects.filter(pk=row.pk).update(looked_at=at)
        try:
            _give_up(row) if row.ended_at else _look_at(row, at)
        except JutongError as fault:
            log.warning("capture %s: %s", row.slot, fault.code)
    return len(rows) == AT_ONCE


def _give_up(row: Capture) -> None:
    if not mounting.end_capture(row.source_no, _names(row)):
        log.error("source %s is out of use; its administrator must drop the slot %s", row.source_no, row.slot)
    row.delete()


def _look_at(row: Capture, at: datetime) -> None:
    if row.cursor is None:
        return
    _note_standing(row, mounting.capture_standing(row.source_no, _names(row), row.cursor), at=at)


@transaction.atomic
def _note_standing(row: Capture, standing: CaptureStanding, *, at: datetime) -> None:
    """Keep how the source stands, and warn while it stands badly."""
    row = Capture.objects.select_for_update().get(pk=row.pk)
    row.position, row.lag_bytes, row.keep_bytes = standing.position, standing.lag_bytes, standing.keep_bytes
    row.lost, row.advice, row.looked_at = standing.lost, list(standing.advice), at
    row.save()
    limit = rulebook.parameter("exchange.capture_lag_mib", on=local_day(at)).whole() * _MIB
    standing_badly = {
        AlarmKind.LOG_LOST: standing.lost,
        AlarmKind.LOG_KEPT: not standing.lost and (standing.endangered or standing.lag_bytes > limit),
    }
    # There is one: capturing begins in a run.
    run = Run.objects.filter(resource_code=row.resource_code).latest("pk")
    for kind, badly in standing_badly.items():
        if badly:
            alarms.raise_alarm(kind, run, at=at, lag_mib=standing.lag_bytes // _MIB)
        else:
            alarms.clear(row.resource_code, {kind}, at=at)


def _names(row: Capture) -> CaptureNames:
    return CaptureNames(row.slot, row.publication)
