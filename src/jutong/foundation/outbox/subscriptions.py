"""Who listens to what in this process. Filled while Django starts, read by the carrier."""

from dataclasses import dataclass, field
from typing import Any

from jutong.foundation.outbox.values import Event, Handler


@dataclass
class Subscriber:
    """A named listener with one position over all the events it takes."""

    name: str
    handlers: dict[str, Handler[Any]] = field(default_factory=dict)
    kinds: dict[str, type[Event]] = field(default_factory=dict)


_SUBSCRIBERS: dict[str, Subscriber] = {}


def add(kind: type[Event], handler: Handler[Any], name: str) -> None:
    subscriber = _SUBSCRIBERS.setdefault(name, Subscriber(name))
    known = subscriber.handlers.get(kind.name)
    if known is not None and known is not handler:
        raise ValueError(f"{name} already handles {kind.name}")
    subscriber.handlers[kind.name] = handler
    subscriber.kinds[kind.name] = kind


def remove(name: str) -> None:
    _SUBSCRIBERS.pop(name, None)


def find(name: str) -> Subscriber | None:
    return _SUBSCRIBERS.get(name)


def every() -> tuple[Subscriber, ...]:
    return tuple(_SUBSCRIBERS.values())
