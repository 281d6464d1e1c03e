"""Inboxes, contact points and settings, and what is on its way out."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from jutong.base.access import scope_q
from jutong.foundation.notices import adapters, policy
from jutong.foundation.notices.domain.sending import DEFAULT_CHOICES, DEFAULT_HABITS
from jutong.foundation.notices.models import ContactPoint, Dispatch, Notice, Preference
from jutong.foundation.notices.values import Channel, DispatchState, Habits, Target
from jutong.kernel.crypto import Envelope, Place, Secret
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Action, Facts, Relation, Subject


def facts(notice: Notice) -> Facts:
    return Facts({Relation.SELF: notice.person_no})


def scope(subject: Subject, action: Action) -> Q:
    return scope_q(subject, action, {Relation.SELF: "person_no"})


def inbox(subject: Subject, *, unread_only: bool = False, kind: str = "") -> QuerySet[Notice]:
    """The subject's notices, newest first. `kind` names a room or one kind of notice."""
    rows = Notice.objects.filter(scope(subject, policy.READ_NOTICES)).order_by("-id")
    if unread_only:
        rows = rows.filter(read_at=None)
    if kind:
        rows = rows.filter(Q(kind=kind) | Q(kind__startswith=f"{kind}."))
    return rows


def unread(subject: Subject) -> int:
    """How many of the subject's notices are unread."""
    return inbox(subject, unread_only=True).count()


def get_notice(notice_id: int, by: Subject) -> Notice:
    """Raises NotFound: none of this subject's notices has that number."""
    notice = inbox(by).filter(id=notice_id).first()
    if notice is None:
        raise NotFound()
    return notice


# --- Carried out of the inbox ----------------------------------------------------------------------------------------
def contact_facts(row: ContactPoint) -> Facts:
    return Facts({Relation.SELF: row.person_no})


def contact_scope(subject: Subject, action: Action) -> Q:
    return scope_q(subject, action, {Relation.SELF: "person_no"})


def contacts(subject: Subject) -> list[ContactPoint]:
    """The subject's own contact points."""
    rows = ContactPoint.objects.filter(contact_scope(subject, policy.MANAGE_CONTACTS))
    return sorted(rows, key=lambda row: list(Channel).index(Channel(row.channel)))


def reachable(person_nos: Collection[str]) -> dict[str, frozenset[Channel]]:
    """By which ports these people can be reached now: offered here, given by them, and confirmed."""
    channels = [channel.value for channel in adapters.offered()]
    if not channels:
        return {}
    found: dict[str, set[Channel]] = {}
    rows = ContactPoint.objects.filter(person_no__in=person_nos, channel__in=channels, confirmed_at__isnull=False)
    for person, channel in rows.values_list("person_no", "channel"):
        found.setdefault(person, set()).add(Channel(channel))
    return {person: frozenset(each) for person, each in found.items()}


def habits_of(person_nos: Collection[str]) -> dict[str, Habits]:
    """How each of these people wants to be told; who never said, by our defaults."""
    kept = {row.person_no: habits(row) for row in Preference.objects.filter(person_no__in=person_nos)}
    return {person: kept.get(person, DEFAULT_HABITS) for person in person_nos}


def habits(row: Preference) -> Habits:
    """A row of settings as a value; groups it says nothing of keep their defaults."""
    choices = {
        group: frozenset(map(Channel, row.choices[group.value])) if group.value in row.choices else default
        for group, default in DEFAULT_CHOICES.items()
    }
    return Habits(choices, row.quiet, row.quiet_from, row.quiet_until, row.digest)


def dispatches(subject: Subject, *, state: str = "") -> QuerySet[Dispatch]:
    """What is and was on its way out, newest first, for operators; nothing for anybody else."""
    rows = Dispatch.objects.filter(scope_q(subject, policy.SEE_DELIVERIES, {})).order_by("-id")
    return rows.filter(state=state) if state else rows


def masked_addresses(rows: Iterable[Dispatch]) -> dict[tuple[str, str], str]:
    """The masked addresses of dispatches by person and channel, in one query."""
    people = {row.person_no for row in rows}
    found = ContactPoint.objects.filter(person_no__in=people).values_list("person_no", "channel", "masked")
    return {(person, channel): text for person, channel, text in found}


def contacts_given_in(organisation: str) -> list[tuple[str, Channel]]:
    """Whose contact points were given in a post of an organisation, and of which kind; no address."""
    rows = ContactPoint.objects.filter(organisation=organisation).order_by("person_no", "channel")
    return [(person_no, Channel(channel)) for person_no, channel in rows.values_list("person_no", "channel")]


# --- Sealed ----------------------------------------------------------------------------------------------------------
def target_of(person_no: str, channel: Channel) -> Target | None:
    """Where a person is reached, opened; None when he has no confirmed contact point there. Raises CannotOpen."""
    row = ContactPoint.objects.filter(person_no=person_no, channel=channel.value, confirmed_at__isnull=False).first()
    return open_target(row) if row else None


def open_target(row: ContactPoint) -> Target:
    """Raises CannotOpen."""
    secret = _open(row, "secret", row.sealed_secret) if row.sealed_secret is not None else None
    return Target(_open(row, "address", row.sealed_address).reveal_text(), secret, row.organisation)


def seal(row: ContactPoint, column: str, plain: Secret) -> bytes:
    """A part of a contact point under its owner's key, tied to its place and version."""
    return _envelope().seal(plain, owner=row.person_no, place=_place(row, column))


def _open(row: ContactPoint, column: str, sealed: bytes | memoryview) -> Secret:
    return _envelope().open(bytes(sealed), owner=row.person_no, place=_place(row, column))


def _envelope() -> Envelope:
    return Envelope(settings.JUTONG_KEK_ROOT)


def _place(row: ContactPoint, column: str) -> Place:
    return Place("notices_contactpoint", f"{row.person_no}/{row.channel}", column, row.version)


# --- Health ----------------------------------------------------------------------------------------------------------
def counts() -> dict[tuple[str, str], int]:
    """How many messages there are by channel and state."""
    rows = Dispatch.objects.values("channel", "state").annotate(count=Count("id")).order_by()
    return {(row["channel"], row["state"]): row["count"] for row in rows}


def failed_since(moment: datetime) -> int:
    return Dispatch.objects.filter(state=DispatchState.FAILED, ended_at__gte=moment).count()


def overdue(moment: datetime) -> int:
    """Messages that were due before a moment and are still here: no sender runs, or a port is down."""
    return Dispatch.objects.filter(ended_at=None, due_at__lt=moment).count()
