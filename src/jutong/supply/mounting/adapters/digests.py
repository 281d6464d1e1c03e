"""Digests by bucket in the words of each engine: one statement, order-free, the same numbers on every side.

Each row becomes its canonical text (`domain/canonical.py`); 60 bits of the text's MD5 are summed over the rows of a
bucket, and the key's own text says which of 1,024 buckets that is. A sum does not mind the order of rows, so two sides
are compared without sorting either, and only the rows of buckets that differ need be read.

`postgres_statement` serves the pool as well: there a column is of the very type that is wanted (`pooled`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import sql

from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.supply.mounting.domain.canonical import (
    BUCKET_BITS,
    DIGEST_DIGITS,
    EMPTY,
    NOT_COMPARED,
    is_approximate,
    scale_of,
)
from jutong.supply.mounting.domain.errors import KeyMissing
from jutong.supply.mounting.domain.mapping import is_text, text_pattern
from jutong.supply.mounting.values import UNREADABLE, BucketDigest, StreamColumn, StreamRequest

_BITS: Final = 4 * DIGEST_DIGITS
_PRECISION: Final = 65


@dataclass(frozen=True, slots=True)
class Compared:
    """A column whose values are digested: its name, what it is there (None: text), and the type that is wanted.

    `made` is the text that a transformation makes of the values, which then counts in their stead.
    """

    name: str
    found: DataType | None
    wanted: DataType
    made: sql.Composable | None = None

    @property
    def value(self) -> sql.Composable:
        """The value as PostgreSQL names it."""
        return self.made or sql.Identifier(self.name)


def compared(
    request: StreamRequest,
    found: Callable[[StreamColumn], DataType | None],
    made: Callable[[StreamColumn], sql.Composable | None],
) -> tuple[list[Compared], list[Compared]]:
    """The columns of a request and those of its key among them. Raises KeyMissing."""
    columns = [Compared(column.source, found(column), column.data_type, made(column)) for column in request.columns]
    by_name = {column.name: column for column in columns}
    if not request.key or not set(request.key) <= by_name.keys():
        raise KeyMissing(table=str(request.table))
    return columns, [by_name[name] for name in request.key]


def pooled(name: str, data_type: DataType) -> Compared:
    """A column of the pool, which holds what is wanted."""
    return Compared(name, data_type, data_type)


def differing(ours: Mapping[int, BucketDigest], theirs: Mapping[int, BucketDigest]) -> tuple[int, ...]:
    """The buckets whose digest is not the same on both sides, also those that one side has and the other has not."""
    return tuple(sorted(bucket for bucket in ours.keys() | theirs.keys() if ours.get(bucket) != theirs.get(bucket)))


def rows_in(digests: Mapping[int, BucketDigest], buckets: Iterable[int]) -> int:
    """How many rows lie in these buckets."""
    return sum(digests[bucket].rows for bucket in buckets if bucket in digests)


def sums(rows: Iterable[Sequence[Any]]) -> dict[int, BucketDigest]:
    """Rows of (bucket, rows, sum) as an adapter answers them."""
    return {int(bucket): BucketDigest(int(count), int(digest)) for bucket, count, digest in rows}


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def postgres_statement(
    relation: sql.Composable, columns: Sequence[Compared], key: Sequence[Compared], where: sql.Composable | None = None
) -> sql.Composed:
    """Buckets with their rows and sums. The session writes days in ISO and has the platform's time zone."""
    return sql.SQL(
        "SELECT {bucket}, count(*), coalesce(sum(('x' || left({hashed}, {digits}))::bit({bits})::bigint), 0)"
        "  FROM {relation}{where} GROUP BY 1"
    ).format(
        bucket=postgres_bucket(key),
        hashed=_postgres_md5(columns),
        digits=sql.Literal(DIGEST_DIGITS),
        bits=sql.SQL(str(_BITS)),
        relation=relation,
        where=where or sql.SQL(""),
    )


def postgres_bucket(key: Sequence[Compared]) -> sql.Composed:
    """The number of a row's bucket."""
    return sql.SQL("(('x' || left({}, 3))::bit(12)::int >> {})").format(
        _postgres_md5(key), sql.Literal(12 - BUCKET_BITS)
    )


def _postgres_md5(columns: Sequence[Compared]) -> sql.Composable:
    # A database may keep its text in another encoding than the pool; what is hashed is UTF-8 everywhere.
    row = sql.SQL(" || ").join(_postgres_value(column) for column in columns)
    return sql.SQL("md5(convert_to({}, 'UTF8'))").format(row)


def _postgres_value(column: Compared) -> sql.Composable:
    return sql.SQL("CASE WHEN {n} IS NULL THEN {e} ELSE length({t})::text || ':' || {t} END").format(
        n=column.value, e=sql.Literal(EMPTY), t=_postgres_text(column)
    )


def _postgres_text(column: Compared) -> sql.Composable:
    name, wanted, found = column.value, column.wanted, None if column.made else column.found
    if is_text(wanted):
        # The output of the type, as COPY writes it: a cast would take the blanks off a char(n).
        return sql.SQL("concat({})").format(name)
    if found is not None and not is_text(found):
        return _postgres_native(sql.SQL("{}").format(name), found, wanted)
    text = sql.SQL("btrim({}::text)").format(name)
    pattern = text_pattern(wanted)
    inner = _postgres_native(text, wanted, wanted)
    if pattern is None:
        return inner
    return sql.SQL("CASE WHEN {t} ~ {p} THEN {i} ELSE {u} || {t} END").format(
        t=text, p=sql.Literal(pattern), i=inner, u=sql.Literal(UNREADABLE)
    )


def _postgres_native(value: sql.Composable, found: DataType, wanted: DataType) -> sql.Composable:
    if is_approximate(wanted):
        return sql.Literal(NOT_COMPARED)
    scale = scale_of(wanted)
    if scale is not None:
        if found.letter is TypeLetter.LOGICAL:
            value = sql.SQL("{}::int").format(value)
        # Beyond the wanted places there are only noughts, or the value is refused on its way.
        return sql.SQL("round({}::numeric, {})::text").format(value, sql.Literal(scale))
    match wanted.letter:
        case TypeLetter.DATE:
            return sql.SQL("to_char({}::date, 'YYYY-MM-DD')").format(value)
        case TypeLetter.MOMENT:
            return sql.SQL("to_char({}::timestamp, 'YYYY-MM-DD HH24:MI:SS.US')").format(value)
        case TypeLetter.LOGICAL:
            return sql.SQL("({}::text)::boolean::int::text").format(value)
        case TypeLetter.GENERAL:
            return sql.SQL("encode({}::bytea, 'hex')").format(value)
        case _:
            return sql.SQL("concat({})").format(value)


# --- MySQL, MariaDB --------------------------------------------------------------------------------------------------


def mysql_row(values: Sequence[str]) -> str:
    """The canonical text of a row, given that of each value or NULL for an empty one."""
    written = (f"IFNULL(CONCAT(CHAR_LENGTH({value}), ':', {value}), '{EMPTY}')" for value in values)
    return f"CONCAT({', '.join(written)})"


def mysql_statement(table: str, row: str, key: str, where: str = "") -> str:
    """Buckets with their rows and sums."""
    digest = f"CAST(CONV(LEFT(MD5({row}), {DIGEST_DIGITS}), 16, 10) AS UNSIGNED)"
    return f"SELECT {mysql_bucket(key)} AS bucket, COUNT(*), SUM({digest}) FROM {table}{where} GROUP BY bucket"  # noqa: S608


def mysql_bucket(key: str) -> str:
    return f"(CAST(CONV(LEFT(MD5({key}), 3), 16, 10) AS UNSIGNED) DIV {1 << (12 - BUCKET_BITS)})"


def mysql_value(text: str, native: str, *, is_worded: bool, wanted: DataType, pattern: str) -> str:
    """The canonical text of one value.

    `text` is the value as utf8mb4 text, `native` as its column holds it; `is_worded` says that the column holds text,
    which is then a value only where it matches `pattern`, a literal.
    """
    if is_text(wanted):
        return text
    if not is_worded:
        return _mysql_native(native, wanted)
    trimmed = f"TRIM({text})"
    inner = _mysql_native(trimmed, wanted, is_worded=True)
    if not pattern:
        return inner
    return f"IF({trimmed} REGEXP {pattern}, {inner}, CONCAT('{UNREADABLE}', {trimmed}))"


def _mysql_native(value: str, wanted: DataType, *, is_worded: bool = False) -> str:
    if is_approximate(wanted):
        return f"IF({value} IS NULL, NULL, '{NOT_COMPARED}')"
    scale = scale_of(wanted)
    if scale is not None:
        return f"CAST(CAST({value} AS DECIMAL({_PRECISION}, {scale})) AS CHAR CHARACTER SET utf8mb4)"
    match wanted.letter:
        case TypeLetter.DATE:
            return f"DATE_FORMAT({value}, '%Y-%m-%d')"
        case TypeLetter.MOMENT:
            moment = f"CAST({value} AS DATETIME(6))" if is_worded else value
            return f"DATE_FORMAT({moment}, '%Y-%m-%d %H:%i:%s.%f')"
        case TypeLetter.LOGICAL:
            true = f"LOWER({value}) IN ('1', 't', 'true', 'y', 'yes')" if is_worded else value
            return f"IF({value} IS NULL, NULL, IF({true}, '1', '0'))"
        case TypeLetter.GENERAL:
            return f"LOWER(HEX({value}))"
        case _:
            return value
