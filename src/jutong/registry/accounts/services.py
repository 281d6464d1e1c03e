"""Changes to people, posts, clients and keys: one action, one transaction, with its audit entry and its fact."""

import secrets
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.crypto import Place, SealedBox, Secret
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Facts, Post, Relation, Subject
from jutong.kernel.typed import fitting
from jutong.registry.accounts import domain, events, handovers, places, policy, queries
from jutong.registry.accounts.holdings import holdings
from jutong.registry.accounts.models import ApiToken, Appointment, Client, ClientKey, Handover, PasswordRecord, Person
from jutong.registry.accounts.values import (
    AppointmentRef,
    ClientRef,
    IssuedKey,
    IssuedToken,
    KeyRef,
    NewPerson,
)
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import OrganisationClosed


# --- People ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def create_person(*, login_name: str, display_name: str, by: Subject, at: datetime) -> NewPerson:
    """Create a person with a one-time password, which is in the answer and nowhere else.

    Raises NotPermitted, LoginNameInvalid, LoginNameTaken.
    """
    require(by, policy.CREATE_PERSON)
    password = domain.new_password()
    person = add_person(
        login_name=login_name, display_name=display_name, encoded=make_password(password), by=by.actor, at=at
    )
    return NewPerson(queries.person_ref(person), person.login_name, Secret(password))


def add_person(
    *, login_name: str, display_name: str, encoded: str, by: ActorRef, at: datetime, must_change: bool = True
) -> Person:
    """Write a person with a hashed password, for those who need not ask (`create_person` asks)."""
    login_name = domain.check_login_name(login_name)
    if Person.objects.filter(login_name=login_name).exists():
        raise domain.LoginNameTaken(field="login_name", login_name=login_name)
    person = Person(
        person_no=queries.next_number("accounts_person_numbers", "P{:06d}"),
        login_name=login_name,
        display_name=display_name.strip(),
        created_at=at,
    )
    _set_password(person, encoded, at, must_change=must_change)
    _record("accounts.person.created", by, at, "person", person.person_no, {"login_name": login_name})
    outbox.publish(events.PersonCreated(person_no=person.person_no), at=at)
    return person


@transaction.atomic
def disable_person(*, person_no: str, by: Subject, at: datetime, emergency: bool = False, reason: str = "") -> None:
    """Disable an account: sessions and tokens are refused from the next request on.

    Who holds something hands it over first. In an emergency (a compromised account) the security administrator
    disables at once: open steps climb their ladder, and the sheets of what was held stay to be done.

    Raises NotPermitted, NotFound, PersonIsDisabled, HandoverRequired, EmergencyBySecurityOnly, EmergencyReasonMissing,
    TextTooLong.
    """
    person = _locked_person(person_no)
    require(by, policy.DISABLE_PERSON, queries.facts(person))
    if not person.is_active:
        raise domain.PersonIsDisabled()
    if emergency:
        reason = fitting(reason, 200, field="reason")
        _check_emergency(by, reason)
        _open_emergency_sheets(person, by, reason, at)
    else:
        handovers.require_handed_over(person, at=at)
    person.is_active, person.disabled_at = False, at
    person.save(update_fields=["is_active", "disabled_at"])
    ApiToken.objects.filter(appointment__person=person, revoked_at=None).update(revoked_at=at)
    details = {"emergency": reason} if emergency else None
    _record("accounts.person.disabled", by.actor, at, "person", person_no, details)
    outbox.publish(events.PersonDisabled(person_no=person_no), at=at)


def _check_emergency(by: Subject, reason: str) -> None:
    if by.post is not Post.SECURITY_ADMIN:
        raise domain.EmergencyBySecurityOnly()
    if not reason.strip():
        raise domain.EmergencyReasonMissing(field="reason")


def _open_emergency_sheets(person: Person, by: Subject, reason: str, at: datetime) -> None:
    for organisation in dict.fromkeys(held.organisation for held in holdings(person.person_no, at=at)):
        rows = Handover.objects.filter(person=person, organisation=organisation, done_at=None, cancelled_at=None)
        if not rows.filter(post="").exists():
            handovers.add_handover(person, organisation, reason=reason, emergency=True, by=by, at=at)


@transaction.atomic
def reset_password(*, person_no: str, by: Subject, at: datetime) -> Secret:
    """Give out a one-time password; the old one and all sessions end.

    Raises NotPermitted: also for people who hold an administrator's post. Raises NotFound.
    """
    person = _locked_person(person_no)
    require(by, policy.RESET_PASSWORD, queries.facts(person))
    password = domain.new_password()
    _set_password(person, make_password(password), at, must_change=True)
    _record("accounts.person.password_reset", by.actor, at, "person", person_no)
    return Secret(password)


@transaction.atomic
def change_own_password(*, person: Person, password: str, at: datetime) -> None:
    """Set the password a person chose. Raises PasswordRefused."""
    try:
        validate_password(password, person)
    except ValidationError as refused:
        raise domain.PasswordRefused(field="password", reasons=" ".join(refused.messages)) from refused
    _set_password(person, make_password(password), at, must_change=False)
    _record("accounts.person.password_changed", _as_person(person), at, "person", person.person_no)


def _set_password(person: Person, encoded: str, at: datetime, *, must_change: bool) -> None:
    person.password = encoded
    person.must_change_password, person.password_changed_at = must_change, at
    person.save()
    PasswordRecord.objects.create(person=person, encoded=encoded, set_at=at)


# --- Signing in and switching ----------------------------------------------------------------------------------------
@transaction.atomic
def note_sign_in(*, person: Person, address: str, at: datetime) -> None:
    """Put a sign-in on record."""
    _record("accounts.person.signed_in", _as_person(person), at, "person", person.person_no, {"address": address})


@transaction.atomic
def note_lock_out(*, login_name: str, address: str, at: datetime) -> None:
    """Put the locking of an account on record; unknown names may be mistyped passwords and are not."""
    person = Person.objects.filter(login_name=login_name).first()
    if person is not None:
        nobody = ActorRef(kind="public", id="")
        _record("accounts.person.locked_out", nobody, at, "person", person.person_no, {"address": address})


@transaction.atomic
def switch_post(*, person: Person, appointment_no: int, at: datetime) -> Appointment:
    """Act in another of one's posts from now on. Raises NotYourPost."""
    appointment = queries.find_appointment(person, appointment_no, at)
    if appointment is None:
        raise domain.NotYourPost()
    Person.objects.filter(pk=person.pk).update(last_appointment=appointment)
    subject = queries.subject_of(appointment)
    _record("accounts.post.switched", subject.actor, at, "appointment", str(appointment.pk))
    return appointment


# --- Appointments ----------------------------------------------------------------------------------------------------
@transaction.atomic
def appoint(
    *,
    person_no: str,
    post: str,
    organisation: str,
    starts_on: date,
    by: Subject,
    at: datetime,
    ends_on: date | None = None,
    office: str = "",
    deputy: bool = False,
    project: str = "",
    responsible: str = "",
) -> AppointmentRef:
    """Give a person a post. `responsible` is the person number of the official who answers for a contractor.

    Raises NotPermitted, AppointsHimself, NotFound, PersonIsDisabled, PostUnknown, PostsExclusive, PostNotHere,
    AlreadyAppointed, DeputyOfHimself, ContractorUntied, DaysReversed, OrganisationUnknown, OrganisationClosed. Source:
    Art. 39, O3.
    """
    require(by, policy.APPOINT)
    if by.person_no == person_no:
        raise domain.AppointsHimself()
    row = add_appointment(
        person_no=person_no,
        post=domain.post_named(post),
        organisation=organisation,
        starts_on=starts_on,
        ends_on=ends_on,
        office=office,
        deputy=deputy,
        project=project,
        responsible=responsible,
        by=by.actor,
        at=at,
    )
    return queries.appointment_ref(row)


def add_appointment(
    *,
    person_no: str,
    post: Post,
    organisation: str,
    starts_on: date,
    by: ActorRef,
    at: datetime,
    ends_on: date | None = None,
    office: str = "",
    deputy: bool = False,
    project: str = "",
    responsible: str = "",
) -> Appointment:
    """Write an appointment, for those who need not ask (`appoint` asks)."""
    domain.check_days(starts_on, ends_on)
    if post is Post.CONTRACTOR and not (ends_on and project.strip() and responsible):
        raise domain.ContractorUntied(field="project")
    _check_organisation(organisation)
    places.check_place(post, organisations.get(organisation).kind)
    person = _locked_person(person_no)
    if not person.is_active:
        raise domain.PersonIsDisabled(field="person_no")
    _close_lapsed(person, at)
    held = Appointment.objects.filter(person=person, ended_at=None)
    if held.filter(post=post.value, organisation=organisation, office=office).exists():
        raise domain.AlreadyAppointed(field="post")
    if held.filter(post=post.value, organisation=organisation).exclude(deputy=deputy).exists():
        raise domain.DeputyOfHimself(field="deputy")
    domain.check_posts(post, [Post(value) for value in held.values_list("post", flat=True)])
    row = Appointment.objects.create(
        person=person,
        post=post.value,
        organisation=organisation,
        office=office,
        deputy=deputy,
        project=project.strip(),
        responsible=queries.get_person(responsible) if responsible else None,
        starts_on=starts_on,
        ends_on=ends_on,
        appointed_by=by.to_json(),
        appointed_at=at,
    )
    details = {
        "person": person_no,
        "post": post.value,
        "organisation": organisation,
        "starts_on": starts_on.isoformat(),
    }
    _record("accounts.appointment.made", by, at, "appointment", str(row.pk), details)
    fact = events.PersonAppointed(person_no=person_no, post=post.value, organisation=organisation)
    outbox.publish(fact, at=at)
    return row


@transaction.atomic
def end_appointment(*, appointment_no: int, by: Subject, at: datetime) -> AppointmentRef:
    """Take a post from a person at once; sessions and tokens of this post are refused from the next request on.

    Raises NotPermitted, AppointsHimself, NotFound, AppointmentOver, HandoverRequired.
    """
    row = Appointment.objects.select_for_update(of=("self",)).select_related("person").filter(pk=appointment_no).first()
    if row is None:
        raise NotFound()
    require(by, policy.END_APPOINTMENT, queries.facts(row))
    if row.person.person_no == by.person_no:
        raise domain.AppointsHimself()
    if row.ended_at is not None:
        raise domain.AppointmentOver()
    handovers.require_handed_over(row.person, organisation=row.organisation, post=row.post, at=at)
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    details = {"person": row.person.person_no, "post": row.post, "organisation": row.organisation}
    _record("accounts.appointment.ended", by.actor, at, "appointment", str(row.pk), details)
    fact = events.AppointmentEnded(person_no=row.person.person_no, post=row.post, organisation=row.organisation)
    outbox.publish(fact, at=at)
    return queries.appointment_ref(row)


def _close_lapsed(person: Person, at: datetime) -> None:
    # An appointment past its last day no longer stands in the way of another.
    rows = Appointment.objects.filter(person=person, ended_at=None, ends_on__lt=local_day(at))
    rows.update(ended_at=at)


# --- Tokens ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def issue_token(
    *, name: str, by: Subject, at: datetime, days: int = 90, not_after: datetime | None = None
) -> IssuedToken:
    """Issue a token for the post one acts in; its text is in the answer and nowhere else.

    `not_after` is the end of the token that asked for it: a stolen token shall not make itself immortal.
    Raises NotPermitted, NotYourPost, ExpiryOutOfRange.
    """
    require(by, policy.ISSUE_TOKEN, Facts({Relation.SELF: by.person_no}))
    expires_at = domain.expiry(at, days, domain.TOKEN_MAX_DAYS)
    return add_token(
        appointment=queries.appointment_of(by, at),
        name=name,
        expires_at=min(expires_at, not_after) if not_after else expires_at,
        by=by.actor,
        at=at,
    )


def add_token(*, appointment: Appointment, name: str, expires_at: datetime, by: ActorRef, at: datetime) -> IssuedToken:
    """Write a token, for those who need not ask (`issue_token` asks)."""
    token = domain.new_token()
    row = ApiToken.objects.create(
        token_no=queries.next_number("accounts_token_numbers", "T{:06d}"),
        appointment=appointment,
        name=name.strip(),
        digest=queries.token_digest(token),
        issued_at=at,
        expires_at=expires_at,
    )
    _record("accounts.token.issued", by, at, "token", row.token_no, {"expires_at": expires_at.isoformat()})
    return IssuedToken(row.token_no, Secret(token), expires_at)


@transaction.atomic
def revoke_token(*, token_no: str, by: Subject, at: datetime) -> None:
    """Refuse a token from the next request on. Raises NotFound, NotPermitted, AlreadyRevoked."""
    rows = ApiToken.objects.select_for_update(of=("self",)).select_related("appointment__person")
    row = rows.filter(token_no=token_no).first()
    if row is None:
        raise NotFound()
    require(by, policy.REVOKE_TOKEN, queries.facts(row))
    if row.revoked_at is not None:
        raise domain.AlreadyRevoked()
    row.revoked_at = at
    row.save(update_fields=["revoked_at"])
    _record("accounts.token.revoked", by.actor, at, "token", token_no)


def note_token_used(token: ApiToken, at: datetime) -> None:
    """Remember the use of a token, to the minute: a busy program shall not rewrite the row at each call."""
    if token.last_used_at is None or at - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)


# --- Clients and keys ------------------------------------------------------------------------------------------------
@transaction.atomic
def create_client(*, name: str, by: Subject, at: datetime, organisation: str = "", responsible: str = "") -> ClientRef:
    """Register a calling system; `organisation` is one's own, `responsible` oneself unless given.

    Raises NotPermitted, ClientNameTaken, NotFound.
    """
    organisation = organisation or by.organisation
    require(by, policy.CREATE_CLIENT, Facts({Relation.OWNER: organisation}))
    _check_organisation(organisation)
    name = name.strip()
    if Client.objects.filter(organisation=organisation, name=name).exists():
        raise domain.ClientNameTaken(field="name", name=name)
    row = Client.objects.create(
        client_no=queries.next_number("accounts_client_numbers", "C{:04d}"),
        name=name,
        organisation=organisation,
        responsible=_responsible(responsible or by.person_no, organisation, at),
        created_by=by.actor.to_json(),
        created_at=at,
    )
    _record("accounts.client.created", by.actor, at, "client", row.client_no, {"organisation": organisation})
    outbox.publish(events.ClientCreated(client_no=row.client_no, organisation=organisation), at=at)
    return queries.client_ref(row)


@transaction.atomic
def issue_key(*, client_no: str, by: Subject, at: datetime, algorithm: str = "HMAC-SM3", days: int = 365) -> IssuedKey:
    """Issue a key; the secret is made here, is in the answer, and is kept only sealed for the gateways.

    Raises NotFound, NotPermitted, AlgorithmUnknown, ExpiryOutOfRange, TooManyKeys.
    """
    client = _locked_client(client_no)
    require(by, policy.ISSUE_KEY, queries.facts(client))
    if algorithm not in domain.ALGORITHMS:
        raise domain.AlgorithmUnknown(field="algorithm")
    expires_at = domain.expiry(at, days, domain.KEY_MAX_DAYS)
    live = ClientKey.objects.filter(client=client, revoked_at=None, expires_at__gt=at).count()
    if live >= domain.LIVE_KEYS_MAX:
        raise domain.TooManyKeys(limit=domain.LIVE_KEYS_MAX)
    key_id, secret = "K" + secrets.token_hex(12), secrets.token_bytes(domain.KEY_SECRET_BYTES)
    row = ClientKey.objects.create(
        key_id=key_id,
        client=client,
        organisation=client.organisation,
        algorithm=algorithm,
        sealed_secret=SealedBox.seal(secret, settings.JUTONG_GATEWAY_PUBLIC_KEY, key_place(key_id).aad),
        not_before=at,
        expires_at=expires_at,
    )
    details = {"client": client_no, "algorithm": algorithm, "expires_at": expires_at.isoformat()}
    _record("accounts.key.issued", by.actor, at, "key", key_id, details)
    outbox.publish(events.ClientKeyIssued(key_id=key_id, client_no=client_no), at=at)
    return IssuedKey(key_id, client_no, algorithm, Secret(secret), row.not_before, row.expires_at)


def key_place(key_id: str) -> Place:
    """Where a sealed secret is stored; the gateway opens it for this place only."""
    return Place("accounts_client_key", key_id, "sealed_secret")


@transaction.atomic
def rotate_key(*, key_id: str, by: Subject, at: datetime, days: int = 365, overlap_days: int = 14) -> IssuedKey:
    """Issue the successor of a key; the old one counts for the days of overlap yet.

    Raises NotFound, NotPermitted, KeyOver, ExpiryOutOfRange, TooManyKeys.
    """
    old = _locked_key(key_id)
    require(by, policy.ISSUE_KEY, queries.facts(old))
    if old.revoked_at is not None or old.expires_at <= at:
        raise domain.KeyOver()
    ends = domain.expiry(at, overlap_days, domain.OVERLAP_MAX_DAYS)
    issued = issue_key(client_no=old.client_id, algorithm=old.algorithm, days=days, by=by, at=at)
    if ends < old.expires_at:
        ClientKey.objects.filter(pk=old.pk).update(expires_at=ends)
    details = {"successor": issued.key_id, "until": min(ends, old.expires_at).isoformat()}
    _record("accounts.key.rotated", by.actor, at, "key", key_id, details)
    return issued


@transaction.atomic
def revoke_key(*, key_id: str, by: Subject, at: datetime) -> KeyRef:
    """Withdraw a key; gateways refuse it within a second of the commit.

    Raises NotFound, NotPermitted, AlreadyRevoked.
    """
    row = _locked_key(key_id)
    require(by, policy.REVOKE_KEY, queries.facts(row))
    if row.revoked_at is not None:
        raise domain.AlreadyRevoked()
    ClientKey.objects.filter(pk=key_id).update(revoked_at=at)
    _record("accounts.key.revoked", by.actor, at, "key", key_id, {"client": row.client_id})
    outbox.publish(events.ClientKeyRevoked(key_id=key_id, client_no=row.client_id), at=at)
    row.revoked_at = at
    return queries.key_ref(row)


# --- Helpers ---------------------------------------------------------------------------------------------------------
def _record(
    action: str, by: ActorRef, at: datetime, kind: str, code: str, details: dict[str, str] | None = None
) -> None:
    audit.record(action=action, by=by, at=at, object_kind=kind, object_code=code, details=details)


def _as_person(person: Person) -> ActorRef:
    return ActorRef(kind="person", id=person.person_no)


def _locked_person(person_no: str) -> Person:
    person = Person.objects.select_for_update().filter(person_no=person_no).first()
    if person is None:
        raise NotFound()
    return person


def _locked_client(client_no: str) -> Client:
    client = Client.objects.select_for_update().filter(client_no=client_no).first()
    if client is None:
        raise NotFound()
    return client


def _locked_key(key_id: str) -> ClientKey:
    row = ClientKey.objects.select_for_update().filter(pk=key_id).first()
    if row is None:
        raise NotFound()
    return row


def _responsible(person_no: str, organisation: str, at: datetime) -> Person:
    """Somebody who answers for a client works in its organisation."""
    rows = Appointment.objects.live(at).filter(person__person_no=person_no, organisation=organisation)
    row = rows.select_related("person").first()
    if row is None:
        raise domain.ResponsibleElsewhere(field="responsible")
    return row.person


def _check_organisation(organisation: str) -> None:
    """Raises OrganisationUnknown, OrganisationClosed: nothing new begins in a body that a reform has ended."""
    found = organisations.find(organisation)
    if found is None:
        raise domain.OrganisationUnknown(field="organisation", organisation=organisation)
    if found.closed_on is not None:
        raise OrganisationClosed(field="organisation", name=found.name, on=found.closed_on)
