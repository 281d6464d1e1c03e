"""Snapshots: which types a file gets, and when one is due."""

from datetime import UTC, datetime

import pytest

from jutong.supply.exchange.domain.snapshots import arrow_type, file_name, is_due
from jutong.supply.exchange.values import Rhythm


@pytest.mark.parametrize(
    ("pool_type", "words"),
    [
        ("bigint", "int64"),
        ("numeric(18,2)", "decimal:18:2"),
        ("numeric(38,10)", "decimal:38:10"),
        ("numeric(60,10)", "text"),
        ("timestamp without time zone", "moment"),
        ("character varying(18)", "text"),
        ("text", "text"),
        ("bytea", "binary"),
    ],
)
def test_a_column_keeps_its_kind_and_loses_no_digit(pool_type, words):
    assert arrow_type(pool_type) == words


def test_a_day_and_a_month_begin_at_local_midnight():
    last = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    soon = datetime(2026, 11, 30, 16, 1, tzinfo=UTC)

    assert is_due(Rhythm.DAILY, last, soon)
    assert is_due(Rhythm.MONTHLY, last, soon)
    assert not is_due(Rhythm.DAILY, last.replace(hour=1), last)
    assert not is_due(Rhythm.MONTHLY, last.replace(day=1), last)
    assert is_due(Rhythm.MONTHLY, None, last)
    assert not is_due(Rhythm.NONE, None, last)


def test_a_saved_file_tells_its_resource():
    assert file_name("303001/1", 2) == "303001-1_2.parquet"
