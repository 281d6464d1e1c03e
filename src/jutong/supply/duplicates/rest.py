"""The REST face: searches, pairs with evidence and decisions, negotiations, and whose the data of a resource is."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.supply.catalogue import api as catalogue
from jutong.supply.duplicates import models, policy, queries
from jutong.supply.duplicates.services import judging, negotiating, searching
from jutong.supply.duplicates.values import Judgement, NegotiationState, SearchState, Standing

router = Router(tags=["duplicates"])

InPair = Annotated[str, InPath(pattern=r"^CF[0-9]{10,16}$", examples=["CF2026000001"])]
InNegotiation = Annotated[str, InPath(pattern=r"^SY[0-9]{8,16}$", examples=["SY20260001"])]
InDraft = Annotated[str, InPath(pattern=r"^CG[0-9]{8,16}$", examples=["CG20260001"])]
CodeText = Annotated[
    str, StringConstraints(pattern=r"^[123][0-9]{5,37}/[1-9][0-9]{0,8}$"), Field(examples=["303001/1"])
]
# Printable text: PostgreSQL stores no NUL.
ReasonText = Annotated[
    str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")
]


class DuplicateSearchOut(Schema):
    """A search for duplicates. `fresh` are pairs that were not known before, or are asked about again."""

    id: int
    state: SearchState
    everything: bool
    done: int
    total: int
    found: int
    fresh: int
    started_at: datetime
    finished_at: datetime | None


class DuplicateSearchIn(StrictSchema):
    """What to search: all published resources, or those that changed since the last search."""

    everything: bool = False


class LikenessOut(Schema):
    """By what two resources are alike, 0 to 1; `mass` is the worth of the matched items in rarest names."""

    covered: float
    covered_both: float
    matched: float
    matched_both: float
    mass: float
    title: float
    title_within: float
    basis: float
    contained: float
    compared: int


class ItemMatchOut(Schema):
    """Two data items that seem to be the same: by title, whole, letters, values or near; share of values in common."""

    first: str
    first_column: str
    second: str
    second_column: str
    by: str
    contained: float | None


class DuplicatePairOut(Schema):
    """Two resources of different departments that look like the same data, and what was decided."""

    pair_no: str
    first_code: str
    second_code: str
    score: float
    judgement: Judgement
    reason: str
    judged_at: datetime | None
    found_at: datetime


class DuplicatePairDetail(DuplicatePairOut):
    """A pair with its evidence."""

    likeness: LikenessOut
    items: list[ItemMatchOut]


class DuplicatePairPage(Schema):
    """A page of pairs."""

    total: int
    items: list[DuplicatePairOut]


class DuplicatePairsQuery(PageQuery):
    """Which pairs: with this decision, from this likeness on."""

    judgement: Judgement | None = None
    score_from: float | None = Field(None, ge=0, le=1)


class SameItemOut(Schema):
    """Titles of two data items that mean the same: the draft's, and the other resource's."""

    here: str
    there: str


class OverlapOut(Schema):
    """A published resource of another department that a draft may collect again. `likeness` is 0 to 1."""

    code: str
    title: str
    provider_uscc: str
    likeness: float
    items: list[SameItemOut]


class JudgementIn(StrictSchema):
    """A decision about a pair, with its reason."""

    judgement: Judgement
    reason: ReasonText


class SourcePartyOut(Schema):
    """A resource in a negotiation and what its department states; null while it has not."""

    resource_code: str
    provider_uscc: str
    case_no: str
    first_hand: bool | None
    basis: str
    stated_at: datetime | None


class SourceNegotiationOut(Schema):
    """A negotiation of the first-collecting department. `agreed`: settled by what all departments state."""

    case_no: str
    state: NegotiationState
    title: str
    source_code: str
    agreed: bool
    reason: str
    opened_at: datetime
    closed_at: datetime | None
    participants: list[SourcePartyOut]


class SourceNegotiationPage(Schema):
    """A page of negotiations."""

    total: int
    items: list[SourceNegotiationOut]


class SourceNegotiationOpened(Schema):
    """The number of a negotiation's case; acting in it is acting in the case."""

    case_no: str


class FirstCollectorQuery(Schema):
    """Of which resource."""

    resource: CodeText


class FirstCollectorOut(Schema):
    """Whose the data of a resource is. `standing` is open while nothing is settled."""

    resource_code: str
    standing: Standing
    source_code: str
    source_uscc: str
    case_no: str
    settled_at: datetime | None


@router.get("/searches", response={200: list[DuplicateSearchOut], **problems()}, summary="Searches for duplicates")
def list_searches(request: SubjectRequest) -> Any:
    """The last fifty, the newest first."""
    require(request.subject, policy.VIEW_PAIRS)
    return list(models.Search.objects.order_by("-started_at", "-pk")[:50])


@router.post("/searches", response={202: DuplicateSearchOut, **problems(409)}, summary="Search for duplicates")
def start_search(request: SubjectRequest, body: DuplicateSearchIn) -> Any:
    """The worker carries it out; ask for the searches to see how far it is."""
    number = searching.start_search(everything=body.everything, by=request.subject, at=clock.now())
    return Status(202, models.Search.objects.get(pk=number))


@router.get("/pairs", response={200: DuplicatePairPage, **problems()}, summary="Pairs that look like the same data")
def list_pairs(request: SubjectRequest, query: Query[DuplicatePairsQuery]) -> dict[str, Any]:
    """The likeliest first."""
    rows = queries.pairs(request.subject)
    if query.judgement:
        rows = rows.filter(judgement=query.judgement)
    if query.score_from is not None:
        rows = rows.filter(score__gte=query.score_from)
    return page_of(rows, query)


@router.get("/pairs/{pair_no}", response={200: DuplicatePairDetail, **problems(404)}, summary="One pair")
def get_pair(request: SubjectRequest, pair_no: InPair) -> Any:
    """With what speaks for it."""
    return _pair(queries.get_pair(pair_no, request.subject))


@router.post("/pairs/{pair_no}/judgement", response={200: DuplicatePairDetail, **problems(404, 409)}, summary="Decide")
def judge_pair(request: SubjectRequest, pair_no: InPair, body: JudgementIn) -> Any:
    """The decision stands until one of the resources changes its title or items; it can be replaced."""
    judging.judge(pair_no=pair_no, judgement=body.judgement, reason=body.reason, by=request.subject, at=clock.now())
    return _pair(queries.get_pair(pair_no, request.subject))


@router.post(
    "/pairs/{pair_no}/negotiation",
    response={201: SourceNegotiationOpened, **problems(404, 409)},
    summary="Negotiate whose data it is",
)
def open_negotiation(request: SubjectRequest, pair_no: InPair) -> Any:
    """All departments that hold the data of this confirmed pair are asked whether they collect it first-hand."""
    return Status(201, {"case_no": negotiating.open_negotiation(pair_no=pair_no, by=request.subject, at=clock.now())})


@router.get(
    "/drafts/{draft_no}/overlaps",
    response={200: list[OverlapOut], **problems(404)},
    summary="What a draft may collect again",
)
def list_overlaps(request: SubjectRequest, draft_no: InDraft) -> Any:
    """Published resources of other departments that say what the draft says, the likeliest first."""
    return [
        {
            "code": each.code,
            "title": each.title,
            "provider_uscc": each.provider_uscc,
            "likeness": each.likeness,
            "items": [{"here": here, "there": there} for here, there in each.items],
        }
        for each in queries.overlaps(draft_no, request.subject)
    ]


@router.get("/negotiations", response={200: SourceNegotiationPage, **problems()}, summary="Negotiations I may see")
def list_negotiations(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """The newest first."""
    return page_of(queries.negotiations(request.subject).prefetch_related("participants"), query, present=_negotiation)


@router.get("/negotiations/{case_no}", response={200: SourceNegotiationOut, **problems(404)}, summary="One negotiation")
def get_negotiation(request: SubjectRequest, case_no: InNegotiation) -> Any:
    """With what each department states."""
    return _negotiation(queries.get_negotiation(case_no, request.subject))


@router.get("/source", response={200: FirstCollectorOut, **problems(404)}, summary="Whose the data of a resource is")
def get_source(request: SubjectRequest, query: Query[FirstCollectorQuery]) -> Any:
    """As its page in the catalogue shows it."""
    resource = catalogue.view_resource(query.resource, by=request.subject)
    ruling = queries.find_ruling(resource.code)
    if ruling is None:
        return {
            "resource_code": resource.code,
            "standing": Standing.OPEN,
            "source_code": "",
            "source_uscc": "",
            "case_no": "",
            "settled_at": None,
        }
    return {
        "resource_code": resource.code,
        "standing": ruling.standing,
        "source_code": ruling.source_code,
        "source_uscc": ruling.source_uscc,
        "case_no": ruling.case_no,
        "settled_at": ruling.settled_at,
    }


def _pair(row: models.Pair) -> dict[str, Any]:
    names = DuplicatePairOut.model_fields
    return {**{name: getattr(row, name) for name in names}, **row.evidence}


def _negotiation(row: models.Negotiation) -> dict[str, Any]:
    names = [name for name in SourceNegotiationOut.model_fields if name != "participants"]
    return {**{name: getattr(row, name) for name in names}, "participants": list(row.participants.all())}
