"""The REST face: procedures as declared and drawn, cases and what may be done with them, tasks."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.foundation.documents import api as documents
from jutong.foundation.files.values import WordCheck
from jutong.foundation.procedures import api, policy, queries
from jutong.foundation.procedures.domain.drawing import draw
from jutong.foundation.procedures.domain.fields import MAX_REMARK
from jutong.foundation.procedures.domain.moves import Obstacle
from jutong.foundation.procedures.models import Case
from jutong.foundation.procedures.services import printing
from jutong.foundation.procedures.values.cases import CaseRef, ClockValue, EventKind, EventValue, Stage
from jutong.foundation.procedures.values.declaration import Field as AskedField
from jutong.foundation.procedures.values.declaration import FieldKind, Final, Outcome, Start, State, Step, Transition
from jutong.foundation.procedures.values.inner import (
    MAX_SEATS,
    MAX_STEPS,
    InnerResult,
    InnerRunValue,
    Mode,
    SchemeStep,
    Seat,
    StepSource,
    Verdict,
)
from jutong.foundation.procedures.values.procedure import Procedure, every_inner_kind
from jutong.kernel import clock
from jutong.kernel.clock import SHANGHAI, local_day
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Facts, Post, Relation
from jutong.kernel.workdays import Limit, LimitUnit

router = Router(tags=["procedures"])

Name = Annotated[str, InPath(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=120, examples=["sharing.data_request"])]
CaseNo = Annotated[str, InPath(pattern=r"^[A-Z]{2,4}[0-9]{8,12}$", examples=["XQ20260001"])]
SeatNo = Annotated[int, InPath(ge=1, le=2**63 - 1)]
Key = Annotated[str, InPath(pattern=r"^[a-z_][a-z0-9_]{0,63}$", examples=["forward"])]


# --- Procedures ------------------------------------------------------------------------------------------------------
class StepLimitOut(Schema):
    """A limit of the rule pack, with its article."""

    key: str
    amount: int
    unit: LimitUnit
    article: str


class WhoOut(Schema):
    """Who acts: a post of the organisation that is this party."""

    post: Post
    post_title: str
    party: str
    party_title: str


class StateOut(Schema):
    """A state of a procedure."""

    key: str
    title: str
    kind: Literal["start", "step", "waiting", "final"]
    who: WhoOut | None
    limit: StepLimitOut | None
    outcome: Outcome | None


class FieldOut(Schema):
    """A value a transition asks for; options are given with a case, where they depend on it."""

    name: str
    label: str
    kind: FieldKind
    required: bool
    options: list[tuple[str, str]]
    help: str


class TransitionOut(Schema):
    """A way between states, and what it asks for. `automatic` ones are taken by the platform."""

    key: str
    title: str
    sources: list[str]
    target: str
    automatic: bool
    remark_label: str
    remark_required: bool
    attachments_label: str
    attachments_at_least: int
    fields: list[FieldOut]


class ProcedureTitle(Schema):
    """A procedure by name."""

    name: str
    version: int
    title: str
    article: str


class ProcedureOut(ProcedureTitle):
    """A procedure as declared, with its limits by the rules of today."""

    parties: dict[str, str]
    applicant: str
    states: list[StateOut]
    transitions: list[TransitionOut]


@router.get("/definitions", response={200: list[ProcedureTitle], **problems()}, summary="All procedures")
def definitions(request: SubjectRequest) -> list[dict[str, Any]]:
    """Every procedure of the platform, in its newest version."""
    require(request.subject, policy.SEE_PROCEDURES)
    return [_title(each) for each in queries.procedures()]


@router.get("/definitions/{name}", response={200: ProcedureOut, **problems(404)}, summary="One procedure")
def definition(request: SubjectRequest, name: Name) -> dict[str, Any]:
    """States, who acts in them, limits with their articles, and the transitions between them."""
    require(request.subject, policy.SEE_PROCEDURES)
    found, limits = _found(name), queries.limits_of(_found(name), local_day(clock.now()))
    return {
        **_title(found),
        "parties": {party: gettext(title) for party, title in found.parties.items()},
        "applicant": found.applicant,
        "states": [_state(found, state, limits) for state in found.all_states()],
        "transitions": [_transition(each, None) for each in found.all_transitions()],
    }


_SVG = {
    "responses": {200: {"description": "The drawing", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}}
}


@router.get(
    "/definitions/{name}/drawing.svg", response=problems(404), summary="Drawing of a procedure", openapi_extra=_SVG
)
def definition_drawing(request: SubjectRequest, name: Name) -> HttpResponse:
    """The procedure as SVG."""
    require(request.subject, policy.SEE_PROCEDURES)
    return HttpResponse(api.drawing(_found(name), translate=gettext), content_type="image/svg+xml")


def _found(name: str) -> type[Procedure]:
    found = next((each for each in queries.procedures() if each.name == name), None)
    if found is None:
        raise NotFound()
    return found


def _title(procedure: type[Procedure]) -> dict[str, Any]:
    return {
        "name": procedure.name,
        "version": procedure.version,
        "title": gettext(procedure.title),
        "article": procedure.article,
    }


def _state(procedure: type[Procedure], state: State, limits: dict[str, Limit]) -> dict[str, Any]:
    who = state.who
    return {
        "key": state.key,
        "title": gettext(state.title),
        "kind": _kind(state),
        "who": who
        and {
            "post": who.post,
            "post_title": gettext(who.post.label),
            "party": who.party,
            "party_title": gettext(procedure.parties[who.party]),
        },
        "limit": limits.get(state.limit),
        "outcome": state.outcome if isinstance(state, Final) else None,
    }


def _kind(state: State) -> str:
    if isinstance(state, Start):
        return "start"
    if isinstance(state, Step):
        return "step"
    return "final" if isinstance(state, Final) else "waiting"


def _transition(transition: Transition, case: Any) -> dict[str, Any]:
    return {
        "key": transition.key,
        "title": gettext(transition.title),
        "sources": [source.key for source in transition.sources],
        "target": transition.target.key,
        "automatic": transition.automatic,
        "remark_label": gettext(transition.remark.label),
        "remark_required": transition.remark.required,
        "attachments_label": gettext(transition.attachments.label),
        "attachments_at_least": transition.attachments.at_least,
        "fields": [_field(field, case) for field in transition.fields],
    }


def _field(field: AskedField, case: Any) -> dict[str, Any]:
    depends = case is None and callable(field.options)
    options = () if depends else field.options_for(case)
    return {
        "name": field.name,
        "label": gettext(field.label),
        "kind": field.kind,
        "required": field.required,
        "options": [(value, gettext(label) if label else value) for value, label in options],
        "help": gettext(field.help) if field.help else "",
    }


# --- Cases -----------------------------------------------------------------------------------------------------------
class ClockOut(Schema):
    """A clock: its limit, last day, days used and left, and how far it has run down."""

    step: str
    limit: StepLimitOut
    started_at: datetime
    due_on: date
    provisional: bool
    used: int
    natural_days: int
    left: int | None
    stage: Stage
    held: bool
    ended_at: datetime | None
    received_on: date | None


class TimesOut(Schema):
    """What the whole case took: working days of its offices' limits, pauses out, and days on the wall."""

    workdays: int
    natural_days: int
    waiting_days: int
    received_on: date


class InnerSeatOut(Schema):
    """One who is asked inside the department: a post, or a person in it; and the opinion."""

    seat_no: int
    post: Post
    post_title: str
    person_no: str
    person_name: str
    given_by_no: str
    given_by_name: str
    at: datetime | None
    verdict: Verdict | None
    remark: str
    mine: bool


class InnerStepOut(Schema):
    """One step inside the department; `asked_at` is empty while it waits for those before it."""

    number: int
    title: str
    mode: Mode
    source: StepSource
    article: str
    asked_at: datetime | None
    done_at: datetime | None
    seats: list[InnerSeatOut]


class InnerRunOut(Schema):
    """One circulation inside a department before a transition."""

    run_no: int
    transition: str
    state: str
    kind: str
    organisation: str
    result: InnerResult
    proposed_by_no: str
    proposed_by_name: str
    proposed_at: datetime
    remark: str
    data: dict[str, Any]
    ended_at: datetime | None
    steps: list[InnerStepOut]


class CaseRow(Schema):
    """A case in a list."""

    case_no: str
    procedure: str
    procedure_title: str
    subject_code: str
    title: str
    state: str
    state_title: str
    opened_at: datetime
    closed_at: datetime | None
    outcome: Outcome | None
    clock: ClockOut | None


class CasePage(Schema):
    """A page of cases, newest first."""

    total: int
    items: list[CaseRow]


class AttachmentOut(Schema):
    """An attachment; its bytes are at `/api/v1/files/{no}/content`. `words`: did its text pass the secrecy gate?"""

    no: str
    name: str
    media_type: str
    size_bytes: int
    digest: str
    words: WordCheck


class CaseActorOut(Schema):
    """Who did it: a person in a post, or the platform. `deputy`: in place of who mainly holds the post (代)."""

    kind: str
    id: str
    post: str = ""
    organisation: str = ""
    deputy: bool = False


class EventOut(Schema):
    """What happened to a case. `used` of `limit` days were spent in the step that was left, in `natural_days`."""

    number: int
    kind: EventKind
    transition: str
    from_state: str
    to_state: str
    by: CaseActorOut
    by_name: str
    by_organisation: str
    at: datetime
    remark: str
    used: int | None
    limit: int | None
    natural_days: int | None
    files: list[AttachmentOut]


class WayOut(Schema):
    """A transition the caller may take now, or could but for `obstacle`.

    `inner` tells how the department's own steps before it stand; it can be taken when they are agreed.
    """

    transition: TransitionOut
    obstacle: Obstacle | None
    inner: InnerResult | None


class CaseOut(CaseRow):
    """A case with all that the caller may see of it. Hand `revision` back when acting."""

    revision: int
    version: int
    parties: dict[str, str]
    party_titles: dict[str, str]
    data: dict[str, Any]
    holder_no: str
    holder_name: str
    mine: bool
    events: list[EventOut]
    clocks: list[ClockOut]
    ways: list[WayOut]
    times: TimesOut
    inner: list[InnerRunOut]
    may_urge: bool


class CaseRefOut(Schema):
    """Where a case stands after a change."""

    case_no: str
    state: str
    closed: bool
    outcome: str
    revision: int


class OrganisationQuery(Schema):
    """Whose; one's own where none is named."""

    organisation: str = Field("", max_length=18, pattern=r"^[0-9A-Z]*$")


class CaseQuery(PageQuery):
    """Which cases: of a procedure, about an object, open or late ones only."""

    procedure: str = Field("", pattern=r"^([a-z_]+\.[a-z_]+)?$", max_length=120)
    subject_code: str = Field("", max_length=120, pattern=r"^[^\x00]*$")
    open_only: bool = False
    late_only: bool = False


class ActIn(StrictSchema):
    """What a transition asks for. `data` fills its fields; `attachments` are numbers of files kept before."""

    remark: str = Field("", max_length=MAX_REMARK, pattern=r"^[^\x00]*$")
    data: dict[str, Any] = Field(default_factory=dict, max_length=50)
    attachments: list[Annotated[str, Field(pattern=r"^[0-9a-f]{20}$")]] = Field(default_factory=list, max_length=50)
    seen_revision: int | None = Field(None, ge=0, le=2**31 - 1)


class InnerIn(StrictSchema):
    """What a transition is to be taken with, to be looked at inside the department first."""

    remark: str = Field("", max_length=MAX_REMARK, pattern=r"^[^\x00]*$")
    data: dict[str, Any] = Field(default_factory=dict, max_length=50)
    seen_revision: int | None = Field(None, ge=0, le=2**31 - 1)


class OpinionIn(StrictSchema):
    """One opinion. Who does not agree says why."""

    verdict: Verdict
    remark: str = Field("", max_length=2_000, pattern=r"^[^\x00]*$")


class OpinionOut(Schema):
    """How the circulation stands after an opinion."""

    case_no: str
    result: InnerResult


class UrgeIn(StrictSchema):
    """Words for those who are asked."""

    remark: str = Field("", max_length=MAX_REMARK, pattern=r"^[^\x00]*$")


class ClaimIn(StrictSchema):
    """Whether to take the step over from a colleague who has claimed it."""

    take_over: bool = False


@router.get("/cases", response={200: CasePage, **problems()}, summary="Cases I may see")
def cases(request: SubjectRequest, query: Query[CaseQuery]) -> dict[str, Any]:
    """The cases of one's own organisation; the bureau, monitors and auditors see all."""
    mine = Facts({Relation.OWNER: request.subject.organisation, Relation.SELF: request.subject.person_no})
    require(request.subject, policy.SEE_CASE, mine)
    rows = queries.cases(
        request.subject,
        procedure=query.procedure,
        open_only=query.open_only,
        late_only=query.late_only,
        subject_code=query.subject_code,
    )
    page = page_of(rows, query)
    at, clocks, calendars = clock.now(), queries.running_clocks(page["items"]), queries.Calendars()
    seen = {key: queries.clock_value(row, row.case, at, calendars) for key, row in clocks.items()}
    return {"total": page["total"], "items": [_row(row, seen.get(row.id)) for row in page["items"]]}


@router.get("/cases/{case_no}", response={200: CaseOut, **problems(404)}, summary="One case")
def case(request: SubjectRequest, case_no: CaseNo) -> dict[str, Any]:
    """A case with its history, its clocks, and what the caller can do with it now."""
    row = queries.get_case(case_no, request.subject)
    view = queries.view(row, request.subject, clock.now())
    running = view.clocks[-1] if view.clocks and view.clocks[-1].ended_at is None else None
    return {
        **_row(row, running),
        "revision": row.revision,
        "version": row.version,
        "parties": view.value.parties,
        "party_titles": {party: view.party_titles[code] for party, code in view.value.parties.items()},
        "data": row.data,
        "holder_no": row.holder_no,
        "holder_name": row.holder_name,
        "mine": view.mine,
        "events": [_event(event, view) for event in view.events],
        "clocks": [_clock(each) for each in view.clocks],
        "ways": [
            {"transition": _transition(way.transition, view.value), "obstacle": way.obstacle, "inner": way.inner}
            for way in view.ways
        ],
        "times": view.times,
        "inner": _inner(row, view.runs, request),
        "may_urge": view.may_urge,
    }


def _inner(row: Case, runs: Sequence[InnerRunValue], request: SubjectRequest) -> list[dict[str, Any]]:
    mine = {seat.id for seat in queries.seats_asked_of(row, request.subject, clock.now())} if runs else set()
    found = []
    for run in runs:
        told = asdict(run)
        for step in told["steps"]:
            step["title"] = gettext(step["title"])
            for seat in step["seats"]:
                seat |= {"post_title": gettext(seat["post"].label), "mine": seat["seat_no"] in mine}
        found.append(told)
    return found


@router.get("/cases/{case_no}/road.svg", response=problems(404), summary="Drawing of a case's road", openapi_extra=_SVG)
def road(request: SubjectRequest, case_no: CaseNo) -> HttpResponse:
    """The case's procedure as SVG: what is done, present and to come."""
    row = queries.get_case(case_no, request.subject)
    view = queries.view(row, request.subject, clock.now())
    limits = queries.limits_of(view.procedure, local_day(row.opened_at))
    drawing = draw(view.procedure, limits=limits, translate=gettext, road=view.road, id_prefix="road")
    return HttpResponse(drawing, content_type="image/svg+xml")


def _file_of(media_type: str) -> dict[str, Any]:
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": {200: {"description": "The sheet", "content": content}}}


@router.get(
    "/cases/{case_no}/sheet.pdf",
    response=problems(404),
    summary="Sheet of a case as PDF",
    openapi_extra=_file_of(documents.PDF_TYPE),
)
def sheet_pdf(request: SubjectRequest, case_no: CaseNo) -> HttpResponse:
    """The case on paper (办理单), PDF/A in Chinese: facts, every event with who and when, clocks, attachments."""
    return _sheet(request, case_no, printing.SheetForm.PDF)


@router.get(
    "/cases/{case_no}/sheet.docx",
    response=problems(404),
    summary="Sheet of a case to edit",
    openapi_extra=_file_of(documents.DOCX_TYPE),
)
def sheet_docx(request: SubjectRequest, case_no: CaseNo) -> HttpResponse:
    """The same sheet as DOCX."""
    return _sheet(request, case_no, printing.SheetForm.DOCX)


def _sheet(request: SubjectRequest, case_no: str, form: printing.SheetForm) -> HttpResponse:
    sheet = printing.print_sheet(case_no, form, by=request.subject, at=clock.now())
    return HttpResponse(
        sheet.content,
        content_type=sheet.media_type,
        headers={"Content-Disposition": content_disposition_header(True, sheet.name)},
    )


@router.post(
    "/cases/{case_no}/transitions/{transition}",
    response={200: CaseRefOut, **problems(404, 409)},
    summary="Take a transition",
)
def act(request: SubjectRequest, case_no: CaseNo, transition: Key, body: ActIn) -> dict[str, Any]:
    """Act in a case. With `seen_revision`, only if nobody has moved the case since it was read: 409 tells who did."""
    ref = api.act(
        case_no,
        transition,
        by=request.subject,
        at=clock.now(),
        remark=body.remark,
        data=body.data,
        attachments=body.attachments,
        seen_revision=body.seen_revision,
    )
    return _ref(ref)


@router.post("/cases/{case_no}/claim", response={200: CaseRefOut, **problems(404, 409)}, summary="Claim a step")
def claim(request: SubjectRequest, case_no: CaseNo, body: ClaimIn) -> dict[str, Any]:
    """Claim the present step, so that colleagues see who is at it."""
    return _ref(api.claim(case_no, by=request.subject, at=clock.now(), take_over=body.take_over))


@router.post("/cases/{case_no}/release", response={200: CaseRefOut, **problems(404, 409)}, summary="Give a claim back")
def release(request: SubjectRequest, case_no: CaseNo) -> dict[str, Any]:
    """Let colleagues take the step again."""
    return _ref(api.release(case_no, by=request.subject, at=clock.now()))


@router.post(
    "/cases/{case_no}/transitions/{transition}/inner",
    response={200: CaseRefOut, **problems(404, 409)},
    summary="Send a transition round the department first",
)
def propose(request: SubjectRequest, case_no: CaseNo, transition: Key, body: InnerIn) -> dict[str, Any]:
    """Have the department's own people look at what a transition is to be taken with; the outer limit runs on."""
    ref = api.propose(
        case_no,
        transition,
        by=request.subject,
        at=clock.now(),
        remark=body.remark,
        data=body.data,
        seen_revision=body.seen_revision,
    )
    return _ref(ref)


@router.post(
    "/cases/{case_no}/inner/{seat_no}",
    response={200: OpinionOut, **problems(404, 409)},
    summary="Give an opinion inside the department",
)
def give_opinion(request: SubjectRequest, case_no: CaseNo, seat_no: SeatNo, body: OpinionIn) -> dict[str, Any]:
    """Agree, disagree or send back, where one is asked."""
    result = api.give_opinion(
        case_no, seat_no, verdict=body.verdict, remark=body.remark, by=request.subject, at=clock.now()
    )
    return {"case_no": case_no, "result": result}


@router.post(
    "/cases/{case_no}/inner-withdrawal",
    response={200: CaseRefOut, **problems(404, 409)},
    summary="Take back what was sent round",
)
def take_back(request: SubjectRequest, case_no: CaseNo) -> dict[str, Any]:
    """End a circulation that one has begun oneself, so that it can be begun anew with other words."""
    return _ref(api.take_back(case_no, by=request.subject, at=clock.now()))


@router.post("/cases/{case_no}/urge", response={200: CaseRefOut, **problems(404, 409)}, summary="Urge the open step")
def urge(request: SubjectRequest, case_no: CaseNo, body: UrgeIn) -> dict[str, Any]:
    """Urge whoever is asked now, once a working day at most: for the applicant, the bureau and its monitor."""
    return _ref(api.urge(case_no, remark=body.remark, by=request.subject, at=clock.now()))


def _ref(ref: CaseRef) -> dict[str, Any]:
    return {
        "case_no": ref.case_no,
        "state": ref.state,
        "closed": ref.closed,
        "outcome": ref.outcome,
        "revision": api.revision(ref.case_no),
    }


def _row(row: Case, running: ClockValue | None) -> dict[str, Any]:
    procedure = queries.procedure_of(row)
    return {
        "case_no": row.case_no,
        "procedure": row.procedure,
        "procedure_title": gettext(procedure.title),
        "subject_code": row.subject_code,
        "title": row.title,
        "state": row.state,
        "state_title": gettext(procedure.state(row.state).title),
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "outcome": row.outcome or None,
        "clock": _clock(running) if running else None,
    }


def _clock(each: ClockValue) -> dict[str, Any]:
    return {
        "step": each.step,
        "limit": each.limit,
        "started_at": each.started_at,
        "due_on": each.due_on,
        "provisional": each.provisional,
        "used": each.used,
        "natural_days": each.natural_days,
        "left": each.left,
        "stage": each.stage,
        "held": each.paused,
        "ended_at": each.ended_at,
        "received_on": each.received_on,
    }


def _event(event: EventValue, view: queries.CaseView) -> dict[str, Any]:
    return {
        "number": event.number,
        "kind": event.kind,
        "transition": event.transition,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "by": event.by.to_json(),
        "by_name": event.by_name,
        "by_organisation": event.by_organisation,
        "at": event.at,
        "remark": event.remark,
        "used": event.used,
        "limit": event.limit,
        "natural_days": event.natural_days,
        "files": view.files.get(event.number, []),
    }


# --- Tasks -----------------------------------------------------------------------------------------------------------
class TaskOut(Schema):
    """A step that waits for the caller's post."""

    case_no: str
    case_title: str
    procedure: str
    procedure_title: str
    step: str
    step_title: str
    subject_code: str
    arrived_at: datetime
    due_on: date | None
    provisional: bool
    left: int | None
    unit: str
    article: str
    stage: Stage
    holder_no: str
    holder_name: str
    url: str
    inner: str


@router.get("/tasks", response={200: list[TaskOut], **problems()}, summary="What waits for me")
def tasks(request: SubjectRequest) -> list[dict[str, Any]]:
    """Steps that wait for the caller's post and organisation, soonest due first."""
    found = queries.tasks_for(request.subject, clock.now())
    return [
        {
            **{name: getattr(task, name) for name in task.__slots__},
            "procedure_title": gettext(task.procedure_title),
            "step_title": gettext(task.step_title),
            "inner": gettext(task.inner) if task.inner else "",
        }
        for task in found
    ]


# --- Steps inside a department ---------------------------------------------------------------------------------------
class InnerKindOut(Schema):
    """What a department may send round its own people before it goes out."""

    key: str
    title: str


class SeatIn(StrictSchema):
    """Who is asked: a post of the department, or one person in it."""

    post: Post
    person_no: str = Field("", max_length=16, pattern=r"^[A-Z0-9]*$")


class InnerSchemeStepIn(StrictSchema):
    """One step: its title, who is asked, and whose word settles it."""

    title: str = Field(min_length=1, max_length=30, pattern=r"^[^\x00-\x1f\x7f]*$")
    mode: Mode = Mode.ALL
    seats: list[SeatIn] = Field(min_length=1, max_length=MAX_SEATS)


class InnerSchemeIn(StrictSchema):
    """Up to four steps, one after the other; none ends the scheme. Today on, or from a later day."""

    steps: list[InnerSchemeStepIn] = Field(max_length=MAX_STEPS)
    valid_from: date | None = Field(None, le=date(2100, 12, 31))


class AskedSeatOut(Schema):
    """Who is asked."""

    post: Post
    person_no: str
    person_name: str


class InnerSchemeStepOut(Schema):
    """One step of a scheme."""

    title: str
    mode: Mode
    seats: list[AskedSeatOut]


class InnerSchemeOut(Schema):
    """What a department laid down for one kind of matter, from a day on."""

    organisation: str
    kind: str
    valid_from: date
    steps: list[InnerSchemeStepOut]
    changed_by_name: str
    changed_at: datetime


@router.get("/inner/kinds", response={200: list[InnerKindOut], **problems()}, summary="What departments may send round")
def inner_kinds(request: SubjectRequest) -> list[Any]:
    """The kinds of matters before which a department may put its own steps."""
    require(request.subject, policy.SEE_PROCEDURES)
    return [{"key": kind.key, "title": gettext(kind.title)} for kind in every_inner_kind().values()]


@router.get("/inner/schemes", response={200: list[InnerSchemeOut], **problems()}, summary="My department's inner steps")
def inner_schemes(request: SubjectRequest, query: Query[OrganisationQuery]) -> list[dict[str, Any]]:
    """All schemes of one's own department, newest first; monitors and auditors may ask for another's."""
    found = api.schemes(query.organisation or request.subject.organisation, by=request.subject)
    return [asdict(scheme) for scheme in found]


@router.put("/inner/schemes/{kind}", response={204: None, **problems(404)}, summary="Lay down inner steps")
def lay_down_scheme(request: SubjectRequest, kind: Name, body: InnerSchemeIn) -> Status[None]:
    """Lay down one's own department's steps for a kind of matter; for its coordinator and its cloud chief."""
    api.lay_down_scheme(
        organisation=request.subject.organisation,
        kind=kind,
        steps=[
            SchemeStep(step.title, tuple(Seat(seat.post, seat.person_no) for seat in step.seats), step.mode)
            for step in body.steps
        ],
        valid_from=body.valid_from,
        by=request.subject,
        at=clock.now(),
    )
    return Status(204, None)


# --- Returns ---------------------------------------------------------------------------------------------------------
class ReturnCountOut(Schema):
    """How often one person sent cases back to be completed, in how many cases."""

    person_no: str
    name: str
    organisation: str
    returns: int
    cases: int


class DaysQuery(Schema):
    """From a day to a day, both counted."""

    since: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 30))]
    until: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 30))]


@router.get("/returns", response={200: list[ReturnCountOut], **problems()}, summary="Returns for completion by person")
def returns(request: SubjectRequest, query: Query[DaysQuery]) -> list[Any]:
    """Returns by person between two days, most first: for the bureau, its monitor and auditors."""
    require(request.subject, policy.COUNT_RETURNS)
    since = datetime.combine(query.since, time(), SHANGHAI)
    until = datetime.combine(query.until + timedelta(days=1), time(), SHANGHAI)
    return list(api.returns_by_person(since=since, until=until))
