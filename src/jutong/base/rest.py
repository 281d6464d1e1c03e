"""Conventions of the REST faces: errors as problems, pages of lists, documented refusals."""

import json
import logging
from collections.abc import Sequence
from enum import Enum
from functools import cache
from typing import Any

import psycopg
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as RequestInvalid
from ninja.operation import Operation
from ninja.renderers import JSONRenderer
from pydantic import ConfigDict, Field

from jutong.kernel.errors import ErrorKind, JutongError, NotSignedIn, WrittenMeanwhile
from jutong.kernel.text import N_

logger = logging.getLogger(__name__)

STATUS_BY_KIND = {
    ErrorKind.INVALID: 422,
    ErrorKind.DENIED: 403,
    ErrorKind.MISSING: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.UNAVAILABLE: 503,
    ErrorKind.FAULT: 500,
}


class Problem(Schema):
    """An error: `code` for programs, `message` for people, `field` at fault, `details` to act on."""

    code: str
    message: str
    field: str | None = None
    details: dict[str, Any] = Field(default_factory=dict)


@cache
def _answer(declared: Any) -> type[Schema] | None:
    """One model for all operations that declare the same answer.

    ninja would make one for each status of each operation, and most of those are problems: making 1,800 models took
    more than half of the time in which the API is put together, at each start of each process that serves it.
    """
    if declared is None:
        return None
    return type("NinjaResponseSchema", (Schema,), {"__annotations__": {"response": declared}})


Operation._create_response_model = lambda _, declared: _answer(declared)  # type: ignore[assignment, method-assign]


class StrictSchema(Schema):
    """A body in which an unknown field is an error and not a silent loss."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(Schema):
    """Which part of a list: `limit` rows from `offset`."""

    limit: int = Field(50, ge=1, le=500)
    offset: int = Field(0, ge=0, le=1_000_000)


class ReadableRenderer(JSONRenderer):
    """JSON that people can read in a terminal: Chinese stands as it is, not as escapes."""

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        try:
            return json.dumps(data, cls=self.encoder_class, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            # Half a character, echoed from what was sent, has no UTF-8.
            return json.dumps(data, cls=self.encoder_class).encode()


def problems(*statuses: int) -> dict[int, type[Problem]]:
    """The documented refusals of an operation; those every operation has are always among them."""
    return dict.fromkeys((400, 401, 403, 422, 503, *statuses), Problem)


def page_of(rows: QuerySet[Any] | Sequence[Any], query: PageQuery, *, present: Any = None) -> dict[str, Any]:
    """A page of a list: total, and the rows in `items`, each passed through `present` where given."""
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    part = rows[query.offset : query.offset + query.limit]
    return {"total": total, "items": [present(row) for row in part] if present else list(part)}


def problem_response(api: NinjaAPI, request: HttpRequest, error: JutongError) -> HttpResponse:
    status = 401 if isinstance(error, NotSignedIn) else STATUS_BY_KIND[error.kind]
    return api.create_response(request, problem_of(error), status=status)


def problem_of(error: JutongError) -> dict[str, Any]:
    """The body of an error in the request's language."""
    details = {name: _plain(value) for name, value in error.details.items()}
    return {"code": error.code, "message": error.words(gettext), "field": error.field, "details": details}


def clash_of(error: Exception) -> WrittenMeanwhile | None:
    """What to tell the later of two people who wrote what there may be only one of.

    Services ask first whether a thing is there, and say so in words of their own; between the question and the
    writing another may come, and then only the database knows.
    """
    if not isinstance(error, IntegrityError) or not isinstance(error.__cause__, psycopg.errors.UniqueViolation):
        return None
    logger.warning("two wrote the same: %s", error.__cause__.diag.constraint_name)
    return WrittenMeanwhile()


def plug_errors(api: NinjaAPI) -> None:
    """Have an API answer every error in one shape."""

    @api.exception_handler(IntegrityError)
    def on_integrity_error(request: HttpRequest, error: IntegrityError) -> HttpResponse:
        if clash := clash_of(error):
            return problem_response(api, request, clash)
        raise error

    @api.exception_handler(JutongError)
    def on_jutong_error(request: HttpRequest, error: JutongError) -> HttpResponse:
        return problem_response(api, request, error)

    @api.exception_handler(AuthenticationError)
    def on_unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return problem_response(api, request, NotSignedIn())

    @api.exception_handler(RequestInvalid)
    def on_invalid(request: HttpRequest, error: RequestInvalid) -> HttpResponse:
        first = error.errors[0] if error.errors else {}
        field = ".".join(str(part) for part in first.get("loc", ()) if part not in {"body", "query", "path"})
        body = {
            "code": "request_invalid",
            "message": gettext(N_("请求内容不符合接口说明，请按 details 中逐项指出的位置修改后重试。")),
            "field": field or None,
            "details": {
                "errors": [{"at": [str(p) for p in e.get("loc", ())], "reason": e.get("msg", "")} for e in error.errors]
            },
        }
        return api.create_response(request, body, status=422)

    @api.exception_handler(HttpError)
    def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        body: dict[str, Any] = {"code": "request_unreadable", "message": str(error), "field": None, "details": {}}
        return api.create_response(request, body, status=error.status_code)


def _plain(value: Any) -> Any:
    if isinstance(value, JutongError):
        return problem_of(value)
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, Enum):
        return value.value
    return value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else str(value)
