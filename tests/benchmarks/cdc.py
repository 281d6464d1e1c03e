"""Change capture: how many events a second come from a department's log into the pool, in batches.

A table of a hundred thousand rows is gathered once; then rows come, change and go in transactions of a thousand, and
one run brings all of it. The result is checked against the source by counts and sums.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support import figures
from tests.support.servers import MariaServer, PostgresServer, embedded_programs

FIRST, INSERTS, CHANGES, DELETES = 100_000, 300_000, 80_000, 20_000
EVENTS = INSERTS + CHANGES + DELETES
PG_BAR, MARIA_BAR = 100_000, 15_000
CHECKOUT = Path(__file__).resolve().parents[2]
TABLE = (
    "CREATE TABLE person (id bigint PRIMARY KEY, gmsfhm char(18), xm varchar(50), csrq date, dz varchar(200),"
    " je decimal(18,2), sl int, bz varchar(200))"
)
CHECK = "SELECT count(*), sum(je), count(bz), sum(char_length(dz)), sum(sl), sum(char_length(xm)) FROM "


def main() -> None:
    """Record `cdc.pg` and `cdc.mariadb`: events a second applied to the pool."""
    _postgres()
    _mariadb()


def _postgres() -> None:
    with PostgresServer(wal_level="logical", shared_buffers="256MB") as source:
        source.sql("CREATE DATABASE dept")
        rows = (
            "INSERT INTO person SELECT g, '450000199001011234', '韦' || g, '1990-01-01', '南宁市民族路' || g, g / 7.0,"
            " g % 1000, CASE WHEN g % 2 = 0 THEN '备注' END FROM generate_series({first}, {last}) g"
        )
        source.script(f"{TABLE}; {rows.format(first=1, last=FIRST)}; ANALYZE", "dept")

        def change() -> None:
            source.script("".join(f"{statement};\n" for statement in _changes(rows, "xm || '改'")), "dept")

        def truth() -> str:
            return source.sql(f"{CHECK} person", "dept")

        _measure("cdc.pg", PG_BAR, source, "postgresql", "public", change, truth)


def _mariadb() -> None:
    with MariaServer(log_bin="bin", server_id="7", binlog_format="ROW", innodb_buffer_pool_size="512M") as source:
        rows = (
            "INSERT INTO person SELECT seq, '450000199001011234', CONCAT('韦', seq), '1990-01-01',"
            " CONCAT('南宁市民族大道', seq), seq / 7, seq MOD 1000, IF(seq MOD 2 = 0, '备注', NULL)"
            " FROM seq_{first}_to_{last}"
        )
        source.sql(f"CREATE DATABASE dept CHARACTER SET utf8mb4; USE dept; {TABLE}; {rows.format(first=1, last=FIRST)}")

        def change() -> None:
            source.sql("".join(f"{statement};\n" for statement in _changes(rows, "CONCAT(xm, '改')")), "dept")

        def truth() -> str:
            return source.sql(f"{CHECK} person", "dept").replace("\t", "|")

        _measure("cdc.mariadb", MARIA_BAR, source, "mysql", "dept", change, truth)


def _changes(rows: str, name: str) -> list[str]:
    """Statements of a thousand rows, each a transaction."""
    inserts = [rows.format(first=at, last=at + 999) for at in range(FIRST + 1, FIRST + INSERTS, 1000)]
    updates = [
        f"UPDATE person SET xm = {name}, sl = sl + 1 WHERE id BETWEEN {at} AND {at + 999}"
        for at in range(1, CHANGES, 1000)
    ]
    deletes = [
        f"DELETE FROM person WHERE id BETWEEN {at} AND {at + 999}" for at in range(FIRST + 1, FIRST + DELETES, 1000)
    ]
    return inserts + updates + deletes


def _measure(
    figure: str,
    bar: int,
    source: PostgresServer | MariaServer,
    kind: str,
    schema: str,
    change: Callable[[], None],
    truth: Callable[[], str],
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="cdc-bench-", dir="/tmp"))
    target = PostgresServer(embedded_programs(), fsync="on", shared_buffers="256MB", max_wal_size="4GB")
    with target:
        target.sql("CREATE DATABASE platform")
        order = {
            "environment": {"JUTONG_DATA_DIR": str(folder / "data"), "DATABASE_URL": target.url("platform")},
            "source": {
                "kind": kind, "database": "dept", "schema": schema, "table": "person", "mode": "capture",
                "server": {"port": source.port, "admin": source.admin, "password": source.password},
            },
        }  # fmt: skip
        engine = subprocess.Popen(
            [sys.executable, "-m", "tests.support.exchange_timing", json.dumps(order)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT,
        )  # fmt: skip
        try:
            relation = _answer(engine)["relation"]
            first = _run(engine)
            assert (first["kind"], first["inserted"]) == ("full", FIRST), first
            change()
            run = _run(engine)
            found = target.sql(f"{CHECK} {relation}", "platform")
        finally:
            engine.kill()
            engine.wait()
            shutil.rmtree(folder, ignore_errors=True)
    assert (run["state"], run["kind"], run["events"]) == ("succeeded", "capture", EVENTS), run
    assert found == truth(), f"{found} instead of {truth()}"
    speed = EVENTS / run["seconds"]
    print(f"{figure}: {speed:,.0f} events/s; {EVENTS / run['processor_seconds']:,.0f} a second of our own processor")
    figures.record(figure, speed, "events/s", baseline=f"{bar} events/s", ratio=speed / bar, tried=EVENTS, failed=0)


def _run(engine: "subprocess.Popen[str]") -> dict[str, Any]:
    assert engine.stdin is not None
    engine.stdin.write("run\n")
    engine.stdin.flush()
    return _answer(engine)


def _answer(engine: "subprocess.Popen[str]") -> dict[str, Any]:
    assert engine.stdout is not None
    line = engine.stdout.readline()
    assert line, "the engine's process ended"
    answer: dict[str, Any] = json.loads(line)
    return answer


if __name__ == "__main__":
    main()
