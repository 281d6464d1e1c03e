"""A worker is killed -9 while it warns: no warning is lost, none is told twice, none comes more than a minute late.

`make test` lives through one midnight; `tests/proof/reminders.py` asks by the environment for many, and for defects.
On a machine that others share, `REMINDER_CASES` asks for fewer than a minute holds there.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from jutong.foundation.procedures import api as procedures
from jutong.foundation.rulebook import api as rulebook
from tests.integration.procedures.conftest import APPLICANT, PARTIES, shanghai
from tests.support import figures
from tests.support.declared_procedures import Loan
from tests.support.platforms import wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(3600), pytest.mark.xdist_group("crash")]

NIGHTS = int(os.environ.get("REMINDER_NIGHTS", "1"))
DEFECT = os.environ.get("REMINDER_DEFECT", "")
# A supervisor's restart takes as long; the sample does not wait for it.
PAUSE = 3.0 if NIGHTS > 1 else 0.2
CASES = int(os.environ.get("REMINDER_CASES", "200" if NIGHTS > 1 else "25"))
LATE_SECONDS = 60.0
CHECKOUT = Path(__file__).resolve().parents[3]
TUESDAY = date(2026, 3, 3)


@dataclass
class Night:
    """What became of one midnight's warnings: seconds after it, by case and stage."""

    expected: set[tuple[str, str]]
    seen: dict[int, tuple[tuple[str, str], float]] = field(default_factory=dict)
    landed: int = 0

    @property
    def told(self) -> Counter[tuple[str, str]]:
        return Counter(warning for warning, _ in self.seen.values())


class Watch:
    """Workers that live and are killed, and an eye on what reaches the database."""

    def __init__(self, midnights: list[date]):
        self.folder = Path(tempfile.mkdtemp(prefix="midnights-", dir="/tmp"))
        self.order = {
            "folder": str(self.folder),
            "database": connection.settings_dict["NAME"],
            "midnights": [shanghai(f"{day} 00:00").isoformat() for day in midnights],
            "pause": PAUSE,
            "defect": DEFECT,
        }
        self.known: set[int] = set()
        with (self.folder / "said.log").open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.midnights", json.dumps(self.order)],
                cwd=CHECKOUT, env=os.environ | {"JUTONG_DATA_DIR": str(settings.JUTONG_DATA_DIR)},
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip
        ready = self.folder / "first_at"
        wait_for(ready.exists, what="the worker's first midnight", seconds=120)
        self.first_at = float(ready.read_text())

    def close(self) -> None:
        (self.folder / "stop").touch()
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(PAUSE + 5)
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def worker(self) -> int | None:
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int((self.folder / "worker.pid").read_text())
        return None

    def kill(self) -> bool:
        """Kill the worker; was it keeping time just then?"""
        busy = self._ask(
            "SELECT 1 FROM procrastinate_jobs WHERE status = 'doing' AND task_name = %s", "procedures.keep_time"
        )
        if pid := self.worker():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                return bool(busy)
        return False

    def look(self, night: Night, midnight_at: float) -> None:
        """Note what became visible since the last look."""
        now = time.time()
        rows = self._ask(
            "SELECT e.id, c.case_no, e.data->>'stage' FROM procedures_caseevent e JOIN procedures_case c"
            " ON c.id = e.case_id WHERE e.kind IN ('reminded', 'overdue') AND NOT e.id = ANY(%s)",
            list(self.known),
        )
        for number, case_no, stage in rows:
            self.known.add(number)
            night.seen[number] = ((case_no, stage), now - midnight_at)

    def _ask(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall()

    def live_through(self, night: Night, midnight_at: float, chance: random.Random) -> None:
        """Kill at random moments after midnight, once for certain amid the warnings; watch until the next one."""
        amid = chance.randrange(1, max(len(night.expected) // 2, 2))
        kills = [midnight_at + chance.uniform(-1, 25) for _ in range(0 if NIGHTS == 1 else 2)]
        while (now := time.time()) < midnight_at + 60:
            self.look(night, midnight_at)
            if amid and len(night.seen) >= amid:
                amid = 0
                night.landed += self.kill()
            elif kills and now >= min(kills):
                kills.remove(min(kills))
                night.landed += self.kill()
            if NIGHTS == 1 and not amid and night.told.keys() >= night.expected:
                break
            time.sleep(0.02)
        self.look(night, midnight_at)


@pytest.fixture
def cases(directory) -> list[str]:
    """Cases that are to be reviewed until Wednesday; nothing else waits in the queue."""
    rulebook.ensure_start_data(at=shanghai("2026-01-01 08:00"))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")
    return [
        procedures.open_case(
            Loan, subject_code=f"303001/{n}", title="x", parties=PARTIES, data={"items": ["xm"]}, by=APPLICANT,
            at=shanghai("2026-03-02 09:00"),
        ).case_no
        for n in range(CASES)
    ]  # fmt: skip


STAGES = {3: ["soon"], 4: ["due"], 5: ["overdue", "to_monitor"], 9: ["to_chief"], 11: ["to_bureau"]}


@contextlib.contextmanager
def watching(midnights: list[date]) -> Iterator[Watch]:
    watch = Watch(midnights)
    try:
        yield watch
    finally:
        watch.close()


def test_a_worker_killed_while_it_warns_loses_no_warning_and_tells_none_twice_or_late(cases):
    days = list(STAGES)[:NIGHTS]
    chance = random.Random(int(os.environ.get("REMINDER_SEED", "20260303")))
    nights = [Night({(case_no, stage) for case_no in cases for stage in STAGES[day]}) for day in days]
    with watching([TUESDAY + timedelta(days=day - 3) for day in days]) as watch:
        for number, night in enumerate(nights):
            watch.live_through(night, watch.first_at + 60 * number, chance)
        said = (watch.folder / "worker.log").read_text(errors="replace")[-2000:]

    late = [seconds for night in nights for _, seconds in night.seen.values()]
    lost = [warning for night in nights for warning in night.expected - night.told.keys()]
    twice = [warning for night in nights for warning, count in night.told.items() if count > 1]
    landed = sum(night.landed for night in nights)
    if not DEFECT:
        figures.record(
            "cases.warning_late_s", max(late), f"s (latest of {len(late)}, {landed} kills landed)",
            baseline=f"{LATE_SECONDS:.0f} s", ratio=max(late) / LATE_SECONDS, tried=len(late) + len(lost),
            failed=len(lost) + len(twice),
        )  # fmt: skip
    assert (lost, twice) == ([], []), said
    assert landed >= len(nights), "the kills missed the warnings"
    assert max(late) <= LATE_SECONDS, said
