"""The exchange beside the database's own clients: a million rows of twelve columns from PostgreSQL and from MariaDB.

The limit of a whole table is one client feeding the other (`psql COPY | psql COPY`, `mariadb --quick --batch | psql
COPY`) into a table with the same key, in the same run, alternating. `full` is a run as the platform carries it out: it
checks the contract, stages, indexes, digests, and writes ledger, audit and fact in one transaction. `plain` is the way
of the rows alone, adapter to COPY. A hundredth changed, and rows deleted, are measured against the same statements in
psql. Every result is checked against the source by counts and sums.
"""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import figures
from tests.support.servers import MariaServer, PostgresServer, embedded_programs

ROWS = 1_000_000
ROUNDS = 4
DELTA = ROWS // 100
GONE = 5_000
CHECKOUT = Path(__file__).resolve().parents[2]
MEMORY_BAR_MIB = 300

COLUMNS = (
    "id bigint PRIMARY KEY", "gmsfhm char(18)", "xm varchar(50)", "xb char(1)", "csrq date", "xzqh char(6)",
    "dz varchar(200)", "dh varchar(20)", "je decimal(18,2)", "sl int", "bz varchar(200)", "gxsj {moment}",
)  # fmt: skip
MARIA = f"""
CREATE DATABASE dept CHARACTER SET utf8mb4; USE dept;
CREATE TABLE person ({", ".join(COLUMNS).format(moment="datetime")});
INSERT INTO person
SELECT seq, CONCAT('450000', DATE_FORMAT(DATE_ADD('1950-01-01', INTERVAL seq MOD 20000 DAY), '%Y%m%d'),
         LPAD(seq MOD 1000, 3, '0'), seq MOD 10),
       CONCAT('韦', IF(seq MOD 2, '明', '小华')), seq MOD 3,
       IF(seq MOD 10 = 0, NULL, DATE_ADD('1950-01-01', INTERVAL seq MOD 20000 DAY)),
       CONCAT('4501', LPAD(seq MOD 90, 2, '0')), CONCAT('南宁市青秀区民族大道', seq MOD 999, '号'),
       IF(seq MOD 3 = 0, NULL, CONCAT('139', LPAD(seq MOD 99999999, 8, '0'))), seq / 7, seq MOD 100000,
       IF(seq MOD 5 < 3, NULL, CONCAT('备注 ', seq)), DATE_ADD('2024-01-01', INTERVAL seq SECOND)
  FROM seq_1_to_{ROWS};
"""
POSTGRES = f"""
CREATE TABLE person ({", ".join(COLUMNS).format(moment="timestamp")});
INSERT INTO person
SELECT g, '450000' || to_char(date '1950-01-01' + g % 20000, 'YYYYMMDD') || lpad((g % 1000)::text, 3, '0') || g % 10,
       '韦' || CASE WHEN g % 2 = 1 THEN '明' ELSE '小华' END, g % 3,
       CASE WHEN g % 10 > 0 THEN date '1950-01-01' + g % 20000 END, '4501' || lpad((g % 90)::text, 2, '0'),
       '南宁市青秀区民族大道' || g % 999 || '号', CASE WHEN g % 3 > 0 THEN '139' || lpad(g::text, 8, '0') END, g / 7.0,
       g % 100000, CASE WHEN g % 5 >= 3 THEN '备注 ' || g END, timestamp '2024-01-01' + g * interval '1 second'
  FROM generate_series(1, {ROWS}) g;
CREATE INDEX ON person (gxsj);
ANALYZE person;
"""
TARGET = """
DROP TABLE IF EXISTS piped; CREATE TABLE piped (
  id bigint PRIMARY KEY, gmsfhm varchar(18), xm varchar(50), xb varchar(1), csrq date, xzqh varchar(6), dz varchar(200),
  dh varchar(20), je numeric(18,2), sl bigint, bz varchar(200), gxsj timestamp)
"""
CHECK = "SELECT count(*), sum(je), count(csrq), count(dh), count(bz), sum(char_length(dz)), sum(sl), max(gxsj) FROM "
CHANGE = (
    f"UPDATE person SET sl = sl + 1, gxsj = timestamp '2026-01-01' + id * interval '1 second' WHERE id <= {DELTA // 2};"
    f"INSERT INTO person SELECT id + {ROWS}, gmsfhm, xm, xb, csrq, xzqh, dz, dh, je, sl, bz,"
    f" timestamp '2026-01-01' + id * interval '1 second' FROM person WHERE id BETWEEN 100001 AND {100000 + DELTA // 2}"
)
DELETE = f"DELETE FROM person WHERE id BETWEEN 200001 AND {200000 + GONE}"


def main() -> None:
    """Record the figures of `exchange.*`: a speed, and beside it the share of the clients' (1.0 is as fast)."""
    target = PostgresServer(embedded_programs(), fsync="on", shared_buffers="256MB", max_wal_size="4GB")
    with target:
        with PostgresServer(shared_buffers="512MB") as postgres:
            postgres.sql("CREATE DATABASE dept")
            postgres.script(POSTGRES, "dept")
            _whole_tables("exchange.pg_pg", Side(postgres, "postgresql", "public"), target)
            _changes(Side(postgres, "postgresql", "public"), target)
        with MariaServer(innodb_buffer_pool_size="512M") as maria:
            maria.sql(MARIA)
            _whole_tables("exchange.mariadb_pg", Side(maria, "mysql", "dept"), target)


@dataclass(frozen=True)
class Side:
    """A department's server, and how its own client writes a query's rows as text for COPY."""

    server: PostgresServer | MariaServer
    kind: str
    schema: str

    @property
    def client(self) -> str:
        return "psql COPY" if self.kind == "postgresql" else "mariadb --quick --batch"

    @property
    def copy_options(self) -> str:
        return "" if self.kind == "postgresql" else " WITH (NULL 'NULL')"

    def sending(self, query: str) -> list[str]:
        if isinstance(self.server, PostgresServer):
            return ["psql", "-Xq", "-c", f"COPY ({query}) TO STDOUT", self.server.url("dept")]
        return self.server.client("--quick", "--batch", "--skip-column-names", "-D", "dept", "-e", query)

    def truth(self) -> str:
        return self.server.sql(f"{CHECK} person", "dept").replace("\t", "|")


class Engine:
    """The platform's exchange in a process of its own, over one table of a side; `order` is what it is told to do."""

    def __init__(self, side: Side, target: PostgresServer, folder: Path, **place: Any):
        order = {
            "environment": {"JUTONG_DATA_DIR": str(folder / "data"), "DATABASE_URL": target.url("platform")},
            "source": {
                "kind": side.kind, "database": "dept", "schema": side.schema, "table": "person", **place,
                "server": {"port": side.server.port, "admin": side.server.admin, "password": side.server.password},
            },
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.exchange_timing", json.dumps(order)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT,
        )  # fmt: skip
        self.relation: str = self._answer()["relation"]

    def order(self, what: str) -> dict[str, Any]:
        """Have it do something; what came of it. Raises AssertionError where that was no success."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        answer = self._answer()
        assert answer["state"] == "succeeded", answer
        return answer

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the engine's process ended"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextlib.contextmanager
def _engine(side: Side, target: PostgresServer, **place: Any) -> Iterator[Engine]:
    folder = Path(tempfile.mkdtemp(prefix="exchange-bench-", dir="/tmp"))
    target.sql("CREATE DATABASE platform")
    engine = Engine(side, target, folder, **place)
    try:
        yield engine
    finally:
        engine.process.kill()
        engine.process.wait()
        target.sql("DROP DATABASE platform WITH (FORCE)")
        shutil.rmtree(folder, ignore_errors=True)


# --- A whole table ---------------------------------------------------------------------------------------------------


def _whole_tables(figure: str, side: Side, target: PostgresServer) -> None:
    truth = side.truth()
    piped, plain, full, memory = [], [], [], 0.0
    with _engine(side, target) as engine:
        for _ in range(ROUNDS):
            piped.append(_pipe(side, target))
            _same(truth, target, "piped")
            target.sql(TARGET, "platform")
            plain.append(engine.order("plain")["seconds"])
            _same(truth, target, "piped")
            run = engine.order("fresh")
            assert run["inserted"] == ROWS, run
            _same(truth, target, engine.relation)
            full.append(run["seconds"])
            memory = max(memory, run["memory_mib"])
    _tell(f"{figure}.plain", ROWS, plain, f"{side.client} | psql COPY", piped)
    _tell(f"{figure}.full", ROWS, full, f"{side.client} | psql COPY", piped)
    figures.record(
        f"{figure}.memory_mib", memory, "MiB", baseline=f"{MEMORY_BAR_MIB} MiB", ratio=memory / MEMORY_BAR_MIB,
        tried=1, failed=int(memory > MEMORY_BAR_MIB),
    )  # fmt: skip


def _pipe(side: Side, target: PostgresServer) -> float:
    """The two clients, one feeding the other: what the servers give and take when nobody stands between."""
    target.sql(TARGET, "platform")
    return _timed(lambda: _carry(side, "SELECT * FROM person", target, "piped"))


def _carry(side: Side, query: str, target: PostgresServer, table: str) -> None:
    sender = subprocess.Popen(side.sending(query), stdout=subprocess.PIPE)
    assert sender.stdout is not None
    copy = f"COPY {table} FROM STDIN{side.copy_options}"
    subprocess.run(["psql", "-Xq", "-c", copy, target.url("platform")], stdin=sender.stdout, check=True)
    sender.stdout.close()
    assert sender.wait() == 0


# --- What changed, and what is gone ----------------------------------------------------------------------------------


def _changes(side: Side, target: PostgresServer) -> None:
    """Each round changes a hundredth at the source and brings it both ways, then deletes and brings that."""
    merged, increments, cleared, reconciled = [], [], [], []
    with _engine(side, target, mode="watermark", place={"watermark_column": "gxsj"}) as engine:
        for _ in range(ROUNDS - 1):
            side.server.script("DROP TABLE person;" + POSTGRES, "dept")
            run = engine.order("fresh")
            assert run["inserted"] == ROWS, run
            _pipe(side, target)
            side.server.script(CHANGE, "dept")
            merged.append(_timed(lambda: _merge(side, target)))
            run = engine.order("run")
            assert (run["inserted"], run["updated"]) == (DELTA // 2, DELTA // 2), run
            increments.append(run["seconds"])
            side.server.script(DELETE, "dept")
            cleared.append(_timed(lambda: _clear(side, target)))
            run = engine.order("reconcile")
            assert run["deleted"] == GONE, run
            reconciled.append(run["seconds"])
            for table in ("piped", engine.relation):
                _same(side.truth(), target, table)
    _tell("exchange.delta", DELTA, increments, "the same statements in psql", merged)
    _tell("exchange.deletes", GONE, reconciled, "the keys copied and an anti-join in psql", cleared)


def _merge(side: Side, target: PostgresServer) -> None:
    """What a person would write in psql: copy what is newer, and insert it or update by its key."""
    target.sql("DROP TABLE IF EXISTS newer; CREATE UNLOGGED TABLE newer (LIKE piped)", "platform")
    _carry(side, "SELECT * FROM person WHERE gxsj >= '2026-01-01'", target, "newer")
    names = [column.split()[0] for column in COLUMNS]
    changed = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    target.sql(f"INSERT INTO piped SELECT * FROM newer ON CONFLICT (id) DO UPDATE SET {changed}", "platform")


def _clear(side: Side, target: PostgresServer) -> None:
    target.sql("DROP TABLE IF EXISTS keys; CREATE UNLOGGED TABLE keys (id bigint)", "platform")
    _carry(side, "SELECT id FROM person", target, "keys")
    target.script(
        "ANALYZE keys; DELETE FROM piped p WHERE NOT EXISTS (SELECT FROM keys k WHERE k.id = p.id)", "platform"
    )


# --- Telling ---------------------------------------------------------------------------------------------------------


def _timed(deed: Callable[[], None]) -> float:
    begun = time.perf_counter()
    deed()
    return time.perf_counter() - begun


def _same(truth: str, target: PostgresServer, table: str) -> None:
    found = target.sql(f"{CHECK} {table}", "platform")
    assert found == truth, f"{table}: {found} instead of {truth}"


def _tell(figure: str, rows: int, ours: list[float], baseline: str, theirs: list[float]) -> None:
    ratio = min(theirs) / min(ours)
    print(f"{figure:28} {' '.join(f'{s:6.2f}' for s in ours)} s; {baseline} {' '.join(f'{s:6.2f}' for s in theirs)} s")
    print(f"{'':28} {rows / min(ours):,.0f} rows/s; share {ratio:.2f} (best of {len(ours)}, alternating)")
    figures.record(figure, rows / min(ours), "rows/s", baseline=baseline, ratio=ratio, tried=len(ours), failed=0)


if __name__ == "__main__":
    main()
