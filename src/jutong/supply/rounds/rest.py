"""The REST face: rounds, entries with claims and surveys, reports, notices, objections, registers, wall and rates."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import File, Query, Router, Schema, Status, UploadedFile
from ninja import Path as InPath
from pydantic import Field, StringConstraints

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.kernel.codes.resource_code import MAX_DETAIL_LENGTH
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.policy import ANONYMOUS, decide
from jutong.supply.catalogue import api as catalogue
from jutong.supply.rounds import models, policy, queries
from jutong.supply.rounds.services import claiming, compiling, noticing, planning, registers
from jutong.supply.rounds.services.noticing import ObjectionText
from jutong.supply.rounds.values import (
    Category,
    ClaimAnswer,
    CompilationRoundState,
    EntryPlan,
    EntryStage,
    NoticeState,
    ObjectionKind,
    Origin,
    RecordForm,
    Step,
    Survey,
)

router = Router(tags=["rounds"])

# Printable text: PostgreSQL stores no NUL.
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
Named = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=200)]
LongText = Annotated[str, StringConstraints(pattern=_LINES, max_length=2000)]
Said = Annotated[str, StringConstraints(pattern=_LINES, min_length=1, max_length=2000)]
Uscc = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$"), Field(examples=["11450000MB1234567X"])]
InRound = Annotated[str, InPath(pattern=r"^LC[0-9]{8,14}$", examples=["LC20260001"])]
InEntry = Annotated[str, InPath(pattern=r"^LC[0-9]{8,14}-[0-9]{4,8}$", examples=["LC20260001-0001"])]
InNotice = Annotated[str, InPath(pattern=r"^GS[0-9]{8,14}$", examples=["GS20260001"])]
InObjection = Annotated[str, InPath(pattern=r"^GS[0-9]{8,14}-[0-9]{3,8}$", examples=["GS20260001-001"])]
InDraft = Annotated[str, InPath(pattern=r"^CG[0-9]{8,16}$", examples=["CG20260001"])]
RoundText = Annotated[str, StringConstraints(pattern=r"^LC[0-9]{8,14}$"), Field(examples=["LC20260001"])]
EntryText = Annotated[str, StringConstraints(pattern=r"^(LC[0-9]{8,14}-[0-9]{4,8})?$")]
CodeText = Annotated[
    str,
    StringConstraints(pattern=rf"^[123][0-9]{{5,{5 + MAX_DETAIL_LENGTH}}}/[1-9][0-9]{{0,8}}$"),
    Field(examples=["303001/1"]),
]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]


# --- Schemas ---------------------------------------------------------------------------------------------------------


class RoundDayBody(StrictSchema):
    """The last day of a step: 1 组织准备 to 8 目录发布."""

    step: Step = Field(le=8)
    due_on: Day


class CompilationRoundOut(Schema):
    """A round of compilation."""

    round_no: str
    name: str
    year: int
    state: CompilationRoundState
    basis: str
    categories: list[Category]
    opened_at: datetime
    closed_at: datetime | None


class CompilationRoundPage(Schema):
    """A page of rounds."""

    total: int
    items: list[CompilationRoundOut]


class RoundParticipantOut(Schema):
    """A department of a round and the bodies it named; `prepared_at` is null while it has not."""

    department_uscc: str
    leading_body: str
    working_body: str
    prepared_at: datetime | None


class CompilationRoundDetail(CompilationRoundOut):
    """A round with its days and who takes part."""

    days: list[RoundDayBody]
    participants: list[RoundParticipantOut]


class CompilationRoundIn(StrictSchema):
    """A round to be opened. Days that are not given are those of the rule pack."""

    name: Named
    year: int = Field(ge=2000, le=2999)
    categories: list[Category] = Field(max_length=3)
    departments: list[Uscc] = Field(max_length=1000)
    days: list[RoundDayBody] = Field(default_factory=list, max_length=8)
    basis: LongText = ""


class RoundDaysIn(StrictSchema):
    """Other last days; steps that are not given keep theirs."""

    days: list[RoundDayBody] = Field(max_length=8)


class RoundDepartmentsIn(StrictSchema):
    """Departments that are to take part as well."""

    departments: list[Uscc] = Field(max_length=1000)


class BroughtOut(Schema):
    """How many there were."""

    count: int


class RoundPreparationIn(StrictSchema):
    """The bodies that lead and carry out a department's compilation."""

    leading_body: Named
    working_body: Named


class PlannedEntryOut(Schema):
    """A pre-drafted entry. `department_uscc` compiles it, empty while that is open."""

    entry_no: str
    round_no: str
    category: Category
    title: str
    summary: str
    classification: str
    topic: str
    lead_uscc: str
    origin: Origin
    stage: EntryStage
    department_uscc: str
    resource_code: str
    notice_no: str
    held_back: bool
    changed_at: datetime


class PlannedEntryPage(Schema):
    """A page of entries."""

    total: int
    items: list[PlannedEntryOut]


class EntryClaimOut(Schema):
    """What a department says to an entry; `asked` while it has not."""

    department_uscc: str
    answer: ClaimAnswer
    reason: str
    answered_at: datetime | None


class EntrySurveyBody(StrictSchema):
    """Where the data of an entry lie, in which form, how often they are renewed."""

    place: Named
    form: RecordForm
    update_cycle: UpdateCycle
    system: Named = ""
    note: LongText = ""


class PlannedEntryDetail(PlannedEntryOut):
    """An entry with its claims; survey, draft and file only for its department and the bureau."""

    claims: list[EntryClaimOut]
    reason: str
    survey: EntrySurveyBody | None
    draft_no: str
    file_no: str


class PlannedEntryIn(StrictSchema):
    """An entry to be pre-drafted. Departments are asked whether it is theirs; a topic has its lead."""

    category: Category
    title: Named
    summary: LongText = ""
    departments: list[Uscc] = Field(default_factory=list, max_length=200)
    topic: Named = ""
    lead: Uscc | None = None
    classification: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,38}$")] = ""


class PlannedEntriesIn(StrictSchema):
    """Entries to be pre-drafted: all of them, or none."""

    entries: list[PlannedEntryIn] = Field(min_length=1, max_length=1000)


class PlannedNumbersOut(Schema):
    """The numbers given, in the order of what was sent."""

    entry_nos: list[str]


class RoundPlanningIn(StrictSchema):
    """From what entries are pre-drafted: duties, systems, or the last round, which is named."""

    origin: Origin
    source_no: RoundText | None = None


class PlannedEntriesQuery(PageQuery):
    """Which entries: of one round, in one stage, of the department that compiles."""

    round_no: RoundText | None = None
    stage: EntryStage | None = None
    department: Uscc | None = None


class EntryClaimIn(StrictSchema):
    """Whether an entry is one's own department's; `asked` is no answer."""

    answer: ClaimAnswer
    reason: LongText = ""


class EntrySettlementIn(StrictSchema):
    """Whose an entry is, and why."""

    department: Uscc
    reason: Said


class DroppingIn(StrictSchema):
    """Why."""

    reason: Said


class EntryResourceIn(StrictSchema):
    """The published resource that the entry already is."""

    code: CodeText


class EntryDraftOut(Schema):
    """The number of a draft in the catalogue."""

    draft_no: str


class DepartmentReportOut(Schema):
    """What came of a report: its kept file, the entries in it, those that lack something, those that go round first."""

    file_no: str
    entry_nos: list[str]
    with_gaps: list[str]
    going_round: int


class RoundSubmissionOut(Schema):
    """What a department reported at once; the file is fetched by its number."""

    round_no: str
    department_uscc: str
    file_no: str
    entry_nos: list[str]
    submitted_at: datetime


class RoundSubmissionPage(Schema):
    """A page of submissions."""

    total: int
    items: list[RoundSubmissionOut]


class RoundWallCellOut(Schema):
    """How far a department is with a step, and whether its day has passed before all was done."""

    step: Step
    done: int
    total: int
    late: bool


class RoundWallRowOut(Schema):
    """A department's ten steps."""

    department_uscc: str
    cells: list[RoundWallCellOut]


class PublishRateOut(Schema):
    """Published ÷ owed; the ratio is 0–1. Owed is what is planned or demanded: what is both, or carried over, once."""

    department_uscc: str
    planned: int
    demanded: int
    owed: int
    published: int
    ratio: float | None


class ElementRemarkIn(StrictSchema):
    """A remark on an element, by its path in the JSON of an entry: `summary`, `items.2`."""

    element: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}(\.[0-9]{1,4})?$")]
    text: Said


class ElementRemarkOut(Schema):
    """A remark on an element of a draft; it goes back with the draft and is met when the draft comes again."""

    element: str
    text: str
    made_at: datetime
    returned_at: datetime | None
    mended_at: datetime | None


class PublicNoticeIn(StrictSchema):
    """Until when a notice runs; the default period where no day is given."""

    ends_on: Day | None = None


class PublicNoticeOut(Schema):
    """A public notice of a round's merged catalogue."""

    notice_no: str
    round_no: str
    round_name: str
    state: NoticeState
    begins_on: date
    ends_on: date
    closed_at: datetime | None


class PublicNoticePage(Schema):
    """A page of notices."""

    total: int
    items: list[PublicNoticeOut]


class NoticedEntryOut(Schema):
    """An entry as a notice shows it to everybody."""

    entry_no: str
    resource_code: str
    title: str
    category: Category
    department_uscc: str
    stage: EntryStage
    held_back: bool


class NoticeAnswerOut(Schema):
    """An answered objection as everybody may see it: what about, and the answer, but not the words of who objected."""

    objection_no: str
    kind: ObjectionKind
    entry_no: str
    upheld: bool
    answer: str
    answered_at: datetime


class PublicNoticeDetail(PublicNoticeOut):
    """A notice with the answers given so far."""

    answers: list[NoticeAnswerOut]


class NoticedEntryPage(Schema):
    """A page of the entries of a notice."""

    total: int
    items: list[NoticedEntryOut]


class NoticeObjectionIn(StrictSchema):
    """An objection; an entry where it is about one. Name and contact are one's own to give."""

    kind: ObjectionKind
    text: Said
    entry_no: EntryText = ""
    name: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=100)] = ""
    contact: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=100)] = ""


class NoticeObjectionRaised(Schema):
    """The number of an objection."""

    objection_no: str


class NoticeObjectionOut(Schema):
    """An objection for those who answer and oversee. Name and contact stand on its page only."""

    objection_no: str
    notice_no: str
    entry_no: str
    kind: ObjectionKind
    text: str
    raised_at: datetime
    upheld: bool | None
    answer: str
    answered_at: datetime | None


class NoticeObjectionPage(Schema):
    """A page of objections."""

    total: int
    items: list[NoticeObjectionOut]


class NoticeAnswerIn(StrictSchema):
    """The answer to an objection, which is public."""

    upheld: bool
    answer: Said


class PublishedTogetherOut(Schema):
    """What was published at once; held back is what an upheld objection keeps."""

    codes: list[str]
    held_back: int


class DepartmentDutyOut(Schema):
    """A duty of a department."""

    department_uscc: str
    duty_no: str
    name: str
    basis: str


class DepartmentDutyPage(Schema):
    """A page of duties."""

    total: int
    items: list[DepartmentDutyOut]


class DepartmentSystemOut(Schema):
    """An information system of a department."""

    department_uscc: str
    name: str
    note: str


class DepartmentSystemPage(Schema):
    """A page of information systems."""

    total: int
    items: list[DepartmentSystemOut]


class DepartmentRegisterQuery(PageQuery):
    """Of one department, where given."""

    department: Uscc | None = None


class NothingMoreIn(StrictSchema):
    """An empty body."""


# --- What has a name of its own, before what is found by a round's number --------------------------------------------


@router.get("", response={200: CompilationRoundPage, **problems()}, summary="Rounds of compilation")
def list_rounds(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """The newest first."""
    return page_of(queries.rounds(request.subject), query)


@router.post("", response={201: CompilationRoundDetail, **problems(404, 409)}, summary="Open a round")
def open_round(request: SubjectRequest, body: CompilationRoundIn) -> Any:
    """Departments are told by reminders when a step is near."""
    number = planning.open_round(
        title=body.name,
        year=body.year,
        categories=body.categories,
        departments=body.departments,
        days={each.step: each.due_on for each in body.days},
        basis=body.basis,
        by=request.subject,
        at=clock.now(),
    )
    return Status(201, _round(queries.get_round(number, request.subject)))


@router.get("/publish-rates", response={200: list[PublishRateOut], **problems()}, summary="Rates of publication")
def list_publish_rates(request: SubjectRequest) -> Any:
    """Of each department that owes the catalogue something, over all rounds."""
    require(request.subject, policy.VIEW_ROUND)
    return [
        {
            "department_uscc": each.department,
            "planned": each.planned,
            "demanded": each.demanded,
            "owed": each.owed,
            "published": each.published,
            "ratio": each.ratio,
        }
        for each in queries.publish_rates()
    ]


@router.get("/entries", response={200: PlannedEntryPage, **problems()}, summary="Entries")
def list_entries(request: SubjectRequest, query: Query[PlannedEntriesQuery]) -> dict[str, Any]:
    """In the order of their numbers."""
    rows = queries.entries(request.subject)
    if query.round_no:
        rows = rows.filter(round__round_no=query.round_no)
    if query.stage:
        rows = rows.filter(stage=query.stage)
    if query.department:
        rows = rows.filter(department_uscc=query.department)
    return page_of(rows, query, present=_entry)


@router.get("/entries/{entry_no}", response={200: PlannedEntryDetail, **problems(404)}, summary="One entry")
def get_entry(request: SubjectRequest, entry_no: InEntry) -> Any:
    """With what departments say about it."""
    return _entry_detail(request, entry_no)


@router.post("/entries/{entry_no}/claim", response={200: PlannedEntryDetail, **problems(404, 409)}, summary="Claim")
def claim(request: SubjectRequest, entry_no: InEntry, body: EntryClaimIn) -> Any:
    """For one's own department. It can be given anew until the entry is settled."""
    claiming.answer(entry_no=entry_no, given=body.answer, reason=body.reason, by=request.subject, at=clock.now())
    return _entry_detail(request, entry_no)


@router.post(
    "/entries/{entry_no}/settlement", response={200: PlannedEntryDetail, **problems(404, 409)}, summary="Settle"
)
def settle(request: SubjectRequest, entry_no: InEntry, body: EntrySettlementIn) -> Any:
    """Say whose the entry is; those concerned are told."""
    claiming.settle(
        entry_no=entry_no, department=body.department, reason=body.reason, by=request.subject, at=clock.now()
    )
    return _entry_detail(request, entry_no)


@router.put("/entries/{entry_no}/survey", response={200: PlannedEntryDetail, **problems(404, 409)}, summary="Survey")
def tell_survey(request: SubjectRequest, entry_no: InEntry, body: EntrySurveyBody) -> Any:
    """What the department found about the entry's data."""
    found = Survey(body.place, body.form, int(body.update_cycle), body.system, body.note)
    compiling.tell_survey(entry_no=entry_no, survey=found, by=request.subject, at=clock.now())
    return _entry_detail(request, entry_no)


@router.post(
    "/entries/{entry_no}/draft", response={201: EntryDraftOut, **problems(404, 409)}, summary="Begin the draft"
)
def begin_draft(request: SubjectRequest, entry_no: InEntry, body: NothingMoreIn) -> Any:
    """In the catalogue, with what is known; the entry follows it from then on."""
    number = compiling.begin_draft(entry_no=entry_no, by=request.subject, at=clock.now())
    return Status(201, {"draft_no": number})


@router.post("/entries/{entry_no}/resource", response={200: PlannedEntryDetail, **problems(404, 409)}, summary="Link")
def link_resource(request: SubjectRequest, entry_no: InEntry, body: EntryResourceIn) -> Any:
    """Say that the entry is a published resource of one's own already."""
    compiling.link_resource(entry_no=entry_no, code=body.code, by=request.subject, at=clock.now())
    return _entry_detail(request, entry_no)


@router.post("/entries/{entry_no}/dropping", response={200: PlannedEntryDetail, **problems(404, 409)}, summary="Drop")
def drop_entry(request: SubjectRequest, entry_no: InEntry, body: DroppingIn) -> Any:
    """Take the entry out of the round."""
    planning.drop_entry(entry_no=entry_no, reason=body.reason, by=request.subject, at=clock.now())
    return _entry_detail(request, entry_no)


@router.post("/entries/{entry_no}/release", response={200: PlannedEntryDetail, **problems(404, 409)}, summary="Release")
def release_entry(request: SubjectRequest, entry_no: InEntry, body: NothingMoreIn) -> Any:
    """Let an entry that an objection held back be published."""
    noticing.release_entry(entry_no=entry_no, by=request.subject, at=clock.now())
    return _entry_detail(request, entry_no)


@router.get("/drafts/{draft_no}/remarks", response={200: list[ElementRemarkOut], **problems(404)}, summary="Remarks")
def list_remarks(request: SubjectRequest, draft_no: InDraft) -> Any:
    """On the elements of a draft; for the department those that came back with it."""
    # Who may not know of the draft is told that there is none.
    catalogue.draft_content(draft_no, by=request.subject)
    reviews = decide(request.subject, policy.MAKE_REMARK).allowed
    return [each for each in queries.remarks_on(draft_no) if reviews or each.returned_at is not None]


@router.post(
    "/drafts/{draft_no}/remarks", response={201: list[ElementRemarkOut], **problems(404, 409)}, summary="Remark"
)
def make_remark(request: SubjectRequest, draft_no: InDraft, body: ElementRemarkIn) -> Any:
    """On an element of a draft under review."""
    compiling.make_remark(draft_no=draft_no, element=body.element, words=body.text, by=request.subject, at=clock.now())
    return Status(201, queries.remarks_on(draft_no))


@router.get("/submissions", response={200: RoundSubmissionPage, **problems()}, summary="What departments reported")
def list_submissions(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """The newest first; the kept file is fetched from files by its number."""
    return page_of(queries.submissions(request.subject), query, present=_submission)


@router.get("/notices", auth=None, response={200: PublicNoticePage, **problems()}, summary="Public notices")
def list_notices(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """Open to everybody, the newest first."""
    return page_of(queries.notices(), query, present=_notice)


@router.get(
    "/notices/{notice_no}", auth=None, response={200: PublicNoticeDetail, **problems(404)}, summary="One public notice"
)
def get_notice(request: SubjectRequest, notice_no: InNotice) -> Any:
    """Open to everybody, with the answers to objections."""
    return _notice_detail(queries.get_notice(notice_no))


@router.get(
    "/notices/{notice_no}/entries",
    auth=None,
    response={200: NoticedEntryPage, **problems(404)},
    summary="What a notice shows",
)
def list_noticed(request: SubjectRequest, notice_no: InNotice, query: Query[PageQuery]) -> dict[str, Any]:
    """Open to everybody, in the order of codes."""
    return page_of(queries.noticed(queries.get_notice(notice_no)), query)


@router.post(
    "/notices/{notice_no}/objections",
    auth=None,
    response={201: NoticeObjectionRaised, **problems(404, 409)},
    summary="Object",
)
def raise_objection(request: SubjectRequest, notice_no: InNotice, body: NoticeObjectionIn) -> Any:
    """Open to everybody while the notice runs; a few an hour from one place. Nobody signs it."""
    number = noticing.raise_objection(
        notice_no=notice_no,
        told=ObjectionText(body.kind, body.text, body.entry_no, body.name, body.contact),
        sender=request.META.get("REMOTE_ADDR", ""),
        # No token is asked for, so nothing here speaks for the person of a session.
        by=ANONYMOUS,
        at=clock.now(),
    )
    return Status(201, {"objection_no": number})


@router.post("/notices/{notice_no}/closing", response={200: PublicNoticeDetail, **problems(404, 409)}, summary="End it")
def close_notice(request: SubjectRequest, notice_no: InNotice, body: NothingMoreIn) -> Any:
    """Once its days are over and every objection is answered."""
    noticing.close_notice(notice_no=notice_no, by=request.subject, at=clock.now())
    return _notice_detail(queries.get_notice(notice_no))


@router.post(
    "/notices/{notice_no}/publication",
    response={200: PublishedTogetherOut, **problems(404, 409)},
    summary="Publish all",
)
def publish(request: SubjectRequest, notice_no: InNotice, body: NothingMoreIn) -> Any:
    """Everything of a closed notice at once, all or nothing."""
    told = noticing.publish(notice_no=notice_no, by=request.subject, at=clock.now())
    return {"codes": list(told.codes), "held_back": told.held_back}


@router.get("/objections", response={200: NoticeObjectionPage, **problems()}, summary="Objections")
def list_objections(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """The newest first."""
    return page_of(queries.objections(request.subject), query, present=_objection)


@router.get("/objections/{objection_no}", response={200: NoticeObjectionOut, **problems(404)}, summary="One objection")
def get_objection(request: SubjectRequest, objection_no: InObjection) -> Any:
    """With its answer."""
    return _objection(queries.get_objection(objection_no, request.subject))


@router.post(
    "/objections/{objection_no}/answer", response={200: NoticeObjectionOut, **problems(404, 409)}, summary="Answer"
)
def answer_objection(request: SubjectRequest, objection_no: InObjection, body: NoticeAnswerIn) -> Any:
    """An objection that is upheld holds its entry back."""
    noticing.answer_objection(
        objection_no=objection_no, upheld=body.upheld, answer=body.answer, by=request.subject, at=clock.now()
    )
    return _objection(queries.get_objection(objection_no, request.subject))


@router.get("/duties", response={200: DepartmentDutyPage, **problems()}, summary="Duties of departments")
def list_duties(request: SubjectRequest, query: Query[DepartmentRegisterQuery]) -> dict[str, Any]:
    """By department and number."""
    rows = queries.duties(request.subject)
    return page_of(rows.filter(department_uscc=query.department) if query.department else rows, query)


@router.post("/duties", response={201: BroughtOut, **problems(409)}, summary="Bring a list of duties")
def import_duties(request: SubjectRequest, file: File[UploadedFile]) -> Any:
    """Excel or CSV with the heads 部门、权责编号、权责名称、依据: all of it, or none."""
    count = registers.import_duties(
        file_name=file.name or "",
        content=file.file,  # type: ignore[arg-type]
        by=request.subject,
        at=clock.now(),
    )
    return Status(201, {"count": count})


@router.get(
    "/systems", response={200: DepartmentSystemPage, **problems()}, summary="Information systems of departments"
)
def list_systems(request: SubjectRequest, query: Query[DepartmentRegisterQuery]) -> dict[str, Any]:
    """By department and name."""
    rows = queries.systems(request.subject)
    return page_of(rows.filter(department_uscc=query.department) if query.department else rows, query)


@router.post("/systems", response={201: BroughtOut, **problems(409)}, summary="Bring a list of information systems")
def import_systems(request: SubjectRequest, file: File[UploadedFile]) -> Any:
    """Excel or CSV with the heads 部门、信息系统名称、说明: all of it, or none."""
    count = registers.import_systems(
        file_name=file.name or "",
        content=file.file,  # type: ignore[arg-type]
        by=request.subject,
        at=clock.now(),
    )
    return Status(201, {"count": count})


# --- One round -------------------------------------------------------------------------------------------------------


@router.get("/{round_no}", response={200: CompilationRoundDetail, **problems(404)}, summary="One round")
def get_round(request: SubjectRequest, round_no: InRound) -> Any:
    """With its days and who takes part."""
    return _round(queries.get_round(round_no, request.subject))


@router.put("/{round_no}/days", response={200: CompilationRoundDetail, **problems(404, 409)}, summary="Set other days")
def change_days(request: SubjectRequest, round_no: InRound, body: RoundDaysIn) -> Any:
    """In the order of the steps."""
    days = {each.step: each.due_on for each in body.days}
    planning.change_days(round_no=round_no, days=days, by=request.subject, at=clock.now())
    return _round(queries.get_round(round_no, request.subject))


@router.post("/{round_no}/departments", response={200: BroughtOut, **problems(404, 409)}, summary="Add departments")
def add_departments(request: SubjectRequest, round_no: InRound, body: RoundDepartmentsIn) -> Any:
    """Those that take part already are passed over."""
    count = planning.add_departments(
        round_no=round_no, departments=body.departments, by=request.subject, at=clock.now()
    )
    return {"count": count}


@router.put("/{round_no}/preparation", response={200: CompilationRoundDetail, **problems(404, 409)}, summary="Prepare")
def prepare(request: SubjectRequest, round_no: InRound, body: RoundPreparationIn) -> Any:
    """Name the bodies that lead and carry out one's own department's compilation."""
    planning.prepare(
        round_no=round_no,
        leading_body=body.leading_body,
        working_body=body.working_body,
        by=request.subject,
        at=clock.now(),
    )
    return _round(queries.get_round(round_no, request.subject))


@router.post(
    "/{round_no}/entries", response={201: PlannedNumbersOut, **problems(404, 409)}, summary="Pre-draft entries"
)
def add_entries(request: SubjectRequest, round_no: InRound, body: PlannedEntriesIn) -> Any:
    """All of them, or none."""
    plans = [
        EntryPlan(
            each.category,
            each.title,
            each.summary,
            tuple(each.departments),
            each.topic,
            each.lead or "",
            each.classification,
        )
        for each in body.entries
    ]
    numbers = planning.add_entries(round_no=round_no, plans=plans, by=request.subject, at=clock.now())
    return Status(201, {"entry_nos": numbers})


@router.post(
    "/{round_no}/entries/file", response={201: BroughtOut, **problems(404, 409)}, summary="Pre-draft from a file"
)
def import_entries(request: SubjectRequest, round_no: InRound, file: File[UploadedFile]) -> Any:
    """Excel or CSV with the heads 目录类别、数据资源名称、摘要、责任部门、主题、牵头部门、分类码: all or nothing."""
    count = planning.import_entries(
        round_no=round_no,
        file_name=file.name or "",
        content=file.file,  # type: ignore[arg-type]
        by=request.subject,
        at=clock.now(),
    )
    return Status(201, {"count": count})


@router.post(
    "/{round_no}/planning", response={200: BroughtOut, **problems(404, 409)}, summary="Pre-draft from registers"
)
def plan_entries(request: SubjectRequest, round_no: InRound, body: RoundPlanningIn) -> Any:
    """From duties, information systems, or what the named round did not finish."""
    if body.origin is Origin.LAST_ROUND:
        count = planning.carry_over(
            round_no=round_no, source_no=body.source_no or "", by=request.subject, at=clock.now()
        )
    else:
        count = planning.plan_from_registers(round_no=round_no, origin=body.origin, by=request.subject, at=clock.now())
    return {"count": count}


@router.post(
    "/{round_no}/report", response={200: DepartmentReportOut, **problems(404, 409)}, summary="Report one's department"
)
def report(request: SubjectRequest, round_no: InRound, body: NothingMoreIn) -> Any:
    """Submits what is ready, and keeps the file of Appendix 2 with it."""
    told = compiling.report(round_no=round_no, by=request.subject, at=clock.now())
    return {
        "file_no": told.file_no,
        "entry_nos": list(told.entry_nos),
        "with_gaps": list(told.with_gaps),
        "going_round": told.going_round,
    }


@router.get("/{round_no}/wall", response={200: list[RoundWallRowOut], **problems(404)}, summary="The wall of progress")
def get_wall(request: SubjectRequest, round_no: InRound) -> Any:
    """Every department × ten steps."""
    row = queries.get_round(round_no, request.subject)
    return [
        {
            "department_uscc": each.department,
            "cells": [
                {"step": cell.step, "done": cell.done, "total": cell.total, "late": cell.late} for cell in each.cells
            ],
        }
        for each in queries.wall(row, on=clock.local_day(clock.now()))
    ]


@router.post("/{round_no}/notices", response={201: PublicNoticeDetail, **problems(404, 409)}, summary="Open a notice")
def open_notice(request: SubjectRequest, round_no: InRound, body: PublicNoticeIn) -> Any:
    """Of what passed review since the last one."""
    number = noticing.open_notice(round_no=round_no, ends_on=body.ends_on, by=request.subject, at=clock.now())
    return Status(201, _notice_detail(queries.get_notice(number)))


@router.post("/{round_no}/closing", response={200: CompilationRoundDetail, **problems(404, 409)}, summary="End a round")
def close_round(request: SubjectRequest, round_no: InRound, body: NothingMoreIn) -> Any:
    """What is not finished may be carried into the next."""
    planning.close_round(round_no=round_no, by=request.subject, at=clock.now())
    return _round(queries.get_round(round_no, request.subject))


# --- Presenting ------------------------------------------------------------------------------------------------------


def _round(row: models.Round) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in CompilationRoundOut.model_fields},
        "days": [{"step": each.step, "due_on": each.due_on} for each in row.days.all()],
        "participants": queries.participants_of(row),
    }


def _entry(row: models.Entry) -> dict[str, Any]:
    own = [name for name in PlannedEntryOut.model_fields if name not in ("round_no", "notice_no")]
    return {
        **{name: getattr(row, name) for name in own},
        "round_no": row.round.round_no,
        "notice_no": row.notice.notice_no if row.notice else "",
    }


def _entry_detail(request: SubjectRequest, entry_no: str) -> dict[str, Any]:
    row = queries.get_entry(entry_no, request.subject)
    inside = queries.may_see_survey(row, request.subject)
    survey = {name: getattr(row, name) for name in EntrySurveyBody.model_fields}
    return {
        **_entry(row),
        "claims": list(row.claims.all()),
        "reason": row.reason,
        "survey": survey if inside and row.surveyed_at else None,
        "draft_no": row.draft_no if inside else "",
        "file_no": row.submission.file_no if inside and row.submission else "",
    }


def _submission(row: models.Submission) -> dict[str, Any]:
    own = [name for name in RoundSubmissionOut.model_fields if name != "round_no"]
    return {**{name: getattr(row, name) for name in own}, "round_no": row.round.round_no}


def _notice(row: models.Notice) -> dict[str, Any]:
    return {
        "notice_no": row.notice_no,
        "round_no": row.round.round_no,
        "round_name": row.round.name,
        "state": queries.state_of(row, on=clock.local_day(clock.now())),
        "begins_on": row.begins_on,
        "ends_on": row.ends_on,
        "closed_at": row.closed_at,
    }


def _notice_detail(row: models.Notice) -> dict[str, Any]:
    own = [name for name in NoticeAnswerOut.model_fields if name != "entry_no"]
    answers = [
        {**{name: getattr(each, name) for name in own}, "entry_no": each.entry.entry_no if each.entry else ""}
        for each in queries.answered(row)
    ]
    return {**_notice(row), "answers": answers}


def _objection(row: models.Objection) -> dict[str, Any]:
    own = [name for name in NoticeObjectionOut.model_fields if name not in ("notice_no", "entry_no")]
    return {
        **{name: getattr(row, name) for name in own},
        "notice_no": row.notice.notice_no,
        "entry_no": row.entry.entry_no if row.entry else "",
    }
