"""Carries the log to PostgreSQL, where people look at it. The files stay the truth; this can be repeated at will."""

import asyncio
import contextlib
import json
import time
from io import BytesIO
from pathlib import Path
from typing import Protocol

import asyncpg
import structlog

from jutong.delivery.gateway.plane.journal import Seal, segment_path
from jutong.delivery.gateway.plane.journal.journal import Durable
from jutong.delivery.gateway.plane.journal.segments import read_seal, segment_number, segment_paths

log = structlog.get_logger(__name__)

_CHUNK_BYTES = 1024 * 1024
_RETRY_SECONDS = 2.0
_QUERY_SECONDS = 60.0
_DAY_SECONDS = 86_400

_INCOMING = """
    CREATE TEMP TABLE IF NOT EXISTS incoming (number bigint, crc text, record jsonb) ON COMMIT DELETE ROWS
"""
_INSERT = """
    INSERT INTO gateway_call (
        gateway, segment, number, crc, at, duration_us, outcome, status, client, key, consumer, provider, resource,
        resource_version, grant_no, grant_revision, official, purpose, case_no, parameters, columns, rows, size_bytes,
        digest, source, nonce, signature, policy_revision, repeats
    )
    SELECT
        $1, $2, number, crc, to_timestamp((record ->> 'at')::float8 / 1000), (record ->> 'us')::bigint,
        record ->> 'outcome', (record ->> 'status')::int,
        coalesce(record ->> 'client', ''), coalesce(record ->> 'key', ''), coalesce(record ->> 'consumer', ''),
        coalesce(record ->> 'provider', ''), coalesce(record ->> 'resource', ''), (record ->> 'version')::int,
        coalesce(record ->> 'grant', ''), (record ->> 'revision')::bigint, coalesce(record ->> 'official', ''),
        coalesce(record ->> 'purpose', ''), coalesce(record ->> 'case', ''), coalesce(record -> 'parameters', '[]'),
        coalesce(record -> 'columns', '[]'), (record ->> 'rows')::int, coalesce((record ->> 'bytes')::bigint, 0),
        coalesce(record ->> 'digest', ''), nullif(record ->> 'source', '')::inet, coalesce(record ->> 'nonce', ''),
        coalesce(record ->> 'signature', ''), (record ->> 'policy')::bigint, (record ->> 'repeats')::int
    FROM incoming WHERE number > 0
    ON CONFLICT DO NOTHING
"""
# The same place with another content: this gateway's folder was restored from a backup, or copied.
_FORKS = """
    SELECT count(*) FROM incoming i JOIN gateway_call c
    ON c.gateway = $1 AND c.segment = $2 AND c.number = i.number AND c.crc <> i.crc
"""
_SEAL = """
    INSERT INTO gateway_segment (
        gateway, segment, first, last, digest, previous, sealed_at, suite, public_key, signature
    ) VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7::float8 / 1000), $8, $9, $10)
    ON CONFLICT DO NOTHING
"""


class LogForked(Exception):
    """PostgreSQL holds other records under the numbers of ours."""


class Followed(Protocol):
    """A log that is shipped: where it lies, whose it is, and how far it is safely on disk."""

    folder: Path
    gateway: str
    durable: Durable


class Shipper:
    """Follows the journal of one worker. `lag_bytes` is how much of the durable log is not yet in PostgreSQL."""

    def __init__(self, url: str, journal: Followed, *, every_seconds: float, kept_days: int):
        self._url = url
        self._journal = journal
        self._every = every_seconds
        self._kept_seconds = kept_days * _DAY_SECONDS
        self._mark = journal.folder / "shipped.json"
        self._segment, self._offset = self._read_mark()
        self.shipped = 0
        self.forked = False

    @property
    def lag_bytes(self) -> int:
        """Bytes that wait, not counting whole segments between."""
        durable = self._journal.durable
        return durable.size - self._offset if durable.segment == self._segment else durable.size

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._follow()
            except LogForked:
                self.forked = True
                log.critical("gateway.log_forked", gateway=self._journal.gateway, segment=self._segment)
                return
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
                log.warning("gateway.shipping_delayed", fault=f"{type(fault).__name__}: {fault}")
            await asyncio.sleep(_RETRY_SECONDS)

    async def _follow(self) -> None:
        connection = await asyncpg.connect(self._url, timeout=_QUERY_SECONDS, command_timeout=_QUERY_SECONDS)
        try:
            await connection.execute(_INCOMING)
            while not connection.is_closed():
                if not await self.ship_next(connection):
                    self._remove_old()
                    await asyncio.sleep(self._every)
        finally:
            connection.terminate()

    async def ship_all(self) -> None:
        """Ship what is durable now; used at the end, when nothing more will be written."""
        connection = await asyncpg.connect(self._url, timeout=5, command_timeout=_QUERY_SECONDS)
        try:
            await connection.execute(_INCOMING)
            while await self.ship_next(connection):
                pass
        finally:
            connection.terminate()

    async def ship_next(self, connection: asyncpg.Connection) -> bool:
        """Ship one piece; False when there is nothing to ship."""
        data = self._next_piece()
        if data:
            await self._ship(connection, data)
            self._offset += len(data)
            self._write_mark()
            return True
        seal = read_seal(segment_path(self._journal.folder, self._segment))
        if seal is None or self._offset < segment_path(self._journal.folder, self._segment).stat().st_size:
            return False
        await self._ship_seal(connection, seal)
        self._segment, self._offset = self._segment + 1, 0
        self._write_mark()
        return True

    def _next_piece(self) -> bytes:
        """Whole durable lines, about a chunk of them."""
        path, durable = segment_path(self._journal.folder, self._segment), self._journal.durable
        try:
            with path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(_CHUNK_BYTES)
        except FileNotFoundError:
            return b""
        if self._segment == durable.segment:
            data = data[: durable.size - self._offset]
        return data[: data.rfind(b"\n") + 1]

    async def _ship(self, connection: asyncpg.Connection, data: bytes) -> None:
        async with connection.transaction():
            # Our lines are PostgreSQL's text format already, but for the backslash.
            escaped = BytesIO(data.replace(b"\\", b"\\\\"))
            await connection.copy_to_table("incoming", source=escaped, format="text", timeout=_QUERY_SECONDS)
            done = await connection.execute(_INSERT, self._journal.gateway, self._segment)
            if await connection.fetchval(_FORKS, self._journal.gateway, self._segment):
                raise LogForked
        self.shipped += int(done.rpartition(" ")[2])

    async def _ship_seal(self, connection: asyncpg.Connection, seal: Seal) -> None:
        await connection.execute(
            _SEAL, seal.gateway, seal.segment, seal.first, seal.last, seal.digest, seal.previous, seal.sealed_at_ms,
            seal.suite, seal.public_key, seal.signature,
        )  # fmt: skip

    def _remove_old(self) -> None:
        """Remove segments that are shipped, sealed and past their time."""
        oldest = time.time() - self._kept_seconds
        for path in segment_paths(self._journal.folder):
            if segment_number(path) >= self._segment or path.stat().st_mtime > oldest:
                return
            path.unlink()
            path.with_suffix(".seal").unlink(missing_ok=True)

    def _read_mark(self) -> tuple[int, int]:
        with contextlib.suppress(OSError, ValueError, KeyError):
            mark = json.loads(self._mark.read_bytes())
            return int(mark["segment"]), int(mark["offset"])
        # Without a mark everything is shipped again; what is there already stays as it is.
        paths = segment_paths(self._journal.folder)
        return (segment_number(paths[0]) if paths else self._journal.durable.segment), 0

    def _write_mark(self) -> None:
        _replace(self._mark, json.dumps({"segment": self._segment, "offset": self._offset}))


def _replace(path: Path, text: str) -> None:
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text(text)
    unfinished.replace(path)
