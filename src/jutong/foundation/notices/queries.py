"""Inboxes, contact points and settings, and what is on its way out."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from jutong.base.access import scope_q
from jutong.foundation.notices import adapters, policy
from jutong.foundation.notices.domain.sending import DEFAULT_CHOICES, DEFAULT_HABITS
from jutong.foundation.notices.models import ContactPoint, Dispatch, Hook, Notice, Preference
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
    rows = Dispatch.objects.filter(scope_q(subject, policy.SEE_DELIVERIES, {})).select_related("hook").order_by("-id")
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


# --- Systems of organisations ----------------------------------------------------------------------------------------
def hook_facts(row: Hook) -> Facts:
    return Facts({Relation.OWNER: row.organisation})


def hook_scope(subject: Subject, action: Action) -> Q:
    return scope_q(subject, action, {Relation.OWNER: "organisation"})


def own_hook_facts(subject: Subject) -> Facts:
    """The facts of a system of the subject's own organisation: may he see any at all?"""
    return Facts({Relation.OWNER: subject.organisation or None})


def hooks(subject: Subject) -> QuerySet[Hook]:
    """The systems that a subject may see, each with how its last message fared; those in use first."""
    last = Dispatch.objects.filter(hook=OuterRef("pk")).order_by("-id")
    rows = Hook.objects.filter(hook_scope(subject, policy.SEE_HOOKS))
    rows = rows.annotate(
        last_state=Subquery(last.values("state")[:1]),
        last_reason=Subquery(last.values("reason")[:1]),
        last_at=Coalesce(Subquery(last.values("ended_at")[:1]), Subquery(last.values("due_at")[:1])),
    )
    return rows.order_by(F("ended_at").desc(nulls_first=True), "organisation", "name")


def get_hook(hook_no: str, by: Subject) -> Hook:
    """Raises NotFound: none of that number, or none that this subject may see."""
    row = hooks(by).filter(hook_no=hook_no).first()
    if row is None:
        raise NotFound()
    return row


def hooks_of(organisation: str) -> list[tuple[str, str]]:
    """The systems of an organisation that are in use, by number and name."""
    rows = Hook.objects.filter(organisation=organisation, ended_at=None).order_by("hook_no")
    return list(rows.values_list("hook_no", "name"))


# --- Sealed ----------------------------------------------------------------------------------------------------------
def target_of(person_no: str, channel: Channel) -> Target | None:
    """Where a person is reached, opened; None when he has no confirmed contact point there. Raises CannotOpen."""
    row = ContactPoint.objects.filter(person_no=person_no, channel=channel.value, confirmed_at__isnull=False).first()
    return open_target(row) if row else None


def target_of_person(row: Dispatch) -> Target | None:
    """Where a message to a person goes. Raises CannotOpen."""
    return target_of(row.person_no, Channel(row.channel))


def target_of_hook(pk: int) -> Target | None:
    """Where a message to an organisation's system goes; None when it was given up. Raises CannotOpen."""
    row = Hook.objects.filter(pk=pk, ended_at=None).first()
    if row is None:
        return None
    address, secret = (
        _envelope().open(bytes(sealed), owner=row.hook_no, place=_hook_place(row, column))
        for column, sealed in (("address", row.sealed_address), ("secret", row.sealed_secret))
    )
    return Target(address.reveal_text(), secret, row.organisation)


def seal_hook(row: Hook, column: str, plain: Secret) -> bytes:
    """A part of an organisation's system under its own key: it stays open when the organisation is another's."""
    return _envelope().seal(plain, owner=row.hook_no, place=_hook_place(row, column))


def _hook_place(row: Hook, column: str) -> Place:
    return Place("notices_hook", row.hook_no, column, 1)


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
