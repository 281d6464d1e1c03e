"""Entries follow the states of their drafts and resources, told by the catalogue's facts.

Whatever fact comes, what the catalogue says now is taken, so it does not matter in which order facts of a draft and of
its resource arrive, or how often.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db import transaction

from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import DraftState
from jutong.supply.rounds import models
from jutong.supply.rounds.values import EntryStage

_STAGES: Final = {
    DraftState.DRAFT: EntryStage.DRAFTED,
    DraftState.SUBMITTED: EntryStage.SUBMITTED,
    DraftState.RETURNED: EntryStage.RETURNED,
    DraftState.APPROVED: EntryStage.APPROVED,
    DraftState.PUBLISHED: EntryStage.PUBLISHED,
}


@transaction.atomic
def follow(draft_nos: Collection[str], *, at: datetime) -> None:
    """Have the entries of these drafts stand where the drafts stand."""
    rows = models.Entry.objects.select_for_update().filter(draft_no__in=[number for number in draft_nos if number])
    standings = catalogue.draft_standings([row.draft_no for row in rows])
    for row in rows:
        _follow_one(row, standings[row.draft_no].state, standings[row.draft_no].code, at)


def follow_resource(code: str, *, at: datetime) -> None:
    """As `follow`, by the code of a resource."""
    follow(models.Entry.objects.filter(resource_code=code).values_list("draft_no", flat=True), at=at)


def note_return(draft_no: str, *, at: datetime) -> None:
    """A draft went back to its department: the remarks made so far went with it."""
    models.Remark.objects.filter(draft_no=draft_no, returned_at=None).update(returned_at=at)


def note_mending(draft_no: str, *, at: datetime) -> None:
    """A draft was submitted again: the remarks that had gone back with it are taken as met."""
    models.Remark.objects.filter(draft_no=draft_no, returned_at__isnull=False, mended_at=None).update(mended_at=at)


def _follow_one(row: models.Entry, state: DraftState, code: str, at: datetime) -> None:
    if state is DraftState.DISCARDED:
        # The entry is still owed; its draft was not what it should become.
        stage, row.draft_no, row.submission = EntryStage.SURVEYED, "", None
    else:
        stage = _STAGES[state]
    if stage in (EntryStage.DRAFTED, EntryStage.RETURNED):
        row.submission = None
    if (row.stage, row.resource_code) != (stage, code):
        row.stage, row.resource_code, row.changed_at = stage, code, at
        row.save()
