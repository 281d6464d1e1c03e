"""The door of the outbox: publish facts, subscribe to them, see and mend their delivery."""

from datetime import datetime
from typing import TypeVar

from jutong.foundation.outbox import queries, services, subscriptions
from jutong.foundation.outbox.services import ReasonMissing, StreamNotStuck
from jutong.foundation.outbox.values import Event, EventDescription, Handler, StuckState, SubscriberState

__all__ = [
    "ReasonMissing",
    "StreamNotStuck",
    "carry",
    "publish",
    "published_events",
    "stuck_streams",
    "subscribe",
    "subscriber_states",
    "unnumbered",
    "unsubscribe",
]

E = TypeVar("E", bound=Event)


def publish(event: Event, *, at: datetime) -> None:
    """Store a fact in the transaction of the change that caused it, after the change; outside one it is an error."""
    services.publish(event, at=at)


def subscribe(kind: type[E], handler: Handler[E], *, name: str) -> None:
    """Have a handler called with every fact of this kind from now on. Called in the `ready` of the higher room.

    Handlers subscribed under one name share a position: facts of one stream reach them in order across kinds. The
    name is the subscriber's memory; renaming it starts a new one at the end of the facts.
    """
    subscriptions.add(kind, handler, name)


def unsubscribe(name: str) -> None:
    """Forget a subscriber in this process; its position stays stored."""
    subscriptions.remove(name)


def carry(*, at: datetime) -> None:
    """Deliver here and now whatever is committed: for commands and tests. The worker does it by itself."""
    services.ensure_positions()
    while services.carry(at=at):
        pass


def published_events() -> tuple[EventDescription, ...]:
    """The published list of events: name, meaning, fields, and who listens."""
    return queries.published_events()


def subscriber_states() -> tuple[SubscriberState, ...]:
    """How far behind each subscriber is, those with parked streams first."""
    return queries.subscriber_states()


def stuck_streams() -> tuple[StuckState, ...]:
    """Streams that cannot go on, the longest stuck first."""
    return queries.stuck_streams()


def unnumbered() -> int:
    """Committed facts the sequencer has not reached yet; more than a handful means that no worker runs."""
    return queries.unnumbered()
