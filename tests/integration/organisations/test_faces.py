"""The register over the API and on its pages, by the posts they are meant for."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from jutong.kernel.codes.uscc import complete
from jutong.kernel.policy import Post
from jutong.registry.organisations import api
from tests.support.posts import holder_of

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
GANTRY = complete("11450000GANTRY000"[:16])
NEW = {"uscc": GANTRY, "name": "广西壮族自治区教育厅", "short_name": "自治区教育厅", "slug": "jyt"}


@pytest.fixture(autouse=True)
def _register(db):
    api.ensure_start_data(at=AT)


@pytest.fixture
def admin():
    return holder_of(Post.SYSTEM_ADMIN)


@pytest.fixture
def steward():
    return holder_of(Post.DATA_STEWARD, api.departments(text="gat")[0].uscc)


def call(holder, method, path, body=None, status=200):
    send = getattr(holder.caller, method)
    address = f"/api/v1/organisations{path}"
    answer = send(address, body, "application/json") if body is not None else send(address)
    assert answer.status_code == status, answer.content
    return answer.json()


# --- API -------------------------------------------------------------------------------------------------------------
def test_the_register_is_for_people_in_a_post():
    assert Client().get("/api/v1/organisations/departments").status_code == 401
    assert Client().get("/organisations/").status_code == 302


def test_organisations_are_listed_searched_and_paged(steward, django_assert_max_num_queries):
    call(steward, "get", "/departments")

    with django_assert_max_num_queries(8):
        page = call(steward, "get", "/departments?limit=3&offset=1")

    assert (page["total"], len(page["items"])) == (9, 3)
    found = call(steward, "get", "/departments?q=公安&kind=department&region=450000")
    assert [row["slug"] for row in found["items"]] == ["gat"]
    assert call(steward, "get", "/departments?region=450100")["total"] == 1
    assert call(steward, "get", "/departments?kind=nothing", status=422)["code"] == "request_invalid"


def test_an_organisation_is_registered_renamed_and_shown_with_its_names(admin):
    created = call(admin, "post", "/departments", {**NEW, "valid_from": "2020-01-01"}, 201)
    renamed = call(
        admin, "post", f"/departments/{GANTRY}/names", {"name": "广西壮族自治区教育委员会", "valid_from": "2026-01-01"}
    )

    assert (created["kind"], created["kind_title"], created["region_code"]) == ("department", "自治区部门", "450000")
    assert renamed["name"] == "广西壮族自治区教育委员会"
    detail = call(admin, "get", f"/departments/{GANTRY}")
    assert [name["name"] for name in detail["names"]] == ["广西壮族自治区教育委员会", "广西壮族自治区教育厅"]
    assert detail["region_path"] == ["广西壮族自治区"]
    assert call(admin, "get", f"/departments/{GANTRY}?on=2025-12-31")["name"] == "广西壮族自治区教育厅"


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"uscc": GANTRY[:-1] + ("0" if GANTRY[-1] != "0" else "1")}, 422, "uscc_check", None),
        ({"region_code": "459900"}, 404, "region_unknown", None),
        ({"kind": "bureau"}, 409, "single_organisation_exists", "kind"),
        ({"slug": "gat"}, 409, "slug_taken", "slug"),
        ({"surplus": 1}, 422, "request_invalid", "surplus"),
    ],
)
def test_what_cannot_be_registered_is_answered_with_its_code(admin, change, status, code, field):
    problem = call(admin, "post", "/departments", {**NEW, **change}, status)

    assert problem["code"] == code
    if field:
        assert field in problem["field"]


def test_a_steward_keeps_the_offices_of_his_department_only(steward):
    mine, others = steward.subject.organisation, api.centre()

    office = call(steward, "post", f"/departments/{mine}/offices", {"name": "治安总队"}, 201)
    closed = call(steward, "post", f"/departments/{mine}/offices/{office['office_no']}/closing", {})

    assert closed["closed_on"] is not None
    assert call(steward, "post", f"/departments/{others}/offices", {"name": "综合处"}, 403)["code"] == "not_permitted"
    assert call(steward, "post", "/departments", NEW, 403)["code"] == "not_permitted"
    assert call(steward, "get", f"/departments/{GANTRY}", status=404)["code"] == "organisation_unknown"


@pytest.mark.source("Art. 20(1)")
def test_divisions_are_walked_from_the_region_to_the_village(steward):
    below = call(steward, "get", "/regions/450102001/children")

    assert below[0] == {
        "code": "450102001003",
        "name": "兴宁社区居委会",
        "level": 5,
        "level_title": "村（社区）",
        "parent_code": "450102001",
        "successor_code": "",
    }
    assert len(call(steward, "get", "/regions/450000/children")) == 14
    assert call(steward, "get", "/regions/450127")["successor_code"] == "450181"
    assert call(steward, "get", "/regions?q=阳朔")["items"][0]["code"] == "450321"
    assert call(steward, "get", "/regions/459900", status=404)["code"] == "region_unknown"


# --- Pages -----------------------------------------------------------------------------------------------------------
def test_the_list_page_filters_by_kind_and_city(steward, django_assert_max_num_queries):
    steward.browser.get("/organisations/")

    with django_assert_max_num_queries(14):
        page = steward.browser.get("/organisations/")

    text = page.content.decode()
    assert "广西壮族自治区公安厅" in text
    assert "登记单位" not in text
    narrowed = steward.browser.get("/organisations/?kind=city_department&region=450200").content.decode()
    assert "柳州市大数据发展局" in narrowed
    assert "广西壮族自治区公安厅" not in narrowed
    for odd in ("?region=x", "?kind=x", "?q=%00", "?page=99"):
        assert steward.browser.get(f"/organisations/{odd}").status_code == 200


def test_an_organisation_is_registered_and_renamed_on_the_pages(admin):
    wrong = admin.browser.post("/organisations/", {**NEW, "kind": "department", "region_code": "450000", "uscc": "1"})
    right = admin.browser.post("/organisations/", {**NEW, "kind": "department", "region_code": "450000"}, follow=True)
    renamed = admin.browser.post(
        f"/organisations/{GANTRY}/names/", {"name": "广西壮族自治区教育委员会", "valid_from": "2099-01-01"}, follow=True
    )

    assert wrong.status_code == 422
    assert "统一社会信用代码应为 18 位" in wrong.content.decode()
    assert "单位已登记" in right.content.decode()
    assert "广西壮族自治区教育委员会" in renamed.content.decode()


def test_a_steward_adds_and_closes_an_office_on_the_page(steward):
    address = f"/organisations/{steward.subject.organisation}/"

    added = steward.browser.post(f"{address}offices/", {"name": "治安总队"}, follow=True).content.decode()
    again = steward.browser.post(f"{address}offices/", {"name": "治安总队"})
    closed = steward.browser.post(f"{address}offices/1/closing/", follow=True).content.decode()

    assert "治安总队" in added
    assert again.status_code == 422
    assert "已撤销" in closed
    assert "变更名称" not in closed


def test_divisions_are_walked_on_the_page(steward):
    city = steward.browser.get("/organisations/regions/450100/").content.decode()

    assert "兴宁区" in city
    assert "450181" in steward.browser.get("/organisations/regions/450127/").content.decode()
    assert "阳朔县" in steward.browser.get("/organisations/regions/?q=阳朔").content.decode()
    for code in ("459900", "45", "abc"):
        assert steward.browser.get(f"/organisations/regions/{code}/").status_code == 404
