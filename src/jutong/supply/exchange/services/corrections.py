"""Refused rows corrected by the provider and replayed (改正与重放): all of them, or none, and each once.

What was replayed stays in force: whenever the source brings the same bad row again the corrected one stands for it,
until the source brings something better.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from re import fullmatch
from typing import Any, Final, cast

from django.db import transaction
from django.db.models import Max

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Subject
from jutong.kernel.text import N_
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange import events, policy, queries
from jutong.supply.exchange.adapters import pool, vault
from jutong.supply.exchange.adapters.bench import Bench, Misfit
from jutong.supply.exchange.domain import RunOpen, Shape
from jutong.supply.exchange.domain.answers import (
    CorrectionMissing,
    CorrectionsMissing,
    ItemNotInRow,
    NoSuchReject,
    RejectSettled,
    RejectUnreadable,
    ReplayOutdated,
    ReplayRefused,
)
from jutong.supply.exchange.domain.mending import Mend, Mending, Row
from jutong.supply.exchange.models import Batch, Lease, PoolTable, Reject, Run
from jutong.supply.exchange.services import lineage, logbook, runs
from jutong.supply.exchange.values import RejectReason, RejectState, RunKind, RunState, Trigger
from jutong.supply.mounting import api as mounting

LONGEST_VALUE: Final = 4_000
_SHOWN: Final = 5


# --- Corrected -------------------------------------------------------------------------------------------------------


@transaction.atomic
def correct(*, run_no: str, number: int, values: Mapping[str, str | None], by: Subject, at: datetime) -> None:
    """Say what some data items of a refused row ought to be; what is not named stays as it came. None empties one.

    Raises NoSuchRun, NoSuchReject, NotPermitted, RejectSettled, RejectUnreadable, ItemNotInRow, CorrectionMissing.
    """
    row = _ended_run(run_no, by)
    _correct(row, number, values, by, at)
    _record("corrected", row, by, at, items=sorted(values), reject=number)


@transaction.atomic
def correct_many(
    *, run_no: str, corrections: Sequence[tuple[int, Mapping[str, str | None]]], by: Subject, at: datetime
) -> int:
    """As `correct`, for many rows at once: all, or none; how many."""
    row = _ended_run(run_no, by)
    for number, values in corrections:
        _correct(row, number, values, by, at)
    _record("corrected", row, by, at, total=len(corrections))
    return len(corrections)


@transaction.atomic
def leave_to_source(*, run_no: str, number: int, by: Subject, at: datetime) -> None:
    """Say that the source itself will be, or is, put right (来源已改正).

    Raises NoSuchRun, NoSuchReject, NotPermitted, RejectSettled.
    """
    row = _ended_run(run_no, by)
    reject = _locked_reject(row, number)
    reject.state, reject.sealed_correction, reject.corrected_columns = RejectState.AT_SOURCE, None, []
    reject.corrected_by, reject.corrected_at = by.actor.to_json(), at
    reject.save()
    _record("left_to_source", row, by, at, reject=number)


def _correct(row: Run, number: int, values: Mapping[str, str | None], by: Subject, at: datetime) -> None:
    reject = _locked_reject(row, number)
    if reject.sealed_row is None:
        raise RejectUnreadable(field="number")
    if not values:
        raise CorrectionMissing()
    names = queries.shape_of(catalogue.get_resource(row.resource_code)).names
    for item in values:
        if item not in names:
            raise ItemNotInRow(field=item, item=item)
    before = queries.row_of(row, reject)
    if len(before) != len(names):
        raise ReplayOutdated()
    content = dict(zip(names, before, strict=True)) | dict(values)
    sealed = vault.seal(row.resource_code, reject.row_digest, tuple(content[name] for name in names))
    reject.state, reject.sealed_correction = RejectState.CORRECTED, sealed
    reject.corrected_columns = sorted({*reject.corrected_columns, *values})
    reject.corrected_by, reject.corrected_at = by.actor.to_json(), at
    reject.save()


def _ended_run(run_no: str, by: Subject) -> Run:
    seen = queries.get_run_row(run_no, by)
    require(by, policy.CORRECT_REJECTS, queries.facts(seen))
    row = Run.objects.select_for_update().get(pk=seen.pk)
    if row.finished_at is None:
        raise RunOpen(run_no=run_no)
    return row


def _locked_reject(row: Run, number: int) -> Reject:
    reject = Reject.objects.select_for_update().filter(run=row, number=number).first()
    if reject is None:
        raise NoSuchReject(number=number)
    if not RejectState(reject.state).waits:
        raise RejectSettled(number=number)
    return reject


# --- Replayed --------------------------------------------------------------------------------------------------------


@transaction.atomic
def replay(*, run_no: str, by: Subject, at: datetime) -> str:
    """Take the corrected rows of a run into the pool, all or none; gives the number of the run that did or will.

    A run that brought nothing is tried again with its corrections instead.

    Raises NoSuchRun, NotPermitted, RunOpen, CorrectionsMissing, ReplayOutdated, ReplayRefused.
    """
    seen = queries.get_run_row(run_no, by)
    require(by, policy.CORRECT_REJECTS, queries.facts(seen))
    lease = _idle_lease(seen.resource_code, at)
    row = _ended_run(run_no, by)
    corrected = list(Reject.objects.select_for_update().filter(run=row, state=RejectState.CORRECTED).order_by("number"))
    if not corrected:
        raise CorrectionsMissing()
    shape = queries.shape_of(catalogue.get_resource(row.resource_code))
    rows = [(each.number, queries.row_of(row, each)) for each in corrected]
    if any(len(content) != len(shape.names) for _, content in rows):
        raise ReplayOutdated()
    if row.state != RunState.SUCCEEDED:
        number = _try_again(row, shape, rows, by, at)
    else:
        number = _take(row, shape, rows, lease, by, at)
    Reject.objects.filter(pk__in=[each.pk for each in corrected]).update(state=RejectState.REPLAYED)
    _record("replayed", row, by, at, run=number, total=len(corrected))
    logbook.note(row, N_("已重放改正的 {rows} 行，见运行 {run_no}。"), at=at, rows=len(corrected), run_no=number)
    return number


def _idle_lease(resource_code: str, at: datetime) -> Lease:
    """The lease, locked: nobody else gathers the resource until this transaction ends."""
    Lease.objects.get_or_create(resource_code=resource_code)
    lease = Lease.objects.select_for_update().get(resource_code=resource_code)
    if open_run := queries.find_open_run(resource_code):
        raise RunOpen(run_no=open_run.run_no)
    lease.epoch += 1
    lease.save(update_fields=["epoch"])
    return lease


def _try_again(row: Run, shape: Shape, rows: list[tuple[int, Row]], by: Subject, at: datetime) -> str:
    if Run.objects.filter(resource_code=row.resource_code, pk__gt=row.pk).exists():
        raise ReplayOutdated()
    _refuse(_misfits(Bench(shape, seq=0, at=at), shape, rows))
    return runs.create_run(row.resource_code, Trigger.MANUAL, by=by.actor, at=at, full=row.full_asked).run_no


def _take(row: Run, shape: Shape, rows: list[tuple[int, Row]], lease: Lease, by: Subject, at: datetime) -> str:
    table = PoolTable.objects.select_for_update().filter(resource_code=row.resource_code).first()
    if table is None or table.signature != shape.signature():
        raise ReplayOutdated()
    last = Batch.objects.filter(resource_code=row.resource_code).aggregate(last=Max("seq"))["last"] or 0
    bench = Bench(shape, seq=last + 1, at=at)
    misfits = _misfits(bench, shape, rows)
    # A full run has read all keys; in one of increments an older row of the key is what the corrected one replaces.
    first = Batch.objects.filter(run=row).order_by("seq").values_list("seq", flat=True).first() or 1
    since = first if row.kind in (RunKind.INCREMENTAL, RunKind.CAPTURE) else 0
    _refuse(misfits or bench.clashes(since_seq=since))
    count, digest = bench.digest()
    if shape.key:
        effect = pool.merge(shape, bench, table.rows, spoken_of=None)
    else:
        effect = pool.Effect(bench.add_to_pool(), 0, 0, table.rows + count)
    made = _note_run(row, shape, count, digest, effect, lease, by, at)
    _note_batch(made, last + 1, effect, at)
    table.rows, table.seq = effect.rows_after, last + 1
    table.save(update_fields=["rows", "seq"])
    return made.run_no


def _misfits(bench: Bench, shape: Shape, rows: Iterable[tuple[int, Row]]) -> list[Misfit]:
    patterns = {column.name: mounting.text_pattern(column.data_type) for column in shape.columns}
    misfits, good = [], []
    for number, content in rows:
        wrong = next(
            (
                name
                for name, value in zip(shape.names, content, strict=True)
                if value is not None and (pattern := patterns[name]) and not fullmatch(pattern, value)
            ),
            None,
        )
        if wrong is None:
            good.append((number, content))
        else:
            misfits.append(Misfit(number, wrong, RejectReason.TYPE_MISMATCH))
    return sorted([*misfits, *bench.lay(good)], key=lambda misfit: misfit.number)


def _refuse(misfits: list[Misfit]) -> None:
    if misfits:
        words = [
            cast(JutongError, StillWrong(number=each.number, column=each.column, reason=each.reason))
            for each in misfits[:_SHOWN]
        ]
        raise ReplayRefused(
            count=len(misfits),
            faults=tuple(words),
            rows=[{"number": each.number, "column": each.column, "reason": each.reason.value} for each in misfits],
        )


class StillWrong(ReplayRefused):
    """One row of a replay that does not fit."""

    message = N_("第 {number} 条，数据项 {column}：{reason}")


def _note_run(
    row: Run,
    shape: Shape,
    count: int,
    digest: str,
    effect: pool.Effect,
    lease: Lease,
    by: Subject,
    at: datetime,
) -> Run:
    made = Run.objects.create(
        run_no=runs.next_number(at),
        resource_code=row.resource_code,
        provider_uscc=row.provider_uscc,
        kind=RunKind.REPLAY,
        trigger=Trigger.MANUAL,
        state=RunState.SUCCEEDED,
        requested_by=by.actor.to_json(),
        requested_at=at,
        started_at=at,
        finished_at=at,
        progress_at=at,
        epoch=lease.epoch,
        attempt=1,
        rows_total=count,
        rows_read=count,
        rows=count,
        inserted=effect.inserted,
        updated=effect.updated,
        batches=1,
        digest=digest,
        resource_version=shape.resource_version,
    )
    lineage.note_start(made, at=at)
    lineage.note_end(made, at=at)
    logbook.note(made, N_("重放运行 {run_no} 拒收后改正的 {rows} 行。"), at=at, run_no=row.run_no, rows=count)
    return made


def _note_batch(made: Run, seq: int, effect: pool.Effect, at: datetime) -> None:
    Batch.objects.create(
        resource_code=made.resource_code,
        seq=seq,
        run=made,
        epoch=made.epoch,
        kind=RunKind.REPLAY,
        rows=made.rows,
        inserted=effect.inserted,
        updated=effect.updated,
        deleted=0,
        rejected=0,
        digest=made.digest,
        resource_version=made.resource_version,
        committed_at=at,
    )
    outbox.publish(
        events.RunFinished(
            run_no=made.run_no,
            resource_code=made.resource_code,
            provider_uscc=made.provider_uscc,
            kind=made.kind,
            seq=seq,
            rows=made.rows,
            inserted=effect.inserted,
            updated=effect.updated,
            deleted=0,
            rejected=0,
            digest=made.digest,
            finished_at=at,
        ),
        at=at,
    )


# --- In force --------------------------------------------------------------------------------------------------------


def in_force(shape: Shape) -> Mending:
    """The corrections that stand for rows of this resource, as a run needs them."""
    code = shape.resource_code
    known = Reject.objects.filter(
        run__resource_code=code, state=RejectState.REPLAYED, sealed_correction__isnull=False
    ).select_related("run")
    mends = []
    for each in known.order_by("pk"):
        try:
            content = queries.row_of(each.run, each)
        except RejectUnreadable:
            # Sealed under a root key that is gone: the row is refused again, and people hear of it.
            continue
        if len(content) == len(shape.names):
            mends.append((each.row_digest, Mend(each.pk, content)))
    return Mending(lambda content: vault.digest_of(code, content), mends)


def _record(verb: str, row: Run, by: Subject, at: datetime, **details: Any) -> None:
    audit.record(
        action=f"exchange.reject.{verb}",
        by=by.actor,
        at=at,
        object_kind="run",
        object_code=row.run_no,
        resource=row.resource_code,
        details=details,
    )
