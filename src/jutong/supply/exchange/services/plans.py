"""The plan: what is mounted is gathered at once, then again by its update cycle; what was left is taken up again."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Case, IntegerField, Value, When

from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.actors import PLATFORM
from jutong.kernel.clock import local_day
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange import queries
from jutong.supply.exchange.domain import MustNotBeKept, NotGathered, RunOpen, due_within
from jutong.supply.exchange.models import Lease, Plan, Run
from jutong.supply.exchange.services import alarms, captures, contributions, forgetting, runs
from jutong.supply.exchange.values import AlarmKind, Priority, RunState, Trigger
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.events import FileReplaced, MountStopped, ResourceMounted
from jutong.supply.mounting.values import MountKind
from jutong.supply.nodes.events import NodeReturned, ReleaseApproved, ReleaseRefused

PLANNED_AT_ONCE: Final = 50
_TURN: Final = Case(
    *(When(priority=priority, then=Value(-priority.weight)) for priority in Priority), output_field=IntegerField()
)
LOST_JOB_SECONDS: Final = 5
"""A run that waits longer without a job in the queue has lost it to a worker that died before it began."""


# --- Facts of mounting -----------------------------------------------------------------------------------------------


def on_mounted(event: ResourceMounted, *, at: datetime) -> None:
    """A resource was mounted: gather it now."""
    mount = mounting.find_mount(event.resource_code)
    if mount is not None and mount.active and mount.not_kept:
        forgetting.forget(event.resource_code, at=at)
        return
    if event.kind == MountKind.SERVICE:
        return
    if event.kind == MountKind.ASSEMBLED:
        # Nothing to gather until a contributor has joined and brought data.
        Plan.objects.update_or_create(
            resource_code=event.resource_code, defaults={"provider_uscc": event.provider_uscc, "trigger": Trigger.PART}
        )
        contributions.resume(event.resource_code, at=at)
        return
    _plan(event.resource_code, event.provider_uscc, Trigger.MOUNT, at)


def on_file_replaced(event: FileReplaced, *, at: datetime) -> None:
    """A newer file is there: gather it now."""
    _plan(event.resource_code, catalogue.provider_of(event.resource_code), Trigger.FILE, at)


def on_mount_stopped(event: MountStopped, *, at: datetime) -> None:
    """Nothing to gather any more; a run under way is asked to stop, and nothing is warned of."""
    Plan.objects.filter(resource_code=event.resource_code).delete()
    captures.end(event.resource_code, at=at)
    Run.objects.filter(resource_code=event.resource_code, finished_at=None, stop_requested_at=None).update(
        stop_requested_at=at, stop_requested_by=PLATFORM.to_json()
    )
    Run.objects.filter(
        resource_code=event.resource_code, finished_at=None, state__in=[RunState.QUEUED, RunState.WAITING]
    ).update(state=RunState.STOPPED, finished_at=at)
    alarms.clear(event.resource_code, set(AlarmKind), at=at)


def on_release_decided(event: ReleaseApproved | ReleaseRefused, *, at: datetime) -> None:
    """A department decided what leaves its network: the run that waits for it goes on, or ends with the refusal."""
    runs.go_on(event.resource_code, at=at)


def on_node_returned(event: NodeReturned, *, at: datetime) -> None:
    """A node calls again: the runs that wait for it go on."""
    for code in event.resource_codes:
        runs.go_on(code, at=at)


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
    due = Plan.objects.filter(next_due_at__lte=at, paused_at=None).order_by(_TURN, "next_due_at")
    # All that is due, not the first of it: behind many whose source is busy may stand one whose source is idle.
    waiting = list(due.values_list("pk", "resource_code"))
    sources = _Sources(at, [code for _, code in waiting])
    for pk, code in waiting:
        if sources.begun == PLANNED_AT_ONCE:
            return True
        if not sources.have_room_for(code):
            continue
        with transaction.atomic():
            due_still = Plan.objects.filter(pk=pk, next_due_at__lte=at, paused_at=None)
            held = due_still.select_for_update(skip_locked=True).first()
            if held is not None:
                _begin(held, sources, at)
    return False


def _begin(plan: Plan, sources: "_Sources", at: datetime) -> None:
    opening = due_within(at, queries.settings_of(plan).window)
    if opening > at:
        plan.next_due_at = opening
        plan.save()
        return
    # The end of the run says when the next one is due.
    plan.next_due_at = None
    try:
        with transaction.atomic():
            runs.create_run(plan.resource_code, Trigger(plan.trigger), by=PLATFORM, at=at)
        sources.note_begun(plan.resource_code)
    except RunOpen:
        plan.next_due_at = at + timedelta(seconds=LOST_JOB_SECONDS)
    except (MustNotBeKept, NotGathered):
        plan.delete()
        return
    plan.save()


class _Sources:
    """How many runs read each source, so that none of a department's databases is asked for all at once.

    `begun` counts the runs begun since.
    """

    def __init__(self, at: datetime, codes: list[str]):
        self.begun = 0
        self._most = rulebook.parameter("exchange.runs_per_source", on=local_day(at)).whole()
        reading = list(Run.objects.filter(finished_at=None).values_list("resource_code", flat=True))
        mounts = mounting.mounts_by_code({*reading, *codes})
        self._of = {code: mount.table.source_no for code, mount in mounts.items() if mount.table}
        self._busy = Counter(self._of[code] for code in reading if code in self._of)

    def have_room_for(self, code: str) -> bool:
        return code not in self._of or self._busy[self._of[code]] < self._most

    def note_begun(self, code: str) -> None:
        self.begun += 1
        if code in self._of:
            self._busy[self._of[code]] += 1


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
