"""Harvests as people have them: started, confirmed, continued, stopped, given up."""

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from jutong.base.access import require
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Subject
from jutong.supply.harvest import policy, queries
from jutong.supply.harvest.domain.addresses import first_page
from jutong.supply.harvest.domain.errors import FeedInUse, HarvestNotReady
from jutong.supply.harvest.models import Feed, Harvest, HarvestRecord
from jutong.supply.harvest.services.records import next_number, record_harvest
from jutong.supply.harvest.values import FeedKind, HarvestState

TASK: Final = "harvest.run"
QUEUE: Final = "harvest"


@transaction.atomic
def start_harvest(*, feed_no: str, by: Subject, at: datetime) -> str:
    """Have a feed read and compared (预演); gives the harvest's number. Nothing is written before the confirmation.

    Raises NoSuchFeed, NotPermitted, FeedInUse.
    """
    feed = queries.get_feed(feed_no, by)
    require(by, policy.STEER_HARVESTS, queries.facts(feed))
    return create_harvest(feed, by=by.actor, at=at).harvest_no


@transaction.atomic
def confirm(*, harvest_no: str, by: Subject, at: datetime) -> None:
    """Have what was previewed written as drafts, in the name of who confirms.

    Raises NoSuchHarvest, NotPermitted, HarvestNotReady, FeedInUse.
    """
    row = _locked(harvest_no, by, HarvestState.READY)
    row.confirmed_by, row.confirmed_at, row.finished_at = by.actor.to_json(), at, None
    _queue(row)
    record_harvest("confirmed", row, by.actor, at, new=row.new, changed=row.changed)


@transaction.atomic
def resume(*, harvest_no: str, by: Subject, at: datetime) -> None:
    """Go on with a harvest that failed or was stopped, from the last finished page or record.

    Raises NoSuchHarvest, NotPermitted, HarvestNotReady, FeedInUse.
    """
    row = _locked(harvest_no, by, HarvestState.FAILED, HarvestState.STOPPED)
    if row.met and not row.records.exists():
        # What it had read was forgotten meanwhile.
        raise HarvestNotReady(harvest_no=harvest_no, state=HarvestState(row.state))
    row.stop_requested_at = row.finished_at = row.error = None
    row.attempt = 0
    if row.confirmed_at is not None:
        row.confirmed_by = by.actor.to_json()
    _queue(row)
    record_harvest("resumed", row, by.actor, at, pages=row.pages)


@transaction.atomic
def stop(*, harvest_no: str, by: Subject, at: datetime) -> None:
    """Ask a harvest to stop; one that no worker has taken up stops at once.

    Raises NoSuchHarvest, NotPermitted, HarvestNotReady.
    """
    row = _locked(harvest_no, by, HarvestState.QUEUED, HarvestState.READING, HarvestState.WRITING)
    row.stop_requested_at = at
    if row.state == HarvestState.QUEUED:
        row.state, row.finished_at = HarvestState.STOPPED, at
    row.save()
    record_harvest("stopped", row, by.actor, at)


@transaction.atomic
def discard(*, harvest_no: str, by: Subject, at: datetime) -> None:
    """Give up what was previewed; its records are forgotten. Raises NoSuchHarvest, NotPermitted, HarvestNotReady."""
    row = _locked(harvest_no, by, HarvestState.READY, HarvestState.FAILED, HarvestState.STOPPED)
    row.state, row.finished_at = HarvestState.DISCARDED, at
    row.save()
    HarvestRecord.objects.filter(harvest=row).delete()
    record_harvest("discarded", row, by.actor, at)


def create_harvest(feed: Feed, *, by: ActorRef, at: datetime, automatic: bool = False) -> Harvest:
    """Put a harvest in the queue. Raises FeedInUse."""
    if running := queries.find_running(feed):
        raise FeedInUse(harvest_no=running.harvest_no)
    page_records = rulebook.parameter("harvest.page_records", on=local_day(at)).whole()
    row = Harvest(
        harvest_no=next_number("harvest", "CJ", at),
        feed=feed,
        provider_uscc=feed.provider_uscc,
        automatic=automatic,
        requested_by=by.to_json(),
        requested_at=at,
        cursor=first_page(FeedKind(feed.kind), feed.address, page_records),
    )
    if automatic:
        row.confirmed_by, row.confirmed_at = by.to_json(), at
    _queue(row)
    record_harvest("started", row, by, at, feed=feed.feed_no, automatic=automatic)
    _forget_old(feed, at)
    return row


def _queue(row: Harvest) -> None:
    row.state = HarvestState.QUEUED
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as fault:
        if "harvest_one_running" in str(fault):
            raise FeedInUse(harvest_no="…") from fault
        raise
    defer(row.harvest_no)


def defer(harvest_no: str) -> None:
    """Put a harvest's job in the queue, unless one waits there already."""
    waiting = ProcrastinateJob.objects.filter(task_name=TASK, status="todo", args__harvest_no=harvest_no)
    if not waiting.exists():
        app.configure_task(TASK, queue=QUEUE).defer(harvest_no=harvest_no)


def _forget_old(feed: Feed, at: datetime) -> None:
    """Records of harvests long past are forgotten; the harvests and their figures stay."""
    kept = rulebook.parameter("harvest.kept", on=local_day(at)).whole()
    old = list(feed.harvests.order_by("-requested_at", "-id").values_list("pk", flat=True)[kept : kept + 100])
    HarvestRecord.objects.filter(harvest_id__in=old).delete()
    # A preview of which nothing is left cannot be confirmed.
    Harvest.objects.filter(pk__in=old, state=HarvestState.READY).update(state=HarvestState.DISCARDED, finished_at=at)


def _locked(harvest_no: str, by: Subject, *states: HarvestState) -> Harvest:
    seen = queries.get_harvest(harvest_no, by)
    require(by, policy.STEER_HARVESTS, queries.facts(seen))
    row = Harvest.objects.select_for_update().get(pk=seen.pk)
    if row.state not in states or row.feed.removed_at is not None:
        raise HarvestNotReady(harvest_no=harvest_no, state=HarvestState(row.state))
    return row
