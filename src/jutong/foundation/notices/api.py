"""The door of notices: tell people something, and see what one was told."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from jutong.foundation.notices import plugs, queries
from jutong.foundation.notices.domain import kinds
from jutong.foundation.notices.services import contacts, hooks, planning
from jutong.foundation.notices.services import inbox as services
from jutong.foundation.notices.values import AddressBook, Channel, NoticeKind, NoticeValue, Permits
from jutong.kernel.actors import ActorRef
from jutong.kernel.policy import Subject

__all__ = [
    "contacts_given_in",
    "declare_kinds",
    "hooks_of",
    "latest",
    "mark_older_read",
    "move_contact",
    "move_hook",
    "notify",
    "plug_address_book",
    "plug_organisations",
    "plug_permits",
    "tell_systems",
    "unread",
]


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

    `kind` is room.what, such as `procedures.step_due`. `title` and `body` are texts marked by `N_` with placeholders
    `{name}`, which `parameters` fill; a parameter that is itself a marked text is translated too. `link` is a path on
    this platform. Call it once for all people concerned. `organisation` is in whose name they are told: its systems
    are told too (单位通知接口), no more than any message says.
    """
    return services.notify(
        person_nos,
        kind=kind,
        title=title,
        body=body,
        link=link,
        at=at,
        parameters=parameters,
        organisation=organisation,
    )


def tell_systems(
    organisations: Iterable[str], *, kind: str, at: datetime, parameters: Mapping[str, Any] | None = None
) -> int:
    """Have the systems of organisations be told of a change, in its transaction; how many (单位通知接口).

    For what people read in their lists and programs would have to ask for again and again. A system reads the kind and
    of `parameters` what the kind says (`NoticeKind.says`) in the form of a code, a number or a day; nothing else.
    """
    filled = {name: str(value) for name, value in (parameters or {}).items()}
    return planning.plan_for_organisations(organisations, kind, filled, at=at)


def latest(subject: Subject, limit: int = 5) -> list[NoticeValue]:
    """The subject's newest notices."""
    return [notice.value() for notice in queries.inbox(subject)[:limit]]


def unread(subject: Subject) -> int:
    """How many of the subject's notices are unread."""
    return queries.unread(subject)


def mark_older_read(*, before: datetime) -> int:
    """Take everybody's notices from before a moment as read, after a past was laid down; how many there were."""
    return services.mark_older_read(before=before)


def contacts_given_in(organisation: str) -> list[tuple[str, Channel]]:
    """Whose contact points were given in a post of an organisation, and of which kind; no address."""
    return queries.contacts_given_in(organisation)


def move_contact(person_no: str, channel: Channel, *, source: str, target: str) -> bool:
    """Have another organisation's list say where a person's webhook may lie; tells whether anything changed."""
    return contacts.move_contact(person_no, channel, source=source, target=target)


def hooks_of(organisation: str) -> list[tuple[str, str]]:
    """The systems of an organisation that are told (单位通知接口), by number and name."""
    return queries.hooks_of(organisation)


def move_hook(hook_no: str, *, source: str, target: str, by: ActorRef, at: datetime) -> bool:
    """Have a system belong to another organisation; tells whether anything changed."""
    return hooks.move_hook(hook_no, source=source, target=target, by=by, at=at)


def plug_address_book(book: AddressBook | None) -> None:
    """Have notices know who is still here. Called by accounts at start."""
    plugs.plug_address_book(book)


def declare_kinds(*declared: NoticeKind) -> None:
    """Have kinds of notices be named outside by their own titles, in their groups. Called in a room's `ready`.

    A notice also goes out by the ports its reader chose; a message says the title of its kind, the parameters
    `case_no` and `due_on` where they are a number and a day, and nothing else.

    Raises ValueError: a title with a placeholder.
    """
    kinds.declare(declared)


def plug_organisations(names: Callable[[], Mapping[str, str]] | None) -> None:
    """The register of organisations, by which the systems that are told have names and are chosen."""
    plugs.plug_organisations(names)


def plug_permits(permits: Permits | None) -> None:
    """Have webhooks go where an organisation's list of permitted addresses allows. Called by mounting at start."""
    plugs.plug_permits(permits)
