"""The door of accounts: who holds which post, calling systems and their keys."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Count, QuerySet

from jutong.base.actions import declared_actions, flag_titles
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Action, Post, Subject, decide
from jutong.registry.accounts import places, policy, queries, services
from jutong.registry.accounts.absences import declare_absence, end_absence, recheck_steps, tell_deputies
from jutong.registry.accounts.handovers import (
    approve_handover,
    cancel_handover,
    confirm_handover,
    lines_of,
    name_successor,
    open_handover,
)
from jutong.registry.accounts.holdings import holdings
from jutong.registry.accounts.models import (
    AbsenceRows,
    ApiToken,
    Appointment,
    AppointmentRows,
    Client,
    Handover,
    Person,
)
from jutong.registry.accounts.places import PostPlace
from jutong.registry.accounts.plugs import keepers as holdings_keepers
from jutong.registry.accounts.plugs import plug_holdings
from jutong.registry.accounts.posted import Credential, Posting, fill_posts, new_credentials
from jutong.registry.accounts.queries import facts, facts_of_handover, post_title, scope
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
from jutong.registry.accounts.values import AppointmentRef, ClientRef, KeyRef, PersonRef, Right, StandIn, TokenUse, Way

__all__ = [
    "Credential",
    "Posting",
    "absences",
    "active_names",
    "appoint",
    "appointment_ref",
    "appointments",
    "appointments_held",
    "approve_handover",
    "cancel_handover",
    "change_own_password",
    "client_titles",
    "clients",
    "clients_of",
    "colleagues",
    "confirm_handover",
    "contractors",
    "create_client",
    "create_person",
    "declare_absence",
    "disable_person",
    "end_absence",
    "end_appointment",
    "ensure_demo_people",
    "ensure_start_data",
    "everybody_in_post",
    "facts",
    "facts_of_handover",
    "fill_posts",
    "find_appointment",
    "find_client",
    "first_appointment",
    "get_client",
    "handovers",
    "holders_anywhere",
    "holdings",
    "holdings_keepers",
    "issue_key",
    "issue_token",
    "key_place",
    "keys_in_force",
    "keys_of",
    "lines_of",
    "name_successor",
    "names",
    "new_credentials",
    "note_lock_out",
    "note_sign_in",
    "open_handover",
    "people",
    "people_in",
    "plug_holdings",
    "post_place",
    "post_title",
    "recheck_steps",
    "reset_password",
    "revoke_key",
    "revoke_token",
    "rights_of",
    "rotate_key",
    "scope",
    "stand_ins",
    "start_people",
    "subject_for",
    "subject_of",
    "switch_post",
    "tell_deputies",
    "tokens",
    "use_token",
    "visible_client",
    "visible_handover",
    "visible_person",
]


# --- People and posts ------------------------------------------------------------------------------------------------
def subject_for(*, person_no: str, post: Post, organisation: str, at: datetime) -> Subject:
    """The subject who acts under a live appointment; the public when there is none."""
    return queries.find_subject(person_no, post, organisation, at)


def subject_of(appointment: Appointment, *, at: datetime | None = None) -> Subject:
    """The subject who acts under this appointment at a moment, now unless given."""
    return queries.subject_of(appointment, at)


def people_in(*, post: Post, organisation: str, at: datetime) -> list[PersonRef]:
    """Whom to ask in a post of an organisation now (A/B 角): the principals who are there, else their deputies.

    With everybody away the principals, so that an absence never leaves a step without people.
    """
    return queries.asked(post, organisation, at)


def holders_anywhere(post: Post, *, at: datetime) -> list[str]:
    """The numbers of those who hold a post in whatever organisation now, nobody twice."""
    return queries.holder_numbers(post, at)


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


def colleagues(organisation: str, *, at: datetime) -> list[PersonRef]:
    """Who holds a post in an organisation now and could take over there; firms' people are left out."""
    rows = Appointment.objects.live(at).filter(organisation=organisation).exclude(post=Post.CONTRACTOR.value)
    people = rows.select_related("person").order_by("person__person_no")
    return list(dict.fromkeys(queries.person_ref(row.person) for row in people))


def everybody_in_post(*, at: datetime) -> list[PersonRef]:
    """Everybody who holds a post now."""
    people = Appointment.objects.live(at).values("person_id")
    return [queries.person_ref(row) for row in Person.objects.filter(pk__in=people).order_by("person_no")]


def stand_ins(organisation: str, *, at: datetime) -> list[StandIn]:
    """The posts of an organisation that have deputies: who holds them, who stands in, and who is asked now."""
    return queries.stand_ins(organisation, at)


def absences(subject: Subject) -> AbsenceRows:
    """The absences this subject may see, the latest first."""
    return queries.absences(subject)


def handovers(subject: Subject) -> QuerySet[Handover]:
    """The hand-overs this subject may see, the newest first."""
    return queries.handovers(subject)


def visible_handover(handover_no: str, subject: Subject) -> Handover:
    """The sheet, for a subject who may see it. Raises NotFound for all others, as if there were none."""
    row = queries.get_handover(handover_no)
    if not any(decide(subject, policy.VIEW_HANDOVERS, way) for way in queries.facts_of_handover(row)):
        raise NotFound()
    return row


def contractors(subject: Subject) -> AppointmentRows:
    """The contractors' appointments this subject may see, those that end soonest first."""
    return queries.contractors(subject)


def keys_in_force(organisations: Iterable[str], *, at: datetime) -> dict[str, int]:
    """How many keys of these organisations' clients are in force; organisations without any are left out."""
    rows = queries.live_keys(at).filter(organisation__in=set(organisations)).values("organisation")
    return dict(rows.annotate(keys=Count("pk")).order_by().values_list("organisation", "keys"))


def rights_of(post: Post, *, room: str = "") -> list[Right]:
    """What a post may do, over all rooms or in one: each action with every way in which it is permitted.

    Read from the very rules that `decide` applies; what is not listed is not permitted.
    """
    words = flag_titles()
    return [
        Right(post, action.name, action.title, action.looks, _ways(action, post, words))
        for action in declared_actions().values()
        if any(post in rule.posts for rule in action.rules) and room in ("", action.name.partition(".")[0])
    ]


def _ways(action: Action, post: Post, words: Mapping[tuple[str, str], str]) -> tuple[Way, ...]:
    room = action.name.partition(".")[0]
    return tuple(
        Way(rule.relation, tuple(words.get((room, flag), flag) for flag in sorted(rule.flags)))
        for rule in action.rules
        if post in rule.posts
    )


def post_place(post: Post) -> PostPlace | None:
    """In which kinds of organisation a post exists; None for the public, which is no post."""
    return places.places().get(post)


# --- Tokens ----------------------------------------------------------------------------------------------------------
def use_token(token: str, *, at: datetime) -> TokenUse | None:
    """What a token in force stands for; None for any other text."""
    found = queries.find_token(token, at)
    if found is None:
        return None
    services.note_token_used(found, at)
    return TokenUse(queries.subject_of(found.appointment, at), found.appointment_id, found.expires_at)


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
