"""The way of one datum by clicks in Chromium: every person in a browser of their own, with the words they see.

The same way as `test_way_by_script`, between two other departments. Each fixture is a stage of the way and leaves what
the next one needs; the tests say what people saw. Pictures of the pages go to `build/screenshots` for the manual.
"""

import json
import os
import re
import subprocess

import pytest
from playwright.sync_api import expect
from tests.support import departments
from tests.support.browser import chromium
from tests.support.visitors import Visitor

import jutong_client

pytestmark = pytest.mark.journey

SOURCE, TITLE, CLIENT = "人事业务库", "公安机关从业人员参保信息", "职业健康监管系统"
PROVIDER, CONSUMER = "gat", "wjw"
ITEMS = ["公民身份号码", "姓名", "缴费状态"]
COLUMNS = ["gmsfhm", "xm", "jfzt"]


@pytest.fixture(scope="module")
def everybody():
    """Who has signed in so far."""
    return {}


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def visitor(browser, everybody, people):
    """Somebody of the start people, signed in once, in a context of their own."""

    def signed_in(login):
        if login not in everybody:
            everybody[login] = Visitor(browser, people.base_url, people.by_login[login]).sign_in()
        return everybody[login]

    return signed_in


def test_a_stranger_finds_the_door(browser, people, everybody):
    stranger = everybody["stranger"] = Visitor(browser, people.base_url)

    stranger.page.goto(people.base_url)
    stranger.look("home")
    stranger.page.get_by_role("banner").get_by_role("link", name="登录").click()
    stranger.look("sign-in")

    expect(stranger.page.get_by_role("button", name="登录")).to_be_visible()


# --- Supply: the department's table becomes a published resource with data in the pool -------------------------------


@pytest.fixture(scope="module")
def permitted(visitor, people, department_database):
    """The system administrator permits the address of the department's database."""
    admin = visitor("system.admin")
    admin.choose("数据挂载", "允许访问名单")
    admin.fill({
        "单位（统一社会信用代码）": people[f"steward.{PROVIDER}"].organisation, "网段或地址": "127.0.0.1",
        "起始端口": str(department_database.port), "结束端口": str(department_database.port),
        "登记原因": "本部门人事业务库",
    })  # fmt: skip
    admin.press("登记")
    admin.reads("已登记。")
    admin.look("permitted-addresses")


@pytest.fixture(scope="module")
def scanned(visitor, permitted, department_database):
    """The department's steward registers its database, which is tested on the way, and has it scanned."""
    steward = visitor(f"steward.{PROVIDER}")
    steward.choose("数据挂载", "数据源")
    steward.follow("登记数据源")
    steward.fill({
        "名称": SOURCE, "类型": "MySQL / MariaDB", "主机": "127.0.0.1", "端口": str(department_database.port),
        "数据库名": departments.DATABASE, "账号": departments.READER, "密码": departments.READER_PASSWORD,
    })  # fmt: skip
    steward.look("source-form")
    steward.press("测试并保存")
    steward.reads("可以扫描")
    steward.press("扫描")
    expect(steward.card("扫描")).to_contain_text("已完成")
    steward.look("source")


@pytest.fixture(scope="module")
def draft(visitor, scanned):
    """A table becomes a draft; the steward adds what no table says, and submits it."""
    steward = visitor(f"steward.{PROVIDER}")
    steward.follow(f"{departments.DATABASE}.{departments.TABLE}")
    steward.look("table")
    steward.fill({"数据资源名称": TITLE})
    steward.press("生成草稿")
    steward.reads("请补充共享类型等要素")
    steward.fill({
        "数据资源摘要": "参保人员的公民身份号码、姓名、险种与缴费状态。", "更新周期": "每日",
        "共享条件": "用于履行本部门法定职责所需的参保核验", "共享范围": "自治区各部门",
    })  # fmt: skip
    for choice in ("有条件共享", "数据校核", "业务协同"):
        steward.main.get_by_label(choice, exact=True).check()
    number = steward.card("数据项").locator("tr", has=steward.page.locator('input[value="gmsfhm"]'))
    steward.fill({"管控参数": "必填"}, within=number)
    steward.press("增加依据")
    basis = steward.card("共享类型的依据")
    steward.fill({"种类": "法律", "文件名称": "中华人民共和国社会保险法", "条款": "第八十一条"}, within=basis)
    steward.look("draft-form")
    steward.press("保存并检查")
    steward.reads("已保存")
    expect(steward.main).not_to_contain_text("不符合要求")
    steward.follow("返回")
    steward.look("draft")
    steward.press("报送审核")
    steward.reads("已报送自治区大数据发展局审核。")


@pytest.fixture(scope="module")
def code(visitor, draft):
    """The bureau reviews and publishes; the code is issued on the way."""
    reviewer = visitor("reviewer")
    reviewer.choose("个人工作台", "我的待办")
    reviewer.look("tasks")
    reviewer.follow(f"政务数据资源目录编制：{TITLE}")
    reviewer.look("case")
    reviewer.take("审核通过，赋予代码", "要素齐全，符合要求。")
    reviewer.reads("数据资源代码")
    reviewer.take("发布")
    reviewer.reads("已发布")
    reviewer.look("case-published")
    return reviewer.main.locator("code").filter(has_text=re.compile(r"^\d{6}/\d+$")).inner_text()


@pytest.fixture(scope="module")
def run(visitor, code, department_database):
    """The steward mounts the table; the first run gathers it, and its bar moves by itself."""
    steward = visitor(f"steward.{PROVIDER}")
    steward.find(TITLE)
    steward.follow("去挂载")
    steward.press("下一步：核对对应关系", within=steward.card("从库表挂载"))
    steward.look("mount")
    with department_database.held(departments.DATABASE, departments.TABLE):
        steward.press("挂载")
        steward.reads("已挂载，首次归集即将开始。")
        steward.follow("查看运行")
        expect(steward.card("进度")).to_contain_text("运行中")
    expect(steward.card("进度")).to_contain_text("已完成")
    steward.look("run")
    return steward.card("交换回执").inner_text()


@pytest.mark.source("Guide 6.2")
def test_the_department_and_the_bureau_carry_a_table_to_a_published_resource(code):
    assert re.fullmatch(r"\d{6}/\d+", code)


@pytest.mark.source("Art. 34(3)")
def test_the_bar_of_the_run_moves_by_itself_until_every_row_is_gathered(run):
    assert f"{departments.ROWS:,}" in run


# --- Delivery: another department asks, is granted, and calls --------------------------------------------------------


@pytest.fixture(scope="module")
def key(visitor, people):
    """The consumer's developer registers the calling system; the secret of its key is shown this once."""
    developer = visitor(f"developer.{CONSUMER}")
    developer.choose("接口服务", "应用与密钥")
    developer.fill({"应用名称": CLIENT})
    developer.press("登记")
    developer.reads("请签发密钥")
    developer.press("签发")
    developer.look("key")
    (key_id, secret), (client_no,) = (
        developer.card(title).locator("code").all_inner_texts() for title in ("新密钥", "应用信息")
    )
    return {"client_no": client_no, "key_id": key_id, "secret": secret}


@pytest.fixture(scope="module")
def request_no(visitor, run, key):
    """The consumer's steward finds the resource, reads what will happen, and asks."""
    asking = visitor(f"steward.{CONSUMER}")
    asking.find(TITLE)
    asking.look("resource")
    asking.follow("申请使用")
    for item in ITEMS:
        asking.card("所需数据项").get_by_label(item, exact=True).check()
    asking.fill({"使用数据的应用": f"{CLIENT}（{key['client_no']}）"})
    asking.main.get_by_label("数据校核", exact=True).check()
    asking.fill({
        "使用用途": "核验职业健康检查对象的参保情况",
        "法定职责或依据": "《中华人民共和国职业病防治法》第九条", "关联办理事项": "职业病危害项目监管",
    })  # fmt: skip
    asking.look("apply")
    asking.press("提交申请")
    asking.reads("已提交，等待规范性审查。")
    asking.look("request")
    return asking.page.url.rstrip("/").rsplit("/", 1)[1]


@pytest.fixture(scope="module")
def grant_no(visitor, request_no):
    """Bureau, provider and bureau answer, each from the own list of tasks."""
    reviewer, provider = visitor("reviewer"), visitor(f"steward.{PROVIDER}")
    reviewer.choose("个人工作台", "我的待办")
    reviewer.follow(f"数据需求申请：{TITLE}")
    reviewer.take("审查通过，推送提供部门", "材料齐全。")

    provider.choose("个人工作台", "我的待办")
    provider.follow(f"数据需求申请：{TITLE}")
    provider.follow("逐项答复")
    provider.look("answer")
    provider.press("同意提供")
    provider.reads("已同意提供")

    reviewer.choose("个人工作台", "我的待办")
    reviewer.follow(f"数据需求申请：{TITLE}")
    reviewer.take("推送结果，开通授权")
    reviewer.look("case-granted")

    asking = visitor(f"steward.{CONSUMER}")
    asking.choose("共享申请", "授权管理")
    asking.look("grants")
    asking.follow(TITLE)
    asking.look("grant")
    return asking.page.url.rstrip("/").rsplit("/", 1)[1]


@pytest.fixture(scope="module")
def person():
    """Somebody in the department's table."""
    return departments.people(departments.ROWS)[7]


@pytest.fixture(scope="module")
def example(visitor, grant_no):
    """The curl example of the grant's API page, as it stands there."""
    asking = visitor(f"steward.{CONSUMER}")
    asking.follow("接口说明")
    asking.look("interface")
    return asking.card("curl 示例").locator("pre").inner_text()


@pytest.fixture(scope="module")
def call(platform, code, key, grant_no, person):
    """A signed call by the small client, with the secret that the page has shown."""
    with jutong_client.Client(
        f"http://127.0.0.1:{platform.gateway_port}", key_id=key["key_id"], secret=key["secret"],
        official="监管员-017", purpose="职业健康监管", case="ZY-2026-000123",
    ) as client:  # fmt: skip
        return client.get(code, {"gmsfhm": person[0]})


@pytest.mark.source("Art. 22(4)")
def test_a_signed_call_is_answered_with_the_granted_items_of_the_row_asked_for(call, person):
    number, name, _, _, state, *_ = person

    assert [list(row) for row in call["rows"]] == [COLUMNS]
    assert call["rows"][0] == {"gmsfhm": number, "xm": name[0] + "*" * (len(name) - 1), "jfzt": state}


def test_the_example_of_the_interface_page_works_as_it_stands(example, key, call, person):
    variables = os.environ | {"KEY_ID": key["key_id"], "SECRET": key["secret"]}
    (sample,) = re.findall(r"gmsfhm=([^&']+)", example)

    ran = subprocess.run(["bash", "-c", example], env=variables, capture_output=True, text=True)
    with_number = subprocess.run(
        ["bash", "-c", example.replace(sample, person[0])], env=variables, capture_output=True, text=True
    )

    assert json.loads(ran.stdout)["rows"] == []
    assert json.loads(with_number.stdout)["rows"] == call["rows"]


@pytest.mark.source("Art. 21(2)")
def test_the_call_stands_in_the_log(visitor, call, person):
    asking = visitor(f"steward.{CONSUMER}")

    asking.choose("接口服务", "调用日志")
    asking.until_reads(call["call"])
    asking.look("calls")
    asking.follow(call["call"])
    asking.reads("监管员-017")
    asking.look("call")

    expect(asking.main).to_contain_text(CLIENT)
    expect(asking.main).not_to_contain_text(person[0])


@pytest.mark.source("Art. 21(2)")
def test_the_audit_log_proves_each_step(visitor, code, call):
    auditor = visitor("auditor")
    auditor.choose("平台管理", "审计日志")
    auditor.fill({"资源代码": code})
    auditor.press("查询")
    auditor.reads("catalogue.resource.published")
    auditor.reads("sharing.grant.given")
    auditor.look("audit")

    auditor.fill({"操作": "catalogue.resource.published"})
    auditor.press("查询")
    auditor.main.locator("table").get_by_role("link").first.click()
    auditor.reads("该记录的内容与已签名的检查点一致")
    auditor.look("audit-entry")


@pytest.mark.source("Art. 21(4)")
def test_the_resource_shows_its_score_and_who_uses_it(visitor, call):
    steward = visitor(f"steward.{PROVIDER}")

    steward.find(TITLE)
    expect(steward.card("数据质量")).to_contain_text("100.0")
    expect(steward.card("使用部门")).to_contain_text("1 个部门正在使用")
    steward.look("resource-used")


def test_no_page_of_the_way_complains_or_is_closed_to_anyone(everybody, visitor, call):
    provider = visitor(f"steward.{PROVIDER}")
    provider.choose("个人工作台", "个人工作台")
    provider.look("workbench")
    provider.choose("数据目录", "资源检索")
    provider.look("catalogue")

    assert {login: each.faults for login, each in everybody.items() if each.faults} == {}
    assert {login: each.complaints for login, each in everybody.items() if each.complaints} == {}
