"""The REST face: one's own notices."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Annotated, Any

from django.utils.translation import gettext
from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.foundation.notices import adapters, queries
from jutong.foundation.notices.domain.kinds import FACTS, told_to_systems
from jutong.foundation.notices.domain.sending import DEFAULT_HABITS
from jutong.foundation.notices.domain.wording import in_words
from jutong.foundation.notices.models import Dispatch, Hook, Notice
from jutong.foundation.notices.policy import MANAGE_CONTACTS, READ_NOTICES, SEE_DELIVERIES, SEE_HOOKS
from jutong.foundation.notices.services import contacts as contact_services
from jutong.foundation.notices.services import hooks as hook_services
from jutong.foundation.notices.services import inbox as services
from jutong.foundation.notices.services import sending
from jutong.foundation.notices.values import Channel, Contact, DispatchState, Group, Habits
from jutong.kernel import clock
from jutong.kernel.policy import Facts, Relation

router = Router(tags=["notices"])

# By the clock on the wall: JSON's own form of a time has a zone.
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["22:00"])]
NoticeId = Annotated[int, InPath(ge=1, le=2**63 - 1)]


class NoticeOut(Schema):
    """A notice in the language of the request."""

    id: int
    kind: str
    title: str
    body: str
    link: str
    at: datetime
    read_at: datetime | None


class NoticePage(Schema):
    """A page of one's notices, newest first."""

    total: int
    items: list[NoticeOut]


class Unread(Schema):
    """How many notices are unread."""

    unread: int


class Marked(Schema):
    """How many notices were marked as read."""

    marked: int


class NoticeQuery(PageQuery):
    """Which notices: unread ones only, those of a room or kind."""

    unread_only: bool = False
    kind: str = Field("", pattern=r"^[a-z_.]{0,64}$")


@router.get("/", response={200: NoticePage, **problems()}, summary="My notices")
def inbox(request: SubjectRequest, query: Query[NoticeQuery]) -> dict[str, Any]:
    """One's own notices, newest first."""
    _require_person(request)
    rows = queries.inbox(request.subject, unread_only=query.unread_only, kind=query.kind)
    return page_of(rows, query, present=_present)


@router.get("/unread", response={200: Unread, **problems()}, summary="How many are unread")
def unread(request: SubjectRequest) -> dict[str, int]:
    """The count on the bell."""
    _require_person(request)
    return {"unread": queries.unread(request.subject)}


@router.post("/read", response={200: Marked, **problems()}, summary="Mark all as read")
def read_all(request: SubjectRequest) -> dict[str, int]:
    """Mark every notice of one's own as read."""
    _require_person(request)
    return {"marked": services.mark_all_read(by=request.subject, at=clock.now())}


# --- How one is told -------------------------------------------------------------------------------------------------
class ContactOut(Schema):
    """A contact point, masked. Until it is confirmed nothing but codes goes there."""

    channel: Channel
    masked: str
    confirmed_at: datetime | None


class HabitsOut(Schema):
    """Channels for each group of notices, quiet hours by the clock of Asia/Shanghai, and the daily digest by mail."""

    choices: dict[Group, list[Channel]]
    quiet: bool
    quiet_from: ClockTime
    quiet_until: ClockTime
    digest: bool


class SettingsOut(HabitsOut):
    """How one is told, with the channels this installation offers."""

    offered: list[Channel]
    contacts: list[ContactOut]


class HabitsIn(StrictSchema):
    """How one wants to be told. Groups that are not named get no messages."""

    choices: dict[Group, list[Channel]]
    quiet: bool = True
    quiet_from: ClockTime = DEFAULT_HABITS.quiet_from.isoformat("minutes")
    quiet_until: ClockTime = DEFAULT_HABITS.quiet_until.isoformat("minutes")
    digest: bool = False


class ContactIn(StrictSchema):
    """A mailbox, a mobile number, or the address of a webhook."""

    address: str = Field(max_length=500, pattern=r"^[^\x00]*$")


class ContactEntered(ContactOut):
    """The contact point to be confirmed by the code sent there; a webhook's secret is shown this once."""

    secret: str | None


class CodeIn(StrictSchema):
    """The code that came by the channel."""

    code: str = Field(max_length=20, pattern=r"^[^\x00]*$")


@router.get("/settings", response={200: SettingsOut, **problems()}, summary="How I am told")
def settings_of(request: SubjectRequest) -> dict[str, Any]:
    """Contact points (masked), channels for each group, quiet hours and digest."""
    _require_owner(request)
    habits = queries.habits_of([request.subject.person_no])[request.subject.person_no]
    return {
        **_present_habits(habits),
        "offered": list(adapters.offered()),
        "contacts": [_present_contact(row.value()) for row in queries.contacts(request.subject)],
    }


@router.put("/settings", response={200: HabitsOut, **problems()}, summary="Set how I am told")
def set_settings(request: SubjectRequest, body: HabitsIn) -> dict[str, Any]:
    """Choose channels for each group of notices, quiet hours, and the digest."""
    choices = {group: frozenset(body.choices.get(group, ())) for group in Group}
    habits = contact_services.set_habits(
        choices=choices,
        quiet=body.quiet,
        quiet_from=time.fromisoformat(body.quiet_from),
        quiet_until=time.fromisoformat(body.quiet_until),
        digest=body.digest,
        by=request.subject,
        at=clock.now(),
    )
    return _present_habits(habits)


@router.put("/contacts/{channel}", response={200: ContactEntered, **problems(409)}, summary="Enter a contact point")
def enter_contact(request: SubjectRequest, channel: Channel, body: ContactIn) -> dict[str, Any]:
    """Keep where one wants to be told and send a code there; what stood there before is replaced."""
    contact, secret = contact_services.enter_contact(channel, body.address, by=request.subject, at=clock.now())
    return {**_present_contact(contact), "secret": secret.reveal_text() if secret else None}


@router.post(
    "/contacts/{channel}/confirm", response={200: ContactOut, **problems(404, 409)}, summary="Confirm a contact point"
)
def confirm_contact(request: SubjectRequest, channel: Channel, body: CodeIn) -> dict[str, Any]:
    """Confirm with the code that was sent there; five tries within ten minutes."""
    return _present_contact(contact_services.confirm_contact(channel, body.code, by=request.subject, at=clock.now()))


@router.delete("/contacts/{channel}", response={204: None, **problems(404)}, summary="Remove a contact point")
def remove_contact(request: SubjectRequest, channel: Channel) -> Status[None]:
    """Forget a contact point; messages on their way there are dropped."""
    contact_services.remove_contact(channel, by=request.subject, at=clock.now())
    return Status(204, None)


def _require_owner(request: SubjectRequest) -> None:
    require(request.subject, MANAGE_CONTACTS, Facts({Relation.SELF: request.subject.person_no}))


def _present_habits(habits: Habits) -> dict[str, Any]:
    return {
        "choices": {group: sorted(channels) for group, channels in habits.choices.items()},
        "quiet": habits.quiet,
        "quiet_from": habits.quiet_from.isoformat("minutes"),
        "quiet_until": habits.quiet_until.isoformat("minutes"),
        "digest": habits.digest,
    }


def _present_contact(contact: Contact) -> dict[str, Any]:
    return {"channel": contact.channel, "masked": contact.masked, "confirmed_at": contact.confirmed_at}


# --- Systems of organisations ----------------------------------------------------------------------------------------
HookNo = Annotated[str, InPath(pattern=r"^[0-9a-f]{12}$")]


class HookOut(Schema):
    """A system of an organisation that is told (单位通知接口), its address masked, and how the last message fared."""

    hook_no: str
    organisation: str
    name: str
    groups: list[Group]
    masked: str
    created_at: datetime
    ended_at: datetime | None
    last_state: DispatchState | None = None
    last_reason: str | None = None
    last_at: datetime | None = None


class HookFact(Schema):
    """A field that may stand in `data` of a message, with its form; it is left out where it says nothing."""

    name: str
    title: str
    pattern: str


class HookKind(Schema):
    """A kind of notice as systems hear of it. Every message also has `key`, `kind`, `title`, `text`, `at` and
    `sign_in`, and `case_no` and `due_on` where it is about a case; none names a person."""

    kind: str
    title: str
    group: Group
    data: list[HookFact]


class HookRegistered(HookOut):
    """The system with its secret, which is shown this once."""

    secret: str


class DispatchOut(Schema):
    """A message on its way out, or out. It tells neither title nor address; `reason` is the port's.

    One to an organisation's system names no person.
    """

    id: int
    key: str
    person_no: str
    kind: str
    channel: Channel
    state: DispatchState
    due_at: datetime
    attempts: int
    reason: str
    created_at: datetime
    ended_at: datetime | None


class DispatchPage(Schema):
    """A page of messages, newest first."""

    total: int
    items: list[DispatchOut]


class HookPage(Schema):
    """A page of systems, those in use first."""

    total: int
    items: list[HookOut]


class HookIn(StrictSchema):
    """Whose system, its address on that organisation's list, and of which groups it is told."""

    organisation: str = Field(pattern=r"^[0-9A-HJ-NP-RT-UW-Y]{18}$", examples=["11450000JT0000012L"])
    name: str = Field(min_length=1, max_length=60, pattern=r"^[^\x00]*$")
    address: str = Field(max_length=500, pattern=r"^[^\x00]*$")
    groups: list[Group]


@router.get("/hooks", response={200: HookPage, **problems()}, summary="Systems that are told")
def hooks(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """The systems of one's own organisation; system administrators and engineers see all."""
    require(request.subject, SEE_HOOKS, queries.own_hook_facts(request.subject))
    return page_of(queries.hooks(request.subject), query)


@router.post("/hooks", response={201: HookRegistered, **problems(409)}, summary="Register a system")
def register_hook(request: SubjectRequest, body: HookIn) -> Status[dict[str, Any]]:
    """Have an organisation's system be told by signed calls without case content; a trial goes there at once."""
    row, secret = hook_services.register_hook(
        organisation=body.organisation,
        name=body.name.strip(),
        address=body.address,
        groups=body.groups,
        by=request.subject,
        at=clock.now(),
    )
    return Status(201, {**HookOut.from_orm(row).dict(), "secret": secret.reveal_text()})


@router.get("/hook-kinds", response={200: list[HookKind], **problems()}, summary="What systems may hear of")
def hook_kinds(request: SubjectRequest) -> list[dict[str, Any]]:
    """Every kind of notice that goes to organisations' systems, with what stands in `data` of its messages."""
    require(request.subject, SEE_HOOKS, queries.own_hook_facts(request.subject))
    return [
        {
            "kind": each.kind,
            "title": gettext(each.title),
            "group": each.group,
            "data": [
                {"name": name, "title": gettext(FACTS[name].title), "pattern": FACTS[name].form.pattern}
                for name in each.says
            ],
        }
        for each in told_to_systems()
    ]


@router.get("/hooks/{hook_no}", response={200: HookOut, **problems(404)}, summary="One system")
def hook(request: SubjectRequest, hook_no: HookNo) -> Hook:
    """A system with how its last message fared."""
    return queries.get_hook(hook_no, request.subject)


@router.get("/hooks/{hook_no}/dispatches", response={200: DispatchPage, **problems(404)}, summary="Its last messages")
def hook_dispatches(request: SubjectRequest, hook_no: HookNo, query: Query[PageQuery]) -> dict[str, Any]:
    """What was sent to a system, newest first, with what it answered."""
    return page_of(queries.get_hook(hook_no, request.subject).dispatches.order_by("-id"), query)


@router.post("/hooks/{hook_no}/trial", response={200: HookOut, **problems(404)}, summary="Try a system")
def try_hook(request: SubjectRequest, hook_no: HookNo) -> Hook:
    """Send a message that says nothing; its result stands among the last messages."""
    hook_services.try_hook(hook_no, by=request.subject, at=clock.now())
    return queries.get_hook(hook_no, request.subject)


@router.delete("/hooks/{hook_no}", response={204: None, **problems(404)}, summary="Give up a system")
def end_hook(request: SubjectRequest, hook_no: HookNo) -> Status[None]:
    """Tell a system nothing any more; what was on its way there is dropped."""
    hook_services.end_hook(hook_no, by=request.subject, at=clock.now())
    return Status(204, None)


# --- Operators -------------------------------------------------------------------------------------------------------
class DispatchQuery(PageQuery):
    """Which messages: those in one state only."""

    state: DispatchState | None = None


@router.get("/dispatches", response={200: DispatchPage, **problems()}, summary="How messages fare")
def dispatches(request: SubjectRequest, query: Query[DispatchQuery]) -> dict[str, Any]:
    """Messages by mail, text message and webhook with their states, for operators."""
    require(request.subject, SEE_DELIVERIES)
    return page_of(queries.dispatches(request.subject, state=query.state or ""), query)


@router.post(
    "/dispatches/{dispatch_id}/retry",
    response={200: DispatchOut, **problems(404)},
    summary="Send a failed message again",
)
def retry(request: SubjectRequest, dispatch_id: NoticeId) -> Dispatch:
    """Put a failed message back into the queue."""
    return sending.send_again(dispatch_id, by=request.subject, at=clock.now())


@router.post("/{notice_id}/read", response={200: NoticeOut, **problems(404)}, summary="Mark one as read")
def read_one(request: SubjectRequest, notice_id: NoticeId) -> Mapping[str, Any]:
    """Mark a notice as read; doing it again changes nothing."""
    return _present(services.mark_read(notice_id, by=request.subject, at=clock.now()))


def _require_person(request: SubjectRequest) -> None:
    require(request.subject, READ_NOTICES, Facts({Relation.SELF: request.subject.person_no}))


def _present(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "kind": notice.kind,
        "title": in_words(notice.title, notice.parameters, gettext),
        "body": in_words(notice.body, notice.parameters, gettext),
        "link": notice.link,
        "at": notice.at,
        "read_at": notice.read_at,
    }
