"""Runs asked for, steered, taken up by a worker, and ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from jutong.base.access import require
from jutong.base.holders import is_gone, own_name
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.errors import JutongError, NotPermitted
from jutong.kernel.policy import Facts, Post, Relation, Subject
from jutong.kernel.text import N_
from jutong.registry.accounts import api as accounts
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource
from jutong.supply.exchange import events, policy, queries
from jutong.supply.exchange.domain import (
    ATTEMPTS_MAX,
    HELD_MINUTES,
    OWN_PAUSE_SECONDS,
    ContractChanged,
    MustNotBeKept,
    NoSuchRun,
    NotGathered,
    RunNotRetried,
    RunOpen,
    RunOver,
    TargetFailed,
    TooManyAttempts,
    next_due,
    pause_seconds,
)
from jutong.supply.exchange.models import Lease, Plan, Run, RunCounter
from jutong.supply.exchange.services import aftermath, lineage, logbook
from jutong.supply.exchange.services import rejects as refusals
from jutong.supply.exchange.services.planning import interval_minutes
from jutong.supply.exchange.values import LogLevel, Priority, RunKind, RunState, Trigger
from jutong.supply.exchange.values import Reject as RejectValue
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import Awaited

TASK: Final = "exchange.run"
QUEUE: Final = "exchange"
LEASE_SECONDS: Final = 8
"""A lease whose heart has not beaten for so long may be taken by another worker."""


# --- Asked for by people ---------------------------------------------------------------------------------------------


def start_run(*, resource_code: str, by: Subject, at: datetime, full: bool = False, allow_shrink: bool = False) -> str:
    """Have a resource gathered now; gives the run's number. `full` reads everything even where increments would do.

    Raises NotGathered, NotPermitted, RunOpen.
    """
    mount = mounting.find_mount(resource_code)
    if mount is None:
        raise NotGathered(resource_code=resource_code)
    require(by, policy.STEER_RUNS, Facts({Relation.PROVIDER: mount.provider_uscc}))
    return create_run(resource_code, Trigger.MANUAL, by=by.actor, at=at, full=full, allow_shrink=allow_shrink).run_no


@transaction.atomic
def stop_run(*, run_no: str, by: Subject, at: datetime) -> None:
    """Ask a run to stop. One that no worker has taken up stops at once. Raises NoSuchRun, NotPermitted, RunOver."""
    row = _locked(run_no, by)
    if row.finished_at is not None:
        raise RunOver(run_no=run_no)
    row.stop_requested_at, row.stop_requested_by = at, by.actor.to_json()
    if row.state != RunState.RUNNING:
        row.state, row.finished_at = RunState.STOPPED, at
        lineage.note_end(row, at=at)
    row.save()
    _record("stopped", row, by.actor, at)
    logbook.note(row, N_("有人要求停止。"), at=at, level=LogLevel.WARNING)


@transaction.atomic
def retry_run(*, run_no: str, by: Subject, at: datetime, allow_shrink: bool = False) -> str:
    """Try a run that failed, drifted or was stopped once more, as a new run. Raises RunNotRetried, RunOpen."""
    row = _locked(run_no, by)
    if row.state not in (RunState.FAILED, RunState.DRIFTED, RunState.STOPPED):
        raise RunNotRetried(run_no=run_no)
    return create_run(
        row.resource_code, Trigger.MANUAL, by=by.actor, at=at, full=row.full_asked, allow_shrink=allow_shrink
    ).run_no


def _locked(run_no: str, by: Subject) -> Run:
    row = Run.objects.select_for_update().filter(run_no=run_no).first()
    if row is None:
        raise NoSuchRun(run_no=run_no)
    try:
        require(by, policy.STEER_RUNS, queries.facts(row))
    except NotPermitted:
        queries.get_run_row(run_no, by)
        raise
    return row


# --- Asked for by the platform too -----------------------------------------------------------------------------------


@transaction.atomic
def create_run(
    resource_code: str,
    trigger: Trigger,
    *,
    by: ActorRef,
    at: datetime,
    full: bool = False,
    allow_shrink: bool = False,
) -> Run:
    """Put a run in the queue. Raises MustNotBeKept, NotGathered, RunOpen."""
    mount = mounting.find_mount(resource_code)
    if mount is not None and mount.active and mount.not_kept:
        raise MustNotBeKept(resource_code=resource_code, reason=mount.not_kept)
    if mount is None or not mount.active or not mount.gathered:
        raise NotGathered(resource_code=resource_code)
    open_run = queries.find_open_run(resource_code)
    if open_run:
        raise RunOpen(run_no=open_run.run_no)
    try:
        with transaction.atomic():
            row = Run.objects.create(
                run_no=next_number(at),
                resource_code=resource_code,
                provider_uscc=mount.provider_uscc,
                kind=RunKind.FULL,
                trigger=trigger,
                state=RunState.QUEUED,
                full_asked=full,
                shrink_allowed=allow_shrink,
                requested_by=by.to_json(),
                requested_at=at,
                resource_version=catalogue.get_resource(resource_code).version,
            )
    except IntegrityError as fault:
        if "exchange_one_open_run" in str(fault):
            raise RunOpen(run_no="…") from fault
        raise
    _record("started", row, by, at, trigger=trigger.value, full=full, allow_shrink=allow_shrink)
    logbook.note(row, N_("已排队，触发方式：{trigger}。"), at=at, trigger=trigger.label)
    defer(row.run_no)
    return row


def defer(run_no: str) -> None:
    """Put a run's job in the queue, unless one waits there already.

    No queueing lock: it would forbid the worker to put a dead worker's own job back beside a newer one. Two jobs of
    one run do no harm, since a run is claimed.
    """
    waiting = ProcrastinateJob.objects.filter(task_name=TASK, status="todo", args__run_no=run_no)
    if not waiting.exists():
        app.configure_task(TASK, queue=QUEUE, priority=_weight(run_no)).defer(run_no=run_no)


def _weight(run_no: str) -> int:
    """How soon the queue hands a run out, by its resource's plan."""
    codes = Run.objects.filter(run_no=run_no).values("resource_code")
    priority = Plan.objects.filter(resource_code__in=codes).values_list("priority", flat=True).first()
    return Priority(priority).weight if priority else Priority.NORMAL.weight


def next_number(at: datetime) -> str:
    """The next run number of the year; the counter stays locked until the commit."""
    year = local_day(at).year
    RunCounter.objects.get_or_create(year=year)
    counter = RunCounter.objects.select_for_update().get(year=year)
    counter.last_no += 1
    counter.save(update_fields=["last_no"])
    return f"YX{year}{counter.last_no:06d}"


# --- Taken up by a worker --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to a run: valid as long as the lease has this epoch."""

    run_no: str
    resource_code: str
    epoch: int


@transaction.atomic
def claim(run_no: str, *, at: datetime) -> Claim | None:
    """Take a run up, or nothing: it is over, not yet due, or another worker is at the resource.

    A lease is free when nobody holds it, when its heart has stopped, or when its holder's process is seen to be gone.
    """
    asked = Run.objects.filter(run_no=run_no, finished_at=None).first()
    if asked is None:
        return None
    # Always the lease before the run: whoever commits locks them in this order too.
    Lease.objects.get_or_create(resource_code=asked.resource_code)
    lease = Lease.objects.select_for_update().get(resource_code=asked.resource_code)
    row = Run.objects.select_for_update().filter(run_no=run_no, finished_at=None).first()
    early = row is not None and row.state == RunState.WAITING and row.not_before and row.not_before > at
    if row is None or early or not is_free(lease, at):
        return None
    lease.epoch += 1
    lease.holder, lease.run_no, lease.heartbeat_at = own_name(), run_no, at
    lease.save()
    row.state, row.epoch, row.attempt = RunState.RUNNING, lease.epoch, row.attempt + 1
    row.started_at = row.started_at or at
    row.not_before = None
    row.progress_at = at
    row.save()
    logbook.note(row, N_("开始第 {attempt} 次执行。"), at=at, attempt=row.attempt)
    claimed = Claim(run_no, row.resource_code, lease.epoch)
    if row.attempt > ATTEMPTS_MAX:
        end_run(claimed, RunState.FAILED, TooManyAttempts(attempts=ATTEMPTS_MAX), at=at)
        return None
    if row.attempt == 1:
        lineage.note_start(row, at=at)
    return claimed


def is_free(lease: Lease, at: datetime) -> bool:
    """May the lease be taken?"""
    if not lease.holder or lease.heartbeat_at is None:
        return True
    return lease.heartbeat_at < at - timedelta(seconds=LEASE_SECONDS) or is_gone(lease.holder)


def release(claimed: Claim) -> None:
    """Give the lease back, if it is still ours."""
    Lease.objects.filter(resource_code=claimed.resource_code, epoch=claimed.epoch).update(
        holder="", run_no="", heartbeat_at=None
    )


# --- Ended without data ----------------------------------------------------------------------------------------------


@transaction.atomic
def end_run(
    claimed: Claim, state: RunState, fault: JutongError, *, at: datetime, rejects: list[RejectValue] | None = None
) -> None:
    """End a run that brought nothing: stopped, drifted or failed. Void when the lease is no longer ours."""
    row = _ours(claimed)
    if row is None:
        return
    _set_fault(row, fault)
    row.state, row.finished_at = state, at
    row.save()
    refusals.keep(row, rejects or [])
    lineage.note_end(row, at=at)
    release(claimed)
    plan_next(catalogue.get_resource(row.resource_code), at=at)
    _record("ended", row, _actor(row), at, state=state.value, error=fault.code)
    logbook.note_fault(row, N_("运行结束：{state}。{fault}"), at=at, state=state.label)
    if state is not RunState.STOPPED:
        aftermath.of_failure(row, at=at)
    if state is RunState.FAILED:
        # Of a drift the inquiry tells them, once and not at every run.
        _tell_stewards(row, fault, at)
    outbox.publish(events.RunFailed(row.run_no, row.resource_code, row.provider_uscc, state.value, fault.code), at=at)
    said = {"run_no": row.run_no, "resource_code": row.resource_code, "state": state.value}
    notices.tell_systems([row.provider_uscc], kind="exchange.run_failed", parameters=said, at=at)


@transaction.atomic
def put_off(claimed: Claim, fault: JutongError, *, at: datetime) -> None:
    """Try again later, each time after a longer pause; after as many times as the rules say, the run has failed."""
    row = _ours(claimed)
    if row is None:
        return
    row.failures += 1
    if row.failures > rulebook.parameter("exchange.retries", on=local_day(at)).whole():
        row.save()
        end_run(claimed, RunState.FAILED, fault, at=at)
        return
    _set_fault(row, fault)
    row.state = RunState.WAITING
    own = isinstance(fault, TargetFailed | ContractChanged)
    row.not_before = at + timedelta(seconds=OWN_PAUSE_SECONDS if own else pause_seconds(row.failures))
    row.save()
    release(claimed)
    logbook.note_fault(row, N_("{fault}将于 {moment} 再试。"), at=at, moment=row.not_before.isoformat())


@transaction.atomic
def hold(claimed: Claim, fault: JutongError, awaited: Awaited, *, at: datetime) -> None:
    """Wait without counting a failure: nothing is wrong, and a fact or the time says when to go on."""
    row = _ours(claimed)
    if row is None:
        return
    waited = row.error_code == fault.code
    _set_fault(row, fault)
    row.state = RunState.WAITING
    # Asked while the run is locked: a fact that comes from now on finds it waiting, and `go_on` wakes it.
    row.not_before = at if awaited.is_over() else awaited.until or at + timedelta(minutes=HELD_MINUTES)
    row.attempt -= 1
    row.save()
    release(claimed)
    if not waited:
        logbook.note_fault(row, N_("{fault}"), at=at)


@transaction.atomic
def go_on(resource_code: str, *, at: datetime) -> None:
    """What a held run of a resource waits for is there. One that runs just now asks for itself before it waits."""
    row = Run.objects.select_for_update().filter(resource_code=resource_code, state=RunState.WAITING).first()
    if row is not None and (row.not_before is None or row.not_before > at):
        row.not_before = at
        row.save(update_fields=["not_before"])
        defer(row.run_no)


def plan_next(resource: Resource, *, at: datetime) -> None:
    """After a run, in its transaction: when the resource is gathered again."""
    plan = Plan.objects.select_for_update().filter(resource_code=resource.code).first()
    if plan is not None:
        # What is assembled is gathered when a contributor's data has come, and not by a clock of its own.
        assembled = queries.is_assembled(resource.code)
        by_cycle = next_due(resource.update_cycle, at, interval_minutes(at), queries.settings_of(plan))
        plan.next_due_at = None if assembled else by_cycle
        plan.trigger = Trigger.SCHEDULE
        plan.save(update_fields=["next_due_at", "trigger"])


def move_progress(claimed: Claim, *, at: datetime, **progress: Any) -> bool:
    """Note how far a run is and that its worker lives; False when the lease is no longer ours."""
    beaten = Lease.objects.filter(resource_code=claimed.resource_code, epoch=claimed.epoch).update(heartbeat_at=at)
    if not beaten:
        return False
    Run.objects.filter(run_no=claimed.run_no, epoch=claimed.epoch).update(progress_at=at, **progress)
    return True


def stop_asked(claimed: Claim) -> bool:
    return Run.objects.filter(run_no=claimed.run_no, stop_requested_at__isnull=False).exists()


def _ours(claimed: Claim) -> Run | None:
    held = Lease.objects.select_for_update().filter(resource_code=claimed.resource_code, epoch=claimed.epoch).first()
    row = Run.objects.select_for_update().filter(run_no=claimed.run_no, finished_at=None).first()
    return row if held else None


def _tell_stewards(row: Run, fault: JutongError, at: datetime) -> None:
    """A notice to the provider's stewards: what was gathered last stays, and they can mend the cause."""
    stewards = accounts.people_in(post=Post.DATA_STEWARD, organisation=row.provider_uscc, at=at)
    titles = catalogue.titles([row.resource_code])
    notices.notify(
        [person.person_no for person in stewards],
        kind="exchange.run_failed",
        title=N_("资源“{resource_title}”归集未成功，仍保留上一次的数据"),
        body=fault.message,
        link=f"/exchange/runs/{row.run_no}/",
        at=at,
        parameters={**row.error_details, "resource_title": titles.get(row.resource_code, row.resource_code)},
    )


def _set_fault(row: Run, fault: JutongError) -> None:
    row.error_code = fault.code
    row.error_message = fault.message
    row.error_details = {name: _plain(value) for name, value in fault.details.items()}


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else str(value)


def _actor(row: Run) -> ActorRef:
    return ActorRef(**row.requested_by)


def _record(verb: str, row: Run, by: ActorRef, at: datetime, **details: Any) -> None:
    audit.record(
        action=f"exchange.run.{verb}",
        by=by,
        at=at,
        object_kind="run",
        object_code=row.run_no,
        resource=row.resource_code,
        details=details,
    )
