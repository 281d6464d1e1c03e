"""The crash campaign: kill the worker and PostgreSQL while data is on its way, then compare with SQL of our own.

What is compared is never the product's own count: rows of the sources are digested by the `mariadb` and `psql`
programs, and so are those of the pool. A kill counts only when it landed, that is when it met a run under way.
"""

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.support.servers import MariaServer, PostgresServer, embedded_programs

RECOVERED_SECONDS = 30.0
CHECKOUT = Path(__file__).resolve().parents[2]
FIRST_ROWS = 3_000
CHANGES = 1_200


@dataclass
class Findings:
    """What a campaign came to."""

    landed: dict[str, int] = field(default_factory=lambda: {"worker": 0, "postgres": 0})
    missed: int = 0
    bad: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.landed.values())

    @property
    def longest_recovery(self) -> float:
        return max(self.recoveries, default=0.0)


@dataclass(frozen=True)
class Table:
    """A table under test: its source's words and its place in the pool."""

    name: str
    mode: str
    maria: bool
    columns: tuple[str, ...] = ("id", "t", "n")


TABLES = (
    Table("maria_increments", "watermark", maria=True),
    Table("maria_full", "full", maria=True),
    Table("postgres_increments", "watermark", maria=False),
    Table("maria_captured", "capture", maria=True),
    Table("postgres_captured", "capture", maria=False),
)


class Campaign:
    """Servers, a nursery, and rounds of change, kill, recovery and comparison."""

    def __init__(self, *, seed: int, defect: str = "", programs: Path | None = None):
        self.random = random.Random(seed)
        self.defect = defect
        self.folder = Path(tempfile.mkdtemp(prefix="crash-", dir="/tmp"))
        self.maria = MariaServer(log_bin="bin", server_id="7", binlog_format="ROW")
        self.source = PostgresServer(wal_level="logical")
        # Synchronous as in production; only what the machine itself could lose is left to it.
        self.target = PostgresServer(programs or embedded_programs(), fsync="on", max_connections="60")
        self.findings = Findings()
        self.codes: dict[str, str] = {}
        self.nursery: subprocess.Popen[bytes] | None = None
        self._next = FIRST_ROWS + 1

    # --- Life --------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        for server in (self.maria, self.source, self.target):
            server.prepare()
            server.start()
        self.target.sql("CREATE DATABASE platform")
        self._make_tables()
        self._start_nursery()
        return self

    def __exit__(self, *_: object) -> None:
        (self.folder / "stop").touch()
        if self.nursery is not None:
            with contextlib.suppress(ProcessLookupError):
                if pid := self.worker():
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.nursery.wait(5)
            self.nursery.kill()
            self.nursery.wait()
        for server in (self.maria, self.source, self.target):
            server.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make_tables(self) -> None:
        self.maria.sql(
            "CREATE DATABASE dept CHARACTER SET utf8mb4; USE dept;"
            + "".join(
                f"CREATE TABLE {table.name} (id bigint PRIMARY KEY, t varchar(40), n decimal(12,2),"
                f" gxsj datetime(6) NOT NULL, KEY (gxsj));"
                f"INSERT INTO {table.name} SELECT seq, CONCAT('值', seq), seq / 4, NOW(6) FROM seq_1_to_{FIRST_ROWS};"
                for table in TABLES
                if table.maria
            )
        )
        self.source.sql("CREATE DATABASE dept")
        for table in TABLES:
            if not table.maria:
                self.source.script(
                    f"CREATE TABLE {table.name} (id bigint PRIMARY KEY, t varchar(40), n decimal(12,2));"
                    f"INSERT INTO {table.name} SELECT g, '值' || g, g / 4.0 FROM generate_series(1, {FIRST_ROWS}) g",
                    "dept",
                )

    def _start_nursery(self) -> None:
        order = {
            "folder": str(self.folder),
            "defect": self.defect,
            "environment": {
                "JUTONG_DATA_DIR": str(self.folder / "data"),
                "DATABASE_URL": self.target.url("platform"),
                "JUTONG_LANGUAGE": "zh-hans",
            },
            "tables": [self._order_of(table) for table in TABLES],
        }
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("JUTONG_", "DJANGO_"))}
        with (self.folder / "nursery.log").open("wb") as said:
            self.nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.support.nursery", json.dumps(order)],
                cwd=CHECKOUT, env=variables, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                start_new_session=True,
            )  # fmt: skip
        ready = self.folder / "ready.json"
        deadline = time.monotonic() + 180
        while not ready.exists():
            assert self.nursery.poll() is None, (self.folder / "nursery.log").read_text()
            assert time.monotonic() < deadline, "the nursery was not ready in time"
            time.sleep(0.1)
        self.codes = json.loads(ready.read_text())

    def _order_of(self, table: Table) -> dict[str, Any]:
        server = self.maria if table.maria else self.source
        place = {"watermark_column": "gxsj", "overlap_seconds": 2} if table.maria and table.mode == "watermark" else {}
        return {
            "name": table.name,
            "table": table.name,
            "schema": "dept" if table.maria else "public",
            "database": "dept",
            "kind": "mysql" if table.maria else "postgresql",
            "mode": table.mode,
            "place": place,
            "server": {"port": server.port, "admin": server.admin, "password": server.password},
        }

    # --- A round -----------------------------------------------------------------------------------------------------

    def first_runs(self) -> None:
        """Mounting has planned a run of each table; wait for them, and compare."""
        self._until_settled(after="")
        self.compare("first runs")

    def round(self, victims: Sequence[str]) -> None:
        """Change the sources, have everything gathered, kill, wait until it is back by itself, compare.

        Of several victims each falls when what the one before left has been taken up again.
        """
        self._change()
        before = self._last_run()
        self._ask()
        killed_at = 0.0
        landed = []
        for victim in victims:
            time.sleep(self.random.uniform(0.05, 1.2))
            if landed:
                self._until_under_way(killed_at)
            under_way = self._open_runs()
            killed_at = time.monotonic()
            self._kill(victim)
            if victim == "postgres":
                self.target.start()
            if under_way:
                landed.append(victim)
            else:
                self.findings.missed += 1
        self._until_settled(after=before)
        for victim in landed:
            self.findings.landed[victim] += 1
        if landed:
            self.findings.recoveries.append(time.monotonic() - killed_at)
        self.compare(f"after kill {self.findings.total} ({', '.join(victims)})")

    def _until_under_way(self, since: float) -> None:
        """A worker has taken up again what was left, or there is nothing left."""
        while time.monotonic() < since + RECOVERED_SECONDS:
            with contextlib.suppress(RuntimeError):
                held = "SELECT count(*) FROM exchange_lease WHERE heartbeat_at > now() - interval '3 s'"
                if self.worker() and (self._sql(held) != "0" or not self._open_runs()):
                    return
            time.sleep(0.05)

    def _change(self) -> None:
        """Rows come, change and, where the way of reading sees it, go."""
        first, last = self._next, self._next + CHANGES - 1
        self._next = last + 1
        low = self.random.randrange(1, first - 200)
        for table in TABLES:
            seen = table.mode != "watermark"
            gone = f"DELETE FROM {table.name} WHERE id BETWEEN {low} AND {low + 20};" if seen else ""
            if table.maria:
                self.maria.sql(
                    f"UPDATE {table.name} SET t = CONCAT(LEFT(t, 20), '改'), n = n + 1, gxsj = NOW(6)"
                    f" WHERE id BETWEEN {low} AND {low + 150};"
                    f"{gone} INSERT INTO {table.name} SELECT seq, CONCAT('新', seq), seq / 8, NOW(6)"
                    f" FROM seq_{first}_to_{last};",
                    "dept",
                )
            else:
                self.source.script(
                    f"UPDATE {table.name} SET t = left(t, 20) || '改', n = n + 1"
                    f" WHERE id BETWEEN {low} AND {low + 150}; {gone}"
                    f"INSERT INTO {table.name} SELECT g, '新' || g, g / 8.0 FROM generate_series({first}, {last}) g",
                    "dept",
                )

    def _ask(self) -> None:
        """Have the plan say that everything is due; the worker's own round begins the runs."""
        self._sql("UPDATE exchange_plan SET next_due_at = now(); NOTIFY jutong_exchange")

    def _last_run(self) -> str:
        return self._sql("SELECT coalesce(max(run_no), '') FROM exchange_run")

    def _open_runs(self) -> int:
        return int(self._sql("SELECT count(*) FROM exchange_run WHERE state = 'running'"))

    def _until_settled(self, after: str) -> None:
        """Every table has a run that began after that number and has succeeded, and none is open."""
        deadline = time.monotonic() + RECOVERED_SECONDS * 4
        question = (
            f"SELECT count(DISTINCT resource_code) FILTER (WHERE state = 'succeeded' AND run_no > '{after}'),"
            " count(*) FILTER (WHERE finished_at IS NULL) FROM exchange_run"
        )
        while True:
            with contextlib.suppress(RuntimeError):
                done, still_open = self._sql(question).split("|")
                if int(done) == len(TABLES) and still_open == "0":
                    return
            failed = self._failed(after)
            if failed or time.monotonic() > deadline:
                raise AssertionError(f"not back in time:\n{self.state()}")
            time.sleep(0.05)

    def _failed(self, after: str) -> bool:
        with contextlib.suppress(RuntimeError):
            gone = "state IN ('failed', 'drifted', 'stopped')"
            return self._sql(f"SELECT count(*) FROM exchange_run WHERE {gone} AND run_no > '{after}'") != "0"
        return False

    def state(self) -> str:
        """For people: the runs as they stand and what the worker said last."""
        with contextlib.suppress(RuntimeError):
            rows = self._sql(
                "SELECT run_no, resource_code, state, attempt, rows_read, error_code, error_details FROM exchange_run"
                " ORDER BY run_no DESC LIMIT 8"
            )
            jobs = self._sql("SELECT id, status, task_name, args FROM procrastinate_jobs ORDER BY id DESC LIMIT 8")
            log = (self.folder / "worker.log").read_text(errors="replace")[-3000:]
            return f"{rows}\n{jobs}\n{log}"
        return "the target does not answer"

    # --- Killing -----------------------------------------------------------------------------------------------------

    def _kill(self, victim: str) -> None:
        if victim == "postgres":
            self.target.kill()
        elif pid := self.worker():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def worker(self) -> int | None:
        """The process id of the worker that lives now."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int((self.folder / "worker.pid").read_text())
        return None

    # --- Comparing ---------------------------------------------------------------------------------------------------

    def compare(self, moment: str) -> None:
        """Source against pool, ledger against itself, staging empty of what could be taken for data."""
        for table in TABLES:
            theirs, ours = self._source_digest(table), self._pool_digest(table)
            if theirs != ours:
                self.findings.bad.append(f"{moment}: {table.name}: source {theirs} pool {ours}")
            self._compare_ledger(table, moment)

    def _source_digest(self, table: Table) -> tuple[int, str]:
        columns = ", ".join(table.columns)
        query = f"SELECT {columns} FROM {table.name} ORDER BY id"
        text = self.maria.sql(query, "dept") if table.maria else self.source.sql(query, "dept").replace("|", "\t")
        return text.count("\n") + 1, hashlib.sha256(text.encode()).hexdigest()[:16]

    def _pool_digest(self, table: Table) -> tuple[int, str]:
        columns = ", ".join(table.columns)
        text = self._sql(f"SELECT {columns} FROM {self._relation(table)} ORDER BY id").replace("|", "\t")
        return text.count("\n") + 1, hashlib.sha256(text.encode()).hexdigest()[:16]

    def _compare_ledger(self, table: Table, moment: str) -> None:
        """Numbers without gap or double; what came and went makes what is there; each batch begins where one ended."""
        code = self.codes[table.name]
        wrong = self._sql(
            f"""
            WITH ledger AS (
                SELECT seq, kind, cursor_from, inserted, deleted, row_number() OVER (ORDER BY seq) AS place,
                       lag(cursor_to) OVER (ORDER BY seq) AS before
                  FROM exchange_batch WHERE resource_code = '{code}'
            )
            SELECT (SELECT count(*) FROM ledger WHERE seq <> place),
                   (SELECT count(*) FROM ledger WHERE kind <> 'full' AND cursor_from IS DISTINCT FROM before),
                   (SELECT sum(inserted) - sum(deleted) FROM ledger) - (SELECT count(*) FROM {self._relation(table)}),
                   (SELECT count(*) FROM exchange_watermark w WHERE w.resource_code = '{code}'
                       AND w.cursor IS DISTINCT FROM (SELECT cursor_to FROM exchange_batch
                             WHERE resource_code = '{code}' ORDER BY seq DESC LIMIT 1)),
                   (SELECT count(*) FROM (SELECT run_id, count(*) AS n FROM exchange_batch
                                           WHERE resource_code = '{code}' GROUP BY run_id) AS b
                      JOIN exchange_run r ON r.id = b.run_id WHERE r.batches <> b.n)
            """
        )
        if wrong != "0|0|0|0|0":
            self.findings.bad.append(f"{moment}: {table.name}: ledger (gaps|chain|sum|watermark|batches) {wrong}")

    def _relation(self, table: Table) -> str:
        return "pool.r_" + self.codes[table.name].replace("/", "_")

    def _sql(self, text: str) -> str:
        return self.target.sql(text, "platform")


PATTERNS = (("worker", "postgres", "worker"), ("worker", "worker", "postgres"))


def carry_out(campaign: Campaign, landed: int, *, tries: int = 3) -> Findings:
    """Rounds until so many kills have landed."""
    campaign.first_runs()
    number = 0
    while campaign.findings.total < landed and number < landed * tries:
        campaign.round(PATTERNS[number % len(PATTERNS)])
        number += 1
    return campaign.findings


def seek_defect(campaign: Campaign, rounds: int) -> Findings:
    """Rounds until something bad is found, or so many have found nothing. One kill a round: the gap is short."""
    campaign.first_runs()
    for _ in range(rounds):
        if campaign.findings.bad:
            break
        campaign.round(("worker",))
    return campaign.findings
