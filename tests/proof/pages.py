"""axe-core on every page, as every post and the public reach it, wide and at 360 px: nothing serious or critical.

A kind of page that nobody reaches by a link must be declared below with its reason; else the proof fails.
"""

from contextlib import ExitStack

from examples.one_datum import COLUMNS, Way

from tests.support import departments, figures
from tests.support.browser import chromium
from tests.support.crawling import all_names, crawl, visitor_of
from tests.support.people import People
from tests.support.platforms import platform
from tests.support.servers import mariadb

FRAGMENTS = "a part of another page, looked at there"
CHANGES = "changes something and answers with another page"
SECOND_FACTOR = "for people who have set up a second factor"
NOT_LINKED = {
    "portal:tasks": FRAGMENTS, "portal:first_tasks": FRAGMENTS, "notices:bell": FRAGMENTS,
    "accounts:posts_menu": FRAGMENTS, "quality:panel": FRAGMENTS, "mounting:panel": FRAGMENTS,
    "exchange:panel": FRAGMENTS, "exchange:progress": FRAGMENTS, "mounting:scan_progress": FRAGMENTS,
    "gateway:resource_panel": FRAGMENTS, "sharing:outlook_panel": FRAGMENTS, "sharing:subscribers_panel": FRAGMENTS,
    "sharing:request_content": FRAGMENTS,
    "sharing:answer": "only while a provider's answer is awaited; the journey of the way looks at it",
    "notices:follow": "leads on to what the notice is about",
    "rulebook:calendar_template": "a file", "audit:export": "a file", "files:content": "a file",
    "operations:healthz": "for programs", "operations:readyz": "for programs", "operations:metrics": "for programs",
    "account_inactive": "said to people whose account was disabled", "account_signup": "closed, and says so",
    "account_reauthenticate": "asked before a second factor is changed", "account_logout": "ends the visit",
    **dict.fromkeys(
        (
            "mfa_authenticate", "mfa_deactivate_totp", "mfa_download_recovery_codes", "mfa_edit_webauthn",
            "mfa_generate_recovery_codes", "mfa_list_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
            "mfa_remove_webauthn", "mfa_view_recovery_codes",
        ),
        SECOND_FACTOR,
    ),
}  # fmt: skip


def main() -> None:
    visited: dict[str, dict[str, str]] = {}
    faults: list[str] = []
    with ExitStack() as stack:
        running = stack.enter_context(platform())
        running.start().until_ready(180)
        server = stack.enter_context(mariadb())
        departments.lay_social_insurance(server)
        people = People(f"http://127.0.0.1:{running.portal_port}", running.data_dir)
        steps = _things(people, running.gateway_port, server)
        browser = stack.enter_context(chromium())
        by_post = {person["post"]: person for person in people.by_login.values()}
        by_post["data_steward"] = people.by_login["steward.rst"]
        for post, person in [("public", None), *by_post.items()]:
            visitor = visitor_of(browser, people.base_url, person)
            starts = ["/", "/find?q=1"]
            if person is None:
                starts.append("/accounts/login/")
            if post == "data_steward":
                starts += steps
            seen = crawl(visitor, starts=tuple(starts))
            visited[post] = seen.pages
            faults += [f"{post}: {fault}" for fault in seen.faults]
            visitor.context.close()
    reached = {name for pages in visited.values() for name in pages}
    missing = sorted(name for name in all_names() - reached - NOT_LINKED.keys() if not _is_change(name))
    tried = sum(len(pages) for pages in visited.values())
    figures.record("pages.axe", tried, "pages × posts", tried=tried, failed=len(faults))
    figures.record("pages.kinds", len(reached), "kinds of page", tried=len(reached) + len(missing), failed=len(missing))
    if faults or missing:
        raise AssertionError("\n".join([*faults, *(f"nobody reaches {name}" for name in missing)]))


def _is_change(name: str) -> bool:
    """Addresses that take no GET cannot be linked to."""
    from django.test import RequestFactory
    from django.urls import get_resolver

    view = _view_of(get_resolver().url_patterns, name)
    if view is None:
        return False
    request = RequestFactory().get("/")
    try:
        answer = view(request)
    except TypeError:
        # It takes arguments; only the decorator, which looks at the method first, answers without them.
        return False
    except Exception:
        return False
    return getattr(answer, "status_code", 200) == 405


def _view_of(patterns, name, space=""):
    for each in patterns:
        if hasattr(each, "url_patterns"):
            found = _view_of(each.url_patterns, name, f"{space}{each.namespace}:" if each.namespace else space)
            if found:
                return found
        elif f"{space}{each.name}" == name:
            return each.callback
    return None


def _things(people: People, gateway_port: int, server) -> list[str]:
    """One of everything that has a page of its own: the way of one datum, gone by script, and a file beside it.

    Gives the addresses that the steward reaches by a choice in a form and not by a link.
    """
    way = Way(
        portal=people.base_url, gateway=f"http://127.0.0.1:{gateway_port}", people=people.by_login,
        provider="rst", consumer="mzt", host="127.0.0.1", port=server.port, database=departments.DATABASE,
        account=departments.READER, password=departments.READER_PASSWORD, table=departments.TABLE,
    )  # fmt: skip
    source_no = way.connect()
    code = way.publish(way.draft(source_no))
    way.gather(code, source_no)
    client_no, _key = way.register_client()
    way.ask(code, client_no, COLUMNS)
    steward = people["steward.rst"]
    sheet = {"file": ("参保单位.csv", "dwmc,xydm\n甲单位,91450000JT00000016\n".encode(), "text/csv")}
    uploaded = steward.http.post("/mounting/files", files=sheet)
    assert uploaded.status_code in (200, 201), uploaded.text
    file_no = uploaded.json()["file_no"]
    mount = f"/mounting/resources/{code}"
    return [
        f"{mount}/table/?source={source_no}&table=1",
        f"{mount}/file/?file={file_no}",
        f"{mount}/service/",
    ]
