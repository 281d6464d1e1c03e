"""Incremental runs: what changed since, none passed over."""

import threading
from datetime import timedelta

import psycopg
import pytest

from jutong.supply.exchange.models import Batch, Watermark
from jutong.supply.exchange.services import engine
from jutong.supply.exchange.values import RunKind, RunState
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.models import Mount
from jutong.supply.mounting.values import MountMode, TableRef, Transform, TransformKind
from tests.support.servers import PostgresServer
from tests.support.way import AT, pool


@pytest.fixture(scope="session")
def postgres():
    with PostgresServer() as server:
        server.sql("CREATE DATABASE dept")
        yield server


@pytest.fixture
def ledger_code(department, postgres) -> str:
    """A table of a department's PostgreSQL, mounted for increments."""
    postgres.script(
        "DROP TABLE IF EXISTS ledger; CREATE TABLE ledger (id bigint PRIMARY KEY, t varchar(20));"
        "INSERT INTO ledger SELECT g, 'v' || g FROM generate_series(1, 1000) g",
        "dept",
    )
    source_no = department.source(postgres, "dept")
    table = TableRef("public", "ledger")
    code = department.publish_table(source_no, table)
    department.mount(code, source_no, table, MountMode.WATERMARK)
    return code


@pytest.fixture
def growing_code(department, maria, shop) -> str:
    """The MariaDB table, mounted for increments by its moment of change."""
    source_no = department.source(maria, "dept")
    code = department.publish_table(source_no, shop)
    department.mount(code, source_no, shop, MountMode.WATERMARK, watermark_column="gxsj", overlap_seconds=60)
    return code


def test_the_first_run_is_full_and_leaves_a_watermark(department, ledger_code):
    run = department.run(ledger_code)

    assert (run.kind, run.inserted) == (RunKind.FULL, 1000)
    assert Watermark.objects.get(resource_code=ledger_code).seq == 1


def test_the_next_run_reads_what_changed_since(department, ledger_code, postgres):
    department.run(ledger_code)
    changes = (
        "INSERT INTO ledger VALUES (1001, 'new')",
        "UPDATE ledger SET t = 'changed' WHERE id = 5",
        "DELETE FROM ledger WHERE id = 6",
    )
    postgres.script(";".join(changes), "dept")

    run = department.run(ledger_code)

    assert (run.kind, run.rows_read, run.inserted, run.updated, run.deleted) == (RunKind.INCREMENTAL, 2, 1, 1, 0)
    assert pool(ledger_code, "t, _batch", "WHERE id IN (5, 1001) ORDER BY id") == [("changed", 2), ("new", 2)]


def test_a_full_run_reconciles_what_increments_cannot_see(department, ledger_code, postgres):
    department.run(ledger_code)
    postgres.script("DELETE FROM ledger WHERE id = 6", "dept")

    department.run(ledger_code)
    run = department.run(ledger_code, full=True)

    assert (run.kind, run.deleted) == (RunKind.FULL, 1)
    assert department.run(ledger_code).kind is RunKind.INCREMENTAL


@pytest.mark.parametrize("engine_code", ["ledger_code", "growing_code"])
def test_a_reconciliation_finds_what_increments_cannot_see(department, request, postgres, maria, engine_code):
    code = request.getfixturevalue(engine_code)
    department.run(code)
    if engine_code == "ledger_code":
        postgres.script("DELETE FROM ledger WHERE id = 6; UPDATE ledger SET t = 'new' WHERE id = 7", "dept")
    else:
        maria.sql("DELETE FROM shop WHERE id = 2; UPDATE shop SET mc = 'new' WHERE id = 3", "dept")
    Batch.objects.update(committed_at=AT - timedelta(days=2))

    run = department.run(code)

    assert (run.state, run.deleted, run.updated) == (RunState.SUCCEEDED, 1, 1)
    kinds = list(Batch.objects.filter(resource_code=code).order_by("seq").values_list("kind", "deleted"))
    assert kinds == [("full", 0), ("incremental", 0), ("reconcile", 1)]
    # Nothing differs afterwards, so that nothing is read.
    Batch.objects.update(committed_at=AT - timedelta(days=2))
    again = department.run(code)
    last = Batch.objects.filter(resource_code=code).order_by("-seq").first()
    assert (again.updated, again.deleted, last.kind, last.rows) == (0, 0, "reconcile", 0)


@pytest.mark.parametrize(("engine_code", "item"), [("ledger_code", "t"), ("growing_code", "mc")])
def test_a_reconciliation_compares_what_was_made_of_the_values(department, request, engine_code, item):
    code = request.getfixturevalue(engine_code)
    mount = Mount.objects.get(resource_code=code)
    mask = Transform(TransformKind.MASK)
    mount.columns = [{**each, "transform": mask.to_json()} if each["item"] == item else each for each in mount.columns]
    mount.save()
    department.run(code)
    Batch.objects.update(committed_at=AT - timedelta(days=2))

    department.run(code)

    last = Batch.objects.filter(resource_code=code).order_by("-seq").first()
    assert {set(value) == {"*"} for (value,) in pool(code, item)} == {True}
    assert (last.kind, last.rows) == ("reconcile", 0)


def test_late_commits_of_four_writers_all_arrive(department, ledger_code, postgres):
    postgres.script("TRUNCATE ledger; CREATE SEQUENCE IF NOT EXISTS tick", "dept")
    department.run(ledger_code, allow_shrink=True)
    stop = threading.Event()

    def write() -> None:
        with psycopg.connect(postgres.url("dept")) as connection:
            while not stop.is_set():
                connection.execute("INSERT INTO ledger SELECT nextval('tick'), 'x'")
                connection.execute("SELECT pg_sleep(random() * 0.03)")
                connection.commit()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for thread in writers:
        thread.start()
    for _ in range(6):
        department.run(ledger_code)
    stop.set()
    for thread in writers:
        thread.join()
    department.run(ledger_code)

    written = set(postgres.sql("SELECT id FROM ledger", "dept").split())
    assert len(written) > 50
    assert {str(row[0]) for row in pool(ledger_code, "id")} == written
    seqs = list(Batch.objects.filter(resource_code=ledger_code).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


def test_increments_of_mariadb_go_page_by_page(department, growing_code, maria, monkeypatch):
    monkeypatch.setattr(engine, "INCREMENT_ROWS", 100)
    department.run(growing_code)
    maria.sql("INSERT INTO shop SELECT seq, '新', 1, NULL, NOW(6) FROM seq_1000_to_1249", "dept")

    run = department.run(growing_code)

    assert (run.kind, run.state, run.inserted) == (RunKind.INCREMENTAL, RunState.SUCCEEDED, 250)
    assert run.batches >= 3
    assert len(pool(growing_code)) == 255


def test_a_late_commit_within_the_overlap_is_met(department, growing_code, maria):
    department.run(growing_code)
    # A row whose moment of change lies before the watermark, as a transaction that committed late leaves it.
    maria.sql("INSERT INTO shop VALUES (50,'迟',1,NULL,'2026-01-05 07:59:30')", "dept")

    run = department.run(growing_code)

    assert run.inserted == 1


def test_another_source_does_not_inherit_the_watermark(department, growing_code, maria):
    department.run(growing_code)
    mounting.stop_mount(resource_code=growing_code, reason="换库", by=department.steward, at=AT)
    maria.sql("CREATE DATABASE IF NOT EXISTS other; DROP TABLE IF EXISTS other.shop;"
              "CREATE TABLE other.shop LIKE dept.shop;"
              "INSERT INTO other.shop SELECT id + 100, mc, je, rq, '2020-01-01' FROM dept.shop")  # fmt: skip
    source_no = department.source(maria, "other")
    department.mount(growing_code, source_no, TableRef("other", "shop"), MountMode.WATERMARK, watermark_column="gxsj")

    run = department.run(growing_code)

    assert run.kind is RunKind.FULL
    assert min(row[0] for row in pool(growing_code, "id")) == 101


def test_a_table_made_anew_is_read_in_full(department, ledger_code, postgres):
    department.run(ledger_code)
    postgres.script(
        "DROP TABLE ledger; CREATE TABLE ledger (id bigint PRIMARY KEY, t varchar(20));"
        "INSERT INTO ledger SELECT g, 'w' FROM generate_series(1, 900) g",
        "dept",
    )

    run = department.run(ledger_code)

    assert (run.kind, run.state, run.deleted) == (RunKind.FULL, RunState.SUCCEEDED, 100)
