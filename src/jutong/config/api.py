"""The API of the platform: every room's REST face under /api/v1, one description, one shape of errors."""

from importlib import import_module

from django.conf import settings
from ninja import NinjaAPI

from jutong.base.rest import plug_errors
from jutong.config.rooms import label, with_module

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
    )
    plug_errors(api)
    for room in with_module("rest"):
        api.add_router(f"/{label(room)}", import_module(f"{room}.rest").router)
    return api


api = build_api()
