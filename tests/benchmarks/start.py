"""How long `jutong run` takes until everything serves: on an empty folder, and again on the same."""

import statistics
import time

from tests.support.figures import record
from tests.support.platforms import platform

SECOND_STARTS = 5


def main() -> None:
    with platform() as made:
        first = _start(made)
        again = [_start(made) for _ in range(SECOND_STARTS)]
    record("start.first_s", round(first, 2), "s")
    record("start.second_s", round(statistics.median(again), 2), "s", tried=SECOND_STARTS, failed=0)
    record("start.second_slowest_s", round(max(again), 2), "s", tried=SECOND_STARTS, failed=0)


def _start(made) -> float:
    began = time.monotonic()
    made.start().until_ready(180)
    seconds = time.monotonic() - began
    assert made.stop() == 0
    return seconds
