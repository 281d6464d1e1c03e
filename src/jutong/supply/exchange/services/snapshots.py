"""Snapshots of the pool: asked for, written, fetched, taken by plan, forgotten by rule (归集库快照)."""

import logging
from datetime import datetime, timedelta
from typing import BinaryIO, Final

from django.db import Error as DatabaseError
from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from procrastinate.contrib.django import app

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Subject
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange import policy, queries
from jutong.supply.exchange.adapters import parquet
from jutong.supply.exchange.domain import NotInPool
from jutong.supply.exchange.domain.snapshots import NoSuchSnapshot, SnapshotFailed, SnapshotPending, is_due
from jutong.supply.exchange.models import Plan, PoolTable, Snapshot
from jutong.supply.exchange.values import Rhythm, SnapshotState

log = logging.getLogger(__name__)

TASK: Final = "exchange.snapshot"
QUEUE: Final = "exchange"


@transaction.atomic
def ask(*, resource_code: str, by: Subject, at: datetime) -> Snapshot:
    """Have a snapshot taken; a worker writes it. Raises NoSuchPlan, NotPermitted, NotInPool, SnapshotPending."""
    plan = queries.get_plan_row(resource_code, by)
    require(by, policy.MAKE_SNAPSHOTS, queries.facts(plan))
    row = _queue(resource_code, by.actor, at, by_plan=False)
    _record("started", row, by.actor, at)
    return row


@transaction.atomic
def set_rhythm(*, resource_code: str, rhythm: Rhythm, by: Subject, at: datetime) -> None:
    """Have snapshots taken every day, every month, or only when asked for. Raises NoSuchPlan, NotPermitted."""
    plan = queries.get_plan_row(resource_code, by)
    require(by, policy.MAKE_SNAPSHOTS, queries.facts(plan))
    Plan.objects.filter(pk=plan.pk).update(snapshots=rhythm)
    audit.record(
        action="exchange.snapshot.set",
        by=by.actor,
        at=at,
        object_kind="plan",
        object_code=resource_code,
        resource=resource_code,
        details={"from": plan.snapshots, "to": rhythm.value},
    )


def carry_out(resource_code: str, number: int) -> None:
    """Write a snapshot that was asked for. What cannot be written is told on its line and not tried again."""
    row = Snapshot.objects.filter(resource_code=resource_code, number=number, state=SnapshotState.QUEUED).first()
    if row is None:
        return
    try:
        _write(row)
    except (SnapshotFailed, NotInPool, DatabaseError, OSError) as fault:
        log.warning("snapshot %s of %s: %s", number, resource_code, fault)
        parquet.path_of(resource_code, number).unlink(missing_ok=True)
        code = getattr(fault, "code", "snapshot_failed")
        Snapshot.objects.filter(pk=row.pk).update(state=SnapshotState.FAILED, error_code=code)


def _write(row: Snapshot) -> None:
    at = clock.now()
    with transaction.atomic():
        parquet.hold(row.resource_code)
        table = PoolTable.objects.filter(resource_code=row.resource_code).first()
        if table is None:
            raise NotInPool(resource_code=row.resource_code)
        columns = [(column[0], column[1]) for column in table.signature[:-1]]
        titles = {item.column_name: item.title for item in catalogue.get_resource(row.resource_code).items}
        metadata = {
            "jutong.resource": row.resource_code,
            "jutong.version": str(table.resource_version),
            "jutong.batch": str(table.seq),
            "jutong.taken_at": at.isoformat(),
        }
        written = parquet.write(row.resource_code, row.number, columns, metadata)
        row.state, row.taken_at = SnapshotState.MADE, at
        row.resource_version, row.seq = table.resource_version, table.seq
        row.rows, row.size_bytes, row.digest = written.rows, written.size_bytes, written.digest
        row.columns = [{"name": name, "type": words, "title": titles.get(name, "")} for name, words in columns]
        row.save()


def fetch(*, resource_code: str, number: int, by: Subject, at: datetime) -> tuple[Snapshot, BinaryIO]:
    """A snapshot and its bytes; that somebody took it is on record before the first byte leaves.

    Raises NoSuchPlan, NotPermitted, NoSuchSnapshot.
    """
    plan = queries.get_plan_row(resource_code, by)
    require(by, policy.FETCH_SNAPSHOTS, queries.facts(plan))
    row = queries.snapshots(resource_code).filter(number=number, state=SnapshotState.MADE).first()
    if row is None:
        raise NoSuchSnapshot(number=number)
    try:
        content = parquet.path_of(resource_code, number).open("rb")
    except FileNotFoundError:
        raise NoSuchSnapshot(number=number) from None
    with transaction.atomic():
        _record("fetched", row, by.actor, at, rows=row.rows, digest=row.digest)
    return row, content


def make_round(*, at: datetime) -> int:
    """Ask for the snapshots that are due by plan and would hold something new; how many."""
    count = 0
    for plan in Plan.objects.exclude(snapshots=Rhythm.NONE).order_by("resource_code"):
        of_it = queries.snapshots(plan.resource_code)
        last = of_it.filter(by_plan=True).first()
        if not is_due(Rhythm(plan.snapshots), last.asked_at if last else None, at):
            continue
        table = PoolTable.objects.filter(resource_code=plan.resource_code).first()
        if table is None or of_it.filter(state=SnapshotState.MADE, seq=table.seq).exists():
            continue
        try:
            with transaction.atomic():
                _record("started", _queue(plan.resource_code, PLATFORM, at, by_plan=True), PLATFORM, at)
        except SnapshotPending:
            continue
        count += 1
    return count


def forget(*, at: datetime) -> int:
    """Take away the files that are kept too long; how many. What is known of them stays."""
    days = rulebook.parameter("exchange.snapshot_keep_days", on=local_day(at)).whole()
    return _take_away(Snapshot.objects.filter(taken_at__lt=at - timedelta(days=days)))


def forget_all(resource_code: str) -> int:
    """Take away every file of a resource, whose data must not be kept any more; how many."""
    return _take_away(Snapshot.objects.filter(resource_code=resource_code))


def _take_away(rows: QuerySet[Snapshot]) -> int:
    made = list(rows.filter(state=SnapshotState.MADE))
    for row in made:
        parquet.path_of(row.resource_code, row.number).unlink(missing_ok=True)
        Snapshot.objects.filter(pk=row.pk).update(state=SnapshotState.EXPIRED)
    return len(made)


def _queue(resource_code: str, by: ActorRef, at: datetime, *, by_plan: bool) -> Snapshot:
    if not PoolTable.objects.filter(resource_code=resource_code).exists():
        raise NotInPool(resource_code=resource_code)
    of_it = queries.snapshots(resource_code)
    if of_it.filter(state=SnapshotState.QUEUED).exists():
        raise SnapshotPending()
    number = (of_it.aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            row = Snapshot.objects.create(
                resource_code=resource_code,
                number=number,
                state=SnapshotState.QUEUED,
                asked_by=by.to_json(),
                asked_at=at,
                by_plan=by_plan,
            )
    except IntegrityError as fault:
        raise SnapshotPending() from fault
    app.configure_task(TASK, queue=QUEUE).defer(resource_code=resource_code, number=number)
    return row


def _record(verb: str, row: Snapshot, by: ActorRef, at: datetime, **details: object) -> None:
    audit.record(
        action=f"exchange.snapshot.{verb}",
        by=by,
        at=at,
        object_kind="snapshot",
        object_code=f"{row.resource_code}#{row.number}",
        resource=row.resource_code,
        details=details,
    )
