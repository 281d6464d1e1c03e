"""The REST face: nodes, their codes, sources and what leaves through them."""

from datetime import datetime, time
from typing import Annotated, Any

from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import AwareDatetime, Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.supply.nodes import models, queries
from jutong.supply.nodes.domain.ferry import FerryWay
from jutong.supply.nodes.services import ferrying, keeping, maintenance, releases
from jutong.supply.nodes.values import MaintenanceWindow, NodeState, PackageRefusal, PackageState, ReleaseState

router = Router(tags=["nodes"])

InNode = Annotated[str, InPath(pattern=r"^QZ[0-9]{6,14}$", examples=["QZ000001"])]
InRelease = Annotated[int, InPath(ge=1, le=2**62)]
Moment = Annotated[AwareDatetime, Field(ge="1949-10-01T00:00:00Z", le="2100-12-31T00:00:00Z")]
_WORDS = r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$"


def _words(limit: int) -> Any:
    return StringConstraints(pattern=_WORDS, max_length=limit)


class FrontEndNodeIn(StrictSchema):
    """A node to be, in a zone of the own department; `rank` 1 is the main one, the others stand by."""

    name: Annotated[str, _words(100)]
    zone: Annotated[str, _words(50)]
    rank: Annotated[int, Field(ge=1, le=9)] = 1
    ferried: bool = False


class EnrolmentOut(Schema):
    """The one-time code by which the machine joins; it is told here and never again.

    `ticket` is for a node whose packages are carried, since no network reaches it; empty for the others.
    """

    node_no: str
    code: str
    ticket: str


class FrontEndNodeOut(Schema):
    """A node as it stands. `clock_ahead_seconds` is how far its clock is ahead of the platform's.

    `newer_version` is the version of its program on offer, empty where it has it.
    """

    node_no: str
    organisation: str
    zone: str
    name: str
    rank: int
    state: NodeState
    ferried: bool
    version: str
    newer_version: str
    last_seen_at: datetime | None
    clock_ahead_seconds: float | None
    queued_bytes: int
    sources: list[str]


class NodeMaintenanceIn(StrictSchema):
    """A maintenance window: `weekdays` (1 is Monday) with hours in local time, or a span from `begins_at` on."""

    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(default_factory=list, max_length=7)]
    opens: time | None = None
    closes: time | None = None
    begins_at: Moment | None = None
    ends_at: Moment | None = None
    remark: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=100)] = ""


class NodeMaintenanceOut(Schema):
    """A maintenance window of a node."""

    id: int
    weekdays: list[int]
    opens: time | None
    closes: time | None
    begins_at: datetime | None
    ends_at: datetime | None
    remark: str


class NodeMaintenancePage(Schema):
    """A page of maintenance windows."""

    total: int
    items: list[NodeMaintenanceOut]


class FerryPackageOut(Schema):
    """A package that is carried between platform and node; `number` counts in each direction, 0 where unreadable."""

    way: FerryWay
    number: int
    state: PackageState
    reason: PackageRefusal | None
    size_bytes: int
    at: datetime


class FerryPackagePage(Schema):
    """A page of ferry packages."""

    total: int
    items: list[FerryPackageOut]


class FerryResentOut(Schema):
    """How many packages lie in the folder again."""

    resent: int


class FrontEndNodePage(Schema):
    """A page of nodes."""

    total: int
    items: list[FrontEndNodeOut]


class NodeSourceIn(StrictSchema):
    """A source that the node has as `local_name`."""

    local_name: Annotated[str, _words(60)]
    name: Annotated[str, _words(100)]


class NodeSourceOut(Schema):
    """The number the source got."""

    source_no: str


class NodeReleaseOut(Schema):
    """What of a table leaves, or would, for a resource."""

    id: int
    source_no: str
    resource_code: str
    table: str
    columns: list[str]
    state: ReleaseState
    asked_at: datetime
    decided_at: datetime | None


class NodeReleasePage(Schema):
    """A page of releases."""

    total: int
    items: list[NodeReleaseOut]


class NodeReleaseDecision(StrictSchema):
    """May it leave?"""

    approved: bool


@router.get("/nodes", response={200: FrontEndNodePage, **problems()}, summary="Nodes I may see")
def list_nodes(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """A steward sees the own department's, the centre's engineer all."""
    return page_of(queries.nodes(request.subject), query, present=_node)


@router.post("/nodes", response={201: EnrolmentOut, **problems(404, 409)}, summary="Join a node")
def create_node(request: SubjectRequest, body: FrontEndNodeIn) -> Any:
    """For the own department; the code is told once."""
    made = keeping.create_node(
        organisation=request.subject.organisation, **body.model_dump(), by=request.subject, at=clock.now()
    )
    return Status(201, {"node_no": made.node_no, "code": made.code, "ticket": made.ticket})


@router.get("/nodes/{node_no}", response={200: FrontEndNodeOut, **problems(404)}, summary="One node")
def get_node(request: SubjectRequest, node_no: InNode) -> Any:
    """How it is, and the names of its sources."""
    return _node(queries.get_node(node_no, request.subject))


@router.delete("/nodes/{node_no}", response={204: None, **problems(404)}, summary="Remove a node")
def remove_node(request: SubjectRequest, node_no: InNode) -> Any:
    """Its key is void from now on."""
    keeping.remove_node(node_no=node_no, by=request.subject, at=clock.now())
    return Status(204, None)


@router.post("/nodes/{node_no}/code", response={200: EnrolmentOut, **problems(404)}, summary="A new code for a node")
def renew_node_code(request: SubjectRequest, node_no: InNode) -> Any:
    """The old key is void; the machine joins again."""
    made = keeping.renew_code(node_no=node_no, by=request.subject, at=clock.now())
    return {"node_no": made.node_no, "code": made.code, "ticket": made.ticket}


@router.post("/nodes/{node_no}/suspension", response={200: FrontEndNodeOut, **problems(404)}, summary="Suspend a node")
def suspend_node(request: SubjectRequest, node_no: InNode) -> Any:
    """All it sends is refused until it is resumed."""
    keeping.suspend_node(node_no=node_no, by=request.subject, at=clock.now())
    return _node(queries.get_node(node_no, request.subject))


@router.post("/nodes/{node_no}/resumption", response={200: FrontEndNodeOut, **problems(404)}, summary="Resume a node")
def resume_node(request: SubjectRequest, node_no: InNode) -> Any:
    """It may fetch orders again."""
    keeping.resume_node(node_no=node_no, by=request.subject, at=clock.now())
    return _node(queries.get_node(node_no, request.subject))


@router.post(
    "/nodes/{node_no}/sources", response={201: NodeSourceOut, **problems(404, 409)}, summary="Register a node's source"
)
def register_node_source(request: SubjectRequest, node_no: InNode, body: NodeSourceIn) -> Any:
    """The node is asked to reach it first."""
    number = keeping.register_source(node_no=node_no, **body.model_dump(), by=request.subject, at=clock.now())
    return Status(201, {"source_no": number})


@router.get("/nodes/{node_no}/releases", response={200: NodeReleasePage, **problems(404)}, summary="What leaves")
def list_releases(request: SubjectRequest, node_no: InNode, query: Query[PageQuery]) -> Any:
    """What waits for a decision first."""
    return page_of(queries.releases(queries.get_node(node_no, request.subject)), query, present=_release)


@router.post(
    "/nodes/{node_no}/releases/{release_id}", response={204: None, **problems(404)}, summary="Decide what leaves"
)
def decide_release(request: SubjectRequest, node_no: InNode, release_id: InRelease, body: NodeReleaseDecision) -> Any:
    """For the department's own steward."""
    keeping.decide_release(
        node_no=node_no, release_id=release_id, approved=body.approved, by=request.subject, at=clock.now()
    )
    return Status(204, None)


@router.get(
    "/nodes/{node_no}/maintenance", response={200: NodeMaintenancePage, **problems(404)}, summary="Maintenance windows"
)
def list_maintenance(request: SubjectRequest, node_no: InNode, query: Query[PageQuery]) -> Any:
    """Then a node gets no new orders, and its silence alarms nobody."""
    rows = queries.get_node(node_no, request.subject).maintenance.order_by("id")
    return page_of(rows, query, present=_maintenance)


@router.post(
    "/nodes/{node_no}/maintenance",
    response={201: NodeMaintenanceOut, **problems(404, 409)},
    summary="Set a maintenance window",
)
def add_maintenance(request: SubjectRequest, node_no: InNode, body: NodeMaintenanceIn) -> Any:
    """Hours of the week, or one span of at most 31 days."""
    found = body.model_dump()
    remark = found.pop("remark")
    window = MaintenanceWindow(**{**found, "weekdays": tuple(found["weekdays"])})
    made = maintenance.add_window(node_no=node_no, window=window, remark=remark, by=request.subject, at=clock.now())
    return Status(201, _maintenance(models.Maintenance.objects.get(pk=made)))


@router.delete(
    "/nodes/{node_no}/maintenance/{window_id}", response={204: None, **problems(404)}, summary="Remove a window"
)
def remove_maintenance(request: SubjectRequest, node_no: InNode, window_id: InRelease) -> Any:
    """The node gets orders then, as at all times."""
    maintenance.remove_window(node_no=node_no, window_id=window_id, by=request.subject, at=clock.now())
    return Status(204, None)


@router.get(
    "/nodes/{node_no}/packages", response={200: FerryPackagePage, **problems(404, 409)}, summary="Ferry packages"
)
def list_packages(request: SubjectRequest, node_no: InNode, query: Query[PageQuery]) -> Any:
    """What was sent, taken and refused, the latest first; 409 for a node that calls by network."""
    return page_of(queries.packages(queries.get_node(node_no, request.subject)), query, present=_package)


@router.post(
    "/nodes/{node_no}/packages/resending",
    response={200: FerryResentOut, **problems(404, 409)},
    summary="Resend packages",
)
def resend_packages(request: SubjectRequest, node_no: InNode) -> Any:
    """Those the node has not confirmed lie in the folder again."""
    return {"resent": ferrying.resend(node_no=node_no, by=request.subject, at=clock.now())}


def _package(row: models.FerryPackage) -> dict[str, Any]:
    plain = ("way", "number", "state", "size_bytes", "at")
    return {**{name: getattr(row, name) for name in plain}, "reason": row.reason or None}


def _maintenance(row: models.Maintenance) -> dict[str, Any]:
    plain = ("id", "weekdays", "opens", "closes", "begins_at", "ends_at", "remark")
    return {name: getattr(row, name) for name in plain}


def _node(row: models.Node) -> dict[str, Any]:
    plain = ("node_no", "name", "rank", "version", "last_seen_at", "clock_ahead_seconds", "queued_bytes", "sources")
    return {
        **{name: getattr(row, name) for name in plain},
        "organisation": row.zone.organisation,
        "zone": row.zone.name,
        "ferried": row.is_ferried,
        "newer_version": releases.newer_than(row.version) if row.version else "",
        "state": queries.state_of(row, clock.now()),
    }


def _release(row: models.Release) -> dict[str, Any]:
    plain = ("id", "resource_code", "table", "columns", "state", "asked_at", "decided_at")
    return {**{name: getattr(row, name) for name in plain}, "source_no": row.route.source_no}
