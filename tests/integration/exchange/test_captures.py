"""Changes captured from a department's log: inserts, updates and deletes, none passed over, none met twice."""

import threading
from datetime import timedelta

import psycopg
import pytest
from django.test import Client

from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.accounts.models import Appointment, Person
from jutong.supply.exchange import queries
from jutong.supply.exchange.models import Alarm, Batch, Capture, Plan, Reject
from jutong.supply.exchange.services import captures, corrections, rejects
from jutong.supply.exchange.values import AlarmKind, RejectState, RunKind, RunState, Trigger
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.domain.errors import CaptureUnready
from jutong.supply.mounting.values import CaptureStanding, MountMode, TableRef
from tests.integration.exchange.test_full_runs import shorten
from tests.support.servers import PostgresServer
from tests.support.way import AT, pool

SLOTS = "SELECT slot_name FROM pg_replication_slots"
DROP_SLOTS = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"


@pytest.fixture(scope="module")
def postgres():
    with PostgresServer(wal_level="logical") as server:
        server.sql("CREATE DATABASE dept")
        yield server


@pytest.fixture
def publish(department, postgres):
    """A table of a department's PostgreSQL as a published resource; publication and mounting are the test's."""

    def begin(statement: str, name: str) -> str:
        postgres.script(f"DROP TABLE IF EXISTS {name} CASCADE; {statement}", "dept")
        number = department.source(postgres, "dept", name=f"业务库 {name}")
        return number, department.publish_table(number, TableRef("public", name))

    yield begin
    postgres.sql(DROP_SLOTS, "dept")
    postgres.script(
        "DO $$ DECLARE p name; BEGIN FOR p IN SELECT pubname FROM pg_publication LOOP"
        " EXECUTE format('DROP PUBLICATION %I', p); END LOOP; END $$",
        "dept",
    )


@pytest.fixture
def ledger_code(department, publish, postgres) -> str:
    """Mounted for capture, and gathered once."""
    number, code = publish(
        "CREATE TABLE ledger (id bigint PRIMARY KEY, t varchar(20), big text);"
        "INSERT INTO ledger SELECT g, 'v' || g, NULL FROM generate_series(1, 1000) g",
        "ledger",
    )
    make_publication(postgres, code, "ledger")
    department.mount(code, number, TableRef("public", "ledger"), MountMode.CAPTURE)
    run = department.run(code)
    assert (run.kind, run.state, run.inserted) == (RunKind.FULL, RunState.SUCCEEDED, 1000)
    return code


def make_publication(postgres, code: str, table: str) -> None:
    postgres.script(f"CREATE PUBLICATION jutong_{code.replace('/', '_')} FOR TABLE {table}", "dept")


def in_pool(code: str, columns: str = "id, t") -> set[tuple[str, ...]]:
    return {tuple(map(str, row)) for row in pool(code, columns)}


def in_source(postgres, columns: str = "id, t") -> set[tuple[str, ...]]:
    return {tuple(row.split("|")) for row in postgres.sql(f"SELECT {columns} FROM ledger", "dept").split("\n")}


def test_inserts_updates_and_deletes_arrive(department, ledger_code, postgres):
    postgres.script(
        "INSERT INTO ledger VALUES (1001, 'new'); UPDATE ledger SET t = 'changed' WHERE id = 5;"
        "DELETE FROM ledger WHERE id = 6; UPDATE ledger SET id = 2007 WHERE id = 7;"
        "INSERT INTO ledger VALUES (3000, 'gone at once'); DELETE FROM ledger WHERE id = 3000",
        "dept",
    )

    run = department.run(ledger_code)

    assert (run.kind, run.inserted, run.updated, run.deleted) == (RunKind.CAPTURE, 2, 1, 2)
    assert in_pool(ledger_code) == in_source(postgres)
    assert Capture.objects.get(resource_code=ledger_code).events == 6


def test_nothing_changed_brings_nothing_and_lets_the_source_forget(department, ledger_code, postgres):
    before = Capture.objects.get(resource_code=ledger_code).position
    postgres.script("CREATE TABLE other AS SELECT g FROM generate_series(1, 5000) g; DROP TABLE other", "dept")

    run = department.run(ledger_code)

    assert (run.kind, run.rows_read, run.deleted) == (RunKind.CAPTURE, 0, 0)
    assert Capture.objects.get(resource_code=ledger_code).position != before


def test_a_death_between_the_pool_and_the_slot_has_nothing_read_twice(department, ledger_code, postgres, monkeypatch):
    postgres.script("UPDATE ledger SET t = 'once' WHERE id <= 50", "dept")
    with monkeypatch.context() as patched:
        # The worker died after the pool's commit; the slot stands where it stood.
        patched.setattr(captures, "confirm", lambda *_, **__: None)
        department.run(ledger_code)

    run = department.run(ledger_code)

    assert (run.kind, run.rows_read, run.updated) == (RunKind.CAPTURE, 0, 0)
    assert Capture.objects.get(resource_code=ledger_code).events == 50


def test_a_long_value_that_did_not_change_stays(department, ledger_code, postgres):
    postgres.script(
        "UPDATE ledger SET big = (SELECT string_agg(md5(g::text), '') FROM generate_series(1, 500) g) WHERE id = 3",
        "dept",
    )
    department.run(ledger_code)
    postgres.script("UPDATE ledger SET t = 'x' WHERE id = 3", "dept")

    department.run(ledger_code)

    assert pool(ledger_code, "t, length(big)", "WHERE id = 3") == [("x", 16_000)]


def test_late_commits_of_four_writers_all_arrive_and_deletes_too(department, ledger_code, postgres):
    postgres.script("CREATE SEQUENCE IF NOT EXISTS tick START 5000", "dept")
    stop = threading.Event()

    def write() -> None:
        with psycopg.connect(postgres.url("dept")) as connection:
            while not stop.is_set():
                connection.execute("INSERT INTO ledger SELECT nextval('tick'), 'x'")
                connection.execute("DELETE FROM ledger WHERE id = (SELECT min(id) FROM ledger WHERE id % 4 = 1)")
                connection.execute("SELECT pg_sleep(random() * 0.03)")
                connection.commit()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for thread in writers:
        thread.start()
    for _ in range(5):
        department.run(ledger_code)
    stop.set()
    for thread in writers:
        thread.join()
    department.run(ledger_code)

    assert in_pool(ledger_code) == in_source(postgres)
    seqs = list(Batch.objects.filter(resource_code=ledger_code).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("TRUNCATE ledger; INSERT INTO ledger SELECT g, 'w' FROM generate_series(1, 900) g", "清空"),
        (f"{DROP_SLOTS}; DELETE FROM ledger WHERE id < 9", "删除"),
    ],
    ids=["truncated", "slot dropped"],
)
def test_a_broken_thread_is_said_and_mended_by_a_new_snapshot(department, ledger_code, postgres, harm, words):
    postgres.script(harm, "dept")

    run = department.run(ledger_code)

    row = Capture.objects.get(resource_code=ledger_code)
    assert (run.kind, run.state) == (RunKind.FULL, RunState.SUCCEEDED)
    assert words in row.lost_details["reason"]
    assert in_pool(ledger_code) == in_source(postgres)
    assert department.run(ledger_code).kind is RunKind.CAPTURE


def test_the_slot_goes_with_the_mount(department, ledger_code, postgres):
    assert postgres.sql(SLOTS, "dept").startswith("jutong_")
    mounting.stop_mount(resource_code=ledger_code, reason="换库", by=department.steward, at=AT)
    captures.end(ledger_code, at=clock.now())

    captures.make_round(at=clock.now() + timedelta(minutes=2))

    assert postgres.sql(SLOTS, "dept") == ""
    assert not Capture.objects.exists()


def test_mounting_says_what_the_administrator_must_do(department, publish, postgres):
    number, code = publish("CREATE TABLE bare (id bigint PRIMARY KEY, t varchar(20))", "bare")

    with pytest.raises(CaptureUnready) as refused:
        department.mount(code, number, TableRef("public", "bare"), MountMode.CAPTURE)

    [remedy] = refused.value.details["remedies"]
    postgres.script(remedy, "dept")
    department.mount(code, number, TableRef("public", "bare"), MountMode.CAPTURE)


def test_what_is_kept_too_long_is_alarmed_once_until_it_is_gone(department, ledger_code, monkeypatch):
    standing = CaptureStanding("0/1", lag_bytes=2 * 1024**3)
    monkeypatch.setattr(captures.mounting, "capture_standing", lambda *_: standing)

    for minutes in (2, 4):
        captures.make_round(at=clock.now() + timedelta(minutes=minutes))

    (alarm,) = Alarm.objects.filter(resource_code=ledger_code)
    assert (alarm.kind, alarm.figures["lag_mib"], alarm.cleared_at) == (AlarmKind.LOG_KEPT, 2048, None)
    assert queries.find_capture(ledger_code).alarmed_at == alarm.raised_at
    standing = CaptureStanding("0/2", lag_bytes=0, lost=True)
    captures.make_round(at=clock.now() + timedelta(minutes=6))
    open_ones = Alarm.objects.filter(resource_code=ledger_code, cleared_at=None)
    assert [each.kind for each in open_ones] == [AlarmKind.LOG_LOST]
    standing = CaptureStanding("0/2", lag_bytes=0)
    captures.make_round(at=clock.now() + timedelta(minutes=8))
    assert not open_ones.all().exists()


def test_a_correction_stands_while_other_rows_change_and_until_the_source_is_right(department, publish, postgres):
    number, code = publish(
        "CREATE TABLE wide (id bigint PRIMARY KEY, t varchar(200));"
        "INSERT INTO wide SELECT g, 'v' || g FROM generate_series(1, 60) g",
        "wide",
    )
    shorten(code, department, "t", "C(20)")
    make_publication(postgres, code, "wide")
    department.mount(code, number, TableRef("public", "wide"), MountMode.CAPTURE)
    department.run(code)

    def changed(statement: str) -> list[str]:
        """What has become of the rejects when a change was captured."""
        postgres.script(statement, "dept")
        assert department.run(code).kind == RunKind.CAPTURE
        return list(Reject.objects.order_by("pk").values_list("state", flat=True))

    postgres.script("UPDATE wide SET t = CASE id WHEN 7 THEN repeat('x', 30) ELSE t || 'b' END", "dept")
    bad = department.run(code)
    corrections.correct(run_no=bad.run_no, number=1, values={"t": "seven"}, by=department.steward, at=clock.now())
    assert changed("UPDATE wide SET t = 'other' WHERE id = 3") == [RejectState.CORRECTED]
    corrections.replay(run_no=bad.run_no, by=department.steward, at=clock.now())
    assert changed("UPDATE wide SET t = 'another' WHERE id = 4") == [RejectState.REPLAYED]

    # Compared by buckets the source still brings the bad row, however old the correction is.
    rejects.forget(at=clock.now() + timedelta(days=400))
    Batch.objects.update(committed_at=clock.now() - timedelta(days=2))
    assert changed("UPDATE wide SET t = 'fifth' WHERE id = 5") == [RejectState.REPLAYED]
    assert ("7", "seven") in in_pool(code)

    assert changed("UPDATE wide SET t = 'right' WHERE id = 7") == [RejectState.REPLAYED]
    Batch.objects.update(committed_at=clock.now() - timedelta(days=2))
    assert changed("UPDATE wide SET t = 'sixth' WHERE id = 6") == [RejectState.SETTLED]
    assert ("7", "right") in in_pool(code)


@pytest.fixture
def engineer(department) -> Client:
    """An engineer of the centre at the portal."""
    person = Person.objects.create(
        person_no="P-engineer", login_name="engineer", display_name="工程师", created_at=AT,
        password_changed_at=clock.now(),
    )  # fmt: skip
    Appointment.objects.create(
        person=person, post=Post.CENTRE_ENGINEER, organisation=department.engineer.organisation,
        starts_on=clock.local_day(AT), appointed_by=department.admin.actor.to_json(), appointed_at=AT,
    )  # fmt: skip
    client = Client()
    client.force_login(person)
    return client


def test_position_lag_and_speed_are_shown_and_told(
    department, ledger_code, postgres, engineer, django_assert_max_num_queries
):
    postgres.script("UPDATE ledger SET t = 'y' WHERE id < 100", "dept")
    department.run(ledger_code)

    found = queries.find_capture(ledger_code)

    assert (found.events, found.events_per_second > 0, found.lag_bytes < 1024**2) == (99, True, True)
    assert len(found.advice) == 1
    assert found.position.startswith("0/")

    Plan.objects.get_or_create(resource_code=ledger_code, provider_uscc=department.uscc, trigger=Trigger.SCHEDULE)
    with django_assert_max_num_queries(25):
        page = engineer.get(f"/exchange/plans/{ledger_code}/").content.decode()
    assert found.slot in page
    assert "源库未设 max_slot_wal_keep_size" in page
