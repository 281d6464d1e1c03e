"""Storing facts, numbering them, leading subscribers through them, and mending what is stuck."""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import Max, Min

from jutong.foundation.outbox import domain, subscriptions
from jutong.foundation.outbox.models import Fact, Position, StuckStream, WaitingFact
from jutong.foundation.outbox.subscriptions import Subscriber
from jutong.foundation.outbox.values import Event, FactSkipped, StreamRetried
from jutong.kernel.actors import ActorRef
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_

log = logging.getLogger(__name__)

_SEQUENCER_LOCK = 0x6A74_6F75  # one number for the whole platform's database: "jtou"
_BATCH = 5_000
_DELIVERIES_A_STEP = 500
_DELIVERIES_A_TRANSACTION = 20


class StreamNotStuck(JutongError):
    """The stream to be mended goes on again, or was never stuck."""

    message = N_("该事实流当前没有受阻，无需处理；请刷新页面查看最新情况。")
    kind = ErrorKind.CONFLICT


class ReasonMissing(JutongError):
    """A fact was to be skipped and nobody would later know why."""

    message = N_("请填写跳过该事实的原因。")


def publish(event: Event, *, at: datetime) -> None:
    """Store a fact in the transaction of the change that caused it.

    Call it after the change, when the rows it concerns are locked: the order within a stream is the order of these
    calls.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{event.name} published outside the transaction of its change")
    Fact.objects.create(name=event.name, stream=event.stream, payload=event.to_json(), at=at)


# --- Numbering -------------------------------------------------------------------------------------------------------
@transaction.atomic
def number_facts() -> int:
    """Give committed facts their numbers, in the order of their insertion; how many were numbered.

    Facts of transactions still open are left for a later call, and hold up nobody
    (docs/decisions/streams-without-gate.md). Another process at it already does the work.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEQUENCER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        # A statement of its own: its snapshot must be younger than the lock.
        cursor.execute(
            """
            WITH found AS (
                SELECT id, row_number() OVER (ORDER BY id) AS place
                FROM (SELECT id FROM outbox_fact WHERE number IS NULL ORDER BY id LIMIT %s) AS unnumbered
            ), top AS (SELECT coalesce(max(number), 0) AS number FROM outbox_fact)
            UPDATE outbox_fact AS fact SET number = top.number + found.place
            FROM found, top WHERE fact.id = found.id
            """,
            [_BATCH],
        )
        return int(cursor.rowcount)


# --- Delivery --------------------------------------------------------------------------------------------------------
def carry(*, at: datetime) -> bool:
    """Number what is committed and lead every subscriber on; True when there is more to do at once."""
    more = number_facts() == _BATCH
    for subscriber in subscriptions.every():
        more |= _retry_stuck(subscriber, at) + _lead_on(subscriber, at) >= _DELIVERIES_A_STEP
    return more


def ensure_positions() -> None:
    """Give new subscribers their place: the end of the facts there are. Done at every migration."""
    end = Fact.objects.aggregate(top=Max("number"))["top"] or 0
    Position.objects.bulk_create(
        [Position(subscriber=subscriber.name, number=end) for subscriber in subscriptions.every()],
        ignore_conflicts=True,
    )


def _lead_on(subscriber: Subscriber, at: datetime) -> int:
    led = 0
    while led < _DELIVERIES_A_STEP and (taken := _take_next(subscriber, at)):
        led += taken
    return led


def _retry_stuck(subscriber: Subscriber, at: datetime) -> int:
    due = StuckStream.objects.filter(subscriber=subscriber.name, parked_at=None, next_try_at__lte=at).order_by("id")
    ids = due.values_list("id", flat=True)
    return sum(_repeat(partial(_take_waiting, subscriber, stuck_id, at)) for stuck_id in ids)


def _repeat(take: Callable[[], bool]) -> int:
    taken = 0
    while taken < _DELIVERIES_A_STEP and take():
        taken += 1
    return taken


@transaction.atomic
def _take_next(subscriber: Subscriber, at: datetime) -> int:
    """Lead a subscriber past its next facts; how many, nought when there are none or another process leads it.

    A handful in one transaction: what a handler writes and the new position are committed together all the same.
    """
    position = _hold(subscriber)
    if position is None:
        return 0
    end = Fact.objects.aggregate(top=Max("number"))["top"] or 0
    if end == position.number:
        return 0
    waiting = Fact.objects.filter(number__gt=position.number, number__lte=end, name__in=subscriber.handlers)
    facts = list(waiting.order_by("number")[:_DELIVERIES_A_TRANSACTION])
    stuck = {row.stream: row for row in StuckStream.objects.filter(subscriber=subscriber.name)}
    for fact in facts:
        held_up = stuck.get(fact.stream) or _try(subscriber, fact, None, at)
        if held_up is not None:
            stuck[fact.stream] = held_up
            WaitingFact.objects.create(stuck=held_up, number=fact.number or 0)
    # Short of a full handful there was nothing else for this subscriber up to the end.
    position.number = (facts[-1].number or 0) if len(facts) == _DELIVERIES_A_TRANSACTION else end
    position.save(update_fields=["number"])
    return len(facts)


@transaction.atomic
def _take_waiting(subscriber: Subscriber, stuck_id: int, at: datetime) -> bool:
    """Try the first waiting fact of a stuck stream; False when it failed again or none is left."""
    if _hold(subscriber) is None:
        return False
    stuck = StuckStream.objects.filter(id=stuck_id, parked_at=None).first()
    if stuck is None:
        return False
    waiting = WaitingFact.objects.filter(stuck=stuck).order_by("number").first()
    if waiting is None:
        stuck.delete()
        return False
    fact = Fact.objects.get(number=waiting.number)
    if fact.name in subscriber.handlers and _try(subscriber, fact, stuck, at):
        return False
    waiting.delete()
    stuck.attempts = 0
    stuck.save(update_fields=["attempts"])
    return True


def _hold(subscriber: Subscriber) -> Position | None:
    """The subscriber's position under its lock; None when another process leads this subscriber just now."""
    return Position.objects.select_for_update(skip_locked=True).filter(subscriber=subscriber.name).first()


def _try(subscriber: Subscriber, fact: Fact, stuck: StuckStream | None, at: datetime) -> StuckStream | None:
    """Have the handler take a fact. What it wrote is undone when it fails, and the failure is returned as stored."""
    try:
        with transaction.atomic():
            event = subscriber.kinds[fact.name].from_json(fact.payload)
            subscriber.handlers[fact.name](event, at=fact.at)
    except Exception as error:
        log.warning("%s could not take fact %s %s", subscriber.name, fact.number, fact.name, exc_info=error)
        return _note_failure(subscriber, fact, stuck, error, at)
    return None


def _note_failure(
    subscriber: Subscriber, fact: Fact, stuck: StuckStream | None, error: Exception, at: datetime
) -> StuckStream:
    stuck = stuck or StuckStream(subscriber=subscriber.name, stream=fact.stream, attempts=0, since=at)
    stuck.attempts += 1
    stuck.error = "".join(traceback.format_exception(error, limit=-8))[-8_000:].replace("\0", "")
    stuck.next_try_at = domain.next_try_at(at, stuck.attempts)
    if domain.is_parked(stuck.attempts):
        stuck.parked_at = at
        log.error("%s: stream %s parked at fact %s", subscriber.name, fact.stream, fact.number)
    stuck.save()
    return stuck


# --- Mending ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def retry(stuck_id: int, *, by: ActorRef, at: datetime) -> None:
    """Have a stuck or parked stream tried again now, with all its tries.

    Raises StreamNotStuck.
    """
    stuck, fact = _stuck(stuck_id)
    stuck.attempts, stuck.next_try_at, stuck.parked_at = 0, at, None
    stuck.save()
    publish(
        StreamRetried(
            subscriber=stuck.subscriber, fact_stream=stuck.stream, fact_number=fact.number or 0, by=by.to_json()
        ),
        at=at,
    )


@transaction.atomic
def skip(stuck_id: int, *, reason: str, by: ActorRef, at: datetime) -> None:
    """Have a subscriber go on without the fact that its stream is stuck at. The fact stays stored.

    Raises StreamNotStuck, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    stuck, fact = _stuck(stuck_id)
    WaitingFact.objects.filter(stuck=stuck, number=fact.number or 0).delete()
    stuck.attempts, stuck.next_try_at, stuck.parked_at = 0, at, None
    stuck.save()
    publish(
        FactSkipped(
            subscriber=stuck.subscriber,
            fact_stream=stuck.stream,
            fact_number=fact.number or 0,
            fact_name=fact.name,
            reason=reason.strip(),
            by=by.to_json(),
        ),
        at=at,
    )


def _stuck(stuck_id: int) -> tuple[StuckStream, Fact]:
    """The stuck stream and the fact it is stuck at, safe from the carrier until this transaction ends."""
    named = StuckStream.objects.filter(id=stuck_id).first()
    if named is None:
        raise StreamNotStuck()
    Position.objects.select_for_update().filter(subscriber=named.subscriber).first()
    stuck = StuckStream.objects.filter(id=stuck_id).first()
    first = WaitingFact.objects.filter(stuck=stuck).order_by("number").first() if stuck else None
    if stuck is None or first is None:
        raise StreamNotStuck()
    return stuck, Fact.objects.get(number=first.number)


def prune(*, before: datetime) -> int:
    """Delete facts older than a moment that every subscriber has behind it; how many were deleted.

    The newest stays, because numbering goes on from it.
    """
    passed = Position.objects.aggregate(least=Min("number"))["least"] or 0
    newest = Fact.objects.aggregate(top=Max("number"))["top"] or 0
    old = Fact.objects.filter(at__lt=before, number__lte=passed).exclude(number=newest)
    deleted, _ = old.exclude(number__in=WaitingFact.objects.values("number")).delete()
    return deleted


KEEP = timedelta(days=90)
