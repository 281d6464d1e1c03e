"""The REST face: oneself and one's posts, tokens, clients and keys, people and appointments."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext
from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.kernel.policy import Post, Relation
from jutong.registry.accounts import api
from jutong.registry.accounts.domain import KEY_MAX_DAYS, OVERLAP_MAX_DAYS, TOKEN_MAX_DAYS, AbsenceKind, TokenBound
from jutong.registry.accounts.middleware import act_as, identity_of
from jutong.registry.accounts.models import Absence, ApiToken, Appointment, Client, Handover
from jutong.registry.accounts.values import AppointmentRef, ClientRef, IssuedKey, Right
from jutong.registry.organisations import api as organisations

router = Router(tags=["accounts"])

# Printable text: PostgreSQL stores no NUL, and names need no control characters.
NAME = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
MAX_NUMBER = 2**63 - 1
ClientNo = Annotated[str, InPath(pattern=r"^C\d{4,12}$", examples=["C0001"])]
KeyId = Annotated[str, InPath(pattern=r"^K[0-9a-f]{24}$")]
TokenNo = Annotated[str, InPath(pattern=r"^T\d{6,12}$", examples=["T000001"])]
PersonNo = Annotated[str, InPath(pattern=r"^P\d{6,12}$", examples=["P000001"])]
AppointmentNo = Annotated[int, InPath(ge=1, le=MAX_NUMBER)]
Uscc = Annotated[str, Field(pattern=r"^[0-9A-Z]{18}$", description="统一社会信用代码")]


class Done(Schema):
    """The change was made."""

    done: bool = True


# --- Oneself ---------------------------------------------------------------------------------------------------------
class PersonRefOut(Schema):
    """A person by number and name."""

    person_no: str
    display_name: str


class AppointmentOut(Schema):
    """One post a person holds; a contractor's is tied to a project and an official who answers for him."""

    appointment_no: int
    post: Post
    post_title: str
    organisation: str
    organisation_title: str
    office: str
    deputy: bool
    starts_on: date
    ends_on: date | None
    project: str
    responsible: PersonRefOut | None


class Me(Schema):
    """Who acts with this session or token, in which post, and in which others he could.

    `deputy`: he acts in place of the one who mainly holds the post, who is away. `standby`: that one is there, and he
    only looks.
    """

    person_no: str
    display_name: str
    post: Post
    post_title: str
    organisation: str
    organisation_title: str
    appointment_no: int
    deputy: bool
    standby: bool
    signed_by: str
    posts: list[AppointmentOut]


class SwitchIn(StrictSchema):
    """The appointment to act under from now on."""

    appointment_no: int = Field(ge=1, le=MAX_NUMBER)


@router.get("/me", response={200: Me, **problems()}, summary="Who am I")
def me(request: SubjectRequest) -> dict[str, Any]:
    """The person, the post acted in, and the posts to switch to."""
    return _me(request)


@router.post("/me/post", response={200: Me, **problems(409)}, summary="Act in another post")
def switch_post(request: SubjectRequest, body: SwitchIn) -> dict[str, Any]:
    """Choose another of one's posts for this session. A token stands for one post and cannot switch."""
    if identity_of(request).person is None:
        raise TokenBound()
    act_as(request, body.appointment_no, clock.now())
    return _me(request)


def _me(request: SubjectRequest) -> dict[str, Any]:
    subject, identity = request.subject, identity_of(request)
    held = api.appointments_held(subject.person_no, at=clock.now())
    titles = organisations.titles({subject.organisation, *(ref.organisation for ref in held)})
    return {
        "person_no": subject.person_no,
        "display_name": subject.display,
        "post": subject.post,
        "post_title": gettext(subject.post.label),
        "organisation": subject.organisation,
        "organisation_title": titles.get(subject.organisation, ""),
        "appointment_no": identity.appointment_no,
        "deputy": subject.deputy,
        "standby": subject.standby,
        "signed_by": identity.by,
        "posts": [_appointment(ref, titles) for ref in held],
    }


def _appointment(ref: AppointmentRef, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "appointment_no": ref.appointment_no,
        "post": ref.post,
        "post_title": gettext(ref.post.label),
        "organisation": ref.organisation,
        "organisation_title": titles.get(ref.organisation, ""),
        "office": ref.office,
        "deputy": ref.deputy,
        "starts_on": ref.starts_on,
        "ends_on": ref.ends_on,
        "project": ref.project,
        "responsible": ref.responsible,
    }


# --- Posts -----------------------------------------------------------------------------------------------------------
class RightWayOut(Schema):
    """One way in which something is permitted: in which relation to the object, and what must be true of it."""

    relation: Relation
    conditions: list[str]


class RightOut(Schema):
    """Something a post may do, with every way in which it may."""

    action: str
    title: str
    looks: bool = Field(description="it changes nothing; deputies on standby may do only such things")
    ways: list[RightWayOut]


class PostOut(Schema):
    """A post, where it exists, and everything it may do, over all rooms."""

    post: Post
    title: str
    organisation_kinds: list[str]
    article: str
    rights: list[RightOut]


class PostsQuery(Schema):
    """Which posts and which room; all where none is named."""

    post: Post | None = None
    room: str = Field("", max_length=40, pattern=r"^[a-z]*$")


@router.get("/posts", response={200: list[PostOut], **problems()}, summary="What each post may do")
def posts(request: SubjectRequest, query: Query[PostsQuery]) -> list[dict[str, Any]]:
    """The table of rights as the platform applies it: nothing that is not listed is permitted."""
    return [_post(post, query.room) for post in ([query.post] if query.post else Post)]


# --- Tokens ----------------------------------------------------------------------------------------------------------
class TokenOut(Schema):
    """A token without its text."""

    token_no: str
    name: str
    post: Post
    organisation: str
    issued_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenPage(Schema):
    total: int
    items: list[TokenOut]


class TokenIn(StrictSchema):
    """A token for the post acted in now, for so many days."""

    name: str = Field(min_length=1, max_length=64, pattern=NAME, examples=["nightly import"])
    days: int = Field(90, ge=1, le=TOKEN_MAX_DAYS)


class NewToken(Schema):
    """A token's text, shown this once."""

    token_no: str
    token: str
    expires_at: datetime


@router.get("/tokens", response={200: TokenPage, **problems()}, summary="My tokens")
def list_tokens(request: SubjectRequest, page: Query[PageQuery]) -> dict[str, Any]:
    """One's own tokens in all posts, newest first."""
    return page_of(api.tokens(request.subject), page, present=_token)


@router.post("/tokens", response={201: NewToken, **problems()}, summary="Issue a token")
def issue_token(request: SubjectRequest, body: TokenIn) -> Status[dict[str, Any]]:
    """Issue a token; its text is in this answer and nowhere else. One issued with a token ends no later than that."""
    issued = api.issue_token(
        name=body.name,
        days=body.days,
        not_after=identity_of(request).expires_at,
        by=request.subject,
        at=clock.now(),
    )
    return Status(
        201,
        {
            "token_no": issued.token_no,
            "token": issued.token.reveal_text(),
            "expires_at": issued.expires_at,
        },
    )


@router.delete("/tokens/{token_no}", response={200: Done, **problems(404, 409)}, summary="Revoke a token")
def revoke_token(request: SubjectRequest, token_no: TokenNo) -> dict[str, Any]:
    """Refuse a token from now on."""
    api.revoke_token(token_no=token_no, by=request.subject, at=clock.now())
    return {"done": True}


# --- Clients and keys ------------------------------------------------------------------------------------------------
class ClientOut(Schema):
    """A calling system."""

    client_no: str
    name: str
    organisation: str
    responsible: PersonRefOut


class ClientPage(Schema):
    total: int
    items: list[ClientOut]


class ClientIn(StrictSchema):
    """A calling system of one's own organisation; `responsible` is oneself unless given."""

    name: str = Field(min_length=1, max_length=120, pattern=NAME, examples=["不动产登记系统"])
    responsible: str = Field("", pattern=r"^(P\d{6,12})?$")


class KeyOut(Schema):
    """A key without its secret."""

    key_id: str
    client_no: str
    algorithm: str
    not_before: datetime
    expires_at: datetime
    revoked_at: datetime | None


class KeyIn(StrictSchema):
    """A key for so many days."""

    algorithm: Literal["HMAC-SM3", "HMAC-SHA256"] = "HMAC-SM3"
    days: int = Field(365, ge=1, le=KEY_MAX_DAYS)


class RotationIn(StrictSchema):
    """The successor's days, and for how many days the old key counts yet."""

    days: int = Field(365, ge=1, le=KEY_MAX_DAYS)
    overlap_days: int = Field(14, ge=1, le=OVERLAP_MAX_DAYS)


class NewKey(Schema):
    """A key with its secret (base64), shown this once."""

    key_id: str
    client_no: str
    algorithm: str
    secret: str
    not_before: datetime
    expires_at: datetime


class ClientQuery(PageQuery):
    organisation: Uscc | None = None


@router.get("/clients", response={200: ClientPage, **problems()}, summary="Clients")
def list_clients(request: SubjectRequest, query: Query[ClientQuery]) -> dict[str, Any]:
    """The calling systems one may see: one's own organisation's, or all for the platform's staff and auditors."""
    rows = api.clients(request.subject)
    if query.organisation:
        rows = rows.filter(organisation=query.organisation)
    return page_of(rows, query, present=_client)


@router.post("/clients", response={201: ClientOut, **problems(404, 409)}, summary="Register a client")
def create_client(request: SubjectRequest, body: ClientIn) -> Status[dict[str, Any]]:
    """Register a calling system of one's own organisation."""
    made = api.create_client(name=body.name, responsible=body.responsible, by=request.subject, at=clock.now())
    return Status(201, _client(made))


@router.get("/clients/{client_no}", response={200: ClientOut, **problems(404)}, summary="A client")
def get_client(request: SubjectRequest, client_no: ClientNo) -> dict[str, Any]:
    """A calling system."""
    return _client(api.visible_client(client_no, request.subject))


@router.get("/clients/{client_no}/keys", response={200: list[KeyOut], **problems(404)}, summary="Keys of a client")
def list_keys(request: SubjectRequest, client_no: ClientNo) -> list[dict[str, Any]]:
    """The keys of a calling system, newest first; secrets are shown at issue only."""
    client = api.visible_client(client_no, request.subject)
    return [asdict(ref) for ref in api.keys_of([client.client_no])]


@router.post("/clients/{client_no}/keys", response={201: NewKey, **problems(404, 409)}, summary="Issue a key")
def issue_key(request: SubjectRequest, client_no: ClientNo, body: KeyIn) -> Status[dict[str, Any]]:
    """Issue a key; its secret is in this answer and nowhere else."""
    issued = api.issue_key(
        client_no=client_no, algorithm=body.algorithm, days=body.days, by=request.subject, at=clock.now()
    )
    return Status(201, _new_key(issued))


@router.post("/keys/{key_id}/rotation", response={201: NewKey, **problems(404, 409)}, summary="Rotate a key")
def rotate_key(request: SubjectRequest, key_id: KeyId, body: RotationIn) -> Status[dict[str, Any]]:
    """Issue the successor of a key; the old one counts until the overlap ends."""
    issued = api.rotate_key(
        key_id=key_id, days=body.days, overlap_days=body.overlap_days, by=request.subject, at=clock.now()
    )
    return Status(201, _new_key(issued))


@router.delete("/keys/{key_id}", response={200: Done, **problems(404, 409)}, summary="Revoke a key")
def revoke_key(request: SubjectRequest, key_id: KeyId) -> dict[str, Any]:
    """Withdraw a key; gateways refuse it within a second."""
    api.revoke_key(key_id=key_id, by=request.subject, at=clock.now())
    return {"done": True}


# --- Absences --------------------------------------------------------------------------------------------------------
class AbsenceOut(Schema):
    """Days on which somebody is away from his posts."""

    absence_no: int
    person: PersonRefOut
    kind: AbsenceKind
    first_on: date
    last_on: date
    ended_at: datetime | None


class AbsencePage(Schema):
    total: int
    items: list[AbsenceOut]


class AbsenceIn(StrictSchema):
    """Days away; oneself unless a person is named."""

    person_no: str = Field("", pattern=r"^(P\d{6,12})?$")
    kind: AbsenceKind = AbsenceKind.LEAVE
    first_on: date
    last_on: date


class AbsenceQuery(PageQuery):
    person_no: str | None = Field(None, pattern=r"^P\d{6,12}$")
    ahead: bool = Field(True, description="only those that last yet or are to come")


AbsenceNo = Annotated[int, InPath(ge=1, le=MAX_NUMBER)]


@router.get("/absences", response={200: AbsencePage, **problems()}, summary="Who is away")
def list_absences(request: SubjectRequest, query: Query[AbsenceQuery]) -> dict[str, Any]:
    """Absences of the people of one's own organisation, and one's own; the platform's staff see all."""
    rows = api.absences(request.subject)
    if query.ahead:
        rows = rows.ahead(clock.now())
    if query.person_no:
        rows = rows.filter(person__person_no=query.person_no)
    return page_of(rows, query, present=_absence)


@router.post("/absences", response={201: AbsenceOut, **problems(404, 409)}, summary="Declare an absence")
def declare_absence(request: SubjectRequest, body: AbsenceIn) -> Status[dict[str, Any]]:
    """Say that somebody is away: oneself, or as cloud chief or security administrator another. Deputies act then."""
    row = api.declare_absence(
        person_no=body.person_no or request.subject.person_no,
        kind=body.kind,
        first_on=body.first_on,
        last_on=body.last_on,
        by=request.subject,
        at=clock.now(),
    )
    return Status(201, _absence(row))


@router.post("/absences/{absence_no}/ending", response={200: AbsenceOut, **problems(404, 409)}, summary="Be back")
def end_absence(request: SubjectRequest, absence_no: AbsenceNo) -> dict[str, Any]:
    """Be back before the day that was said, or not go."""
    return _absence(api.end_absence(absence_no=absence_no, by=request.subject, at=clock.now()))


# --- Hand-overs ------------------------------------------------------------------------------------------------------
class HandoverOut(Schema):
    """A hand-over sheet: who gives, who takes, and how far it is."""

    handover_no: str
    person: PersonRefOut
    successor: PersonRefOut | None
    organisation: str
    post: str
    reason: str
    emergency: bool
    opened_at: datetime
    giver_confirmed_at: datetime | None
    taker_confirmed_at: datetime | None
    approved_by: str
    done_at: datetime | None
    cancelled_at: datetime | None


class HoldingOut(Schema):
    """One line of the sheet: what it is, and what happens to it."""

    kind: str
    code: str
    title: str
    post: str
    note: str


class HandoverInFull(HandoverOut):
    """A sheet with its list: what is held now, or, when it is done, what moved."""

    lines: list[HoldingOut]


class HandoverPage(Schema):
    total: int
    items: list[HandoverOut]


class HandoverIn(StrictSchema):
    """Whose hand-over, in which organisation, of one post or of everything there; oneself unless a person is named."""

    person_no: str = Field("", pattern=r"^(P\d{6,12})?$")
    organisation: Uscc
    post: Post | None = None
    successor: str = Field("", pattern=r"^(P\d{6,12})?$")
    reason: str = Field("", max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")


class SuccessorIn(StrictSchema):
    """Who takes over."""

    successor: str = Field(pattern=r"^P\d{6,12}$")


class HandoverQuery(PageQuery):
    open: bool = Field(False, description="only those not done and not given up")


HandoverNo = Annotated[str, InPath(pattern=r"^H\d{6,12}$", examples=["H000001"])]


@router.get("/handovers", response={200: HandoverPage, **problems()}, summary="Hand-overs")
def list_handovers(request: SubjectRequest, query: Query[HandoverQuery]) -> dict[str, Any]:
    """The hand-overs one takes part in, approves or oversees."""
    rows = api.handovers(request.subject)
    if query.open:
        rows = rows.filter(done_at=None, cancelled_at=None)
    return page_of(rows, query, present=_handover)


@router.post("/handovers", response={201: HandoverInFull, **problems(404, 409)}, summary="Begin a hand-over")
def open_handover(request: SubjectRequest, body: HandoverIn) -> Status[dict[str, Any]]:
    """Begin the hand-over of what somebody holds: himself, his cloud chief, or the security administrator."""
    row = api.open_handover(
        person_no=body.person_no or request.subject.person_no,
        organisation=body.organisation,
        post=body.post.value if body.post else "",
        successor=body.successor,
        reason=body.reason,
        by=request.subject,
        at=clock.now(),
    )
    return Status(201, _handover_in_full(row))


@router.get("/handovers/{handover_no}", response={200: HandoverInFull, **problems(404)}, summary="A hand-over")
def get_handover(request: SubjectRequest, handover_no: HandoverNo) -> dict[str, Any]:
    """A sheet with its list."""
    return _handover_in_full(api.visible_handover(handover_no, request.subject))


@router.post(
    "/handovers/{handover_no}/successor",
    response={200: HandoverInFull, **problems(404, 409)},
    summary="Name the successor",
)
def name_successor(request: SubjectRequest, handover_no: HandoverNo, body: SuccessorIn) -> dict[str, Any]:
    """Name who takes over; both confirm anew."""
    row = api.name_successor(handover_no=handover_no, successor=body.successor, by=request.subject, at=clock.now())
    return _handover_in_full(row)


@router.post(
    "/handovers/{handover_no}/confirmation", response={200: HandoverInFull, **problems(404, 409)}, summary="Confirm it"
)
def confirm_handover(request: SubjectRequest, handover_no: HandoverNo) -> dict[str, Any]:
    """Confirm the list as it stands, as the one who gives or takes."""
    return _handover_in_full(api.confirm_handover(handover_no=handover_no, by=request.subject, at=clock.now()))


@router.post(
    "/handovers/{handover_no}/approval", response={200: HandoverInFull, **problems(404, 409)}, summary="Approve it"
)
def approve_handover(request: SubjectRequest, handover_no: HandoverNo) -> dict[str, Any]:
    """Approve the list that both confirmed; everything on it moves."""
    return _handover_in_full(api.approve_handover(handover_no=handover_no, by=request.subject, at=clock.now()))


@router.post(
    "/handovers/{handover_no}/cancellation", response={200: HandoverInFull, **problems(404, 409)}, summary="Give it up"
)
def cancel_handover(request: SubjectRequest, handover_no: HandoverNo) -> dict[str, Any]:
    """Give the sheet up: the person stays."""
    return _handover_in_full(api.cancel_handover(handover_no=handover_no, by=request.subject, at=clock.now()))


# --- People and appointments -----------------------------------------------------------------------------------------
class PersonOut(Schema):
    """A person's account."""

    person_no: str
    login_name: str
    display_name: str
    is_active: bool
    must_change_password: bool
    last_login: datetime | None
    created_at: datetime


class PersonPage(Schema):
    total: int
    items: list[PersonOut]


class PersonIn(StrictSchema):
    """A new person; the password is made by the platform."""

    login_name: str = Field(min_length=2, max_length=64, pattern=r"^[a-z0-9][a-z0-9._@-]{1,63}$", examples=["li.ming"])
    display_name: str = Field(min_length=1, max_length=64, pattern=NAME, examples=["李明"])


class NewPersonOut(Schema):
    """A new person with the one-time password, shown this once."""

    person_no: str
    login_name: str
    display_name: str
    password: str


class OneTimePassword(Schema):
    """A one-time password, shown this once; it must be changed at the next sign-in."""

    password: str


class HeldOut(AppointmentOut):
    """An appointment with its person."""

    person: PersonRefOut
    ended_at: datetime | None
    project: str


class HeldPage(Schema):
    total: int
    items: list[HeldOut]


class HeldQuery(PageQuery):
    person_no: str | None = Field(None, pattern=r"^P\d{6,12}$")
    post: Post | None = None
    organisation: Uscc | None = None
    live: bool = Field(False, description="only those in force now")


class AppointIn(StrictSchema):
    """A post for a person. A contractor needs a project, an end and a responsible official."""

    person_no: str = Field(pattern=r"^P\d{6,12}$")
    post: Post
    organisation: Uscc
    office: str = Field("", max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")
    deputy: bool = False
    starts_on: date | None = Field(None, description="today unless given")
    ends_on: date | None = None
    project: str = Field("", max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")
    responsible: str = Field("", pattern=r"^(P\d{6,12})?$")


@router.get("/people", response={200: PersonPage, **problems()}, summary="People")
def list_people(request: SubjectRequest, page: Query[PageQuery]) -> dict[str, Any]:
    """The accounts one may see: all for the three administrators and auditors, else one's own."""
    return page_of(api.people(request.subject), page)


@router.post("/people", response={201: NewPersonOut, **problems(409)}, summary="Create a person")
def create_person(request: SubjectRequest, body: PersonIn) -> Status[dict[str, Any]]:
    """Create an account (system administrator); posts are given by the security administrator."""
    made = api.create_person(
        login_name=body.login_name, display_name=body.display_name, by=request.subject, at=clock.now()
    )
    return Status(
        201,
        {
            "person_no": made.person.person_no,
            "login_name": made.login_name,
            "display_name": made.person.display_name,
            "password": made.password.reveal_text(),
        },
    )


class DisablingIn(StrictSchema):
    """An emergency (a compromised account) needs its reason and stops the account without a hand-over."""

    emergency: bool = False
    reason: str = Field("", max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")


@router.post("/people/{person_no}/disabling", response={200: Done, **problems(404, 409)}, summary="Disable a person")
def disable_person(request: SubjectRequest, person_no: PersonNo, body: DisablingIn | None = None) -> dict[str, Any]:
    """Disable an account: its sessions and tokens are refused from the next request on.

    What the person holds is handed over first; in an emergency the security administrator need not wait for that.
    """
    api.disable_person(
        person_no=person_no,
        emergency=body.emergency if body else False,
        reason=body.reason if body else "",
        by=request.subject,
        at=clock.now(),
    )
    return {"done": True}


@router.post(
    "/people/{person_no}/password", response={200: OneTimePassword, **problems(404)}, summary="Give a one-time password"
)
def reset_password(request: SubjectRequest, person_no: PersonNo) -> dict[str, Any]:
    """Replace a forgotten password by a one-time one. Not for people who hold an administrator's post."""
    password = api.reset_password(person_no=person_no, by=request.subject, at=clock.now())
    return {"password": password.reveal_text()}


@router.get("/appointments", response={200: HeldPage, **problems()}, summary="Appointments")
def list_appointments(request: SubjectRequest, query: Query[HeldQuery]) -> dict[str, Any]:
    """Who holds or held which post, as far as one may see it."""
    rows = api.appointments(request.subject)
    if query.live:
        rows = rows.live(clock.now())
    if query.person_no:
        rows = rows.filter(person__person_no=query.person_no)
    if query.post:
        rows = rows.filter(post=query.post.value)
    if query.organisation:
        rows = rows.filter(organisation=query.organisation)
    page = page_of(rows, query)
    titles = organisations.titles({row.organisation for row in page["items"]})
    return {"total": page["total"], "items": [_held(row, titles) for row in page["items"]]}


@router.post("/appointments", response={201: AppointmentOut, **problems(404, 409)}, summary="Appoint a person")
def appoint(request: SubjectRequest, body: AppointIn) -> Status[dict[str, Any]]:
    """Give a person a post (security administrator, never to himself). The three administrators exclude each other."""
    at = clock.now()
    fields = body.dict() | {"starts_on": body.starts_on or clock.local_day(at), "post": body.post.value}
    ref = api.appoint(**fields, by=request.subject, at=at)
    return Status(201, _appointment(ref, organisations.titles({ref.organisation})))


@router.delete(
    "/appointments/{appointment_no}", response={200: Done, **problems(404, 409)}, summary="End an appointment"
)
def end_appointment(request: SubjectRequest, appointment_no: AppointmentNo) -> dict[str, Any]:
    """Take a post from a person at once."""
    api.end_appointment(appointment_no=appointment_no, by=request.subject, at=clock.now())
    return {"done": True}


class ContractorOut(HeldOut):
    """A contractor's appointment: project, end and the official who answers for him.

    Keys are given to the department, never to a firm: `organisation_keys` counts those in force there.
    """

    responsible: PersonRefOut
    in_force: bool
    organisation_keys: int


class ContractorPage(Schema):
    total: int
    items: list[ContractorOut]


@router.get("/contractors", response={200: ContractorPage, **problems()}, summary="Contractors")
def list_contractors(request: SubjectRequest, page: Query[PageQuery]) -> dict[str, Any]:
    """Contractors whose appointments one may see, those that end soonest first; a post ends by itself on its day."""
    found = page_of(api.contractors(request.subject), page)
    places = {row.organisation for row in found["items"]}
    titles, keys = organisations.titles(places), api.keys_in_force(places, at=clock.now())
    return {"total": found["total"], "items": [_contractor(row, titles, keys) for row in found["items"]]}


# --- Presentation ----------------------------------------------------------------------------------------------------
def _post(post: Post, room: str) -> dict[str, Any]:
    place = api.post_place(post)
    return {
        "post": post,
        "title": gettext(post.label),
        "organisation_kinds": sorted(place.kinds) if place else [],
        "article": place.article if place else "",
        "rights": [_right(right) for right in api.rights_of(post, room=room)],
    }


def _right(right: Right) -> dict[str, Any]:
    ways = [{"relation": way.relation, "conditions": [gettext(each) for each in way.conditions]} for way in right.ways]
    return {"action": right.action, "title": gettext(right.title), "looks": right.looks, "ways": ways}


def _absence(row: Absence) -> dict[str, Any]:
    return {
        "absence_no": row.pk,
        "person": {"person_no": row.person.person_no, "display_name": row.person.display_name},
        "kind": row.kind,
        "first_on": row.first_on,
        "last_on": row.last_on,
        "ended_at": row.ended_at,
    }


def _handover(row: Handover) -> dict[str, Any]:
    taker = row.successor
    return {
        "handover_no": row.handover_no,
        "person": {"person_no": row.person.person_no, "display_name": row.person.display_name},
        "successor": {"person_no": taker.person_no, "display_name": taker.display_name} if taker else None,
        "organisation": row.organisation,
        "post": row.post,
        "reason": row.reason,
        "emergency": row.emergency,
        "opened_at": row.opened_at,
        "giver_confirmed_at": row.giver_confirmed_at,
        "taker_confirmed_at": row.taker_confirmed_at,
        "approved_by": row.approved_by_name,
        "done_at": row.done_at,
        "cancelled_at": row.cancelled_at,
    }


def _handover_in_full(row: Handover) -> dict[str, Any]:
    lines = [
        {"kind": line.kind, "code": line.code, "title": line.title, "post": line.post, "note": gettext(line.note)}
        for line in api.lines_of(row, clock.now())
    ]
    return _handover(row) | {"lines": lines}


def _contractor(row: Appointment, titles: dict[str, str], keys: Mapping[str, int]) -> dict[str, Any]:
    return _held(row, titles) | {
        "responsible": {
            "person_no": row.responsible.person_no if row.responsible else "",
            "display_name": row.responsible.display_name if row.responsible else "",
        },
        "in_force": row.ended_at is None and (row.ends_on is None or row.ends_on >= clock.local_day(clock.now())),
        "organisation_keys": keys.get(row.organisation, 0),
    }


def _token(row: ApiToken) -> dict[str, Any]:
    return {
        "token_no": row.token_no,
        "name": row.name,
        "post": row.appointment.post,
        "organisation": row.appointment.organisation,
        "issued_at": row.issued_at,
        "expires_at": row.expires_at,
        "last_used_at": row.last_used_at,
        "revoked_at": row.revoked_at,
    }


def _client(row: Client | ClientRef) -> dict[str, Any]:
    return {
        "client_no": row.client_no,
        "name": row.name,
        "organisation": row.organisation,
        "responsible": {"person_no": row.responsible.person_no, "display_name": row.responsible.display_name},
    }


def _new_key(issued: IssuedKey) -> dict[str, Any]:
    return {
        "key_id": issued.key_id,
        "client_no": issued.client_no,
        "algorithm": issued.algorithm,
        "secret": b64encode(issued.secret.reveal()).decode(),
        "not_before": issued.not_before,
        "expires_at": issued.expires_at,
    }


def _held(row: Appointment, titles: dict[str, str]) -> dict[str, Any]:
    return _appointment(api.appointment_ref(row), titles) | {
        "person": {"person_no": row.person.person_no, "display_name": row.person.display_name},
        "ended_at": row.ended_at,
        "project": row.project,
    }
