"""Carrying messages out: at least once, always under the same key, none lost when the sender is killed."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.notices import adapters, policy, queries
from jutong.foundation.notices.domain.errors import NoSuchDispatch, PortRefused, PortUnavailable
from jutong.foundation.notices.domain.kinds import digest_of, kind_of, message_of
from jutong.foundation.notices.domain.sending import LEASE, held_until, next_try
from jutong.foundation.notices.models import Dispatch, Notice
from jutong.foundation.notices.values import Channel, DispatchState, Message, Target
from jutong.kernel.crypto import CannotOpen
from jutong.kernel.policy import Subject
from jutong.kernel.text import N_

log = logging.getLogger(__name__)

_OPEN = [DispatchState.WAITING, DispatchState.HELD]


def send_next(channel: Channel, *, at: datetime) -> bool:
    """Send the message of a channel that is due longest; False when there was none.

    Several senders may do this at once: each takes another row.
    """
    port = adapters.find_port(channel)
    row = _take(channel, at) if port else None
    if port is None or row is None:
        return False
    target, message = _prepared(row, at)
    if target is None or message is None:
        _end(row, DispatchState.DROPPED, at, reason=_why_dropped(row, target))
        return True
    try:
        port.send(target, message, at=at)
    except PortRefused as fault:
        _end(row, DispatchState.FAILED, at, reason=str(fault.details["reason"]))
    except PortUnavailable as fault:
        _later(row, at, str(fault.details["reason"]))
    else:
        _end(row, DispatchState.SENT, at)
    return True


@transaction.atomic
def _take(channel: Channel, at: datetime) -> Dispatch | None:
    """The next message, its due moment a lease ahead: while that lasts nobody else takes it."""
    due = Dispatch.objects.select_for_update(skip_locked=True).filter(
        channel=channel.value, state__in=_OPEN, due_at__lte=at
    )
    for row in due.order_by("due_at", "id")[:100]:
        # Digests were asked for at their time, and no system sleeps.
        morning = None if row.notice_id is None or kind_of(row.kind).urgent else _morning(row, at)
        if morning is None:
            row.state, row.due_at, row.attempts = DispatchState.WAITING, at + LEASE, row.attempts + 1
            row.save(update_fields=["state", "due_at", "attempts"])
            return row
        # A try that failed before midnight is not made up for in the night.
        row.state, row.due_at = DispatchState.HELD, morning
        row.save(update_fields=["state", "due_at"])
    return None


def _morning(row: Dispatch, at: datetime) -> datetime | None:
    return held_until(queries.habits_of([row.person_no])[row.person_no], at)


def _prepared(row: Dispatch, at: datetime) -> tuple[Target | None, Message | None]:
    """Where the message goes and what it says; None for what is no more."""
    try:
        target = queries.target_of_hook(row.hook_id) if row.hook_id else queries.target_of_person(row)
    except CannotOpen:
        log.error("the address of dispatch %s cannot be opened: another key, or altered", row.key)
        target = None
    return target, _message(row, at)


def _message(row: Dispatch, at: datetime) -> Message | None:
    sign_in = settings.JUTONG_BASE_URL
    if row.hook_id is not None:
        said = {**row.data, "case_no": row.case_no, "due_on": row.due_on}
        return message_of(row.kind, said, key=row.key, sign_in=sign_in, at=row.created_at)
    unread = Notice.objects.filter(read_at=None)
    if row.notice_id is not None:
        notice = unread.filter(id=row.notice_id).first()
        if notice is None:
            return None
        return message_of(notice.kind, notice.parameters, key=row.key, sign_in=sign_in, at=notice.at)
    mine = unread.filter(person_no=row.person_no).order_by("-id")
    total = mine.count()
    newest = list(mine.values_list("kind", "parameters")[:50])
    return digest_of(newest, total, key=row.key, sign_in=sign_in, at=at) if total else None


def _why_dropped(row: Dispatch, target: Target | None) -> str:
    if row.hook_id is not None:
        return N_("通知接口已停用")
    return N_("联系方式已移除") if target is None else N_("已在平台上阅读")


def _later(row: Dispatch, at: datetime, reason: str) -> None:
    due_at = next_try(row.attempts, at)
    if due_at is None:
        _end(row, DispatchState.FAILED, at, reason=reason)
        return
    _mine(row).update(due_at=due_at, reason=reason[:200])


def _end(row: Dispatch, state: DispatchState, at: datetime, *, reason: str = "") -> None:
    _mine(row).update(state=state.value, ended_at=at, reason=reason[:200])
    if state is DispatchState.FAILED:
        log.warning("notice by %s not delivered after %d tries: %s (%s)", row.channel, row.attempts, reason, row.key)


def _mine(row: Dispatch) -> QuerySet[Dispatch]:
    # Whoever took the message later, after our lease, counts another attempt, and the word is his.
    return Dispatch.objects.filter(id=row.id, attempts=row.attempts, state=DispatchState.WAITING)


# --- Operators -------------------------------------------------------------------------------------------------------
@transaction.atomic
def send_again(dispatch_id: int, *, by: Subject, at: datetime) -> Dispatch:
    """Have a failed message tried again, from the beginning of its tries. Raises NotPermitted, NoSuchDispatch."""
    require(by, policy.RESEND)
    row = Dispatch.objects.select_for_update().filter(id=dispatch_id, state=DispatchState.FAILED).first()
    if row is None:
        raise NoSuchDispatch()
    row.state, row.ended_at, row.attempts, row.due_at = DispatchState.WAITING, None, 0, at
    row.save(update_fields=["state", "ended_at", "attempts", "due_at"])
    audit.record(
        action="notices.dispatch.resent",
        by=by.actor,
        at=at,
        object_kind="dispatch",
        object_code=row.key,
        details={"channel": row.channel, "kind": row.kind},
    )
    return row


def prune(*, before: datetime) -> int:
    """Delete what went out, or did not, before a moment; how many."""
    deleted, _ = Dispatch.objects.filter(ended_at__lt=before).delete()
    return deleted
