"""A worker that lives through midnights and is born again each time it is killed: `python -m tests.support.midnights`.

Like the nursery, it loads the platform once and forks its own worker command for each life. Its clock is moved: each
minute of the real clock begins at one of the midnights it was given, so that the warnings of a day come due within the
minute, and how late one comes is measured in real seconds. With `defect`, a guarantee is broken on purpose.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

SECONDS_TO_COME_UP = 4
DEFECT_GAP_SECONDS = 0.02


def main() -> None:
    order: dict[str, Any] = json.loads(sys.argv[1])
    import django
    from django.conf import settings

    django.setup()
    load_pages()
    settings.DATABASES["default"]["NAME"] = order["database"]
    plug_people()
    folder = Path(order["folder"])
    first_at = time.time() + SECONDS_TO_COME_UP
    move_clock([datetime.fromisoformat(text) for text in order["midnights"]], first_at)
    if order.get("defect"):
        DEFECTS[order["defect"]]()
    # Appears whole or not at all: the test waits for it.
    (folder / "first_at.part").write_text(str(first_at))
    (folder / "first_at.part").rename(folder / "first_at")
    while not (folder / "stop").exists():
        child = os.fork()
        if child == 0:
            from tests.support.nursery import work

            work(folder)
        (folder / "worker.pid").write_text(str(child))
        os.waitpid(child, 0)
        (folder / "worker.pid").unlink(missing_ok=True)
        time.sleep(order["pause"])


def load_pages() -> None:
    """What a worker's own checks read at its start: once here, instead of in each of its lives."""
    from django.urls import get_resolver

    assert get_resolver().url_patterns


def plug_people() -> None:
    """The people of the tests of procedures, everybody reachable."""
    from jutong.foundation.notices import api as notices
    from jutong.foundation.procedures import api as procedures
    from tests.integration.procedures.conftest import Directory, everybody
    from tests.support import declared_procedures

    assert declared_procedures.Loan
    procedures.plug_assignees(Directory(*everybody()))
    notices.plug_address_book(None)


def move_clock(midnights: Sequence[datetime], first_at: float) -> None:
    """Have a day begin at `first_at` of the real clock and at each minute after it, and the platform's cron with it."""
    from procrastinate import periodic

    from jutong.kernel import clock

    def now() -> datetime:
        passed = time.time() - first_at
        minute = min(max(int(passed // 60), 0), len(midnights) - 1)
        return midnights[minute] + timedelta(seconds=passed - 60 * minute)

    clock.now = now
    shift = -first_at % 60
    periodic.time = SimpleNamespace(time=lambda: time.time() + shift)  # type: ignore[attr-defined]


# --- Seeded defects --------------------------------------------------------------------------------------------------
def noted_before_it_is_told() -> None:
    """A stage is noted and committed first, and told afterwards: a kill between the two loses the warning."""
    from django.db import transaction

    from jutong.foundation.procedures.models import Clock
    from jutong.foundation.procedures.services import clocks, timekeeping
    from jutong.kernel.clock import local_day

    keep = timekeeping._keep_time_of

    def note_then_tell(case_no: str, at: datetime) -> bool:
        clock = Clock.objects.select_related("case").get(case__case_no=case_no, ended_at=None)
        before, looked = clock.stage, clock.look_on
        clock.stage = clocks.reached(clock, clock.case, local_day(at))
        clocks.look_again(clock, clock.case)
        clock.save()
        time.sleep(DEFECT_GAP_SECONDS)
        with transaction.atomic():
            Clock.objects.filter(pk=clock.pk).update(stage=before, look_on=looked)
            return keep(case_no, at)

    timekeeping._keep_time_of = note_then_tell


def left_jobs_stay_where_they_are() -> None:
    """What a killed worker left is not taken up again before the next minute."""
    from jutong.config.commands import worker

    async def nothing(app: Any) -> int:
        return 0

    worker.requeue_stalled = nothing


DEFECTS = {
    "noted_before_it_is_told": noted_before_it_is_told,
    "left_jobs_stay_where_they_are": left_jobs_stay_where_they_are,
}

if __name__ == "__main__":
    main()
