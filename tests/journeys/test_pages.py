"""Every entry of the reviewer's menu: nothing serious for axe, nothing refused, nothing too wide."""

import pytest
from tests.support.browser import chromium
from tests.support.crawling import crawl, links_of, page_name, visitor_of

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def test_each_page_of_the_menu_is_accessible(browser, people):
    # On a telephone only the width is looked at here; the checker takes seconds a page. It does that, and the pages of
    # all other posts, in `make proof`.
    visitor = visitor_of(browser, people.base_url, people.by_login["reviewer"])
    menu = visitor.page.locator("nav.site-nav a").evaluate_all(
        "found => found.map((each) => each.getAttribute('href'))"
    )
    entries = tuple(dict.fromkeys(menu))

    seen = crawl(visitor, starts=entries, most=len(entries), known_narrow={page_name(each) for each in menu})

    assert seen.faults == []
    assert len(seen.pages) == len(entries) > 20
    visitor.context.close()


def test_the_public_reaches_the_catalogue_and_the_way_in(browser, people):
    visitor = visitor_of(browser, people.base_url, None)
    visitor.page.goto(people.base_url)

    assert {"/catalogue/", "/find"} & set(links_of(visitor.page)) or visitor.page.locator("[data-search]").count()
    seen = crawl(visitor, starts=("/", "/catalogue/", "/find?q=1", "/accounts/login/"), most=4)

    assert seen.faults == []
    visitor.context.close()


def test_what_was_typed_outlives_the_end_of_the_session(browser, people):
    visitor = visitor_of(browser, people.base_url, people.by_login["steward.rst"])
    page = visitor.page
    page.goto(f"{people.base_url}/catalogue/drafts/new/")
    title = page.locator("main form [name=title]")
    title.fill("参保登记信息")
    page.wait_for_timeout(400)
    visitor.context.clear_cookies(name="jutong-session")

    page.locator("main").get_by_role("button", name="保存草稿").last.click()
    visitor.fill({"登录名": visitor.person["login_name"], "密码": visitor.person["password"]})
    visitor.press("登录")
    page.get_by_role("button", name="恢复").click()

    assert page.locator("main form [name=title]").input_value() == "参保登记信息"
    page.goto(f"{people.base_url}/")
    page.locator(".header-person").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_load_state()
    assert page.evaluate("Object.keys(sessionStorage).filter((name) => name.startsWith('jutong-kept')).length") == 0
    visitor.context.close()
