"""A person's contact points and settings: entered by himself, confirmed by a code that was sent there."""

import secrets
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from jutong.base.access import require
from jutong.base.egress import pinned_address
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import adapters, plugs, policy, queries
from jutong.foundation.notices.domain.contacts import masked, parse_address, parse_webhook
from jutong.foundation.notices.domain.errors import (
    CodeOver,
    CodesTooOften,
    CodeWrong,
    NoSuchContact,
    PortNotOffered,
    QuietHoursEmpty,
)
from jutong.foundation.notices.domain.kinds import code_message
from jutong.foundation.notices.domain.sending import DEFAULT_HABITS
from jutong.foundation.notices.models import ContactPoint, Preference
from jutong.foundation.notices.values import Channel, Contact, Group, Habits
from jutong.kernel.clock import local_day
from jutong.kernel.crypto import Secret, equal, sha256_hex
from jutong.kernel.policy import Facts, Relation, Subject

CODE_MINUTES = 10
CODE_TRIES = 5
CODES_A_DAY = 10
BETWEEN_CODES = timedelta(minutes=1)


def enter_contact(channel: Channel, address: str, *, by: Subject, at: datetime) -> tuple[Contact, Secret | None]:
    """Keep where a person wants to be told, unconfirmed, and send a code there.

    For a webhook the second value is its secret, which is shown this once. What stood there before is replaced.

    Raises NotPermitted, PortNotOffered, MailMalformed, MobileMalformed, WebhookMalformed, AddressError,
    CodesTooOften, PortError: the code could not be sent.
    """
    require(by, policy.MANAGE_CONTACTS, _own(by))
    port = adapters.find_port(channel)
    if port is None:
        raise PortNotOffered(channel=channel)
    plain = parse_address(channel, address)
    if channel is Channel.WEBHOOK:
        where = parse_webhook(plain)
        pinned_address(where.host, where.port, plugs.permitted(by.organisation))
    code, secret = f"{secrets.randbelow(10**6):06d}", _new_secret(channel)
    row = _keep(channel, plain, secret, code, by, at)
    target = queries.open_target(row)
    # After the commit: a code that was sent must be known, and no lock waits for the other side.
    port.send(target, code_message(code, CODE_MINUTES, key=uuid4().hex, sign_in=settings.JUTONG_BASE_URL, at=at), at=at)
    return row.value(), secret


@transaction.atomic
def _keep(channel: Channel, plain: str, secret: Secret | None, code: str, by: Subject, at: datetime) -> ContactPoint:
    _count_code(by.person_no, at)
    row = ContactPoint.objects.select_for_update().filter(person_no=by.person_no, channel=channel.value).first()
    row = row or ContactPoint(person_no=by.person_no, channel=channel.value, version=0)
    row.version += 1
    row.organisation, row.masked = by.organisation, masked(channel, plain)
    row.sealed_address = queries.seal(row, "address", Secret(plain))
    row.sealed_secret = queries.seal(row, "secret", secret) if secret else None
    row.confirmed_at, row.code_digest, row.code_tries = None, sha256_hex(code.encode()), 0
    row.code_until, row.created_at = at + timedelta(minutes=CODE_MINUTES), at
    row.save()
    _record("entered", row, by, at)
    return row


def _new_secret(channel: Channel) -> Secret | None:
    return Secret(secrets.token_urlsafe(32)) if channel is Channel.WEBHOOK else None


def _count_code(person_no: str, at: datetime) -> None:
    row = _preference(person_no)
    today = local_day(at)
    if row.codes_on != today:
        row.codes_on, row.codes = today, 0
    if row.codes >= CODES_A_DAY or (row.code_at and at - row.code_at < BETWEEN_CODES):
        raise CodesTooOften(limit=CODES_A_DAY)
    row.codes, row.code_at = row.codes + 1, at
    row.save()


def confirm_contact(channel: Channel, code: str, *, by: Subject, at: datetime) -> Contact:
    """Confirm a contact point with the code that was sent there; a confirmed one stays so.

    Raises NotPermitted, NoSuchContact, CodeWrong, CodeOver.
    """
    require(by, policy.MANAGE_CONTACTS, _own(by))
    with transaction.atomic():
        row = _locked(channel, by)
        if row.confirmed_at is not None:
            return row.value()
        if not row.code_digest or row.code_until is None or at > row.code_until or row.code_tries >= CODE_TRIES:
            raise CodeOver()
        right = equal(row.code_digest, sha256_hex(code.strip().encode()))
        if right:
            row.confirmed_at, row.code_digest, row.code_until = at, "", None
            _record("confirmed", row, by, at)
        else:
            # Kept although the answer is an error: tries count.
            row.code_tries += 1
        row.save()
    if not right:
        raise CodeWrong(left=CODE_TRIES - row.code_tries, field="code")
    return row.value()


@transaction.atomic
def remove_contact(channel: Channel, *, by: Subject, at: datetime) -> None:
    """Forget a contact point; what was on its way there is dropped. Raises NotPermitted, NoSuchContact."""
    require(by, policy.MANAGE_CONTACTS, _own(by))
    row = _locked(channel, by)
    _record("removed", row, by, at)
    row.delete()


@transaction.atomic
def set_habits(
    *,
    choices: Mapping[Group, frozenset[Channel]],
    quiet: bool,
    quiet_from: time,
    quiet_until: time,
    digest: bool,
    by: Subject,
    at: datetime,
) -> Habits:
    """Keep how the person wants to be told. Raises NotPermitted, QuietHoursEmpty."""
    require(by, policy.MANAGE_CONTACTS, _own(by))
    if quiet_from == quiet_until:
        raise QuietHoursEmpty(field="quiet_until")
    row = _preference(by.person_no)
    row.choices = {group.value: sorted(channel.value for channel in chosen) for group, chosen in choices.items()}
    row.quiet, row.quiet_from, row.quiet_until, row.digest = quiet, quiet_from, quiet_until, digest
    row.save()
    audit.record(
        action="notices.habits.set",
        by=by.actor,
        at=at,
        object_kind="person",
        object_code=by.person_no,
        details={"choices": row.choices, "quiet": quiet, "digest": digest},
    )
    return queries.habits(row)


def _own(by: Subject) -> Facts:
    return Facts({Relation.SELF: by.person_no})


def _locked(channel: Channel, by: Subject) -> ContactPoint:
    row = ContactPoint.objects.select_for_update().filter(person_no=by.person_no, channel=channel.value).first()
    if row is None:
        raise NoSuchContact(channel=channel)
    return row


def _preference(person_no: str) -> Preference:
    defaults = {"quiet_from": DEFAULT_HABITS.quiet_from, "quiet_until": DEFAULT_HABITS.quiet_until}
    Preference.objects.get_or_create(person_no=person_no, defaults=defaults)
    return Preference.objects.select_for_update().get(person_no=person_no)


def _record(verb: str, row: ContactPoint, by: Subject, at: datetime) -> None:
    audit.record(
        action=f"notices.contact.{verb}",
        by=by.actor,
        at=at,
        object_kind="contact",
        object_code=f"{row.person_no}/{row.channel}",
        details={"version": row.version},
    )


# --- When organisations are reformed ----------------------------------------------------------------------------------
def move_contact(person_no: str, channel: Channel, *, source: str, target: str) -> bool:
    """Have another organisation's list say where a person's webhook may lie; tells whether anything changed.

    The address is sealed for the person, so it stays as it is, and so does its confirmation.
    """
    rows = ContactPoint.objects.filter(person_no=person_no, channel=channel.value, organisation=source)
    return bool(rows.update(organisation=target))
