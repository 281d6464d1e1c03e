"""Keeps the policy equal to the database: NOTIFY tells which row changed, a poll finds what no notice told of.

Revisions are taken under the lock of a counter row, so they become visible in their order, and "greater than the last
one I saw" misses nothing. A sequence would not do: numbers of transactions that commit late are overtaken.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

import asyncpg
import structlog

from jutong.delivery.gateway.plane.errors import GrantInvalid
from jutong.delivery.gateway.plane.policy import Policy, UpstreamRules, compile_grant, compile_key
from jutong.kernel.crypto import SealingKey

log = structlog.get_logger(__name__)

_RECONNECT_SECONDS = 1.0
_QUERY_SECONDS = 10.0


class _Mirror:
    """One table, held in memory as compiled rows."""

    def __init__(
        self,
        *,
        table: str,
        key: str,
        columns: str,
        counter: str,
        put: Callable[[Mapping[str, Any]], None],
        drop: Callable[[str], None],
    ):
        self._key = key
        self._select = f"SELECT {columns} FROM {table}"  # noqa: S608
        self._count = f"SELECT count(*) FROM {table}"  # noqa: S608
        self._counter = f"SELECT revision FROM {counter}"  # noqa: S608
        self._put = put
        self._drop = drop
        # What was taken, by name, as a hash of the row: compiling it again would stall calls for nothing.
        self._taken: dict[str, int] = {}
        self.rejected: dict[str, str] = {}
        self.revision = -1

    def doubt(self) -> None:
        """Notices may have been missed: load everything at the next poll."""
        self.revision = -1

    async def reload(self, connection: asyncpg.Connection, name: str) -> None:
        row = await connection.fetchrow(f"{self._select} WHERE {self._key} = $1", name)
        if row is None:
            self._forget(name)
        else:
            self._take(dict(row))

    async def poll(self, connection: asyncpg.Connection) -> None:
        """Take what changed since the last poll; deletions show in the number of rows."""
        counter = await connection.fetchval(self._counter) or 0
        if counter == self.revision:
            return
        if 0 <= self.revision < counter:
            for row in await connection.fetch(f"{self._select} WHERE revision > $1", self.revision):
                self._take(dict(row))
        if self.revision < 0 or await connection.fetchval(self._count) != len(self._taken):
            await self._load_all(connection)
        self.revision = counter

    async def _load_all(self, connection: asyncpg.Connection) -> None:
        rows = await connection.fetch(self._select)
        for gone in self._taken.keys() - {row[self._key] for row in rows}:
            self._forget(gone)
        for row in rows:
            self._take(dict(row))

    def _take(self, row: Mapping[str, Any]) -> None:
        name, content = row[self._key], hash(tuple(row.values()))
        if self._taken.get(name) == content:
            return
        self._taken[name] = content
        try:
            self._put(row)
            self.rejected.pop(name, None)
        except GrantInvalid as fault:
            # The older form of it must not live on.
            self._drop(name)
            self.rejected[name] = str(fault)
            log.error("gateway.policy_row_rejected", name=name, fault=str(fault))

    def _forget(self, name: str) -> None:
        self._taken.pop(name, None)
        self.rejected.pop(name, None)
        self._drop(name)


class PolicyFeed:
    """Loads the policy and keeps it fresh. `age` says how long ago the database last confirmed it."""

    def __init__(self, url: str, opener: SealingKey, rules: UpstreamRules, poll_seconds: float):
        self.policy = Policy()
        self._url = url
        self._poll_seconds = poll_seconds
        self._confirmed: float | None = None
        self._noticed: set[tuple[str, str]] = set()
        self._wake = asyncio.Event()
        self._mirrors = {
            "jutong_live_grant": _Mirror(
                table="sharing_live_grant",
                key="grant_no",
                columns="grant_no, client_no, resource_code, revision, policy, starts_at, expires_at, revoked_at",
                counter="sharing_live_revision",
                put=lambda row: self.policy.put_grant(compile_grant(row, rules)),
                drop=self.policy.drop_grant,
            ),
            "jutong_client_key": _Mirror(
                table="accounts_client_key",
                key="key_id",
                columns="key_id, client_no, organisation, algorithm, sealed_secret, not_before, expires_at, revoked_at",
                counter="accounts_key_revision",
                put=lambda row: self.policy.put_key(compile_key(row, opener)),
                drop=self.policy.drop_key,
            ),
        }

    @property
    def age(self) -> float:
        """Seconds since the database last confirmed what we hold; infinite before the first time."""
        return float("inf") if self._confirmed is None else monotonic() - self._confirmed

    @property
    def revision(self) -> int:
        """The revision of grants up to which nothing is missing."""
        return self._mirrors["jutong_live_grant"].revision

    @property
    def rejected(self) -> dict[str, str]:
        """Rows that did not compile, with the reason."""
        return {name: why for mirror in self._mirrors.values() for name, why in mirror.rejected.items()}

    async def run(self) -> None:
        """Until cancelled: connect, listen, load, keep up; begin again when the connection is lost."""
        while True:
            try:
                await self._follow()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
                log.warning("gateway.policy_feed_lost", fault=f"{type(fault).__name__}: {fault}")
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _follow(self) -> None:
        connection = await asyncpg.connect(self._url, command_timeout=_QUERY_SECONDS, timeout=_QUERY_SECONDS)
        try:
            connection.add_termination_listener(lambda _: self._wake.set())
            # Listen first, load afterwards: what changes in between is told twice rather than not at all.
            for channel, mirror in self._mirrors.items():
                await connection.add_listener(channel, self._on_notice)
                mirror.doubt()
            while not connection.is_closed():
                await self._keep_up(connection)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._poll_seconds)
                self._wake.clear()
        finally:
            connection.terminate()

    def _on_notice(self, _connection: object, _pid: int, channel: str, payload: object) -> None:
        self._noticed.add((channel, str(payload)))
        self._wake.set()

    async def _keep_up(self, connection: asyncpg.Connection) -> None:
        asked = monotonic()
        noticed, self._noticed = self._noticed, set()
        # A failure in between ends the connection, and the next one begins by loading everything.
        for channel, name in noticed:
            await self._mirrors[channel].reload(connection, name)
        for mirror in self._mirrors.values():
            await mirror.poll(connection)
        self._confirmed = asked
