"""Reading nodes: what a subject may see, who is there, and by which way a source is reached."""

from datetime import datetime

from django.db.models import QuerySet

from jutong.base.access import scope_q
from jutong.kernel.policy import Action, Facts, Relation, Subject
from jutong.supply.nodes import policy
from jutong.supply.nodes.domain import Standing, is_alive, leader
from jutong.supply.nodes.domain.errors import NoSuchNode
from jutong.supply.nodes.models import Node, Release, Route, Zone
from jutong.supply.nodes.values import NodeState

_OWNER = {Relation.OWNER: "zone__organisation"}


def facts(row: Node) -> Facts:
    """What the decision may know of a node."""
    return Facts({Relation.OWNER: row.zone.organisation})


def nodes(subject: Subject, action: Action = policy.VIEW_NODES) -> QuerySet[Node]:
    """The nodes on which this subject may act so."""
    rows = Node.objects.filter(scope_q(subject, action, _OWNER), removed_at=None)
    return rows.select_related("zone").order_by("zone__name", "rank", "id")


def get_node(node_no: str, subject: Subject) -> Node:
    """A node in use. Raises NoSuchNode, also for those who may not know of it."""
    row = nodes(subject).filter(node_no=node_no).first()
    if row is None:
        raise NoSuchNode(node_no=node_no)
    return row


def releases(row: Node) -> QuerySet[Release]:
    """What leaves, or would, through the node's zone: what waits for a decision first."""
    return Release.objects.filter(route__zone=row.zone_id).select_related("route").order_by("state", "-asked_at", "id")


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
    return NodeState.ONLINE if is_alive(row.last_seen_at, at) else NodeState.SILENT


def leader_of(zone: Zone, at: datetime) -> int | None:
    """The node of a zone to which orders go now; nothing where none is there."""
    rows = Node.objects.filter(zone=zone, removed_at=None, suspended_at=None, enrolled_at__isnull=False)
    return leader([Standing(row.pk, row.rank, row.last_seen_at) for row in rows], at)
