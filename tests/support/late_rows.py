"""Writers at a department that commit late, in another order than they began, while the platform gathers.

Each takes numbers from one sequence, writes rows under them, changes and deletes rows of its own that it wrote before,
waits, and commits. Beside the engine a naive reader asks for every number above the last one it saw, as many tools do:
it must lose rows, or the writers were not late enough to prove anything.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Run = Callable[[], dict[str, Any]]
Ask = Callable[[str], list[str]]


@dataclass
class Writing:
    """What the writers did, together."""

    rows: int
    seed: int
    written: int = 0
    transactions: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def enough(self) -> bool:
        return self.written >= self.rows


def write(
    writing: Writing, number: int, transact: Callable[[list[str]], None], numbers: Callable[[int], list[int]]
) -> None:
    """One writer: transactions of up to 40 rows until enough are written. `transact` commits what it is given."""
    chance = random.Random(f"{writing.seed} {number}")
    mine: list[int] = []
    while not writing.enough():
        count = chance.randint(1, 40)
        fresh = numbers(count)
        values = ", ".join(f"({each}, 'w{number}', {each % 97})" for each in fresh)
        statements = [f"INSERT INTO late (id, t, n) VALUES {values}"]
        if len(mine) > 20:
            changed, gone = chance.sample(mine, 5), chance.sample(mine, 4)
            statements.append(f"UPDATE late SET t = 'c{fresh[0]}', n = n + 1 WHERE id IN ({_listed(changed)})")
            statements.append(f"DELETE FROM late WHERE id IN ({_listed(gone)})")
            mine = [each for each in mine if each not in set(gone)]
        transact([*statements, f"SLEEP {chance.random() * 0.15:.3f}"])
        mine = (mine + fresh)[-200:]
        with writing.lock:
            writing.written += count
            writing.transactions += 1


def _listed(ids: list[int]) -> str:
    return ", ".join(map(str, ids))


@dataclass
class NaiveReader:
    """Reads every number above the last one it saw, and remembers which it ever saw."""

    ask: Ask
    seen: set[int] = field(default_factory=set)

    def read(self) -> None:
        last = max(self.seen, default=0)
        self.seen |= {int(line) for line in self.ask(f"SELECT id FROM late WHERE id > {last}") if line}


def gather_while_writing(
    writing: Writing, writers: list[threading.Thread], run: Run, naive: NaiveReader
) -> tuple[int, int]:
    """Start the writers and gather until they are done, and once more: how many runs, how many rows the naive lost."""
    for writer in writers:
        writer.start()
    runs = 0
    while any(writer.is_alive() for writer in writers):
        answer = run()
        assert answer["state"] == "succeeded", answer
        runs += 1
        naive.read()
        time.sleep(0.05)
    for writer in writers:
        writer.join()
    answer = run()
    assert answer["state"] == "succeeded", answer
    naive.read()
    there = {int(line) for line in naive.ask("SELECT id FROM late") if line}
    return runs + 1, len(there - naive.seen)
