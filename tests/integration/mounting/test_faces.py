"""The way from a database to a mounted, gathered resource, over the API and over the pages."""

import pytest
from django.urls import reverse

from jutong.kernel.crypto import CannotOpen
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange.services import engine
from jutong.supply.mounting import queries
from jutong.supply.mounting.models import DataSource, Scan
from jutong.supply.mounting.services import scans
from tests.integration.mounting.conftest import someone
from tests.support.way import AT, completed, pool

API = "/api/v1"
PASSWORD = "admin-pass"


def post(holder, path: str, body: dict, expect: int):
    answer = holder.caller.post(f"{API}{path}", body, content_type="application/json")
    assert answer.status_code == expect, answer.content.decode()
    return answer.json() if answer.content else None


def get(holder, path: str, expect: int = 200):
    answer = holder.caller.get(f"{API}{path}")
    assert answer.status_code == expect, answer.content.decode()
    return answer.json()


def source_body(department, maria, **changes) -> dict:
    return {
        "organisation": department.uscc, "name": "业务库", "kind": "mysql", "host": "127.0.0.1", "port": maria.port,
        "database": "dept", "account": maria.admin, "password": PASSWORD, **changes,
    }  # fmt: skip


@pytest.fixture
def permitted(department, admin, maria):
    post(
        admin,
        "/mounting/networks",
        {
            "organisation": department.uscc, "cidr": "127.0.0.1", "port_from": maria.port, "port_to": maria.port,
            "reason": "业务库",
        },
        201,
    )  # fmt: skip


@pytest.fixture
def source_no(permitted, department, steward, maria) -> str:
    return post(steward, "/mounting/sources", source_body(department, maria), 201)["source_no"]


def published(department, steward, source_no: str) -> str:
    """The scanned table as a published resource."""
    body = {"schema_name": "dept", "table": "person"}
    draft_no = post(steward, f"/mounting/sources/{source_no}/drafts", body, 201)["draft_no"]
    content = completed(catalogue.draft_content(draft_no, by=steward.subject))
    catalogue.update_draft(draft_no=draft_no, content=content, by=steward.subject, at=AT)
    return department.publish_draft(draft_no)


@pytest.mark.source("Art. 34(1), 34(3)")
def test_a_strangers_script_goes_the_whole_way(transactional_db, department, steward, source_no):
    scan = post(steward, f"/mounting/sources/{source_no}/scans", {}, 202)
    scans.run_scan(scan["id"])
    assert get(steward, f"/mounting/sources/{source_no}/scan")["state"] == "done"
    tables = get(steward, f"/mounting/sources/{source_no}/tables?q=从业")
    assert [(row["name"], row["columns"]) for row in tables["items"]] == [("person", 4)]

    proposal = post(steward, f"/mounting/sources/{source_no}/proposal", {"schema_name": "dept", "table": "person"}, 200)
    assert proposal["title"] == "从业人员"
    assert [(i["title"], i["data_type"], i["key"], i["identifier"], i["sensitivity"]) for i in proposal["items"]] == [
        ("公民身份号码", "C(18)", True, "citizen_no", 4),
        ("姓名", "C(50)", False, "", 3),
        ("统一社会信用代码", "C(18)", False, "uscc", 1),
        ("出生日期", "D", False, "", 1),
    ]

    code = published(department, steward, source_no)
    place = {"source_no": source_no, "schema_name": "dept", "table": "person"}
    matching = post(steward, f"/mounting/mounts/{code}/table/proposal", place, 200)
    assert {(match["source"], match["ground"]) for match in matching["columns"]} == {
        (name, "origin") for name in ("gmsfhm", "xm", "tyshxydm", "csrq")
    }
    assert matching["unmatched"] == matching["unused"] == []
    on_key = {**place, "transforms": {"gmsfhm": {"kind": "mask", "last": 4}}}
    assert post(steward, f"/mounting/mounts/{code}/table", on_key, 409)["code"] == "transform_on_key"
    masked = {**place, "transforms": {"xm": {"kind": "mask", "first": 1}}}
    mount = post(steward, f"/mounting/mounts/{code}/table", masked, 201)
    assert mount["state"] == "active"
    told = {column["item"]: column["transform"] for column in mount["columns"]}
    assert told["xm"] == {"kind": "mask", "codes": [], "other": None, "first": 1, "last": 0}
    assert told["csrq"] is None
    assert catalogue.get_resource(code).mounted_at is not None
    post(steward, f"/mounting/mounts/{code}/table", place, 409)

    run = post(steward, "/exchange/runs", {"resource": code}, 202)
    engine.run_exchange(run["run_no"])
    assert get(steward, f"/exchange/runs/{run['run_no']}")["state"] == "succeeded"
    assert get(steward, f"/exchange/runs/{run['run_no']}/receipt")["rows"] == 2
    assert get(steward, f"/exchange/runs/{run['run_no']}/rejects") == {"total": 0, "items": []}
    assert len(get(steward, f"/exchange/runs/{run['run_no']}/batches")) == 1
    assert len(pool(code)) == 2
    assert {name[1:] for (name,) in pool(code, "xm")} == {"*"}


def test_the_pages_go_the_same_way(transactional_db, department, steward, admin, maria):
    browser = steward.browser
    ports = {"port_from": maria.port, "port_to": maria.port}
    entry = {"organisation": department.uscc, "cidr": "127.0.0.1", "reason": "库", **ports}
    answer = admin.browser.post(reverse("mounting:networks"), entry)
    assert answer.status_code == 302
    form = {**source_body(department, maria), "tls": "off"}
    assert "连接成功" in browser.post(reverse("mounting:new_source"), {**form, "do": "test"}).content.decode()
    answer = browser.post(reverse("mounting:new_source"), form)
    assert answer.status_code == 302
    source_no = DataSource.objects.get().source_no
    browser.post(reverse("mounting:scan", args=[source_no]))
    page = browser.get(reverse("mounting:source", args=[source_no])).content.decode()
    assert "扫描中" in page
    scans.run_scan(Scan.objects.get().pk)
    bar = browser.get(reverse("mounting:scan_progress", args=[source_no]))
    assert bar["HX-Refresh"] == "true"
    page = browser.get(reverse("mounting:source", args=[source_no])).content.decode()
    assert "dept.person" in page
    assert PASSWORD not in page
    page = browser.get(reverse("mounting:table", args=[source_no]), {"schema": "dept", "table": "person"})
    assert "抽样值通过公民身份号码校验" in page.content.decode()
    code = published(department, steward, source_no)

    page = browser.get(reverse("mounting:mount", args=[code])).content.decode()
    assert "未挂载" in page
    table = DataSource.objects.get().tables.get()
    chosen = {"source": source_no, "table": table.pk}
    page = browser.get(reverse("mounting:from_table", args=[code]), chosen).content.decode()
    assert 'name="column-gmsfhm"' in page
    assert page.count("编目时由该列提出") == 4
    columns = {f"column-{name}": name for name in ("gmsfhm", "xm", "tyshxydm", "csrq")}
    wrong = {**chosen, **columns, "mode": "full", "overlap_seconds": 600, "column-csrq": ""}
    answer = browser.post(reverse("mounting:from_table", args=[code]), wrong)
    assert answer.status_code == 422
    assert "没有对应的来源列" in answer.content.decode()
    assert "未对应任何数据项" in answer.content.decode()
    unclear = {**wrong, **columns, "transform-xm": "codes", "codes-xm": "1,甲\n1,乙"}
    answer = browser.post(reverse("mounting:from_table", args=[code]), unclear)
    assert answer.status_code == 422
    assert "来源代码不能为空，不能重复" in answer.content.decode()
    masked = {**wrong, **columns, "transform-xm": "mask", "first-xm": "1"}
    answer = browser.post(reverse("mounting:from_table", args=[code]), masked)
    assert answer.status_code == 302
    assert "掩码，保留前 1 位、后 0 位" in browser.get(reverse("mounting:mount", args=[code])).content.decode()
    answer = browser.post(reverse("exchange:start", args=[code]))
    run_no = answer["Location"].rstrip("/").rsplit("/", 1)[-1]
    assert "排队中" in browser.get(reverse("exchange:progress", args=[run_no])).content.decode()
    engine.run_exchange(run_no)

    page = browser.get(reverse("exchange:run", args=[run_no])).content.decode()
    assert "已完成" in page
    assert "交换回执" in page
    for name in ("mounting:mounts", "mounting:sources", "mounting:files", "mounting:networks", "exchange:runs"):
        assert browser.get(reverse(name)).status_code == 200, name
    for name in ("mounting:panel", "exchange:panel", "mounting:mount", "mounting:from_service"):
        assert browser.get(reverse(name, args=[code])).status_code == 200, name
    assert browser.get(reverse("exchange:rejects", args=[run_no])).status_code == 200
    answer = browser.post(reverse("mounting:stop", args=[code]), {"reason": "停用试验"})
    assert "已停用" in browser.get(reverse("mounting:mount", args=[code])).content.decode()


def test_a_password_is_never_shown_again(department, steward, source_no, maria):
    answers = [
        steward.caller.get(f"{API}/mounting/sources").content,
        steward.caller.get(f"{API}/mounting/sources/{source_no}").content,
        steward.browser.get(reverse("mounting:source", args=[source_no])).content,
        steward.browser.get(reverse("mounting:edit_source", args=[source_no])).content,
    ]

    assert not any(PASSWORD.encode() in answer for answer in answers)
    assert PASSWORD.encode() not in bytes(DataSource.objects.get().sealed_password)


def test_a_sealed_password_does_not_open_in_another_row(department, steward, source_no):
    row = DataSource.objects.get()
    row.source_no = "SJY999999"

    with pytest.raises(CannotOpen):
        queries.dial(row)


def test_another_department_knows_nothing_of_a_source(department, steward, source_no):
    other = someone(Post.DATA_COORDINATOR, organisations.departments(text="gat")[0].uscc)
    stranger = someone(Post.CLIENT_DEVELOPER, department.uscc)

    for holder in (other, stranger):
        assert get(holder, "/mounting/sources")["total"] == 0
        get(holder, f"/mounting/sources/{source_no}", 404)
        post(holder, f"/mounting/sources/{source_no}/test", {}, 404)
        post(holder, f"/mounting/sources/{source_no}/drafts", {"schema_name": "dept", "table": "person"}, 404)


def test_an_engineer_of_the_centre_sees_sources_and_changes_none(department, source_no):
    engineer = someone(Post.CENTRE_ENGINEER, organisations.centre())

    assert get(engineer, f"/mounting/sources/{source_no}")["source_no"] == source_no
    assert engineer.caller.delete(f"{API}/mounting/sources/{source_no}").status_code == 403


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"host": "169.254.169.254"}, 403, "address_special"),
        ({"host": "10.9.8.7"}, 403, "address_not_listed"),
        ({"host": "2130706433"}, 422, "host_malformed"),
        ({"password": "wrong"}, 422, "source_refused"),
    ],
    ids=["metadata", "unlisted", "decimal", "password"],
)
def test_a_source_that_may_not_or_cannot_be_reached_is_not_kept(
    department, permitted, steward, maria, changes, status, code
):
    answer = post(steward, "/mounting/sources", source_body(department, maria, **changes), status)

    assert answer["code"] == code
    assert not DataSource.objects.exists()


def test_a_source_in_use_is_not_removed(department, steward, source_no):
    code = published(department, steward, source_no)
    post(steward, f"/mounting/mounts/{code}/table",
         {"source_no": source_no, "schema_name": "dept", "table": "person"}, 201)  # fmt: skip

    answer = steward.caller.delete(f"{API}/mounting/sources/{source_no}")

    assert (answer.status_code, answer.json()["code"]) == (409, "source_in_use")


def test_a_removed_source_has_lost_its_password(steward, source_no):
    assert steward.caller.delete(f"{API}/mounting/sources/{source_no}").status_code == 204

    assert bytes(DataSource.objects.get().sealed_password) == b""
    get(steward, f"/mounting/sources/{source_no}", 404)
