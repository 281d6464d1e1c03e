"""Calls every route as every post about objects that are his and that are not, and compares the answers."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from http.cookies import SimpleCookie
from typing import Any
from zlib import crc32

from django.contrib.auth.hashers import make_password
from django.contrib.messages import ERROR, get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.accounts import queries
from jutong.registry.accounts.models import ApiToken, Appointment, Person

from . import oracle, routes
from .campaign import make_rows
from .kinds import AT, BY, World

SHARE_IN_TESTS = 16
"""One in so many of all calls is made in `make test`; the proof makes all."""

SEED = 20260811


@dataclass
class Caller:
    """A person in one post (or nobody), on the pages and with a token."""

    who: oracle.Who
    browser: Client
    program: Client
    words: str = ""


@dataclass
class Tally:
    """How many answers were compared, and where they differ."""

    answers: int = 0
    disagreements: list[str] = field(default_factory=list)


def refilled() -> dict[tuple[str, str], routes.Route]:
    """The table with `own` and `other` worked out again from the oracle."""
    world = World.of(SEED, organisations=3, rows=24)
    rows = make_rows(world)
    whos = [oracle.Who(subject.post.value, subject.person_no, subject.organisation) for subject in world.subjects()]
    people = [who._replace(person=person) for who in whos if who.organisation for person in world.people]
    public = [who for who in whos if who.post == "public"]
    return {key: routes.filled(route, rows, [*people, *public]) for key, route in routes.table().items()}


def call_all(*, share: int, only: Callable[[routes.Route], bool] = lambda route: True, seed: int = SEED) -> Tally:
    """Call one in `share` of all routes × callers × objects, each in a transaction that is taken back."""
    world = World.of(seed, organisations=3, rows=24)
    rows = make_rows(world)
    people = callers(world)
    anybody = [
        oracle.Who(subject.post.value, number, subject.organisation)
        for subject in world.subjects()
        for number in world.people
    ]
    tally = Tally()
    for route in filter(only, routes.table().values()):
        possible = possible_for(route, rows, anybody)
        for caller in people:
            for thing, row in chosen(route, caller.who, possible):
                if crc32(f"{route.key}{caller.words}{thing}".encode()) % share:
                    continue
                expected = route.answer_to(caller.who, thing)
                got = call(route, caller, row)
                tally.answers += 1
                if not agrees(route, expected, got):
                    tally.disagreements.append(
                        f"{route.method} {route.path} as {caller.words} about {thing}: expected {expected}, got {got}"
                    )
    return tally


LENIENT: dict[str, set[tuple[str, str]]] = {
    "thin": {("allowed", "hidden"), ("refused", "hidden")},
    "bare": {("allowed", "broken"), ("refused", "broken"), ("allowed", "hidden"), ("refused", "hidden")},
    "form": {("refused", "form"), ("hidden", "form")},
    "step": {("allowed", "refused"), ("allowed", "hidden"), ("hidden", "refused"), ("refused", "hidden")},
    "panel": {("hidden", "empty"), ("refused", "empty"), ("allowed", "empty"), ("allowed", "broken")},
}
"""What a note lets pass besides the expected: pairs of expected and got."""


def agrees(route: routes.Route, expected: str, got: str) -> bool:
    """An answer of the expected class, as far as the route's notes let it be told."""
    got = got.partition(":")[0]
    if "library" in route.note and expected != "stranger":
        return got != "broken"
    if got == "told" or (got in {"form", "empty", "other"} and expected == "allowed"):
        return expected != "stranger"
    return got == expected or any((expected, got) in LENIENT.get(note, set()) for note in route.note.split())


def possible_for(
    route: routes.Route, rows: dict[str, Any], anybody: list[oracle.Who]
) -> list[tuple[Any, oracle.Thing]]:
    """The objects of a route with which somebody may do it: of a draft that is published nobody edits anything."""
    found = rows.get(route.thing, [])
    return [(row, thing) for row, thing in found if any(route.answer_to(who, thing) == "allowed" for who in anybody)]


def chosen(
    route: routes.Route, who: oracle.Who, possible: list[tuple[Any, oracle.Thing]]
) -> list[tuple[oracle.Thing, Any]]:
    """One object for each answer the caller may get."""
    if not route.thing or route.thing == "home":
        return [(thing, who.organisation) for thing in routes.things_for(route, who, {})]
    found: dict[str, tuple[oracle.Thing, Any]] = {}
    for row, thing in possible:
        found.setdefault(route.answer_to(who, thing), (thing, row))
    return list(found.values())


# --- People ----------------------------------------------------------------------------------------------------------
def callers(world: World) -> list[Caller]:
    """A person in every post of the first organisation, a deputy who acts, two on standby, and the public."""
    home = world.organisations[0]
    found = [_caller(world, n, post, home) for n, post in enumerate(Post) if post is not Post.PUBLIC]
    found.append(_caller(world, 50, Post.DATA_STEWARD, home, deputy=True, office="elsewhere"))
    found.append(_caller(world, 51, Post.DATA_STEWARD, home, deputy=True))
    found.append(_caller(world, 52, Post.CENTRE_ENGINEER, home, deputy=True))
    found.append(Caller(oracle.Who("public", "", ""), Client(), Client(), "public"))
    return found


@cache
def a_password() -> str:
    """A password nobody types in; hashed once, because that takes a while."""
    return make_password("x" * 20)


def _caller(world: World, n: int, post: Post, organisation: str, *, deputy: bool = False, office: str = "") -> Caller:
    number = f"P6{n:05d}"
    person = Person.objects.create(
        person_no=number, login_name=number.lower(), display_name=number, password=a_password(), created_at=AT,
        password_changed_at=clock.now(),
    )  # fmt: skip
    contractor = post is Post.CONTRACTOR
    appointment = Appointment.objects.create(
        person=person, post=post.value, organisation=organisation, deputy=deputy,
        office=office, starts_on=clock.local_day(AT), appointed_by=BY, appointed_at=AT,
        project="x" if contractor else "", responsible=person if contractor else None,
        ends_on=clock.local_day(clock.now()) + timedelta(days=9) if contractor else None,
    )  # fmt: skip
    token = f"jt_route_{n}"
    ApiToken.objects.create(
        token_no=f"T6{n:05d}", appointment=appointment, name="route", digest=queries.token_digest(token),
        issued_at=AT, expires_at=clock.now().replace(year=2100),
    )  # fmt: skip
    browser = Client()
    browser.force_login(person)
    standby = deputy and not office
    who = oracle.Who(post.value, number, organisation, standby)
    words = f"{post.value}{' acting' if deputy and office else ' on standby' if standby else ''}"
    return Caller(who, browser, Client(headers={"Authorization": f"Bearer {token}"}), words)


# --- Calls -----------------------------------------------------------------------------------------------------------
def call(route: routes.Route, caller: Caller, row: Any) -> str:
    """Make one call and say what class of answer it got; whatever it did is taken back."""
    path = address(route, row)
    client = caller.program if route.is_api else caller.browser
    cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    try:
        with transaction.atomic():
            answer = _send(client, route, path, row)
            transaction.set_rollback(True)
    except Exception as broken:
        return f"broken: {type(broken).__name__}: {broken}"[:200]
    finally:
        client.cookies = cookies
    return class_of(answer)


def _send(client: Client, route: routes.Route, path: str, row: Any) -> HttpResponse:
    if route.method in {"GET", "DELETE"}:
        return getattr(client, route.method.lower())(path, query_params=query_of(route, row))
    if not route.is_api:
        return client.post(path, {"no_such_field": "1"})
    if "multipart/form-data" in content_of(route):
        fields = example(content_of(route)["multipart/form-data"]["schema"], components(), row)
        return client.post(path, fields | {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})
    schema = content_of(route).get("application/json", {}).get("schema")
    body = json.dumps(example(schema, components(), row)) if schema else ""
    return client.generic(route.method, path, body, "application/json")


def class_of(answer: HttpResponse) -> str:
    """What an answer means to the caller.

    `form` asks him for other words, `other` refuses him for another reason, `told` leads back to where the button
    stands and says there why nothing was done.
    """
    if answer.status_code == 401 or "/accounts/login/" in answer.headers.get("Location", ""):
        return "stranger"
    if answer.status_code == 403:
        return "refused" if _by_right(answer) else "other"
    if answer.status_code == 404:
        return "hidden"
    if answer.status_code == 422:
        return "form"
    if answer.status_code >= 500 and answer.status_code != 503:
        return f"broken: {answer.status_code}"
    if answer.status_code == 204 or (answer.status_code == 200 and not answer.getvalue().strip()):
        return "empty"
    return _told(answer)


def _by_right(answer: HttpResponse) -> bool:
    """Is it the post that gives no right, and not a source's address or a password?"""
    if not answer.headers.get("Content-Type", "").startswith("application/json"):
        return True
    return json.loads(answer.content)["code"] in {"not_permitted", "deputy_stands_by"}


def _told(answer: HttpResponse) -> str:
    """A button's page that leads back and says above itself why nothing was done."""
    if not 300 <= answer.status_code < 400:
        return "allowed"
    request: Any = answer.wsgi_request  # type: ignore[attr-defined]
    return "told" if any(each.level >= ERROR for each in get_messages(request)) else "allowed"


def address(route: routes.Route, row: Any) -> str:
    """The route's address for an object."""
    path = route.path
    for name in routes.parameters(path):
        value = _value(name, row)
        path = "".join(_filled(path, name, value))
    return path


def _filled(path: str, name: str, value: str) -> str:
    return re.sub(r"[{<](?:\w+:)?" + name + r"[}>]", lambda _: value, path, count=1)


CONSTANTS = {
    "number": "1", "day": "2026-05-05", "key": "sharing.review", "name": "regions", "office_no": "1",
    "stuck_id": "1", "transition": "forward", "pk": "1", "region": "450000",
    "channel": "mail", "dispatch_id": "1", "group_no": "1", "word_id": "1", "kind": "sharing.answer", "seat_no": "1",
}  # fmt: skip


def _value(name: str, row: Any) -> str:
    code = str(getattr(row, "code", "") or getattr(row, "resource_code", "") or "")
    if name in {"classification", "sequence"} and "/" in code:
        return code.split("/")[name == "sequence"]
    if name == "code" and code:
        return code
    for attribute in (name, "number" if name == "number" else ""):
        if attribute and getattr(row, attribute, None) is not None and not isinstance(row, str):
            return str(getattr(row, attribute))
    if name in CONSTANTS:
        return CONSTANTS[name]
    return str(getattr(row, "pk", "") or row or "1")


@cache
def described() -> Any:
    """The description of the API, which takes a while to make."""
    from jutong.config.api import api

    return api.get_openapi_schema()


def operation_of(route: routes.Route) -> dict[str, Any]:
    return described()["paths"].get(route.path, {}).get(route.method.lower(), {})


def content_of(route: routes.Route) -> dict[str, Any]:
    """What bodies an operation admits, by media type."""
    return operation_of(route).get("requestBody", {}).get("content", {})


def query_of(route: routes.Route, row: Any) -> dict[str, Any]:
    """The parameters behind the address without which an operation does not answer; pages have none."""
    asked = operation_of(route).get("parameters", ())
    return {
        each["name"]: example(each["schema"], components(), row, each["name"])
        for each in asked
        if each["in"] == "query" and each.get("required")
    }


def components() -> dict[str, Any]:
    return described()["components"]["schemas"]


FIELDS = {
    "person_no": "P900001", "successor": "P900001", "responsible": "", "login_name": "some.body",
    "first_on": "2099-01-01", "last_on": "2099-01-02", "starts_on": "2099-01-01", "ends_on": None,
    "organisation": "11450000MB0000000X", "uscc": "11450000MB0000000X", "valid_from": "2099-01-01",
    "classification": "399999", "sequence": "1", "resource": "399999/1", "resource_code": "399999/1",
    "sources": "11450000MB0000000X", "source_no": "SJY800000", "file_no": "WJ800000", "client_no": "C80001",
}  # fmt: skip


def example(schema: dict[str, Any], known: dict[str, Any], row: Any, name: str = "") -> Any:
    """The smallest value of a schema: required fields only, the first of every choice."""
    if name.endswith(("organisation", "uscc")) and isinstance(row, str):
        return row
    if "$ref" in schema:
        return example(known[schema["$ref"].rpartition("/")[2]], known, row, name)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return example(schema[several][0], known, row, name)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("type") == "object":
        wanted = schema.get("required", [])
        return {field: example(schema["properties"][field], known, row, field) for field in wanted}
    if schema.get("type") == "array":
        return [example(schema["items"], known, row, name)] * schema.get("minItems", 0)
    if name in FIELDS and FIELDS[name] is not None:
        return FIELDS[name]
    if schema.get("type") in {"integer", "number"}:
        return max(schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1)
    if schema.get("type") == "boolean":
        return True
    if schema.get("format") == "date":
        return "2099-01-01"
    return "x" * max(1, schema.get("minLength", 1))
