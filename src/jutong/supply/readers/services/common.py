"""What all of this room's actions share: the resource they are about, numbers, texts, audit entries."""

from datetime import datetime
from typing import Any

from jutong.foundation.audit import api as audit
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Subject
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource
from jutong.supply.readers import domain
from jutong.supply.readers.models import BookCounter, RemarkCounter


def published(code: str, by: Subject) -> Resource:
    """The resource that something is said or thought of.

    Raises NoSuchResource: none, or not for this subject; NotForReaders.
    """
    resource = catalogue.view_resource(code, by=by)
    if not resource.published:
        raise domain.NotForReaders(resource=resource.code)
    return resource


def next_number(counters: type[RemarkCounter] | type[BookCounter], prefix: str, at: datetime) -> str:
    """The next number of a year; its counter stays locked until the commit."""
    year = local_day(at).year
    counters.objects.get_or_create(year=year)
    counter = counters.objects.select_for_update().get(year=year)
    counter.last_no += 1
    counter.save(update_fields=["last_no"])
    return f"{prefix}{year}{counter.last_no:06d}"


def said(text: str, *, field: str, most: int = domain.MOST_TEXT) -> str:
    """A text as it is kept.

    Raises TextMissing, TextTooLong.
    """
    tidied = text.replace("\x00", " ").replace("\r\n", "\n").strip()
    if not tidied:
        raise domain.TextMissing(field=field)
    if len(tidied) > most:
        raise domain.TextTooLong(field=field, length=len(tidied), most=most)
    return tidied


def record(
    action: str, *, by: ActorRef, at: datetime, kind: str, code: str, resource: str = "", **details: Any
) -> None:
    """An audit entry of this room."""
    audit.record(
        action=f"readers.{action}",
        by=by,
        at=at,
        object_kind=kind,
        object_code=code,
        resource=resource,
        details=details,
    )
