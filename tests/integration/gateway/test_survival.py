"""What holds when things break: kills, lost databases, full disks, restarts, and rights that are taken back."""

import itertools
import json
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from jutong.delivery.gateway.plane.journal import verify_log
from jutong_client import CallFailed, CallRefused
from tests.support import figures
from tests.support.gateway import (
    SIGNING_PUBLIC,
    PlaneProcess,
    RawConnection,
    SignedRequest,
    SourceSystem,
    call_raw,
    respond_json,
    service_place,
    wait_for,
)
from tests.support.servers import free_port

KILLS = 8
REVOCATIONS = 25
CALLERS = 6


def shipped(database, plane):
    """Wait until PostgreSQL holds the whole durable log; returns it."""
    last = int(plane.gauge("log_records"))
    return wait_for(
        lambda: rows if (rows := database.logged()) and rows[-1]["number"] >= last else None, what="the log's arrival"
    )


class Callers:
    """Threads that call without pause and remember every answer."""

    def __init__(self, plane, key, number=CALLERS):
        self.plane, self.key = plane, key
        self.answered = []
        self.refused = []
        self.cut = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._call) for _ in range(number)]

    def _call(self):
        with self.plane.client(self.key) as client:
            while not self._stop.is_set():
                try:
                    self.answered.append((time.monotonic(), client.get("303001/1", {"rs": 7})["call"]))
                except CallRefused as refused:
                    self.refused.append((time.monotonic(), refused.code))
                except CallFailed:
                    self.cut += 1
                    time.sleep(0.02)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(20)


def outcome_of(client, parameters=None, resource="303001/1"):
    try:
        client.get(resource, parameters)
        return "answered"
    except CallRefused as refused:
        return refused.code


def kill_under_load(database, kills, seed):
    """SIGKILL the gateway again and again while callers call; answered calls, the log, calls cut, findings."""
    rng = random.Random(seed)
    key = database.add_key()
    database.add_grant()
    with PlaneProcess(database.url, segment_max_bytes=40_000) as plane:
        with Callers(plane, key) as callers:
            for _ in range(kills):
                before = len(callers.answered)
                wait_for(lambda before=before: len(callers.answered) > before + 20, 30, what="answers")
                time.sleep(rng.uniform(0, 0.1))
                plane.kill()
                plane.start()
        rows = shipped(database, plane)
        plane.stop()
        findings = list(verify_log(plane.log_folder(), SIGNING_PUBLIC))
    return [call for _, call in callers.answered], rows, callers.cut, findings


def test_every_answered_call_is_in_the_log_whatever_is_killed(own_database):
    calls, rows, cut, findings = kill_under_load(own_database, KILLS, seed=7)

    missing = set(calls) - {f"{row['gateway']}-{row['number']}" for row in rows}
    figures.record("gateway.answered_in_log", len(calls), "calls", tried=KILLS, failed=len(missing))
    assert missing == set()
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1)), "numbers have no gap and none twice"
    assert len(set(calls)) == len(calls)
    assert cut >= KILLS // 2, "the kills hit calls in flight"
    assert findings == []


def revocation_delays(database, number):
    """Seconds from the acknowledgement of a revocation to the last call that was still answered; 0 when none was."""
    key = database.add_key()
    delays = []
    with PlaneProcess(database.url) as plane, plane.client(key) as client:
        for index in range(number):
            grant_no = database.add_grant(grant_no=f"SQ{index}")
            plane.until_known(database)
            assert client.get("303001/1", {"rs": 1})["rows"]
            database.revoke(grant_no)
            acknowledged = last_success = time.monotonic()
            while True:
                code = outcome_of(client, {"rs": 1})
                if code != "answered":
                    break
                last_success = time.monotonic()
            assert code == "grant_revoked"
            delays.append(last_success - acknowledged)
    return delays


def test_a_revoked_grant_is_dead_within_a_second(own_database):
    delays = revocation_delays(own_database, REVOCATIONS)

    figures.record("gateway.revocation_s", max(delays), "s", tried=REVOCATIONS, failed=sum(d > 1 for d in delays))
    assert max(delays) < 1


def test_a_revoked_key_is_dead_within_a_second(own_database):
    key = own_database.add_key()
    own_database.add_grant()
    with PlaneProcess(own_database.url) as plane, plane.client(key) as client:
        client.get("303001/1")
        own_database.execute("UPDATE accounts_client_key SET revoked_at = now()")
        time.sleep(1)

        with pytest.raises(CallRefused) as refused:
            client.get("303001/1")

    assert refused.value.code == "key_revoked"


def test_changes_are_found_without_any_notice(own_database):
    """The poll alone must do: triggers are taken away, the counter is moved by hand."""
    key = own_database.add_key()
    grant_no = own_database.add_grant()
    with PlaneProcess(own_database.url, policy_poll_seconds=0.3) as plane, plane.client(key) as client:
        client.get("303001/1")
        own_database.execute("ALTER TABLE sharing_live_grant DISABLE TRIGGER changed")
        own_database.execute("UPDATE sharing_live_revision SET revision = revision + 1")
        own_database.execute(
            "UPDATE sharing_live_grant SET revoked_at = now(), revision = (SELECT revision FROM sharing_live_revision)"
            " WHERE grant_no = %s",
            grant_no,
        )
        time.sleep(1)

        with pytest.raises(CallRefused) as refused:
            client.get("303001/1")

    assert refused.value.code == "grant_revoked"


def test_a_deleted_grant_is_unknown(own_database):
    key = own_database.add_key()
    own_database.add_grant()
    with PlaneProcess(own_database.url, policy_poll_seconds=0.3) as plane, plane.client(key) as client:
        client.get("303001/1")
        own_database.execute("DELETE FROM sharing_live_grant")
        time.sleep(1)

        with pytest.raises(CallRefused) as refused:
            client.get("303001/1")

    assert refused.value.code == "resource_unknown"


def test_without_the_database_open_services_go_on_and_sensitive_ones_stop(postgres, own_database):
    key = own_database.add_key()
    said = {"official": "李四", "purpose": "核验", "case": "1"}
    with SourceSystem(lambda _, handler, body: respond_json(handler, [])) as source:
        own_database.add_grant("C0001", "303001/1", place=service_place(source.port))
        own_database.add_grant("C0001", "303002/1", place=service_place(source.port), sensitive=True)
        own_database.add_grant("C0001", "303003/1")
        settings = {"restricted_lease_seconds": 3, "policy_age_limit_seconds": 8, "policy_poll_seconds": 0.3}
        with PlaneProcess(own_database.url, **settings) as plane, plane.client(key, **said) as client:
            plane.until_known(own_database)

            def outcome(resource):
                return outcome_of(client, resource=resource)

            before = [outcome(f"30300{number}/1") for number in (1, 2, 3)]
            postgres.kill()
            lost = time.monotonic()
            at_once = [outcome(f"30300{number}/1") for number in (1, 2, 3)]
            time.sleep(max(0, lost + 3.6 - time.monotonic()))
            past_lease = [outcome(f"30300{number}/1") for number in (1, 2, 3)]
            unready = plane.status("/readyz")
            time.sleep(max(0, lost + 8.6 - time.monotonic()))
            past_limit = outcome("303001/1")
            postgres.start()
            own_database.reconnect()
            plane.wait_until("/readyz")
            back = [wait_for(lambda n=n: outcome(f"30300{n}/1") == "answered", what="service") for n in (1, 2, 3)]
            rows = shipped(own_database, plane)

    assert before == ["answered"] * 3
    assert at_once == ["answered", "answered", "upstream_unavailable"]
    assert past_lease == ["answered", "policy_unavailable", "upstream_unavailable"]
    assert unready == 503
    assert past_limit == "policy_unavailable"
    assert back == [True] * 3
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1)), "calls of the dark time were shipped"


def test_a_replay_is_noticed_after_a_kill_and_by_another_worker(own_database):
    key = own_database.add_key()
    own_database.add_grant()
    port = free_port()
    with PlaneProcess(own_database.url, port=port, workers=2) as first:
        second = PlaneProcess(own_database.url, folder=first.folder, port=port, workers=2, worker=1)
        with second:
            wait_for(lambda: "gateway.listening" in second.words(), what="the second worker")
            requests = [SignedRequest(key, query="rs=1").to_bytes() for _ in range(60)]
            answers = [call_raw(port, request) for request in requests]
            replays = [call_raw(port, request) for _ in range(4) for request in requests]
            workers = {answer.json["call"].partition("-")[0] for answer in answers}
            first.kill()
            first.start()
            after_kill = [call_raw(port, request) for request in requests]

    assert {answer.code for answer in answers} == {"answered"}
    assert len(workers) == 2, "both workers took part"
    assert {answer.code for answer in replays} == {"replayed"}
    assert {answer.code for answer in after_kill} == {"replayed"}


def test_without_the_nonce_table_older_timestamps_are_refused(own_database):
    key = own_database.add_key()
    own_database.add_grant()
    with PlaneProcess(own_database.url) as plane:
        used = SignedRequest(key).to_bytes()
        assert call_raw(plane.port, used).code == "answered"
        plane.kill()
        (plane.folder / "nonces").unlink()
        time.sleep(0.01)
        plane.start()

        replay = call_raw(plane.port, used)
        fresh = call_raw(plane.port, SignedRequest(key))

    assert replay.code == "timestamp_outside_window"
    assert fresh.code == "answered"


def test_a_full_nonce_table_refuses(own_database):
    key = own_database.add_key()
    own_database.add_grant()
    with PlaneProcess(own_database.url, nonces_per_slice=128) as plane, RawConnection(plane.port) as connection:
        codes = {connection.send(SignedRequest(key, query="rs=1").to_bytes()).receive().code for _ in range(300)}

    assert codes == {"answered", "replay_guard_full"}


def test_the_quota_of_a_day_survives_a_kill(own_database):
    key = own_database.add_key()
    own_database.add_grant(quota={"per_second": 100, "per_day": 5})
    with PlaneProcess(own_database.url) as plane:
        first = [call_raw(plane.port, SignedRequest(key)).code for _ in range(3)]
        plane.kill()
        plane.start()
        second = [call_raw(plane.port, SignedRequest(key)).code for _ in range(3)]

    assert first + second == ["answered"] * 5 + ["quota_exceeded"]


def test_with_the_log_failing_no_source_is_asked_and_it_heals(own_database):
    key = own_database.add_key()
    with SourceSystem(lambda _, handler, body: respond_json(handler, [])) as source:
        own_database.add_grant(place=service_place(source.port))
        with PlaneProcess(own_database.url) as plane:
            process = psutil.Process(plane.process.pid)
            before = [call_raw(plane.port, SignedRequest(key)).code for _ in range(3)]
            segment = max(plane.log_folder().glob("*.log"))
            # As a full disk would: no file of this process may grow past where the log is now.
            process.rlimit(psutil.RLIMIT_FSIZE, (segment.stat().st_size + 10, psutil.RLIM_INFINITY))
            first_failed = call_raw(plane.port, SignedRequest(key))
            asked = len(source.requests)
            failing = [call_raw(plane.port, SignedRequest(key)) for _ in range(5)]
            asked_while_failing = len(source.requests) - asked
            unready = plane.status("/readyz")
            process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))
            plane.wait_until("/readyz")
            after = call_raw(plane.port, SignedRequest(key))
            rows = shipped(own_database, plane)
            plane.stop()
            findings = list(verify_log(plane.log_folder(), SIGNING_PUBLIC))

    assert before == ["answered"] * 3
    assert first_failed.code == "log_unavailable"
    assert {answer.code for answer in failing} == {"log_unavailable"}
    assert failing[0].json["call"] == ""
    assert asked_while_failing == 0
    assert unready == 503
    assert after.code == "answered"
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    assert sum(row["outcome"] == "answered" for row in rows) == 4
    assert findings == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_orderly_stop_lets_calls_end(own_database, number):
    key = own_database.add_key()

    def slowly(source, handler, body):
        time.sleep(0.6)
        respond_json(handler, [])

    with SourceSystem(slowly) as source:
        own_database.add_grant(place=service_place(source.port))
        with PlaneProcess(own_database.url) as plane, ThreadPoolExecutor(4) as threads:
            calls = [threads.submit(call_raw, plane.port, SignedRequest(key)) for _ in range(4)]
            time.sleep(0.25)
            plane.process.send_signal(number)
            answers = [call.result() for call in calls]
            code = plane.process.wait(10)
            findings = list(verify_log(plane.log_folder(), SIGNING_PUBLIC))

    assert [answer.code for answer in answers] == ["answered"] * 4
    assert code == 0
    assert findings == []
    assert len(own_database.logged()) == 4, "the log was shipped before the end"


def test_it_ends_when_its_parent_is_gone(own_database):
    with PlaneProcess(own_database.url, parent_pid=1) as plane:
        assert plane.process.wait(10) == 0


def test_a_torn_tail_is_cut_and_the_log_goes_on(own_database):
    key = own_database.add_key()
    own_database.add_grant()
    with PlaneProcess(own_database.url) as plane:
        calls = [call_raw(plane.port, SignedRequest(key)).json["call"] for _ in range(5)]
        plane.kill()
        segment = max(plane.log_folder().glob("*.log"))
        with segment.open("ab") as file:
            file.write(b'6\tdeadbeef\t{"at":1')
        plane.start()
        calls.append(call_raw(plane.port, SignedRequest(key)).json["call"])
        rows = shipped(own_database, plane)
        plane.stop()
        findings = list(verify_log(plane.log_folder(), SIGNING_PUBLIC))

    assert [int(call.rpartition("-")[2]) for call in calls] == [1, 2, 3, 4, 5, 6]
    assert [row["number"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert findings == []


def test_shipping_twice_changes_nothing_and_a_copied_folder_is_noticed(own_database):
    key = own_database.add_key()
    own_database.add_grant()
    with PlaneProcess(own_database.url) as plane:
        for _ in range(3):
            call_raw(plane.port, SignedRequest(key))
        plane.stop()
        (plane.log_folder() / "shipped.json").unlink(missing_ok=True)
        plane.start()
        again = shipped(own_database, plane)
        own_database.execute("UPDATE gateway_call SET crc = '00000000' WHERE number = 2")
        plane.stop()
        (plane.log_folder() / "shipped.json").unlink(missing_ok=True)
        plane.start(ready=False)
        plane.wait_until("/readyz", 503)
        wait_for(lambda: "log_forked" in plane.words(), what="the alarm")

    assert len(again) == 3


def test_seals_are_shipped_and_chained(own_database):
    key = own_database.add_key()
    own_database.add_grant()
    with PlaneProcess(own_database.url, segment_max_bytes=2_000) as plane:
        for _ in range(20):
            call_raw(plane.port, SignedRequest(key))
        shipped(own_database, plane)
        seals = wait_for(
            lambda: own_database.execute("SELECT segment, first, last FROM gateway_segment ORDER BY 1"), what="seals"
        )

    assert len(seals) > 3
    assert [seal[0] for seal in seals] == list(range(1, len(seals) + 1))
    assert all(later[1] == earlier[2] + 1 for earlier, later in itertools.pairwise(seals))


def test_overload_is_shed_with_a_moment_to_try_again(own_database):
    key = own_database.add_key()

    def slowly(source, handler, body):
        time.sleep(0.5)
        respond_json(handler, [])

    with SourceSystem(slowly) as source:
        own_database.add_grant(place=service_place(source.port))
        with PlaneProcess(own_database.url, calls_in_flight_max=4) as plane, ThreadPoolExecutor(16) as threads:
            answers = list(threads.map(lambda _: call_raw(plane.port, SignedRequest(key)), range(16)))

    codes = [answer.code for answer in answers]
    assert codes.count("answered") == 4
    assert codes.count("overloaded") == 12
    assert {answer.headers.get("retry-after") for answer in answers if answer.status == 503} == {"1"}


def test_slow_and_silent_connections_are_ended(own_database):
    with (
        PlaneProcess(own_database.url, head_seconds=0.5, idle_seconds=1) as plane,
        RawConnection(plane.port) as slow,
        RawConnection(plane.port) as silent,
    ):
        slow.send(b"GET / HTTP/1.1\r\nHost: g\r\n")
        began = time.monotonic()
        assert slow.receive() is None
        slow_seconds = time.monotonic() - began
        assert silent.receive() is None
        silent_seconds = time.monotonic() - began

    assert slow_seconds < 1
    assert silent_seconds < 2


def test_the_role_of_the_plane_may_do_nothing_else(own_database):
    import psycopg

    with psycopg.connect(own_database.url, autocommit=True) as connection:
        for statement in (
            "SELECT * FROM gateway_call",
            "UPDATE gateway_call SET outcome = ''",
            "DELETE FROM gateway_call",
            "UPDATE sharing_live_grant SET expires_at = now()",
            "INSERT INTO pool.r_303001_1 (gmsfhm) VALUES ('x')",
            "DELETE FROM accounts_client_key",
            "CREATE TABLE public.x (y int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_metrics_name_outcomes_and_times(own_database):
    key = own_database.add_key()
    own_database.add_grant()
    with PlaneProcess(own_database.url) as plane:
        call_raw(plane.port, SignedRequest(key))
        call_raw(plane.port, SignedRequest(key, query="x=1"))
        text = plane.page("/metrics")
        ready = json.loads(plane.page("/readyz"))

    assert 'jutong_gateway_calls_total{outcome="answered"} 1' in text
    assert 'jutong_gateway_calls_total{outcome="parameter_not_allowed"} 1' in text
    assert "jutong_gateway_call_seconds_count 2" in text
    assert ready["status"] == "ok"
