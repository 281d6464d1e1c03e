"""The REST face: one's own notices."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from django.utils.translation import gettext
from ninja import Path as InPath
from ninja import Query, Router, Schema
from pydantic import Field

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, page_of, problems
from jutong.foundation.notices import queries, services
from jutong.foundation.notices.domain import in_words
from jutong.foundation.notices.models import Notice
from jutong.foundation.notices.policy import READ_NOTICES
from jutong.kernel import clock
from jutong.kernel.policy import Facts, Relation

router = Router(tags=["notices"])

NoticeId = Annotated[int, InPath(ge=1, le=2**63 - 1)]


class NoticeOut(Schema):
    """A notice in the language of the request."""

    id: int
    kind: str
    title: str
    body: str
    link: str
    at: datetime
    read_at: datetime | None


class NoticePage(Schema):
    """A page of one's notices, newest first."""

    total: int
    items: list[NoticeOut]


class Unread(Schema):
    """How many notices are unread."""

    unread: int


class Marked(Schema):
    """How many notices were marked as read."""

    marked: int


class NoticeQuery(PageQuery):
    """Which notices: unread ones only, those of a room or kind."""

    unread_only: bool = False
    kind: str = Field("", pattern=r"^[a-z_.]{0,64}$")


@router.get("/", response={200: NoticePage, **problems()}, summary="My notices")
def inbox(request: SubjectRequest, query: Query[NoticeQuery]) -> dict[str, Any]:
    """One's own notices, newest first."""
    _require_person(request)
    rows = queries.inbox(request.subject, unread_only=query.unread_only, kind=query.kind)
    return page_of(rows, query, present=_present)


@router.get("/unread", response={200: Unread, **problems()}, summary="How many are unread")
def unread(request: SubjectRequest) -> dict[str, int]:
    """The count on the bell."""
    _require_person(request)
    return {"unread": queries.unread(request.subject)}


@router.post("/read", response={200: Marked, **problems()}, summary="Mark all as read")
def read_all(request: SubjectRequest) -> dict[str, int]:
    """Mark every notice of one's own as read."""
    _require_person(request)
    return {"marked": services.mark_all_read(by=request.subject, at=clock.now())}


@router.post("/{notice_id}/read", response={200: NoticeOut, **problems(404)}, summary="Mark one as read")
def read_one(request: SubjectRequest, notice_id: NoticeId) -> Mapping[str, Any]:
    """Mark a notice as read; doing it again changes nothing."""
    return _present(services.mark_read(notice_id, by=request.subject, at=clock.now()))


def _require_person(request: SubjectRequest) -> None:
    require(request.subject, READ_NOTICES, Facts({Relation.SELF: request.subject.person_no}))


def _present(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "kind": notice.kind,
        "title": in_words(notice.title, notice.parameters, gettext),
        "body": in_words(notice.body, notice.parameters, gettext),
        "link": notice.link,
        "at": notice.at,
        "read_at": notice.read_at,
    }
