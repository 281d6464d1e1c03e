"""The REST face: organisations with their names and offices, divisions."""

from datetime import date, datetime
from typing import Annotated, Any

from django.utils.translation import gettext
from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.kernel.codes.region import RegionLevel
from jutong.registry.organisations import api, queries
from jutong.registry.organisations.models import ReformLine, ReformPlan
from jutong.registry.organisations.policy import READ_REGISTER
from jutong.registry.organisations.values import (
    Heritage,
    InnerOffice,
    LineState,
    Organisation,
    OrganisationKind,
    OrganisationName,
    PlanDraft,
    PlanState,
    ReformKind,
    Region,
)

router = Router(tags=["organisations"])

# Printable text: PostgreSQL stores no NUL, and names need no control characters.
TEXT = r"^[^\x00-\x1f\x7f-\x9f]*$"
NAME = r"^[^\x00-\x1f\x7f-\x9f]*\S[^\x00-\x1f\x7f-\x9f]*$"
LONG_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
USCC = r"^[0-9A-Z]{18}$"
REGION = r"^([0-9]{6}|[0-9]{9}|[0-9]{12})$"

Uscc = Annotated[str, InPath(pattern=USCC, description="统一社会信用代码")]
RegionCode = Annotated[str, InPath(pattern=REGION, description="行政区划代码", examples=["450100"])]
OfficeNo = Annotated[int, InPath(ge=1, le=32_767)]
PlanNo = Annotated[str, InPath(pattern=r"^FA[0-9]{8,12}$", description="方案编号", examples=["FA20260001"])]
Day = Annotated[date, Field(ge=date(1949, 10, 1), le=date(2100, 12, 31))]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=NAME)]
ShortName = Annotated[str, Field(max_length=40, pattern=TEXT)]


class OrganisationOut(Schema):
    """An organisation with the name of the day asked for."""

    uscc: str
    name: str
    short_name: str
    slug: str
    kind: OrganisationKind
    kind_title: str
    region_code: str
    superior_uscc: str
    closed_on: date | None


class OrganisationPage(Schema):
    """A page of organisations."""

    total: int
    items: list[OrganisationOut]


class NameOut(Schema):
    """A name an organisation bore, from a day to a day, both counted."""

    name: str
    short_name: str
    valid_from: date
    valid_to: date | None
    seal_from: date | None
    reason: str
    document_no: str


class OfficeOut(Schema):
    """An inner office, numbered within its organisation."""

    office_no: int
    name: str
    closed_on: date | None


class DescentOut(Schema):
    """A step of descent: who came from whom, by which plan, from which day on."""

    predecessor: str
    successor: str
    kind: ReformKind
    on: date
    plan_no: str
    document_no: str
    main: bool


class OrganisationDetail(OrganisationOut):
    """An organisation with all its names and offices, and the division it stands in from the top."""

    region_path: list[str]
    names: list[NameOut]
    offices: list[OfficeOut]
    seal_name: str
    code_from: date | None
    code_to: date | None
    predecessors: list[DescentOut]
    successors: list[DescentOut]
    successor_uscc: str


class RegionOut(Schema):
    """A division. A former code names its successor."""

    code: str
    name: str
    level: RegionLevel
    level_title: str
    parent_code: str
    successor_code: str


class RegionPage(Schema):
    """A page of divisions."""

    total: int
    items: list[RegionOut]


class DepartmentQuery(PageQuery):
    """Which organisations: `q` is part of a name, the beginning of a credit code or of a slug."""

    q: str = Field("", max_length=100, pattern=TEXT)
    kind: OrganisationKind | None = None
    region: str = Field("", pattern=REGION[:-1] + r"?$", description="该行政区划及其下级")
    on: Day | None = None


class NameOnQuery(Schema):
    """The day whose name is asked for; today where none is given."""

    on: Day | None = None


class RegionQuery(PageQuery):
    """Which divisions: `q` is part of a name or the beginning of a code."""

    q: str = Field("", max_length=60, pattern=TEXT)


class DepartmentIn(StrictSchema):
    """An organisation to register. `slug` is its short name in letters; without one the platform makes one."""

    uscc: str = Field(pattern=USCC)
    name: Name
    short_name: ShortName = ""
    slug: str = Field("", max_length=20, pattern=r"^([a-z][a-z0-9]{1,19})?$")
    kind: OrganisationKind = OrganisationKind.DEPARTMENT
    region_code: str = Field("450000", pattern=REGION)
    superior_uscc: str = Field("", pattern=r"^([0-9A-Z]{18})?$")
    valid_from: Day | None = None


class RenameIn(StrictSchema):
    """Another name from a day on, with the document that gives it."""

    name: Name
    short_name: ShortName = ""
    valid_from: Day
    reason: str = Field("", max_length=200, pattern=TEXT)
    document_no: str = Field("", max_length=60, pattern=TEXT)


class OrganisationDatesIn(StrictSchema):
    """The days of the seal with the latest name and of the code's certificate; what is left out stays."""

    seal_from: Day | None = None
    code_from: Day | None = None
    code_to: Day | None = None


class OfficeIn(StrictSchema):
    """An inner office to add."""

    name: str = Field(min_length=1, max_length=60, pattern=NAME)


# --- Organisations ---------------------------------------------------------------------------------------------------
@router.get("/departments", response={200: OrganisationPage, **problems()}, summary="Organisations")
def departments(request: SubjectRequest, query: Query[DepartmentQuery]) -> dict[str, Any]:
    """Organisations by name, code or slug, of a kind, in a division or below."""
    require(request.subject, READ_REGISTER)
    found = api.search(text=query.q, kind=query.kind, region_code=query.region, on=query.on)
    return page_of(found, query, present=lambda row: _organisation(api.value_of(row)))


@router.get("/departments/{uscc}", response={200: OrganisationDetail, **problems(404)}, summary="One organisation")
def department(request: SubjectRequest, uscc: Uscc, query: Query[NameOnQuery]) -> dict[str, Any]:
    """An organisation with the name and the seal of a day, all its names, its inner offices, and its descent.

    `successor_uscc` stands in its place on that day: itself while it exists.
    """
    require(request.subject, READ_REGISTER)
    found, days = api.get(uscc, on=query.on), api.code_days(uscc)
    return {
        **_organisation(found),
        "region_path": [region.name for region in api.region_path(found.region_code)],
        "names": [_name(name) for name in api.names(uscc)],
        "offices": [_office(office) for office in api.offices(uscc)],
        "seal_name": api.seal_name(uscc, on=query.on),
        "code_from": days.code_from,
        "code_to": days.code_to,
        "predecessors": [_descent(step) for step in api.heritage(successor=uscc)],
        "successors": [_descent(step) for step in api.heritage(predecessor=uscc)],
        "successor_uscc": api.successor_of(uscc, at=query.on),
    }


@router.post("/departments", response={201: OrganisationOut, **problems(404, 409)}, summary="Register an organisation")
def create_department(request: SubjectRequest, body: DepartmentIn) -> Status[Any]:
    """Register an organisation under its credit code, which is checked."""
    created = api.create_department(**body.dict(), by=request.subject, at=clock.now())
    return Status(201, _organisation(created))


@router.post(
    "/departments/{uscc}/names", response={200: OrganisationOut, **problems(404, 409)}, summary="Rename an organisation"
)
def rename(request: SubjectRequest, uscc: Uscc, body: RenameIn) -> dict[str, Any]:
    """Give an organisation another name from a day on, which may lie ahead. The credit code stays."""
    return _organisation(api.rename(uscc=uscc, **body.dict(), by=request.subject, at=clock.now()))


@router.post(
    "/departments/{uscc}/dates", response={204: None, **problems(404, 409)}, summary="Note the days of seal and code"
)
def note_dates(request: SubjectRequest, uscc: Uscc, body: OrganisationDatesIn) -> Status[Any]:
    """Note the days of the seal and of the credit code's certificate, which may lag behind the name."""
    api.note_dates(uscc=uscc, **body.dict(), by=request.subject, at=clock.now())
    return Status(204, None)


@router.post(
    "/departments/{uscc}/offices", response={201: OfficeOut, **problems(404, 409)}, summary="Add an inner office"
)
def add_office(request: SubjectRequest, uscc: Uscc, body: OfficeIn) -> Status[Any]:
    """Add an inner office; its department's data steward may do it too."""
    return Status(201, _office(api.add_office(uscc=uscc, name=body.name, by=request.subject, at=clock.now())))


@router.post(
    "/departments/{uscc}/offices/{office_no}/closing",
    response={200: OfficeOut, **problems(404)},
    summary="Close an inner office",
)
def close_office(request: SubjectRequest, uscc: Uscc, office_no: OfficeNo) -> dict[str, Any]:
    """Close an inner office from today on; one that is closed stays as it is."""
    return _office(api.close_office(uscc=uscc, office_no=office_no, by=request.subject, at=clock.now()))


# --- Divisions -------------------------------------------------------------------------------------------------------
@router.get("/regions", response={200: RegionPage, **problems()}, summary="Search divisions")
def regions(request: SubjectRequest, query: Query[RegionQuery]) -> dict[str, Any]:
    """Divisions whose name holds a text or whose code begins with it, higher levels first."""
    require(request.subject, READ_REGISTER)
    return page_of(api.search_regions(query.q), query, present=lambda row: _region(api.region_value(row)))


@router.get("/regions/{code}", response={200: RegionOut, **problems(404)}, summary="One division")
def region(request: SubjectRequest, code: RegionCode) -> dict[str, Any]:
    """A division by its code, former ones too."""
    require(request.subject, READ_REGISTER)
    return _region(api.region(code))


@router.get("/regions/{code}/children", response={200: list[RegionOut], **problems(404)}, summary="Divisions below")
def region_children(request: SubjectRequest, code: RegionCode) -> list[dict[str, Any]]:
    """The present divisions one level below."""
    require(request.subject, READ_REGISTER)
    return [_region(found) for found in api.regions_below(api.region(code).code)]


# --- Plans of reform -------------------------------------------------------------------------------------------------
class ReformPlanIn(StrictSchema):
    """A plan of organisation reform. A split whose source goes on names it among the targets."""

    kind: ReformKind
    title: str = Field(min_length=1, max_length=200, pattern=NAME)
    document_no: str = Field(min_length=1, max_length=60, pattern=NAME)
    effective_on: Day
    sources: list[Annotated[str, Field(pattern=USCC)]] = Field(min_length=1, max_length=20)
    targets: list[Annotated[str, Field(pattern=USCC)]] = Field(default_factory=list, max_length=20)
    default_target: str = Field("", pattern=r"^([0-9A-Z]{18})?$")
    new_name: str = Field("", max_length=100, pattern=TEXT)
    new_short_name: ShortName = ""
    seal_from: Day | None = None
    basis: str = Field("", max_length=2000, pattern=LONG_TEXT)

    def value(self) -> PlanDraft:
        given = self.dict()
        sides = {"sources": tuple(dict.fromkeys(self.sources)), "targets": tuple(dict.fromkeys(self.targets))}
        return PlanDraft(**{**given, **sides})


class ReformPlanOut(Schema):
    """A plan of organisation reform as a list shows it."""

    plan_no: str
    kind: ReformKind
    kind_title: str
    title: str
    document_no: str
    effective_on: date
    state: PlanState
    state_title: str
    sources: list[str]
    targets: list[str]
    case_no: str


class ReformPlanPage(Schema):
    """A page of plans."""

    total: int
    items: list[ReformPlanOut]


class ReformLineCountOut(Schema):
    """How many lines of one kind there are, and in which state they stand."""

    kind: str
    title: str
    total: int
    states: dict[LineState, int]


class ReformProgressOut(Schema):
    """How far carrying out has come."""

    done: int
    total: int


class ReformPlanDetail(ReformPlanOut):
    """A plan with what it does, its counts, and how far it has come while somebody is at it."""

    default_target: str
    new_name: str
    new_short_name: str
    seal_from: date | None
    basis: str
    note: str
    ending: list[str]
    listed_at: datetime | None
    released_at: datetime | None
    carried_out_at: datetime | None
    counts: list[ReformLineCountOut]
    unready: int
    progress: ReformProgressOut | None


class ReformLineOut(Schema):
    """A line of the checked list. One that follows another goes where that goes."""

    id: int
    kind: str
    code: str
    title: str
    source: str
    target: str
    follows_kind: str
    follows_code: str
    state: LineState
    state_title: str
    reason: str
    moved_at: datetime | None


class ReformLinePage(Schema):
    """A page of lines."""

    total: int
    items: list[ReformLineOut]


class ReformPlanQuery(PageQuery):
    """Which plans: of a state."""

    state: PlanState | None = None


class ReformLineQuery(PageQuery):
    """Which lines: of a kind, in a state, whose code or title holds `q`."""

    q: str = Field("", max_length=100, pattern=TEXT)
    kind: str = Field("", max_length=40, pattern=TEXT)
    state: LineState | None = None


class ReformCheckIn(StrictSchema):
    """Lines to check, or to take the check back from: those of `ids`, else all of the kind and search.

    `target` says who takes them; an empty one leaves them where they are.
    """

    checked: bool = True
    ids: list[Annotated[int, Field(ge=1, le=9_223_372_036_854_775_807)]] | None = Field(None, max_length=1000)
    kind: str = Field("", max_length=40, pattern=TEXT)
    q: str = Field("", max_length=100, pattern=TEXT)
    target: str | None = Field(None, pattern=r"^([0-9A-Z]{18})?$")


class ReformCountOut(Schema):
    """How many lines it was."""

    count: int


class ReformPlanNoOut(Schema):
    """The number of a plan."""

    plan_no: str


class ReformCaseNoOut(Schema):
    """The number of the case in which the plan is released."""

    case_no: str


class ReformReasonIn(StrictSchema):
    """Why."""

    reason: str = Field(min_length=1, max_length=500, pattern=NAME)


class ReformCarriedOut(Schema):
    """Whether the plan was carried out; where not, its note says why."""

    carried_out: bool
    note: str


@router.get("/reforms", response={200: ReformPlanPage, **problems()}, summary="Plans of organisation reform")
def reforms(request: SubjectRequest, query: Query[ReformPlanQuery]) -> dict[str, Any]:
    """Plans the caller may see, the latest effective date first."""
    found = queries.plans(request.subject)
    if query.state is not None:
        found = found.filter(state=query.state.value)
    return page_of(found, query, present=_plan)


@router.post("/reforms", response={201: ReformPlanNoOut, **problems(404, 409)}, summary="Prepare a plan")
def prepare_reform(request: SubjectRequest, body: ReformPlanIn) -> Status[Any]:
    """Begin a plan; everything it concerns is listed at once, to be checked line by line or in bulk."""
    plan_no = api.prepare_reform(draft=body.value(), by=request.subject, at=clock.now())
    return Status(201, {"plan_no": plan_no})


@router.get("/reforms/{plan_no}", response={200: ReformPlanDetail, **problems(404)}, summary="One plan")
def reform(request: SubjectRequest, plan_no: PlanNo) -> dict[str, Any]:
    """A plan with the counts of its list, and its progress while it is being carried out."""
    plan = queries.get_plan(plan_no, request.subject)
    now = queries.progress(plan.plan_no)
    plain = ("default_target", "new_name", "new_short_name", "seal_from", "basis", "note")
    moments = ("listed_at", "released_at", "carried_out_at")
    return {
        **_plan(plan),
        **{name: getattr(plan, name) for name in (*plain, *moments)},
        "ending": list(queries.draft_of(plan).ending),
        "counts": [
            {"kind": c.kind, "title": gettext(c.title), "total": c.total, "states": dict(c.states)}
            for c in queries.line_counts(plan)
        ],
        "unready": queries.unready(plan).count(),
        "progress": {"done": now.done, "total": now.total} if now else None,
    }


@router.put("/reforms/{plan_no}", response={204: None, **problems(404, 409)}, summary="Change a plan")
def change_reform(request: SubjectRequest, plan_no: PlanNo, body: ReformPlanIn) -> Status[Any]:
    """Change what a plan says while it is being prepared; its list is made anew."""
    api.change_reform(plan_no=plan_no, draft=body.value(), by=request.subject, at=clock.now())
    return Status(204, None)


@router.get("/reforms/{plan_no}/lines", response={200: ReformLinePage, **problems(404)}, summary="The checked list")
def reform_lines(request: SubjectRequest, plan_no: PlanNo, query: Query[ReformLineQuery]) -> dict[str, Any]:
    """What the plan concerns, line by line."""
    plan = queries.get_plan(plan_no, request.subject)
    return page_of(queries.lines(plan, kind=query.kind, state=query.state, text=query.q), query, present=_line)


@router.post("/reforms/{plan_no}/lines", response={200: ReformCountOut, **problems(404, 409)}, summary="Check lines")
def check_reform_lines(request: SubjectRequest, plan_no: PlanNo, body: ReformCheckIn) -> dict[str, Any]:
    """Check lines, or take the check back, and say who takes them."""
    count = api.check_reform_lines(
        plan_no=plan_no,
        by=request.subject,
        at=clock.now(),
        checked=body.checked,
        kind=body.kind,
        text=body.q,
        line_ids=body.ids,
        target=body.target,
    )
    return {"count": count}


@router.post("/reforms/{plan_no}/listing", response={200: ReformCountOut, **problems(404, 409)}, summary="List anew")
def list_reform_anew(request: SubjectRequest, plan_no: PlanNo) -> dict[str, Any]:
    """Look again for everything the plan concerns; what was checked stays checked."""
    return {"count": api.list_reform_anew(plan_no=plan_no, by=request.subject, at=clock.now())}


@router.post(
    "/reforms/{plan_no}/submission", response={200: ReformCaseNoOut, **problems(404, 409)}, summary="Submit a plan"
)
def submit_reform(request: SubjectRequest, plan_no: PlanNo) -> dict[str, Any]:
    """Submit a plan for its release by another person, in a case of the procedure organisations.reform."""
    return {"case_no": api.submit_reform(plan_no=plan_no, by=request.subject, at=clock.now())}


@router.post("/reforms/{plan_no}/cancellation", response={204: None, **problems(404, 409)}, summary="Give a plan up")
def cancel_reform(request: SubjectRequest, plan_no: PlanNo, body: ReformReasonIn) -> Status[Any]:
    """Give a plan up that is not carried out yet. One that is carried out is reversed by another plan."""
    api.cancel_reform(plan_no=plan_no, reason=body.reason, by=request.subject, at=clock.now())
    return Status(204, None)


@router.post(
    "/reforms/{plan_no}/carrying-out",
    response={200: ReformCarriedOut, **problems(404, 409)},
    summary="Carry a due plan out",
)
def carry_out_reform(request: SubjectRequest, plan_no: PlanNo) -> dict[str, Any]:
    """Carry a released plan out now whose day has come, instead of waiting for the platform's next look."""
    done = api.carry_out_reform(plan_no=plan_no, by=request.subject, at=clock.now())
    return {"carried_out": done, "note": queries.get_plan(plan_no, request.subject).note}


# --- Presentation ----------------------------------------------------------------------------------------------------
def _organisation(found: Organisation) -> dict[str, Any]:
    return {
        "uscc": found.uscc,
        "name": found.name,
        "short_name": found.short_name,
        "slug": found.slug,
        "kind": found.kind,
        "kind_title": gettext(found.kind.label),
        "region_code": found.region_code,
        "superior_uscc": found.superior_uscc,
        "closed_on": found.closed_on,
    }


def _name(found: OrganisationName) -> dict[str, Any]:
    return {
        "name": found.name,
        "short_name": found.short_name,
        "valid_from": found.valid_from,
        "valid_to": found.valid_to,
        "seal_from": found.seal_from,
        "reason": found.reason,
        "document_no": found.document_no,
    }


def _office(found: InnerOffice) -> dict[str, Any]:
    return {"office_no": found.office_no, "name": found.name, "closed_on": found.closed_on}


def _region(found: Region) -> dict[str, Any]:
    return {
        "code": found.code,
        "name": found.name,
        "level": found.level,
        "level_title": gettext(found.level.label),
        "parent_code": found.parent_code,
        "successor_code": found.successor_code,
    }


def _descent(step: Heritage) -> dict[str, Any]:
    return {
        "predecessor": step.predecessor,
        "successor": step.successor,
        "kind": step.kind,
        "on": step.on,
        "plan_no": step.plan_no,
        "document_no": step.document_no,
        "main": step.main,
    }


def _plan(plan: ReformPlan) -> dict[str, Any]:
    sides = list(plan.sides.all())
    return {
        "plan_no": plan.plan_no,
        "kind": plan.kind,
        "kind_title": gettext(ReformKind(plan.kind).label),
        "title": plan.title,
        "document_no": plan.document_no,
        "effective_on": plan.effective_on,
        "state": plan.state,
        "state_title": gettext(PlanState(plan.state).label),
        "sources": [side.organisation.uscc for side in sides if side.role == "source"],
        "targets": [side.organisation.uscc for side in sides if side.role == "target"],
        "case_no": plan.case_no,
    }


def _line(row: ReformLine) -> dict[str, Any]:
    names = ("id", "kind", "code", "title", "source", "target", "follows_kind", "follows_code", "state", "reason")
    return {
        **{name: getattr(row, name) for name in names},
        "state_title": gettext(LineState(row.state).label),
        "moved_at": row.moved_at,
    }
