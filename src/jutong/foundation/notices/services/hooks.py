"""Systems of organisations that are told what their people are told: registered, tried, given up (单位通知接口)."""

import secrets
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from jutong.base.access import require
from jutong.base.egress import pinned_address
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import adapters, plugs, policy, queries
from jutong.foundation.notices.domain.contacts import masked, parse_address, parse_webhook
from jutong.foundation.notices.domain.errors import HookNameTaken, NoGroupChosen, PortNotOffered, TooManyHooks
from jutong.foundation.notices.models import Hook
from jutong.foundation.notices.services import planning
from jutong.foundation.notices.values import Channel, Group
from jutong.kernel.actors import ActorRef
from jutong.kernel.crypto import Secret
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Subject

MAX_HOOKS = 5
TRIAL_KIND = "notices.hook_trial"


@transaction.atomic
def register_hook(
    *, organisation: str, name: str, address: str, groups: Collection[Group], by: Subject, at: datetime
) -> tuple[Hook, Secret]:
    """Have a system of an organisation be told of changes of these groups; its secret is shown this once.

    A first message goes there at once, so that whoever registers it sees whether it answers.

    Raises NotPermitted, PortNotOffered, WebhookMalformed, AddressError, NoGroupChosen, TooManyHooks, HookNameTaken.
    """
    require(by, policy.MANAGE_HOOKS)
    if adapters.find_port(Channel.WEBHOOK) is None:
        raise PortNotOffered(channel=Channel.WEBHOOK)
    plain = parse_address(Channel.WEBHOOK, address)
    where = parse_webhook(plain)
    pinned_address(where.host, where.port, plugs.permitted(organisation))
    if not groups:
        raise NoGroupChosen(field="groups")
    _check_room(organisation, name)
    secret = Secret(secrets.token_urlsafe(32))
    row = Hook(hook_no=secrets.token_hex(6), organisation=organisation, name=name)
    row.groups = [group.value for group in Group if group in groups]
    row.masked = masked(Channel.WEBHOOK, plain)
    row.sealed_address = queries.seal_hook(row, "address", Secret(plain))
    row.sealed_secret = queries.seal_hook(row, "secret", secret)
    row.created_by, row.created_at = by.actor.to_json(), at
    row.save()
    _record("registered", row, by.actor, at)
    planning.plan_for_hooks([row], TRIAL_KIND, {}, at=at)
    return row, secret


def _check_room(organisation: str, name: str) -> None:
    names = list(Hook.objects.filter(organisation=organisation, ended_at=None).values_list("name", flat=True))
    if name in names:
        raise HookNameTaken(field="name")
    if len(names) >= MAX_HOOKS:
        raise TooManyHooks(limit=MAX_HOOKS)


@transaction.atomic
def try_hook(hook_no: str, *, by: Subject, at: datetime) -> Hook:
    """Send a message that says nothing, to see whether the system answers. Raises NotPermitted, NotFound."""
    require(by, policy.MANAGE_HOOKS)
    row = _live(hook_no)
    _record("tried", row, by.actor, at)
    planning.plan_for_hooks([row], TRIAL_KIND, {}, at=at)
    return row


@transaction.atomic
def end_hook(hook_no: str, *, by: Subject, at: datetime) -> Hook:
    """Tell a system nothing any more; what was on its way there is dropped. Raises NotPermitted, NotFound."""
    require(by, policy.MANAGE_HOOKS)
    row = _live(hook_no)
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    _record("ended", row, by.actor, at)
    return row


@transaction.atomic
def move_hook(hook_no: str, *, source: str, target: str, by: ActorRef, at: datetime) -> bool:
    """Have a system belong to another organisation, whose list says from now on where it may lie."""
    row = Hook.objects.select_for_update().filter(hook_no=hook_no, organisation=source, ended_at=None).first()
    if row is None:
        return False
    taken = Hook.objects.filter(organisation=target, name=row.name, ended_at=None).exists()
    row.organisation, row.name = target, f"{row.name[:40]}（{row.hook_no}）" if taken else row.name
    row.save(update_fields=["organisation", "name"])
    _record("moved", row, by, at, {"from": source, "to": target})
    return True


def _live(hook_no: str) -> Hook:
    row = Hook.objects.select_for_update().filter(hook_no=hook_no, ended_at=None).first()
    if row is None:
        raise NotFound()
    return row


def _record(verb: str, row: Hook, by: ActorRef, at: datetime, details: dict[str, str] | None = None) -> None:
    audit.record(
        action=f"notices.hook.{verb}",
        by=by,
        at=at,
        object_kind="hook",
        object_code=row.hook_no,
        details={"organisation": row.organisation, **(details or {})},
    )
