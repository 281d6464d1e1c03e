"""axe-core on every page, as every post and the public reach it, wide and at 360 px: nothing serious or critical.

A kind of page that nobody reaches by a link must be declared below with its reason; else the proof fails.
"""

from typing import Any

from playwright.sync_api import Browser

from tests.support import figures, things
from tests.support.browser import chromium
from tests.support.crawling import all_names, crawl, visitor_of
from tests.support.feeds import ckan, ckan_record, serving
from tests.support.people import People
from tests.support.platforms import platform

FRAGMENTS = "a part of another page, looked at there"
SECOND_FACTOR = "for people who have set up a second factor"
NOT_LINKED = {
    "portal:tasks": FRAGMENTS, "portal:first_tasks": FRAGMENTS, "notices:bell": FRAGMENTS,
    "accounts:posts_menu": FRAGMENTS, "accounts:contract_panel": FRAGMENTS, "quality:panel": FRAGMENTS,
    "mounting:panel": FRAGMENTS,
    "exchange:panel": FRAGMENTS, "exchange:progress": FRAGMENTS, "mounting:scan_progress": FRAGMENTS,
    "gateway:resource_panel": FRAGMENTS, "sharing:outlook_panel": FRAGMENTS, "sharing:subscribers_panel": FRAGMENTS,
    "sharing:request_content": FRAGMENTS, "sharing:dispute_content": FRAGMENTS,
    "catalogue:suggestions": FRAGMENTS, "duplicates:panel": FRAGMENTS, "duplicates:progress": FRAGMENTS,
    "interchange:panel": FRAGMENTS, "interchange:progress": FRAGMENTS, "organisations:reform_progress": FRAGMENTS,
    "overview:health_panel": FRAGMENTS, "overview:region_panel": FRAGMENTS, "overview:wall_panel": FRAGMENTS,
    "overview:platform_panel": FRAGMENTS, "overview:shortcuts_panel": FRAGMENTS,
    "overview:operations_now": FRAGMENTS, "overview:screen_now": FRAGMENTS, "overview:wall_now": FRAGMENTS,
    "exchange:asked_panel": FRAGMENTS, "exchange:log": FRAGMENTS, "harvest:progress": FRAGMENTS,
    "lists:panel": FRAGMENTS, "mounting:preview": FRAGMENTS, "rounds:panel": FRAGMENTS, "rounds:remarks": FRAGMENTS,
    "readers:book_progress": FRAGMENTS, "readers:follow_panel": FRAGMENTS, "readers:rating_panel": FRAGMENTS,
    "readers:remarks_panel": FRAGMENTS, "readers:search_panel": FRAGMENTS, "readers:waiting_panel": FRAGMENTS,
    "readers:book_file": "a file",
    "portal:begin": "leads on to the first screen of the post", "interchange:marked": "a file",
    "sharing:answer": "only while a provider's answer is awaited; the journey of the way looks at it",
    "notices:follow": "leads on to what the notice is about",
    "procedures:sheet_pdf": "a file", "procedures:sheet_docx": "a file",
    "overview:ledger_pdf": "a file", "overview:ledger_docx": "a file",
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


# Whoever of a post has the most before him in the region; the first of the post where none is named.
WHO = {"data_steward": "steward.rst", "data_coordinator": "coordinator.rst", "client_developer": "developer.ybj"}
CONSUMER = "steward.mzt"


def main() -> None:
    with platform(JUTONG_DEMO="on") as running, chromium() as browser, serving() as portal:
        running.start().until_region()
        people = People(f"http://127.0.0.1:{running.portal_port}", running.data_dir)
        portal.answer = ckan([ckan_record(number) for number in range(1, 4)])
        starts = things.lay_out(people, portal, steward=WHO["data_steward"], consumer=CONSUMER)
        look_at_all(browser, people, starts)


def look_at_all(browser: Browser, people: People, starts: things.Starts) -> None:
    """Raises AssertionError with every fault of every page, and with every kind of page that nobody reaches."""
    by_post = {person["post"]: person for person in reversed(people.by_login.values())}
    by_post |= {post: people.by_login[login] for post, login in WHO.items()}
    seen_by: list[tuple[str, dict[str, Any] | None]] = [("public", None), *by_post.items()]
    seen_by.append(("consumer", people.by_login[CONSUMER]))
    visited: dict[str, dict[str, str]] = {}
    faults: list[str] = []
    known_narrow: set[str] = set()
    for name, person in seen_by:
        visitor = visitor_of(browser, people.base_url, person)
        ways_in = ("/", "/find?q=1", *(starts.get(name, ()) if person else ("/accounts/login/",)))
        seen = crawl(visitor, starts=ways_in, known_narrow=known_narrow)
        visited[name] = seen.pages
        faults += [f"{name}: {fault}" for fault in seen.faults]
        print("\n".join([f"{name}: {len(seen.pages)} pages", *seen.faults]), flush=True)
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
