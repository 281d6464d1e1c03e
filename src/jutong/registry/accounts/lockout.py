"""How failed sign-ins are counted: nobody guesses for long, and nobody can lock somebody else out.

An address from which the account signed in before has a count of its own. All other addresses together share one, so
that fifty of them guess no more than one: five failures in a quarter of an hour, twenty an hour.
"""

from datetime import timedelta
from typing import Any

from axes.models import AccessLog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jutong.kernel import clock
from jutong.registry.accounts.setup import AXES_COOLOFF_TIME

KNOWN_FOR = timedelta(days=90)


def login_name_of(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str | None:
    """The login name somebody tries to sign in with, as it is stored."""
    given = (credentials or {}).get("username")
    if given is None and request is not None:
        given = request.POST.get("login")
    return str(given).strip().lower()[:64] if given else None


def counted_by(attempt: Any, credentials: dict[str, Any] | None = None) -> list[Any]:
    """By account and address where the address is known for the account, else by account alone."""
    if isinstance(attempt, HttpRequest):
        login_name = login_name_of(attempt, credentials)
        address = getattr(attempt, "axes_ip_address", None)
    else:
        login_name, address = attempt.username, attempt.ip_address
    if login_name and address and _is_known(login_name, address):
        return [["username", "ip_address"]]
    return ["username"]


def refuse(request: HttpRequest, *_: Any) -> HttpResponse:
    """The page for somebody who must wait."""
    minutes = int(AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "accounts/locked.html", {"minutes": minutes}, status=429)


def _is_known(login_name: str, address: str) -> bool:
    since = clock.now() - KNOWN_FOR
    return AccessLog.objects.filter(username=login_name, ip_address=address, attempt_time__gte=since).exists()
