"""Staging tables: rows on their way, typed as the pool wants them, not yet visible to anyone.

COPY is tried with a whole chunk. Where PostgreSQL refuses a row it says which; the rows before it go in, that one is
rejected, and the rest is tried again in smaller portions. So a chunk without faults costs nothing extra.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, Self

import psycopg
from django.db import connection as django_connection
from psycopg import sql

from jutong.supply.exchange.domain import (
    BATCH_COLUMN,
    LOADED_COLUMN,
    STAGING,
    Shape,
    TargetFailed,
    key_constraint,
    mask_value,
    place_in_copy,
    reason_of,
    staging_table,
)
from jutong.supply.exchange.domain.mending import NOTHING_TO_MEND, Mend, Mending, Row, read_line
from jutong.supply.exchange.values import Reject, RejectReason
from jutong.supply.mounting.api import is_text
from jutong.supply.mounting.values import UNREADABLE, Chunk, ChunkForm

_SMALLEST_PORTION: Final = 32
"""Lines tried at once where refusals are dense; fewer would cost more in round trips than in lines sent again."""

_REFUSALS: Final = (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a chunk."""

    rows: int
    rejects: tuple[Reject, ...]


class _Line(NamedTuple):
    """A row as COPY is given it, with its number in the reading."""

    number: int
    text: bytes


class Staging:
    """One staging table, on a connection of its own that commits as it goes.

    Durability comes with the target transaction: its commit flushes everything written before it. `lasting` tables
    become the pool's table itself; the others are read once and dropped, and need no write-ahead log.
    """

    def __init__(
        self,
        shape: Shape,
        *,
        epoch: int,
        seq: int,
        at: datetime,
        lasting: bool,
        mending: Mending = NOTHING_TO_MEND,
        transformed: Collection[str] = (),
    ):
        self.shape = shape
        # Columns of other types refuse what is marked as unreadable by themselves.
        self._guarded_texts = {
            f"fit_{place}": column.name
            for place, column in enumerate(shape.columns)
            if column.name in transformed and is_text(column.data_type)
        }
        self._mending = mending
        self._mended: list[Mend] = []
        self.name = staging_table(shape.resource_code, epoch)
        self.lasting = lasting
        self._seq, self._at = seq, at
        self._read = 0
        self._connection: psycopg.Connection[Any]

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(STAGING, self.name)

    def __enter__(self) -> Self:
        self._connection = psycopg.connect(**django_connection.get_connection_params(), autocommit=True)
        self._connection.execute("SET synchronous_commit = off")
        self._connection.execute("SET DateStyle = 'ISO, YMD'")
        self._connection.execute("SET lock_timeout = '5s'")
        self._drop_left_behind()
        self._create()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if not self._connection.broken:
                self._connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(self.identifier))
        except psycopg.Error:
            # The next run of this resource drops what is left.
            pass
        finally:
            self._connection.close()

    def take(self, chunk: Chunk) -> Taken:
        """Write a chunk's rows; those that cannot be are told with their number in the reading, from 1."""
        first = self._read
        self._read += chunk.rows + len(chunk.faults)
        rejects = [
            Reject(
                first + fault.row + 1,
                fault.column,
                _reason(fault.reason),
                mask_value(fault.value) if fault.value else "",
            )
            for fault in chunk.faults
        ]
        try:
            self._copy(chunk, chunk.data)
            return Taken(chunk.rows, tuple(rejects))
        except _REFUSALS as fault:
            refused = list(self._refused(chunk, _numbered(chunk, first), fault))
            return Taken(chunk.rows - len(refused), (*rejects, *self._unmended(refused)))

    def _unmended(self, refused: Iterable[Reject]) -> tuple[Reject, ...]:
        """Set aside what somebody has corrected, for `add_mended`; the rest."""
        left = []
        for reject in refused:
            mend = self._mending.take(reject.row)
            if mend is None:
                left.append(reject)
            else:
                self._mended.append(mend)
        return tuple(left)

    def _refused(self, chunk: Chunk, lines: list[_Line], fault: psycopg.Error) -> Iterator[Reject]:
        """Write what can be written of these lines, given the error the whole of them met.

        Where one row is bad others often follow, and each refusal sends again what came with it: so what is left goes
        in portions, as long as what was good before the last refusal, and doubled when one passes.
        """
        portion = len(lines)
        while True:
            line, column = place_in_copy(fault.diag.context or "")
            if line is not None and not 1 <= line <= portion:
                line = None
            if portion == 1:
                line = 1
            if line is None:
                portion //= 2
            else:
                self._copy(chunk, _joined(lines[: line - 1]))
                column = fault.diag.column_name or self._guarded_texts.get(fault.diag.constraint_name or "", column)
                bad = lines[line - 1]
                yield Reject(
                    bad.number,
                    column,
                    reason_of(fault.sqlstate or ""),
                    self._masked(chunk, bad.text, column),
                    self._row(bad.text, chunk),
                )
                lines = lines[line:]
                portion = max(line, _SMALLEST_PORTION)
            while lines:
                portion = min(portion, len(lines))
                try:
                    self._copy(chunk, _joined(lines[:portion]))
                except _REFUSALS as next_fault:
                    fault = next_fault
                    break
                lines = lines[portion:]
                portion *= 2
            else:
                return

    def _copy(self, chunk: Chunk, data: bytes) -> None:
        if not data:
            return
        columns = sql.SQL(", ").join(map(sql.Identifier, self.shape.names))
        options: sql.Composable = sql.SQL("FORMAT text")
        if chunk.form is ChunkForm.CONTROL:
            options = sql.SQL("FORMAT csv, DELIMITER {}, QUOTE {}, NULL {}").format(
                sql.Literal("\x01"), sql.Literal("\x02"), sql.Literal(chunk.null_mark)
            )
        statement = sql.SQL("COPY {} ({}) FROM STDIN (ENCODING 'UTF8', {})").format(self.identifier, columns, options)
        with self._guarded(), self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(data)

    def _masked(self, chunk: Chunk, line: bytes, column: str) -> str:
        """The value at fault, masked; empty where the column is not known."""
        if column not in self.shape.names:
            return ""
        values = line.split(b"\x01" if chunk.form is ChunkForm.CONTROL else b"\t")
        position = self.shape.names.index(column)
        value = values[position].decode(errors="replace") if position < len(values) else ""
        return "" if value in (chunk.null_mark, "\\N") else mask_value(value)

    def _row(self, text: bytes, chunk: Chunk) -> Row | None:
        """The whole row, where it has the contract's columns."""
        row = read_line(text, chunk)
        return row if row is not None and len(row) == len(self.shape.columns) else None

    # --- Before the target transaction -------------------------------------------------------------------------------

    def stop_guarding(self) -> None:
        """All rows of the source are in: the table may become the pool's, which knows no transformations."""
        for name in self._guarded_texts:
            self._connection.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(self.identifier, sql.Identifier(name))
            )

    def make_key_unique(self) -> tuple[Reject, ...]:
        """Index the key; rows without key or with one that came before are taken out and told."""
        if not self.shape.key:
            return ()
        rejects: tuple[Reject, ...] = ()
        try:
            self._index()
        except (psycopg.errors.UniqueViolation, psycopg.errors.NotNullViolation):
            rejects = self._unmended(self._take_out_duplicates())
            self._index()
        return rejects

    def add_mended(self) -> tuple[Reject, ...]:
        """Add the corrected rows; those that the contract no longer takes are told.

        After the key: where the source brings the row itself by now, its own is the one that counts.
        """
        columns = sql.SQL(", ").join(map(sql.Identifier, self.shape.names))
        values = sql.SQL(", ").join([sql.Placeholder()] * len(self.shape.names))
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
            self.identifier, columns, values
        )
        rejects = []
        for mend in self._mended:
            try:
                with self._guarded():
                    self._connection.execute(statement, mend.row)
            except _REFUSALS as fault:
                rejects.append(
                    Reject(None, fault.diag.column_name or "", reason_of(fault.sqlstate or ""), row=mend.row)
                )
        self._mended = []
        return tuple(rejects)

    def take_out_held(self, held: sql.Composable) -> tuple[Reject, ...]:
        """Take out the rows for which the condition holds: their key is another contributor's; they are told."""
        statement = sql.SQL("DELETE FROM {table} AS s WHERE {held} RETURNING {texts}").format(
            table=self.identifier,
            held=held,
            texts=sql.SQL(", ").join(sql.SQL("s.{}::text").format(sql.Identifier(name)) for name in self.shape.names),
        )
        first = self.shape.names.index(self.shape.key[0])
        with self._guarded():
            removed = self._connection.execute(statement).fetchall()
        return tuple(
            Reject(None, self.shape.key[0], RejectReason.DUPLICATE_KEY, mask_value(row[first] or ""), tuple(row))
            for row in removed
        )

    def _index(self) -> None:
        key = sql.SQL(", ").join(map(sql.Identifier, self.shape.key))
        with self._guarded():
            self._connection.execute(
                sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY ({})").format(
                    self.identifier, sql.Identifier(key_constraint(self.name)), key
                )
            )

    def _take_out_duplicates(self) -> tuple[Reject, ...]:
        key = sql.SQL(", ").join(map(sql.Identifier, self.shape.key))
        empty = sql.SQL(" OR ").join(sql.SQL("{} IS NULL").format(sql.Identifier(name)) for name in self.shape.key)
        statement = sql.SQL(
            "DELETE FROM {table} AS s USING (SELECT ctid, ({empty}) AS empty,"
            " row_number() OVER (PARTITION BY {key} ORDER BY ctid) AS place FROM {table}) AS d"
            " WHERE s.ctid = d.ctid AND (d.empty OR d.place > 1) RETURNING d.empty, {texts}"
        ).format(
            table=self.identifier,
            empty=empty,
            key=key,
            texts=sql.SQL(", ").join(sql.SQL("s.{}::text").format(sql.Identifier(name)) for name in self.shape.names),
        )
        first = self.shape.names.index(self.shape.key[0])
        with self._guarded():
            removed = self._connection.execute(statement).fetchall()
        return tuple(
            Reject(
                None,
                self.shape.key[0],
                RejectReason.EMPTY if is_empty else RejectReason.DUPLICATE_KEY,
                mask_value(row[first] or ""),
                tuple(row),
            )
            for is_empty, *row in removed
        )

    def digest(self) -> tuple[int, str]:
        """Rows and their order-free digest, the one of `values.Receipt`."""
        columns = sql.SQL(", ").join(map(sql.Identifier, self.shape.names))
        with self._guarded():
            row = self._connection.execute(
                sql.SQL(
                    "SELECT count(*), coalesce(sum(hash_record_extended(ROW({}), 0)::numeric), 0)::text FROM {}"
                ).format(columns, self.identifier)
            ).fetchone()
        assert row is not None
        return row[0], row[1]

    def count_by(self, item: str) -> dict[str, int]:
        """How many rows were staged for each value of an item."""
        with self._guarded():
            found = self._connection.execute(
                sql.SQL("SELECT {}, count(*) FROM {} GROUP BY 1").format(sql.Identifier(item), self.identifier)
            ).fetchall()
        return dict(found)

    def analyse(self) -> None:
        """Let the planner know how much there is."""
        with self._guarded():
            self._connection.execute(sql.SQL("ANALYZE {}").format(self.identifier))

    # --- Life --------------------------------------------------------------------------------------------------------

    def _create(self) -> None:
        columns = [
            sql.SQL("{} {}{}").format(
                sql.Identifier(column.name),
                sql.SQL(column.data_type.postgres_type()),
                sql.SQL(" NOT NULL" if column.required and column.name not in self.shape.key else ""),
            )
            for column in self.shape.columns
        ]
        own = [
            sql.SQL("{} bigint NOT NULL DEFAULT {}").format(sql.Identifier(BATCH_COLUMN), sql.Literal(self._seq)),
            sql.SQL("{} timestamptz NOT NULL DEFAULT {}").format(sql.Identifier(LOADED_COLUMN), sql.Literal(self._at)),
        ]
        guards = [
            sql.SQL("CONSTRAINT {} CHECK (left({}, {}) <> {})").format(
                sql.Identifier(name), sql.Identifier(column), sql.Literal(len(UNREADABLE)), sql.Literal(UNREADABLE)
            )
            for name, column in self._guarded_texts.items()
        ]
        kind = sql.SQL("" if self.lasting else "UNLOGGED ")
        self._connection.execute(
            sql.SQL("CREATE {}TABLE {} ({}) WITH (autovacuum_enabled = false)").format(
                kind, self.identifier, sql.SQL(", ").join(columns + own + guards)
            )
        )

    def _drop_left_behind(self) -> None:
        """Drop what killed attempts of this resource left."""
        prefix = self.name.rpartition("_")[0]
        left = self._connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename ~ %s", (STAGING, f"^{prefix}_[0-9]+$")
        ).fetchall()
        for (name,) in left:
            try:
                self._connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(STAGING, name)))
            except psycopg.errors.LockNotAvailable:
                # Its writer is still being told that its lease is over.
                continue

    @staticmethod
    def _guarded() -> "_Guard":
        return _Guard()


class _Guard:
    """Lets refusals of rows through and words every other database error as the target's."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, fault: BaseException | None, trace: Any) -> None:
        if isinstance(fault, psycopg.Error) and not isinstance(fault, _REFUSALS):
            raise TargetFailed(reason=f"SQLSTATE {fault.sqlstate or '?'}") from fault


def _numbered(chunk: Chunk, first: int) -> list[_Line]:
    """The lines of a chunk with their number in the reading, the rows left out already counted."""
    gone = {fault.row for fault in chunk.faults}
    numbers = (first + row + 1 for row in range(chunk.rows + len(gone)) if row not in gone)
    return [_Line(number, text) for number, text in zip(numbers, chunk.data.split(b"\n")[:-1], strict=True)]


def _joined(lines: Iterable[_Line]) -> bytes:
    return b"".join(line.text + b"\n" for line in lines)


def _reason(text: str) -> RejectReason:
    return RejectReason(text) if text in set(RejectReason) else RejectReason.OTHER
