"""Resources and their versions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from django.utils.translation import gettext
from ninja import Query, Schema, Status
from pydantic import Field

from jutong.base.http import SubjectRequest
from jutong.base.rest import StrictSchema, problems
from jutong.kernel import clock
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, queries, services
from jutong.supply.catalogue.rest.base import InClassification, InSequence, InVersion, line, router
from jutong.supply.catalogue.rest.bodies import ContentBody
from jutong.supply.catalogue.rest.drafts import DraftOut, draft_out
from jutong.supply.catalogue.values import (
    Content,
    ResourceState,
)


class ResourceOut(Schema):
    """A resource as its last published version says it."""

    code: str
    version: int
    state: ResourceState
    published_on: date | None
    mounted_at: datetime | None
    provider_title: str
    classification_path: list[str]
    other_codes: list[str] = Field(description="关联资源代码：在其他分类下的代码")
    withdrawn_on: date | None
    replaced_by: str
    completeness: int = Field(description="元数据完整度，0–100")
    content: ContentBody


class VersionOut(Schema):
    """A published version of a resource."""

    number: int
    published_at: datetime
    digest: str
    draft_no: str
    case_no: str


class DifferenceOut(Schema):
    """One difference: the element, the part of it, what became of it, and what it said before and after."""

    element: str
    kind: domain.DifferenceKind
    part: str
    detail: str
    before: Any = None
    after: Any = None


class VersionContentOut(VersionOut):
    """A published version with its content, and in what it differs from the one before."""

    content: ContentBody
    changed: list[str]
    differences: list[DifferenceOut]


class MatchedItemsOut(Schema):
    """An item of one resource and its like in the other, by their columns, and the properties in which they differ."""

    one: str | None
    other: str | None
    kind: domain.MatchKind
    differing: list[str]


class AdviceOut(Schema):
    """What would make an entry better, in which field, and the points it is worth; `items` are titles concerned."""

    advice: str
    field: str
    points: float
    items: list[str]


class CompletenessOut(Schema):
    """How fully an entry is described, 0 to 100, with advice, the most useful first."""

    points: int
    advice: list[AdviceOut]


class ComparisonQuery(StrictSchema):
    """Two resources by their codes."""

    a: Annotated[str, line(80), Field(min_length=1)]
    b: Annotated[str, line(80), Field(min_length=1)]


@router.get(
    "/resources/{classification}/{sequence}",
    response={200: ResourceOut, **problems(404)},
    auth=None,
    summary="One resource",
)
def resource(request: SubjectRequest, classification: InClassification, sequence: InSequence) -> dict[str, Any]:
    """The 13 core elements and the data items, as last published."""
    return _resource_out(queries.view_resource_row(f"{classification}/{sequence}", request.subject))


@router.get(
    "/resources/{classification}/{sequence}/completeness",
    response={200: CompletenessOut, **problems(404)},
    auth=None,
    summary="How fully a resource is described",
)
def get_completeness(request: SubjectRequest, classification: InClassification, sequence: InSequence) -> dict[str, Any]:
    """Beyond what an entry must hold (our default)."""
    found = domain.completeness(queries.view_resource(f"{classification}/{sequence}", request.subject).content)
    advice = [
        {"advice": gettext(each.text), "field": each.field, "points": round(each.points, 1), "items": list(each.items)}
        for each in found.advice
    ]
    return {"points": found.points, "advice": advice}


@router.get(
    "/resources/{classification}/{sequence}/versions",
    response={200: list[VersionOut], **problems(404)},
    auth=None,
    summary="Published versions of a resource",
)
def versions(request: SubjectRequest, classification: InClassification, sequence: InSequence) -> Any:
    """The newest first."""
    row = queries.view_resource_row(f"{classification}/{sequence}", request.subject)
    return list(queries.versions(row.code))


@router.get(
    "/resources/{classification}/{sequence}/versions/{number}",
    response={200: VersionContentOut, **problems(404)},
    auth=None,
    summary="One published version",
)
def version(
    request: SubjectRequest, classification: InClassification, sequence: InSequence, number: InVersion
) -> dict[str, Any]:
    """What that version said, and in which elements it differs from the one before."""
    code = queries.view_resource_row(f"{classification}/{sequence}", request.subject).code
    row = queries.get_version_row(code, number)
    before = queries.get_version(code, number - 1) if number > 1 else None
    content = Content.from_json(row.content)
    return {
        **{name: getattr(row, name) for name in VersionOut.model_fields},
        "content": content.to_json(),
        "changed": list(domain.differences(before, content)) if before else [],
        "differences": _differences(before, content) if before else [],
    }


@router.post(
    "/resources/{classification}/{sequence}/versions/{number}/restoration",
    response={201: DraftOut, **problems(404, 409)},
    summary="Begin the next version with what an earlier one said",
)
def restore_version(
    request: SubjectRequest, classification: InClassification, sequence: InSequence, number: InVersion
) -> Any:
    """A draft with that version's content; class and provider stay those of today, and it goes through review."""
    draft_no = services.restore_version(
        code=f"{classification}/{sequence}", number=number, by=request.subject, at=clock.now()
    )
    return Status(201, draft_out(queries.view_draft_row(draft_no, request.subject)))


@router.get(
    "/comparison", response={200: list[DifferenceOut], **problems(404)}, auth=None, summary="Compare two resources"
)
def compare(request: SubjectRequest, query: Query[ComparisonQuery]) -> Any:
    """Element by element and item by item, as their last published versions say."""
    one, other = (queries.view_resource(code, request.subject) for code in (query.a, query.b))
    return _differences(one.content, other.content)


@router.get(
    "/comparison/items",
    response={200: list[MatchedItemsOut], **problems(404)},
    auth=None,
    summary="Data items of two resources that mean the same",
)
def compare_items(request: SubjectRequest, query: Query[ComparisonQuery]) -> Any:
    """Matched by column, by title or by synonyms; what differs first, then what only one has."""
    one, other = (queries.view_resource(code, request.subject) for code in (query.a, query.b))
    return [
        {
            "one": match.one.column_name if match.one else None,
            "other": match.other.column_name if match.other else None,
            "kind": match.kind,
            "differing": list(match.differing),
        }
        for match in domain.matched_items(one.content, other.content, queries.same_name())
    ]


@router.post(
    "/resources/{classification}/{sequence}/revisions",
    response={201: DraftOut, **problems(404, 409)},
    summary="Begin the next version of a resource",
)
def start_revision(request: SubjectRequest, classification: InClassification, sequence: InSequence) -> Any:
    """A draft with the present content; it goes through the same review, and the code stays. Guide 6.2.10."""
    code = f"{classification}/{sequence}"
    draft_no = services.start_revision(code=code, by=request.subject, at=clock.now())
    return Status(201, draft_out(queries.view_draft_row(draft_no, request.subject)))


def _resource_out(row: models.Resource) -> dict[str, Any]:
    value = queries.resource_of(row)
    return {
        "code": value.code,
        "version": value.version,
        "state": value.state,
        "published_on": value.published_on,
        "mounted_at": value.mounted_at,
        "provider_title": organisations.titles([value.provider_uscc]).get(value.provider_uscc, ""),
        "classification_path": _names(queries.classification_path(value.content.classification)),
        "other_codes": [each.code for each in queries.other_codes(row)],
        "withdrawn_on": row.withdrawn_on,
        "replaced_by": row.replaced_by,
        "completeness": domain.completeness(value.content).points,
        "content": value.content.to_json(),
    }


def _differences(before: Content, after: Content) -> list[dict[str, Any]]:
    return [
        {name: getattr(each, name) for name in DifferenceOut.model_fields} for each in domain.compare(before, after)
    ]


def _names(path: Sequence[models.Classification]) -> list[str]:
    return [node.name for node in path]
