"""The REST face: procedures as declared and drawn, cases and what may be done with them, tasks."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from ninja import Path as InPath
from ninja import Query, Router, Schema
from pydantic import Field

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.foundation.documents import api as documents
from jutong.foundation.procedures import api, policy, queries
from jutong.foundation.procedures.domain.drawing import draw
from jutong.foundation.procedures.domain.fields import MAX_REMARK
from jutong.foundation.procedures.domain.moves import Obstacle
from jutong.foundation.procedures.models import Case
from jutong.foundation.procedures.services import printing
from jutong.foundation.procedures.values.cases import CaseRef, ClockValue, EventKind, EventValue, Stage
from jutong.foundation.procedures.values.declaration import Field as AskedField
from jutong.foundation.procedures.values.declaration import FieldKind, Final, Outcome, Start, State, Step, Transition
from jutong.foundation.procedures.values.procedure import Procedure
from jutong.kernel import clock
from jutong.kernel.clock import local_day
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Facts, Post, Relation
from jutong.kernel.workdays import Limit, LimitUnit

router = Router(tags=["procedures"])

Name = Annotated[str, InPath(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=120, examples=["sharing.data_request"])]
CaseNo = Annotated[str, InPath(pattern=r"^[A-Z]{2,4}[0-9]{8,12}$", examples=["XQ20260001"])]
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
    """An attachment; its bytes are at `/api/v1/files/{no}/content`."""

    no: str
    name: str
    media_type: str
    size_bytes: int
    digest: str


class EventOut(Schema):
    """What happened to a case. `used` of `limit` days were spent in the step that was left."""

    number: int
    kind: EventKind
    transition: str
    from_state: str
    to_state: str
    by: dict[str, str]
    by_name: str
    by_organisation: str
    at: datetime
    remark: str
    used: int | None
    limit: int | None
    files: list[AttachmentOut]


class WayOut(Schema):
    """A transition the caller may take now, or could but for `obstacle`."""

    transition: TransitionOut
    obstacle: Obstacle | None


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


class CaseRefOut(Schema):
    """Where a case stands after a change."""

    case_no: str
    state: str
    closed: bool
    outcome: str
    revision: int


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
            {"transition": _transition(way.transition, view.value), "obstacle": way.obstacle} for way in view.ways
        ],
    }


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


@router.get("/tasks", response={200: list[TaskOut], **problems()}, summary="What waits for me")
def tasks(request: SubjectRequest) -> list[dict[str, Any]]:
    """Steps that wait for the caller's post and organisation, soonest due first."""
    found = queries.tasks_for(request.subject, clock.now())
    return [
        {
            **{name: getattr(task, name) for name in task.__slots__},
            "procedure_title": gettext(task.procedure_title),
            "step_title": gettext(task.step_title),
        }
        for task in found
    ]
