"""What becomes of errors that no page caught."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from jutong.base.rest import STATUS_BY_KIND, clash_of
from jutong.kernel.errors import ErrorKind, JutongError, NotSignedIn

API_PREFIX = "/api/"
_PAGES = {ErrorKind.DENIED: "403.html", ErrorKind.MISSING: "404.html", ErrorKind.UNAVAILABLE: "503.html"}


class ErrorPagesMiddleware:
    """Turns errors of ours into pages: no right, not there, not now; for the rest back to where the person was.

    A change that was refused is told in a message on the page it came from. HTMX gets the words and the status. The
    API answers for itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if request.path.startswith(API_PREFIX):
            return None
        error = clash_of(error) or error
        if not isinstance(error, JutongError):
            return None
        if isinstance(error, NotSignedIn):
            return redirect_to_login(page_of(request))
        words, status = error.words(gettext), STATUS_BY_KIND[error.kind]
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
        if error.kind in _PAGES:
            return render(request, _PAGES[error.kind], {"words": words}, status=status)
        messages.error(request, words)
        return redirect(_came_from(request))


def page_of(request: HttpRequest) -> str:
    """Where to go on after signing in: the page asked for, or the page whose form was sent."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else _came_from(request)


def _came_from(request: HttpRequest) -> str:
    """The page a refused request came from, on this site and another than itself for a GET; else the home page."""
    parts = urlsplit(request.headers.get("Referer", ""))
    here = parts.netloc == request.get_host() and parts.path.startswith("/")
    if not here or (request.method == "GET" and parts.path == request.path):
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
