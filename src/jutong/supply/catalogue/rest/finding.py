"""Suggestions, saved searches, synonyms, and resources like one."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Path as InPath
from ninja import Query, Schema, Status
from pydantic import Field

from jutong.base.http import SubjectRequest
from jutong.base.rest import StrictSchema, problems
from jutong.kernel import clock
from jutong.supply.catalogue import queries, services
from jutong.supply.catalogue.rest.base import InClassification, InSequence, Short, Title, line, router

InNumber = Annotated[int, InPath(ge=1, le=2_000_000_000)]


class SuggestIn(StrictSchema):
    """What was typed so far: characters, pinyin or initials."""

    q: Annotated[str, line(100)] = ""


class SavedSearchIn(StrictSchema):
    """A question in the writing of the catalogue page's address, such as `q=社保&sharing_type=1`."""

    question: Annotated[str, line(1000)]
    title: Title = ""


class SavedSearchOut(Schema):
    """A question somebody keeps."""

    id: int
    title: str
    question: str
    created_at: datetime
    told_until: datetime


class SynonymsIn(StrictSchema):
    """Words that count as one another, two at least."""

    words: list[Short] = Field(max_length=40)


class SynonymsOut(Schema):
    """A group of synonyms; `id` is null for those the platform comes with."""

    id: int | None
    words: list[str]


class SimilarOut(Schema):
    """A resource that is like another; `likeness` from 0 to 1."""

    code: str
    title: str
    provider_uscc: str
    likeness: float


@router.get(
    "/suggestions", response={200: list[str], **problems()}, auth=None, summary="Words and titles to search for"
)
def suggestions(request: SubjectRequest, query: Query[SuggestIn]) -> Any:
    """Names of items and titles of resources that begin with or hold what was typed, and that something answers."""
    return queries.suggestions(request.subject, query.q)


@router.get(
    "/resources/{classification}/{sequence}/similar",
    response={200: list[SimilarOut], **problems(404)},
    auth=None,
    summary="Resources like one",
)
def similar(request: SubjectRequest, classification: InClassification, sequence: InSequence) -> Any:
    """Those that share its rare words, the most alike first."""
    return [
        {"code": row.code, "title": row.title, "provider_uscc": row.provider_uscc, "likeness": round(likeness, 3)}
        for row, likeness in queries.similar(f"{classification}/{sequence}", request.subject)
    ]


@router.get("/saved-searches", response={200: list[SavedSearchOut], **problems()}, summary="One's own saved searches")
def saved_searches(request: SubjectRequest) -> Any:
    """The newest first."""
    return list(queries.saved_searches(request.subject))


@router.post("/saved-searches", response={201: SavedSearchOut, **problems(409)}, summary="Keep a search")
def save_search(request: SubjectRequest, body: SavedSearchIn) -> Any:
    """Whoever keeps a search gets a notice when something is published that answers it."""
    return Status(201, services.save_search(**body.model_dump(), by=request.subject, at=clock.now()))


@router.delete("/saved-searches/{saved_no}", response={204: None, **problems(404)}, summary="Give a saved search up")
def forget_search(request: SubjectRequest, saved_no: InNumber) -> Any:
    """No more notices for it."""
    services.forget_search(saved_no=saved_no, by=request.subject, at=clock.now())
    return Status(204, None)


@router.get("/synonyms", response={200: list[SynonymsOut], **problems()}, auth=None, summary="Words that count as one")
def synonyms(request: SubjectRequest) -> Any:
    """The bureau's own groups first, then those the platform comes with."""
    own = [{"id": row.pk, "words": row.words} for row in queries.own_groups()]
    return own + [{"id": None, "words": list(group)} for group in queries.pack_groups()]


@router.post("/synonyms", response={201: SynonymsOut, **problems()}, summary="Add synonyms")
def add_synonyms(request: SubjectRequest, body: SynonymsIn) -> Any:
    """For the bureau's reviewers; every search uses them at once."""
    row = services.add_synonyms(words=body.words, by=request.subject, at=clock.now())
    return Status(201, {"id": row.pk, "words": row.words})


@router.delete("/synonyms/{group_no}", response={204: None, **problems(404)}, summary="Take synonyms away")
def remove_synonyms(request: SubjectRequest, group_no: InNumber) -> Any:
    """Only groups the bureau added."""
    services.remove_synonyms(group_no=group_no, by=request.subject, at=clock.now())
    return Status(204, None)
