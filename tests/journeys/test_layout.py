"""The layout in a browser: what it does by itself, on a wide screen and on a telephone, under the page's policy."""

import re
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test import override_settings
from tests.support.browser import accessibility_faults, chromium, complaints_of

from jutong.kernel.policy import Post, Subject
from jutong.ui import navigation, slots

pytestmark = pytest.mark.journey

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


class SignedIn:
    """Stands in for accounts: everybody is the same steward."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.subject = Subject("P1", Post.DATA_STEWARD, "11450000000000001A", "韦明")
        return self.get_response(request)


class Quiet(WSGIRequestHandler):
    def log_message(self, format, *args): ...


@contextmanager
def served():
    middleware = [
        name
        for name in django_settings.MIDDLEWARE
        if ".accounts." not in name and not name.startswith(("axes", "allauth"))
    ]
    with override_settings(
        ROOT_URLCONF="tests.support.gallery.urls",
        MIDDLEWARE=[*middleware, f"{__name__}.SignedIn"],
        ALLOWED_HOSTS=["*"],
    ):
        server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
        server.daemon_threads = True
        server.set_app(StaticFilesHandler(WSGIHandler()))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def address():
    entries, doors, panels = navigation._entries.copy(), navigation._doors.copy(), slots._panels.copy()
    navigation._entries.clear()
    navigation._doors.clear()
    slots._panels.clear()
    navigation.plug(home="portal:home", language="portal:language", elder="portal:elder", search="gallery")
    navigation.register(navigation.HOME, title="首页", url_name="portal:home")
    navigation.register(navigation.CATALOGUE, title="组件", url_name="gallery")
    slots.register("every", "bell", "gallery_bell")
    slots.register("gallery", "aside", "gallery_panel", title="质量")
    slots.register("gallery", "aside", "gallery_nothing", title="血缘")
    with served() as address:
        yield address
    for registry, before in ((navigation._entries, entries), (navigation._doors, doors), (slots._panels, panels)):
        registry.clear()
        registry.update(before)


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def contexts(browser, address):
    """One context for each screen and set of cookies, so that assets come from the browser's cache."""
    made = {}

    def context(viewport, cookies):
        key = (viewport["width"], *sorted(cookies.items()))
        if key not in made:
            made[key] = browser.new_context(viewport=viewport, locale="zh-CN", reduced_motion="reduce")
            made[key].set_default_timeout(10_000)
            names = {"language": django_settings.LANGUAGE_COOKIE_NAME, "elder": "jutong-elder"}
            made[key].add_cookies(
                [{"name": names[name], "value": value, "url": address} for name, value in cookies.items()]
            )
        return made[key]

    yield context
    for one in made.values():
        one.close()


@pytest.fixture
def open_page(contexts, address):
    pages = []

    def opened(path="/gallery/", viewport=WIDE, **cookies):
        page = contexts(viewport, cookies).new_page()
        pages.append(page)
        page.complaints = complaints_of(page)
        page.goto(address + path)
        page.wait_for_function("() => !document.querySelector('.placeholder-card, [data-chart]:not([data-drawn])')")
        return page

    yield opened
    for page in pages:
        page.close()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("path", ["/gallery/", "/workbench"])
def test_axe_finds_nothing_serious_and_the_policy_refuses_nothing(open_page, path, viewport):
    page = open_page(path, viewport)

    assert accessibility_faults(page) == []
    assert page.complaints == []


@pytest.mark.parametrize("cookies", [{}, {"elder": "1"}, {"language": "en"}], ids=["chinese", "elder", "english"])
def test_a_telephone_needs_no_sideways_scrolling(open_page, cookies):
    page = open_page(viewport=NARROW, **cookies)

    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_the_slash_key_goes_to_the_search_box_but_can_still_be_typed(open_page):
    page = open_page()

    page.keyboard.press("/")
    page.keyboard.type("出生/证明")

    assert page.input_value("#hero-q") == "出生/证明"


def test_the_first_tab_leads_past_the_menu(open_page):
    page = open_page()

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "content"


def test_a_filter_goes_into_the_address_and_back_leads_out_again(open_page):
    page = open_page("/gallery/?q=x")

    page.check("#facet-open-1")
    page.wait_for_url(re.compile("open=1"))

    assert "q=x" in page.url
    assert page.evaluate("document.activeElement.id") == "facet-open-1"  # the keyboard stays where it was
    page.go_back()
    page.wait_for_function("() => !location.search.includes('open=1')")
    page.wait_for_selector("#facet-open-1:not(:checked)")
    assert page.complaints == []


def test_filters_are_in_a_drawer_on_a_telephone(open_page):
    page = open_page(viewport=NARROW)
    assert not page.is_visible("#facet-open-1")

    page.click(".facets-open")
    page.wait_for_selector("#facet-open-1", state="visible")

    assert page.is_visible("text=筛选条件")


def test_the_bar_moves_by_itself_until_the_run_has_ended(open_page):
    page = open_page()
    first = page.get_attribute("progress.work-bar >> nth=0", "value")

    page.wait_for_selector("text=已完成", timeout=15_000)

    assert int(first) < 1_286_400
    assert page.get_attribute("progress.work-bar >> nth=0", "value") == "1286400"
    assert page.get_attribute(".work >> nth=0", "hx-get") is None


def test_a_code_is_copied_with_one_click_and_the_page_says_so(open_page):
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.click('[data-copy="SQ20260001"]')
    page.wait_for_selector("#toasts >> text=已复制")

    assert page.evaluate("navigator.clipboard.readText()") == "SQ20260001"


def test_what_cannot_be_undone_is_asked_first(open_page):
    page = open_page()
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.evaluate("document.querySelector('form[data-guard]').noValidate = true")

    page.click("text=撤销授权")
    page.click("[data-confirm-no]")
    assert sent == []

    page.click("text=撤销授权")
    with page.expect_navigation():
        page.click("[data-confirm-yes]")
    assert len(sent) == 1


def test_a_second_click_does_not_send_a_form_twice(open_page):
    page = open_page()
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.evaluate("document.querySelector('form[data-guard]').noValidate = true")

    with page.expect_navigation():
        page.dblclick("form[data-guard] >> text=提交申请")

    assert len(sent) == 1


def test_unsaved_input_is_not_lost_by_a_wrong_click(open_page):
    page = open_page()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    page.fill("#id_purpose", "婚姻登记")
    page.click(".site-nav-link >> nth=0")
    page.wait_for_timeout(300)

    assert asked == ["beforeunload"]
    assert page.input_value("#id_purpose") == "婚姻登记"


def test_a_picture_has_a_table_beside_it(open_page):
    page = open_page()
    page.wait_for_selector("#chart-calls[data-drawn] canvas")

    page.click("#chart-calls [data-chart-table]")

    assert page.is_visible("#chart-calls table")
    assert not page.is_visible("#chart-calls canvas")


def test_panels_and_the_bell_arrive_after_the_page(open_page):
    page = open_page()

    assert page.inner_text(".header-bell .count") == "3"
    assert "96.4" in page.inner_text("#page-aside")


def test_the_place_of_a_panel_that_has_nothing_to_show_closes(open_page):
    page = open_page()

    assert "血缘" not in page.inner_text("#page-aside")


def test_language_and_elder_mode_are_switched_on_the_page_one_is_on(open_page):
    page = open_page("/gallery/?q=x", elder="0")  # cookies of its own

    page.click(".notice-switches >> text=English")
    page.wait_for_selector(".notice-switches >> text=中文")
    page.click(".notice-switches >> text=Large text")
    page.wait_for_selector("html.elder[lang=en]")

    assert page.url.endswith("/gallery/?q=x")


def test_text_in_a_value_is_never_run_as_script(open_page):
    page = open_page(
        "/gallery/?q=%22%3E%3Cscript%3Ewindow.hit%3D1%3C/script%3E%3Cimg%20src%3Dx%20onerror%3Dwindow.hit%3D1%3E"
    )

    assert page.evaluate("window.hit") is None
    assert page.input_value("#hero-q").startswith('"><script>')


def test_a_chart_gives_its_figures_as_a_table_and_as_a_file(open_page):
    page = open_page()
    figure = page.locator("figure.chart").first

    figure.locator("[data-chart-table]").click()
    with page.expect_download() as download:
        figure.locator("[data-chart-csv]").click()

    text = Path(download.value.path()).read_text("utf-8-sig")
    heads = figure.locator("table th").all_inner_texts()
    assert download.value.suggested_filename.endswith(".csv")
    assert len(text.splitlines()[0].split(",")) == len(heads)
    assert len(text.splitlines()) == 1 + figure.locator("tbody tr").count()
