"""How long the demonstration region takes: the load itself, a first start with it, and a second start on it."""

import re
import time

from tests.support.figures import record
from tests.support.platforms import platform

LOADED = re.compile(r"演示区域已就绪（([0-9.]+) 秒）")


def main() -> None:
    with platform(JUTONG_DEMO="on") as made:
        first = _start(made)
        loaded = LOADED.search(made.words())
        assert loaded is not None, made.words()
        assert made.stop() == 0
        again = _start(made)
        assert made.stop() == 0
    record("demo.load_s", float(loaded[1]), "s")
    record("demo.first_start_s", round(first, 2), "s")
    record("demo.second_start_s", round(again, 2), "s")


def _start(made) -> float:
    began = time.monotonic()
    made.start().until_ready(400)
    return time.monotonic() - began
