"""The API of the platform: every room's REST face under /api/v1, one description, one shape of errors."""

from importlib import import_module

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import server_error
from ninja import NinjaAPI

from jutong.base.http import public
from jutong.base.middleware import API_PREFIX
from jutong.base.rest import ReadableRenderer, plug_errors, problem_response
from jutong.config.rooms import label, with_module
from jutong.kernel.errors import ErrorKind, JutongError, PlatformFault
from jutong.kernel.text import N_

DESCRIPTION = """
Everything a page does can be done here. Sign in with `Authorization: Bearer <token>`; a token acts for one person in
one post. Errors are `{code, message, field, details}`; `code` is stable, `message` follows `Accept-Language`.
"""


def build_api() -> NinjaAPI:
    """The API with every room's router mounted under the room's name."""
    from jutong.registry.accounts.auth import API_AUTH

    api = NinjaAPI(
        title="聚通 Jutong API",
        version="1.0",
        description=DESCRIPTION,
        urls_namespace="api",
        auth=API_AUTH,
        docs_url="/docs",
        openapi_url="/openapi.json",
        servers=[{"url": settings.JUTONG_BASE_URL}],
        renderer=ReadableRenderer(),
    )
    plug_errors(api)
    for room in with_module("rest"):
        api.add_router(f"/{label(room)}", import_module(f"{room}.rest").router)
    return api


api = build_api()


class AddressUnknown(JutongError):
    """No operation of the API has this address."""

    message = N_("接口中没有这个地址；全部地址见 /api/v1/openapi.json。")
    kind = ErrorKind.MISSING


def failure(request: HttpRequest) -> HttpResponse:
    """A fault of the platform: a page for people, an error in the shape of all errors for programs."""
    if request.path.startswith(API_PREFIX):
        return problem_response(api, request, PlatformFault())
    return server_error(request)


@csrf_exempt
@public
def unknown_address(request: HttpRequest) -> HttpResponse:
    """Programs that miss an address are answered in the shape of all errors, not with a page."""
    return problem_response(api, request, AddressUnknown())
