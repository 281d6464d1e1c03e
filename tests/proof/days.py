"""A working day of every post on the demonstration region, in Chromium, in Chinese, at 1440 and at 360 px.

The pictures stay in `build/screenshots`, from where the docs build takes them.
"""

import traceback

from jutong.kernel.policy import Post
from tests.support import figures
from tests.support.browser import chromium
from tests.support.days import DAYS, Region
from tests.support.people import People
from tests.support.platforms import platform


def main() -> None:
    with platform(JUTONG_DEMO="on") as running, chromium() as browser:
        running.start().until_region()
        live_all(Region(browser, People(f"http://127.0.0.1:{running.portal_port}", running.data_dir)))


def live_all(region: Region, posts: tuple[Post, ...] = tuple(DAYS)) -> None:
    """Raises AssertionError with what went wrong on whose day."""
    assert set(DAYS) == set(Post), set(Post) - set(DAYS)
    failed: list[str] = []
    for post in posts:
        try:
            DAYS[post](region)
            print(f"{post}: done", flush=True)
        except Exception:
            failed.append(f"{post}: {traceback.format_exc(limit=-6)}")
            print(failed[-1], flush=True)
    faults = [fault for visitor in region.everybody.values() for fault in (*visitor.faults, *visitor.complaints)]
    looked = sum(visitor.looked for visitor in region.everybody.values())
    figures.record("days.posts", len(posts), "posts", tried=len(posts), failed=len(failed))
    figures.record("days.pages", looked, "pages at 1440 and 360 px", tried=looked, failed=len(faults))
    if failed or faults:
        raise AssertionError("\n".join([*failed, *faults]))
