"""Assembled resources: their parts and completeness, and the departments that contribute to them."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Path as InPath
from ninja import Query, Schema, Status
from pydantic import Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.supply.exchange import models, queries
from jutong.supply.exchange.rest.base import CodeText, InClass, InSequence, UsccText, router
from jutong.supply.exchange.services import contributions
from jutong.supply.exchange.services.contributions import LONGEST_REMARK
from jutong.supply.exchange.values import ContributionState, PartState

InContribution = Annotated[str, InPath(pattern=r"^HJ[0-9]{10,16}$", examples=["HJ2026000001"])]
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=LONGEST_REMARK)]
ItemName = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=200)]
RegionText = Annotated[str, StringConstraints(pattern=r"^([0-9]{6}|[0-9]{9}|[0-9]{12})?$"), Field(examples=["450100"])]
OF_ASSEMBLY = "/assembled/{classification}/{sequence}"


class PartOut(Schema):
    """A part of an assembled resource: of a contributor, or of a division that has none yet.

    `loaded_at` is when the contributor's own data was last gathered; `due_at` the end of its cycle and grace.
    """

    mark: str
    state: PartState
    region_code: str
    contribution_no: str
    organisation: str
    source_code: str
    rows: int
    loaded_at: datetime | None
    due_at: datetime | None


class AssemblyOut(Schema):
    """An assembled resource. `complete` counts the parts that are there and within their cycle.

    The platform fills `mark_item` and `region_item`. `unique_across`: a key comes once among all contributors,
    otherwise once within each.
    """

    resource_code: str
    provider_uscc: str
    mark_item: str
    region_item: str
    unique_across: bool
    joined: int
    loaded: int
    complete: int
    rows: int
    parts: list[PartOut]


class AssembleIn(StrictSchema):
    """Which items the platform fills: with the contributor's mark, and with its division (empty: by no division)."""

    mark_item: ItemName
    region_item: ItemName = ""


class ContributionOut(Schema):
    """What a department brings to an assembled resource. `source_code` is its own resource, once it has joined."""

    contribution_no: str
    resource_code: str
    provider_uscc: str
    organisation: str
    mark: str
    region_code: str
    source_code: str
    state: ContributionState
    note: str
    invited_at: datetime
    answered_at: datetime | None
    remark: str
    ended_at: datetime | None
    rows: int


class ContributionPage(Schema):
    """A page of contributions."""

    total: int
    items: list[ContributionOut]


class ContributionsQuery(PageQuery):
    """Which contributions: to one resource, in one state."""

    resource: CodeText | None = None
    state: ContributionState | None = None


class InviteIn(StrictSchema):
    """Whom to invite. `mark` names the contributor in each row; empty: the division's code."""

    resource: CodeText
    organisation: UsccText
    region_code: RegionText = ""
    mark: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{0,12}$")] = ""
    note: Words = ""


class AcceptIn(StrictSchema):
    """With which of one's own resources to contribute."""

    source: CodeText


class BecauseIn(StrictSchema):
    """Why a contribution is declined or ended."""

    reason: Words


@router.get(OF_ASSEMBLY, response={200: AssemblyOut, **problems(404)}, summary="An assembled resource and its parts")
def get_assembly(request: SubjectRequest, classification: InClass, sequence: InSequence) -> Any:
    """Which parts are there, since when, with how many rows, and within their cycle or not."""
    return queries.get_assembly(f"{classification}/{sequence}", request.subject, at=clock.now())


@router.put(OF_ASSEMBLY, response={200: AssemblyOut, **problems(404, 409)}, summary="Have a resource assembled")
def assemble(request: SubjectRequest, classification: InClass, sequence: InSequence, body: AssembleIn) -> Any:
    """By its provider, the lead department; contributors are invited afterwards."""
    code, at = f"{classification}/{sequence}", clock.now()
    contributions.assemble(resource_code=code, **body.model_dump(), by=request.subject, at=at)
    return queries.get_assembly(code, request.subject, at=at)


@router.get("/contributions", response={200: ContributionPage, **problems()}, summary="Contributions I may see")
def list_contributions(request: SubjectRequest, query: Query[ContributionsQuery]) -> dict[str, Any]:
    """What waits for an answer first, then the newest."""
    rows: Any = queries.contributions(request.subject)
    if query.resource:
        rows = rows.filter(resource_code=query.resource)
    if query.state:
        rows = rows.filter(state=query.state)
    return page_of(rows, query)


@router.post("/contributions", response={201: ContributionOut, **problems(404, 409)}, summary="Invite a contributor")
def invite_contributor(request: SubjectRequest, body: InviteIn) -> Any:
    """The stewards of the department are told, and answer."""
    given = body.model_dump()
    number = contributions.invite(resource_code=given.pop("resource"), **given, by=request.subject, at=clock.now())
    return Status(201, _contribution(request, number))


@router.get(
    "/contributions/{contribution_no}", response={200: ContributionOut, **problems(404)}, summary="One contribution"
)
def get_contribution(request: SubjectRequest, contribution_no: InContribution) -> Any:
    """Who was asked, what was answered."""
    return _contribution(request, contribution_no)


@router.post(
    "/contributions/{contribution_no}/accept",
    response={200: ContributionOut, **problems(404, 409)},
    summary="Contribute",
)
def accept_contribution(request: SubjectRequest, contribution_no: InContribution, body: AcceptIn) -> Any:
    """With a resource of one's own, mounted from a table or file, that has the assembled one's items."""
    contributions.accept(contribution_no=contribution_no, source_code=body.source, by=request.subject, at=clock.now())
    return _contribution(request, contribution_no)


@router.post(
    "/contributions/{contribution_no}/decline",
    response={200: ContributionOut, **problems(404, 409)},
    summary="Decline to contribute",
)
def decline_contribution(request: SubjectRequest, contribution_no: InContribution, body: BecauseIn) -> Any:
    """The lead department is told why."""
    contributions.decline(contribution_no=contribution_no, remark=body.reason, by=request.subject, at=clock.now())
    return _contribution(request, contribution_no)


@router.post(
    "/contributions/{contribution_no}/end",
    response={200: ContributionOut, **problems(404, 409)},
    summary="End a contribution",
)
def end_contribution(request: SubjectRequest, contribution_no: InContribution, body: BecauseIn) -> Any:
    """By the lead department; an invitation is taken back, rows that were brought leave with the next run."""
    contributions.end(contribution_no=contribution_no, reason=body.reason, by=request.subject, at=clock.now())
    return _contribution(request, contribution_no)


def _contribution(request: SubjectRequest, contribution_no: str) -> models.Contribution:
    return queries.get_contribution_row(contribution_no, request.subject)
