"""The real processes under the real supervisor: they serve, they are killed, they come back."""

import json
import os
import stat
import sys
from pathlib import Path

import psutil
import pytest

import jutong
from tests.support.platforms import REAL, Platform, platform, wait_for
from tests.support.servers import postgres_15

pytestmark = [pytest.mark.xdist_group("platform"), pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def running():
    with platform() as made:
        yield made.start().until_ready()


@pytest.fixture(autouse=True)
def serves_before_and_after(request):
    if "running" not in request.fixturenames:
        yield
        return
    made: Platform = request.getfixturevalue("running")
    yield
    wait_for(made.is_ready, what="the platform to serve again", seconds=60)


def test_alive_ready_and_in_numbers_on_both_ports(running):
    for gateway in (False, True):
        assert running.ask("/healthz", gateway=gateway)[0] == 200
        assert running.ask("/readyz", gateway=gateway)[0] == 200
        assert running.ask("/metrics", gateway=gateway)[0] == 200


def test_readiness_names_each_probe(running):
    told = json.loads(running.ask("/readyz")[1])

    assert told["status"] == "ok"
    assert {"database", "migrations", "disk", "worker"} <= set(told["probes"])
    assert running.ask("/readyz?probe=worker")[0] == 200
    assert running.ask("/readyz?probe=unheard-of")[0] == 503


def test_metrics_count_requests_by_view_and_not_by_address(running):
    running.ask("/healthz")
    running.ask("/no/such/page/303001-1")

    text = running.ask("/metrics")[1].decode()

    assert 'jutong_http_requests_total{method="GET",status="200",view="operations:healthz"}' in text
    assert "303001-1" not in text
    assert 'jutong_probe_up{probe="database"} 1.0' in text
    assert "jutong_database_bytes" in text
    assert "jutong_worker_heartbeat_age_seconds" in text


def test_the_openapi_description_lies_where_strangers_look(running):
    status, body = running.ask("/api/v1/openapi.json")

    assert status == 200
    assert json.loads(body)["openapi"].startswith("3.1")


def test_what_the_platform_writes_is_its_owners_alone(running):
    for path in (running.data_dir, running.data_dir / "secrets", running.data_dir / "logs"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
    for path in (running.data_dir / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_the_doctor_finds_nothing_that_stands_in_the_way(running):
    done = running.call("doctor", "--json")

    found = {line["name"]: line for line in json.loads(done.stdout)}
    assert done.returncode == 0, found
    assert found["database"]["state"] == "ok"
    assert found["worker"]["state"] == "ok"


def test_the_embedded_servers_own_programs_are_at_hand(running):
    done = running.call("postgres", "pg_dump", "--schema-only", "--table=django_migrations")

    assert done.returncode == 0, done.stderr
    assert "CREATE TABLE public.django_migrations" in done.stdout


@pytest.mark.parametrize("part", ["gateway", "worker", "portal"])
def test_a_killed_part_comes_back(running, part):
    killed = running.main_of(part)
    killed.kill()
    killed.wait()

    again = wait_for(running.is_ready, what="readiness", seconds=60) and running.main_of(part)

    assert again.pid != killed.pid


def test_a_killed_worker_process_of_the_portal_comes_back(running):
    main = running.main_of("portal")
    killed = main.children()[0]
    killed.kill()

    wait_for(lambda: running.ask("/healthz")[0] == 200, what="answers", seconds=60)


def test_a_killed_main_process_of_the_portal_takes_its_worker_along(running):
    main = running.main_of("portal")
    serving = main.children()[0]
    main.kill()

    wait_for(lambda: not serving.is_running() or serving.status() == psutil.STATUS_ZOMBIE, what="its end", seconds=15)


def test_all_parts_come_back_after_the_database_was_killed(running):
    killed = running.main_of("postgres")
    killed.kill()
    wait_for(lambda: not running.is_ready(), what="the loss to be noticed", seconds=10)

    wait_for(running.is_ready, what="the platform to serve again", seconds=60)

    assert running.main_of("postgres").pid != killed.pid


def test_a_killed_supervisor_leaves_no_process_of_the_real_ones(running):
    running.kill()

    wait_for(lambda: not running.remains(), what="an end of all processes", seconds=30)
    running.start().until_ready()


def test_it_runs_on_debians_postgresql_15():
    with postgres_15() as server:
        server.sql("CREATE DATABASE jutong ENCODING 'UTF8'")
        with platform(DATABASE_URL=server.url("jutong")) as made:
            made.start().until_ready()

            assert made.is_ready()
            assert not (made.data_dir / "postgres").exists()
            assert made.stop() == 0


def test_a_database_that_does_not_answer_is_named():
    with platform(DATABASE_URL="postgresql://jutong:geheim@127.0.0.1:9/jutong") as made:
        made.start()

        assert made.process.wait(60) == 1
        assert "DATABASE_URL" in made.words()
        assert "geheim" not in made.words()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_it_runs_as_a_normal_user():
    # The interpreter of this run may lie in root's home; Debian's own lies where everybody can reach it.
    python = Path("/usr/bin/python3.11")
    if not python.exists():
        pytest.skip("needs Debian's Python 3.11")
    packages = os.pathsep.join([str(Path(jutong.__file__).parents[1]), *(p for p in sys.path if "site-packages" in p)])
    command = (str(python), *REAL[1:])

    with platform(command, user="nobody", PYTHONPATH=packages, PYTHONDONTWRITEBYTECODE="1") as made:
        made.start().until_ready()

        assert made.is_ready()
        assert {process.username() for process in made.remains()} == {"nobody"}
        assert made.data_dir.stat().st_uid == made.identity["user"]
        assert made.stop() == 0
        assert made.remains() == []
