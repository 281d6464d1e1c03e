"""The real processes under the real supervisor: they serve, they are killed, they come back."""

import json
import stat

import psutil
import pytest

from tests.support import prepared
from tests.support.platforms import Platform, platform, wait_for

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def running():
    with platform(prepared=prepared.first_start) as made:
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
    status, body = running.ask("/api/v1/openapi.json", seconds=30)

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
