"""The round: harvests that are due are begun, and those that a dead worker left are taken up again."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from jutong.kernel.actors import ActorRef
from jutong.supply.harvest.domain.errors import FeedInUse
from jutong.supply.harvest.models import Feed, Harvest
from jutong.supply.harvest.services import harvests, work
from jutong.supply.harvest.values import HarvestState

BEGUN_AT_ONCE: Final = 20
LOST_JOB_SECONDS: Final = 5
"""A harvest that waits longer without a job in the queue has lost it to a worker that died before it began."""
AGAIN_MINUTES: Final = 10


def make_round(*, at: datetime) -> bool:
    """Begin what is due, take up what was left. True: there is more to do."""
    _take_up(at)
    return _begin_due(at)


def _begin_due(at: datetime) -> bool:
    due = list(Feed.objects.filter(next_due_at__lte=at, removed_at=None).order_by("next_due_at")[:BEGUN_AT_ONCE])
    for feed in due:
        with transaction.atomic():
            held = Feed.objects.select_for_update(skip_locked=True).filter(pk=feed.pk, next_due_at__lte=at).first()
            if held is None:
                continue
            # The end of the harvest says when the next one is due.
            held.next_due_at = None
            try:
                with transaction.atomic():
                    harvests.create_harvest(held, by=ActorRef(**held.changed_by), at=at, automatic=True)
            except FeedInUse:
                held.next_due_at = at + timedelta(minutes=AGAIN_MINUTES)
            held.save(update_fields=["next_due_at"])
    return len(due) == BEGUN_AT_ONCE


def _take_up(at: datetime) -> None:
    running = Harvest.objects.filter(state__in=[HarvestState.READING, HarvestState.WRITING])
    waited = at - timedelta(seconds=LOST_JOB_SECONDS)
    left = [row.harvest_no for row in running if work.is_free(row, at)]
    left += Harvest.objects.filter(state=HarvestState.QUEUED, requested_at__lte=waited).values_list(
        "harvest_no", flat=True
    )
    for harvest_no in left:
        harvests.defer(harvest_no)
