"""The register of direct links to be retired. Art. 20(2)."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Path as InPath
from ninja import Query, Schema, Status
from pydantic import StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.supply.exchange import queries
from jutong.supply.exchange.rest.answers import Day
from jutong.supply.exchange.rest.base import UsccText, router
from jutong.supply.exchange.services import links
from jutong.supply.exchange.services.links import LONGEST_SYSTEM, LONGEST_WORDS
from jutong.supply.exchange.values import LinkKind, LinkState

_LINE = r"^[^\x00-\x1f\x7f]*$"
InLink = Annotated[str, InPath(pattern=r"^ZL[0-9]{10,16}$", examples=["ZL2026000001"])]
SystemName = Annotated[str, StringConstraints(pattern=_LINE, min_length=1, max_length=LONGEST_SYSTEM)]
LinkWords = Annotated[str, StringConstraints(pattern=_LINE, min_length=1, max_length=LONGEST_WORDS)]


class LinkOut(Schema):
    """A link past the platform. `violation`: set up after the Rules had come into force."""

    link_no: str
    kind: LinkKind
    state: LinkState
    organisation: str
    system: str
    other: str
    other_system: str
    data: str
    since: date
    violation: bool
    plan: str
    retire_by: date | None
    reported_at: datetime
    off_on: date | None


class LinkPage(Schema):
    """A page of direct links."""

    total: int
    items: list[LinkOut]


class LinksQuery(PageQuery):
    """Which links: in one state, violations only."""

    state: LinkState | None = None
    violation: bool | None = None


class LinkIn(StrictSchema):
    """A link of one's own organisation with another."""

    kind: LinkKind
    system: SystemName
    other: UsccText
    other_system: SystemName
    data: LinkWords
    since: Day


class LinkPlanIn(StrictSchema):
    """How and by when the link is retired."""

    words: LinkWords
    retire_by: Day


class SwitchedOffIn(StrictSchema):
    """When it was switched off."""

    off_on: Day


@router.get("/links", response={200: LinkPage, **problems()}, summary="Direct links I may see")
def list_links(request: SubjectRequest, query: Query[LinksQuery]) -> dict[str, Any]:
    """Those that stand first, among them violations first."""
    rows: Any = queries.links(request.subject)
    if query.state:
        rows = rows.filter(state=query.state)
    if query.violation is not None:
        rows = rows.filter(violation=query.violation)
    return page_of(rows, query)


@router.post("/links", response={201: LinkOut, **problems(404, 409)}, summary="Report a direct link")
def report_link(request: SubjectRequest, body: LinkIn) -> Any:
    """By the steward of one end. A link set up after the Rules had come into force is told to the monitor."""
    number = links.report(**{**body.model_dump(), "kind": body.kind}, by=request.subject, at=clock.now())
    return Status(201, queries.get_link_row(number, request.subject))


@router.get("/links/{link_no}", response={200: LinkOut, **problems(404)}, summary="One direct link")
def get_link(request: SubjectRequest, link_no: InLink) -> Any:
    """Its ends, data and plan."""
    return queries.get_link_row(link_no, request.subject)


@router.post("/links/{link_no}/plan", response={200: LinkOut, **problems(404, 409)}, summary="Plan its retiring")
def plan_link(request: SubjectRequest, link_no: InLink, body: LinkPlanIn) -> Any:
    """A later plan takes the place of the earlier one."""
    links.plan(link_no=link_no, **body.model_dump(), by=request.subject, at=clock.now())
    return queries.get_link_row(link_no, request.subject)


@router.post("/links/{link_no}/off", response={200: LinkOut, **problems(404, 409)}, summary="Note it as switched off")
def switch_link_off(request: SubjectRequest, link_no: InLink, body: SwitchedOffIn) -> Any:
    """From now on it is history."""
    links.switch_off(link_no=link_no, off_on=body.off_on, by=request.subject, at=clock.now())
    return queries.get_link_row(link_no, request.subject)
