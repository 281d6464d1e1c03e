"""A catalogue file of 10,000 resources imported while the platform's worker is killed again and again.

The file goes in over the API. Its reading and its writing are each cut some times by SIGKILL to the worker, at random
moments while the import is under way. After each cut the drafts are counted past the product: none, or all, never a
part. The supervisor brings the worker back, the job is taken up, and in the end every resource is there once.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import psycopg

from jutong.config.embedded import EmbeddedServer
from tests.support import figures
from tests.support.people import People, PersonClient
from tests.support.platforms import CHECKOUT, Platform, platform

RESOURCES = 10_000
CUTS = 4
"""In each of the two steps."""

AGAIN_SECONDS = 240.0
STEWARD = "steward.rst"


def main() -> None:
    """Raises AssertionError when a part of the file was imported, a resource came twice, or the import never ended."""
    seed = int(time.time())
    with platform() as running, tempfile.TemporaryFile() as file:
        running.start().until_ready(180)
        people = People(f"http://127.0.0.1:{running.portal_port}", running.data_dir)
        _fill(file, people[STEWARD].organisation, running)
        cuts, longest = carry_out(running, people[STEWARD], file, random.Random(seed))
    figures.record(
        "crash.import", round(longest, 1), "s (longest until it went on)", baseline=f"{AGAIN_SECONDS:.0f} s",
        ratio=longest / AGAIN_SECONDS, tried=cuts, failed=0,
    )  # fmt: skip
    print(f"{cuts} cuts, {RESOURCES} resources, each once (seed {seed})")


def carry_out(running: Platform, steward: PersonClient, file: BinaryIO, chance: random.Random) -> tuple[int, float]:
    """Bring the file, cut its reading and its writing, and see it end; how many cuts, and the longest way back."""
    answer = steward.http.post("/interchange/imports", files={"file": ("目录.xlsx", file)}, timeout=300)
    assert answer.status_code in (200, 201, 202), answer.text
    number = answer.json()["import_no"]

    def found() -> dict[str, Any]:
        told: dict[str, Any] = steward.get(f"/interchange/imports/{number}")
        return told

    cuts, longest = 0, 0.0
    for under_way, ended in (("reading", "ready"), ("writing", "done")):
        if under_way == "writing":
            steward.post(f"/interchange/imports/{number}/confirmation", {})
        for _ in range(CUTS):
            landed, seconds = _cut(running, found, under_way, chance)
            cuts, longest = cuts + landed, max(longest, seconds)
            drafts = _drafts(running)
            assert drafts == (RESOURCES if found()["state"] == "done" else 0), f"{drafts} drafts lie there"
        _until(lambda gone=under_way: found()["state"] != gone, AGAIN_SECONDS)
        assert found()["state"] == ended, found()
    assert found()["new"] == RESOURCES
    assert _drafts(running) == _drafts(running, "DISTINCT title") == RESOURCES
    assert cuts >= CUTS, f"only {cuts} cuts met the import at work"
    return cuts, longest


def _cut(
    running: Platform, found: Callable[[], dict[str, Any]], state: str, chance: random.Random
) -> tuple[bool, float]:
    """Kill the worker some moments after the import goes on; whether it was at work, and how long it took to go on."""
    before = found()
    if before["state"] != state:
        return False, 0.0
    began = time.monotonic()
    # It goes on when its progress moves; what an earlier worker told of it is set back by the next.
    _until(lambda: found()["state"] != state or found()["done"] != before["done"], AGAIN_SECONDS)
    waited = time.monotonic() - began
    time.sleep(chance.uniform(0.1, 3.0))
    landed = found()["state"] == state
    running.main_of("worker").kill()
    return landed, waited


def _until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"it did not go on within {seconds:.0f} s"
        time.sleep(0.2)


def _drafts(running: Platform, what: str = "*") -> int:
    """Counted past the product; a platform without the region has no other drafts."""
    url = EmbeddedServer(running.data_dir / "postgres").url()
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(f"SELECT count({what}) FROM catalogue_draft").fetchone()
    assert row is not None
    return int(row[0])


def _fill(file: BinaryIO, provider: str, running: Platform) -> None:
    """Written by a process of its own, that has Django."""
    command = [sys.executable, "-m", "tests.proof.killed_import", "fill", provider, str(RESOURCES)]
    subprocess.run(command, cwd=CHECKOUT, env={**os.environ, **running.variables}, stdout=file, check=True)
    file.seek(0)


if __name__ == "__main__":
    if sys.argv[1:2] != ["fill"]:
        main()
    else:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jutong.config.settings")
        import django

        django.setup()
        from tests.benchmarks.excel import write_catalogue

        with tempfile.NamedTemporaryFile(suffix=".xlsx") as made:
            write_catalogue(made, sys.argv[2], int(sys.argv[3]))
            made.flush()
            sys.stdout.buffer.write(Path(made.name).read_bytes())
