"""Readers for programs: follows, remarks with their answers, ratings, books, and the feed of what is new."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext
from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.kernel.codes.resource_code import MAX_DETAIL_LENGTH
from jutong.supply.catalogue import api as catalogue
from jutong.supply.readers import domain, models, queries
from jutong.supply.readers.services import books, feed, follows, ratings, remarks
from jutong.supply.readers.values import MOST_POINTS, BookScope, BookState, FollowKind, RemarkKind, RemarkState

router = Router(tags=["readers"])

_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_LINE = r"^[^\x00-\x1f\x7f]*$"
Text = Annotated[str, StringConstraints(pattern=_LINES, min_length=1, max_length=domain.MOST_TEXT)]
Line = Annotated[str, StringConstraints(pattern=_LINE, min_length=1, max_length=domain.MOST_REASON)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z/]{1,80}$"), Field(examples=["303001/1"])]
InClassification = Annotated[
    str, InPath(pattern=rf"^[123][0-9]{{5,{5 + MAX_DETAIL_LENGTH}}}$", description="分类码", examples=["303001"])
]
InSequence = Annotated[int, InPath(ge=1, le=999_999_999, description="顺序码", examples=[1])]
InRemark = Annotated[str, InPath(pattern=r"^PL[0-9]{8,16}$", examples=["PL2026000001"])]
InBook = Annotated[str, InPath(pattern=r"^HB[0-9]{8,16}$", examples=["HB2026000001"])]


# --- Follows ---------------------------------------------------------------------------------------------------------


class FollowIn(StrictSchema):
    """A resource, a department (credit code) or a class (classification code) to be told about."""

    kind: FollowKind
    code: Code


class FollowOut(Schema):
    """Something one follows."""

    kind: FollowKind
    code: str
    created_at: datetime


class FollowPage(Schema):
    """A page of what one follows."""

    total: int
    items: list[FollowOut]


class EndedOut(Schema):
    """Whether there was anything to end."""

    ended: bool


@router.get("/follows", response={200: FollowPage, **problems()}, summary="What I follow")
def list_follows(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """The newest first."""
    return page_of(queries.follows(request.subject), query)


@router.post("/follows", response={201: FollowOut, **problems(404, 409)}, summary="Follow something")
def follow(request: SubjectRequest, body: FollowIn) -> Any:
    """A notice comes when it is published, changed, stopped or withdrawn. Following again changes nothing."""
    return Status(201, follows.follow(kind=body.kind, code=body.code, by=request.subject, at=clock.now()))


@router.post("/follows/end", response={200: EndedOut, **problems()}, summary="Follow something no more")
def unfollow(request: SubjectRequest, body: FollowIn) -> Any:
    """Says whether it was followed."""
    return {"ended": follows.unfollow(kind=body.kind, code=body.code, by=request.subject, at=clock.now())}


# --- Remarks ---------------------------------------------------------------------------------------------------------


class SayIn(StrictSchema):
    """A comment, a question or a correction; a correction points to an element or, as `items.<column>`, an item."""

    kind: RemarkKind
    text: Text
    element: Annotated[str, StringConstraints(pattern=_LINE, max_length=80)] = ""


class AnswerToRemarkIn(StrictSchema):
    """The provider's answer."""

    text: Text


class HideIn(StrictSchema):
    """Why a remark is hidden."""

    reason: Line


class NothingToAddIn(StrictSchema):
    """No more is to be said."""


class RemarkOut(Schema):
    """A remark with its answer."""

    remark_no: str
    resource_code: str
    provider_uscc: str
    kind: RemarkKind
    state: RemarkState
    element: str
    text: str
    organisation: str = Field(description="Of who said it")
    at: datetime
    due_on: date | None
    answer: str
    answered_at: datetime | None
    hidden_reason: str


class RemarkPage(Schema):
    """A page of remarks."""

    total: int
    items: list[RemarkOut]


class RemarksQuery(PageQuery):
    """Of which kind, and where they stand."""

    kind: RemarkKind | None = None
    state: RemarkState | None = None


def _remark(row: models.Remark) -> dict[str, Any]:
    names = [name for name in RemarkOut.model_fields if name != "organisation"]
    return {**{name: getattr(row, name) for name in names}, "organisation": row.by.get("organisation", "")}


def _narrowed(rows: Any, query: RemarksQuery) -> Any:
    rows = rows.filter(kind=query.kind) if query.kind else rows
    return rows.filter(state=query.state) if query.state else rows


@router.get("/remarks", response={200: RemarkPage, **problems()}, summary="What is said of resources")
def list_remarks(request: SubjectRequest, query: Query[RemarksQuery]) -> dict[str, Any]:
    """Those one may see, the newest first."""
    return page_of(_narrowed(queries.remarks(request.subject), query), query, present=_remark)


@router.get("/remarks/{remark_no}", response={200: RemarkOut, **problems(404)}, auth=None, summary="One remark")
def get_remark(request: SubjectRequest, remark_no: InRemark) -> Any:
    """The public sees answered ones of resources open to society."""
    return _remark(queries.get_remark(remark_no, request.subject))


@router.get(
    "/resources/{classification}/{sequence}/remarks",
    response={200: RemarkPage, **problems(404)},
    auth=None,
    summary="What is said of a resource",
)
def list_remarks_on(
    request: SubjectRequest, classification: InClassification, sequence: InSequence, query: Query[RemarksQuery]
) -> dict[str, Any]:
    """The newest first."""
    code = catalogue.view_resource(f"{classification}/{sequence}", by=request.subject).code
    return page_of(_narrowed(queries.remarks_on(code, request.subject), query), query, present=_remark)


@router.post(
    "/resources/{classification}/{sequence}/remarks",
    response={201: RemarkOut, **problems(404, 409)},
    summary="Say something of a resource",
)
def make_remark(request: SubjectRequest, classification: InClassification, sequence: InSequence, body: SayIn) -> Any:
    """Questions and corrections are due an answer within the limit `readers.answer`."""
    row = remarks.make_remark(
        code=f"{classification}/{sequence}", **body.model_dump(), by=request.subject, at=clock.now()
    )
    return Status(201, _remark(row))


@router.post(
    "/remarks/{remark_no}/answer", response={200: RemarkOut, **problems(404, 409)}, summary="Answer as the provider"
)
def answer(request: SubjectRequest, remark_no: InRemark, body: AnswerToRemarkIn) -> Any:
    """A second answer takes the place of the first."""
    row = remarks.answer_remark(remark_no=remark_no, text=body.text, by=request.subject, at=clock.now())
    return _remark(row)


@router.post("/remarks/{remark_no}/hide", response={200: RemarkOut, **problems(404, 409)}, summary="Hide a remark")
def hide(request: SubjectRequest, remark_no: InRemark, body: HideIn) -> Any:
    """Its author, the provider and the bureau still see it, and why."""
    return _remark(remarks.hide_remark(remark_no=remark_no, reason=body.reason, by=request.subject, at=clock.now()))


@router.post(
    "/remarks/{remark_no}/show", response={200: RemarkOut, **problems(404, 409)}, summary="Show a hidden remark again"
)
def show(request: SubjectRequest, remark_no: InRemark, body: NothingToAddIn) -> Any:
    """It stands as before."""
    return _remark(remarks.show_remark(remark_no=remark_no, by=request.subject, at=clock.now()))


# --- Ratings ---------------------------------------------------------------------------------------------------------


class RatingIn(StrictSchema):
    """Points from 1 to 5."""

    points: int = Field(ge=1, le=MOST_POINTS)


class RatingOut(Schema):
    """What readers think of a resource, and one's own vote."""

    count: int
    mean: float | None
    own: int | None


def _rating(request: SubjectRequest, code: str) -> dict[str, Any]:
    found = queries.rating_of(code)
    return {"count": found.count, "mean": found.mean, "own": queries.own_rating(code, request.subject)}


@router.get(
    "/resources/{classification}/{sequence}/rating",
    response={200: RatingOut, **problems(404)},
    auth=None,
    summary="What readers think of a resource",
)
def get_rating(request: SubjectRequest, classification: InClassification, sequence: InSequence) -> Any:
    """The mean of all votes, one a person."""
    return _rating(request, catalogue.view_resource(f"{classification}/{sequence}", by=request.subject).code)


@router.put(
    "/resources/{classification}/{sequence}/rating",
    response={200: RatingOut, **problems(404, 409)},
    summary="Rate a resource",
)
def rate(request: SubjectRequest, classification: InClassification, sequence: InSequence, body: RatingIn) -> Any:
    """In place of the points given before. A department does not rate its own resources."""
    row = ratings.rate(code=f"{classification}/{sequence}", points=body.points, by=request.subject, at=clock.now())
    return _rating(request, row.resource_code)


@router.delete(
    "/resources/{classification}/{sequence}/rating",
    response={200: EndedOut, **problems(404)},
    summary="Take one's vote back",
)
def take_back(request: SubjectRequest, classification: InClassification, sequence: InSequence) -> Any:
    """Says whether there was one."""
    code = catalogue.view_resource(f"{classification}/{sequence}", by=request.subject).code
    return {"ended": ratings.take_back(code=code, by=request.subject, at=clock.now())}


# --- Books -----------------------------------------------------------------------------------------------------------


class BookIn(StrictSchema):
    """Which part of the catalogue: `code` names the city, department or class, `question` the search."""

    scope: BookScope
    code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{0,38}$")] = ""
    question: Annotated[str, StringConstraints(pattern=_LINE, max_length=1000)] = ""


class BookOut(Schema):
    """A book with its progress."""

    book_no: str
    scope: BookScope
    code: str
    question: str
    title: str
    state: BookState
    requested_at: datetime
    finished_at: datetime | None
    done: int
    total: int
    pages: int
    size_bytes: int
    digest: str
    error: str
    error_code: str


class BookPage(Schema):
    """A page of books."""

    total: int
    items: list[BookOut]


def _book(row: models.Book) -> dict[str, Any]:
    names = [name for name in BookOut.model_fields if name not in ("error", "error_code")]
    found: dict[str, Any] = {name: getattr(row, name) for name in names}
    kept = row.error or {}
    words = gettext(kept["message"]) if kept else ""
    found["error"] = words.format(**kept["details"]) if kept and kept["details"] else words
    found["error_code"] = kept.get("code", "")
    return found


@router.get("/books", response={200: BookPage, **problems()}, summary="My books")
def list_books(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """The newest first."""
    return page_of(queries.books(request.subject), query, present=_book)


@router.post("/books", response={202: BookOut, **problems(409)}, summary="Have a part of the catalogue bound")
def order_book(request: SubjectRequest, body: BookIn) -> Any:
    """The worker makes it; ask for the book to see how far it is."""
    row = books.order_book(**body.model_dump(), by=request.subject, at=clock.now())
    return Status(202, _book(row))


@router.get("/books/{book_no}", response={200: BookOut, **problems(404)}, summary="One book")
def get_book(request: SubjectRequest, book_no: InBook) -> Any:
    """With its progress."""
    return _book(queries.get_book(book_no, request.subject))


@router.delete("/books/{book_no}", response={204: None, **problems(404, 409)}, summary="Give a book up")
def discard_book(request: SubjectRequest, book_no: InBook) -> Any:
    """Its file is forgotten."""
    books.discard(book_no=book_no, by=request.subject, at=clock.now())
    return Status(204, None)


def _described(words: str, media_type: str) -> dict[str, Any]:
    return {"responses": {200: {"description": words, "content": {media_type: {"schema": {"type": "string"}}}}}}


@router.get(
    "/books/{book_no}/file",
    response=problems(404, 409),
    summary="The book's PDF",
    openapi_extra=_described("A PDF file", "application/pdf"),
)
def book_file(request: SubjectRequest, book_no: InBook) -> FileResponse:
    """With contents, bookmarks and two indexes."""
    ref, content = books.fetch(book_no=book_no, by=request.subject, at=clock.now())
    return FileResponse(content, as_attachment=True, filename=ref.name, content_type=ref.media_type)


# --- Feed ------------------------------------------------------------------------------------------------------------


@router.get(
    "/feed",
    response=problems(),
    auth=None,
    summary="The newest and changed resources",
    openapi_extra=_described("An Atom feed (RFC 4287)", feed.MEDIA_TYPE),
)
def get_feed(request: SubjectRequest) -> HttpResponse:
    """Published resources open to society, those published last first."""
    return HttpResponse(feed.atom(at=clock.now()), content_type=f"{feed.MEDIA_TYPE}; charset=utf-8")
