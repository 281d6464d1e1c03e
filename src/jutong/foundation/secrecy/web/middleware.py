"""The gate before every view: pages and operations alike, whatever their fields are called.

It reads what the view would read: the address, the fields of a form, every text of a JSON body, the names and the
content of uploads. So a field that somebody adds tomorrow is looked at without anybody thinking of it.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.translation import gettext

from jutong.base.http import SubjectRequest
from jutong.base.middleware import API_PREFIX
from jutong.base.rest import STATUS_BY_KIND, problem_of
from jutong.foundation.secrecy.domain.errors import SecrecyError, SecrecyMarkFound
from jutong.foundation.secrecy.domain.texts import UNNAMED, field_name, field_words, is_exempt, texts_of_json
from jutong.foundation.secrecy.services import gate
from jutong.foundation.secrecy.values import Place, SentPart
from jutong.kernel import clock

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_STOPS_SHOWN = 20
# What cannot be read here cannot be read by the view either, which answers for it in its own way.
_UNREADABLE = (
    BadRequest, MultiPartParserError, RequestDataTooBig, SuspiciousOperation, UnicodeError, UnreadablePostError,
)  # fmt: skip

Sent = tuple[Place, str | UploadedFile]


class SecrecyMiddleware:
    """Looks at everything that is sent, after it is known who sends and before any view runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with gate.passage(request.method or ""):
            return self.get_response(request)

    def process_view(
        self, request: SubjectRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        route = f"{request.method} /{match.route if match else ''}"
        gate.on_the_way(route)
        if getattr(view, "carries_rows", False):
            return None
        errors = faults(request, route)
        return refusal(request, errors) if errors else None


def faults(request: SubjectRequest, route: str) -> dict[str, SecrecyError]:
    """What stops a request, by field; empty when it may pass."""
    by, at = request.subject.actor, clock.now()
    found: dict[str, SecrecyError] = {}
    for place, part in sent(request, route):
        try:
            if isinstance(part, str):
                look = gate.look_at_name if place.channel is SentPart.FILE_NAME else gate.look_at_text
                look(part, place, by=by, at=at)
            elif request.subject.signed_in and part.size and part.file is not None:
                # Nothing takes files from strangers, so that nobody can keep us busy reading them; the door of files
                # would look all the same.
                gate.look_into_file(part.file, part.name or "", place, by=by, at=at)  # type: ignore[arg-type]
        except SecrecyError as error:
            found.setdefault(place.field, error)
            if len(found) >= _STOPS_SHOWN:
                break
    return found


def sent(request: HttpRequest, route: str) -> Iterator[Sent]:
    """Everything a person sent with a request, with its place."""
    yield Place(route, "", SentPart.ADDRESS), request.path
    try:
        for name, values in request.GET.lists():
            for text in (name, *values):
                yield Place(route, field_name(name), SentPart.ADDRESS), text
        if request.method not in WITHOUT_BODY:
            yield from _body(request, route)
    except _UNREADABLE:
        return


def _body(request: HttpRequest, route: str) -> Iterator[Sent]:
    if request.method == "POST" and request.content_type in FORM_TYPES:
        yield from _form(request, route)
        return
    for field, text in _texts(request.body):
        yield Place(route, field), text


def _form(request: HttpRequest, route: str) -> Iterator[Sent]:
    for name, values in request.POST.lists():
        yield Place(route, UNNAMED), name
        if not is_exempt(name):
            for text in values:
                yield Place(route, field_name(name)), text
    for name, uploads in request.FILES.lists():
        yield Place(route, UNNAMED), name
        for upload in uploads:
            yield Place(route, field_name(name), SentPart.FILE_NAME), upload.name or ""
            yield Place(route, field_name(name), SentPart.FILE_CONTENT), upload


def _texts(body: bytes) -> Iterator[tuple[str, str]]:
    """The texts of a body as the API reads it, whatever its type is said to be; what is no JSON is one text."""
    if not body:
        return
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        yield "", body.decode("utf-8", "replace")
        if b"\0" not in body:
            yield "", body.decode("gb18030", "replace")
        return
    yield from texts_of_json(value)


# --- Refusing --------------------------------------------------------------------------------------------------------
def refusal(request: SubjectRequest, errors: dict[str, SecrecyError]) -> HttpResponse:
    """The answer to what was stopped. A page gets its own words back, to be mended and sent again; we keep none."""
    first = next(iter(errors.values()))
    status = STATUS_BY_KIND[first.kind]
    if request.path.startswith(API_PREFIX):
        response: HttpResponse = JsonResponse(problem_of(first), status=status)
    elif request.headers.get("HX-Request") == "true":
        response = HttpResponse(first.words(gettext), status=status, content_type="text/plain; charset=utf-8")
    else:
        response = render(request, "secrecy/stopped.html", _page(request, errors), status=status)
    # Django would log the path of a refused request, and the path may hold the mark.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _page(request: SubjectRequest, errors: dict[str, SecrecyError]) -> dict[str, Any]:
    marked = any(isinstance(error, SecrecyMarkFound) for error in errors.values())
    numbers = {error.details.get("stop_no", "—") for error in errors.values()} - {"—"}
    context: dict[str, Any] = {"errors": list(errors.values()), "marked": marked, "stop_nos": sorted(numbers)}
    posted = [(name, value) for name, values in request.POST.lists() for value in values]
    # Passwords never go back to a page, and an address that bears a mark is not one to send to again.
    again = request.method == "POST" and "" not in errors and not any(_is_password(name) for name, _ in posted)
    context["again"] = again
    if again:
        context["to_mend"] = [(name, field_words(name), text) for name, text in posted if field_name(name) in errors]
        context["kept"] = [
            (name, value) for name, value in posted if field_name(name) not in errors and name != "csrfmiddlewaretoken"
        ]
        context["files"] = list(request.FILES)
    return context


def _is_password(name: str) -> bool:
    return is_exempt(name) and name != "csrfmiddlewaretoken"
