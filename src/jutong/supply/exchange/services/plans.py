"""The plan: what is mounted is gathered at once, then again by its update cycle; what was left is taken up again."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from jutong.kernel.actors import PLATFORM
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange.domain import NotGathered, RunOpen
from jutong.supply.exchange.models import Lease, Plan, Run
from jutong.supply.exchange.services import runs
from jutong.supply.exchange.values import RunState, Trigger
from jutong.supply.mounting.events import FileReplaced, MountStopped, ResourceMounted
from jutong.supply.mounting.values import MountKind

PLANNED_AT_ONCE: Final = 50
LOST_JOB_SECONDS: Final = 5
"""A run that waits longer without a job in the queue has lost it to a worker that died before it began."""


# --- Facts of mounting -----------------------------------------------------------------------------------------------


def on_mounted(event: ResourceMounted, *, at: datetime) -> None:
    """A resource was mounted: gather it now."""
    if event.kind == MountKind.SERVICE:
        return
    _plan(event.resource_code, event.provider_uscc, Trigger.MOUNT, at)


def on_file_replaced(event: FileReplaced, *, at: datetime) -> None:
    """A newer file is there: gather it now."""
    _plan(event.resource_code, catalogue.provider_of(event.resource_code), Trigger.FILE, at)


def on_mount_stopped(event: MountStopped, *, at: datetime) -> None:
    """Nothing to gather any more; a run under way is asked to stop."""
    Plan.objects.filter(resource_code=event.resource_code).delete()
    Run.objects.filter(resource_code=event.resource_code, finished_at=None, stop_requested_at=None).update(
        stop_requested_at=at, stop_requested_by=PLATFORM.to_json()
    )
    Run.objects.filter(
        resource_code=event.resource_code, finished_at=None, state__in=[RunState.QUEUED, RunState.WAITING]
    ).update(state=RunState.STOPPED, finished_at=at)


def _plan(resource_code: str, provider_uscc: str, trigger: Trigger, at: datetime) -> None:
    Plan.objects.update_or_create(
        resource_code=resource_code,
        defaults={"provider_uscc": provider_uscc, "trigger": trigger, "next_due_at": at},
    )


# --- The round -------------------------------------------------------------------------------------------------------


def make_round(*, at: datetime) -> bool:
    """Begin what is due, take up what a dead worker left, try again what was put off. True: there is more to do."""
    _take_up(at)
    return _begin_due(at)


def _begin_due(at: datetime) -> bool:
    due = list(Plan.objects.filter(next_due_at__lte=at).order_by("next_due_at")[:PLANNED_AT_ONCE])
    for plan in due:
        with transaction.atomic():
            held = Plan.objects.select_for_update(skip_locked=True).filter(pk=plan.pk, next_due_at__lte=at).first()
            if held is None:
                continue
            # The end of the run says when the next one is due.
            held.next_due_at = None
            try:
                with transaction.atomic():
                    runs.create_run(held.resource_code, Trigger(held.trigger), by=PLATFORM, at=at)
            except RunOpen:
                held.next_due_at = at + timedelta(seconds=LOST_JOB_SECONDS)
            except NotGathered:
                held.delete()
                continue
            held.save()
    return len(due) == PLANNED_AT_ONCE


def _take_up(at: datetime) -> None:
    waiting = Run.objects.filter(state=RunState.WAITING, not_before__lte=at)
    for run_no in waiting.values_list("run_no", flat=True):
        runs.defer(run_no)
    leases = {lease.run_no: lease for lease in Lease.objects.exclude(holder="")}
    for run_no in Run.objects.filter(state=RunState.RUNNING).values_list("run_no", flat=True):
        if run_no not in leases or runs.is_free(leases[run_no], at):
            runs.defer(run_no)
    waited = at - timedelta(seconds=LOST_JOB_SECONDS)
    for run_no in Run.objects.filter(state=RunState.QUEUED, requested_at__lte=waited).values_list("run_no", flat=True):
        runs.defer(run_no)
