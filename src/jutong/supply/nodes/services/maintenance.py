"""Maintenance windows of nodes, and the word about a node that is silent outside of them."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import api as notices
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import SHANGHAI, local_day
from jutong.kernel.policy import Post, Subject
from jutong.kernel.text import N_
from jutong.registry.accounts import api as accounts
from jutong.registry.organisations import api as organisations
from jutong.supply.nodes import policy, queries
from jutong.supply.nodes.domain import maintenance
from jutong.supply.nodes.domain.errors import NoSuchWindow, TooManyWindows
from jutong.supply.nodes.models import Maintenance, Node
from jutong.supply.nodes.values import MaintenanceWindow

WINDOWS_MAX: Final = 20
SILENT: Final = "nodes.silent"


@transaction.atomic
def add_window(*, node_no: str, window: MaintenanceWindow, remark: str = "", by: Subject, at: datetime) -> int:
    """The node is under maintenance then; gives the window's id. Raises NoSuchNode, WindowUnclear, TooManyWindows."""
    node = queries.get_node(node_no, by)
    require(by, policy.MANAGE_NODES, queries.facts(node))
    maintenance.checked(window, at)
    Node.objects.select_for_update(of=("self",)).get(pk=node.pk)
    if Maintenance.objects.filter(node=node).count() >= WINDOWS_MAX:
        raise TooManyWindows(most=WINDOWS_MAX)
    row = Maintenance.objects.create(
        node=node,
        weekdays=sorted(window.weekdays),
        opens=window.opens,
        closes=window.closes,
        begins_at=window.begins_at,
        ends_at=window.ends_at,
        remark=remark.strip(),
        created_by=by.actor.to_json(),
        created_at=at,
    )
    _record("set", row, by, at)
    return row.pk


@transaction.atomic
def remove_window(*, node_no: str, window_id: int, by: Subject, at: datetime) -> None:
    """No maintenance then. Raises NoSuchNode, NoSuchWindow."""
    node = queries.get_node(node_no, by)
    require(by, policy.MANAGE_NODES, queries.facts(node))
    row = Maintenance.objects.select_for_update(of=("self",)).filter(pk=window_id, node=node).first()
    if row is None:
        raise NoSuchWindow()
    _record("removed", row, by, at)
    row.delete()


@transaction.atomic
def watch(*, at: datetime) -> None:
    """Tell of each node that is silent for too long, once, and not while it is under maintenance."""
    limit = rulebook.parameter("nodes.silent_minutes", on=local_day(at)).whole()
    in_use = Node.objects.filter(removed_at=None, suspended_at=None, enrolled_at__isnull=False, ferry=None)
    silent = in_use.filter(last_seen_at__lt=at - timedelta(minutes=limit))
    in_use.filter(last_seen_at__gte=at - timedelta(minutes=limit), silence_told_at__isnull=False).update(
        silence_told_at=None
    )
    rows = silent.filter(silence_told_at=None).select_related("zone").prefetch_related("maintenance")
    for row in rows.select_for_update(of=("self",), skip_locked=True):
        if queries.rests_until(row, at) is None:
            row.silence_told_at = at
            row.save(update_fields=["silence_told_at"])
            _tell_silence(row, at)


def _tell_silence(row: Node, at: datetime) -> None:
    assert row.last_seen_at is not None
    moment = f"{row.last_seen_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    told = [
        *accounts.people_in(post=Post.DATA_STEWARD, organisation=row.zone.organisation, at=at),
        *accounts.people_in(post=Post.CENTRE_ENGINEER, organisation=organisations.centre(), at=at),
    ]
    notices.notify(
        dict.fromkeys(person.person_no for person in told),
        kind=SILENT,
        title=N_("前置机“{node}”失去联系"),
        body=N_("最近联系：{moment}。请检查前置机的电源、网络和服务；如在维护，请登记维护时段。"),
        link=f"/nodes/{row.node_no}/",
        at=at,
        parameters={"node": row.name, "moment": moment},
    )


def _record(verb: str, row: Maintenance, by: Subject, at: datetime) -> None:
    window = queries.window_of(row)
    audit.record(
        action=f"nodes.maintenance.{verb}",
        by=by.actor,
        at=at,
        object_kind="node",
        object_code=row.node.node_no,
        details={
            "weekdays": list(window.weekdays),
            "from": str(window.opens or window.begins_at),
            "to": str(window.closes or window.ends_at),
            "note": row.remark,
        },
    )
