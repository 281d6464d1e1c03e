"""Reading nodes: what a subject may see, who is there, and by which way a source is reached."""

from datetime import datetime

from django.db.models import QuerySet

from jutong.base.access import scope_q
from jutong.kernel import clock
from jutong.kernel.policy import Action, Facts, Relation, Subject
from jutong.supply.nodes import policy
from jutong.supply.nodes.domain import Standing, is_alive, leader, maintenance
from jutong.supply.nodes.domain.errors import NodeNotThere, NodeResting, NoSuchNode, NotFerried
from jutong.supply.nodes.models import Ferry, FerryPackage, Maintenance, Node, Release, Route, Zone
from jutong.supply.nodes.values import MaintenanceWindow, NodeState

_OWNER = {Relation.OWNER: "zone__organisation"}


def facts(row: Node) -> Facts:
    """What the decision may know of a node."""
    return Facts({Relation.OWNER: row.zone.organisation})


def nodes(subject: Subject, action: Action = policy.VIEW_NODES) -> QuerySet[Node]:
    """The nodes on which this subject may act so."""
    rows = Node.objects.filter(scope_q(subject, action, _OWNER), removed_at=None)
    return rows.select_related("zone", "ferry").prefetch_related("maintenance").order_by("zone__name", "rank", "id")


def get_node(node_no: str, subject: Subject) -> Node:
    """A node in use. Raises NoSuchNode, also for those who may not know of it."""
    row = nodes(subject).filter(node_no=node_no).first()
    if row is None:
        raise NoSuchNode(node_no=node_no)
    return row


def releases(row: Node) -> QuerySet[Release]:
    """What leaves, or would, through the node's zone: what waits for a decision first."""
    return Release.objects.filter(route__zone=row.zone_id).select_related("route").order_by("state", "-asked_at", "id")


def resource_codes(row: Node) -> tuple[str, ...]:
    """The resources that leave through the node's zone, or wait for it."""
    return tuple(Release.objects.filter(route__zone=row.zone_id).values_list("resource_code", flat=True).distinct())


def routes(row: Node) -> QuerySet[Route]:
    """The sources reached through the node's zone."""
    return Route.objects.filter(zone=row.zone_id).order_by("source_no")


def state_of(row: Node, at: datetime) -> NodeState:
    if row.removed_at is not None:
        return NodeState.REMOVED
    if row.suspended_at is not None:
        return NodeState.SUSPENDED
    if row.enrolled_at is None:
        return NodeState.AWAITED
    if rests_until(row, at) is not None:
        return NodeState.MAINTAINED
    if row.is_ferried:
        return NodeState.FERRIED
    return NodeState.ONLINE if is_alive(row.last_seen_at, at) else NodeState.SILENT


def leader_of(zone: Zone, at: datetime) -> int | None:
    """The node of a zone to which orders go now; nothing where none is there."""
    return leader([_standing(row, at) for row in _in_use(zone)], at)


def is_there(zone: Zone, at: datetime) -> bool:
    """Does a node of the zone call, be it under maintenance?"""
    return any(row.is_ferried or is_alive(row.last_seen_at, at) for row in _in_use(zone))


def ferry_of(zone: Zone, at: datetime) -> Ferry | None:
    """The ferry by which orders of this zone go, if the node to which they go has one."""
    node = leader_of(zone, at)
    return Ferry.objects.filter(node=node).first() if node is not None else None


def packages(row: Node) -> QuerySet[FerryPackage]:
    """A node's ferry packages of both directions, the latest first. Raises NotFerried."""
    if not row.is_ferried:
        raise NotFerried()
    return FerryPackage.objects.filter(ferry__node=row).defer("data").order_by("-id")


def absence(zone: Zone, at: datetime) -> NodeNotThere | NodeResting:
    """Why no node of the zone takes orders: one is under maintenance, which will end, or none is there."""
    ends = [until for row in _in_use(zone) if (until := rests_until(row, at)) is not None]
    fault = NodeResting(zone=zone.name) if ends else NodeNotThere(zone=zone.name)
    fault.until = min(ends, default=None)
    fault.is_over = lambda: leader_of(zone, clock.now()) is not None
    return fault


def windows(row: Node) -> list[MaintenanceWindow]:
    """A node's maintenance windows."""
    return [window_of(each) for each in row.maintenance.all()]


def window_of(row: Maintenance) -> MaintenanceWindow:
    return MaintenanceWindow(tuple(row.weekdays), row.opens, row.closes, row.begins_at, row.ends_at)


def rests_until(row: Node, at: datetime) -> datetime | None:
    """When the node's present maintenance ends, if it is under one."""
    return maintenance.rests_until(windows(row), at)


def _in_use(zone: Zone) -> QuerySet[Node]:
    rows = Node.objects.filter(zone=zone, removed_at=None, suspended_at=None, enrolled_at__isnull=False)
    return rows.select_related("ferry").prefetch_related("maintenance")


def _standing(row: Node, at: datetime) -> Standing:
    # A node whose packages are carried is never heard of within seconds, and is not missed either.
    seen = at if row.is_ferried else row.last_seen_at
    return Standing(row.pk, row.rank, seen, resting=rests_until(row, at) is not None)
