"""Which notices leave by which ports: planned in the transaction of the notice, carried by the worker afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection

from jutong.foundation.notices import adapters, queries
from jutong.foundation.notices.domain.kinds import kind_of, message_of
from jutong.foundation.notices.domain.sending import digest_due, held_until
from jutong.foundation.notices.models import BELL, ContactPoint, Dispatch, Hook, Notice, Preference
from jutong.foundation.notices.values import Channel, DispatchState, Habits
from jutong.kernel.clock import local_day


def plan(notices: Sequence[Notice], *, at: datetime) -> int:
    """Have these notices leave by the ports their readers chose; how many messages that makes."""
    channels = queries.reachable({notice.person_no for notice in notices})
    if not channels:
        return 0
    habits = queries.habits_of(channels)
    rows = []
    for notice in notices:
        person, kind = notice.person_no, kind_of(notice.kind)
        chosen = habits[person].choices[kind.group] if person in channels else frozenset()
        rows += [
            _dispatch(person, notice.kind, channel, habits[person], urgent=kind.urgent, at=at, notice=notice)
            for channel in Channel
            if channel in chosen and channel in channels[person]
        ]
    Dispatch.objects.bulk_create(rows)
    if rows:
        _ring()
    return len(rows)


def plan_for_organisations(codes: Iterable[str], kind: str, parameters: Mapping[str, Any], *, at: datetime) -> int:
    """Have the systems of organisations be told of a change, those that asked for its group; how many."""
    group = kind_of(kind).group.value
    rows = Hook.objects.filter(organisation__in=set(codes), ended_at=None, groups__contains=[group])
    return plan_for_hooks(rows, kind, parameters, at=at)


def plan_for_hooks(hooks: Iterable[Hook], kind: str, parameters: Mapping[str, Any], *, at: datetime) -> int:
    """One message to each of these systems. Only what a message may say is kept: numbers, codes, days."""
    said = message_of(kind, parameters, key="", sign_in="", at=at)
    rows = [
        Dispatch(
            hook=hook,
            case_no=said.case_no,
            due_on=said.due_on,
            data=said.data,
            kind=kind,
            channel=Channel.WEBHOOK.value,
            key=uuid4().hex,
            state=DispatchState.WAITING,
            due_at=at,
            created_at=at,
        )
        for hook in hooks
    ]
    Dispatch.objects.bulk_create(rows)
    if rows:
        _ring()
    return len(rows)


def plan_digests(*, at: datetime) -> int:
    """Plan the digest of the day for those who want one and have something unread; each day once.

    What a stopped platform missed is told at its next start.
    """
    if not digest_due(at) or Channel.MAIL not in adapters.offered():
        return 0
    today = local_day(at)
    told = Dispatch.objects.filter(digest_on=today).values("person_no")
    wanting = Preference.objects.filter(digest=True).exclude(person_no__in=told)
    reached = ContactPoint.objects.filter(channel=Channel.MAIL, confirmed_at__isnull=False).values("person_no")
    unread = Notice.objects.filter(read_at=None).values("person_no")
    people = wanting.filter(person_no__in=reached).filter(person_no__in=unread).values_list("person_no", flat=True)
    habits = queries.habits_of(set(people))
    # Asked for at a certain time of day, and so no disturbance.
    rows = [
        _dispatch(person, "notices.digest", Channel.MAIL, habits[person], urgent=True, at=at)
        for person in sorted(habits)
    ]
    for row in rows:
        row.digest_on = today
    Dispatch.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        _ring()
    return len(rows)


def _dispatch(
    person: str,
    kind: str,
    channel: Channel,
    habits: Habits,
    *,
    urgent: bool,
    at: datetime,
    notice: Notice | None = None,
) -> Dispatch:
    morning = None if urgent else held_until(habits, at)
    return Dispatch(
        notice=notice,
        person_no=person,
        kind=kind,
        channel=channel.value,
        key=uuid4().hex,
        state=DispatchState.HELD if morning else DispatchState.WAITING,
        due_at=morning or at,
        created_at=at,
    )


def _ring() -> None:
    # Heard at commit; the sender looks every few seconds in any case.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [BELL])
