"""The rulebook over the API and on its pages, by the posts they are meant for."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from jutong.foundation.rulebook import api
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from tests.support.posts import holder_of

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
NOTICE = "日期,安排,说明\n2027-01-01,放假,元旦\n2027-01-02,上班,元旦\n".encode()


@pytest.fixture(autouse=True)
def _laid_down(db):
    api.ensure_start_data(at=AT)
    organisations.ensure_start_data(at=AT)


@pytest.fixture
def admin():
    return holder_of(Post.SYSTEM_ADMIN)


@pytest.fixture
def reviewer():
    return holder_of(Post.BUREAU_REVIEWER)


def upload(content=NOTICE, **fields):
    fields = {"year": "2027", "notice_no": "国办发明电〔2026〕8号", **fields}
    return {**fields, "file": SimpleUploadedFile("2027.csv", content, "text/csv")}


def get(holder, path, **query):
    answer = holder.caller.get(f"/api/v1/rulebook{path}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


# --- API -------------------------------------------------------------------------------------------------------------
def test_the_rules_are_for_people_in_a_post():
    assert Client().get("/api/v1/rulebook/limits").status_code == 401
    assert Client().get("/rulebook/").status_code == 302


@pytest.mark.source("Art. 22(3)")
def test_limits_name_their_articles(reviewer):
    limits = {row["key"]: row for row in get(reviewer, "/limits")}

    assert limits["sharing.answer"] == {
        "key": "sharing.answer",
        "title": "数据需求审批答复",
        "amount": 5,
        "unit": "workday",
        "article": "细则第二十二条（三）",
        "status": "in_text",
        "quotation": "应当在5个工作日内予以答复，并将答复内容推送给自治区大数据发展局",
        "pack": "guangxi-2019",
    }
    assert get(reviewer, "/limits", on="2019-06-30") == []


def test_due_days_follow_the_calendar_of_a_region(reviewer):
    path = "/limits/sharing.answer/due"

    assert get(reviewer, path, start="2019-09-27") == {
        "key": "sharing.answer",
        "start": "2019-09-27",
        "due": "2019-10-10",
        "provisional": False,
        "region": "450000",
    }
    assert get(reviewer, path, start="2027-02-01", region="450100")["provisional"] is True
    assert reviewer.caller.get("/api/v1/rulebook/limits/nothing/due?start=2026-01-01").status_code == 404
    assert reviewer.caller.get(f"/api/v1/rulebook{path}?start=9999-12-31").status_code == 422


def test_parameters_weights_packs_and_code_lists(reviewer):
    parameters = {row["key"]: row for row in get(reviewer, "/parameters")}

    assert parameters["gateway.window_seconds"]["value"] == 300
    assert parameters["sharing.identifiers_need_control"]["value"] is True
    assert parameters["sharing.expiry_notice_days"]["value"] == [30, 7]
    assert sum(get(reviewer, "/weights")[0]["shares"].values()) == pytest.approx(1)
    assert get(reviewer, "/packs")[0]["name"] == "guangxi-2019"
    assert "update_cycle" in {row["name"] for row in get(reviewer, "/code-lists")}
    weekly = get(reviewer, "/code-lists/update_cycle")["entries"][2]
    assert (weekly["code"], weekly["name"], weekly["period_days"]) == ("3", "每周", 7)
    assert reviewer.caller.get("/api/v1/rulebook/code-lists/nothing").status_code == 404


def test_a_notice_is_imported_over_the_api(admin):
    before = get(admin, "/calendar", year=2027)

    answer = admin.caller.post("/api/v1/rulebook/calendar/import", upload())

    assert (before["covered"], before["source"]) == (False, "statutory")
    assert (answer.status_code, answer.json()["days"]) == (200, 2)
    after = get(admin, "/calendar", year=2027)
    assert (after["covered"], after["notice_no"]) == (True, "国办发明电〔2026〕8号")
    assert [day["day"] for day in after["days"]] == ["2027-01-01", "2027-01-02"]
    assert [row["year"] for row in get(admin, "/calendar/notices")] == [2027]


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "应为存在的日期，例如 2027-01-01。"), ("en", "a day that exists")]
)
def test_a_file_with_faults_is_answered_line_by_line(admin, language, words):
    content = NOTICE + "2027-02-30,放假,\n".encode()

    with translation.override(language):
        answer = admin.caller.post(
            "/api/v1/rulebook/calendar/import", upload(content), headers={"Accept-Language": language}
        )

    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (422, "calendar_import_rejected", "file")
    fault = problem["details"]["faults"][0]
    assert (fault["line"], fault["column"], fault["reason"]) == (4, "日期", "not_a_day")
    assert words in fault["message"]


def test_one_day_is_entered_for_a_city(admin):
    answer = admin.caller.put(
        "/api/v1/rulebook/calendar/days/2026-11-23",
        {"is_workday": False, "notice_no": "北政发〔2026〕3号", "note": "台风停工", "region": "450500"},
        "application/json",
    )

    assert answer.status_code == 204
    assert get(admin, "/calendar", year=2026, region="450500")["workdays"] == 247
    assert get(admin, "/calendar", year=2026)["workdays"] == 248


def test_others_do_not_change_the_calendar(reviewer):
    answer = reviewer.caller.post("/api/v1/rulebook/calendar/import", upload())

    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


# --- Pages -----------------------------------------------------------------------------------------------------------
def test_the_page_of_rules_shows_number_article_and_standing(reviewer, django_assert_max_num_queries):
    reviewer.browser.get("/rulebook/")

    with django_assert_max_num_queries(12):
        page = reviewer.browser.get("/rulebook/")

    text = page.content.decode()
    assert page.status_code == 200
    for words in ("数据需求审批答复", "5 个工作日", "细则第二十二条（三）", "条文明定", "本平台默认", "未核实"):
        assert words in text


def test_the_page_of_a_code_list(reviewer):
    text = reviewer.browser.get("/rulebook/code-lists/division/").content.decode()

    assert "自治区人民政府" in text
    assert "303" in text
    assert reviewer.browser.get("/rulebook/code-lists/nothing/").status_code == 404


def test_the_calendar_page_marks_what_departs_from_monday_to_friday(reviewer, django_assert_max_num_queries):
    reviewer.browser.get("/rulebook/calendar/")

    with django_assert_max_num_queries(16):
        page = reviewer.browser.get("/rulebook/calendar/?year=2026")

    text = page.content.decode()
    assert "全年 248 个工作日" in text
    assert "已公布" in text
    assert "导入年度通知" not in text
    assert "暂定" in reviewer.browser.get("/rulebook/calendar/?year=2027").content.decode()
    assert reviewer.browser.get("/rulebook/calendar/?year=x").status_code == 200


def test_a_notice_is_imported_on_the_page(admin):
    refused = admin.browser.post("/rulebook/calendar/", upload(NOTICE + "2028-01-01,放假,\n".encode()))
    accepted = admin.browser.post("/rulebook/calendar/", upload(), follow=True)

    assert refused.status_code == 422
    assert "日期不属于所导入的年度。" in refused.content.decode()
    assert accepted.redirect_chain == [("/rulebook/calendar/?year=2027", 302)]
    assert "已导入 2 天" in accepted.content.decode()


def test_the_template_is_a_file_that_the_import_understands(admin):
    template = admin.browser.get("/rulebook/calendar/template/")

    answer = admin.caller.post("/api/v1/rulebook/calendar/import", upload(template.content))

    assert answer.status_code == 200


# --- Emergency days --------------------------------------------------------------------------------------------------
@pytest.fixture
def today():
    return clock.local_day(clock.now())


def workday_from(day):
    while not api.calendar("450100").is_workday(day):
        day += timedelta(days=1)
    return day


def emergency(day, **changes):
    told = {"first": day, "last": day, "region": "450100", "notice_no": "南防指〔2026〕5号", "reason": "台风停工"}
    return {name: str(value) for name, value in {**told, **changes}.items()}


def test_the_bureau_enters_a_citys_emergency_day_over_the_api(reviewer, today):
    day = workday_from(today)

    answer = reviewer.caller.post("/api/v1/rulebook/calendar/emergencies", emergency(day), "application/json")

    assert (answer.status_code, answer.json()) == (200, {"days": 1})
    assert not api.calendar("450103").is_workday(day), "counties of the city stop too"
    assert api.calendar("450200").is_workday(day), "other cities work on"
    again = reviewer.caller.post("/api/v1/rulebook/calendar/emergencies", emergency(day), "application/json")
    assert again.json() == {"days": 0}
    listed = get(reviewer, "/calendar", year=day.year, region="450100")["days"]
    assert (str(day), "emergency") in [(each["day"], each["source"]) for each in listed]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"first": "2026-03-02", "last": "2026-03-02"}, "emergency_too_late"),
        ({"last": "2100-01-01"}, "emergency_ends_before_it_begins"),
        ({"notice_no": " "}, "notice_number_missing"),
        ({"reason": " "}, "emergency_needs_reason"),
    ],
)
def test_an_emergency_day_says_where_why_and_by_which_notice(reviewer, today, changes, code):
    told = emergency(workday_from(today), **changes)

    answer = reviewer.caller.post("/api/v1/rulebook/calendar/emergencies", told, "application/json")

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_departments_people_stop_nobodys_clocks(today):
    chief = holder_of(Post.CLOUD_CHIEF, organisations.centre())

    answer = chief.caller.post(
        "/api/v1/rulebook/calendar/emergencies", emergency(workday_from(today)), "application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_an_emergency_day_stays_when_the_citys_notice_comes(reviewer, admin, today):
    day = workday_from(today)
    reviewer.caller.post("/api/v1/rulebook/calendar/emergencies", emergency(day), "application/json")

    api.import_notice(
        content=f"日期,安排\n{day.year}-12-31,放假\n".encode(), year=day.year, notice_no="南府发〔2026〕1号",
        region="450100", by=admin.subject, at=clock.now(),
    )  # fmt: skip

    assert not api.calendar("450100").is_workday(day)


def test_an_emergency_day_is_entered_on_the_page(reviewer, today):
    day = workday_from(today)
    wrong = reviewer.browser.post("/rulebook/calendar/emergency/", emergency(day, region="45"))
    assert (wrong.status_code, 'value="45"' in wrong.content.decode()) == (422, True)

    done = reviewer.browser.post("/rulebook/calendar/emergency/", emergency(day), follow=True)

    assert done.redirect_chain == [(f"/rulebook/calendar/?year={day.year}&region=450100", 302)]
    text = done.content.decode()
    assert "已登记 1 个停工日" in text
    assert "应急停工" in text
    assert "台风停工" in text
