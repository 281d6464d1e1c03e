"""Where each person begins: monitor, cloud chief, reviewer, engineer and auditor, on a wide screen and a telephone.

Pictures go to `build/screenshots`. The chief is appointed here, by the administrators, as on a platform that has begun.
"""

import re

import pytest
from playwright.sync_api import expect
from tests.support.browser import chromium
from tests.support.newcomers import newcomer
from tests.support.visitors import Visitor

pytestmark = pytest.mark.journey

BIG = {"width": 1920, "height": 1080}


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def everybody():
    return {}


@pytest.fixture(scope="module")
def visitor(browser, everybody, people):
    """Somebody of the start people, signed in once."""

    def signed_in(login):
        if login not in everybody:
            everybody[login] = Visitor(browser, people.base_url, people.by_login[login]).sign_in()
        return everybody[login]

    return signed_in


@pytest.fixture(scope="module")
def chief(browser, everybody, people):
    """The chief of a department, with a password of his own."""
    everybody["chief"] = newcomer(
        browser,
        people,
        "chief.scjgj",
        name="云长",
        post="cloud_chief",
        organisation=people["steward.scjgj"].organisation,
    )
    return everybody["chief"]


def begins_at(visitor, path):
    visitor.page.goto(f"{visitor.portal}/begin")
    expect(visitor.page).to_have_url(re.compile(re.escape(path) + "$"))


def test_the_monitor_begins_at_the_wall(visitor):
    monitor = visitor("monitor")

    begins_at(monitor, "/overview/wall/")
    for words in ("逾期未办", "即将到期", "逾期不视为同意"):
        monitor.reads(words)
    monitor.look("wall")

    monitor.follow("全区总览")
    monitor.reads("指标口径")


def test_the_wall_renews_itself_without_keeping_the_session_alive(visitor):
    monitor = visitor("monitor")
    monitor.page.clock.install()
    monitor.page.goto(f"{monitor.portal}/overview/wall/")

    with monitor.page.expect_request("**/overview/wall/now/", timeout=15_000) as asked:
        monitor.page.clock.fast_forward("01:30")

    assert asked.value.headers["x-jutong-background"] == "1"


def test_the_cloud_chief_begins_at_the_ledger_of_the_own_department(chief):
    begins_at(chief, "/overview/ledger/")

    for words in ("按时答复率", "挂载率", "更新及时率", "需求满足率", "最急的事项"):
        chief.reads(words)
    chief.look("ledger")


def test_the_big_screen_stands_alone_and_turns_its_panels(chief):
    chief.choose("统计通报", "数据驾驶舱")
    chief.page.set_viewport_size(BIG)
    chief.page.reload()

    expect(chief.page.get_by_role("navigation", name="主菜单")).to_have_count(0)
    first = chief.page.locator("[data-wall-panel]:visible h2")
    expect(first).to_have_text("谁在向谁提供数据")
    chief.page.keyboard.press("ArrowRight")
    expect(first).to_have_text("每周各时段调用次数")
    assert chief.page.evaluate("document.documentElement.scrollHeight") <= BIG["height"]
    chief.page.screenshot(path=chief_picture("screen"))
    chief.page.get_by_role("link", name="退出").click()


def chief_picture(name):
    from tests.support.visitors import PICTURES

    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES / f"{name}.png"


def test_the_reviewer_begins_at_the_workbench_beside_the_region(visitor):
    reviewer = visitor("reviewer")

    begins_at(reviewer, "/workbench")
    expect(reviewer.card("全区总览")).to_contain_text("按时答复率")
    expect(reviewer.card("常用功能")).to_contain_text("我的待办")
    reviewer.look("workbench-reviewer")

    reviewer.choose("统计通报", "全区总览")
    reviewer.reads("示意图，不表示界线")
    reviewer.look("region")
    reviewer.follow("挂载率")
    reviewer.reads("应挂载的已发布资源")


def test_the_engineer_begins_at_operations_and_reads_the_calls(visitor):
    engineer = visitor("engineer")

    begins_at(engineer, "/overview/operations/")
    engineer.reads("平台各部件")
    expect(engineer.card("平台各部件")).to_contain_text("网关")
    engineer.look("operations")

    engineer.choose("接口服务", "接口调用分析")
    engineer.reads("闲置授权")
    engineer.look("call-analysis")


def test_the_auditor_begins_at_the_log(visitor):
    auditor = visitor("auditor")

    begins_at(auditor, "/audit/")
    auditor.reads("查询条件")


def test_no_first_screen_complains(everybody, visitor, chief):
    assert everybody
    assert {login: each.faults for login, each in everybody.items() if each.faults} == {}
    assert {login: each.complaints for login, each in everybody.items() if each.complaints} == {}
