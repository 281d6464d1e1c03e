"""Harmful and careless catalogue files against a running platform: each is refused, nothing of it is imported, and the
worker goes on."""

import time

import httpx

from tests.support import figures
from tests.support.people import People
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
        after = http.get("/catalogue/drafts").json()["total"]
        answer = http.post("/interchange/imports", files={"file": ("目录.xlsx", good())})
        alive = settled(http, answer.json()["import_no"])
        people.close()

    figures.record("poison.catalogue", len(collection), "files", tried=len(collection), failed=len(wrong))
    assert not wrong, wrong
    assert after == before, (before, after)
    assert alive["state"] == "ready", alive
