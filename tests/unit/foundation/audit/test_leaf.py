"""What of an entry is hashed has one shape for ever."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from jutong.foundation.audit.domain.leaf import canonical, leaf_of, moment_text, storable
from jutong.foundation.audit.values import EntryValue
from jutong.kernel.actors import ActorRef
from jutong.kernel.policy import Post

ENTRY = EntryValue(
    number=17,
    action="sharing.request.refused",
    at=datetime(2026, 3, 2, 9, 15, tzinfo=ZoneInfo("Asia/Shanghai")),
    recorded_at=datetime(2026, 3, 2, 1, 15, 0, 42, tzinfo=UTC),
    actor=ActorRef(kind="person", id="P0007", post="data_steward", organisation="114500000000000011"),
    object_kind="request",
    object_code="XQ20260001",
    resource="303001/1",
    purpose="入学资格审核",
    case="BJ2026-7",
    details={"reason": "超出最小必要", "items": ["xm", "gmsfhm"], "count": 2},
)


def test_the_leaf_of_an_entry_stays_what_it_is():
    assert leaf_of(ENTRY).decode() == (
        '{"action":"sharing.request.refused","actor":{"id":"P0007","kind":"person","organisation":"114500000000000011",'
        '"post":"data_steward"},"at":"2026-03-02T01:15:00.000000Z","case":"BJ2026-7","details":{"count":2,'
        '"items":["xm","gmsfhm"],"reason":"超出最小必要"},"number":17,"object":{"code":"XQ20260001","kind":"request"},'
        '"purpose":"入学资格审核","recorded_at":"2026-03-02T01:15:00.000042Z","resource":"303001/1","v":1}'
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=3))
def test_details_survive_storage_and_give_one_line_of_the_same_bytes(details):
    kept = storable(details)
    line = canonical(kept)

    assert b"\n" not in line
    assert b"\\u0000" not in line
    assert canonical(json.loads(line)) == line


def test_details_take_what_rooms_have_at_hand():
    assert storable(
        {
            "post": Post.AUDITOR,
            "on": date(2026, 3, 2),
            "at": datetime(2026, 3, 2, tzinfo=UTC),
            "ratio": Decimal("0.10"),
            "lost": float("nan"),
            "codes": {"b", "a"},
            3: "a\0b\udc80",
        }
    ) == {
        "post": "auditor",
        "on": "2026-03-02",
        "at": "2026-03-02T00:00:00.000000Z",
        "ratio": "0.10",
        "lost": "nan",
        "codes": ["a", "b"],
        "3": "a\ufffdb?",
    }


@given(st.datetimes(timezones=st.timezones()))
def test_moments_are_written_in_utc_at_one_length(moment):
    if moment.astimezone(UTC).year >= 1000:
        assert len(moment_text(moment)) == 27
        assert moment_text(moment) == moment_text(moment.astimezone(UTC))
