"""How long the first screens take on a region of 400 resources and 100,000 calls, and what counting by day saves.

A process of its own with its own embedded server; pages are asked through the whole stack but for the web server, one
after the other and then by ten people at once. The limit is 300 ms for the slowest twentieth. Figures that many look at
are kept for some seconds; `overview.anew_ms` is what counting them costs whoever comes first.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

from tests.support import figures

CHECKOUT = Path(__file__).resolve().parents[2]
RESOURCES, REQUESTS, CALLS, MORE_CALLS = 400, 600, 100_000, 900_000
ROUNDS = 40
PEOPLE, CLICKS, PAUSE_SECONDS = 10, 30, 1.0


def main() -> None:
    """Record `overview.p95_ms` of the slowest page, and the plain count beside the counted days at a million calls."""
    folder = tempfile.mkdtemp(prefix="overview-bench-", dir="/tmp")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUTONG_")}
    environment |= {"JUTONG_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "jutong.config.settings"}
    try:
        subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.overview", "inside"], cwd=CHECKOUT, env=environment, check=True
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _inside() -> None:
    import django

    from jutong.config.embedded import EmbeddedServer
    from jutong.config.environment import environment

    server = EmbeddedServer(environment().postgres_dir, durable=False)
    server.start()
    try:
        django.setup()
        _measure()
    finally:
        server.stop()


def _measure() -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.test import override_settings

    from jutong.kernel import clock
    from jutong.kernel.policy import Post
    from tests.support.posts import holder_of
    from tests.support.region_world import RegionWorld
    from tests.support.register import lay_down_small_register

    settings.ALLOWED_HOSTS = ["*"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    call_command("migrate", verbosity=0, interactive=False)
    at = clock.now()
    with transaction.atomic():
        lay_down_small_register(at)
        world = RegionWorld(at, departments=60, resources=RESOURCES, requests=REQUESTS, runs=600, calls=CALLS).make()
        chief = holder_of(Post.CLOUD_CHIEF, world.usccs[1])
        monitor, engineer = holder_of(Post.DATA_MONITOR), holder_of(Post.CENTRE_ENGINEER)
    _run(connection, "ANALYZE")
    pages = {
        "region": (monitor, "/overview/"),
        "wall": (monitor, "/overview/wall/"),
        "ledger": (chief, "/overview/ledger/"),
        "screen": (chief, "/overview/screen/"),
        "calls": (engineer, "/overview/calls/"),
        "operations": (engineer, "/overview/operations/"),
        "health": (chief, "/overview/panels/health/"),
    }
    slowest = anew = 0.0
    for name, (holder, path) in pages.items():
        _milliseconds(holder, path)  # templates are read at the first time
        with override_settings(OVERVIEW_KEPT_SECONDS=0):
            anew = max(anew, statistics.median(_milliseconds(holder, path) for _ in range(5)))
        taken = [_milliseconds(holder, path) for _ in range(ROUNDS)]
        p95 = statistics.quantiles(taken, n=20)[-1]
        slowest = max(slowest, p95)
        print(f"{name:11} median {statistics.median(taken):6.1f} ms, 95% {p95:6.1f} ms")
    figures.record("overview.p95_ms", round(slowest, 1), "ms", tried=ROUNDS * len(pages), failed=0)
    figures.record("overview.anew_ms", round(anew, 1), "ms", tried=5 * len(pages), failed=0)
    _click(pages)
    _compare(connection, at)


def _click(pages: dict[str, tuple[Any, str]]) -> None:
    """Ten people, each with a page now and again: whoever may see a page opens it, reads a second, opens the next."""
    random = Random(20190701)

    def clicks(number: int) -> list[float]:
        taken = []
        time.sleep(PAUSE_SECONDS * number / PEOPLE)
        for name in random.choices(("region", "screen", "calls", "ledger"), k=CLICKS):
            taken.append(_milliseconds(*pages[name]))
            time.sleep(PAUSE_SECONDS)
        connection.close()
        return taken

    from django.db import connection

    with ThreadPoolExecutor(PEOPLE) as people:
        taken = [each for those in people.map(clicks, range(PEOPLE)) for each in those]
    p95 = statistics.quantiles(taken, n=20)[-1]
    print(f"{PEOPLE} people: median {statistics.median(taken):6.1f} ms, 95% {p95:6.1f} ms")
    figures.record("overview.ten_people_p95_ms", round(p95, 1), "ms", tried=len(taken), failed=0)


def _milliseconds(holder: Any, path: str) -> float:
    began = time.perf_counter()
    answer = holder.browser.get(path)
    assert answer.status_code == 200, path
    return (time.perf_counter() - began) * 1000


def _compare(connection: Any, at: Any) -> None:
    """The same count at a million calls: from the log, and from the days."""
    from jutong.delivery.gateway import api
    from jutong.delivery.gateway.values import CallFilter, DayQuery, Grouping

    _run(
        connection,
        f"""
        INSERT INTO gateway_call (gateway, segment, number, crc, at, duration_us, outcome, status, client, key,
            consumer, provider, resource, grant_no, official, purpose, case_no, parameters, columns, rows, size_bytes,
            digest, nonce, signature, repeats)
        SELECT gateway, segment + 1 + copy, number, crc, at - copy * interval '1 minute', duration_us, outcome, status,
            client, key, consumer, provider, resource, grant_no, official, purpose, case_no, parameters, columns,
            rows, size_bytes, digest, nonce, signature, repeats
        FROM gateway_call, generate_series(1, {MORE_CALLS // CALLS}) AS copy
        """,
    )
    _run(connection, "ANALYZE")
    plain = _best(lambda: api.statistics(api.calls_of(CallFilter()), Grouping.CONSUMER))
    by_day = _best(lambda: api.usage(api.days(DayQuery()), Grouping.CONSUMER))
    print(f"{CALLS + MORE_CALLS:,} calls by department: {plain:.0f} ms from the log, {by_day:.0f} ms from the days")
    figures.record(
        "overview.calls_by_day_ms", round(by_day, 1), "ms", baseline="the same count over the call log",
        ratio=round(by_day / plain, 3),
    )  # fmt: skip


def _best(ask: Any) -> float:
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        assert ask()
        taken.append((time.perf_counter() - began) * 1000)
    return min(taken)


def _run(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


if __name__ == "__main__" and sys.argv[1:] == ["inside"]:
    _inside()
