"""The keeper: a small process that outlives a killed supervisor just long enough to leave nothing behind.

The supervisor writes each process group it starts and ends (`+123`, `-123`) to the keeper's standard input. When that
input ends, the supervisor is gone, and the keeper ends the groups that are left and the embedded server. Until then it
also holds the lock of the data folder, so that a new start waits for the end of the old one.

`python -m jutong.config.keeper [folder of the embedded server]`
"""

import signal
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jutong.config.processes import end_group

GRACE_SECONDS = 8.0


def living_groups(lines: Iterable[str]) -> list[int]:
    """The groups that were started and not ended, when the lines are over."""
    groups: dict[int, None] = {}
    for line in lines:
        sign, number = line[:1], line[1:].strip()
        if not number.isdigit():
            continue
        if sign == "+":
            groups[int(number)] = None
        elif sign == "-":
            groups.pop(int(number), None)
    return list(groups)


def main(arguments: list[str]) -> None:
    # A terminal's Ctrl-C and a polite end are the supervisor's business; its end is ours.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups = living_groups(sys.stdin)
    if groups:
        with ThreadPoolExecutor(len(groups)) as pool:
            list(pool.map(lambda group: end_group(group, grace_seconds=GRACE_SECONDS), groups))
    if arguments:
        from jutong.config.embedded import EmbeddedServer

        EmbeddedServer(Path(arguments[0])).end_leftovers()


if __name__ == "__main__":
    main(sys.argv[1:])
