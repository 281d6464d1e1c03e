"""The demonstration region on a whole platform: killed while it loads, loaded to its end, used, and kept."""

import json
import os
import re
import signal
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import psycopg
import pytest

from jutong.config.environment import APP_ROLE, DATABASE_NAME, socket_folder, socket_url
from jutong.delivery.sharing.values import DisputeState, RequestState
from jutong.demo import region
from jutong.kernel.clock import local_day
from jutong.kernel.codes.uscc import find_fault
from jutong.supply.catalogue.domain import Surroundings, find_gaps
from jutong.supply.catalogue.values import Content
from jutong_client import Client
from tests.support import prepared
from tests.support.platforms import Platform
from tests.support.platforms import platform as made_platform

pytestmark = pytest.mark.timeout(1500)

LOAD_SECONDS = 600  # On a machine that other tests share; `demo.load_s` of the benchmarks tells what it takes alone.


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    """A platform whose first load was killed when its first rows had been committed."""
    with made_platform(prepared=prepared.first_start, JUTONG_DEMO="on") as made:
        made.start()
        made.until_said("单位登记", LOAD_SECONDS)
        made.kill()
        made.start()
        made.until_said("上一次装载未完成", LOAD_SECONDS)
        made.until_ready(LOAD_SECONDS)
        yield made


@pytest.fixture(scope="module")
def database(platform) -> Iterator["psycopg.Connection"]:
    url = socket_url(socket_folder(platform.data_dir / "postgres"), DATABASE_NAME, APP_ROLE)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def people(platform) -> dict[str, dict[str, str]]:
    listed = json.loads(platform.call("demo", "people", "--json").stdout)
    return {person["login_name"]: person for person in listed}


@pytest.fixture(scope="module")
def asked(platform, people):
    """Ask the API as one of the region's people."""

    def ask(login: str, method: str, path: str, **options) -> httpx.Response:
        return httpx.request(
            method,
            f"http://127.0.0.1:{platform.portal_port}/api/v1{path}",
            headers={"Authorization": f"Bearer {people[login]['token']}"},
            timeout=30,
            **options,
        )

    return ask


def count(database, query: str, *values) -> int:
    return database.execute(query, values).fetchone()[0]


# --- What there is ---------------------------------------------------------------------------------------------------


def test_it_is_as_large_as_promised(database):
    assert count(database, "SELECT count(*) FROM organisations_organisation") >= 50
    cities = "SELECT count(DISTINCT region_id) FROM organisations_organisation WHERE kind = 'city_department'"
    assert count(database, cities) == 14
    assert count(database, "SELECT count(*) FROM catalogue_resource WHERE state = 'published'") >= 400
    assert count(database, "SELECT count(DISTINCT left(code, 1) || sharing_type) FROM catalogue_resource") >= 7
    assert count(database, "SELECT count(DISTINCT sharing_type) FROM catalogue_resource") == 3
    assert count(database, "SELECT count(*) FROM mounting_datasource") >= 3
    assert count(database, "SELECT sum(rows) FROM exchange_pooltable") >= 195_000
    assert count(database, "SELECT count(DISTINCT resource_code) FROM quality_score") >= 20


def test_an_interrupted_load_left_nothing_twice(database):
    titles = count(database, "SELECT count(DISTINCT title) FROM catalogue_resource")

    assert count(database, "SELECT count(*) FROM catalogue_resource") == titles
    assert count(database, "SELECT count(*) FROM operations_installed_state WHERE digest LIKE 'loaded %%'") == 1


def test_every_credit_code_checks(database):
    codes = [row[0] for row in database.execute("SELECT uscc FROM organisations_organisation")]

    assert [code for code in codes if find_fault(code)] == []


def test_every_resource_keeps_the_rules_of_the_catalogue(database):
    on = local_day(datetime.now(UTC))
    owners = dict(database.execute("SELECT code, owner_uscc FROM catalogue_classification").fetchall())
    # What a reform moves keeps its code, and with it the section of the department that compiled it.
    compiled = "SELECT content FROM catalogue_resourceversion WHERE number = 1"
    contents = [Content.from_json(row[0]) for row in database.execute(compiled)]

    gaps = {
        content.title: found
        for content in contents
        if (found := find_gaps(content, Surroundings(on=on, section_owner=owners[content.classification[:6]] or None)))
    }

    assert len(contents) >= 400
    assert gaps == {}


def test_requests_stand_in_every_state_and_some_are_late(database):
    states = {row[0] for row in database.execute("SELECT state FROM sharing_datarequest")}
    late = count(
        database,
        "SELECT count(*) FROM procedures_clock c JOIN procedures_case k ON k.id = c.case_id"
        " WHERE c.ended_at IS NULL AND c.due_on < %s AND k.procedure = 'sharing.data_request'",
        local_day(datetime.now(UTC)),
    )
    disputed = {row[0] for row in database.execute("SELECT state FROM sharing_dispute")}
    anew = count(database, "SELECT count(*) FROM sharing_datarequest WHERE dispute_id IS NOT NULL")

    assert states == set(RequestState)
    assert late >= 3
    assert disputed == set(DisputeState)
    assert anew == 2


def test_a_department_was_renamed_and_another_became_part_of_a_third(database, people, asked):
    plans = dict(database.execute("SELECT kind, state FROM organisations_reformplan").fetchall())
    steward = people["steward.tcj"]

    assert plans == {"merge": "done", "transfer": "draft"}
    assert steward["organisation"] == people["steward.swt"]["organisation"]
    assert asked("steward.tcj", "GET", "/accounts/me").status_code == 200


def test_a_department_whose_source_changed_is_asked_what_it_will_do(database):
    (differences,) = database.execute("SELECT differences FROM exchange_inquiry WHERE closed_at IS NULL").fetchone()

    assert [each["kind"] for each in differences][:1] == ["renamed"]


def test_things_happened_in_their_order(database):
    for what, query in {
        "mounted before it was published": "SELECT count(*) FROM mounting_mount m JOIN catalogue_resource r"
        " ON r.code = m.resource_code WHERE m.mounted_at < r.published_at",
        "asked for before it was published": "SELECT count(*) FROM sharing_datarequest q JOIN catalogue_resource r"
        " ON r.code = q.resource_code JOIN catalogue_resourceversion v ON v.resource_id = r.id AND v.number = 1"
        " WHERE q.submitted_at < v.published_at",
        "asked for by a system that was not there": "SELECT count(*) FROM sharing_datarequest q JOIN accounts_client c"
        " USING (client_no) WHERE q.submitted_at < c.created_at",
        "decided before it was asked for": "SELECT count(*) FROM sharing_datarequest WHERE decided_at < submitted_at",
    }.items():
        assert count(database, query) == 0, what


def test_nothing_of_the_past_lies_ahead(database):
    for table, column in (("procedures_caseevent", "at"), ("gateway_call", "at"), ("sharing_grant", "granted_at")):
        assert count(database, f"SELECT count(*) FROM {table} WHERE {column} > now()") == 0, table


# --- Calls -----------------------------------------------------------------------------------------------------------


def test_two_months_of_calls_have_their_days_and_refusals(database):
    by_day = dict(
        database.execute(
            "SELECT (at AT TIME ZONE 'Asia/Shanghai')::date, count(*) FROM gateway_call GROUP BY 1"
        ).fetchall()
    )
    weekend = [number for day, number in by_day.items() if day.weekday() >= 5]
    hours = dict(
        database.execute(
            "SELECT extract(hour FROM at AT TIME ZONE 'Asia/Shanghai')::int, count(*) FROM gateway_call GROUP BY 1"
        ).fetchall()
    )

    assert len(by_day) >= 60
    assert sum(by_day.values()) >= 15_000
    assert sum(weekend) / len(weekend) < 0.5 * sum(by_day.values()) / len(by_day)
    assert hours[10] > 10 * hours[3]
    assert count(database, "SELECT count(DISTINCT outcome) FROM gateway_call WHERE outcome <> 'answered'") >= 8


def test_the_log_of_calls_is_sealed_and_whole(platform, database):
    verified = platform.call("verify-log")
    seals = count(database, "SELECT sum(last - first + 1) FROM gateway_segment WHERE gateway = 'gdemo'")

    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert seals == count(database, "SELECT count(*) FROM gateway_call WHERE gateway = 'gdemo'")


# --- People ----------------------------------------------------------------------------------------------------------


def test_each_person_holds_one_post_and_the_list_is_for_its_owner_alone(platform, people, database):
    mode = (platform.data_dir / "demo" / "people.json").stat().st_mode

    assert stat.S_IMODE(mode) == 0o600
    assert len({person["password"] for person in people.values()}) == len(people)
    assert {"steward.scjgj", "steward.b.gat"} & people.keys()
    assert {person["post"] for person in people.values()} >= {
        "data_steward", "data_coordinator", "data_monitor", "bureau_reviewer", "centre_engineer", "cloud_chief",
        "finance", "auditor", "client_developer", "contractor",
    }  # fmt: skip
    posts = count(
        database,
        "SELECT max(posts) FROM (SELECT count(*) AS posts FROM accounts_appointment"
        " WHERE ended_at IS NULL GROUP BY person_id) AS held",
    )
    assert posts == 1


def test_a_person_signs_in_with_the_listed_password_and_gets_a_full_hash(platform, people, database):
    person = people["reviewer.dsjj"]
    light = count(database, "SELECT password FROM accounts_person WHERE login_name = 'reviewer.dsjj'")

    with httpx.Client(base_url=f"http://127.0.0.1:{platform.portal_port}", follow_redirects=True) as browser:
        page = browser.get("/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        answer = browser.post(
            "/accounts/login/",
            data={"csrfmiddlewaretoken": token, "login": person["login_name"], "password": person["password"]},
        )

    full = count(database, "SELECT password FROM accounts_person WHERE login_name = 'reviewer.dsjj'")
    assert person["display_name"] in answer.text
    assert "m=8192," in light
    assert "m=102400," in full


# --- Use -------------------------------------------------------------------------------------------------------------


def test_a_steward_asks_a_developer_gets_a_key_and_the_gateway_answers(platform, asked, people, database):
    code = resource_code(database, "江河水库实时水情信息")
    uscc = people["steward.nngjj"]["organisation"]
    client_no = count(database, "SELECT client_no FROM accounts_client WHERE organisation = %s", uscc)
    held = database.execute(
        "SELECT grant_no FROM sharing_grant WHERE client_no = %s AND resource_code = %s", (client_no, code)
    ).fetchone()
    if held is None:
        asked_for = asked(
            "steward.nngjj",
            "POST",
            "/sharing/requests",
            json={
                "resource": code,
                "client_no": client_no,
                "columns": ["STCD", "STNM", "Z"],
                "purpose_kind": "work_reference",
                "purpose": "汛期网点营业安排参考。",
                "legal_basis": "部门权力清单",
            },
        )
        assert asked_for.status_code == 201, asked_for.text
    key = asked("developer.nngjj", "POST", f"/accounts/clients/{client_no}/keys", json={}).json()

    with Client(f"http://127.0.0.1:{platform.gateway_port}", key_id=key["key_id"], secret=key["secret"]) as client:
        answer = until_known(lambda: client.get(code, page_size=5))

    assert len(answer["rows"]) == 5


def test_a_departments_database_is_there_again_after_a_kill(platform, asked, people, database):
    source_no = count(
        database,
        "SELECT source_no FROM mounting_datasource WHERE organisation = %s",
        people["steward.fgw"]["organisation"],
    )
    server = platform.data_dir / "demo" / "postgres" / "cluster" / "postmaster.pid"
    before = server.read_text().splitlines()[0]
    os.kill(int(before), signal.SIGKILL)

    def answered() -> bool:
        return asked("steward.fgw", "POST", f"/mounting/sources/{source_no}/test").status_code == 200

    deadline = time.monotonic() + 60
    while not (server.exists() and server.read_text().splitlines()[0] != before and answered()):
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_a_running_region_is_not_taken_away(platform):
    refused = platform.call("demo", "reset")

    assert refused.returncode == 1
    assert "正在运行" in refused.stderr


def test_loading_it_again_changes_nothing(platform, database):
    before = count(database, "SELECT count(*) FROM audit_entry WHERE action = 'catalogue.resource.taken_over'")

    again = platform.call("demo", "load")

    assert again.returncode == 0, again.stderr
    assert "已装载" in again.stdout
    assert count(database, "SELECT count(*) FROM audit_entry WHERE action = 'catalogue.resource.taken_over'") == before


def resource_code(database, title: str) -> str:
    assert title in {entry.content.title for entry in region.entries()}
    return count(database, "SELECT code FROM catalogue_resource WHERE title = %s", title)


def until_known(call, seconds: float = 10):
    """The answer, once the gateway knows of the new key."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call()
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)
