"""Who takes orders, what is signed, how rows travel, and what the node's program may load."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from jutong.supply.mounting.domain import wire
from jutong.supply.mounting.domain.errors import SourceFailed, SourceUnreachable, TableMissing
from jutong.supply.mounting.values import Chunk, ChunkForm, RowFault
from jutong.supply.nodes.domain import ALIVE_SECONDS, Standing, hash_code, leader, new_code, signed_text

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_orders_go_to_the_lowest_rank_that_is_there():
    lately, long_ago = AT - timedelta(seconds=1), AT - timedelta(seconds=ALIVE_SECONDS)

    assert leader([Standing(1, 1, lately), Standing(2, 2, lately)], AT) == 1
    assert leader([Standing(1, 1, long_ago), Standing(2, 2, lately)], AT) == 2
    assert leader([Standing(1, 1, long_ago), Standing(2, 2, None)], AT) is None


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
