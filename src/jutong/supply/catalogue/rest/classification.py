"""The classification tree."""

from typing import Annotated, Any

from ninja import Path as InPath
from ninja import Query, Schema, Status
from pydantic import Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import StrictSchema, problems
from jutong.kernel import clock
from jutong.supply.catalogue import domain, queries, services
from jutong.supply.catalogue.rest.base import ClassificationText, line, router


class NodeOut(Schema):
    """A node of the classification tree."""

    code: str
    name: str
    grade: int = Field(description="1 类, 2 项, 3 目, 4 细目")
    owner_uscc: str


class NodeIn(StrictSchema):
    """A node to add; the one above must be there."""

    code: ClassificationText
    name: Annotated[str, line(100)]
    owner_uscc: Annotated[str, StringConstraints(pattern=r"^([0-9A-Z]{18})?$")] = ""


class TreeQuery(StrictSchema):
    """The node whose children are asked for; the classes where none is given."""

    parent: ClassificationText = ""


@router.get(
    "/classifications", response={200: list[NodeOut], **problems(404)}, summary="Nodes of the classification tree"
)
def classifications(request: SubjectRequest, query: Query[TreeQuery]) -> Any:
    """The nodes right below one. Guide 5.3.1."""
    if query.parent and not queries.classification_path(query.parent):
        raise domain.NoSuchClassification(classification=query.parent)
    return list(queries.classifications(query.parent))


@router.post("/classifications", response={201: NodeOut, **problems(404, 409)}, summary="Add a node to the tree")
def add_classification(request: SubjectRequest, body: NodeIn) -> Any:
    """Add a section or detail. For the bureau's reviewers."""
    node = services.add_classification(**body.model_dump(), by=request.subject, at=clock.now())
    return Status(201, node)


@router.put("/sections/{uscc}", response={200: NodeOut, **problems(404)}, summary="A department's own section")
def section(request: SubjectRequest, uscc: Annotated[str, InPath(pattern=r"^[0-9A-Z]{18}$")]) -> Any:
    """The section (目) in which a department compiles, made when it has none yet."""
    code = services.open_section(provider_uscc=uscc, by=request.subject, at=clock.now())
    return queries.classification_path(code)[-1]
