"""Every page of the portal, as each person reaches it by links, looked at with the accessibility checker.

One address for each kind of page and person is enough: pages of a kind differ by their data only. A page counts as
reached when somebody came to it by a link, so that a page nobody can find is noticed too.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.exceptions import Resolver404
from playwright.sync_api import Browser, Error, Page, TimeoutError

from tests.support.browser import accessibility_faults
from tests.support.visitors import NARROW, SETTLED, WIDE, Visitor

# Nothing to look at: files, fragments that pages fetch, changes, and what ends the visit.
LEFT_OUT = (
    "/api/",
    "/static/",
    "/files/",
    "/accounts/logout/",
    "/language",
    "/elder",
    "/healthz",
    "/readyz",
    "/metrics",
)

FILES = (".pdf", ".docx", ".xlsx", ".csv")
REST_MS = 40_000
# axe calls it minor, but a label leads into the wrong field of two that bear one id.
TWICE = """() => {
    const ids = [...document.querySelectorAll('main [id]')].map((each) => each.id)
    return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))]
}"""


@dataclass
class Seen:
    """What one visit found: addresses by kind of page, and what no page should do or show."""

    pages: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def crawl(
    visitor: Visitor,
    *,
    starts: tuple[str, ...] = ("/",),
    narrow: bool = True,
    most: int = 200,
    known_narrow: set[str] | None = None,
) -> Seen:
    """Visit every kind of page that links lead to, on a wide screen and on a telephone.

    Kinds in `known_narrow` were checked on a telephone as somebody else: of them only the width is looked at. Those
    checked now are added.
    """
    seen, waiting = Seen(), deque(starts)
    while waiting and len(seen.pages) < most:
        address = waiting.popleft()
        name = page_name(address)
        if not name or name in seen.pages:
            continue
        seen.pages[name] = address
        try:
            answer = visitor.page.goto(visitor.portal + address)
        except Error as error:
            if "Download is starting" not in error.message:
                raise
            continue  # a file: reached, and nothing to look at
        if answer is None or answer.status != 200:
            seen.faults.append(f"{address}: {answer and answer.status}")
            continue
        checked = known_narrow is not None and name in known_narrow
        seen.faults += [
            f"{address}: {fault}" for fault in look(visitor.page, narrow=narrow, narrow_axe=narrow and not checked)
        ]
        if known_narrow is not None:
            known_narrow.add(name)
        waiting.extend(link for link in links_of(visitor.page) if page_name(link) not in seen.pages)
    seen.faults += visitor.complaints
    return seen


def look(page: Page, *, narrow: bool, narrow_axe: bool = True) -> list[str]:
    """What is wrong with the page as it stands: inaccessible parts, and a telephone's sideways scrolling."""
    if not settles(page):
        return ["does not come to rest"]
    faults = accessibility_faults(page) + [f"two parts bear the id {name}" for name in page.evaluate(TWICE)]
    if narrow:
        page.set_viewport_size(NARROW)
        if not settles(page):
            faults.append("does not come to rest at 360 px")
        if narrow_axe:
            faults += [f"at 360 px: {fault}" for fault in accessibility_faults(page)]
        if not fits(page):
            faults.append(f"{page.evaluate('document.documentElement.scrollWidth')} px wide at 360 px")
        page.set_viewport_size(WIDE)
    return faults


def settles(page: Page) -> bool:
    """Does everything that the page fetches and draws by itself arrive?"""
    try:
        page.wait_for_function(SETTLED, timeout=REST_MS)
    except TimeoutError:
        return False
    return True


def fits(page: Page) -> bool:
    """Is nothing wider than the screen, once charts have been drawn anew for it?"""
    try:
        page.wait_for_function("() => document.documentElement.scrollWidth <= window.innerWidth", timeout=REST_MS)
    except TimeoutError:
        return False
    return True


def links_of(page: Page) -> list[str]:
    """Addresses on this site that the page leads to, in their order; downloads and fragments are none."""
    hrefs: list[str] = page.eval_on_selector_all(
        "a[href]:not([download]):not([target])", "found => found.map((each) => each.href)"
    )
    here = urlsplit(page.url).netloc
    kept = []
    for href in hrefs:
        parts = urlsplit(href)
        if parts.netloc == here and not parts.path.startswith(LEFT_OUT) and "file=" not in parts.query:
            kept.append(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return kept


def page_name(address: str) -> str:
    """The name of the kind of page at an address; empty where there is none to look at."""
    path = urlsplit(address).path
    if path.startswith(LEFT_OUT) or path.endswith(FILES):
        return ""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def all_names() -> set[str]:
    """The names of all addresses of the portal, but for the API."""
    return set(_names(get_resolver().url_patterns, ""))


def _names(patterns: list[Any], space: str) -> list[str]:
    found: list[str] = []
    for each in patterns:
        if isinstance(each, URLResolver):
            if not str(each.pattern).startswith(("api/", "^api/")):
                found += _names(each.url_patterns, f"{space}{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern) and each.name:
            found.append(f"{space}{each.name}")
    return found


def visitor_of(browser: Browser, portal: str, person: dict[str, Any] | None) -> Visitor:
    """A person signed in, or the public."""
    visitor = Visitor(browser, portal, person)
    return visitor.sign_in() if person else visitor
