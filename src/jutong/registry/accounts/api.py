"""The door of accounts: who holds which post, calling systems and their keys."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from jutong.base.actions import declared_actions
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Action, Post, Subject, decide
from jutong.registry.accounts import policy, queries, services
from jutong.registry.accounts.models import ApiToken, Appointment, AppointmentRows, Client, Person
from jutong.registry.accounts.posted import Credential, Posting, fill_posts, new_credentials
from jutong.registry.accounts.queries import facts, post_title, scope
from jutong.registry.accounts.services import (
    appoint,
    change_own_password,
    create_client,
    create_person,
    disable_person,
    end_appointment,
    issue_key,
    issue_token,
    key_place,
    note_lock_out,
    note_sign_in,
    reset_password,
    revoke_key,
    revoke_token,
    rotate_key,
    switch_post,
)
from jutong.registry.accounts.start import ensure_demo_people, ensure_start_data
from jutong.registry.accounts.start import read_people as start_people
from jutong.registry.accounts.values import AppointmentRef, ClientRef, KeyRef, PersonRef, TokenUse

__all__ = [
    "Credential",
    "Posting",
    "active_names",
    "appoint",
    "appointment_ref",
    "appointments",
    "appointments_held",
    "change_own_password",
    "client_titles",
    "clients",
    "clients_of",
    "create_client",
    "create_person",
    "disable_person",
    "end_appointment",
    "ensure_demo_people",
    "ensure_start_data",
    "facts",
    "fill_posts",
    "find_appointment",
    "find_client",
    "first_appointment",
    "get_client",
    "issue_key",
    "issue_token",
    "key_place",
    "keys_of",
    "names",
    "new_credentials",
    "note_lock_out",
    "note_sign_in",
    "people",
    "people_in",
    "post_title",
    "reset_password",
    "revoke_key",
    "revoke_token",
    "rights_of",
    "rotate_key",
    "scope",
    "start_people",
    "subject_for",
    "subject_of",
    "switch_post",
    "tokens",
    "use_token",
    "visible_client",
    "visible_person",
]


# --- People and posts ------------------------------------------------------------------------------------------------
def subject_for(*, person_no: str, post: Post, organisation: str, at: datetime) -> Subject:
    """The subject who acts under a live appointment; the public when there is none."""
    return queries.find_subject(person_no, post, organisation, at)


def subject_of(appointment: Appointment) -> Subject:
    """The subject who acts under this appointment."""
    return queries.subject_of(appointment)


def people_in(*, post: Post, organisation: str, at: datetime) -> list[PersonRef]:
    """Who holds a post of an organisation now, deputies last, nobody twice."""
    return list(dict.fromkeys(ref.person for ref in queries.holders(post, organisation, at)))


def names(person_nos: Iterable[str]) -> dict[str, str]:
    """Display names by person number; unknown numbers are left out."""
    return queries.person_names(person_nos)


def active_names(person_nos: Iterable[str]) -> dict[str, str]:
    """Display names of those of these people who may still sign in."""
    rows = Person.objects.filter(person_no__in=set(person_nos), is_active=True)
    return dict(rows.values_list("person_no", "display_name"))


def people(subject: Subject) -> QuerySet[Person]:
    """The people this subject may see."""
    return queries.people(subject)


def visible_person(person_no: str, subject: Subject) -> Person:
    """The person, for a subject who may see him. Raises NotFound for all others, as if there were none."""
    row = queries.get_person(person_no)
    if not decide(subject, policy.VIEW_PEOPLE, queries.facts(row)):
        raise NotFound()
    return row


def appointments(subject: Subject) -> AppointmentRows:
    """The appointments this subject may see, past and to come."""
    return queries.appointments(subject)


def appointments_held(person_no: str, *, at: datetime) -> list[AppointmentRef]:
    """The posts a person may act in now."""
    return [queries.appointment_ref(row) for row in queries.live_appointments(person_no, at)]


def appointment_ref(row: Appointment) -> AppointmentRef:
    """An appointment as a value."""
    return queries.appointment_ref(row)


def find_appointment(person: Person, appointment_no: int, *, at: datetime) -> Appointment | None:
    """A live appointment of this person, or None."""
    return queries.find_appointment(person, appointment_no, at)


def first_appointment(person: Person, *, at: datetime) -> Appointment | None:
    """The post to begin with after signing in: the last one used, else the one held longest."""
    held = queries.live_appointments(person.person_no, at)
    return next((row for row in held if row.pk == person.last_appointment_id), held[0] if held else None)


def rights_of(post: Post) -> list[Action]:
    """What a post may do in some relation or state, over all rooms."""
    return [action for action in declared_actions().values() if any(post in rule.posts for rule in action.rules)]


# --- Tokens ----------------------------------------------------------------------------------------------------------
def use_token(token: str, *, at: datetime) -> TokenUse | None:
    """What a token in force stands for; None for any other text."""
    found = queries.find_token(token, at)
    if found is None:
        return None
    services.note_token_used(found, at)
    return TokenUse(queries.subject_of(found.appointment), found.appointment_id, found.expires_at)


def tokens(subject: Subject) -> QuerySet[ApiToken]:
    """The tokens this subject may see: his own, in all his posts."""
    return queries.tokens(subject)


# --- Clients and keys ------------------------------------------------------------------------------------------------
def get_client(client_no: str) -> ClientRef:
    """Raises NotFound."""
    return queries.client_ref(queries.get_client(client_no))


def visible_client(client_no: str, subject: Subject) -> ClientRef:
    """The client, for a subject who may see it. Raises NotFound for all others, as if there were none."""
    row = queries.get_client(client_no)
    if not decide(subject, policy.VIEW_CLIENTS, queries.facts(row)):
        raise NotFound()
    return queries.client_ref(row)


def find_client(client_no: str) -> ClientRef | None:
    """The client, or None."""
    try:
        return get_client(client_no)
    except NotFound:
        return None


def clients(subject: Subject) -> QuerySet[Client]:
    """The clients this subject may see."""
    return queries.clients(subject)


def clients_of(organisation: str) -> list[ClientRef]:
    """The clients of an organisation."""
    rows = Client.objects.filter(organisation=organisation).select_related("responsible").order_by("client_no")
    return [queries.client_ref(row) for row in rows]


def client_titles(client_nos: Iterable[str]) -> dict[str, str]:
    """Names of clients by number; unknown numbers are left out."""
    return queries.client_titles(client_nos)


def keys_of(client_nos: Iterable[str]) -> list[KeyRef]:
    """The keys of these clients, newest first. Whoever shows them has asked for the right to see the clients."""
    return [queries.key_ref(row) for row in queries.keys_of(client_nos)]
