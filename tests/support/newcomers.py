"""People whom the start data do not hold: made by the administrators, and signed in for the first time."""

from playwright.sync_api import Browser

from tests.support.people import People
from tests.support.visitors import Visitor

OWN_PASSWORD = "Yunzhang-2026-Guilin"


def newcomer(
    browser: Browser, people: People, login: str, *, name: str, post: str, organisation: str, deputy: bool = False
) -> Visitor:
    """Somebody appointed today, in front of the portal with a password of his own."""
    made = people["system.admin"].post("/accounts/people", {"login_name": login, "display_name": name})
    people["security.admin"].post(
        "/accounts/appointments",
        {
            "person_no": made["person_no"],
            "post": post,
            "organisation": organisation,
            "starts_on": "2026-01-05",
            "deputy": deputy,
        },
    )
    visitor = Visitor(browser, people.base_url, {"login_name": login, "display_name": name})
    visitor.page.goto(f"{people.base_url}/accounts/login/")
    visitor.fill({"登录名": login, "密码": made["password"]})
    visitor.press("登录")
    visitor.fill({"当前密码": made["password"], "新密码": OWN_PASSWORD, "再输一次新密码": OWN_PASSWORD})
    visitor.press("修改密码")
    visitor.page.goto(f"{people.base_url}/begin")
    return visitor
