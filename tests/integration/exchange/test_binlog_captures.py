"""Changes captured from a MariaDB's binary log."""

import threading

import pytest

from jutong.supply.exchange.models import Capture
from jutong.supply.exchange.services import engine
from jutong.supply.exchange.values import RunKind, RunState
from jutong.supply.mounting.domain.errors import CaptureUnready
from jutong.supply.mounting.values import MountMode, TableRef
from tests.support.servers import MariaServer
from tests.support.way import pool

TABLE = TableRef("dept", "ledger")


@pytest.fixture(scope="module")
def maria():
    with MariaServer(log_bin="bin", server_id="7", binlog_format="ROW") as server:
        server.sql("CREATE DATABASE dept CHARACTER SET utf8mb4")
        yield server


@pytest.fixture
def ledger_code(department, maria) -> str:
    """Mounted for capture, and gathered once."""
    maria.sql(
        "DROP TABLE IF EXISTS ledger; CREATE TABLE ledger (je decimal(12,2), t varchar(20), id bigint, lx varchar(9),"
        " rq date, sj datetime(6), z enum('a','b'), b blob, f double, PRIMARY KEY (id, lx));"
        "INSERT INTO ledger SELECT seq / 4, CONCAT('v', seq), seq, '类', '2026-01-01', NOW(6), 'b', 'xyz', 0.5"
        " FROM seq_1_to_1000",
        "dept",
    )
    number = department.source(maria, "dept")
    code = department.publish_table(number, TABLE)
    department.mount(code, number, TABLE, MountMode.CAPTURE)
    run = department.run(code)
    assert (run.kind, run.state, run.inserted) == (RunKind.FULL, RunState.SUCCEEDED, 1000)
    return code


def in_pool(code: str) -> set[tuple[str, ...]]:
    return {tuple(map(str, row)) for row in pool(code, "id, t, lx, je, rq")}


def in_source(maria) -> set[tuple[str, ...]]:
    return {tuple(row.split("\t")) for row in maria.sql("SELECT id, t, lx, je, rq FROM ledger", "dept").split("\n")}


def test_inserts_updates_and_deletes_arrive(department, ledger_code, maria):
    maria.sql(
        "INSERT INTO ledger (id, lx, t, je, rq) VALUES (1001, '类', 'new', -1.5, '2026-02-02');"
        "UPDATE ledger SET t = 'changed' WHERE id = 5; DELETE FROM ledger WHERE id = 6;"
        "UPDATE ledger SET lx = '别\t样' WHERE id = 7; ",
        "dept",
    )

    run = department.run(ledger_code)

    assert (run.kind, run.inserted, run.updated, run.deleted) == (RunKind.CAPTURE, 2, 1, 2)
    assert len(pool(ledger_code)) == 1000
    assert pool(ledger_code, "t, lx", "WHERE id IN (5, 7) ORDER BY id") == [("changed", "类"), ("v7", "别\t样")]
    assert Capture.objects.get(resource_code=ledger_code).events == 4
    assert department.run(ledger_code).rows_read == 0


def test_a_backlog_is_read_in_portions(department, ledger_code, maria, monkeypatch):
    monkeypatch.setattr(engine, "INCREMENT_ROWS", 300)
    for first in range(2000, 3000, 100):
        maria.sql(
            f"INSERT INTO ledger SELECT 1, 'n', seq, '类', '2026-01-01', NULL, NULL, NULL, NULL"
            f" FROM seq_{first}_to_{first + 99}; FLUSH BINARY LOGS",
            "dept",
        )

    run = department.run(ledger_code)

    assert (run.inserted, run.batches >= 3) == (1000, True)
    assert in_pool(ledger_code) == in_source(maria)


def test_late_commits_of_four_writers_all_arrive_and_deletes_too(department, ledger_code, maria):
    stop = threading.Event()

    def write(number: int) -> None:
        at = 10_000 * (number + 1)
        while not stop.is_set():
            at += 1
            maria.sql(
                f"BEGIN; INSERT INTO ledger (id, lx, t, je, rq) VALUES ({at}, '类', 'x', 1, '2026-01-01');"
                f"DELETE FROM ledger WHERE id = {at - 10_000 * (number + 1) + number * 250};"
                "DO SLEEP(RAND() * 0.05); COMMIT",
                "dept",
            )

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in writers:
        thread.start()
    for _ in range(5):
        department.run(ledger_code)
    stop.set()
    for thread in writers:
        thread.join()
    department.run(ledger_code)

    assert sum(int(row[0]) > 10_000 for row in in_source(maria)) > 20
    assert in_pool(ledger_code) == in_source(maria)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("TRUNCATE TABLE ledger; INSERT INTO ledger (id, lx) SELECT seq, '类' FROM seq_1_to_900", "清空"),
        ("RESET MASTER; DELETE FROM ledger WHERE id < 9", "重置"),
        ("DELETE FROM ledger WHERE id < 9; FLUSH BINARY LOGS; DO SLEEP(1); PURGE BINARY LOGS BEFORE NOW()", "清除"),
    ],
    ids=["truncated", "log reset", "log purged"],
)
def test_a_broken_thread_is_said_and_mended_by_a_new_snapshot(department, ledger_code, maria, harm, words):
    maria.sql(harm, "dept")

    run = department.run(ledger_code)

    assert (run.kind, run.state) == (RunKind.FULL, RunState.SUCCEEDED)
    assert words in Capture.objects.get(resource_code=ledger_code).lost_details["reason"]
    assert len(pool(ledger_code)) == int(maria.sql("SELECT COUNT(*) FROM ledger", "dept"))
    assert department.run(ledger_code).kind is RunKind.CAPTURE


def test_mounting_says_what_the_administrator_must_do(department, maria):
    maria.sql("CREATE OR REPLACE TABLE bare (id bigint PRIMARY KEY, t varchar(20))", "dept")
    number = department.source(maria, "dept")
    code = department.publish_table(number, TableRef("dept", "bare"))
    maria.sql("SET GLOBAL binlog_row_image = 'MINIMAL'")
    try:
        with pytest.raises(CaptureUnready) as refused:
            department.mount(code, number, TableRef("dept", "bare"), MountMode.CAPTURE)
    finally:
        maria.sql("SET GLOBAL binlog_row_image = 'FULL'")

    [remedy] = refused.value.details["remedies"]
    assert "FULL" in remedy
    department.mount(code, number, TableRef("dept", "bare"), MountMode.CAPTURE)
