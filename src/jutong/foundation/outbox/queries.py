"""What is published, and how far its delivery is."""

import inspect
import re
from collections import Counter
from dataclasses import fields

from django.db.models import Max

from jutong.foundation.outbox import subscriptions
from jutong.foundation.outbox.models import Fact, Position, StuckStream, WaitingFact
from jutong.foundation.outbox.values import (
    EventDescription,
    EventField,
    StuckState,
    SubscriberState,
    event_kinds,
)


def published_events() -> tuple[EventDescription, ...]:
    """The published list of events: name, meaning, fields, and who listens."""
    return tuple(
        EventDescription(
            name=name,
            meaning=inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].replace("\n", " "),
            fields=tuple(EventField(field.name, _type_name(field.type)) for field in fields(kind)),
            subscribers=tuple(s.name for s in subscriptions.every() if name in s.handlers),
        )
        for name, kind in event_kinds().items()
    )


def subscriber_states() -> tuple[SubscriberState, ...]:
    """How far behind each subscriber is, the furthest first."""
    end = Fact.objects.aggregate(top=Max("number"))["top"] or 0
    places = dict(Position.objects.values_list("subscriber", "number"))
    stuck = Counter(StuckStream.objects.values_list("subscriber", flat=True))
    parked = Counter(StuckStream.objects.exclude(parked_at=None).values_list("subscriber", flat=True))
    states = (
        SubscriberState(
            name=subscriber.name,
            events=tuple(sorted(subscriber.handlers)),
            position=places.get(subscriber.name, 0),
            behind=end - places.get(subscriber.name, 0),
            stuck=stuck[subscriber.name],
            parked=parked[subscriber.name],
        )
        for subscriber in subscriptions.every()
    )
    return tuple(sorted(states, key=lambda state: (-state.parked, -state.behind, state.name)))


def stuck_streams() -> tuple[StuckState, ...]:
    """Streams that cannot go on, the longest stuck first."""
    rows = list(StuckStream.objects.order_by("since", "id"))
    waiting: dict[int, list[int]] = {}
    for stuck_id, number in WaitingFact.objects.order_by("number").values_list("stuck_id", "number"):
        waiting.setdefault(stuck_id, []).append(number)
    heads = {numbers[0] for numbers in waiting.values()}
    names = dict(Fact.objects.filter(number__in=heads).values_list("number", "name"))
    return tuple(
        StuckState(
            id=row.id,
            subscriber=row.subscriber,
            stream=row.stream,
            fact_number=waiting[row.id][0],
            fact_name=names[waiting[row.id][0]],
            waiting=len(waiting[row.id]),
            attempts=row.attempts,
            error=row.error,
            since=row.since,
            next_try_at=row.next_try_at,
            parked_at=row.parked_at,
        )
        for row in rows
        if row.id in waiting
    )


def unnumbered() -> int:
    """Committed facts the sequencer has not reached yet; more than a handful means that no worker runs."""
    return Fact.objects.filter(number=None).count()


def _type_name(kind: object) -> str:
    text = kind.__name__ if isinstance(kind, type) and not hasattr(kind, "__args__") else str(kind)
    return re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", text)
