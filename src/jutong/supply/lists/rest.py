"""The REST face: rounds, demands, responsibilities, the negative list, published editions, findings and rates."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import File, Query, Router, Schema, Status, UploadedFile
from ninja import Path as InPath
from pydantic import Field, StringConstraints

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.supply.catalogue.values import BasisKind, LegalBasis
from jutong.supply.lists import models, policy, queries
from jutong.supply.lists.domain import Difference, Rate, compare
from jutong.supply.lists.domain.comparing import Change
from jutong.supply.lists.domain.errors import NoSuchEdition
from jutong.supply.lists.services import checking, demands, exclusions, files, responsibilities, rounds
from jutong.supply.lists.values import (
    DemandState,
    DemandWish,
    DutyKind,
    ExclusionState,
    FindingKind,
    Half,
    ListKind,
    RateKind,
    ResponsibilityState,
    RoundState,
)

router = Router(tags=["lists"])

_LINE = r"^[^\x00-\x1f\x7f]*$"
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
InRound = Annotated[str, InPath(pattern=r"^PC[0-9]{10}$", examples=["PC2026000001"])]
InDemand = Annotated[str, InPath(pattern=r"^QX[0-9]{8,16}$", examples=["QX20260001"])]
InResponsibility = Annotated[str, InPath(pattern=r"^ZR[0-9]{10}$", examples=["ZR2026000001"])]
InExclusion = Annotated[str, InPath(pattern=r"^FM[0-9]{10}$", examples=["FM2026000001"])]
InEdition = Annotated[int, InPath(ge=1, le=1_000_000)]
Short = Annotated[str, StringConstraints(pattern=_LINE, max_length=100)]
TitleLine = Annotated[str, StringConstraints(pattern=_LINE, max_length=200)]
LongText = Annotated[str, StringConstraints(pattern=_LINES, max_length=1000)]
CodeText = Annotated[str, StringConstraints(pattern=r"^[0-9/]*$", max_length=80), Field(examples=["303001/1"])]


# --- Rounds ----------------------------------------------------------------------------------------------------------


class ListRoundOut(Schema):
    """A round of compilation (清单批次). `edition` is the number it was published under, null before."""

    round_no: str
    kind: ListKind
    title: str
    note: str
    opens_on: date
    closes_on: date
    state: RoundState
    case_no: str
    edition: int | None
    opened_at: datetime
    closed_at: datetime | None


class ListRoundPage(Schema):
    """A page of rounds."""

    total: int
    items: list[ListRoundOut]


class ListRoundsQuery(PageQuery):
    """Which rounds: of a list, in a state."""

    kind: ListKind | None = None
    state: RoundState | None = None


class ListRoundIn(StrictSchema):
    """A round to be opened: which list, its name, the first and the last day on which departments enter."""

    kind: ListKind
    title: Short
    note: LongText = ""
    opens_on: date
    closes_on: date


class DrawUpIn(StrictSchema):
    """Of which department; of all without."""

    provider: Annotated[str, StringConstraints(pattern=r"^[0-9A-HJ-NPQRTUWXY]*$", max_length=18)] = ""


class ListCount(Schema):
    """How many."""

    count: int


class ListCaseOpened(Schema):
    """The case in which it goes on; acting in it is acting in the case."""

    case_no: str


class ListEntriesMade(Schema):
    """The numbers of what was entered."""

    numbers: list[str]


@router.get("/rounds", response={200: ListRoundPage, **problems()}, summary="Rounds of the lists")
def list_rounds(request: SubjectRequest, query: Query[ListRoundsQuery]) -> dict[str, Any]:
    """The newest first."""
    rows = queries.rounds(request.subject)
    return page_of(_narrowed(rows, kind=query.kind, state=query.state), query)


@router.post("/rounds", response={201: ListRoundOut, **problems()}, summary="Open a round")
def open_round(request: SubjectRequest, body: ListRoundIn) -> Any:
    """Art. 38: lists are compiled in rounds."""
    return Status(201, rounds.open_a_round(**body.model_dump(), by=request.subject, at=clock.now()))


@router.get("/rounds/{round_no}", response={200: ListRoundOut, **problems(404)}, summary="One round")
def get_round(request: SubjectRequest, round_no: InRound) -> Any:
    """As its page shows it; its entries are asked for by their lists."""
    return queries.get_round(round_no, request.subject)


@router.post(
    "/rounds/{round_no}/review", response={201: ListCaseOpened, **problems(404, 409)}, summary="Hand a round in"
)
def hand_in_round(request: SubjectRequest, round_no: InRound) -> Any:
    """For review; who handed it in does not approve it."""
    return Status(201, {"case_no": rounds.hand_in(round_no=round_no, by=request.subject, at=clock.now())})


@router.post("/rounds/{round_no}/drop", response={200: ListRoundOut, **problems(404, 409)}, summary="Give a round up")
def drop_round(request: SubjectRequest, round_no: InRound) -> Any:
    """What it proposed for the negative list is dropped."""
    rounds.drop_round(round_no=round_no, by=request.subject, at=clock.now())
    return queries.get_round(round_no, request.subject)


@router.post(
    "/rounds/{round_no}/responsibilities",
    response={201: ListCount, **problems(404, 409)},
    summary="Draw up responsibilities",
)
def draw_up(request: SubjectRequest, round_no: InRound, body: DrawUpIn) -> Any:
    """From accepted demands and published resources; what stands on the list already is left out."""
    count = responsibilities.draw_up(round_no=round_no, provider=body.provider, by=request.subject, at=clock.now())
    return Status(201, {"count": count})


@router.post(
    "/rounds/{round_no}/confirmation",
    response={201: ListCount, **problems(404, 409)},
    summary="Ask departments to confirm",
)
def ask_confirmation(request: SubjectRequest, round_no: InRound) -> Any:
    """How many departments are asked; each has a case of its own."""
    count = responsibilities.ask_confirmation(round_no=round_no, by=request.subject, at=clock.now())
    return Status(201, {"count": count})


@router.post("/rounds/{round_no}/file", response={201: ListEntriesMade, **problems(404, 409)}, summary="Bring a file")
def bring_file(request: SubjectRequest, round_no: InRound, file: File[UploadedFile]) -> Any:
    """XLSX, XLS, ET or CSV by the round's template. Every fault is told with its row; with one, nothing is entered."""
    numbers = files.bring(
        round_no=round_no,
        name=file.name or "",
        content=file.file,  # type: ignore[arg-type]
        by=request.subject,
        at=clock.now(),
    )
    return Status(201, {"numbers": numbers})


# --- Demands ---------------------------------------------------------------------------------------------------------


class ListedDemandOut(Schema):
    """A demand (需求清单事项). It is acted in as in a case of its number; the department's answer is `answer_case`."""

    demand_no: str
    round_no: str
    demander_uscc: str
    title: str
    resource_code: str
    purpose: str
    items: str
    legal_basis: str
    wanted_by: date
    state: DemandState
    responsible_uscc: str
    answer_case: str
    answer_due_on: date | None
    promised_on: date | None
    ground: str
    reason: str
    entered_at: datetime
    answered_at: datetime | None

    @staticmethod
    def resolve_round_no(row: models.Demand) -> str:
        return row.round.round_no


class ListedDemandPage(Schema):
    """A page of demands."""

    total: int
    items: list[ListedDemandOut]


class ListedDemandsQuery(PageQuery):
    """Which demands: of a round, in a state, for a responsible department, met or not (see the rates)."""

    round_no: Short = ""
    state: DemandState | None = None
    responsible: Short = ""
    met: bool | None = None


class ListedDemandIn(StrictSchema):
    """A demand: data by its code or in words, what for, by which right, until when."""

    title: TitleLine = ""
    resource_code: CodeText = ""
    purpose: LongText
    items: Annotated[str, StringConstraints(pattern=_LINES, max_length=2000)] = ""
    legal_basis: Annotated[str, StringConstraints(pattern=_LINES, max_length=500)]
    wanted_by: date


@router.get("/demands", response={200: ListedDemandPage, **problems()}, summary="Demands I may see")
def list_demands(request: SubjectRequest, query: Query[ListedDemandsQuery]) -> dict[str, Any]:
    """The newest first."""
    rows = queries.demands(request.subject)
    narrowed = _narrowed(rows, round__round_no=query.round_no, state=query.state, responsible_uscc=query.responsible)
    return page_of(_met(narrowed, "demand_no", query.met), query)


@router.post(
    "/rounds/{round_no}/demands", response={201: ListedDemandOut, **problems(404, 409)}, summary="Enter a demand"
)
def enter_demand(request: SubjectRequest, round_no: InRound, body: ListedDemandIn) -> Any:
    """For one's own department, on the round's days. The bureau forwards it to the department that has the data."""
    number = demands.enter_demand(
        round_no=round_no, wish=DemandWish(**body.model_dump()), by=request.subject, at=clock.now()
    )
    return Status(201, queries.get_demand(number, request.subject))


@router.get("/demands/{demand_no}", response={200: ListedDemandOut, **problems(404)}, summary="One demand")
def get_demand(request: SubjectRequest, demand_no: InDemand) -> Any:
    """With how it was answered."""
    return queries.get_demand(demand_no, request.subject)


# --- Responsibilities ------------------------------------------------------------------------------------------------


class ResponsibilityOut(Schema):
    """A responsibility (责任清单事项): who must supply what, in which cycle. `case_no`: where it is confirmed."""

    responsibility_no: str
    round_no: str
    responsible_uscc: str
    title: str
    resource_code: str
    demand_no: str
    kinds: list[DutyKind]
    cycle: UpdateCycle | None
    basis: str
    contact_post: str
    state: ResponsibilityState
    case_no: str
    reason: str

    @staticmethod
    def resolve_round_no(row: models.Responsibility) -> str:
        return row.round.round_no

    @staticmethod
    def resolve_demand_no(row: models.Responsibility) -> str:
        return row.demand.demand_no if row.demand else ""


class ResponsibilityPage(Schema):
    """A page of responsibilities."""

    total: int
    items: list[ResponsibilityOut]


class ResponsibilitiesQuery(PageQuery):
    """Which responsibilities: of a department, in a state, met or not (see the rates)."""

    responsible: Short = ""
    state: ResponsibilityState | None = None
    met: bool | None = None


class RemovalReasonIn(StrictSchema):
    """Why it is taken out."""

    reason: LongText


@router.get("/responsibilities", response={200: ResponsibilityPage, **problems()}, summary="Responsibilities I may see")
def list_responsibilities(request: SubjectRequest, query: Query[ResponsibilitiesQuery]) -> dict[str, Any]:
    """Those of one's own department; for the bureau all."""
    rows = queries.responsibilities(request.subject)
    narrowed = _narrowed(rows, responsible_uscc=query.responsible, state=query.state)
    return page_of(_met(narrowed, "responsibility_no", query.met), query)


@router.get(
    "/responsibilities/{responsibility_no}", response={200: ResponsibilityOut, **problems(404)}, summary="One of them"
)
def get_responsibility(request: SubjectRequest, responsibility_no: InResponsibility) -> Any:
    """As its page shows it."""
    return queries.get_responsibility(responsibility_no, request.subject)


@router.post(
    "/responsibilities/{responsibility_no}/removal",
    response={200: ResponsibilityOut, **problems(404, 409)},
    summary="Take a responsibility out",
)
def remove_responsibility(request: SubjectRequest, responsibility_no: InResponsibility, body: RemovalReasonIn) -> Any:
    """The next edition does not hold it any more."""
    responsibilities.remove(responsibility_no=responsibility_no, reason=body.reason, by=request.subject, at=clock.now())
    return queries.get_responsibility(responsibility_no, request.subject)


# --- The negative list -----------------------------------------------------------------------------------------------


class ExclusionOut(Schema):
    """An entry of the negative list (负面清单事项). It binds in the states in_force and removing."""

    exclusion_no: str
    round_no: str
    half: Half
    provider_uscc: str
    title: str
    resource_code: str
    reason: str
    basis: str
    state: ExclusionState
    in_force_from: datetime | None
    removal_round: str
    removal_reason: str
    removed_at: datetime | None

    @staticmethod
    def resolve_round_no(row: models.Exclusion) -> str:
        return row.round.round_no

    @staticmethod
    def resolve_removal_round(row: models.Exclusion) -> str:
        return row.removal.round_no if row.removal else ""

    @staticmethod
    def resolve_basis(row: models.Exclusion) -> str:
        return queries.words_of_basis(row)


class ExclusionPage(Schema):
    """A page of the negative list."""

    total: int
    items: list[ExclusionOut]


class ExclusionsQuery(PageQuery):
    """Which entries: of a half, in a state, about a resource."""

    half: Half | None = None
    state: ExclusionState | None = None
    resource_code: CodeText = ""


class ExclusionBasisIn(StrictSchema):
    """The basis: not sharing needs a law, an administrative regulation or a policy of the centre. Guide 5.1.3."""

    kind: BasisKind
    title: TitleLine
    article: Short = ""
    number: Annotated[str, StringConstraints(pattern=_LINE, max_length=80)] = ""


class ExclusionIn(StrictSchema):
    """An entry proposed for the negative list: which half, which data, why, by which right."""

    half: Half
    title: TitleLine = ""
    resource_code: CodeText = ""
    reason: LongText
    basis: ExclusionBasisIn


class ExclusionRemovalIn(StrictSchema):
    """In which round an entry is to go, and why."""

    round_no: Annotated[str, StringConstraints(pattern=r"^PC[0-9]{10}$"), Field(examples=["PC2026000001"])]
    reason: LongText


@router.get("/exclusions", response={200: ExclusionPage, **problems()}, summary="The negative list")
def list_exclusions(request: SubjectRequest, query: Query[ExclusionsQuery]) -> dict[str, Any]:
    """What is listed, and what one's own department proposes; the newest first."""
    rows = queries.exclusions(request.subject)
    return page_of(_narrowed(rows, half=query.half, state=query.state, resource_code=query.resource_code), query)


@router.post(
    "/rounds/{round_no}/exclusions", response={201: ExclusionOut, **problems(404, 409)}, summary="Propose an entry"
)
def propose_exclusion(request: SubjectRequest, round_no: InRound, body: ExclusionIn) -> Any:
    """It binds from the publication of the round on."""
    number = exclusions.propose_exclusion(
        round_no=round_no,
        half=body.half,
        title=body.title,
        resource_code=body.resource_code,
        reason=body.reason,
        basis=LegalBasis(body.basis.kind, body.basis.title, body.basis.article, body.basis.number),
        by=request.subject,
        at=clock.now(),
    )
    return Status(201, queries.get_exclusion(number, request.subject))


@router.get("/exclusions/{exclusion_no}", response={200: ExclusionOut, **problems(404)}, summary="One entry")
def get_exclusion(request: SubjectRequest, exclusion_no: InExclusion) -> Any:
    """With its reason and its basis."""
    return queries.get_exclusion(exclusion_no, request.subject)


@router.post(
    "/exclusions/{exclusion_no}/removal",
    response={200: ExclusionOut, **problems(404, 409)},
    summary="Propose its removal",
)
def propose_removal(request: SubjectRequest, exclusion_no: InExclusion, body: ExclusionRemovalIn) -> Any:
    """It binds until that round is published."""
    exclusions.propose_removal(
        exclusion_no=exclusion_no, round_no=body.round_no, reason=body.reason, by=request.subject, at=clock.now()
    )
    return queries.get_exclusion(exclusion_no, request.subject)


@router.post(
    "/exclusions/{exclusion_no}/take-back",
    response={200: ExclusionOut, **problems(404, 409)},
    summary="Take a proposal back",
)
def take_back(request: SubjectRequest, exclusion_no: InExclusion) -> Any:
    """While its round is open."""
    exclusions.take_back(exclusion_no=exclusion_no, by=request.subject, at=clock.now())
    return queries.get_exclusion(exclusion_no, request.subject)


# --- Editions --------------------------------------------------------------------------------------------------------


class ListEditionOut(Schema):
    """A published version of a list (清单版本). Added, changed and removed since the one before."""

    kind: ListKind
    number: int
    round_no: str
    entries_count: int
    added: int
    changed: int
    removed: int
    digest: str
    published_at: datetime

    @staticmethod
    def resolve_round_no(row: models.Edition) -> str:
        return row.round.round_no


class ListEditionPage(Schema):
    """A page of editions."""

    total: int
    items: list[ListEditionOut]


class ListEditionsQuery(PageQuery):
    """Which editions: of a list."""

    kind: ListKind | None = None


class EditionEntryOut(Schema):
    """An entry as the edition says it; `content` holds the cells of the published table."""

    entry_no: str
    organisation: str
    title: str
    resource_code: str
    content: dict[str, Any]


class EditionEntryPage(Schema):
    """A page of an edition's entries."""

    total: int
    items: list[EditionEntryOut]


class EditionDifferenceOut(Schema):
    """An entry that differs; `before` and `after` hold the cells in which it does."""

    entry_no: str
    title: str
    change: Change
    before: dict[str, Any]
    after: dict[str, Any]


class EditionDifferencePage(Schema):
    """A page of differences."""

    total: int
    items: list[EditionDifferenceOut]


class EditionDifferencesQuery(PageQuery):
    """Since which edition; the one before without."""

    since: int | None = Field(None, ge=1, le=1_000_000)


@router.get("/editions", response={200: ListEditionPage, **problems()}, auth=None, summary="Published lists")
def list_editions(request: SubjectRequest, query: Query[ListEditionsQuery]) -> dict[str, Any]:
    """The newest first. Who is not signed in sees the lists that are published to society."""
    return page_of(_narrowed(queries.editions(request.subject), kind=query.kind), query)


@router.get(
    "/editions/{kind}/{number}", response={200: ListEditionOut, **problems(404)}, auth=None, summary="One edition"
)
def get_edition(request: SubjectRequest, kind: ListKind, number: InEdition) -> Any:
    """Its numbers; the entries are asked for by pages."""
    return queries.get_edition(kind, number, request.subject)


@router.get(
    "/editions/{kind}/{number}/entries",
    response={200: EditionEntryPage, **problems(404)},
    auth=None,
    summary="Entries of an edition",
)
def list_entries(request: SubjectRequest, kind: ListKind, number: InEdition, query: Query[PageQuery]) -> dict[str, Any]:
    """In the order of their numbers."""
    return page_of(queries.entries_of(queries.get_edition(kind, number, request.subject)), query)


@router.get(
    "/editions/{kind}/{number}/differences",
    response={200: EditionDifferencePage, **problems(404)},
    auth=None,
    summary="What changed since an earlier edition",
)
def list_differences(
    request: SubjectRequest, kind: ListKind, number: InEdition, query: Query[EditionDifferencesQuery]
) -> dict[str, Any]:
    """In the order of the entries' numbers; the first edition has nothing before it."""
    row = queries.get_edition(kind, number, request.subject)
    earlier = number - 1 if query.since is None else query.since
    if earlier >= number:
        raise NoSuchEdition(field="since")
    before = queries.contents_of(queries.get_edition(kind, earlier, request.subject)) if earlier else {}
    return page_of(compare(before, queries.contents_of(row)), query, present=_difference)


def _difference(each: Difference) -> dict[str, Any]:
    return {name: getattr(each, name) for name in EditionDifferenceOut.model_fields}


# --- Findings and rates ----------------------------------------------------------------------------------------------


class ListFindingOut(Schema):
    """What does not fit together (清单核对问题), and whose it is to mend."""

    kind: FindingKind
    list_kind: ListKind
    entry_no: str
    resource_code: str
    title: str
    organisation: str
    found_at: datetime


class ListFindingPage(Schema):
    """A page of findings."""

    total: int
    items: list[ListFindingOut]


class ListFindingsQuery(PageQuery):
    """Which findings: of a kind, of a list."""

    kind: FindingKind | None = None
    list_kind: ListKind | None = None


class ListRateOut(Schema):
    """A share of a whole; of all departments where `organisation` is empty. `ratio` is null where there is no whole."""

    kind: RateKind
    organisation: str
    done: int
    whole: int
    ratio: float | None


@router.get("/findings", response={200: ListFindingPage, **problems()}, summary="What does not fit the catalogue")
def list_findings(request: SubjectRequest, query: Query[ListFindingsQuery]) -> dict[str, Any]:
    """By the last check, the newest first."""
    rows = queries.findings(request.subject)
    return page_of(_narrowed(rows, kind=query.kind, list_kind=query.list_kind), query)


@router.post("/findings/check", response={200: ListCount, **problems()}, summary="Check the lists now")
def check_lists(request: SubjectRequest) -> Any:
    """How many problems stand."""
    return {"count": checking.check(by=request.subject, at=clock.now())}


@router.get("/rates", response={200: list[ListRateOut], **problems()}, summary="Rates of the lists")
def list_rates(request: SubjectRequest) -> Any:
    """Demand, responsibility, mounting and opening, each with what it is a share of."""
    require(request.subject, policy.VIEW_RATES)
    return [_rate(rate) for rate in queries.rates(request.subject, at=clock.now())]


def _rate(rate: Rate) -> dict[str, Any]:
    return {name: getattr(rate, name) for name in ListRateOut.model_fields}


def _narrowed(rows: Any, **wanted: Any) -> Any:
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def _met(rows: Any, number: str, wanted: bool | None) -> Any:
    return rows if wanted is None else queries.told_met(rows, number, at=clock.now()).filter(met=str(int(wanted)))
