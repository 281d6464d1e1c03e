"""What providers are asked, what runs are warned of, how fresh the data are, and the log of a run."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Path as InPath
from ninja import Query, Schema, Status
from pydantic import Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.supply.exchange import models, queries
from jutong.supply.exchange.rest.base import InRun, UsccText, router
from jutong.supply.exchange.services import alarms, inquiries
from jutong.supply.exchange.services.inquiries import LONGEST_REMARK, Reply
from jutong.supply.exchange.values import (
    AlarmKind,
    AlarmState,
    FreshnessState,
    InquiryAnswer,
    InquiryKind,
    InquiryOutcome,
    InquiryState,
    LogLevel,
    SourceDifferenceKind,
)

InInquiry = Annotated[str, InPath(pattern=r"^XW[0-9]{10,16}$", examples=["XW2026000001"])]
InAlarm = Annotated[str, InPath(pattern=r"^GJ[0-9]{10,16}$", examples=["GJ2026000001"])]
# PostgreSQL stores no NUL; a remark may have lines.
Remark = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$", max_length=LONGEST_REMARK)]
Month = Annotated[int, Field(ge=1, le=12)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]


class SourceDifferenceOut(Schema):
    """A difference between source and contract. `after` is the new name or type, `data_type` in the Guide's letters."""

    kind: SourceDifferenceKind
    column: str = ""
    item: str = ""
    before: str = ""
    after: str = ""
    title: str = ""
    data_type: str = ""


class InquiryOut(Schema):
    """What a provider is asked. `holds_until` is the last day on which its answer is to come true."""

    inquiry_no: str
    kind: InquiryKind
    state: InquiryState
    resource_code: str
    provider_uscc: str
    run_no: str
    differences: list[SourceDifferenceOut]
    late_since: datetime | None
    asked_at: datetime
    due_on: date
    answer: InquiryAnswer | None
    remark: str
    holds_until: date | None
    draft_no: str
    answered_at: datetime | None
    outcome: InquiryOutcome | None
    closed_at: datetime | None
    closing_run: str


class InquiryPage(Schema):
    """A page of inquiries."""

    total: int
    items: list[InquiryOut]


class InquiriesQuery(PageQuery):
    """Which inquiries: of one kind, in one state."""

    kind: InquiryKind | None = None
    state: InquiryState | None = None


class AnswerIn(StrictSchema):
    """An answer. `until`: the day by which the source is put right, or the last day of a stop; `months` of a season."""

    answer: InquiryAnswer
    remark: Remark = ""
    until: Day | None = None
    months: list[Month] = Field(default_factory=list, max_length=12)
    replaced_by: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=80)] = ""


class ChangeStartedOut(Schema):
    """The draft of the catalogue's change."""

    draft_no: str


class AlarmOut(Schema):
    """A warning about a resource's runs. `figures` depend on its kind: `times`, `minutes`, `before`, `after`."""

    alarm_no: str
    kind: AlarmKind
    state: AlarmState
    resource_code: str
    provider_uscc: str
    run_no: str
    figures: dict[str, Any]
    raised_at: datetime
    acknowledged_at: datetime | None
    remark: str
    cleared_at: datetime | None


class AlarmPage(Schema):
    """A page of alarms."""

    total: int
    items: list[AlarmOut]


class AlarmsQuery(PageQuery):
    """Which alarms: of one kind, in one state."""

    kind: AlarmKind | None = None
    state: AlarmState | None = None


class AcknowledgeIn(StrictSchema):
    """What is being done about it."""

    remark: Annotated[Remark, StringConstraints(max_length=200)] = ""


class FreshnessOut(Schema):
    """How a resource keeps its cycle. `due_at` is the end of cycle and grace, null where nothing is due."""

    resource_code: str
    provider_uscc: str
    title: str
    state: FreshnessState
    loaded_at: datetime | None
    due_at: datetime | None
    inquiry_no: str
    answer: InquiryAnswer | None
    holds_until: date | None


class FreshnessPage(Schema):
    """A page of resources, what is due first at the head."""

    total: int
    items: list[FreshnessOut]


class FreshnessQuery(PageQuery):
    """Which resources: of one provider, in one state."""

    provider: UsccText | None = None
    state: FreshnessState | None = None


class DepartmentFreshnessOut(Schema):
    """Mount rate and freshness of a department, from 0 to 1; null where there is nothing to count."""

    provider_uscc: str
    mountable: int
    mounted: int
    mount_ratio: float | None
    judged: int
    fresh: int
    fresh_ratio: float | None
    unanswered: int


class RunLineOut(Schema):
    """A line of a run's log. `words` are Chinese with places for `parameters`."""

    at: datetime
    level: LogLevel
    words: str
    parameters: dict[str, Any]


class RunLinePage(Schema):
    """A page of a run's log, in order."""

    total: int
    items: list[RunLineOut]


# --- Inquiries -------------------------------------------------------------------------------------------------------


@router.get("/inquiries", response={200: InquiryPage, **problems()}, summary="Inquiries I may see")
def list_inquiries(request: SubjectRequest, query: Query[InquiriesQuery]) -> dict[str, Any]:
    """The open ones first, then the newest."""
    rows: Any = queries.inquiries(request.subject)
    if query.kind:
        rows = rows.filter(kind=query.kind)
    if query.state:
        rows = rows.filter(state=query.state)
    return page_of(rows, query, present=_inquiry_out)


@router.get("/inquiries/{inquiry_no}", response={200: InquiryOut, **problems(404)}, summary="One inquiry")
def get_inquiry(request: SubjectRequest, inquiry_no: InInquiry) -> Any:
    """What was found, what was answered, by what it was closed."""
    return _inquiry(request, inquiry_no)


@router.post(
    "/inquiries/{inquiry_no}/answer", response={200: InquiryOut, **problems(404, 409)}, summary="Answer an inquiry"
)
def answer_inquiry(request: SubjectRequest, inquiry_no: InInquiry, body: AnswerIn) -> Any:
    """A stop is declared, a withdrawal asked for, a run begun at once; the next good run proves the answer."""
    reply = Reply(body.answer, body.remark, body.until, tuple(body.months), body.replaced_by)
    inquiries.answer(inquiry_no=inquiry_no, reply=reply, by=request.subject, at=clock.now())
    return _inquiry(request, inquiry_no)


@router.post(
    "/inquiries/{inquiry_no}/change",
    response={201: ChangeStartedOut, **problems(404, 409)},
    summary="Begin the catalogue's change",
)
def start_catalogue_change(request: SubjectRequest, inquiry_no: InInquiry) -> Any:
    """A draft of the next version with what the source has now filled in; the inquiry is thereby answered."""
    draft_no = inquiries.start_change(inquiry_no=inquiry_no, by=request.subject, at=clock.now())
    return Status(201, {"draft_no": draft_no})


# --- Alarms ----------------------------------------------------------------------------------------------------------


@router.get("/alarms", response={200: AlarmPage, **problems()}, summary="Alarms I may see")
def list_alarms(request: SubjectRequest, query: Query[AlarmsQuery]) -> dict[str, Any]:
    """What is not cleared first, then the newest."""
    rows: Any = queries.alarms(request.subject)
    if query.kind:
        rows = rows.filter(kind=query.kind)
    if query.state:
        rows = rows.filter(state=query.state)
    return page_of(rows, query)


@router.get("/alarms/{alarm_no}", response={200: AlarmOut, **problems(404)}, summary="One alarm")
def get_alarm(request: SubjectRequest, alarm_no: InAlarm) -> Any:
    """Its cause in figures, and who has seen to it."""
    return queries.get_alarm_row(alarm_no, request.subject)


@router.post(
    "/alarms/{alarm_no}/acknowledge", response={200: AlarmOut, **problems(404, 409)}, summary="Acknowledge an alarm"
)
def acknowledge_alarm(request: SubjectRequest, alarm_no: InAlarm, body: AcknowledgeIn) -> Any:
    """It is cleared when its cause is gone; a fall of rows is cleared by the word that it is as it should be."""
    alarms.acknowledge(alarm_no=alarm_no, remark=body.remark, by=request.subject, at=clock.now())
    return queries.get_alarm_row(alarm_no, request.subject)


# --- Freshness -------------------------------------------------------------------------------------------------------


@router.get("/freshness", response={200: FreshnessPage, **problems()}, summary="How fresh resources are")
def list_freshness(request: SubjectRequest, query: Query[FreshnessQuery]) -> dict[str, Any]:
    """Of the resources whose runs I may see; what is due first comes first."""
    found = queries.freshness_for(request.subject, at=clock.now())
    if query.provider:
        found = [each for each in found if each.provider_uscc == query.provider]
    if query.state:
        found = [each for each in found if each.state is query.state]
    return page_of(found, query)


@router.get(
    "/freshness/departments",
    response={200: list[DepartmentFreshnessOut], **problems()},
    summary="Mount rates and freshness of departments",
)
def list_departments(request: SubjectRequest) -> Any:
    """Of the departments whose runs I may see."""
    return queries.departments_for(request.subject, at=clock.now())


# --- Log -------------------------------------------------------------------------------------------------------------


@router.get("/runs/{run_no}/log", response={200: RunLinePage, **problems(404)}, summary="Log of a run")
def run_log(request: SubjectRequest, run_no: InRun, query: Query[PageQuery]) -> dict[str, Any]:
    """While it goes on and afterwards."""
    return page_of(queries.lines(queries.get_run_row(run_no, request.subject)), query)


def _inquiry(request: SubjectRequest, inquiry_no: str) -> dict[str, Any]:
    return _inquiry_out(queries.get_inquiry_row(inquiry_no, request.subject))


def _inquiry_out(row: Any) -> dict[str, Any]:
    known = {name: getattr(row, name) for name in InquiryOut.model_fields if hasattr(models.Inquiry, name)}
    return {**known, "state": row.state, "answer": row.answer or None, "outcome": row.outcome or None}
