"""The REST face: oneself and one's posts, tokens, clients and keys, people and appointments."""

from base64 import b64encode
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
from jutong.kernel.policy import Action, Post, Relation
from jutong.registry.accounts import api
from jutong.registry.accounts.domain import KEY_MAX_DAYS, OVERLAP_MAX_DAYS, TOKEN_MAX_DAYS, TokenBound
from jutong.registry.accounts.middleware import act_as, identity_of
from jutong.registry.accounts.models import ApiToken, Appointment, Client
from jutong.registry.accounts.values import AppointmentRef, ClientRef, IssuedKey
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
class AppointmentOut(Schema):
    """One post a person holds."""

    appointment_no: int
    post: Post
    post_title: str
    organisation: str
    organisation_title: str
    office: str
    deputy: bool
    starts_on: date
    ends_on: date | None


class Me(Schema):
    """Who acts with this session or token, in which post, and in which others he could."""

    person_no: str
    display_name: str
    post: Post
    post_title: str
    organisation: str
    organisation_title: str
    appointment_no: int
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
    }


# --- Posts -----------------------------------------------------------------------------------------------------------
class RightOut(Schema):
    """Something a post may do: in which relation to the object, and what must be true of it."""

    action: str
    title: str
    relation: Relation
    flags: list[str]


class PostOut(Schema):
    """A post and everything it may do, over all rooms."""

    post: Post
    title: str
    rights: list[RightOut]


@router.get("/posts", response={200: list[PostOut], **problems()}, summary="What each post may do")
def posts(request: SubjectRequest) -> list[dict[str, Any]]:
    """The table of rights as the platform applies it: nothing that is not listed is permitted."""
    return [
        {"post": post, "title": gettext(post.label), "rights": [_right(post, action) for action in api.rights_of(post)]}
        for post in Post
    ]


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
class PersonRefOut(Schema):
    person_no: str
    display_name: str


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


@router.post("/people/{person_no}/disabling", response={200: Done, **problems(404, 409)}, summary="Disable a person")
def disable_person(request: SubjectRequest, person_no: PersonNo) -> dict[str, Any]:
    """Disable an account: its sessions and tokens are refused from the next request on."""
    api.disable_person(person_no=person_no, by=request.subject, at=clock.now())
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


# --- Presentation ----------------------------------------------------------------------------------------------------
def _right(post: Post, action: Action) -> dict[str, Any]:
    rule = next(rule for rule in action.rules if post in rule.posts)
    return {
        "action": action.name,
        "title": gettext(action.title),
        "relation": rule.relation,
        "flags": sorted(rule.flags),
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
