"""Refusals of buttons: told above the page from which they were pressed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from jutong.base.http import SubjectRequest
from jutong.kernel.errors import ErrorKind, JutongError

View = Callable[..., HttpResponse]


def told(view: View) -> View:
    """Have what stands in the way of a button told on the page it stands on; refused rights stay refusals."""

    @wraps(view)
    def wrapped(request: SubjectRequest, **arguments: Any) -> HttpResponse:
        try:
            return view(request, **arguments)
        except JutongError as error:
            if error.kind not in {ErrorKind.INVALID, ErrorKind.CONFLICT}:
                raise
            messages.error(request, error.words(_))
            return redirect(request.META.get("HTTP_REFERER") or "accounts:me") if _from_here(request) else redirect("/")

    return wrapped


def _from_here(request: SubjectRequest) -> bool:
    from django.utils.http import url_has_allowed_host_and_scheme

    return url_has_allowed_host_and_scheme(request.META.get("HTTP_REFERER", ""), {request.get_host()})
