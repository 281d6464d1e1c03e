"""Which contributors a reading of an assembled resource brings."""

from dataclasses import dataclass

import pytest

from jutong.supply.exchange.domain.assembling import behind, changes, part_state
from jutong.supply.exchange.values import PartState

OLD, NEW = [["id", "bigint", True], ["key", "id"]], [["id", "bigint", True], ["mc", "text", False], ["key", "id"]]


@dataclass(frozen=True)
class Table:
    seq: int
    rows: int = 10
    signature: tuple = ()

    def __post_init__(self):
        object.__setattr__(self, "signature", list(self.signature) or OLD)


GIVERS = [("450100", "303001/1", OLD), ("450200", "303001/2", OLD)]


def test_a_first_reading_brings_everybody_and_speaks_of_all_rows():
    change = changes(GIVERS, {"303001/1": Table(3), "303001/2": Table(5)}, None)

    assert (change.read, change.spoken_of, change.whole, change.rows) == (("450100", "450200"), (), True, 20)
    assert change.cursor == {"450100": ["303001/1", 3], "450200": ["303001/2", 5]}


def test_a_later_reading_brings_only_who_moved_on():
    since = {"450100": ["303001/1", 3], "450200": ["303001/2", 4]}

    change = changes(GIVERS, {"303001/1": Table(3), "303001/2": Table(5)}, since)

    assert (change.read, change.spoken_of, change.whole) == (("450200",), ("450200",), False)


def test_who_has_gone_is_spoken_of_but_not_read():
    since = {"450100": ["303001/1", 3], "450300": ["303001/3", 1]}

    change = changes(GIVERS[:1], {"303001/1": Table(3)}, since)

    assert (change.read, change.spoken_of) == ((), ("450300",))
    assert "450300" not in change.cursor


def test_who_contributes_with_another_resource_is_read_anew():
    change = changes([("450100", "303001/9", OLD)], {"303001/9": Table(3)}, {"450100": ["303001/1", 3]})

    assert change.read == ("450100",)


@pytest.mark.parametrize("since", [None, {"450100": ["303001/1", 2], "450200": ["303001/2", 5]}])
def test_a_table_that_is_not_of_its_contract_is_left_alone_with_its_rows(since):
    standings = {"303001/1": Table(3, signature=NEW), "303001/2": Table(5)}

    change = changes(GIVERS, standings, since)

    assert "450100" not in change.read
    assert ("450100" in change.spoken_of) is change.whole


def test_a_contract_that_does_not_fit_keeps_its_rows_too():
    change = changes([("450100", "303001/1", None)], {"303001/1": Table(3)}, None)

    assert (change.read, change.spoken_of, change.whole) == ((), ("450100",), True)


def test_an_assembled_table_is_behind_when_anybody_moved_joined_or_went():
    made = {"450100": ["303001/1", 3]}

    assert not behind(made, {"450100": ["303001/1", 3]})
    assert behind(made, {"450100": ["303001/1", 4]})
    assert behind(made, {**made, "450200": ["303001/2", 1]})
    assert behind(made, {})


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"invited": True}, PartState.INVITED),
        ({"loaded": False}, PartState.EMPTY),
        ({}, PartState.FRESH),
        ({"taken": False}, PartState.BEHIND),
        ({"late": True}, PartState.LATE),
        ({"late": True, "stopped": True}, PartState.STOPPED),
    ],
)
def test_a_part_is_complete_only_when_it_is_there_taken_in_and_in_time(facts, state):
    usual = {"invited": False, "loaded": True, "taken": True, "stopped": False, "late": False}

    found = part_state(**{**usual, **facts})

    assert found is state
    assert found.complete is (state is PartState.FRESH)
