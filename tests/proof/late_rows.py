"""Forty thousand rows of transactions that commit late, with updates and deletes, captured from both engines.

The pool must equal the source, by SQL of the servers; a naive reader beside it must have lost rows.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from tests.support import figures
from tests.support.late_rows import NaiveReader, Writing, gather_while_writing, write
from tests.support.servers import MariaServer, PostgresServer, embedded_programs

ROWS = 40_000
WRITERS = 8
CHECKOUT = Path(__file__).resolve().parents[2]
TABLE = "CREATE TABLE late (id bigint PRIMARY KEY, t varchar(20), n integer)"


def main() -> None:
    """Record `late_rows.pg` and `late_rows.mariadb`: rows lost, which must be none."""
    seed = int(time.time())
    for prove in (_prove_postgres, _prove_mariadb):
        prove(seed, ROWS)


def _prove_postgres(seed: int, rows: int) -> None:
    with PostgresServer(wal_level="logical") as source:
        source.sql("CREATE DATABASE dept")
        source.sql(TABLE, "dept")

        def connected() -> Any:
            connection = psycopg.connect(source.url("dept"))

            def transact(statements: list[str]) -> None:
                for statement in statements:
                    if statement.startswith("SLEEP"):
                        statement = f"SELECT pg_sleep({statement.split()[1]})"
                    connection.execute(statement)  # type: ignore[call-overload]
                connection.commit()

            return transact

        def ask(query: str) -> list[str]:
            return source.sql(query, "dept").split("\n")

        _prove("late_rows.pg", source, "postgresql", "public", connected, ask, Writing(rows, seed))


def _prove_mariadb(seed: int, rows: int) -> None:
    with MariaServer(log_bin="bin", server_id="7", binlog_format="ROW") as source:
        source.sql(f"CREATE DATABASE dept CHARACTER SET utf8mb4; USE dept; {TABLE}")

        def connected() -> Any:
            def transact(statements: list[str]) -> None:
                told = [f"DO SLEEP({s.split()[1]})" if s.startswith("SLEEP") else s for s in statements]
                source.sql(f"BEGIN; {'; '.join(told)}; COMMIT", "dept")

            return transact

        def ask(query: str) -> list[str]:
            return source.sql(query, "dept").split("\n")

        _prove("late_rows.mariadb", source, "mysql", "dept", connected, ask, Writing(rows, seed))


def _prove(figure: str, source: Any, kind: str, schema: str, connected: Any, ask: Any, writing: Writing) -> None:
    folder = Path(tempfile.mkdtemp(prefix="late-rows-", dir="/tmp"))
    with PostgresServer(embedded_programs()) as target:
        target.sql("CREATE DATABASE platform")
        engine = _engine(folder, source, target, kind, schema)
        try:
            relation = _answer(engine)["relation"]

            def run() -> dict[str, Any]:
                assert engine.stdin is not None
                engine.stdin.write("run\n")
                engine.stdin.flush()
                return _answer(engine)

            run()
            ids, lock = count(1), threading.Lock()

            def numbers(wanted: int) -> list[int]:
                with lock:
                    return [next(ids) for _ in range(wanted)]

            writers = [
                threading.Thread(target=write, args=(writing, number, connected(), numbers))
                for number in range(WRITERS)
            ]
            runs, naive_lost = gather_while_writing(writing, writers, run, NaiveReader(ask))
            theirs = {line.replace("\t", "|") for line in ask("SELECT id, t, n FROM late")}
            ours = set(target.sql(f"SELECT id, t, n FROM {relation}", "platform").split("\n"))
        finally:
            engine.kill()
            engine.wait()
            shutil.rmtree(folder, ignore_errors=True)
    lost, kept = len(theirs - ours), len(ours - theirs)
    print(
        f"{figure}: {writing.written} rows in {writing.transactions} transactions, {runs} runs, {len(theirs)} left:"
        f" {lost} lost or old, {kept} too many; the naive reader lost {naive_lost} (seed {writing.seed})"
    )
    figures.record(
        figure, lost + kept, "rows lost or too many", baseline=f"naive reader lost {naive_lost}",
        tried=writing.written, failed=lost + kept,
    )  # fmt: skip
    assert lost == kept == 0
    assert naive_lost > 0


def _engine(folder: Path, source: Any, target: PostgresServer, kind: str, schema: str) -> "subprocess.Popen[str]":
    order = {
        "environment": {"JUTONG_DATA_DIR": str(folder / "data"), "DATABASE_URL": target.url("platform")},
        "source": {
            "kind": kind, "database": "dept", "schema": schema, "table": "late", "mode": "capture",
            "server": {"port": source.port, "admin": source.admin, "password": source.password},
        },
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.exchange_timing", json.dumps(order)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT,
    )  # fmt: skip


def _answer(engine: "subprocess.Popen[str]") -> dict[str, Any]:
    assert engine.stdout is not None
    line = engine.stdout.readline()
    assert line, "the engine's process ended"
    answer: dict[str, Any] = json.loads(line)
    return answer


if __name__ == "__main__":
    main()
