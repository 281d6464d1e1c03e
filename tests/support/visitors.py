"""People in front of the portal: each with a browser context of their own, using the words they see."""

import contextlib
import re
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser, Locator, expect

from tests.support.browser import accessibility_faults, complaints_of

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
PICTURES = Path(__file__).resolve().parents[2] / "build" / "screenshots"
PATIENCE_MS = 15_000

expect.set_options(timeout=PATIENCE_MS)


class Visitor:
    """One person at the portal. `faults` fills with what no page should do or show."""

    def __init__(self, browser: Browser, portal: str, person: dict[str, Any] | None = None):
        self.portal, self.person = portal, person or {}
        self.context = browser.new_context(viewport=WIDE, locale="zh-CN", reduced_motion="reduce")
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self.complaints = complaints_of(self.page)
        self.faults: list[str] = []
        self.looked = 0

    @property
    def main(self) -> Locator:
        """The page between header and footer."""
        return self.page.locator("main")

    def sign_in(self) -> Self:
        """From the front page through the button of the header."""
        self.page.goto(self.portal)
        self.page.get_by_role("banner").get_by_role("link", name="登录").click()
        self.fill({"登录名": self.person["login_name"], "密码": self.person["password"]})
        self.press("登录")
        expect(self.page.locator(".header-person-name")).to_contain_text(self.person["display_name"])
        return self

    def choose(self, section: str, entry: str, *, title: str = "") -> None:
        """An entry of the main menu, and the title of its page where that is another one.

        A section where a person has one entry leads there itself.
        """
        menu = self.page.get_by_role("navigation", name="主菜单")
        opener = menu.get_by_role("button", name=section, exact=True)
        if opener.count():
            opener.click()
            menu.get_by_role("link", name=entry, exact=True).click()
        else:
            menu.get_by_role("link", name=section, exact=True).click()
        expect(self.page).to_have_title(re.compile(f"^({title or entry}|{section})"))

    def fill(self, values: dict[str, str], within: Locator | None = None) -> None:
        """Type or select, field by field, by label."""
        for label, value in values.items():
            field = (within or self.page).get_by_label(label, exact=True)
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)

    def press(self, name: str, within: Locator | None = None) -> None:
        (within or self.main).get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str, within: Locator | None = None) -> None:
        (within or self.main).get_by_role("link", name=name, exact=True).click()

    def find(self, title: str) -> None:
        """A resource by the search box, which stands in the header or large on the page."""
        box = self.page.locator("[data-search]:visible").first
        box.fill(title)
        box.press("Enter")
        self.follow(title)
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(title)

    def take(self, title: str, remark: str = "") -> None:
        """Take a transition on the page of a case, with a remark."""
        way = self.page.locator("details.case-way", has=self.page.locator("summary", has_text=title)).first
        if way.get_attribute("open") is None:
            way.locator("summary").click()
        if remark:
            way.get_by_role("textbox").fill(remark)
        self.press(title, within=way)
        self.reads(f"“{title}”已办理。")

    def card(self, title: str) -> Locator:
        """A card of the page by its heading."""
        heading = self.page.get_by_role("heading", name=title, exact=True)
        return self.page.locator("section.card", has=heading)

    def reads(self, words: str) -> None:
        """The words appear in the page."""
        expect(self.main).to_contain_text(words)

    def until_reads(self, words: str) -> None:
        """The words appear, if need be after the page was fetched again a few times."""
        for _ in range(20):
            with contextlib.suppress(AssertionError):
                return expect(self.main).to_contain_text(words, timeout=500)
            self.page.reload()
        return self.reads(words)

    def look(self, name: str) -> None:
        """Keep pictures of the page on a wide screen and on a telephone; note what is inaccessible or too wide.

        The accessibility checker looks at the wide page; `make proof` has it look at every kind of page at 360 px too.
        """
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.looked += 1
        for suffix, viewport in (("", WIDE), ("-360", NARROW)):
            self.page.set_viewport_size(viewport)
            self.page.wait_for_function(SETTLED)
            self.page.screenshot(path=PICTURES / f"{name}{suffix}.png", full_page=True)
            if viewport is WIDE:
                self.faults += [f"{name}: {fault}" for fault in accessibility_faults(self.page)]
            width = self.page.evaluate("document.documentElement.scrollWidth")
            if width > viewport["width"]:
                self.faults.append(f"{name}{suffix}: {width} px wide")
        self.page.set_viewport_size(WIDE)


SETTLED = """() => document.fonts.status === 'loaded'
    && !document.querySelector('.htmx-request, .placeholder-card, .slot[aria-busy], [data-chart]:not([data-drawn])')"""
