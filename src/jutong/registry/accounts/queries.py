"""What is read of people, posts, clients and keys."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from jutong.base.access import scope_q
from jutong.kernel import clock
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import ANONYMOUS, POST_NAMES, Action, Facts, Post, Relation, Subject
from jutong.registry.accounts import domain, policy
from jutong.registry.accounts.domain import ADMINISTRATORS, Holder, NotYourPost
from jutong.registry.accounts.models import (
    Absence,
    AbsenceRows,
    ApiToken,
    Appointment,
    AppointmentRows,
    Client,
    ClientKey,
    Handover,
    Person,
)
from jutong.registry.accounts.values import AppointmentRef, ClientRef, KeyRef, PersonRef, StandIn

# --- Facts and scopes ------------------------------------------------------------------------------------------------
_ADMINISTRATORS = [post.value for post in ADMINISTRATORS]
_RELATIONS: Mapping[str, Mapping[Relation, str]] = {
    "person": {Relation.SELF: "person_no"},
    "appointment": {Relation.OWNER: "organisation", Relation.SELF: "person__person_no"},
    "client": {Relation.OWNER: "organisation"},
    "key": {Relation.OWNER: "organisation"},
    "token": {Relation.SELF: "appointment__person__person_no"},
}


def facts(row: Person | Appointment | Client | ClientKey | ApiToken) -> Facts:
    """What `decide` may know of a row."""
    if isinstance(row, Person):
        administers = Appointment.objects.filter(person=row, post__in=_ADMINISTRATORS, ended_at=None).exists()
        return Facts({Relation.SELF: row.person_no}, frozenset() if administers else frozenset({policy.ORDINARY}))
    if isinstance(row, Appointment):
        return Facts({Relation.OWNER: row.organisation, Relation.SELF: row.person.person_no})
    if isinstance(row, ApiToken):
        return Facts({Relation.SELF: row.appointment.person.person_no})
    return Facts({Relation.OWNER: row.organisation})


def scope(subject: Subject, action: Action) -> Q:
    """The rows of the action's object on which `decide` permits it."""
    administer = Appointment.objects.filter(post__in=_ADMINISTRATORS, ended_at=None).values("person_id")
    flags = {policy.ORDINARY: ~Q(pk__in=administer)}
    return scope_q(subject, action, _RELATIONS[action.name.split(".")[1]], flags)


def facts_of_absent(person_no: str) -> list[Facts]:
    """A person's absence is seen and declared through each of the organisations in which he holds a post."""
    rows = Appointment.objects.filter(person__person_no=person_no, ended_at=None)
    organisations = rows.order_by("organisation").values_list("organisation", flat=True).distinct()
    return [Facts({Relation.OWNER: organisation, Relation.SELF: person_no}) for organisation in organisations]


def scope_of_absences(subject: Subject, action: Action) -> Q:
    """The absences on which the action is permitted: those of people whose appointments it reaches."""
    reached = scope_q(subject, action, {Relation.OWNER: "organisation", Relation.SELF: "person__person_no"})
    return Q(Exists(Appointment.objects.filter(reached, person=OuterRef("person"), ended_at=None)))


def facts_of_handover(row: Handover) -> list[Facts]:
    """A hand-over is of the one who gives and the one who takes, in one organisation."""
    flags = frozenset({policy.OPEN} if row.done_at is None and row.cancelled_at is None else ())
    parties = [row.person.person_no, *([row.successor.person_no] if row.successor else [])]
    return [Facts({Relation.OWNER: row.organisation, Relation.SELF: number}, flags) for number in parties]


def scope_of_handovers(subject: Subject, action: Action) -> Q:
    """The hand-overs on which the action is permitted."""
    found = Q(pk__in=[])
    flags = {policy.OPEN: Q(done_at=None, cancelled_at=None)}
    for party in ("person__person_no", "successor__person_no"):
        found |= scope_q(subject, action, {Relation.OWNER: "organisation", Relation.SELF: party}, flags)
    return found


# --- People and posts ------------------------------------------------------------------------------------------------
def get_person(person_no: str) -> Person:
    """Raises NotFound."""
    try:
        return Person.objects.get(person_no=person_no)
    except Person.DoesNotExist:
        raise NotFound() from None


def person_names(person_nos: Iterable[str]) -> dict[str, str]:
    """Display names by number; unknown numbers are left out."""
    found = Person.objects.filter(person_no__in=set(person_nos))
    return dict(found.values_list("person_no", "display_name"))


def numbers_of_people_named(part: str) -> list[str]:
    """The numbers of people whose name holds this, those who left too."""
    found = Person.objects.filter(display_name__icontains=part).order_by("person_no")
    return list(found.values_list("person_no", flat=True))


def people(subject: Subject) -> QuerySet[Person]:
    """The people this subject may see."""
    return Person.objects.filter(scope(subject, policy.VIEW_PEOPLE)).order_by("person_no")


def appointments(subject: Subject) -> AppointmentRows:
    """The appointments this subject may see."""
    rows = Appointment.objects.filter(scope(subject, policy.VIEW_APPOINTMENTS))
    return rows.select_related("person", "responsible").order_by("organisation", "post", "person__person_no", "pk")


def live_appointments(person_no: str, at: datetime) -> list[Appointment]:
    """The posts a person may act in now, in the order of their start."""
    rows = Appointment.objects.live(at).filter(person__person_no=person_no)
    return list(rows.select_related("person", "responsible").order_by("starts_on", "pk"))


def find_appointment(person: Person, appointment_no: int, at: datetime) -> Appointment | None:
    """A live appointment of this person, or None."""
    return Appointment.objects.live(at).filter(person=person, pk=appointment_no).select_related("person").first()


def appointment_of(subject: Subject, at: datetime) -> Appointment:
    """The appointment a subject acts under. Raises NotYourPost: it ended meanwhile."""
    rows = Appointment.objects.live(at).filter(
        person__person_no=subject.person_no, post=subject.post.value, organisation=subject.organisation
    )
    found = rows.select_related("person").order_by("pk").first()
    if found is None:
        raise NotYourPost()
    return found


def holders(post: Post | str, organisation: str, at: datetime) -> list[tuple[PersonRef, Holder]]:
    """Who holds a post of an organisation now, deputies last, and who of them is away."""
    rows = Appointment.objects.live(at).filter(post=str(post), organisation=organisation)
    ordered = rows.select_related("person").order_by("deputy", "starts_on", "person__person_no")
    away = Absence.objects.current(at).filter(person=OuterRef("person"))
    return [
        (person_ref(row.person), Holder(row.person.person_no, row.office, row.deputy, row.away))
        for row in ordered.annotate(away=Exists(away))
    ]


def holder_numbers(post: Post, at: datetime) -> list[str]:
    """The numbers of those who hold a post anywhere now."""
    numbers = Appointment.objects.live(at).filter(post=post.value).values_list("person__person_no", flat=True)
    return sorted(set(numbers))


def asked(post: Post | str, organisation: str, at: datetime) -> list[PersonRef]:
    """Whom to ask in a post now: who is there of the principals, else the deputies; nobody twice."""
    found = holders(post, organisation, at)
    chosen = {each.person_no for each in domain.asked([holder for _, holder in found])}
    return list(dict.fromkeys(ref for ref, _ in found if ref.person_no in chosen))


def stand_ins(organisation: str, at: datetime) -> list[StandIn]:
    """The posts of an organisation that have deputies, with who is asked in each now."""
    rows = Appointment.objects.live(at).filter(organisation=organisation, deputy=True)
    found = []
    for post in rows.order_by("post").values_list("post", flat=True).distinct():
        held = holders(post, organisation, at)
        chosen = {each.person_no for each in domain.asked([holder for _, holder in held])}
        found.append(
            StandIn(
                Post(post),
                tuple(ref for ref, holder in held if not holder.deputy),
                tuple(ref for ref, holder in held if holder.deputy),
                frozenset(holder.person_no for _, holder in held if holder.away),
                tuple(ref for ref, _ in held if ref.person_no in chosen),
            )
        )
    return found


def subject_of(appointment: Appointment, at: datetime | None = None) -> Subject:
    """Who acts under an appointment. A deputy whose principal is away signs with 代, another stands by."""
    person, post = appointment.person, Post(appointment.post)
    waits = appointment.deputy and is_on_standby(appointment, at or clock.now())
    return Subject(
        person.person_no,
        post,
        appointment.organisation,
        f"{person.display_name}（代）" if appointment.deputy and not waits else person.display_name,
        deputy=appointment.deputy and not waits,
        standby=waits,
    )


def is_on_standby(appointment: Appointment, at: datetime) -> bool:
    """Is a deputy not to act now, because somebody whom he stands in for is there?"""
    mine = Holder(appointment.person.person_no, appointment.office, deputy=True, away=False)
    return domain.stands_by(mine, [each for _, each in holders(appointment.post, appointment.organisation, at)])


def find_subject(person_no: str, post: Post, organisation: str, at: datetime) -> Subject:
    """The subject of a live appointment, or the public."""
    rows = Appointment.objects.live(at).filter(person__person_no=person_no, post=post.value, organisation=organisation)
    row = rows.select_related("person").first()
    return subject_of(row, at) if row else ANONYMOUS


def person_ref(row: Person) -> PersonRef:
    return PersonRef(row.person_no, row.display_name)


def appointment_ref(row: Appointment) -> AppointmentRef:
    return AppointmentRef(
        appointment_no=row.pk,
        person=person_ref(row.person),
        post=Post(row.post),
        organisation=row.organisation,
        office=row.office,
        deputy=row.deputy,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        project=row.project,
        responsible=person_ref(row.responsible) if row.responsible else None,
    )


def post_title(post: Post | str) -> str:
    """The post's name in the reader's language."""
    return gettext(POST_NAMES[Post(post)])


# --- Absences and hand-overs ------------------------------------------------------------------------------------------
def absences(subject: Subject) -> AbsenceRows:
    """The absences this subject may see, the latest first."""
    rows = Absence.objects.filter(scope_of_absences(subject, policy.VIEW_ABSENCES))
    return rows.select_related("person").order_by("-first_on", "-pk")


def handovers(subject: Subject) -> QuerySet[Handover]:
    """The hand-overs this subject may see, the newest first."""
    rows = Handover.objects.filter(scope_of_handovers(subject, policy.VIEW_HANDOVERS))
    return rows.select_related("person", "successor").order_by("-pk")


def get_handover(handover_no: str) -> Handover:
    """Raises NotFound."""
    row = Handover.objects.select_related("person", "successor").filter(handover_no=handover_no).first()
    if row is None:
        raise NotFound()
    return row


def contractors(subject: Subject) -> AppointmentRows:
    """The contractors' appointments this subject may see, those that end soonest first."""
    return appointments(subject).filter(post=Post.CONTRACTOR.value).order_by("ends_on", "pk")


# --- Tokens ----------------------------------------------------------------------------------------------------------
def token_digest(token: str) -> str:
    """What is kept of a token. It holds 256 random bits, so a plain digest cannot be searched."""
    return sha256(token.encode()).hexdigest()


def find_token(token: str, at: datetime) -> ApiToken | None:
    """The token in force with this text; None when unknown, expired, revoked, or its post or person is gone."""
    rows = ApiToken.objects.filter(digest=token_digest(token), revoked_at=None, expires_at__gt=at)
    live = Appointment.objects.live(at).values("pk")
    return rows.filter(appointment__in=live).select_related("appointment__person").first()


def tokens(subject: Subject) -> QuerySet[ApiToken]:
    """The tokens this subject may see: his own."""
    rows = ApiToken.objects.filter(scope(subject, policy.VIEW_TOKENS))
    return rows.select_related("appointment").order_by("-issued_at", "-pk")


# --- Clients and keys ------------------------------------------------------------------------------------------------
def clients(subject: Subject) -> QuerySet[Client]:
    """The clients this subject may see."""
    rows = Client.objects.filter(scope(subject, policy.VIEW_CLIENTS))
    return rows.select_related("responsible").order_by("organisation", "client_no")


def get_client(client_no: str) -> Client:
    """Raises NotFound."""
    try:
        return Client.objects.select_related("responsible").get(client_no=client_no)
    except Client.DoesNotExist:
        raise NotFound() from None


def client_ref(row: Client) -> ClientRef:
    return ClientRef(row.client_no, row.name, row.organisation, person_ref(row.responsible))


def client_titles(client_nos: Iterable[str]) -> dict[str, str]:
    """Names by number; unknown numbers are left out."""
    return dict(Client.objects.filter(client_no__in=set(client_nos)).values_list("client_no", "name"))


def keys_of(client_nos: Iterable[str]) -> QuerySet[ClientKey]:
    """The keys of these clients, newest first, without their sealed secrets."""
    rows = ClientKey.objects.filter(client__in=set(client_nos)).defer("sealed_secret")
    return rows.order_by("client", "-not_before", "key_id")


def live_keys(at: datetime) -> QuerySet[ClientKey]:
    """The keys in force at a moment, without their sealed secrets."""
    return ClientKey.objects.filter(revoked_at=None, expires_at__gt=at).defer("sealed_secret")


def key_ref(row: ClientKey) -> KeyRef:
    return KeyRef(row.key_id, row.client_id, row.algorithm, row.not_before, row.expires_at, row.revoked_at)


def next_number(sequence: str, form: str) -> str:
    """The next number of a sequence in its written form."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [sequence])
        number: Any = cursor.fetchone()
    return form.format(number[0])
