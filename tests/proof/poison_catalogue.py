"""Harmful and careless catalogue files and portals against a running platform: each is refused, nothing of it is
imported, and the worker goes on."""

import time

import httpx

from tests.support import figures
from tests.support.feeds import ckan, ckan_record, poisoned_graphs, poisoned_portals, serving
from tests.support.people import People, PersonClient
from tests.support.platforms import platform
from tests.support.poisoned_sheets import good, poisons

SECONDS = 60


def settled(http: httpx.Client, import_no: str) -> dict:
    """The import once the worker is done with it."""
    until = time.monotonic() + SECONDS
    while True:
        found = http.get(f"/interchange/imports/{import_no}").json()
        if found["state"] not in ("reading", "writing") or time.monotonic() > until:
            return found
        time.sleep(0.2)


def refusal_of(http: httpx.Client, name: str, content: bytes) -> tuple[str, set[str]]:
    """How far a file came, and for what it was refused: at the door, by the reader, or cell by cell."""
    answer = http.post("/interchange/imports", files={"file": (name, content)})
    if answer.status_code != 202:
        return f"refused {answer.status_code}", {answer.json().get("code", "")}
    number = answer.json()["import_no"]
    found = settled(http, number)
    faults = http.get(f"/interchange/imports/{number}/faults").json()["items"]
    return found["state"], {found["error_code"], *(fault["code"] for fault in faults if fault["hinders"])}


def harvested(steward: PersonClient, feed_no: str) -> dict:
    """A harvest of a feed, once the worker has read it."""
    row = steward.post("/harvest/harvests", {"feed": feed_no})
    until = time.monotonic() + SECONDS
    while row["state"] in ("queued", "reading") and time.monotonic() < until:
        time.sleep(0.2)
        row = steward.get(f"/harvest/harvests/{row['harvest_no']}")
    return row


def poisoned_feeds(people: People, login: str) -> tuple[int, list[str]]:
    """Every poisoned portal, harvested by a steward: how many there were, and which were not refused as they should."""
    steward, wrong = people[login], []
    admin = next(people[name] for name, row in people.by_login.items() if row["post"] == "system_admin")
    poisons = [*poisoned_portals(), *poisoned_graphs()]
    with serving() as portal:
        place = {"cidr": "127.0.0.1", "port_from": portal.port, "port_to": portal.port, "reason": "试"}
        admin.post("/mounting/networks", {"organisation": steward.organisation, **place})
        for number, poison in enumerate(poisons):
            portal.answer = poison.answer
            feed = {
                "name": f"门户{number}", "kind": poison.kind, "address": f"{portal.address}/catalog",
                "records_max": 150, "page_megabytes": 1, "request_seconds": 2 if poison.slow else 10,
            }  # fmt: skip
            found = harvested(steward, steward.post("/harvest/feeds", feed)["feed_no"])
            if (found["state"], found["error_code"]) != ("failed", poison.expected):
                wrong.append(f"{poison.label}: {found['state']} {found['error_code']}")
        portal.answer = ckan([ckan_record(1)])
        good_feed = {"name": "好门户", "kind": "ckan", "address": portal.address}
        found = harvested(steward, steward.post("/harvest/feeds", good_feed)["feed_no"])
        if (found["state"], found["new"]) != ("ready", 1):
            wrong.append(f"the worker after all of them: {found['state']}")
    return len(poisons), wrong


def main() -> None:
    wrong: list[str] = []
    with platform() as running:
        running.start().until_ready(300)
        people = People(f"http://127.0.0.1:{running.portal_port}", running.data_dir)
        login = next(name for name, row in people.by_login.items() if row["post"] == "data_steward")
        http = people[login].http
        before = http.get("/catalogue/drafts").json()["total"]
        collection = poisons()
        for poison in collection:
            state, codes = refusal_of(http, f"目录.{poison.ending}", poison.content)
            # The secrecy gate stands before the reader and refuses what it cannot read itself.
            at_the_door = state in ("refused 422", "refused 413")
            if not at_the_door and (state not in ("failed", "faulty") or poison.expected not in codes):
                wrong.append(f"{poison.label}: {state} {sorted(codes)}")
        portals, wrong_portals = poisoned_feeds(people, login)
        wrong += wrong_portals
        after = http.get("/catalogue/drafts").json()["total"]
        answer = http.post("/interchange/imports", files={"file": ("目录.xlsx", good())})
        alive = settled(http, answer.json()["import_no"])
        people.close()

    tried = len(collection) + portals
    figures.record("poison.catalogue", tried, "files and portals", tried=tried, failed=len(wrong))
    assert not wrong, wrong
    assert after == before, (before, after)
    assert alive["state"] == "ready", alive
