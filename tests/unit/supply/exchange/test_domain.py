"""Rules of the exchange."""

from datetime import UTC, datetime, time, timedelta

import pytest

from jutong.kernel.codes.data_types import DataType
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.supply.exchange.domain import (
    ColumnReserved,
    PoolColumn,
    Shape,
    WindowEmpty,
    due_within,
    key_constraint,
    make_window,
    mask_value,
    next_due,
    pause_seconds,
    place_in_copy,
    pool_relation,
    reason_of,
    shrinks,
    staging_table,
    too_many,
)
from jutong.supply.exchange.values import RejectReason, Window


def test_names_in_the_pool_are_those_of_the_code():
    assert pool_relation("303001/1") == "pool.r_303001_1"
    assert staging_table("303001/1", 7) == "s_303001_1_7"


def test_the_longest_code_still_gives_names_postgresql_keeps():
    code = "303001" + "9" * 32 + "/999999999"

    assert len(key_constraint(staging_table(code, 999_999_999))) <= 63


@pytest.mark.parametrize(
    ("context", "place"),
    [
        ('COPY s_303001_1_7, line 3, column csrq: "2026-13-01"', (3, "csrq")),
        ('COPY s_1_2, line 12: "a"', (12, "")),
        ("COPY s_1_2, line 4", (4, "")),
        ('COPY s_1_2, 行 3, 列 csrq: "x"', (3, "csrq")),
        ("", (None, "")),
        ("SQL statement", (None, "")),
    ],
)
def test_where_copy_met_an_error(context, place):
    assert place_in_copy(context) == place


@pytest.mark.parametrize(
    ("sqlstate", "reason"),
    [("22001", "too_long"), ("22003", "out_of_range"), ("22P02", "type_mismatch"), ("22008", "type_mismatch"),
     ("23502", "empty"), ("22021", "encoding"), ("23505", "duplicate_key"), ("XX000", "other")],
)  # fmt: skip
def test_why_a_row_was_refused(sqlstate, reason):
    assert reason_of(sqlstate) is RejectReason(reason)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("11010519491231002X", "11************2X"),
        ("张三", "**"),
        ("欧阳修", "欧*修"),
        ("", ""),
        ("unreadable:1.239", "1***9"),
    ],
)
def test_a_value_is_shown_by_its_ends_only(value, shown):
    assert mask_value(value) == shown


def test_rejects_stop_a_run_at_its_end_or_once_it_is_clear():
    assert not too_many(0, 10, 0.05, final=True)
    assert not too_many(1, 20, 0.05, final=True)
    assert too_many(2, 20, 0.05, final=True)
    assert not too_many(2, 20, 0.05, final=False)
    assert too_many(200, 3000, 0.05, final=False)


def test_a_run_that_takes_away_more_than_half_shrinks():
    assert shrinks(100, 49, 0.5)
    assert not shrinks(100, 50, 0.5)
    assert not shrinks(0, 0, 0.5)


def test_pauses_double_up_to_an_hour():
    assert [pause_seconds(attempt) for attempt in (1, 2, 3, 8, 1000)] == [30, 60, 120, 3600, 3600]


def test_a_cycle_without_period_is_never_due():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    minutes = {"2": 1440}

    assert next_due(UpdateCycle.DAILY, at, minutes) == at + timedelta(days=1)
    assert next_due(UpdateCycle.NEVER, at, minutes) is None


def test_an_item_may_not_be_called_as_a_column_of_the_pool():
    with pytest.raises(ColumnReserved):
        Shape("303001/1", 1, (PoolColumn("_batch", DataType.parse("I")),), ())


# --- The hours of a plan ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opens", "closes", "due", "begins"),
    [
        ("22:00", "06:00", "27T12:00", "27T22:00"),
        ("22:00", "06:00", "27T22:00", "27T22:00"),
        ("22:00", "06:00", "28T05:59", "28T05:59"),
        ("22:00", "06:00", "28T06:00", "28T22:00"),
        ("01:00", "05:00", "27T12:00", "28T01:00"),
        ("01:00", "05:00", "27T00:30", "27T01:00"),
        ("01:00", "05:00", "30T05:00", "31T01:00"),
    ],
)
def test_a_run_begins_within_its_hours(opens, closes, due, begins):
    window = Window(time.fromisoformat(opens), time.fromisoformat(closes))

    def moment(text: str) -> datetime:
        return datetime.fromisoformat(f"2026-12-{text}:00+08:00")

    # Moments are kept in UTC; the hours are those of the wall.
    assert due_within(moment(due).astimezone(UTC), window) == moment(begins)


@pytest.mark.parametrize(("opens", "closes"), [("08:00", None), (None, "08:00"), ("08:00", "08:00")])
def test_hours_have_two_different_ends(opens, closes):
    with pytest.raises(WindowEmpty):
        make_window(opens and time.fromisoformat(opens), closes and time.fromisoformat(closes))
