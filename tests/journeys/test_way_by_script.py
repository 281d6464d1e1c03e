"""The way of one datum by a stranger's script: a MariaDB table the platform never heard of, to a signed call."""

import subprocess
import sys
import time

import pytest
from examples.one_datum import COLUMNS, Way, wait
from tests.support import departments

import jutong_client

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def way(platform, people, department_database):
    """Who takes part: the human resources department provides, civil affairs needs."""
    return Way(
        portal=people.base_url, gateway=f"http://127.0.0.1:{platform.gateway_port}", people=people.by_login,
        provider="rst", consumer="mzt", host="127.0.0.1", port=department_database.port,
        database=departments.DATABASE, account=departments.READER, password=departments.READER_PASSWORD,
        table=departments.TABLE,
    )  # fmt: skip


@pytest.fixture(scope="module")
def way_gone(way):
    """The whole way, gone once: source, code, run, client, key and grant."""
    source_no = way.connect()
    code = way.publish(way.draft(source_no))
    run = way.gather(code, source_no)
    client_no, key = way.register_client()
    grant_no = way.ask(code, client_no, COLUMNS)
    return {"code": code, "run": run, "client": client_no, "key": key, "grant": grant_no}


@pytest.fixture(scope="module")
def person():
    """The first row of the department's table."""
    return departments.people(departments.ROWS)[0]


def refusal(call, *arguments, **parameters):
    with pytest.raises(jutong_client.CallRefused) as refused:
        call(*arguments, **parameters)
    return refused.value


@pytest.mark.source("Art. 34(3)")
def test_every_row_of_the_department_is_gathered(way_gone, department_database):
    there = int(department_database.sql(f"SELECT count(*) FROM {departments.TABLE}", departments.DATABASE))

    assert way_gone["run"]["inserted"] == there == departments.ROWS
    assert way_gone["run"]["rows_rejected"] == 0


@pytest.mark.source("Art. 22(4)")
def test_a_signed_call_is_answered_with_the_granted_items_of_the_row_asked_for(way, way_gone, person):
    number, name, _, _, state, *_ = person

    answer = way.call(way_gone["code"], way_gone["key"], gmsfhm=number)

    assert [list(row) for row in answer["rows"]] == [COLUMNS]
    assert answer["rows"][0]["gmsfhm"] == number
    assert answer["rows"][0]["jfzt"] == state
    # The name is of grade 3: masked by default.
    assert answer["rows"][0]["xm"] == name[0] + "*" * (len(name) - 1)


@pytest.mark.source("Art. 21(2)")
def test_the_call_stands_in_the_log_and_the_way_in_the_audit(way, way_gone, person):
    answer = way.call(way_gone["code"], way_gone["key"], gmsfhm=person[0])

    def logged():
        calls = way.steward("GET", "/gateway/calls", resource=way_gone["code"])["items"]
        return next((call for call in calls if call["call_no"] == answer["call"]), None)

    call = wait(logged, "the call in the log")
    assert call["outcome"] == "answered"
    assert (call["grant"], call["parameters"], call["rows"]) == (way_gone["grant"], ["gmsfhm"], 1)
    entries = way.person("auditor")("GET", "/audit/entries", limit=500)["items"]
    actions = {entry["action"] for entry in entries}
    assert {"mounting.source.registered", "catalogue.resource.published", "sharing.grant.given"} <= actions
    assert person[0] not in str(entries)


@pytest.mark.source("Art. 21(4)")
def test_the_resource_is_scored_after_its_run(way, way_gone):
    score = wait(lambda: way.steward("GET", "/quality/score", resource=way_gone["code"])["score"], "the score")

    ratios = {part["dimension"]: part["ratio"] for part in score["dimensions"]}
    assert score["row_count"] == departments.ROWS
    assert (ratios["completeness"], ratios["uniqueness"], ratios["timeliness"]) == (1.0, 1.0, 1.0)


def test_unknown_resources_foreign_parameters_and_wrong_secrets_have_their_own_words(way, way_gone, person):
    code, key = way_gone["code"], way_gone["key"]
    spoiled = key | {"secret": "A" * len(key["secret"])}

    assert refusal(way.call, "303004/999", key, gmsfhm=person[0]).code == "resource_unknown"
    assert refusal(way.call, code, key, gmsfhm=person[0], jfjs="1").code == "parameter_not_allowed"
    assert refusal(way.call, code, key).code == "parameter_missing"
    assert refusal(way.call, code, spoiled, gmsfhm=person[0]).code == "signature_wrong"


@pytest.mark.source("Art. 22(4)")
def test_a_revoked_grant_is_refused_within_a_second(way, way_gone, person):
    code = way_gone["code"]
    client_no, key = way.register_client("临时救助系统")
    grant_no = way.ask(code, client_no, COLUMNS)
    way.call(code, key, gmsfhm=person[0])

    way.steward("POST", f"/sharing/grants/{grant_no}/revocation", {"reason": "用途已经变更，停止提供。"})
    time.sleep(1)

    assert refusal(way.call, code, key, gmsfhm=person[0]).code == "grant_revoked"


def test_the_script_of_the_readme_goes_the_way_from_a_command_line(platform, people, department_database, person):
    command = [
        sys.executable, "examples/one_datum.py", "--people", str(platform.data_dir / "people.json"),
        "--portal", people.base_url, "--gateway", f"http://127.0.0.1:{platform.gateway_port}",
        "--mariadb", f"127.0.0.1:{department_database.port}", "--provider", "scjgj", "--consumer", "wjw",
        "--account", departments.READER, "--password", departments.READER_PASSWORD, "--number", person[0],
    ]  # fmt: skip

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["1–2", "3", "4–5", "6", "7", "8", "9", "10"]
    assert person[0] in done.stdout
