"""What departments compile together: a round with its claim, a list with its demand, an outside catalogue harvested.

The thinnest whole way of each by clicks; claims are answered on a telephone.
"""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect
from tests.support.browser import chromium
from tests.support.feeds import ckan, ckan_record, serving
from tests.support.visitors import NARROW, Visitor

from jutong.kernel import clock
from jutong.kernel.clock import local_day

pytestmark = pytest.mark.journey

PROVIDER = "scjgj"


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def visitor(browser, people):
    """Somebody of the start people, signed in once."""
    everybody = {}

    def signed_in(login):
        if login not in everybody:
            everybody[login] = Visitor(browser, people.base_url, people.by_login[login]).sign_in()
        return everybody[login]

    return signed_in


@pytest.fixture
def outside(people):
    """Another portal with three records, which the department may have the platform call."""
    with serving() as portal:
        portal.answer = ckan([ckan_record(number) for number in range(3)])
        steward = people[f"steward.{PROVIDER}"]
        place = {"cidr": "127.0.0.1", "port_from": portal.port, "port_to": portal.port, "reason": "开放数据门户"}
        people["system.admin"].post("/mounting/networks", {"organisation": steward.organisation, **place})
        yield portal


def today() -> date:
    return local_day(clock.now())


def test_an_entry_of_a_round_is_claimed_on_a_telephone_and_the_reviewer_sees_whose_it_is(visitor, people):
    reviewer, steward = visitor("reviewer"), visitor(f"steward.{PROVIDER}")
    provider = people[f"steward.{PROVIDER}"].organisation
    reviewer.choose("数据目录", "编制轮次")
    reviewer.follow("开始新一轮")
    reviewer.fill({"轮次名称": "旅程编制轮次", "年度": str(today().year)})
    reviewer.press("开始")
    reviewer.follow("编入条目")
    reviewer.fill({"数据资源名称": "旅程条目信息"})
    reviewer.page.locator(f"input[name=departments][value='{provider}']").check()
    reviewer.press("编入")
    reviewer.reads("旅程条目信息")

    steward.choose("数据目录", "编制轮次")
    steward.follow("旅程编制轮次")
    steward.page.set_viewport_size(NARROW)
    steward.follow("本部门的条目")
    steward.follow("旅程条目信息")
    steward.card("认领").get_by_label("认领", exact=True).check()
    steward.press("提交认领意见")
    steward.reads("各部门认领意见")
    assert steward.page.evaluate("() => document.documentElement.scrollWidth") <= NARROW["width"]

    reviewer.page.goto(steward.page.url)
    expect(reviewer.card("各部门认领意见")).to_contain_text("认领")


def test_a_demand_is_entered_into_a_list_and_stands_in_its_round(visitor):
    reviewer, steward = visitor("reviewer"), visitor(f"steward.{PROVIDER}")
    reviewer.page.goto(f"{reviewer.portal}/lists/rounds/new/")
    reviewer.fill(
        {
            "清单": "数据共享需求清单",
            "批次名称": "旅程批次",
            "开始日期": today().isoformat(),
            "截止日期": (today() + timedelta(days=30)).isoformat(),
        }
    )
    reviewer.press("开始")
    reviewer.reads("旅程批次")

    steward.page.goto(reviewer.page.url)
    steward.follow("填报需求")
    steward.fill(
        {
            "所需数据": "旅程所需信息",
            "用途": "核对登记事项，群众不再提交证明。",
            "依据": "《优化营商环境条例》第三十七条",
            "需要日期": (today() + timedelta(days=60)).isoformat(),
        }
    )
    steward.press("提交")
    steward.reads("旅程所需信息")

    reviewer.page.reload()
    reviewer.reads("旅程所需信息")


def test_an_outside_catalogue_is_previewed_and_written_as_drafts(visitor, outside):
    steward = visitor(f"steward.{PROVIDER}")
    steward.page.goto(f"{steward.portal}/harvest/")
    steward.follow("登记采集来源")
    steward.fill({"名称": "旅程门户", "来源类型": "CKAN 接口", "地址": outside.address})
    steward.press("保存")
    steward.press("预演")
    steward.until_reads("确认写入草稿")
    steward.reads("公共厕所名录1")
    steward.press("确认写入草稿")
    steward.until_reads("已写入本部门的目录草稿。")


def test_a_department_is_followed_from_its_part_of_the_catalogue_on_a_telephone(visitor, people):
    steward = visitor(f"steward.{PROVIDER}")
    provider = people["steward.gat"].organisation
    steward.page.set_viewport_size(NARROW)
    steward.page.goto(f"{steward.portal}/catalogue/?provider={provider}")
    steward.main.locator(".reader-tools").get_by_role("button", name="关注").click()
    steward.main.locator(".reader-tools").get_by_role("button", name="已关注").wait_for()
    steward.page.goto(f"{steward.portal}/readers/follows/")
    steward.reads("公安厅")
    assert steward.page.evaluate("() => document.documentElement.scrollWidth") <= NARROW["width"]
