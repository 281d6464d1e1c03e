"""Digests by bucket (分桶核对): which parts of two tables differ, found without sending a row.

A row falls into one of 1,024 buckets by its key. Of each bucket the number of rows and the sums of two halves of their
MD5 are told, so that the order of rows does not matter. Both sides say it in one statement over the values' text as the
pool has them. Where a value is written in another way at the source, its bucket seems to differ and is read once too
often; the other way round needs the sums of 104 bits to agree by chance.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from psycopg import sql

BUCKETS: Final = 1024
SHARE: Final = 4096 // BUCKETS
"""The first three hexadecimal digits of a key's MD5 make 4,096 numbers."""

PARTS: Final = (1, 14)
"""Where in the MD5 each of the two summed parts begins; each has 13 digits, 52 bits."""

_SEPARATOR: Final = sql.SQL("E'\\x01'")
_EMPTY: Final = sql.SQL("E'\\x02'")


def differing(ours: Mapping[int, str], theirs: Mapping[int, str]) -> tuple[int, ...]:
    """The buckets whose digest is not the same on both sides, also those that one side has and the other has not."""
    return tuple(sorted(bucket for bucket in ours.keys() | theirs.keys() if ours.get(bucket) != theirs.get(bucket)))


def statement(table: sql.Composable, columns: Iterable[sql.Composable], key: Iterable[sql.Composable]) -> sql.Composed:
    """PostgreSQL's words for the digests of a table: one row a bucket, its number and its digest."""
    sums = sql.SQL(" || ' ' || ").join(
        sql.SQL("sum(('x' || substr(hashed, {}, 13))::bit(52)::bigint)").format(sql.Literal(start)) for start in PARTS
    )
    return sql.SQL(
        "SELECT bucket, count(*) || ' ' || {} FROM"
        " (SELECT {} AS bucket, {} AS hashed FROM {} AS p OFFSET 0) AS d GROUP BY bucket"
    ).format(sums, bucket(key), _hashed(columns), table)


def bucket(key: Iterable[sql.Composable]) -> sql.Composed:
    """PostgreSQL's words for the bucket of a row whose key has these columns."""
    return sql.SQL("(('x' || left({}, 3))::bit(12)::int / {})").format(_hashed(key), sql.Literal(SHARE))


def rows_in(digests: Mapping[int, str], buckets: Iterable[int]) -> int:
    """How many rows lie in these buckets, by their digests."""
    return sum(int(digests[bucket].partition(" ")[0]) for bucket in buckets if bucket in digests)


def _hashed(texts: Iterable[sql.Composable]) -> sql.Composed:
    values = sql.SQL(", ").join(sql.SQL("coalesce({}, {})").format(text, _EMPTY) for text in texts)
    return sql.SQL("md5(convert_to(concat_ws({}, {}), 'UTF8'))").format(_SEPARATOR, values)
