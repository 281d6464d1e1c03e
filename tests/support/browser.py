"""Debian's Chromium for journeys, and the accessibility checker in its pages."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Request, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Dates and files in forms are worded by the browser in its own language.
CHINESE = {**os.environ, "LANGUAGE": "zh_CN", "LANG": "C.UTF-8"}
AXE = Path(__file__).parent / "vendor/axe-core-4.14.1/axe.min.js"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS, env=CHINESE)
        yield browser
        browser.close()


def complaints_of(page: Page) -> list[str]:
    """Start listening to a page; the list fills with script errors, refused scripts and styles, and failed loads."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(f"error: {error}"))
    page.on("console", lambda message: found.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("requestfailed", lambda request: found.append(f"failed: {request.url}") if lost(request) else None)
    return found


def lost(request: Request) -> bool:
    """A load that failed by itself, and not because the page was left meanwhile."""
    return request.failure != "net::ERR_ABORTED"


def accessibility_faults(page: Page) -> list[str]:
    """What axe-core finds serious or critical in the page as it stands, one line a fault."""
    # Injected past the page's policy: evaluate() is not a script of the page.
    page.evaluate(AXE.read_text())
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']} ({fault['impact']}): {fault['nodes'][0]['html'][:160]}"
        for fault in result["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]
