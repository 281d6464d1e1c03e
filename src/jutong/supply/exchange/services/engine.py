"""The engine: carries a run out, from the contract check to the one transaction that makes its rows the pool's.

Everything before that transaction can be done again and leaves nothing behind; everything in it happens together or
not at all. A worker that was killed is followed by one with a higher epoch, and whatever the dead one had not
committed is void.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import psycopg
from django.db import Error as DjangoDatabaseError
from django.db import connection, transaction
from django.db.models import Max

from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource
from jutong.supply.exchange import events, queries
from jutong.supply.exchange.adapters import pool
from jutong.supply.exchange.adapters.prefetch import Prefetch
from jutong.supply.exchange.adapters.staging import Staging
from jutong.supply.exchange.domain import (
    KEPT_REJECTS,
    ContractChanged,
    LeaseLost,
    SchemaDrifted,
    StopAsked,
    TargetFailed,
    TooFewRows,
    TooManyRejects,
    UnexpectedFault,
    pool_relation,
    shrinks,
    too_many,
)
from jutong.supply.exchange.domain.differences import Seen, compare
from jutong.supply.exchange.models import Batch, Lease, Plan, PoolTable, Run, Watermark
from jutong.supply.exchange.services import (
    aftermath,
    captures,
    contributions,
    corrections,
    lineage,
    logbook,
    rejects,
    runs,
)
from jutong.supply.exchange.values import LogLevel, Reject, RunKind, RunState
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import (
    Awaited,
    BucketDigest,
    CaptureNames,
    Mount,
    MountMode,
    Part,
    StreamColumn,
    StreamRequest,
)

log = logging.getLogger(__name__)

BEAT_SECONDS: Final = 1.0
READERS_WAIT_SECONDS: Final = 20
INCREMENT_ROWS: Final = 500_000
"""Rows of one incremental batch, bounded so that its transaction stays short."""


def run_exchange(run_no: str) -> None:
    """Carry a run out, if this worker may. Ends it in one of its states, or leaves it to be taken up again."""
    claimed = runs.claim(run_no, at=clock.now())
    if claimed is None:
        return
    work = _Work(claimed)
    try:
        with work.pulse:
            work.gather()
    except LeaseLost:
        log.warning("run %s was taken over", run_no)
    except StopAsked as fault:
        runs.end_run(claimed, RunState.STOPPED, fault, at=clock.now(), rejects=work.rejects)
    except SchemaDrifted as fault:
        runs.end_run(claimed, RunState.DRIFTED, fault, at=clock.now())
    except (ContractChanged, mounting.HostUnknown) as fault:
        runs.put_off(claimed, fault, at=clock.now())
    except JutongError as fault:
        if isinstance(fault, Awaited):
            runs.hold(claimed, fault, fault, at=clock.now())
        elif fault.kind is ErrorKind.UNAVAILABLE:
            runs.put_off(claimed, fault, at=clock.now())
        else:
            runs.end_run(claimed, RunState.FAILED, fault, at=clock.now(), rejects=work.rejects)
    except (DjangoDatabaseError, psycopg.Error) as fault:
        # The connection of this thread may be gone with its server; the next statement gets a new one.
        log.warning("run %s: %s", run_no, fault)
        connection.close()
        runs.put_off(claimed, TargetFailed(reason=type(fault).__name__), at=clock.now())
    except Exception as fault:
        # Left running, it would be taken up again at once and for ever.
        log.exception("run %s", run_no)
        runs.put_off(claimed, UnexpectedFault(reason=type(fault).__name__), at=clock.now())


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one reading brought into staging."""

    read: int
    rows: int
    rejected: int
    cursor: dict[str, Any] | None
    more: bool
    part: Part | None = None


@dataclass
class _Tally:
    """Sums over the batches of a run."""

    rows: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    batches: int = 0
    digest: int = 0


class _Work:
    """One attempt at one run."""

    def __init__(self, claimed: runs.Claim):
        self.claimed = claimed
        self.pulse = Pulse(claimed)
        self.rejects: list[Reject] = []
        self.tally = _Tally()
        self.events = 0
        self.ours: dict[int, BucketDigest] = {}
        self.parts: dict[str, int] = {}
        self.begun = time.monotonic()

    # --- The way of a run --------------------------------------------------------------------------------------------

    def gather(self) -> None:
        self.row = Run.objects.get(run_no=self.claimed.run_no)
        if self.row.stop_requested_at is not None:
            raise StopAsked()
        self.mount = mounting.get_mount(self.claimed.resource_code)
        self.resource = catalogue.get_resource(self.claimed.resource_code)
        self.shape = queries.shape_of(self.resource)
        self.source = mounting.open_source(self.mount)
        check_contract(self.mount, self.resource, self.source)
        self._log(N_("来源结构与目录一致，共 {columns} 个数据项。"), columns=len(self.shape.columns))
        self.mending = corrections.in_force(self.shape)
        self._resume()
        watermark = self._watermark()
        if watermark is not None:
            try:
                self._gather_increments(watermark)
                self._confirm()
                return
            except mounting.CursorLost as fault:
                log.warning("run %s: %s", self.claimed.run_no, fault.code)
                if self._capturing():
                    captures.note_lost(self.mount, fault, at=clock.now())
        self._gather_all()
        self._confirm()

    def _confirm(self) -> None:
        if self._capturing():
            captures.confirm(self.mount, at=clock.now())

    def _resume(self) -> None:
        """Count on from the batches an earlier attempt of this run has committed."""
        done = self.row
        self.tally = _Tally(done.rows, done.inserted, done.updated, done.deleted, done.batches, int(done.digest or 0))
        self.pulse.counts.read = self.pulse.counts.base = done.rows

    def _watermark(self) -> Watermark | None:
        """From where to read on, if increments are mounted, not overruled, and the table is of the present contract."""
        if not self.mount.keeps_cursor or self.row.full_asked or not self.shape.key:
            return None
        table = PoolTable.objects.filter(resource_code=self.shape.resource_code).first()
        if table is None or table.signature != self.shape.signature():
            return None
        # What is assembled is compared with its parts by reading them all: that costs no department anything.
        if self.mount.assembled is not None and self._reconcile_due():
            return None
        return Watermark.objects.filter(resource_code=self.shape.resource_code, place=self._place()).first()

    def _place(self) -> str:
        """Which mount a cursor belongs to."""
        if (parts := self.mount.assembled) is not None:
            return f"assembled {parts.mark_item} {parts.region_item} {self.mount.mounted_at.isoformat()}"
        place = self.mount.table
        assert place is not None
        return f"{place.source_no} {place.table} {place.watermark_column} {self.mount.mounted_at.isoformat()}"

    def _gather_all(self) -> None:
        self._begin(RunKind.FULL)
        if self._capturing():
            captures.note_begun(self.mount, at=clock.now())
        before = PoolTable.objects.filter(resource_code=self.shape.resource_code).first()
        same_shape = before is not None and before.signature == self.shape.signature()
        merging = bool(self.shape.key and same_shape and before and before.rows)
        with self._staging(lasting=not merging) as staging:
            loaded = self._load(staging, self._request())
            loaded = self._settle(staging, loaded, beside=merging)
            rows, digest = staging.digest()
            if self.mount.assembled is None:
                # Each part was judged when its own run brought it.
                self._refuse_shrinking(before.rows if before else 0, rows)
            if merging:
                staging.analyse()
            self.commit(
                staging,
                loaded,
                rows=rows,
                digest=digest,
                cursor_from=None,
                last=True,
                change=lambda rows_before: (
                    self._merge_all(staging, loaded.part, rows_before)
                    if merging
                    else pool.swap(self.shape, staging, rows, rows_before)
                ),
            )
        if not merging:
            pool.analyse(self.shape)

    def _gather_increments(self, watermark: Watermark) -> None:
        self._begin(RunKind.CAPTURE if self._capturing() else RunKind.INCREMENTAL)
        reconciling = self.mount.assembled is None and self._reconcile_due()
        cursor, rewind, more = watermark.cursor, True, True
        while more:
            request = replace(
                self._request(), incremental=True, cursor=cursor, rewind=rewind, limit_rows=INCREMENT_ROWS
            )
            loaded = self._bring(request, cursor, last=not reconciling)
            cursor, rewind, more = loaded.cursor or cursor, False, loaded.more
        if reconciling:
            self._reconcile(cursor)

    def _reconcile_due(self) -> bool:
        """Has the whole table not been compared for as long as the rules say?"""
        hours = self._parameter("exchange.reconcile_hours")
        whole = Batch.objects.filter(resource_code=self.shape.resource_code, kind__in=[RunKind.FULL, RunKind.RECONCILE])
        last = whole.aggregate(last=Max("committed_at"))["last"]
        return last is None or last + timedelta(hours=hours) <= clock.now()

    def _reconcile(self, cursor: dict[str, Any]) -> None:
        """Compare by buckets and read those that differ: what was deleted goes, what was passed over comes."""
        self.kind = RunKind.RECONCILE
        self.ours = pool.digests(self.shape)
        request = replace(self._request(), compare=self.ours, cursor=cursor if self._capturing() else None)
        self._bring(request, cursor, last=True)

    def _bring(self, request: StreamRequest, cursor: dict[str, Any], *, last: bool) -> Loaded:
        """Read a part of the table and merge it, as one batch."""
        with self._staging(lasting=False) as staging:
            self.begun = time.monotonic()
            loaded = self._load(staging, request)
            loaded = self._settle(staging, loaded, beside=True)
            self.events = loaded.part.events if loaded.part else 0
            rows, digest = staging.digest()
            if loaded.part is not None and loaded.part.buckets is not None:
                before = mounting.digests.rows_in(self.ours, self.ours)
                gone = mounting.digests.rows_in(self.ours, loaded.part.buckets)
                self._refuse_shrinking(before, before - gone + rows)
            staging.analyse()
            self.commit(
                staging,
                loaded,
                rows=rows,
                digest=digest,
                cursor_from=cursor,
                last=last and not loaded.more,
                change=partial(self._merge_part, staging, loaded.part),
            )
        return loaded

    def _merge_part(self, staging: Staging, part: Part | None, rows_before: int) -> pool.Effect:
        """Merge what a reading brought; of the rows it spoke of without bringing them, nothing stays.

        Increments by a watermark speak of no row but what they bring.
        """
        spoken_of = None
        if part is not None and part.keys is not None and part.keys.rows:
            spoken_of = pool.hold_keys(self.shape, part.keys)
        elif part is not None and part.buckets:
            spoken_of = pool.in_buckets(self.shape, part.buckets)
        elif part is not None and part.marks is not None:
            spoken_of = pool.marked(part.marks)
        return pool.merge(self.shape, staging, rows_before, spoken_of=spoken_of)

    def _merge_all(self, staging: Staging, part: Part | None, rows_before: int) -> pool.Effect:
        """Merge a reading of everything; of what is assembled, parts that could not be read stay as they are."""
        spoken_of = pool.marked(part.marks) if part is not None and part.marks is not None else pool.ALL_ROWS
        return pool.merge(self.shape, staging, rows_before, spoken_of=spoken_of)

    def _capturing(self) -> bool:
        place = self.mount.table
        return place is not None and place.mode is MountMode.CAPTURE

    def _begin(self, kind: RunKind) -> None:
        self.kind = kind
        self.seq = Batch.objects.filter(resource_code=self.shape.resource_code).aggregate(last=Max("seq"))["last"] or 0
        Run.objects.filter(run_no=self.claimed.run_no, epoch=self.claimed.epoch).update(
            kind=kind, resource_version=self.shape.resource_version, rows_total=None
        )
        self._log(N_("开始读取，方式：{kind}。"), kind=kind.label)

    def _staging(self, *, lasting: bool) -> Staging:
        return Staging(
            self.shape,
            epoch=self.claimed.epoch,
            seq=self.seq + 1,
            at=clock.now(),
            lasting=lasting,
            mending=self.mending,
            transformed=[column.item for column in self.mount.columns if column.transform],
        )

    def _request(self) -> StreamRequest:
        by_item = {column.item: column for column in self.mount.columns}
        place = self.mount.table
        return StreamRequest(
            table=mounting.table_of(self.mount),
            columns=tuple(
                StreamColumn(
                    by_item[column.name].source,
                    by_item[column.name].source_type,
                    column.data_type,
                    by_item[column.name].transform,
                )
                for column in self.shape.columns
            ),
            key=tuple(by_item[name].source for name in self.shape.key),
            watermark_column=place.watermark_column if place and place.mode is MountMode.WATERMARK else "",
            overlap_seconds=place.overlap_seconds if place else 0,
            zero_dates_empty=place.zero_dates_empty if place else False,
            capture=CaptureNames.of(self.mount) if self._capturing() else None,
        )

    # --- Into staging ------------------------------------------------------------------------------------------------

    def _load(self, staging: Staging, request: StreamRequest) -> Loaded:
        ratio_max = self._parameter("exchange.reject_ratio_max")
        counts = self.pulse.counts
        read_before, rejected_before = counts.read, counts.rejected
        rows = 0

        def open_stream() -> AbstractContextManager[mounting.Stream]:
            return self.source.stream(request)

        with Prefetch(open_stream) as reading:
            reading.wait_opened()
            if reading.estimate:
                counts.total = read_before + reading.estimate
                self._log(N_("来源约有 {rows} 行。"), rows=reading.estimate)
            for chunk in reading:
                self.pulse.check()
                taken = staging.take(chunk)
                rows += taken.rows
                self._note_rejects(taken.rejects)
                counts.read += chunk.rows + len(chunk.faults)
                if too_many(counts.rejected, counts.read, ratio_max, final=False):
                    raise TooManyRejects(rejected=counts.rejected, limit_percent=round(ratio_max * 100, 2))
            self.pulse.check()
            self._log_read(counts.read - read_before, counts.rejected - rejected_before)
            return Loaded(
                counts.read - read_before,
                rows,
                counts.rejected - rejected_before,
                reading.cursor,
                reading.more,
                reading.part,
            )

    def _settle(self, staging: Staging, loaded: Loaded, *, beside: bool) -> Loaded:
        """Index the key and judge the rejects; after this the staging table is what will be the pool's.

        `beside`: it comes beside rows in the pool of which the reading does not speak.
        """
        staging.stop_guarding()
        taken_out = (*staging.make_key_unique(), *staging.add_mended())
        marks = loaded.part.marks if loaded.part is not None else None
        if beside and marks is not None and marks.item not in self.shape.key:
            taken_out += staging.take_out_held(pool.held_elsewhere(self.shape, staging, marks))
        self._note_rejects(taken_out)
        rejected = loaded.rejected + len(taken_out)
        ratio_max = self._parameter("exchange.reject_ratio_max")
        if too_many(rejected, loaded.read, ratio_max, final=True):
            raise TooManyRejects(rejected=rejected, limit_percent=round(ratio_max * 100, 2))
        if self.mount.assembled is not None and loaded.part is not None and loaded.part.marks is not None:
            self.parts = _rows_of_parts(loaded, staging.count_by(self.mount.assembled.mark_item))
        return replace(loaded, rows=loaded.rows - len(taken_out), rejected=rejected)

    def _note_rejects(self, rejects: tuple[Reject, ...]) -> None:
        self.pulse.counts.rejected += len(rejects)
        self.rejects += rejects[: max(0, KEPT_REJECTS - len(self.rejects))]

    def _log(self, words: str, *, level: LogLevel = LogLevel.INFO, **parameters: Any) -> None:
        logbook.note(self.row, words, at=clock.now(), level=level, **parameters)

    def _log_read(self, rows: int, rejected: int) -> None:
        level = LogLevel.WARNING if rejected else LogLevel.INFO
        self._log(N_("读取完成：{rows} 行，拒收 {rejected} 行。"), level=level, rows=rows, rejected=rejected)

    def _refuse_shrinking(self, before: int, after: int) -> None:
        ratio_max = self._parameter("exchange.shrink_ratio_max")
        if not self.row.shrink_allowed and shrinks(before, after, ratio_max):
            raise TooFewRows(before=before, after=after, limit_percent=round(ratio_max * 100, 2))

    def _parameter(self, key: str) -> float:
        return float(rulebook.parameter(key, on=local_day(clock.now())).number())

    # --- The one transaction -----------------------------------------------------------------------------------------

    def commit(
        self,
        staging: Staging,
        loaded: Loaded,
        *,
        rows: int,
        digest: str,
        cursor_from: dict[str, Any] | None,
        last: bool,
        change: Callable[[int], pool.Effect],
    ) -> None:
        """Fence, change the pool, write the ledger, move the watermark, tell; all of it, or nothing."""
        at = clock.now()
        with transaction.atomic():
            pool.bound_waiting(READERS_WAIT_SECONDS)
            self._fence()
            before = PoolTable.objects.filter(resource_code=self.shape.resource_code).first()
            effect = change(before.rows if before else 0)
            self.seq += 1
            self._add_up(rows, digest, effect)
            Batch.objects.create(
                resource_code=self.shape.resource_code,
                seq=self.seq,
                run=self.row,
                epoch=self.claimed.epoch,
                kind=self.kind,
                cursor_from=cursor_from,
                cursor_to=loaded.cursor,
                rows=rows,
                inserted=effect.inserted,
                updated=effect.updated,
                deleted=effect.deleted,
                rejected=loaded.rejected,
                digest=digest,
                resource_version=self.shape.resource_version,
                committed_at=at,
            )
            self.move_watermark(loaded.cursor, at)
            PoolTable.objects.update_or_create(
                resource_code=self.shape.resource_code,
                defaults={
                    "relation": pool_relation(self.shape.resource_code),
                    "resource_version": self.shape.resource_version,
                    "signature": self.shape.signature(),
                    "rows": effect.rows_after,
                    "seq": self.seq,
                    "loaded_at": at,
                },
            )
            self._log(
                N_("批次 {seq} 已提交：新增 {inserted} 行，更新 {updated} 行，删除 {deleted} 行。"),
                seq=self.seq,
                inserted=effect.inserted,
                updated=effect.updated,
                deleted=effect.deleted,
            )
            self._note_outcome(at, last=last)

    def move_watermark(self, cursor: dict[str, Any] | None, at: datetime) -> None:
        """In the batch's own transaction: moved apart from it, a kill between the two loses or doubles rows."""
        place = self.mount.table
        if cursor is None or not self.mount.keeps_cursor:
            Watermark.objects.filter(resource_code=self.shape.resource_code).delete()
            return
        Watermark.objects.update_or_create(
            resource_code=self.shape.resource_code,
            defaults={"place": self._place(), "cursor": cursor, "seq": self.seq, "moved_at": at},
        )
        if self.mount.assembled is not None:
            contributions.note_parts(self.shape.resource_code, cursor, self.parts, at=at)
        if place is not None and place.mode is MountMode.CAPTURE:
            speed = self.events / max(time.monotonic() - self.begun, 0.001) if self.events else None
            captures.note_position(self.mount, cursor, events=self.events, speed=speed, at=at)

    def _fence(self) -> None:
        held = Lease.objects.select_for_update().filter(
            resource_code=self.claimed.resource_code, epoch=self.claimed.epoch
        )
        if held.first() is None:
            raise LeaseLost()
        if catalogue.get_resource(self.claimed.resource_code).version != self.shape.resource_version:
            raise ContractChanged()

    def _add_up(self, rows: int, digest: str, effect: pool.Effect) -> None:
        self.tally.rows += rows
        self.tally.inserted += effect.inserted
        self.tally.updated += effect.updated
        self.tally.deleted += effect.deleted
        self.tally.batches += 1
        self.tally.digest += int(digest)

    def _note_outcome(self, at: datetime, *, last: bool) -> None:
        row = Run.objects.select_for_update().get(run_no=self.claimed.run_no)
        tally, counts = self.tally, self.pulse.counts
        row.rows, row.inserted, row.updated, row.deleted = tally.rows, tally.inserted, tally.updated, tally.deleted
        row.batches, row.digest = tally.batches, str(tally.digest)
        row.rows_read, row.rows_rejected = counts.read, counts.rejected
        row.rows_per_second = counts.speed()
        row.progress_at = at
        rejects.keep(row, self.rejects)
        if last:
            row.state, row.finished_at, row.rows_total = RunState.SUCCEEDED, at, counts.read
            row.error_code, row.error_message, row.error_details = "", "", {}
        row.save()
        if not last:
            return
        runs.release(self.claimed)
        runs.plan_next(self.resource, at=at)
        aftermath.of_success(row, at=at, mended=self.mending.used)
        lineage.note_end(row, at=at)
        logbook.note(row, N_("运行完成。"), at=at)
        audit.record(
            action="exchange.run.succeeded",
            by=ActorRef(**row.requested_by),
            at=at,
            object_kind="run",
            object_code=row.run_no,
            resource=row.resource_code,
            details={"rows": tally.rows, "digest": row.digest, "rejected": row.rows_rejected, "batches": row.batches},
        )
        outbox.publish(
            events.RunFinished(
                run_no=row.run_no,
                resource_code=row.resource_code,
                provider_uscc=row.provider_uscc,
                kind=row.kind,
                seq=self.seq,
                rows=tally.rows,
                inserted=tally.inserted,
                updated=tally.updated,
                deleted=tally.deleted,
                rejected=row.rows_rejected,
                digest=row.digest,
                finished_at=at,
            ),
            at=at,
        )
        notices.tell_systems(
            [row.provider_uscc],
            kind="exchange.run_finished",
            parameters={
                "run_no": row.run_no,
                "resource_code": row.resource_code,
                "rows": tally.rows,
                "rejected": row.rows_rejected,
            },
            at=at,
        )


def _rows_of_parts(loaded: Loaded, staged: dict[str, int]) -> dict[str, int]:
    """How many rows each contributor has in the pool after a reading, of those that it read."""
    assert loaded.part is not None
    assert loaded.part.marks is not None
    assert loaded.cursor is not None
    told = loaded.part.marks
    return {mark: staged.get(mark, 0) for mark in loaded.cursor["parts"] if (mark in told.marks) is not told.others}


def check_contract(mount: Mount, resource: Resource, source: mounting.Adapter) -> None:
    """Does the source still have what the catalogue promises? Raises SchemaDrifted with every fault."""
    plan = Plan.objects.filter(resource_code=resource.code).first()
    seen = Seen.from_json(plan.seen_columns if plan else {})
    try:
        found = source.describe(mounting.table_of(mount))
    except mounting.TableMissing as fault:
        raise SchemaDrifted(
            faults=str(fault),
            list=[{"code": fault.code, "words": str(fault)}],
            differences=[each.to_json() for each in compare((), mount.columns, None, seen)],
        ) from fault
    faults = mounting.find_faults(
        mounting.items_wanted(resource), mount.columns, {column.name: column for column in found.columns}, drift=True
    )
    if faults:
        faulty = [fault.field for fault in faults if fault.field]
        raise SchemaDrifted(
            faults="".join(map(str, faults[:5])),
            list=[{"code": fault.code, "field": fault.field, "words": str(fault)} for fault in faults],
            differences=[each.to_json() for each in compare(faulty, mount.columns, found, seen)],
        )
    if plan is not None and (kept := Seen.of(found).to_json()) != plan.seen_columns:
        Plan.objects.filter(pk=plan.pk).update(seen_columns=kept)


# --- The heart -------------------------------------------------------------------------------------------------------


@dataclass
class Counts:
    """How far an attempt is; written by the engine, read by the pulse."""

    total: int | None = None
    read: int = 0
    rejected: int = 0
    base: int = 0
    begun: float = field(default_factory=time.monotonic)

    def speed(self) -> float | None:
        seconds = time.monotonic() - self.begun
        read = self.read - self.base
        return round(read / seconds, 1) if seconds > 0.2 and read else None


class Pulse:
    """Tells every second, on a connection of its own, how far the run is, and hears whether it must stop."""

    def __init__(self, claimed: runs.Claim):
        self._claimed = claimed
        self.counts = Counts()
        self._over = threading.Event()
        self._verdict: JutongError | None = None
        self._thread = threading.Thread(target=self._beat, name="exchange-pulse", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def check(self) -> None:
        """Raises StopAsked or LeaseLost, as soon as the pulse has heard of it."""
        if self._verdict is not None:
            raise self._verdict

    def _beat(self) -> None:
        try:
            while not self._over.wait(BEAT_SECONDS):
                try:
                    self._tell()
                except DjangoDatabaseError as fault:
                    # The engine meets the same server; whether the run goes on is its affair.
                    log.warning("pulse of %s: %s", self._claimed.run_no, fault)
                    connection.close()
        finally:
            connection.close()

    def _tell(self) -> None:
        counts = self.counts
        alive = runs.move_progress(
            self._claimed,
            at=clock.now(),
            rows_total=counts.total,
            rows_read=counts.read,
            rows_rejected=counts.rejected,
            rows_per_second=counts.speed(),
        )
        if not alive:
            self._verdict = LeaseLost()
        elif runs.stop_asked(self._claimed):
            self._verdict = StopAsked()
