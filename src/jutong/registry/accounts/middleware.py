"""Who acts in a request, found out once before any view runs.

Pages that are not marked public need a person in a post; operations of the API ask by themselves (`auth`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from ninja.utils import check_csrf

from jutong.base.middleware import page_of
from jutong.kernel import clock
from jutong.kernel.errors import JutongError, NotSignedIn
from jutong.kernel.policy import ANONYMOUS, Subject
from jutong.registry.accounts import api
from jutong.registry.accounts.domain import CsrfFailed, NoPost, PasswordMustChange
from jutong.registry.accounts.models import Appointment, Person
from jutong.registry.accounts.passwords import password_profile
from jutong.registry.accounts.setup import JUTONG_SESSION_IDLE_SECONDS, LOGIN_URL, SESSION_COOKIE_AGE
from jutong.registry.organisations import api as organisations

API_PREFIX = "/api/"
SIGNED_IN_AT = "signed_in_at"
LAST_SEEN_AT = "last_seen_at"
APPOINTMENT = "appointment"
PLACE = "place"

# Requests that a page makes by itself (progress bars, the bell) bear this header and do not keep a session alive.
BACKGROUND_HEADER = "X-Jutong-Background"
TOUCH_EVERY = timedelta(seconds=60)

# What a signed-in person without a usable post, or with a password to change, may still open.
_ALWAYS_OPEN = frozenset(
    {"account_logout", "account_change_password", "account_reauthenticate", "account_login", "accounts:me"}
)


@dataclass(frozen=True)
class Identity:
    """Who was recognised, how, and what stands in the way of acting."""

    subject: Subject = ANONYMOUS
    by: str = ""
    person: Person | None = None
    appointment_no: int | None = None
    expires_at: datetime | None = None
    obstacle: JutongError | None = None


def identity_of(request: HttpRequest) -> Identity:
    """What SubjectMiddleware found out about a request."""
    found: Identity = getattr(request, "identity", None) or Identity()
    return found


def begin_session(request: HttpRequest, at: datetime) -> None:
    """Start the clocks of a session at sign-in; the post is chosen at the first page."""
    request.session[SIGNED_IN_AT] = request.session[LAST_SEEN_AT] = at.isoformat()
    request.session.pop(APPOINTMENT, None)


def act_as(request: HttpRequest, appointment_no: int, at: datetime) -> None:
    """Go on in another of the person's posts, under a new session key. Raises NotYourPost, NotSignedIn."""
    person = identity_of(request).person
    if person is None:
        raise NotSignedIn()
    appointment = api.switch_post(person=person, appointment_no=appointment_no, at=at)
    request.session[APPOINTMENT] = appointment.pk
    request.session.pop(PLACE, None)
    request.session.cycle_key()
    request.identity = Identity(_subject(request, appointment, at), "session", person, appointment.pk)  # type: ignore[attr-defined]
    request.subject = identity_of(request).subject  # type: ignore[attr-defined]


class SubjectMiddleware:
    """Sets `request.subject`, and sends whoever may not pass to where he can change that."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        at = clock.now()
        token = _bearer(request)
        identity = _by_token(token, at) if token is not None else _by_session(request, at)
        request.identity = identity  # type: ignore[attr-defined]
        request.subject = identity.subject  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.path.startswith(API_PREFIX):
            return None  # each operation of the API asks for itself, see `auth`
        identity = identity_of(request)
        if not getattr(view, "login_required", True):
            return None
        if identity.person is None:
            return _elsewhere(request, redirect_to_login(page_of(request), LOGIN_URL))
        if identity.obstacle is None or _is_always_open(request):
            return None
        change = isinstance(identity.obstacle, PasswordMustChange)
        return _elsewhere(request, redirect("account_change_password" if change else "accounts:me"))


def _bearer(request: HttpRequest) -> str | None:
    """The token of a call to the API; pages know none."""
    if not request.path.startswith(API_PREFIX):
        return None
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _by_token(token: str, at: datetime) -> Identity:
    found = api.use_token(token, at=at)
    if found is None:
        return Identity(by="token", obstacle=NotSignedIn())
    return Identity(found.subject, "token", None, found.appointment_no, found.expires_at)


def _by_session(request: HttpRequest, at: datetime) -> Identity:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return Identity()
    person = request.user
    if _is_over(request, at):
        logout(request)
        return Identity()
    _touch(request, at)
    appointment = _appointment(request, person, at)
    if _must_change(person, at):
        return Identity(person=person, obstacle=PasswordMustChange(), by="session")
    if appointment is None:
        return Identity(person=person, obstacle=NoPost(), by="session")
    if _is_forged(request):
        return Identity(person=person, obstacle=CsrfFailed(), by="session")
    return Identity(_subject(request, appointment, at), "session", person, appointment.pk)


def _is_over(request: HttpRequest, at: datetime) -> bool:
    """Idle too long, or too long since signing in; a session that does not say when it began is over too."""
    began, seen = (_moment(request.session.get(key)) for key in (SIGNED_IN_AT, LAST_SEEN_AT))
    if began is None or seen is None:
        return True
    idle = timedelta(seconds=JUTONG_SESSION_IDLE_SECONDS)
    return at - began > timedelta(seconds=SESSION_COOKIE_AGE) or at - seen > idle


def _touch(request: HttpRequest, at: datetime) -> None:
    seen = _moment(request.session.get(LAST_SEEN_AT))
    if BACKGROUND_HEADER not in request.headers and (seen is None or at - seen >= TOUCH_EVERY):
        request.session[LAST_SEEN_AT] = at.isoformat()


def _appointment(request: HttpRequest, person: Person, at: datetime) -> Appointment | None:
    """The post the session acts in. A new session takes the last one used; one whose post ended takes no other."""
    number = request.session.get(APPOINTMENT)
    if number is not None:
        return api.find_appointment(person, number, at=at)
    chosen = api.first_appointment(person, at=at)
    if chosen is not None:
        request.session[APPOINTMENT] = chosen.pk
    return chosen


def _subject(request: HttpRequest, appointment: Appointment, at: datetime) -> Subject:
    """Who acts, with the name of his organisation as it was when the session took the post."""
    if PLACE not in request.session:
        titles = organisations.titles([appointment.organisation], short=True)
        request.session[PLACE] = titles.get(appointment.organisation, "")
    return replace(api.subject_of(appointment, at=at), place=request.session[PLACE])


def _must_change(person: Person, at: datetime) -> bool:
    return person.must_change_password or password_profile().is_expired(person.password_changed_at, at)


def _is_forged(request: HttpRequest) -> bool:
    # Views of the API are exempt from Django's own check, because tokens need none; sessions do.
    return request.path.startswith(API_PREFIX) and check_csrf(request) is not None


def _is_always_open(request: HttpRequest) -> bool:
    match = request.resolver_match
    name = match.view_name if match else ""
    return name in _ALWAYS_OPEN or name.startswith("mfa_")


def _elsewhere(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A redirect that HTMX follows as a page, and not as a fragment into the middle of one."""
    if request.headers.get("HX-Request") != "true":
        return response
    return HttpResponse(headers={"HX-Redirect": response.headers["Location"]})


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
