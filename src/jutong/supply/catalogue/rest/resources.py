"""Resources and their versions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from ninja import Schema, Status

from jutong.base.http import SubjectRequest
from jutong.base.rest import problems
from jutong.kernel import clock
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, queries, services
from jutong.supply.catalogue.rest.base import InClassification, InSequence, InVersion, router
from jutong.supply.catalogue.rest.bodies import ContentBody
from jutong.supply.catalogue.rest.drafts import DraftOut, draft_out
from jutong.supply.catalogue.values import (
    Content,
    Resource,
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
    content: ContentBody


class VersionOut(Schema):
    """A published version of a resource."""

    number: int
    published_at: datetime
    digest: str
    draft_no: str
    case_no: str


class VersionContentOut(VersionOut):
    """A published version with its content, and the elements in which it differs from the one before."""

    content: ContentBody
    changed: list[str]


@router.get(
    "/resources/{classification}/{sequence}",
    response={200: ResourceOut, **problems(404)},
    auth=None,
    summary="One resource",
)
def resource(request: SubjectRequest, classification: InClassification, sequence: InSequence) -> dict[str, Any]:
    """The 13 core elements and the data items, as last published."""
    return _resource_out(queries.view_resource(f"{classification}/{sequence}", request.subject))


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
    }


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


def _resource_out(value: Resource) -> dict[str, Any]:
    return {
        "code": value.code,
        "version": value.version,
        "state": value.state,
        "published_on": value.published_on,
        "mounted_at": value.mounted_at,
        "provider_title": organisations.titles([value.provider_uscc]).get(value.provider_uscc, ""),
        "classification_path": _names(queries.classification_path(value.content.classification)),
        "content": value.content.to_json(),
    }


def _names(path: Sequence[models.Classification]) -> list[str]:
    return [node.name for node in path]
