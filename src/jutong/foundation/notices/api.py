"""The door of notices: tell people something, and see what one was told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from jutong.foundation.notices import plugs, queries, services
from jutong.foundation.notices.values import AddressBook, NoticeValue
from jutong.kernel.policy import Subject

__all__ = ["latest", "mark_older_read", "notify", "plug_address_book", "unread"]


def notify(
    person_nos: Iterable[str],
    *,
    kind: str,
    title: str,
    body: str = "",
    link: str = "",
    at: datetime,
    parameters: Mapping[str, Any] | None = None,
) -> int:
    """Put a notice into the inbox of each person, in the transaction of the change; how many were told.

    `kind` is room.what, such as `procedures.step_due`. `title` and `body` are texts marked by `N_` with placeholders
    `{name}`, which `parameters` fill; a parameter that is itself a marked text is translated too. `link` is a path on
    this platform. Call it once for all people concerned.
    """
    return services.notify(person_nos, kind=kind, title=title, body=body, link=link, at=at, parameters=parameters)


def latest(subject: Subject, limit: int = 5) -> list[NoticeValue]:
    """The subject's newest notices."""
    return [notice.value() for notice in queries.inbox(subject)[:limit]]


def unread(subject: Subject) -> int:
    """How many of the subject's notices are unread."""
    return queries.unread(subject)


def mark_older_read(*, before: datetime) -> int:
    """Take everybody's notices from before a moment as read, after a past was laid down; how many there were."""
    return services.mark_older_read(before=before)


def plug_address_book(book: AddressBook | None) -> None:
    """Have notices know who is still here. Called by accounts at start."""
    plugs.plug_address_book(book)
