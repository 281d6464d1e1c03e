"""The process: builds the parts, keeps time, watches over the loop, stops in order."""

import asyncio
import contextlib
import gc
import json
import os
import secrets
import signal
import sys
from pathlib import Path
from time import time

import structlog
import uvloop

from jutong.delivery.gateway.plane.admission import Admission
from jutong.delivery.gateway.plane.calls import Calls
from jutong.delivery.gateway.plane.errors import Refused
from jutong.delivery.gateway.plane.http import Answer, Request
from jutong.delivery.gateway.plane.journal import Journal
from jutong.delivery.gateway.plane.metrics import Metrics
from jutong.delivery.gateway.plane.policy import UpstreamRules
from jutong.delivery.gateway.plane.policy_feed import PolicyFeed
from jutong.delivery.gateway.plane.server import Reply, Server
from jutong.delivery.gateway.plane.service_answers import Introduction
from jutong.delivery.gateway.plane.services import Services
from jutong.delivery.gateway.plane.settings import PlaneSettings
from jutong.delivery.gateway.plane.shared import NonceTable, QuotaTable
from jutong.delivery.gateway.plane.shipping import Shipper
from jutong.delivery.gateway.plane.tables import TableReader
from jutong.delivery.gateway.values import scheme
from jutong.kernel.crypto import SealingKey, SigningKey

log = structlog.get_logger(__name__)

_TICK_SECONDS = 0.1
_SLOW_TICKS = 10
_DRAIN_SECONDS = 10.0
_WARM_UP_SECONDS = 3.0
_TEXT = b"text/plain; version=0.0.4; charset=utf-8"


class Plane:
    """One worker of the gateway."""

    def __init__(self, settings: PlaneSettings):
        settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shared, now_ms = settings.workers > 1, int(time() * 1000)
        self.settings = settings
        self.name = _identity(settings)
        signing_key = SigningKey(settings.signing_secret.reveal())
        self._public_key = signing_key.public
        self.nonces = NonceTable(
            settings.folder / "nonces", per_slice=settings.nonces_per_slice, shared=shared, now_ms=now_ms
        )
        self.quotas = QuotaTable(settings.folder / "quotas", shared=shared, now_ms=now_ms)
        self.journal = Journal(
            settings.folder / "log" / self.name,
            self.name,
            signing_key,
            segment_max_bytes=settings.segment_max_bytes,
            segment_max_seconds=settings.segment_max_seconds,
        )
        self.feed = PolicyFeed(
            settings.database_url,
            SealingKey(settings.sealing_secret.reveal()),
            UpstreamRules(settings.forbidden_ports, settings.never_upstream),
            settings.policy_poll_seconds,
        )
        self.tables = TableReader(
            settings.database_url,
            connections=settings.table_connections,
            queue_max=settings.table_queue_max,
            timeout_seconds=settings.table_timeout_seconds,
            answer_max_bytes=settings.answer_max_bytes,
            masking_secret=settings.masking_secret,
        )
        self.services = Services(
            connections_max=settings.service_connections,
            connect_seconds=settings.service_connect_seconds,
            answer_max_bytes=settings.answer_max_bytes,
        )
        self.shipper = Shipper(
            settings.database_url,
            self.journal,
            every_seconds=settings.ship_seconds,
            kept_days=settings.segments_kept_days,
        )
        self.metrics = Metrics()
        self.calls = Calls(
            settings,
            feed=self.feed,
            admission=Admission(settings, self.feed, self.nonces, self.quotas),
            tables=self.tables,
            services=self.services,
            journal=self.journal,
            introduction=Introduction(self.name, signing_key),
            metrics=self.metrics,
        )
        self.server = Server(settings, self)
        self._stop = asyncio.Event()

    # --- What the server asks ----------------------------------------------------------------------------------------

    def handle(self, request: Request, reply: Reply) -> None:
        """Own pages first; everything else is a call."""
        page = _OWN_PAGES.get(request.path)
        if page is None:
            self.calls.handle(request, reply)
        else:
            reply(page(self, request))

    def refuse_unread(self, refused: Refused, source: str, accept_language: bytes) -> Answer:
        return self.calls.refuse_unread(refused, source, accept_language)

    def alive(self, _request: Request) -> Answer:
        return Answer(200, b'{"status":"ok"}')

    def ready(self, _request: Request) -> Answer:
        checks = {
            "policy": self.feed.age <= self.settings.restricted_lease_seconds,
            "pool": self.tables.connected > 0,
            "log": self.journal.available and not self.shipper.forked,
            "running": not self._stop.is_set(),
        }
        status = 200 if all(checks.values()) else 503
        return Answer(status, json.dumps({"status": "ok" if status == 200 else "unready", "checks": checks}).encode())

    def introduced(self, _request: Request) -> Answer:
        """Who we are: the key that signs seals and calls to data sources, and our clock, for clients whose is wrong."""
        members = {
            "gateway": self.name,
            "public_key": self._public_key.hex(),
            "scheme": scheme.VERSION.decode(),
            "algorithms": list(scheme.ALGORITHMS),
            "window_seconds": scheme.WINDOW_SECONDS,
            "time": int(time() * 1000),
        }
        return Answer(200, json.dumps(members).encode())

    def measured(self, request: Request) -> Answer:
        if request.source not in ("127.0.0.1", "::1"):
            return Answer(404, b'{"code":"path_unknown"}')
        gauges = {
            "calls_in_flight": self.calls.in_flight,
            "connections": len(self.server.connections),
            "loop_lag_seconds": self.calls.loop_lag,
            "unsent_bytes": self.server.unsent_bytes,
            "policy_age_seconds": self.feed.age,
            "policy_grants": len(self.feed.policy.grants),
            "policy_keys": len(self.feed.policy.keys),
            "policy_rejected": len(self.feed.rejected),
            "log_available": self.journal.available,
            "log_records": self.journal.durable.number,
            "log_groups": self.journal.groups,
            "log_shipping_lag_bytes": self.shipper.lag_bytes,
            "pool_connections": self.tables.connected,
            "services_broken": self.services.broken(),
            "nonces_not_before_seconds": self.nonces.not_before_ms / 1000,
        }
        return Answer(200, self.metrics.text(gauges), _TEXT)

    # --- Life --------------------------------------------------------------------------------------------------------

    async def serve(self) -> None:
        """Serve until told to stop. Raises OSError: the port is taken."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            # Started from a script, SIGINT may have been handed down ignored.
            loop.add_signal_handler(number, self._stop.set)
        self.journal.start(loop)
        tasks = [loop.create_task(part) for part in (self.feed.run(), self.tables.run(), self.shipper.run())]
        tasks.append(loop.create_task(self._keep_time()))
        try:
            await self._warm_up()
            await self.server.listen()
            log.info("gateway.listening", gateway=self.name, port=self.server.port, nonces_intact=self.nonces.intact)
            _settle_memory()
            await self._stop.wait()
            await self._drain()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._close()
        log.info("gateway.stopped", gateway=self.name, records=self.journal.durable.number)

    async def _warm_up(self) -> None:
        """Begin to listen when calls can be answered; with the database away, begin all the same and say so."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_WARM_UP_SECONDS):
                while self.feed.age == float("inf") or not self.tables.connected:
                    await asyncio.sleep(0.01)

    def stop(self) -> None:
        """Ask for an orderly stop."""
        self._stop.set()

    async def _drain(self) -> None:
        """Let calls in progress end; new ones are refused."""
        self.calls.stopping = True
        self.server.stop_listening()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                while self.calls.in_flight:
                    await asyncio.sleep(0.01)
                await self.journal.drained()

    async def _close(self) -> None:
        self.calls.log_sampled_out()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                await self.journal.drained()
        self.journal.close()
        self.services.close()
        self.tables.close()
        with contextlib.suppress(Exception):
            # What does not arrive now is shipped at the next start.
            await asyncio.wait_for(self.shipper.ship_all(), 3)
        self.nonces.close()
        self.quotas.close()

    async def _keep_time(self) -> None:
        """The pulse: time limits, loop lag, and every second what is slower."""
        loop = asyncio.get_running_loop()
        beat = 0
        while True:
            due = loop.time() + _TICK_SECONDS
            await asyncio.sleep(_TICK_SECONDS)
            # Falls by halves, so that one stall is felt for a few beats and not for ever.
            self.calls.loop_lag = max(loop.time() - due, self.calls.loop_lag / 2)
            self.server.tick()
            self.calls.unsent_bytes = self.server.unsent_bytes
            self.services.tick()
            beat += 1
            if beat % _SLOW_TICKS == 0:
                self.journal.rotate_if_old()
                self.calls.log_sampled_out()
                if self.settings.parent_pid not in (None, os.getppid()):
                    log.warning("gateway.parent_gone")
                    self._stop.set()


_OWN_PAGES = {
    b"/healthz": Plane.alive,
    b"/readyz": Plane.ready,
    b"/metrics": Plane.measured,
    b"/v1/gateway": Plane.introduced,
}


def run(settings: PlaneSettings) -> None:
    """Run one worker until it is told to stop. Raises OSError: the port is taken, or the folder cannot be written."""
    # The writer's thread must not wait the usual 5 ms for its turn when the loop is busy.
    sys.setswitchinterval(0.0005)
    uvloop.run(_serve(settings))


async def _serve(settings: PlaneSettings) -> None:
    await Plane(settings).serve()


def _identity(settings: PlaneSettings) -> str:
    """This worker's name in the log: random, made once, because two gateways of one name would overwrite each other."""
    path = settings.folder / "identity"
    with contextlib.suppress(FileExistsError):
        _write_new(path, f"g{secrets.token_hex(4)}\n")
    name = path.read_text().strip()
    return f"{name}.{settings.worker}" if settings.worker else name


def _write_new(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(text)
    try:
        # link() refuses to overwrite: of two workers that start at once the first one's name stays.
        os.link(unfinished, path)
    finally:
        unfinished.unlink()


def _settle_memory() -> None:
    """What lives now lives on: the collector need not look at it again, and need not look often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
