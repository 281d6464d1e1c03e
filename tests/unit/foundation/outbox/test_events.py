"""Events keep their meaning through JSON, and no two share a name."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from jutong.foundation.outbox.domain import is_parked, next_try_at
from jutong.foundation.outbox.values import Event, event_kinds


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Part:
    name: str
    size_bytes: int


@dataclass(frozen=True)
class ThingWeighed(Event):
    """A thing was weighed (测试)."""

    name = "tests.thing_weighed"
    code: str
    weight: Decimal
    due_on: date
    at: datetime
    colour: Colour
    parts: tuple[Part, ...] = ()
    note: str | None = None

    @property
    def stream(self) -> str:
        return self.code


events = st.builds(
    ThingWeighed,
    code=st.text(),
    weight=st.decimals(allow_nan=False, allow_infinity=False),
    due_on=st.dates(),
    at=st.datetimes(timezones=st.just(UTC)),
    colour=st.just(Colour.RED),
    parts=st.lists(st.builds(Part, name=st.text(), size_bytes=st.integers(0, 2**62))).map(tuple),
    note=st.none() | st.text(),
)


@given(events)
def test_an_event_reads_back_as_it_was_written(event):
    assert ThingWeighed.from_json(event.to_json()) == event


def test_a_field_of_a_later_version_is_left_out_and_a_default_fills_one_of_an_earlier():
    payload = {
        "code": "1", "weight": "2.50", "due_on": "2026-10-09", "at": "2026-09-30T00:00:00Z", "colour": "red",
        "from_the_future": True,
    }  # fmt: skip

    event = ThingWeighed.from_json(payload)

    assert (event.weight, event.parts, event.note) == (Decimal("2.50"), (), None)


def test_a_payload_of_another_shape_is_refused():
    with pytest.raises(ValidationError):
        ThingWeighed.from_json({"code": "1"})


def test_two_events_cannot_share_a_name():
    with pytest.raises(TypeError, match="two events are named"):

        class Other(Event):
            name = "tests.thing_weighed"


@pytest.mark.parametrize("name", ["", "weighed", "Tests.Weighed", "tests.thing.weighed"])
def test_an_event_names_its_room(name):
    with pytest.raises(TypeError, match=r"room\.past_tense"):
        type("Bad", (Event,), {"name": name})


def test_events_are_found_by_name():
    assert event_kinds()["tests.thing_weighed"] is ThingWeighed


def test_pauses_grow_and_the_fifth_failure_parks():
    failed_at = datetime(2026, 1, 1, tzinfo=UTC)

    pauses = [(next_try_at(failed_at, n) - failed_at).total_seconds() for n in range(1, 5)]

    assert pauses == [1, 4, 16, 64]
    assert [is_parked(n) for n in range(1, 7)] == [False] * 4 + [True] * 2
