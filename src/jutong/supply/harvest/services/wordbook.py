"""The table of words as the bureau keeps it (采集对照)."""

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.policy import Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import FormatUnknown, format_text, parse_format
from jutong.supply.harvest import policy, queries
from jutong.supply.harvest.domain.errors import NoSuchWord, WordMissing, WordTaken, WordUnfit
from jutong.supply.harvest.domain.texts import MAX_WORD
from jutong.supply.harvest.domain.words import NOTHING, key_of
from jutong.supply.harvest.models import HarvestWord
from jutong.supply.harvest.values import WordKind

_OURS_MAX: Final = 400


@transaction.atomic
def add_word(*, kind: WordKind, theirs: str, ours: str, by: Subject, at: datetime) -> int:
    """Tell what a foreign word means; `-` that it means nothing. Drafts follow at the next harvest.

    Raises NotPermitted, WordMissing, WordUnfit, WordTaken.
    """
    require(by, policy.MANAGE_WORDS)
    theirs, ours = " ".join(theirs.split()), ours.strip()
    if not theirs or not ours or len(theirs) > MAX_WORD or len(ours) > _OURS_MAX or not theirs.isprintable():
        raise WordMissing(field="theirs" if not theirs or len(theirs) > MAX_WORD else "ours")
    meant = ours if ours == NOTHING else _ours(kind, ours)
    try:
        with transaction.atomic():
            row = HarvestWord.objects.create(
                kind=kind.value,
                theirs=theirs,
                key=key_of(theirs),
                ours=meant,
                changed_by=by.actor.to_json(),
                changed_at=at,
            )
    except IntegrityError as fault:
        if "harvest_word_once" in str(fault):
            raise WordTaken(theirs=theirs, field="theirs") from fault
        raise
    _record("added", row, by, at)
    return row.pk


@transaction.atomic
def remove_word(*, word_id: int, by: Subject, at: datetime) -> None:
    """Take a line off the table. Raises NotPermitted, NoSuchWord."""
    require(by, policy.MANAGE_WORDS)
    row = queries.words(by).select_for_update().filter(pk=word_id).first()
    if row is None:
        raise NoSuchWord
    _record("removed", row, by, at)
    row.delete()


def _ours(kind: WordKind, ours: str) -> str:
    """Our word as it is stored. Raises WordUnfit."""
    found = ours
    if kind is WordKind.ORGANISATION:
        found = ours if organisations.titles([ours]) else ""
    elif kind is WordKind.THEME:
        found = ours if catalogue.classification_names([ours]) else ""
    elif kind is WordKind.FREQUENCY:
        found = next((str(c.value) for c in UpdateCycle if ours in (str(c.value), c.label)), "")
    elif kind is WordKind.FORMAT:
        try:
            found = format_text(parse_format(ours))
        except FormatUnknown:
            found = ""
    if not found or not found.isprintable():
        raise WordUnfit(ours=ours[:100], kind=kind, field="ours")
    return found


def _record(verb: str, row: HarvestWord, by: Subject, at: datetime) -> None:
    audit.record(
        action=f"harvest.word.{verb}",
        by=by.actor,
        at=at,
        object_kind="harvest_word",
        object_code=str(row.pk),
        details={"kind": row.kind, "theirs": row.theirs, "ours": row.ours},
    )
