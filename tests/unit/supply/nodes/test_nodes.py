"""Who takes orders, what is signed, how rows travel, and what the node's program may load."""

import json
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta

import pytest

from jutong.kernel.codes.data_types import DataType
from jutong.supply.mounting.domain import wire
from jutong.supply.mounting.domain.errors import SourceFailed, SourceUnreachable, TableMissing
from jutong.supply.mounting.values import (
    BucketDigest,
    CaptureNames,
    Chunk,
    ChunkForm,
    KeyRange,
    RowFault,
    StreamColumn,
    StreamRequest,
    TableRef,
    Transform,
    TransformKind,
)
from jutong.supply.nodes.domain import ALIVE_SECONDS, Standing, hash_code, leader, leaving, new_code, signed_text
from jutong.supply.nodes.domain.errors import WindowUnclear
from jutong.supply.nodes.domain.maintenance import checked, rests_until
from jutong.supply.nodes.values import MaintenanceWindow

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_orders_go_to_the_lowest_rank_that_is_there():
    lately, long_ago = AT - timedelta(seconds=1), AT - timedelta(seconds=ALIVE_SECONDS)

    assert leader([Standing(1, 1, lately), Standing(2, 2, lately)], AT) == 1
    assert leader([Standing(1, 1, long_ago), Standing(2, 2, lately)], AT) == 2
    assert leader([Standing(1, 1, long_ago), Standing(2, 2, None)], AT) is None


def test_no_orders_go_to_a_node_under_maintenance():
    lately = AT - timedelta(seconds=1)

    assert leader([Standing(1, 1, lately, resting=True), Standing(2, 2, lately)], AT) == 2
    assert leader([Standing(1, 1, lately, resting=True)], AT) is None


@pytest.mark.parametrize(
    ("window", "inside", "outside"),
    [
        # 2026-03-02 is a Monday; 23:00 there is 15:00 UTC.
        (MaintenanceWindow((1,), time(23), time(3)), ["2026-03-02 15:00", "2026-03-02 18:59"], ["2026-03-02 19:00"]),
        (MaintenanceWindow((1,), time(23), time(3)), ["2026-03-09 15:00"], ["2026-03-03 15:00", "2026-03-02 14:59"]),
        (MaintenanceWindow((2, 3), time(1), time(2)), ["2026-03-02 17:30"], ["2026-03-02 18:00"]),
    ],
)
def test_hours_of_maintenance_are_local_and_may_pass_midnight(window, inside, outside):
    assert all(rests_until([window], moment(text)) for text in inside)
    assert not any(rests_until([window], moment(text)) for text in outside)


def test_maintenance_ends_with_the_last_of_the_windows_that_follow_one_another():
    span = MaintenanceWindow(begins_at=moment("2026-03-02 18:00"), ends_at=moment("2026-03-02 20:00"))
    night = MaintenanceWindow((1,), time(23), time(3))

    assert rests_until([span, night], moment("2026-03-02 16:00")) == moment("2026-03-02 20:00")
    assert rests_until([span], moment("2026-03-02 16:00")) is None


@pytest.mark.parametrize(
    "window",
    [
        MaintenanceWindow(),
        MaintenanceWindow((1,)),
        MaintenanceWindow((), time(1), time(2)),
        MaintenanceWindow((8,), time(1), time(2)),
        MaintenanceWindow((1,), time(1), time(1)),
        MaintenanceWindow((1,), time(1, tzinfo=UTC), time(2, tzinfo=UTC)),
        MaintenanceWindow((1,), time(1), time(2), begins_at=AT, ends_at=AT + timedelta(hours=1)),
        MaintenanceWindow(begins_at=AT),
        MaintenanceWindow(begins_at=AT, ends_at=AT),
        MaintenanceWindow(begins_at=AT, ends_at=AT + timedelta(days=32)),
        MaintenanceWindow(begins_at=AT - timedelta(hours=2), ends_at=AT - timedelta(hours=1)),
    ],
)
def test_what_is_no_window_is_refused(window):
    with pytest.raises(WindowUnclear):
        checked(window, AT)


def test_a_reading_means_the_same_on_both_sides():
    column = StreamColumn("id", "bigint", DataType.parse("N(10)"))
    request = StreamRequest(
        TableRef("dept", "person"),
        (column,),
        key=("id",),
        compare={7: BucketDigest(2, 2**70), 1023: BucketDigest(5, 6)},
        key_range=KeyRange(("1",), None),
        buckets=(3, 4),
        capture=CaptureNames("slot", "publication"),
    )

    there = wire.request_from_json(json.loads(json.dumps(wire.request_to_json(request))))

    assert there == request


def test_digests_and_ranges_arrive_as_they_were_sent():
    digests = {5: BucketDigest(3, 2**75)}
    part = KeyRange(None, ("a", "1"))

    assert wire.digests_from_json(json.loads(json.dumps(wire.digests_to_json(digests)))) == digests
    assert wire.range_from_json(json.loads(json.dumps(wire.range_to_json(part)))) == part


def test_a_code_is_known_again_as_people_type_it():
    code = new_code()

    assert hash_code(f" {code.lower()} ") == hash_code(code)
    assert hash_code(new_code()) != hash_code(code)


def test_every_part_of_a_call_is_signed():
    whole = ("POST", "/nodes/link/poll", "1", "n", b"{}")
    changed = [("GET", *whole[1:]), (*whole[:4], b"{ }"), (*whole[:3], "m", b"{}"), (*whole[:2], "2", "n", b"{}")]

    assert len({signed_text(*parts) for parts in [whole, *changed]}) == 5


def test_rows_arrive_as_they_were_sent():
    chunk = Chunk(b"1\x01a\n2\x01b\n", 2, ChunkForm.CONTROL, "\\N", (RowFault(1, "mc", "encoding", "x"),))

    assert wire.unpack(wire.pack(chunk)) == chunk


@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-1], lambda b: b"{}" + b, lambda b: b.replace(b'"rows": 2', b'"rows": 3')]
)
def test_spoiled_rows_are_told(spoil):
    packed = wire.pack(Chunk(b"1\n2\n", 2))

    with pytest.raises(wire.ChunkMalformed):
        wire.unpack(spoil(packed))


def test_an_error_means_the_same_on_both_sides():
    there = TableMissing(table="dept.person")

    here = wire.error_from_json(wire.error_to_json(there))

    assert (type(here), here.words()) == (TableMissing, there.words())


def test_an_error_that_is_not_known_here_is_a_failed_reading():
    assert isinstance(wire.error_from_json({"name": "KeyError", "details": {}}), SourceFailed)
    assert isinstance(wire.error_from_json({"name": SourceUnreachable.__name__, "details": {}}), SourceFailed)


def test_the_node_loads_nothing_of_django():
    told = (
        "import sys, jutong_node.command;print([m for m in sys.modules if m.partition('.')[0] in ('django', 'ninja')])"
    )

    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=120)

    assert done.stdout.strip() == "[]", done.stderr


def test_consent_to_masked_values_is_none_to_more_of_them():
    def column(transform: Transform | None) -> StreamColumn:
        return StreamColumn("xm", "varchar(50)", DataType.parse("C(50)"), transform)

    plain, masked = leaving(column(None)), leaving(column(Transform(TransformKind.MASK, first=1)))

    assert leaving(column(Transform(TransformKind.TRIM))) == plain == "xm"
    assert len({plain, masked, leaving(column(Transform(TransformKind.MASK, first=2)))}) == 3
