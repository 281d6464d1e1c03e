"""How the API recognises its caller: a token, or the session of a page with its proof against forgery.

`SubjectMiddleware` has looked already; these classes refuse, and describe themselves in the OpenAPI document.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security.base import AuthBase

from jutong.kernel.policy import Subject
from jutong.registry.accounts.middleware import identity_of


class BearerToken(AuthBase):
    """`Authorization: Bearer <token>`; a token acts for one person in one post."""

    openapi_type: str = "http"
    openapi_scheme: str = "bearer"

    def __call__(self, request: HttpRequest) -> Subject | None:
        return _subject(request, "token")


class SessionCookie(AuthBase):
    """The cookie of a signed-in person; changes need the X-CSRFToken header too."""

    openapi_type: str = "apiKey"
    openapi_in: str = "cookie"
    openapi_name: str = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Subject | None:
        return _subject(request, "session")


def _subject(request: HttpRequest, by: str) -> Subject | None:
    identity = identity_of(request)
    if identity.by != by:
        return None
    if identity.obstacle is not None:
        raise identity.obstacle
    return identity.subject


API_AUTH: list[Any] = [BearerToken(), SessionCookie()]
