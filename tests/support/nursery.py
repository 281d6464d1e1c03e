"""A worker that is born again each time it is killed: `python -m tests.support.nursery ORDER`.

The process loads the platform once, prepares its database, then forks a worker and waits; when the worker dies, it
forks the next. That is what the supervisor does, without the seconds a new interpreter takes, so that a campaign can
land many kills. The forked worker is the platform's own command, with its followers, jobs and heartbeats.

Loading is slowed on purpose, so that kills find runs under way. With `defect`, a guarantee is broken on purpose, and
the campaign must find it out.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

SLOW_CHUNK_ROWS = 400
CHUNK_PAUSE_SECONDS = 0.012
INCREMENT_ROWS = 900
PAUSE_BEFORE_NEXT_SECONDS = 0.15
DEFECT_GAP_SECONDS = 0.4


def main() -> None:
    order: dict[str, Any] = json.loads(sys.argv[1])
    os.environ |= order["environment"] | {"DJANGO_SETTINGS_MODULE": "jutong.config.settings"}
    import django

    django.setup()
    prepare(order)
    slow_down()
    if order.get("defect"):
        DEFECTS[order["defect"]]()
    folder = Path(order["folder"])
    while not (folder / "stop").exists():
        child = os.fork()
        if child == 0:
            work(folder)
        (folder / "worker.pid").write_text(str(child))
        os.waitpid(child, 0)
        (folder / "worker.pid").unlink(missing_ok=True)
        time.sleep(PAUSE_BEFORE_NEXT_SECONDS)


def work(folder: Path) -> None:
    """The platform's worker; never returns."""
    from jutong.config.commands.worker import worker

    log = os.open(folder / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        worker.main(args=[], standalone_mode=False)
    except BaseException as error:
        os.write(2, f"worker ended: {error!r}\n".encode())
    os._exit(1)


# --- Preparing -------------------------------------------------------------------------------------------------------


def prepare(order: dict[str, Any]) -> None:
    """Migrate, lay down a small register, publish and mount the tables of the order; tells their codes."""
    from django.core.management import call_command
    from django.db import connections

    from jutong.supply.mounting.values import MountMode, SourceKind, TableRef
    from tests.support import way
    from tests.support.exchange_timing import publish_changes

    call_command("migrate", verbosity=0, skip_checks=True)
    department = way.lay_down()
    codes = {}
    for table in order["tables"]:
        server = Address(**table["server"])
        source_no = department.source(server, table["database"], kind=SourceKind(table["kind"]), name=table["name"])
        ref = TableRef(table["schema"], table["table"])
        code = department.publish_table(source_no, ref)
        publish_changes(table, code)
        department.mount(code, source_no, ref, MountMode(table["mode"]), **table["place"])
        codes[table["name"]] = code
    connections.close_all()
    # Appears whole or not at all: the campaign waits for it.
    ready = Path(order["folder"]) / "ready.json"
    ready.with_suffix(".part").write_text(json.dumps(codes))
    ready.with_suffix(".part").rename(ready)


class Address:
    """As much of a server as registering a source needs."""

    def __init__(self, port: int, admin: str, password: str):
        self.port, self.admin, self.password = port, admin, password


def slow_down() -> None:
    """Small chunks with pauses between them, and small batches: there is something to kill."""
    from jutong.supply.exchange.adapters.staging import Staging
    from jutong.supply.exchange.services import engine
    from jutong.supply.mounting.adapters import mysql, postgresql

    mysql.CHUNK_ROWS = postgresql.CHUNK_ROWS = SLOW_CHUNK_ROWS
    engine.INCREMENT_ROWS = INCREMENT_ROWS
    take = Staging.take

    def take_slowly(staging: Staging, chunk: Any) -> Any:
        time.sleep(CHUNK_PAUSE_SECONDS)
        return take(staging, chunk)

    Staging.take = take_slowly  # type: ignore[method-assign]


# --- Seeded defects --------------------------------------------------------------------------------------------------


def watermark_in_a_second_transaction() -> None:
    """The watermark is moved after the batch has committed: a kill between the two has the rows read twice."""
    from jutong.supply.exchange.services import engine

    commit, move = engine._Work.commit, engine._Work.move_watermark

    def commit_then_move(work: Any, staging: Any, loaded: Any, **options: Any) -> None:
        moves: list[Any] = []
        work.move_watermark = lambda cursor, at: moves.append((cursor, at))
        commit(work, staging, loaded, **options)
        time.sleep(DEFECT_GAP_SECONDS)
        for cursor, at in moves:
            move(work, cursor, at)

    engine._Work.commit = commit_then_move  # type: ignore[method-assign]


def watermark_before_the_batch() -> None:
    """The watermark is moved before the batch commits: a kill between the two passes rows over for ever."""
    from jutong.kernel import clock
    from jutong.supply.exchange.services import engine

    commit, move = engine._Work.commit, engine._Work.move_watermark

    def move_then_commit(work: Any, staging: Any, loaded: Any, **options: Any) -> None:
        work.seq += 1
        move(work, loaded.cursor, clock.now())
        work.seq -= 1
        time.sleep(DEFECT_GAP_SECONDS)
        work.move_watermark = lambda cursor, at: None
        commit(work, staging, loaded, **options)

    engine._Work.commit = move_then_commit  # type: ignore[method-assign]


DEFECTS = {
    "watermark_in_a_second_transaction": watermark_in_a_second_transaction,
    "watermark_before_the_batch": watermark_before_the_batch,
}

if __name__ == "__main__":
    main()
