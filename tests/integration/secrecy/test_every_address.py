"""Every page and every operation is behind the gate, whatever it does and whatever its fields are called."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver

from jutong.config.api import api
from jutong.foundation.secrecy.domain.texts import EXEMPT_FIELDS, is_exempt
from jutong.foundation.secrecy.models import Stop

pytestmark = [pytest.mark.django_db, pytest.mark.source("Art. 12")]

MARK = "机密★10年"
# Names a field will surely never have: the gate must not need to know them.
STRANGE = "zz_unheard_of"


def addresses(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Every address as declared."""
    for pattern in patterns:
        route = before + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


SAMPLES = {
    "int": "1", "slug": "a-b", "str": "a", "path": "a/b", "resource_code": "303001/1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}  # fmt: skip


def example(route: str) -> str:
    """An address of that form."""
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda match: SAMPLES[match[1] or "str"], route)
    return "/" + re.sub(r"\(\?P<\w+>[^)]*\)", "abc", filled).replace("\\Z", "").rstrip("$")


def all_routes() -> list[str]:
    return sorted(set(addresses(get_resolver().url_patterns)))


# By these a node sends what its source holds, as a source that is reached directly would; they take no form.
ROWS = {
    "nodes/link/orders/<uuid:order_no>/<int:epoch>/chunks/<int:number>",
    "nodes/link/orders/<uuid:order_no>/<int:epoch>/end",
    "nodes/link/orders/<uuid:order_no>/<int:epoch>/failure",
}


def test_no_page_takes_a_form_past_the_gate(steward):
    pages = [route for route in all_routes() if not route.startswith("api/")]
    assert set(pages) >= ROWS
    pages = [route for route in pages if route not in ROWS]

    # A fragment is answered in words, which spares drawing two hundred pages.
    answers = {
        route: steward.browser.post(example(route), {STRANGE: MARK}, headers={"HX-Request": "true"}) for route in pages
    }

    unknown = [route for route, answer in answers.items() if answer.resolver_match is None]
    passed = [
        route
        for route, answer in answers.items()
        if route not in unknown and (answer.status_code, "疑似涉密标志" in answer.content.decode()) != (422, True)
    ]
    assert passed == []
    # An example that leads nowhere proves nothing.
    assert unknown == []
    assert len(pages) > 100


@cache
def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Every operation of the API that takes a body: method, path, media types."""
    schema = api.get_openapi_schema()
    return [
        (method.upper(), path, operation["requestBody"]["content"])
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if "requestBody" in operation
    ]


def test_every_operation_with_a_body_stops_a_text_at_any_depth(steward):
    passed = []
    for method, path, _ in operations():
        body = json.dumps({STRANGE: {"deep": [[{"in": MARK + path}]]}})
        answer = steward.caller.generic(method, re.sub(r"\{\w+\}", "1", path), body, content_type="application/json")
        if answer.status_code != 422 or answer.json()["code"] != "secrecy_mark_found":
            passed.append(f"{method} {path}: {answer.status_code}")

    assert passed == []
    assert len(operations()) > 40
    assert Stop.objects.count() >= len(operations()) - 5


def test_every_operation_that_takes_files_stops_their_names_and_contents(steward):
    uploads = [(method, path) for method, path, content in operations() if "multipart/form-data" in content]
    passed = []
    for method, path in uploads:
        for name, content in ((f"{MARK}.png", b"x"), ("a.txt", MARK.encode())):
            given = {STRANGE: SimpleUploadedFile(name, content)}
            answer = steward.caller.post(re.sub(r"\{\w+\}", "1", path), given)
            if answer.status_code != 422 or answer.json()["code"] != "secrecy_mark_found":
                passed.append(f"{method} {path} {name}")

    assert passed == []
    assert uploads
    # Django parses forms of POST only; an upload by another method would be read as one raw text.
    assert {method for method, _ in uploads} == {"POST"}


def test_only_passwords_and_the_proof_against_forgery_are_left_out():
    named = {
        name
        for schema in api.get_openapi_schema()["components"]["schemas"].values()
        for name, field in schema.get("properties", {}).items()
        if is_exempt(name) and field.get("format") != "password" and not _is_nothing(field)
    }

    assert {name for name in EXEMPT_FIELDS if "password" not in name} == {"csrfmiddlewaretoken"}
    assert named <= {"password", "new_password", "old_password"}


def _is_nothing(field: dict[str, Any]) -> bool:
    return field.get("type") == "null"
