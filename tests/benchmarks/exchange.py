"""MariaDB to PostgreSQL, a million rows of twelve columns, the whole table: the engine against the client pipe.

The limit is `mariadb --quick --batch | psql COPY` into a table with the same key, in the same run, alternating. The
engine does more: it checks the contract, stages, indexes, digests, writes ledger, audit and fact in one transaction.
Both results are checked against the source by counts and sums.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.support import figures
from tests.support.servers import MariaServer, PostgresServer, embedded_programs

ROWS = 1_000_000
ROUNDS = 4
CHECKOUT = Path(__file__).resolve().parents[2]

SOURCE = f"""
CREATE DATABASE dept CHARACTER SET utf8mb4; USE dept;
CREATE TABLE person (
  id bigint PRIMARY KEY COMMENT '编号', gmsfhm char(18) COMMENT '号码', xm varchar(50) COMMENT '姓名',
  xb char(1) COMMENT '性别', csrq date COMMENT '日期', xzqh char(6) COMMENT '区划', dz varchar(200) COMMENT '地址',
  dh varchar(20) COMMENT '电话', je decimal(18,2) COMMENT '金额', sl int COMMENT '数量', bz varchar(200) COMMENT '备注',
  gxsj datetime COMMENT '时间'
) COMMENT '人员';
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
TARGET = """
DROP TABLE IF EXISTS piped; CREATE TABLE piped (
  id bigint PRIMARY KEY, gmsfhm varchar(18), xm varchar(50), xb varchar(1), csrq date, xzqh varchar(6), dz varchar(200),
  dh varchar(20), je numeric(18,2), sl bigint, bz varchar(200), gxsj timestamp)
"""
CHECK = "SELECT count(*), sum(je), count(csrq), count(dh), count(bz), sum(char_length(dz)), sum(sl), max(gxsj) FROM "


def main() -> None:
    """Record `exchange.mariadb_pg.full`: how fast the engine is, as a share of the pipe (1.0 is as fast)."""
    folder = Path(tempfile.mkdtemp(prefix="exchange-bench-", dir="/tmp"))
    target = PostgresServer(embedded_programs(), fsync="on", shared_buffers="256MB", max_wal_size="4GB")
    with MariaServer(innodb_buffer_pool_size="512M") as maria, target:
        maria.sql(SOURCE)
        target.sql("CREATE DATABASE platform")
        engine = _engine(folder, maria, target)
        try:
            piped, gathered = _measure(maria, target, engine)
        finally:
            engine.kill()
            engine.wait()
            shutil.rmtree(folder, ignore_errors=True)
    best_pipe, best_engine = min(piped), min(gathered)
    ratio = best_pipe / best_engine
    print(f"pipe    {' '.join(f'{s:6.2f}' for s in piped)} s")
    print(f"engine  {' '.join(f'{s:6.2f}' for s in gathered)} s")
    print(f"{ROWS / best_engine:,.0f} rows/s; share of the pipe {ratio:.2f} (best of {ROUNDS}, alternating)")
    figures.record(
        "exchange.mariadb_pg.full", ROWS / best_engine, "rows/s", baseline="mariadb --quick --batch | psql COPY",
        ratio=ratio, tried=ROUNDS, failed=0,
    )  # fmt: skip


def _measure(
    maria: MariaServer, target: PostgresServer, engine: "subprocess.Popen[str]"
) -> tuple[list[float], list[float]]:
    relation = _answer(engine)["relation"]
    truth = maria.sql(f"{CHECK} person", "dept").replace("\t", "|")
    piped, gathered = [], []
    for _ in range(ROUNDS):
        piped.append(_pipe(maria, target))
        _same(truth, target.sql(f"{CHECK} piped", "platform"), "pipe")
        assert engine.stdin is not None
        engine.stdin.write("fresh\n")
        engine.stdin.flush()
        run = _answer(engine)
        assert (run["state"], run["inserted"]) == ("succeeded", ROWS), run
        gathered.append(run["seconds"])
        _same(truth, target.sql(f"{CHECK} {relation}", "platform"), "engine")
    return piped, gathered


def _pipe(maria: MariaServer, target: PostgresServer) -> float:
    """The two clients, one feeding the other: what the servers give and take when nobody stands between."""
    target.sql(TARGET, "platform")
    begun = time.perf_counter()
    sender = subprocess.Popen(
        maria.client("--quick", "--batch", "--skip-column-names", "-e", "SELECT * FROM dept.person"),
        stdout=subprocess.PIPE,
    )
    assert sender.stdout is not None
    subprocess.run(
        ["psql", "-Xq", "-c", "COPY piped FROM STDIN WITH (NULL 'NULL')", target.url("platform")],
        stdin=sender.stdout, check=True,
    )  # fmt: skip
    sender.stdout.close()
    assert sender.wait() == 0
    return time.perf_counter() - begun


def _engine(folder: Path, maria: MariaServer, target: PostgresServer) -> "subprocess.Popen[str]":
    order = {
        "environment": {"JUTONG_DATA_DIR": str(folder / "data"), "DATABASE_URL": target.url("platform")},
        "source": {
            "kind": "mysql", "database": "dept", "schema": "dept", "table": "person",
            "server": {"port": maria.port, "admin": maria.admin, "password": maria.password},
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


def _same(truth: str, found: str, who: str) -> None:
    assert found == truth, f"{who}: {found} instead of {truth}"


if __name__ == "__main__":
    main()
