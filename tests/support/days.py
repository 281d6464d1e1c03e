"""A working day of each post on the demonstration region, by clicks and in Chinese: what the post is there for.

Each function is one person's day: where it begins, the things that are done, the pages looked at (on a wide screen and
on a telephone, with the accessibility checker). They need a platform with the region and change it a little.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from playwright.sync_api import Browser, expect

from jutong.kernel.clock import SHANGHAI
from jutong.kernel.policy import Post
from tests.support.people import People
from tests.support.visitors import Visitor


@dataclass
class Region:
    """The region as its people sit before it."""

    browser: Browser
    people: People
    everybody: dict[str, Visitor] = field(default_factory=dict)

    def visitor(self, login: str) -> Visitor:
        """Somebody, signed in once."""
        if login not in self.everybody:
            person = self.people.by_login[login]
            self.everybody[login] = Visitor(self.browser, self.people.base_url, person).sign_in()
        return self.everybody[login]

    def stranger(self) -> Visitor:
        return self.everybody.setdefault("stranger", Visitor(self.browser, self.people.base_url))

    def steward_of(self, organisation: str) -> str:
        """The login of a department's data steward."""
        return next(
            login
            for login, person in self.people.by_login.items()
            if person["organisation"] == organisation and person["post"] == Post.DATA_STEWARD
        )


def begin(visitor: Visitor, path: str) -> None:
    visitor.page.goto(f"{visitor.portal}/begin")
    expect(visitor.page).to_have_url(f"{visitor.portal}{path}")


def confirm(visitor: Visitor, name: str) -> None:
    """Press what is asked about first."""
    visitor.main.get_by_role("button", name=name, exact=True).first.click()
    visitor.page.locator("[data-confirm-yes]").click()


def data_steward(region: Region) -> None:
    """数据管理专员: answers a request, begins an entry, sees how the department's data are."""
    asked = region.people["reviewer"].get("/sharing/requests", state="answering")["items"][-1]
    steward = region.visitor(region.steward_of(asked["provider_uscc"]))
    begin(steward, "/workbench")
    steward.look("day-steward-workbench")

    steward.choose("个人工作台", "我的待办")
    steward.look("day-steward-tasks")
    steward.page.goto(f"{steward.portal}/procedures/cases/{asked['request_no']}/")
    steward.press("认领")
    steward.reads("您已认领本环节。")
    steward.look("day-steward-case")
    steward.follow("逐项答复")
    steward.look("day-steward-answer")
    steward.press("同意提供")
    steward.reads("已同意提供")

    steward.choose("数据目录", "目录编制")
    steward.look("day-steward-drafts")
    steward.page.goto(f"{steward.portal}/catalogue/drafts/new/")
    steward.fill({"数据资源名称": "窗口服务评价信息"})
    steward.main.get_by_role("button", name="保存草稿").last.click()
    steward.reads("窗口服务评价信息")
    steward.look("day-steward-draft")

    steward.choose("数据挂载", "挂载一览")
    steward.look("day-steward-mounts")
    steward.choose("质量校核", "数据质量")
    steward.look("day-steward-quality")


def data_coordinator(region: Region) -> None:
    """数据审核专员: settles what goes round the department, and sees its cases."""
    coordinator = region.visitor("coordinator.rst")
    begin(coordinator, "/workbench")
    coordinator.look("day-coordinator-workbench")

    coordinator.choose("个人工作台", "内部流转设置")
    coordinator.card("目录报送").get_by_role("link", name="设置").click()
    step = coordinator.card("第 1 个环节")
    coordinator.fill({"环节名称": "处室审签"}, within=step)
    step.get_by_label("数据审核专员", exact=True).check()
    coordinator.press("保存")
    coordinator.reads("内部流转已设置。")
    coordinator.look("day-coordinator-schemes")

    coordinator.choose("个人工作台", "办件查询")
    coordinator.look("day-coordinator-cases")
    coordinator.choose("共享申请", "数据申请")
    coordinator.look("day-coordinator-requests")


def data_monitor(region: Region) -> None:
    """数据监督专员: sees who is late, urges, and looks at a department's ledger."""
    monitor = region.visitor("monitor")
    begin(monitor, "/overview/wall/")
    monitor.look("day-monitor-wall")

    monitor.card("逾期未办").locator("tbody a").first.click()
    monitor.look("day-monitor-case")
    confirm(monitor, "催办")
    monitor.reads("已催办，办理人会收到通知。")

    monitor.choose("个人工作台", "我的通知")
    monitor.look("day-monitor-notices")
    monitor.page.goto(f"{monitor.portal}/overview/wall/")
    monitor.card("各部门逾期").locator("tbody a").first.click()
    monitor.look("day-monitor-department")
    monitor.follow("履职台账")
    monitor.look("day-monitor-ledger")


def bureau_reviewer(region: Region) -> None:
    """大数据局审核员: reviews requests, publishes an entry, sees the region."""
    reviewer = region.visitor("reviewer")
    begin(reviewer, "/workbench")
    reviewer.look("day-reviewer-workbench")

    reviewer.choose("个人工作台", "我的待办")
    reviewer.look("day-reviewer-tasks")
    waiting = region.people["reviewer"].get("/sharing/requests", state="reviewing")["items"]
    reviewer.page.goto(f"{reviewer.portal}/procedures/cases/{waiting[0]['request_no']}/")
    reviewer.take("审查通过，推送提供部门", "材料齐全。")
    reviewer.page.goto(f"{reviewer.portal}/procedures/cases/{waiting[1]['request_no']}/")
    way = reviewer.page.locator("details.case-way", has=reviewer.page.locator("summary", has_text="退回补正"))
    way.locator("summary").click()
    way.get_by_label("申请依据缺失或未引用条款", exact=True).check()
    reviewer.fill({"一次性告知的全部补正内容": "请写明依据的条款。"}, within=way)
    reviewer.press("退回补正", within=way)
    reviewer.reads("“退回补正”已办理。")
    reviewer.look("day-reviewer-returned")

    open_cases = region.people["reviewer"].get("/procedures/cases", procedure="catalogue.compilation")["items"]
    entry = next(case for case in open_cases if case["state"] == "review")
    reviewer.page.goto(f"{reviewer.portal}/procedures/cases/{entry['case_no']}/")
    reviewer.take("审核通过，赋予代码", "要素齐全，符合要求。")
    reviewer.take("发布")
    reviewer.look("day-reviewer-published")

    reviewer.choose("统计通报", "全区总览")
    reviewer.look("day-reviewer-region")


def centre_engineer(region: Region) -> None:
    """信息中心工程师: sees that all runs, gathers anew, looks at what was rejected and at the calls."""
    engineer = region.visitor("engineer")
    begin(engineer, "/overview/operations/")
    engineer.look("day-engineer-operations")

    engineer.choose("数据交换", "交换运行")
    engineer.look("day-engineer-runs")
    run = next(r for r in region.people["engineer"].get("/exchange/runs", limit=100)["items"] if r["rows_rejected"])
    engineer.page.goto(f"{engineer.portal}/exchange/runs/{run['run_no']}/rejects/")
    engineer.look("day-engineer-rejects")
    engineer.page.goto(f"{engineer.portal}/catalogue/resources/{run['resource_code']}/")
    engineer.press("立即归集")
    expect(engineer.card("进度")).to_contain_text("已完成", timeout=90_000)
    engineer.look("day-engineer-run")

    engineer.choose("接口服务", "接口调用分析")
    engineer.look("day-engineer-calls")
    engineer.choose("平台管理", "事实投递")
    engineer.look("day-engineer-delivery")
    engineer.choose("平台管理", "通知发送情况")
    engineer.look("day-engineer-dispatches")


def cloud_chief(region: Region) -> None:
    """云长: the ledger of the own department, the big screen, and who stands in."""
    chief = region.visitor("chief.rst")
    begin(chief, "/overview/ledger/")
    chief.look("day-chief-ledger")

    chief.choose("个人工作台", "我的通知")
    chief.look("day-chief-notices")
    chief.choose("个人工作台", "离岗与代办")
    today = datetime.now(SHANGHAI).date().isoformat()
    chief.fill({"第一天": today, "最后一天": today})
    chief.press("登记")
    chief.reads("已登记离岗")
    chief.look("day-chief-absences")
    chief.press("提前结束")
    chief.reads("离岗登记已结束。")
    chief.choose("统计通报", "数据驾驶舱")
    chief.look("day-chief-screen")


def finance(region: Region) -> None:
    """财政人员: how the region uses its data, as a ground for money; takes a table away."""
    officer = region.visitor("finance.czt")
    begin(officer, "/workbench")
    officer.look("day-finance-workbench")

    officer.choose("统计通报", "全区总览")
    officer.follow("需求满足率")
    officer.look("day-finance-region")
    officer.choose("质量校核", "数据质量")
    with officer.page.expect_download() as taken:
        officer.main.get_by_role("link", name="导出 XLSX").click()
    assert taken.value.suggested_filename.endswith(".xlsx"), taken.value.suggested_filename


def auditor(region: Region) -> None:
    """审计人员: who did what, and the proof of it."""
    visitor = region.visitor("auditor.sjt")
    begin(visitor, "/audit/")
    visitor.look("day-auditor-log")

    visitor.fill({"操作": "sharing.grant.given"})
    visitor.press("查询")
    visitor.main.locator("table").get_by_role("link").first.click()
    visitor.reads("该记录的内容与已签名的检查点一致")
    visitor.look("day-auditor-entry")
    visitor.choose("知识库", "审计检查点")
    visitor.look("day-auditor-checkpoints")
    visitor.choose("个人工作台", "办件查询")
    visitor.look("day-auditor-cases")


def client_developer(region: Region) -> None:
    """应用开发人员: registers a system, gets a key, reads how a granted interface is called."""
    developer = region.visitor("developer.ybj")
    begin(developer, "/workbench")
    developer.look("day-developer-workbench")

    developer.choose("接口服务", "应用与密钥")
    developer.fill({"应用名称": "门诊结算系统"})
    developer.press("登记")
    developer.reads("请签发密钥")
    developer.press("签发")
    developer.look("day-developer-key")

    developer.choose("共享申请", "授权管理")
    developer.look("day-developer-grants")
    developer.main.locator("table tbody a").first.click()
    developer.follow("接口说明")
    developer.look("day-developer-interface")
    developer.choose("接口服务", "调用统计")
    developer.look("day-developer-statistics")


def contractor(region: Region) -> None:
    """承建运维人员: works for the centre, for one project and time; sees the platform and not the cases."""
    firm = region.visitor("contractor.xxzx")
    begin(firm, "/workbench")
    firm.look("day-contractor-workbench")

    firm.choose("个人工作台", "我的待办")
    firm.look("day-contractor-tasks")
    firm.find("人口基本信息")
    firm.look("day-contractor-resource")
    firm.page.goto(f"{firm.portal}/accounts/")
    firm.reads("承建运维人员")
    firm.fill({"用途": "巡检脚本"})
    firm.press("签发令牌")
    firm.reads("巡检脚本")
    firm.look("day-contractor-account")


def system_admin(region: Region) -> None:
    """系统管理员: accounts without posts, departments, permitted addresses."""
    admin = region.visitor("system.admin")
    begin(admin, "/workbench")
    admin.look("day-system-admin-workbench")

    admin.choose("平台管理", "人员账号")
    admin.fill({"登录名": "wei.lanzhi", "姓名": "韦兰芝"})
    admin.press("新建")
    admin.reads("一次性密码只显示这一次")
    admin.look("day-system-admin-people")
    admin.choose("平台管理", "单位与区划", title="单位")
    admin.look("day-system-admin-departments")
    admin.choose("数据挂载", "允许访问名单")
    admin.fill({
        "单位（统一社会信用代码）": region.people["steward.rst"].organisation, "网段或地址": "10.45.8.20",
        "起始端口": "3306", "结束端口": "3306", "登记原因": "就业业务库",
    })  # fmt: skip
    admin.press("登记")
    admin.reads("已登记。")
    admin.look("day-system-admin-addresses")
    admin.choose("平台管理", "机构调整")
    admin.look("day-system-admin-reforms")


def security_admin(region: Region) -> None:
    """安全管理员: gives the new account its post, and sees who may do what."""
    admin = region.visitor("security.admin")
    begin(admin, "/workbench")
    admin.look("day-security-admin-workbench")

    admin.choose("平台管理", "人员账号")
    admin.look("day-security-admin-people")
    admin.page.goto(f"{admin.portal}/accounts/people/?q=wei.lanzhi")
    admin.follow("wei.lanzhi")
    admin.fill({
        "岗位": "数据管理专员", "单位（统一社会信用代码）": region.people["steward.rst"].organisation,
        "起始日期": datetime.now(SHANGHAI).date().isoformat(),
    })  # fmt: skip
    admin.main.get_by_label("B 角（主责人员不在时代办）", exact=True).check()
    admin.press("任命")
    expect(admin.card("任职")).to_contain_text("B 角")
    admin.look("day-security-admin-person")
    admin.choose("平台管理", "岗位权限表")
    admin.look("day-security-admin-rights")
    admin.choose("平台管理", "承建运维人员")
    admin.look("day-security-admin-contractors")
    admin.choose("个人工作台", "工作交接")
    admin.look("day-security-admin-handovers")


def audit_admin(region: Region) -> None:
    """审计管理员: what the other administrators did."""
    admin = region.visitor("audit.admin")
    begin(admin, "/audit/")
    admin.fill({"操作": "accounts.appointment.made"})
    admin.press("查询")
    admin.look("day-audit-admin-log")
    admin.choose("知识库", "审计检查点")
    admin.look("day-audit-admin-checkpoints")


def public_visitor(region: Region) -> None:
    """社会公众: finds what is published, and by which rules the departments are bound."""
    visitor = region.stranger()
    visitor.page.goto(visitor.portal)
    visitor.look("day-public-home")
    box = visitor.page.locator("[data-search]:visible").first
    box.fill("空气质量")
    box.press("Enter")
    visitor.look("day-public-found")
    visitor.follow("环境空气质量自动监测信息")
    visitor.look("day-public-resource")
    visitor.choose("数据目录", "资源检索")
    visitor.look("day-public-catalogue")
    visitor.choose("知识库", "办理流程")
    visitor.look("day-public-procedures")
    visitor.follow("数据需求申请")
    visitor.look("day-public-procedure")


DAYS: dict[Post, Callable[[Region], None]] = {
    # The order matters in one place: an account is made before it is given a post.
    Post.PUBLIC: public_visitor,
    Post.SYSTEM_ADMIN: system_admin,
    Post.SECURITY_ADMIN: security_admin,
    Post.AUDIT_ADMIN: audit_admin,
    Post.DATA_STEWARD: data_steward,
    Post.DATA_COORDINATOR: data_coordinator,
    Post.DATA_MONITOR: data_monitor,
    Post.BUREAU_REVIEWER: bureau_reviewer,
    Post.CENTRE_ENGINEER: centre_engineer,
    Post.CLOUD_CHIEF: cloud_chief,
    Post.FINANCE: finance,
    Post.AUDITOR: auditor,
    Post.CLIENT_DEVELOPER: client_developer,
    Post.CONTRACTOR: contractor,
}
