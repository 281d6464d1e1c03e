"""The gateway at length: 10,000 mutated requests, 10,000 replays at two workers across a restart, 200 revocations,
100 kills under load."""

import time

from tests.integration.gateway.test_refusals import accepted_mutations, sorry_keys_and_grants, wrong_vectors
from tests.integration.gateway.test_survival import kill_under_load, revocation_delays
from tests.support import figures
from tests.support.gateway import PlaneDatabase, PlaneProcess, SignedRequest, call_raw, wait_for
from tests.support.servers import free_port, postgres_15

MUTATIONS = 10_000
REPLAYED = 1_000
REVOCATIONS = 200
KILLS = 100


def replays_at_two_workers(database: PlaneDatabase) -> int:
    """Each request ten times more, half of them after one worker was killed; how many were not refused as replays."""
    key, port = database.add_key("C77"), free_port()
    database.add_grant("C77")
    with PlaneProcess(database.url, port=port, workers=2) as first:
        second = PlaneProcess(database.url, folder=first.folder, port=port, workers=2, worker=1)
        with second:
            wait_for(lambda: "gateway.listening" in second.words(), what="the second worker")
            requests = [SignedRequest(key, query="rs=1").to_bytes() for _ in range(REPLAYED)]
            assert {call_raw(port, request).code for request in requests} == {"answered"}
            codes = [call_raw(port, request).code for _ in range(5) for request in requests]
            first.kill()
            first.start()
            codes += [call_raw(port, request).code for _ in range(5) for request in requests]
    return sum(code != "replayed" for code in codes)


def main() -> None:
    with postgres_15() as server:
        database = PlaneDatabase(server)
        keys, paths = sorry_keys_and_grants(database)
        with PlaneProcess(database.url) as plane:
            plane.until_known(database)
            vectors, wrong = wrong_vectors(plane.port, keys, paths)
            mutations = accepted_mutations(plane.port, keys["live"], paths["live"], MUTATIONS, seed=int(time.time()))
        replays = replays_at_two_workers(database)
        tried, failed = vectors + MUTATIONS + 10 * REPLAYED, len(wrong) + len(mutations) + replays
        figures.record("gateway.refusals", tried - failed, "as they should", tried=tried, failed=failed)
        database.close()

        database = PlaneDatabase(server)
        delays = revocation_delays(database, REVOCATIONS)
        late = sum(delay > 1 for delay in delays)
        figures.record("gateway.revocation_s", max(delays), "s", tried=REVOCATIONS, failed=late)
        database.close()

        database = PlaneDatabase(server)
        calls, rows, _, findings = kill_under_load(database, KILLS, seed=int(time.time()))
        missing = set(calls) - {f"{row['gateway']}-{row['number']}" for row in rows}
        gaps = [row["number"] for row in rows] != list(range(1, len(rows) + 1))
        figures.record("gateway.answered_in_log", len(calls), "calls", tried=KILLS, failed=len(missing) + gaps)
        database.close()
    assert failed == 0, (wrong, mutations, replays)
    assert late == 0, max(delays)
    assert not missing | set(findings), (missing, findings)
    assert not gaps
