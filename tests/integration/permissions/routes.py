"""Every route of the platform, and what the declared table says about it.

`routes.csv` has a line for each method of each address, of pages and of the API:

| column | says |
|---|---|
| `method` `path` | the route, as the code writes it |
| `door` | `public`: anybody may call; `person`: somebody in a post must be signed in |
| `thing` | the kind of object its address names, as in `kinds.py`; `home`: one's own organisation; empty: none |
| `sees` | the action without which the object is not found (404); empty: it is no secret |
| `does` | the action without which the call is refused (403); empty: whoever sees it may |
| `own` `other` | the posts that may call it for an object of their own organisation or person, and for another's |
| `note` | what keeps the test from telling more, see below |

`thin`: more is asked for than the test's objects have: who may is answered 404 too, and who may not learns no more.
`bare`: the objects are too bare for the page; only refusals are told. `form`: a form that is filled in wrongly is told
of before the right is asked. `step`: the case says who acts; whoever sees it may be refused. `panel`: a part of another
page, empty for those whom it does not concern. `library`: a page for oneself that is not ours; only its door is
checked.

What `sees` and `does` mean is the oracle's business. `own` and `other` follow from it and are written down all the
same: a table that people can read, and that changes when somebody widens a rule. A new route: add a line with the first
columns, then `python -m tests.integration.permissions.routes fill` writes `own` and `other`; read them.
"""

import csv
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from django.urls import URLPattern, get_resolver

from . import oracle

FILE = Path(__file__).with_name("routes.csv")
COLUMNS = ("method", "path", "door", "thing", "sees", "does", "own", "other", "note")
SIGNED_IN = tuple(post for post in oracle.POSTS if post != "public")
HOW = f"add it to {FILE.name} (routes.py says how), then run: python -m tests.integration.permissions.routes fill"


@dataclass(frozen=True)
class Route:
    """One line of the table."""

    method: str
    path: str
    door: str = "person"
    thing: str = ""
    sees: str = ""
    does: str = ""
    own: str = ""
    other: str = ""
    note: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.method, self.path

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    def line(self) -> str:
        return ",".join(str(value) for value in asdict(self).values())

    def answer_to(self, who: oracle.Who, thing: oracle.Thing) -> str:
        """What the table and the oracle say to a caller about an object: allowed, refused, hidden or stranger."""
        if who.post == "public" and self.door == "person":
            return "stranger"
        if self.sees and not oracle.may(self.sees, who, thing):
            return "hidden"
        if self.does and not oracle.may(self.does, who, thing):
            return "refused" if who.post != "public" else "stranger"
        return "allowed"


def table() -> dict[tuple[str, str], Route]:
    """The declared table."""
    with FILE.open(encoding="utf-8", newline="") as stream:
        rows = [Route(**row) for row in csv.DictReader(stream)]
    return {row.key: row for row in rows}


def write(rows: dict[tuple[str, str], Route]) -> None:
    """Write the table in the order of addresses."""
    with FILE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for _, row in sorted(rows.items(), key=lambda item: (item[0][1], item[0][0])))


# --- The routes that are there ---------------------------------------------------------------------------------------
def existing() -> dict[tuple[str, str], Route]:
    """All routes of the running code, with no more than their door."""
    return {route.key: route for route in [*_operations(), *_pages()]}


def _operations() -> Iterator[Route]:
    from jutong.config.api import api

    schema = api.get_openapi_schema()
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield Route(method.upper(), path, "person" if operation.get("security") else "public")


def _pages() -> Iterator[Route]:
    for path, view in _views(get_resolver().url_patterns):
        if path.startswith(("/api/v1/", "/^api/")) and path not in {"/api/v1/docs", "/api/v1/openapi.json"}:
            continue
        door = "person" if getattr(view, "login_required", True) else "public"
        for method in methods_of(view):
            yield Route(method, path, "public" if path.startswith("/api/v1/") else door)


def _views(patterns: Any, prefix: str = "/") -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path, pattern.callback
        else:
            yield from _views(pattern.url_patterns, path)


def methods_of(view: Callable[..., Any]) -> tuple[str, ...]:
    """Which methods a view answers: as its decorator says; GET where none does; what a class of forms has."""
    inner: Any = view
    while inner is not None:
        found = (
            inspect.getclosurevars(inner).nonlocals.get("request_method_list") if inspect.isfunction(inner) else None
        )
        if found:
            return tuple(sorted(method for method in found if method != "HEAD"))
        inner = getattr(inner, "__wrapped__", None)
    kind = getattr(view, "view_class", None)
    return ("GET", "POST") if kind is not None and hasattr(kind, "post") else ("GET",)


def parameters(path: str) -> list[str]:
    """The names in an address that objects fill."""
    return [name.rpartition(":")[2] for name in re.findall(r"[{<]([^}>]+)[}>]", path)]


# --- Who may, in the table's own words -------------------------------------------------------------------------------
def filled(route: Route, rows: dict[str, list[tuple[Any, oracle.Thing]]], whos: list[oracle.Who]) -> Route:
    """The line with `own` and `other` as the oracle has it over objects of every state."""
    own: set[str] = set()
    other: set[str] = set()
    for who in whos:
        for thing in things_for(route, who, rows):
            if route.answer_to(who, thing) == "allowed":
                (own if is_own(who, thing) else other).add(who.post)
    if not (route.thing or route.sees or route.does):
        own = other = set(oracle.POSTS) if route.door == "public" else set(SIGNED_IN)
    return replace(route, own=_posts(own), other=_posts(other))


def things_for(route: Route, who: oracle.Who, rows: dict[str, list[tuple[Any, oracle.Thing]]]) -> list[oracle.Thing]:
    """The objects of a route as this caller meets them."""
    if route.thing == "home":
        home = dict.fromkeys(("organisation", "provider", "consumer"), who.organisation)
        return [{**home, "person": who.person, "parties": [who.organisation]}]
    return [thing for _, thing in rows[route.thing]] if route.thing else [Nothing()]


class Nothing(dict[str, Any]):
    """What a route without an object is about: nobody's, in no state."""

    def __missing__(self, key: str) -> None:
        return None


def is_own(who: oracle.Who, thing: oracle.Thing) -> bool:
    """Does an object belong to the caller or his organisation, in whatever role?"""
    values: list[Any] = []
    for value in thing.values():
        values += value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]
    mine = {who.organisation, who.person} - {""}
    return not thing or bool(mine & {value for value in values if isinstance(value, str)})


def _posts(posts: set[str]) -> str:
    if posts == set(oracle.POSTS):
        return "everybody"
    if posts == set(SIGNED_IN):
        return "signed_in"
    return " ".join(post for post in oracle.POSTS if post in posts)


def _fill() -> None:
    """Add what is missing, take out what is gone, and work out who may call what."""
    import pytest

    declared, there = table() if FILE.exists() else {}, existing()
    write({key: declared.get(key, route) for key, route in there.items()})
    raise SystemExit(pytest.main(["-q", "-p", "no:cacheprovider", str(Path(__file__).with_name("fill.py"))]))


if __name__ == "__main__":
    import tests.conftest  # noqa: F401 — a private folder, before anything is read

    _fill()
