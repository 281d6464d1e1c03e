"""The switches in the header: language and elder mode, kept in cookies of this browser."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from jutong.base.http import public
from jutong.ui.context import ELDER_COOKIE

YEAR_SECONDS = 31_536_000


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Show pages in another language (`language`: zh-hans or en) and go back to `next`."""
    response = _back(request)
    code = request.POST.get("language", "")
    if code in dict(settings.LANGUAGES) and check_for_language(code):
        _keep(request, response, settings.LANGUAGE_COOKIE_NAME, code)
    return response


@public
@require_POST
def elder(request: HttpRequest) -> HttpResponse:
    """Turn the elder mode (适老版) on or off (`elder`: 1 or 0) and go back to `next`."""
    response = _back(request)
    _keep(request, response, ELDER_COOKIE, "1" if request.POST.get("elder") == "1" else "0")
    return response


def _back(request: HttpRequest) -> HttpResponse:
    address = request.POST.get("next", "/")
    # Only our own pages: an address of another site in `next` would make us a stepping stone for phishing.
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        address = "/"
    return HttpResponseRedirect(address)


def _keep(request: HttpRequest, response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=YEAR_SECONDS, secure=request.is_secure(), httponly=True, samesite="Lax"
    )  # fmt: skip
