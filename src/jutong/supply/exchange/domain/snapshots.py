"""Snapshots of the pool: when one is due, which Arrow type a column gets, what may be refused. Pure."""

import re
from datetime import datetime
from typing import Final

from jutong.kernel.clock import SHANGHAI
from jutong.kernel.errors import ErrorKind
from jutong.kernel.text import N_
from jutong.supply.exchange.domain import ExchangeError
from jutong.supply.exchange.values import Rhythm

DECIMAL_DIGITS: Final = 38
"""What Arrow's 128-bit decimals hold; longer numbers are written as text."""


class SnapshotPending(ExchangeError):
    """The resource has a snapshot that is not made yet."""

    message = N_("该资源已有等待生成的快照，请稍候。")
    kind = ErrorKind.CONFLICT


class NoSuchSnapshot(ExchangeError):
    """No snapshot of that number, none that can be fetched, or none this subject may have."""

    message = N_("未找到可下载的快照 {number}。")
    kind = ErrorKind.MISSING


class SnapshotFailed(ExchangeError):
    """The file could not be written: a value that Parquet does not hold, or no room on the disk."""

    message = N_("快照未能生成（{reason}），请联系信息中心。")
    kind = ErrorKind.UNAVAILABLE


def arrow_type(pool_type: str) -> str:
    """The Arrow type of a pool column, in words that the writing process knows."""
    numeric = re.fullmatch(r"numeric\((\d+),(\d+)\)", pool_type)
    if numeric:
        return f"decimal:{numeric[1]}:{numeric[2]}" if int(numeric[1]) <= DECIMAL_DIGITS else "text"
    return _TYPES.get(pool_type, "text")


_TYPES: Final = {
    "bigint": "int64",
    "integer": "int64",
    "smallint": "int64",
    "double precision": "float64",
    "real": "float64",
    "boolean": "bool",
    "date": "date",
    "bytea": "binary",
    **dict.fromkeys(("timestamp", "timestamp without time zone", "timestamp(6)"), "moment"),
}


def is_due(rhythm: Rhythm, last_at: datetime | None, at: datetime) -> bool:
    """Is a snapshot to be taken now: none yet today, or this month, in local time?"""
    if rhythm is Rhythm.NONE:
        return False
    if last_at is None:
        return True
    last, now = last_at.astimezone(SHANGHAI), at.astimezone(SHANGHAI)
    if rhythm is Rhythm.DAILY:
        return last.date() < now.date()
    return (last.year, last.month) < (now.year, now.month)


def file_name(resource_code: str, number: int) -> str:
    """What a snapshot is called where it is saved: `303001-1_2.parquet`."""
    return f"{resource_code.replace('/', '-')}_{number}.parquet"
