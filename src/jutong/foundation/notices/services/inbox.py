"""Putting notices into inboxes and marking them read."""

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from jutong.foundation.notices import plugs, policy, queries
from jutong.foundation.notices.domain.wording import is_own_link
from jutong.foundation.notices.models import Notice
from jutong.foundation.notices.services import planning
from jutong.kernel.policy import Subject

log = logging.getLogger(__name__)

KEEP = timedelta(days=3 * 365)


@transaction.atomic
def notify(
    person_nos: Iterable[str],
    *,
    kind: str,
    title: str,
    body: str = "",
    link: str = "",
    at: datetime,
    parameters: Mapping[str, Any] | None = None,
    organisation: str = "",
) -> int:
    """Put a notice into the inbox of each person, in the transaction of the change; how many were told.

    `organisation` is in whose name they are told; its systems are told too, that is once, however many people.

    People the address book no longer knows are left out, and logged.
    """
    if not is_own_link(link):
        raise ValueError(f"a notice must lead to this platform: {link!r}")
    named = list(dict.fromkeys(filter(None, person_nos)))
    known = plugs.known(named)
    if unknown := [person for person in named if person not in known]:
        log.warning("notice %s: nobody answers to %s", kind, ", ".join(unknown))
    filled = {name: str(value) for name, value in (parameters or {}).items()}
    rows = [
        Notice(person_no=person, kind=kind, title=title, body=body, parameters=filled, link=link, at=at)
        for person in named
        if person in known
    ]
    Notice.objects.bulk_create(rows)
    planning.plan(rows, at=at)
    if organisation:
        planning.plan_for_organisations([organisation], kind, filled, at=at)
    return len(rows)


def mark_read(notice_id: int, *, by: Subject, at: datetime) -> Notice:
    """Mark one of the subject's notices as read; marking it again changes nothing.

    Raises NotFound.
    """
    notice = queries.get_notice(notice_id, by)
    if notice.read_at is None:
        notice.read_at = at
        notice.save(update_fields=["read_at"])
    return notice


def mark_several_read(notice_ids: Collection[int], *, by: Subject, at: datetime) -> int:
    """Mark these of the subject's notices as read; how many were not. Other people's numbers change nothing."""
    unread = Notice.objects.filter(queries.scope(by, policy.READ_NOTICES), read_at=None, id__in=notice_ids)
    return unread.update(read_at=at)


def mark_all_read(*, by: Subject, at: datetime) -> int:
    """Mark all of the subject's notices as read; how many were not."""
    unread = Notice.objects.filter(queries.scope(by, policy.READ_NOTICES), read_at=None)
    return unread.update(read_at=at)


def mark_older_read(*, before: datetime) -> int:
    """Take everybody's notices from before a moment as read when they came; how many there were."""
    return Notice.objects.filter(at__lt=before, read_at=None).update(read_at=F("at"))


def prune(*, before: datetime) -> int:
    """Delete read notices older than a moment; how many."""
    deleted, _ = Notice.objects.filter(at__lt=before).exclude(read_at=None).delete()
    return deleted
