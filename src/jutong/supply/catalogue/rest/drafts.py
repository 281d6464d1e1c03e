"""Drafts and their way to publication."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Query, Schema, Status
from pydantic import Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.supply.catalogue import models, queries, services
from jutong.supply.catalogue.rest.base import LINES, InDraft, router
from jutong.supply.catalogue.rest.bodies import ContentBody
from jutong.supply.catalogue.values import (
    DraftState,
)


class DraftRow(Schema):
    """A draft in a list."""

    draft_no: str
    title: str
    provider_uscc: str
    state: DraftState
    code: str
    case_no: str
    edition: int
    changed_at: datetime


class DraftOut(DraftRow):
    """A draft with its content."""

    content: ContentBody


class DraftPage(Schema):
    """A page of drafts."""

    total: int
    items: list[DraftRow]


class DraftIn(StrictSchema):
    """A draft's new text; with `edition`, only over the edition that was read."""

    content: ContentBody
    edition: int | None = Field(None, ge=1, le=2_000_000_000)


class GapOut(Schema):
    """One thing an entry lacks: stable code, path of the field, and words."""

    code: str
    field: str | None
    message: str
    details: dict[str, Any]


class DraftCaseOut(Schema):
    """The case that carries the draft through review."""

    draft_no: str
    case_no: str
    state: DraftState


class CodeOut(Schema):
    """The resource a draft became or is about."""

    draft_no: str
    code: str
    state: DraftState


class DecisionIn(StrictSchema):
    """The bureau's decision on a submitted draft; a return says what must be mended."""

    decision: Literal["approve", "return"]
    remark: Annotated[str, StringConstraints(pattern=LINES, max_length=2_000)] = ""


class RemarkIn(StrictSchema):
    """A remark that goes with a step."""

    remark: Annotated[str, StringConstraints(pattern=LINES, max_length=2_000)] = ""


class DraftsQuery(PageQuery):
    """Which drafts: `open` leaves out those published or discarded."""

    open: bool = False


@router.get("/drafts", response={200: DraftPage, **problems()}, summary="Drafts I may see")
def drafts(request: SubjectRequest, query: Query[DraftsQuery]) -> dict[str, Any]:
    """One's own department's, and for the bureau those submitted; the last changed first."""
    return page_of(queries.drafts(request.subject, open_only=query.open), query, present=_draft_row)


@router.post("/drafts", response={201: DraftOut, **problems(404)}, summary="Begin an entry")
def create_draft(request: SubjectRequest, body: ContentBody) -> Any:
    """For the provider's data steward. Gaps may stay; an empty classification becomes the department's section."""
    draft_no = services.create_draft(content=body.value(), by=request.subject, at=clock.now())
    return Status(201, draft_out(queries.view_draft_row(draft_no, request.subject)))


@router.get("/drafts/{draft_no}", response={200: DraftOut, **problems(404)}, summary="One draft")
def draft(request: SubjectRequest, draft_no: InDraft) -> dict[str, Any]:
    """A draft with its content."""
    return draft_out(queries.view_draft_row(draft_no, request.subject))


@router.put("/drafts/{draft_no}", response={200: DraftOut, **problems(404, 409)}, summary="Save a draft's new text")
def update_draft(request: SubjectRequest, draft_no: InDraft, body: DraftIn) -> dict[str, Any]:
    """The whole content; what is left out becomes empty."""
    services.update_draft(
        draft_no=draft_no, content=body.content.value(), edition=body.edition, by=request.subject, at=clock.now()
    )
    return draft_out(queries.view_draft_row(draft_no, request.subject))


@router.delete("/drafts/{draft_no}", response={200: DraftRow, **problems(404, 409)}, summary="Give up a draft")
def discard_draft(request: SubjectRequest, draft_no: InDraft) -> dict[str, Any]:
    """Only before its first submission; the number is not used again."""
    services.discard_draft(draft_no=draft_no, by=request.subject, at=clock.now())
    return _draft_row(queries.view_draft_row(draft_no, request.subject))


@router.get("/drafts/{draft_no}/gaps", response={200: list[GapOut], **problems(404)}, summary="What a draft lacks")
def gaps(request: SubjectRequest, draft_no: InDraft) -> Any:
    """Everything that keeps the draft from being submitted today, field by field."""
    from jutong.base.rest import problem_of

    row = queries.view_draft_row(draft_no, request.subject)
    return [problem_of(gap) for gap in services.gaps_of(row, on=clock.local_day(clock.now()))]


@router.post(
    "/drafts/{draft_no}/submission",
    response={200: DraftCaseOut, **problems(404, 409)},
    summary="Submit a draft for review",
)
def submit(request: SubjectRequest, draft_no: InDraft, body: RemarkIn) -> dict[str, Any]:
    """目录报送. Refused with every gap at once while there are any."""
    case_no = services.submit(draft_no=draft_no, remark=body.remark, by=request.subject, at=clock.now())
    return {"draft_no": draft_no, "case_no": case_no, "state": queries.get_draft_row(draft_no).state}


@router.post(
    "/drafts/{draft_no}/decision", response={200: CodeOut, **problems(404, 409)}, summary="Approve or return a draft"
)
def decide(request: SubjectRequest, draft_no: InDraft, body: DecisionIn) -> dict[str, Any]:
    """目录审核. Approval issues the code; a return needs a remark. For the bureau's reviewers."""
    act = services.approve if body.decision == "approve" else services.return_draft
    act(draft_no=draft_no, remark=body.remark, by=request.subject, at=clock.now())
    return _code_out(draft_no)


@router.post(
    "/drafts/{draft_no}/publication", response={200: CodeOut, **problems(404, 409)}, summary="Publish an approved draft"
)
def publish(request: SubjectRequest, draft_no: InDraft, body: RemarkIn) -> dict[str, Any]:
    """目录发布: the draft becomes the resource's next version. For the bureau's reviewers."""
    services.publish(draft_no=draft_no, remark=body.remark, by=request.subject, at=clock.now())
    return _code_out(draft_no)


def _draft_row(row: models.Draft) -> dict[str, Any]:
    return {
        "draft_no": row.draft_no,
        "title": row.title,
        "provider_uscc": row.provider_uscc,
        "state": row.state,
        "code": row.resource.code if row.resource else "",
        "case_no": row.case_no,
        "edition": row.edition,
        "changed_at": row.changed_at,
    }


def draft_out(row: models.Draft) -> dict[str, Any]:
    return {**_draft_row(row), "content": queries.content_of_draft(row).to_json()}


def _code_out(draft_no: str) -> dict[str, Any]:
    row = queries.get_draft_row(draft_no)
    return {"draft_no": draft_no, "code": row.resource.code if row.resource else "", "state": row.state}
