"""Health, readiness and metrics as a balancer and Prometheus see them."""

import pytest
from django.db import connection

from jutong.foundation.operations import queries
from jutong.foundation.operations.values import Finding, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def probe(monkeypatch):
    """Replace what one probe finds."""

    def replace(name: str, finding: Finding) -> None:
        known = queries.PROBES[name]
        monkeypatch.setitem(queries.PROBES, name, type(known)(name, known.title, lambda: finding, known.vital))

    return replace


@pytest.fixture
def heartbeat():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")


def test_alive_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert answer.json() == {"status": "ok"}
    assert answer["Cache-Control"] == "no-store"


def test_ready_with_database_migrations_and_worker(client, heartbeat):
    answer = client.get("/readyz")

    probes = {name: probe["status"] for name, probe in answer.json()["probes"].items()}
    assert answer.status_code == 200
    # Other parts of the platform, such as the gateway, do not run here; that degrades and does not stop the portal.
    assert {probes[name] for name in ("database", "migrations", "worker")} == {"ok"}


def test_without_a_worker_pages_are_still_served(client):
    answer = client.get("/readyz", headers={"accept-language": "zh-hans"})

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert "jutong worker" in answer.json()["probes"]["worker"]["message"]
    assert client.get("/readyz?probe=worker").status_code == 503


def test_a_failed_vital_probe_takes_the_portal_out_of_service(client, heartbeat, probe):
    probe("disk", Finding(State.FAILED, "满了"))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["probes"]["disk"] == {
        "title": answer.json()["probes"]["disk"]["title"],
        "status": "failed",
        "message": "满了",
        "seconds": answer.json()["probes"]["disk"]["seconds"],
    }


def test_messages_follow_the_reader(client):
    chinese = client.get("/readyz", headers={"accept-language": "zh-hans"}).json()["probes"]["worker"]["message"]
    english = client.get("/readyz", headers={"accept-language": "en"}).json()["probes"]["worker"]["message"]

    assert "后台" in chinese
    assert "worker" in english
    assert chinese != english


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics"])
def test_only_reading_is_allowed(client, address):
    assert client.post(address).status_code in (403, 405)
    assert client.head(address).status_code == 200


def test_metrics_of_jobs_tell_queue_and_status(client, heartbeat):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('only_here', 'a.b', '{}'), "
            "('only_here', 'a.b', '{}')"
        )

    text = client.get("/metrics").content.decode()

    assert 'jutong_jobs{queue="only_here",status="todo"} 2.0' in text
    assert "jutong_job_longest_wait_seconds" in text
    assert 'jutong_probe_up{probe="database"} 1.0' in text
    assert "jutong_build" in text
