"""Ten people clicking through their lists on the demonstration region: how long a page takes (p95).

The bar holds on the region, right after it was loaded. A second platform is filled with 3,000 rows of every kind, laid
past the services, and clicked through while it still works off what they set in motion: a figure without a bar.

Each person signs in with a session of their own, as a browser does, and opens the lists of the own menu, their pages,
orders and files' neighbours one after the other, thinking half a second to a second and a half in between. After each
page the bell and the posts are asked, as every page does; they load the platform but are not counted.
"""

import random
import re
import statistics
import subprocess
import sys
import threading
import time
from typing import Any

import httpx

from tests.support.figures import record
from tests.support.people import People
from tests.support.platforms import CHECKOUT, platform

ROWS = 3_000
PEOPLE = ("reviewer", "monitor", "auditor", "engineer", "system.admin", "security.admin",
          "steward.gat", "steward.rst", "steward.mzt", "steward.wjw")  # fmt: skip
SECONDS = 60
P95_MAX_MS = 300


class Clicker(threading.Thread):
    """One person at a desk."""

    def __init__(self, base_url: str, person: dict[str, Any], *, seed: int):
        super().__init__(daemon=True)
        self.chance = random.Random(seed)
        self.http = httpx.Client(base_url=base_url, timeout=30, headers={"Accept-Language": "zh-hans"})
        self.person = person
        self.took: dict[str, list[float]] = {}
        self.failed: list[str] = []
        self.until = 0.0

    def sign_in(self) -> None:
        form = self.http.get("/accounts/login/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token
        answer = self.http.post(
            "/accounts/login/",
            data={
                "login": self.person["login_name"],
                "password": self.person["password"],
                "csrfmiddlewaretoken": token[1],
            },
            headers={"Referer": str(self.http.base_url)},
        )
        assert answer.status_code == 302, answer.status_code
        home = self.http.get("/").text
        menu = re.search(r'<nav class="site-nav".*?</nav>', home, re.DOTALL)
        assert menu
        self.lists = [address for address in re.findall(r'href="(/[^"]*)"', menu[0]) if self._is_list(address)]
        assert self.lists, self.person["login_name"]

    def _is_list(self, address: str) -> bool:
        return 'class="list-total"' in self.http.get(address).text

    def run(self) -> None:
        while time.monotonic() < self.until:
            address = self._next()
            began = time.perf_counter()
            answer = self.http.get(address)
            self.took.setdefault(address.split("?")[0], []).append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:
                self.failed.append(f"{address}: {answer.status_code}")
            for part in ("/notices/bell/", "/accounts/posts-menu/"):
                self.http.get(part, headers={"X-Jutong-Background": "1", "HX-Request": "true"})
            time.sleep(self.chance.uniform(0.5, 1.5))

    def _next(self) -> str:
        """A list as it opens, a later page of it, or a search in it."""
        address = self.chance.choice(self.lists)
        way = self.chance.random()
        if way < 0.25:
            return f"{address}?page={self.chance.randrange(2, 6)}"
        return f"{address}?q={self.chance.choice(['社保', '登记', '10', 'XQ8'])}" if way < 0.4 else address


def main() -> None:
    with platform(JUTONG_DEMO="on") as running:
        running.start().until_region()
        p95 = figure("pages", People(f"http://127.0.0.1:{running.portal_port}", running.data_dir))
    with platform() as running:
        running.start().until_ready(180)
        people = People(f"http://127.0.0.1:{running.portal_port}", running.data_dir)
        subprocess.run(
            [sys.executable, "-m", "tests.support.plenty", str(ROWS)], cwd=CHECKOUT, env=running.variables, check=True
        )
        figure("pages.plenty", people)
    assert p95 <= P95_MAX_MS, f"{p95:.0f} ms"


def figure(name: str, people: People, seconds: float = SECONDS) -> float:
    """Let ten people click for a while and record the figures; gives the slowest twentieth, in ms."""
    clickers = [Clicker(people.base_url, people.by_login[login], seed=n) for n, login in enumerate(PEOPLE)]
    for clicker in clickers:
        clicker.sign_in()
    until = time.monotonic() + seconds
    for clicker in clickers:
        clicker.until = until
        clicker.start()
    for clicker in clickers:
        clicker.join()
    took: dict[str, list[float]] = {}
    for clicker in clickers:
        for address, times in clicker.took.items():
            took.setdefault(address, []).extend(times)
    every = sorted(each for times in took.values() for each in times)
    failed = [fault for clicker in clickers for fault in clicker.failed]
    p95 = every[int(len(every) * 0.95)]
    for address, times in sorted(took.items(), key=lambda item: -statistics.median(item[1])):
        print(f"{address:40} {len(times):4} × median {statistics.median(times):6.0f} ms, worst {max(times):6.0f} ms")
    record(f"{name}.p95_ms", round(p95, 1), "ms", tried=len(every), failed=len(failed))
    record(f"{name}.median_ms", round(statistics.median(every), 1), "ms", tried=len(every), failed=len(failed))
    assert not failed, failed[:5]
    return p95
