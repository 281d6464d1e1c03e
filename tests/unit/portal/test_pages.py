"""Home, workbench and task list, through the whole stack but without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.test import Client, RequestFactory

from jutong.assessment.overview import api as overview
from jutong.assessment.overview.values import OpenData, OpenDivision, OpenProvider, OpenResource
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.values.cases import Stage, Task
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.policy import Post, Subject
from jutong.portal.web import tasks
from jutong.ui.site import Site

STEWARD = Subject("P1", Post.DATA_STEWARD, "11450000000000001A", "韦明")


def task(case_no, left, due_on=date(2026, 11, 26), **more):
    values = {
        "case_no": case_no,
        "case_title": "婚姻登记信息",
        "procedure": "sharing.request",
        "procedure_title": "共享申请",
        "step": "approval",
        "step_title": "提供方审批",
        "subject_code": "304066/815",
        "arrived_at": datetime(2026, 11, 20, 1, 0, tzinfo=UTC),
        "due_on": due_on,
        "provisional": False,
        "left": left,
        "unit": "workday",
        "article": "《细则》第二十二条",
        "stage": Stage.IN_TIME,
        "holder_no": "",
        "holder_name": "",
        "url": f"/cases/{case_no}/",
    }
    return Task(**values | more)


NOTHING_OPEN = OpenData(
    as_of=datetime(2026, 11, 27, 8, 0, tzinfo=UTC), resources=0, mounted=0, days=30, calls=0,
    divisions=(), providers=(), newest=(), most_used=(),
)  # fmt: skip


def opened(code, title, calls=0):
    return OpenResource(code, title, "生态厅", UpdateCycle.DAILY, datetime(2026, 3, 24, tzinfo=UTC), True, calls)


@pytest.fixture
def panel(monkeypatch):
    def shown(view, *waiting):
        monkeypatch.setattr(procedures, "tasks_for", lambda subject, at: list(waiting))
        request = RequestFactory().get("/workbench/tasks")
        request.subject, request.csp_nonce = STEWARD, "n0nce"
        return view(request).content.decode()

    return shown


@pytest.fixture
def front(monkeypatch):
    def shown(**more):
        monkeypatch.setattr(overview, "open_data", lambda at: replace(NOTHING_OPEN, **more))
        return Client().get("/").content.decode()

    return shown


def test_everybody_finds_the_search_field_on_the_front_page(front):
    html = front()

    assert "聚起来、通起来、用起来" in html
    assert 'action="/catalogue/"' in html


def test_the_front_page_leads_to_divisions_departments_and_resources(front):
    html = front(
        resources=2,
        divisions=(OpenDivision("103", "自然资源", 1), OpenDivision("211", "生态环保", 1)),
        providers=(OpenProvider("11450000000000001A", "生态厅", 2),),
        newest=(opened("211001/3", "空气质量"),),
        most_used=(opened("211001/3", "空气质量", calls=1_234),),
    )

    for place in (
        "/catalogue/?open=1&amp;classification=211", "/catalogue/?open=1&amp;provider=11450000000000001A",
        "/catalogue/resources/211001/3/",
    ):  # fmt: skip
        assert f'href="{place}"' in html
    assert html.index("生态环保") < html.index("自然资源") < html.index("空气质量")
    assert "调用 1,234 次" in html


def test_a_region_with_nothing_open_says_so(front):
    html = front()

    assert "还没有向社会开放的数据" in html
    assert "按主题和部门查找" not in html


def test_a_telephone_that_nobody_gave_is_no_contact(front, settings):
    contacts = "<dt>联系电话</dt>"
    assert contacts not in front()

    settings.UI_SITE = Site(telephone="0771-0000000")
    assert contacts in front()


@pytest.mark.parametrize("path", ["/workbench", "/workbench/tasks", "/workbench/first-tasks"])
def test_the_workbench_is_for_people_in_a_post(path):
    response = Client().get(path)

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/workbench")


def test_what_is_not_there_is_told_in_a_page_of_ours():
    response = Client(headers={"accept-language": "en"}).get("/nowhere")

    assert response.status_code == 404
    assert "Page not found" in response.content.decode()
    assert "script-src 'nonce-" in response["Content-Security-Policy"]


def test_the_task_list_counts_what_is_late_and_leads_to_each_case(panel):
    html = panel(tasks.tasks, task("SQ1", -2), task("SQ2", 0), task("SQ3", 3), task("SQ4", None, None))

    figures = [part.split("<small>")[0] for part in html.split("figure-value")[1:]]
    assert [figure.rpartition(">")[2] for figure in figures] == ["4", "1", "1"]
    assert "已超期 2 个工作日" in html
    assert 'href="/cases/SQ3/"' in html
    assert "待领取" in html


def test_a_held_task_names_its_holder(panel):
    assert "覃芳" in panel(tasks.tasks, task("SQ1", 1, holder_no="P7", holder_name="覃芳"))


def test_an_empty_task_list_says_what_will_happen_next(panel):
    assert "没有待办事项" in panel(tasks.tasks)


def test_the_home_page_shows_the_most_urgent_tasks_and_how_many_there_are(panel):
    html = panel(tasks.first_tasks, *(task(f"SQ{number}", number) for number in range(8)))

    assert "SQ4" in html
    assert "SQ5" not in html
    assert "全部 8 件" in html


def test_the_home_page_is_silent_when_nothing_waits(panel):
    assert panel(tasks.first_tasks).strip() == ""
