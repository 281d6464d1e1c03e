"""Keeping nodes: joining, standing by, suspending, removing, and the department's consent to what leaves."""

from datetime import datetime, timedelta

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import ConnectionReport, SourceKind, Tls
from jutong.supply.nodes import events, policy, queries
from jutong.supply.nodes.domain import CODE_HOURS, hash_code, new_code
from jutong.supply.nodes.domain.errors import NodeAway, NoSuchRelease, RankTaken, SourceNotOnNode
from jutong.supply.nodes.models import Counter, Node, Nonce, Order, Route, Zone
from jutong.supply.nodes.services import ferrying, reading
from jutong.supply.nodes.values import Enrolment, OrderState, ReleaseState


@transaction.atomic
def create_node(
    *, organisation: str, name: str, zone: str, rank: int, ferried: bool = False, by: Subject, at: datetime
) -> Enrolment:
    """A new node of a department's zone, with the code by which its machine joins; the zone is made where it is new.

    Of one that is `ferried` packages are carried, since no network reaches it.

    Raises NotPermitted, OrganisationUnknown, OrganisationClosed, RankTaken.
    """
    require(by, policy.MANAGE_NODES, Facts({Relation.OWNER: organisation}))
    organisations.get_standing(organisation)
    place, _ = Zone.objects.get_or_create(organisation=organisation, name=zone.strip())
    if Node.objects.filter(zone=place, rank=rank, removed_at=None).exists():
        raise RankTaken(field="rank")
    code = new_code()
    row = Node.objects.create(
        node_no=_next_number(),
        zone=place,
        name=name.strip(),
        rank=rank,
        code_digest=hash_code(code),
        code_expires_at=at + timedelta(hours=CODE_HOURS),
        created_by=by.actor.to_json(),
        created_at=at,
    )
    if ferried:
        ferrying.begin(row)
    _record("created", row, by, at)
    return Enrolment(row.node_no, code, ferrying.ticket_of(row, code) if ferried else "")


@transaction.atomic
def renew_code(*, node_no: str, by: Subject, at: datetime) -> Enrolment:
    """A new code for a node: it joins again with a new key, and the old key is void from now on. Raises NoSuchNode."""
    row = _locked(node_no, by)
    code = new_code()
    row.public_key, row.enrolled_at = b"", None
    row.code_digest, row.code_expires_at = hash_code(code), at + timedelta(hours=CODE_HOURS)
    row.save(update_fields=["public_key", "enrolled_at", "code_digest", "code_expires_at"])
    _give_back(row)
    if row.is_ferried:
        ferrying.begin(row)
    _record("code_renewed", row, by, at)
    return Enrolment(row.node_no, code, ferrying.ticket_of(row, code) if row.is_ferried else "")


@transaction.atomic
def suspend_node(*, node_no: str, by: Subject, at: datetime) -> None:
    """Refuse all a node sends until it is resumed; one that stands by takes its orders. Raises NoSuchNode."""
    row = _locked(node_no, by)
    if row.suspended_at is None:
        row.suspended_at = at
        row.save(update_fields=["suspended_at"])
        _give_back(row)
        _record("suspended", row, by, at)


@transaction.atomic
def resume_node(*, node_no: str, by: Subject, at: datetime) -> None:
    """Take a suspended node into use again. Raises NoSuchNode."""
    row = _locked(node_no, by)
    if row.suspended_at is not None:
        row.suspended_at = None
        row.save(update_fields=["suspended_at"])
        _record("resumed", row, by, at)


@transaction.atomic
def remove_node(*, node_no: str, by: Subject, at: datetime) -> None:
    """Take a node out of use for good; its key is destroyed. Raises NoSuchNode."""
    row = _locked(node_no, by)
    row.removed_at, row.public_key, row.code_digest = at, b"", ""
    row.save(update_fields=["removed_at", "public_key", "code_digest"])
    Nonce.objects.filter(node=row).delete()
    _give_back(row)
    _record("removed", row, by, at)


def register_source(*, node_no: str, local_name: str, name: str, by: Subject, at: datetime) -> str:
    """Keep a source that the node has under a name of its own, after the node has reached it; gives its number.

    Raises NoSuchNode, NotPermitted, NodeAway, NodeSlow, SourceNotOnNode, SourceNameTaken, and what asking a
    source raises.
    """
    row = queries.get_node(node_no, by)
    require(by, policy.ADD_SOURCES, queries.facts(row))
    if queries.leader_of(row.zone, at) is None:
        raise NodeAway(zone=row.zone.name)
    if row.is_ferried:
        # Packages tell of all sources unasked; a question would be a journey of its own.
        told = row.ferry.sources.get(local_name)
    else:
        told = reading.ask_zone(row.zone, None, "source", {"source": local_name}, at=at)
    if not told:
        raise SourceNotOnNode(name=local_name, field="local_name")
    with transaction.atomic():
        source_no = mounting.register_relayed(
            organisation=row.zone.organisation,
            name=name,
            kind=SourceKind(told["kind"]),
            host=str(told["host"])[:253],
            port=int(told["port"]),
            database=str(told["database"])[:128],
            account=str(told["account"])[:128],
            tls=Tls(told["tls"]),
            report=ConnectionReport(**told["report"]),
            by=by,
            at=at,
        )
        Route.objects.create(source_no=source_no, zone=row.zone, local_name=local_name)
    return source_no


@transaction.atomic
def decide_release(*, node_no: str, release_id: int, approved: bool, by: Subject, at: datetime) -> None:
    """Let a resource's rows leave through the node's zone, or let them no longer. Raises NoSuchNode, NoSuchRelease."""
    node = queries.get_node(node_no, by)
    require(by, policy.DECIDE_RELEASES, queries.facts(node))
    row = queries.releases(node).select_for_update(of=("self",)).filter(pk=release_id).first()
    if row is None:
        raise NoSuchRelease()
    refused = ReleaseState.REFUSED if row.state == ReleaseState.ASKED else ReleaseState.WITHDRAWN
    state = ReleaseState.APPROVED if approved else refused
    if row.state == state or (row.state == ReleaseState.REFUSED and not approved):
        return
    row.state, row.decided_by, row.decided_at = state, by.actor.to_json(), at
    row.save(update_fields=["state", "decided_by", "decided_at"])
    if not approved:
        Order.objects.filter(route=row.route, method="stream").delete()
    audit.record(
        action=f"nodes.release.{state.value}",
        by=by.actor,
        at=at,
        object_kind="node_release",
        object_code=row.route.source_no,
        resource=row.resource_code,
        details={"table": row.table, "columns": row.columns},
    )
    fact = events.ReleaseApproved if approved else events.ReleaseRefused
    outbox.publish(fact(resource_code=row.resource_code, source_no=row.route.source_no), at=at)


def _locked(node_no: str, by: Subject) -> Node:
    row = queries.get_node(node_no, by)
    require(by, policy.MANAGE_NODES, queries.facts(row))
    return Node.objects.select_for_update(of=("self",)).select_related("zone").get(pk=row.pk)


def _give_back(row: Node) -> None:
    """Orders it has not finished are read anew, by another: what it sent and was not taken is void."""
    Order.objects.filter(node=row).exclude(state=OrderState.DONE).delete()


def _next_number() -> str:
    Counter.objects.get_or_create(kind="node")
    counter = Counter.objects.select_for_update().get(kind="node")
    counter.last_no += 1
    counter.save(update_fields=["last_no"])
    return f"QZ{counter.last_no:06d}"


def _record(verb: str, row: Node, by: Subject, at: datetime) -> None:
    audit.record(
        action=f"nodes.node.{verb}",
        by=by.actor,
        at=at,
        object_kind="node",
        object_code=row.node_no,
        details={"organisation": row.zone.organisation, "zone": row.zone.name},
    )
