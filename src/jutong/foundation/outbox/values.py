"""Facts in the past tense: the base of every room's events."""

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self, TypeVar

from pydantic import TypeAdapter

_NAME = re.compile(r"[a-z_]+\.[a-z_]+")
_KINDS: dict[str, "type[Event]"] = {}


@dataclass(frozen=True)
class Event:
    """Something that has happened (事实). Subclasses are frozen dataclasses with a `name` of their own.

        @dataclass(frozen=True)
        class ResourcePublished(Event):
            \"\"\"A resource became visible in the catalogue (数据资源发布).\"\"\"

            name = "catalogue.resource_published"
            code: str
            version: int

            @property
            def stream(self) -> str:
                return self.code

    Fields are what JSON can hold, dates, moments, decimals, enumerations, and dataclasses or tuples of these. A
    field added later needs a default, because facts stored before have no value for it.
    """

    name: ClassVar[str] = ""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        name = cls.__dict__.get("name", "")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise TypeError(f"{cls.__qualname__}.name must read room.past_tense, not {name!r}")
        known = _KINDS.get(name)
        if known and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"two events are named {name!r}: {known.__qualname__} and {cls.__qualname__}")
        _KINDS[name] = cls

    @property
    def stream(self) -> str:
        """Facts of one stream reach each subscriber in the order in which they happened."""
        return self.name

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON can hold them."""
        written: dict[str, Any] = _adapter(type(self)).dump_python(self, mode="json")
        return written

    @classmethod
    def from_json(cls, payload: dict[str, Any]) -> Self:
        """The fact as it was written; fields this version does not know are left out.

        Raises pydantic.ValidationError: the payload lacks a field or holds one of another kind.
        """
        known = {field.name for field in fields(cls)}
        read: Self = _adapter(cls).validate_python({key: value for key, value in payload.items() if key in known})
        return read


_ADAPTERS: dict[type[Event], TypeAdapter[Any]] = {}


def _adapter(kind: type[Event]) -> TypeAdapter[Any]:
    # Made at first use: while the class body runs, its fields are not known yet.
    return _ADAPTERS.get(kind) or _ADAPTERS.setdefault(kind, TypeAdapter(kind))


def event_kinds() -> dict[str, type[Event]]:
    """All events known to this process, by name."""
    return dict(sorted(_KINDS.items()))


E = TypeVar("E", bound=Event, contravariant=True)


class Handler(Protocol[E]):
    """What a subscriber does with a fact. `at` is the moment it happened, not the moment of delivery.

    It runs in the transaction that moves the subscriber's position: database work is done once, and anything else at
    least once. Long work belongs in a job that the handler defers.
    """

    def __call__(self, event: E, *, at: datetime) -> None: ...


@dataclass(frozen=True)
class EventField:
    """A field of a published event."""

    name: str
    type: str


@dataclass(frozen=True)
class EventDescription:
    """One line of the published list of events."""

    name: str
    meaning: str
    fields: tuple[EventField, ...]
    subscribers: tuple[str, ...]


@dataclass(frozen=True)
class SubscriberState:
    """How far a subscriber is behind: facts not delivered to it yet, and streams that are stuck."""

    name: str
    events: tuple[str, ...]
    position: int
    behind: int
    stuck: int
    parked: int


@dataclass(frozen=True)
class StuckState:
    """A stream that a subscriber cannot go on with: at which fact, why, and when it will be tried again."""

    id: int
    subscriber: str
    stream: str
    fact_number: int
    fact_name: str
    waiting: int
    attempts: int
    error: str
    since: datetime
    next_try_at: datetime
    parked_at: datetime | None


@dataclass(frozen=True)
class StreamRetried(Event):
    """An operator had a parked stream tried again (重试被搁置的事实)."""

    name = "outbox.stream_retried"
    subscriber: str
    fact_stream: str
    fact_number: int
    by: dict[str, str]


@dataclass(frozen=True)
class FactSkipped(Event):
    """An operator had a subscriber go on without a fact it could not take (跳过被搁置的事实)."""

    name = "outbox.fact_skipped"
    subscriber: str
    fact_stream: str
    fact_number: int
    fact_name: str
    reason: str
    by: dict[str, str]
