"""Procedures over the API and on their pages, by real people in posts."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.models import Case
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from tests.support.declared_procedures import Loan
from tests.support.posts import holder_of
from tests.support.secrecy import documents

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def laid_down(db):
    at = clock.now()
    rulebook.ensure_start_data(at=at)
    organisations.ensure_start_data(at=at)


@pytest.fixture
def departments():
    others = {organisations.bureau(), organisations.centre()}
    consumer, provider = [each.uscc for each in organisations.departments() if each.uscc not in others][:2]
    return {"consumer": consumer, "bureau": organisations.bureau(), "provider": provider}


@pytest.fixture
def people(departments):
    return {
        "applicant": holder_of(Post.DATA_STEWARD, departments["consumer"]),
        "reviewer": holder_of(Post.BUREAU_REVIEWER),
        "provider": holder_of(Post.DATA_COORDINATOR, departments["provider"]),
        "outsider": holder_of(Post.CENTRE_ENGINEER, organisations.centre()),
    }


@pytest.fixture
def case_no(people, departments):
    """A case at its first step; the provider has no steward, so its coordinator will be asked."""
    return procedures.open_case(
        Loan, subject_code="303001/1", title="常住人口信息", parties=departments, data={"items": ["xm", "xb"]},
        by=people["applicant"].subject, at=clock.now(),
    ).case_no  # fmt: skip


def get(holder, path, status=200, **query):
    answer = holder.caller.get(f"/api/v1/procedures{path}", query)
    assert answer.status_code == status, answer.content
    return answer.json()


def post(holder, path, body=None, status=200):
    answer = holder.caller.post(f"/api/v1/procedures{path}", json.dumps(body or {}), "application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


# --- API -------------------------------------------------------------------------------------------------------------
def test_a_case_goes_its_whole_way_over_the_api(people, case_no):
    [task] = get(people["reviewer"], "/tasks")
    assert (task["case_no"], task["step_title"], task["left"] >= 1) == (case_no, "规范性审查", True)
    seen = get(people["reviewer"], f"/cases/{case_no}")
    assert [way["transition"]["key"] for way in seen["ways"]] == ["give_back", "forward"]

    post(people["reviewer"], f"/cases/{case_no}/claim")
    done = post(
        people["reviewer"], f"/cases/{case_no}/transitions/forward",
        {"remark": "规范", "seen_revision": seen["revision"]},
    )  # fmt: skip
    assert (done["state"], done["closed"]) == ("answer", False)
    answer = get(people["provider"], f"/cases/{case_no}")
    [field, _] = next(way for way in answer["ways"] if way["transition"]["key"] == "agree")["transition"]["fields"]
    assert field["options"] == [["xm", "XM"], ["xb", "XB"]]
    post(people["provider"], f"/cases/{case_no}/transitions/agree", {"data": {"granted": ["xm"]}})
    post(people["reviewer"], f"/cases/{case_no}/transitions/deliver")

    end = get(people["applicant"], f"/cases/{case_no}")
    assert (end["outcome"], end["state_title"], end["clock"], end["ways"]) == ("granted", "已授权", None, [])
    assert [event["kind"] for event in end["events"]] == ["opened", "moved", "claimed", "moved", "moved", "moved"]


def test_refusals_have_codes_and_words(people, case_no):
    assert get(people["outsider"], f"/cases/{case_no}", status=404)["code"] == "not_found"
    assert Client().get("/api/v1/procedures/tasks").status_code == 401
    wrong = post(people["applicant"], f"/cases/{case_no}/transitions/forward", status=403)
    assert wrong["code"] == "not_your_step"
    missing = post(people["reviewer"], f"/cases/{case_no}/transitions/give_back", status=422)
    assert (missing["code"], missing["field"], missing["message"]) == (
        "remark_missing", "remark", "请填写“一次性告知内容”。",
    )  # fmt: skip
    seen = get(people["reviewer"], f"/cases/{case_no}")["revision"]
    post(people["reviewer"], f"/cases/{case_no}/transitions/forward", {"seen_revision": seen})
    second = post(people["reviewer"], f"/cases/{case_no}/transitions/forward", {"seen_revision": seen}, status=409)
    assert second["code"] == "step_already_taken"
    assert second["details"]["by_name"] == "bureau_reviewer"
    assert post(people["reviewer"], f"/cases/{case_no}/transitions/fly", status=404)["code"] == "transition_unknown"


def test_lists_show_what_one_may_see(people, case_no):
    assert get(people["applicant"], "/cases")["items"][0]["case_no"] == case_no
    assert get(people["outsider"], "/cases")["total"] == 0
    assert get(people["reviewer"], "/cases", open_only=True, procedure="tests.loan")["total"] == 1
    assert get(people["reviewer"], "/cases", late_only=True)["total"] == 0
    assert get(people["reviewer"], "/cases", subject_code="x")["total"] == 0


def test_procedures_are_told_and_drawn(people):
    names = [each["name"] for each in get(people["applicant"], "/definitions")]
    assert "tests.loan" in names
    told = get(people["applicant"], "/definitions/tests.loan")
    review = next(state for state in told["states"] if state["key"] == "review")
    assert review["limit"] == {
        "key": "sharing.review", "amount": 2, "unit": "workday", "article": "细则第二十二条（二）",
    }  # fmt: skip
    drawing = people["applicant"].caller.get("/api/v1/procedures/definitions/tests.loan/drawing.svg")
    assert drawing["Content-Type"] == "image/svg+xml"
    assert "规范性审查" in drawing.content.decode()
    assert get(people["applicant"], "/definitions/tests.none", status=404)


def test_the_road_of_a_case_is_drawn_for_those_who_see_it(people, case_no):
    road = people["applicant"].caller.get(f"/api/v1/procedures/cases/{case_no}/road.svg")
    assert "look-present" in road.content.decode()
    hidden = people["outsider"].caller.get(f"/api/v1/procedures/cases/{case_no}/road.svg")
    assert hidden.status_code == 404


# --- Pages -----------------------------------------------------------------------------------------------------------
def page(holder, path, status=200):
    answer = holder.browser.get(path)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def test_the_task_list_and_the_case_page_show_what_is_to_be_done(people, case_no):
    tasks = page(people["reviewer"], "/procedures/tasks/")
    assert "常住人口信息" in tasks
    assert f'href="/procedures/cases/{case_no}/"' in tasks
    shown = page(people["reviewer"], f"/procedures/cases/{case_no}/")

    for text in ("退回补正", "审查通过，推送提供部门", "一次性告知内容", "细则第二十二条", "个工作日", "<svg", "认领"):
        assert text in shown
    assert "style=" not in re.sub(r"<meta[^>]*>", "", shown.split("<body")[1])


def test_those_who_only_look_get_no_form(people, case_no):
    shown = page(people["provider"], f"/procedures/cases/{case_no}/")

    assert 'id="acting"' not in shown
    page(people["outsider"], f"/procedures/cases/{case_no}/", status=404)
    assert case_no in page(people["applicant"], "/procedures/cases/")


def submit(holder, case_no, transition, **fields):
    path = reverse("procedures:take", args=[case_no, transition])
    filled = {f"{transition}-{name}": value for name, value in fields.items()}
    return holder.browser.post(path, filled)


def test_a_step_is_taken_on_its_page(people, case_no):
    answer = submit(people["reviewer"], case_no, "forward", remark="规范", seen_revision=2)

    assert (answer.status_code, answer["Location"]) == (302, f"/procedures/cases/{case_no}/")
    assert Case.objects.get().state == "answer"
    assert "规范" in page(people["applicant"], f"/procedures/cases/{case_no}/")


def test_a_mistake_shows_the_page_again_and_loses_nothing(people, case_no):
    submit(people["reviewer"], case_no, "forward")
    letter = SimpleUploadedFile("依据.pdf", b"x", "application/pdf")
    without_words = submit(people["provider"], case_no, "refuse", remark="", attachments=[letter])
    without_file = submit(people["provider"], case_no, "refuse", remark="不属于本部门数据")

    assert without_words.status_code == without_file.status_code == 422
    text = without_file.content.decode()
    assert "不属于本部门数据" in text
    assert "依据文件" in text
    assert Case.objects.get().state == "answer"
    letter.seek(0)
    done = submit(people["provider"], case_no, "refuse", remark="不属于本部门数据", attachments=[letter])
    assert done.status_code == 302
    shown = page(people["applicant"], f"/procedures/cases/{case_no}/")
    link = re.search(r'href="(/files/[0-9a-f]{20}/)"', shown)[1]
    assert b"".join(people["applicant"].browser.get(link).streaming_content) == b"x"
    assert people["outsider"].browser.get(link).status_code == 404


@pytest.mark.source("S4")
def test_a_file_whose_text_the_secrecy_gate_could_not_read_says_so_wherever_it_is_listed(people, case_no):
    submit(people["reviewer"], case_no, "forward")
    picture = SimpleUploadedFile("现场照片.png", documents.PNG, "image/png")
    letter = SimpleUploadedFile("依据.txt", "不属于本部门数据".encode(), "text/plain")
    submit(people["provider"], case_no, "refuse", remark="不属于本部门数据", attachments=[picture, letter])

    assert page(people["applicant"], f"/procedures/cases/{case_no}/").count("未检文字") == 1
    told = people["applicant"].caller.get(f"/api/v1/procedures/cases/{case_no}").json()
    files = [file for event in told["events"] for file in event["files"]]
    assert [(file["name"], file["words"]) for file in files] == [("现场照片.png", "no_text"), ("依据.txt", "checked")]


def test_ticked_choices_and_days_reach_the_case(people, case_no):
    submit(people["reviewer"], case_no, "forward")
    submit(people["provider"], case_no, "agree", granted=["xb", "xm"], until="2027-01-31")

    assert Case.objects.get().data["granted"] == ["xm", "xb"]
    assert Case.objects.get().data["until"] == "2027-01-31"


def test_who_comes_second_is_told_on_the_page(people, case_no):
    submit(people["reviewer"], case_no, "forward", seen_revision=2)

    answer = people["reviewer"].browser.post(
        f"/procedures/cases/{case_no}/transitions/forward/", {"forward-seen_revision": 2}, follow=True,
        headers={"Referer": f"http://testserver/procedures/cases/{case_no}/"},
    )  # fmt: skip

    assert "该环节已由bureau_reviewer于" in answer.content.decode()


def test_claiming_on_the_page(people, case_no):
    people["reviewer"].browser.post(f"/procedures/cases/{case_no}/claim/")
    assert "您已认领本环节" in page(people["reviewer"], f"/procedures/cases/{case_no}/")
    people["reviewer"].browser.post(f"/procedures/cases/{case_no}/release/")
    assert Case.objects.get().holder_no == ""


def test_procedures_are_on_pages_for_everybody():
    answer = Client().get("/procedures/definitions/")
    assert "测试借阅申请" in answer.content.decode()
    shown = Client().get("/procedures/definitions/tests.loan/").content.decode()
    assert "<svg" in shown
    assert Client().get("/procedures/definitions/tests.none/").status_code == 404


def test_pages_of_cases_take_few_queries(people, departments, django_assert_max_num_queries):
    for _ in range(12):
        procedures.open_case(
            Loan, subject_code="1", title="x", parties=departments, data={"items": ["xm"]},
            by=people["applicant"].subject, at=clock.now(),
        )  # fmt: skip
    with django_assert_max_num_queries(16):
        page(people["reviewer"], "/procedures/tasks/")
    with django_assert_max_num_queries(18):
        page(people["reviewer"], "/procedures/cases/")


# --- Inner steps, urging, returns ------------------------------------------------------------------------------------
ANSWER_DATA = {"granted": ["xm"], "until": None}


@pytest.fixture
def chief(departments):
    return holder_of(Post.CLOUD_CHIEF, departments["provider"])


def lay_down(holder, *titles, kind="tests.loan_answer", status=204):
    steps = [{"title": title, "seats": [{"post": "cloud_chief"}]} for title in titles]
    path = f"/api/v1/procedures/inner/schemes/{kind}"
    answer = holder.caller.put(path, json.dumps({"steps": steps}), "application/json")
    assert answer.status_code == status, answer.content
    return answer


def test_an_answer_goes_round_its_department_over_the_api(people, case_no, chief):
    post(people["reviewer"], f"/cases/{case_no}/transitions/forward")
    lay_down(people["provider"], "分管领导审签")
    way = next(
        way for way in get(people["provider"], f"/cases/{case_no}")["ways"] if way["transition"]["key"] == "agree"
    )
    assert way["inner"] == "dropped"
    early = post(people["provider"], f"/cases/{case_no}/transitions/agree", {"data": ANSWER_DATA}, status=409)
    assert early["code"] == "inner_steps_not_done"

    post(people["provider"], f"/cases/{case_no}/transitions/agree/inner", {"data": ANSWER_DATA, "remark": "拟同意"})
    [task] = get(chief, "/tasks")
    assert (task["case_no"], task["inner"]) == (case_no, "分管领导审签")
    [run] = get(chief, f"/cases/{case_no}")["inner"]
    [seat] = run["steps"][0]["seats"]
    assert (seat["mine"], seat["post_title"], run["data"]) == (True, "云长", ANSWER_DATA)
    without_words = post(chief, f"/cases/{case_no}/inner/{seat['seat_no']}", {"verdict": "disagree"}, status=422)
    assert without_words["code"] == "opinion_without_reason"
    done = post(chief, f"/cases/{case_no}/inner/{seat['seat_no']}", {"verdict": "agree"})
    assert done["result"] == "agreed"
    assert get(people["applicant"], f"/cases/{case_no}")["inner"] == []
    post(people["provider"], f"/cases/{case_no}/transitions/agree", {"data": ANSWER_DATA, "remark": "拟同意"})

    assert Case.objects.get().state == "push"


def test_what_was_sent_round_is_taken_back_over_the_api(people, case_no, chief):
    post(people["reviewer"], f"/cases/{case_no}/transitions/forward")
    lay_down(people["provider"], "分管领导审签")
    post(people["provider"], f"/cases/{case_no}/transitions/agree/inner", {"data": ANSWER_DATA})

    assert post(chief, f"/cases/{case_no}/inner-withdrawal", status=409)["code"] == "no_inner_run"
    post(people["provider"], f"/cases/{case_no}/inner-withdrawal")
    assert get(chief, "/tasks") == []
    assert post(people["outsider"], f"/cases/{case_no}/inner-withdrawal", status=404)


def test_schemes_are_the_departments_own(people, chief):
    assert "tests.loan_answer" in [kind["key"] for kind in get(chief, "/inner/kinds")]
    assert lay_down(people["applicant"], "x", status=403).json()["code"] == "not_permitted"
    assert lay_down(chief, "x", kind="tests.none", status=404).json()["code"] == "inner_kind_unknown"
    lay_down(chief, "甲", "乙")

    [scheme] = get(people["provider"], "/inner/schemes")
    assert ([step["title"] for step in scheme["steps"]], scheme["changed_by_name"]) == (["甲", "乙"], "cloud_chief")
    assert get(people["applicant"], "/inner/schemes") == []
    other = get(people["applicant"], "/inner/schemes", organisation=chief.subject.organisation, status=403)
    assert other["code"] == "not_permitted"


def test_urging_over_the_api(people, case_no):
    assert get(people["applicant"], f"/cases/{case_no}")["may_urge"]
    post(people["applicant"], f"/cases/{case_no}/urge", {"remark": "急"})
    again = post(people["applicant"], f"/cases/{case_no}/urge", status=409)
    assert again["code"] == "urged_already"
    assert post(people["outsider"], f"/cases/{case_no}/urge", status=404)
    assert post(people["reviewer"], f"/cases/{case_no}/urge", status=409)["code"] == "nothing_to_urge"


def test_returns_are_counted_for_those_who_watch(people, case_no):
    post(people["reviewer"], f"/cases/{case_no}/transitions/give_back", {"remark": "补正"})
    days = {"since": "2020-01-01", "until": "2099-12-31"}

    [counted] = get(people["reviewer"], "/returns", **days)
    assert (counted["person_no"], counted["returns"]) == (people["reviewer"].subject.person_no, 1)
    assert get(people["applicant"], "/returns", status=403, **days)["code"] == "not_permitted"


def test_inner_steps_on_the_page_from_the_scheme_to_the_answer(people, case_no, chief):
    submit(people["reviewer"], case_no, "forward")
    filled = {"step1-title": "分管领导审签", "step1-posts": ["cloud_chief"], "step1-mode": "all"}
    saved = chief.browser.post("/procedures/inner/tests.loan_answer/", filled, follow=True)
    assert "分管领导审签" in saved.content.decode()
    offered = page(people["provider"], f"/procedures/cases/{case_no}/")
    assert "送内部审签" in offered

    path = reverse("procedures:propose", args=[case_no, "agree"])
    sent = people["provider"].browser.post(path, {"agree-granted": ["xm"], "agree-remark": "拟同意"}, follow=True)
    assert "已送本单位内部审签" in sent.content.decode()
    assert "（内部审签：分管领导审签）" in page(chief, "/procedures/tasks/")
    shown = page(chief, f"/procedures/cases/{case_no}/")
    assert "拟同意" in shown
    [address] = re.findall(rf'action="(/procedures/cases/{case_no}/inner/(\d+)/)"', shown)
    refused = chief.browser.post(address[0], {f"seat-{address[1]}-verdict": "return"})
    assert (refused.status_code, "请填写意见" in refused.content.decode()) == (422, True)
    chief.browser.post(address[0], {f"seat-{address[1]}-verdict": "agree", f"seat-{address[1]}-remark": "同意办理"})

    ready = page(people["provider"], f"/procedures/cases/{case_no}/")
    assert "内部审签已同意" in ready
    assert "同意办理" in ready
    assert "同意办理" not in page(people["applicant"], f"/procedures/cases/{case_no}/")
    assert re.search(r'name="agree-granted" value="xm"[^>]*checked', ready)
    submit(people["provider"], case_no, "agree", granted=["xm"], remark="拟同意")
    assert Case.objects.get().state == "push"


def test_a_scheme_with_a_stranger_is_shown_again_with_the_mistake_at_its_step(chief):
    filled = {"step2-title": "复核", "step2-persons": "P999999", "step2-mode": "all"}

    answer = chief.browser.post("/procedures/inner/tests.loan_answer/", filled)

    assert answer.status_code == 422
    assert "指定的人员不在本单位该岗位任职" in answer.content.decode()
    assert 'value="P999999"' in answer.content.decode()


def test_urging_on_the_page_and_both_times(people, case_no):
    shown = page(people["applicant"], f"/procedures/cases/{case_no}/")
    for words in ("法定用时", "自然历时", f"/procedures/cases/{case_no}/urge/"):
        assert words in shown
    assert f"/procedures/cases/{case_no}/urge/" not in page(people["reviewer"], f"/procedures/cases/{case_no}/")

    answer = people["applicant"].browser.post(f"/procedures/cases/{case_no}/urge/", follow=True)

    assert "已催办" in answer.content.decode()
    assert "催办" in page(people["reviewer"], f"/procedures/cases/{case_no}/")


def test_the_page_of_a_case_with_a_circulation_takes_few_queries(people, case_no, chief, django_assert_max_num_queries):
    submit(people["reviewer"], case_no, "forward")
    lay_down(people["provider"], "甲", "乙", "丙", "丁")
    post(people["provider"], f"/cases/{case_no}/transitions/agree/inner", {"data": ANSWER_DATA})

    with django_assert_max_num_queries(32):
        page(chief, f"/procedures/cases/{case_no}/")
    with django_assert_max_num_queries(14):
        page(chief, "/procedures/inner/")
