"""The classification tree."""

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Path as InPath
from ninja import Query, Schema, Status
from pydantic import Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import StrictSchema, problems
from jutong.kernel import clock
from jutong.kernel.codes.resource_code import MAX_DETAIL_LENGTH
from jutong.supply.catalogue import domain, queries, services
from jutong.supply.catalogue.rest.base import ClassificationText, line, router


class NodeOut(Schema):
    """A node of the classification tree."""

    code: str
    name: str
    grade: int = Field(description="1 类, 2 项, 3 目, 4 细目")
    owner_uscc: str
    closed_on: date | None = Field(None, description="停用日期；停用后不再编入新资源")


class ClassificationNameOut(Schema):
    """What a node was called from a day on, and why."""

    name: str
    valid_from: date
    reason: str


class NodeChangeIn(StrictSchema):
    """Another name for a node, or its end; both need the reason."""

    change: Literal["rename", "close"]
    name: Annotated[str, line(100)] = ""
    reason: Annotated[str, line(500)]


class CodeReadOut(Schema):
    """A code as it is stored."""

    code: str
    classification: str
    sequence: int


class CodeQuery(StrictSchema):
    """A code in any of the writings in use."""

    text: Annotated[str, line(100), Field(min_length=1)]


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


InNode = Annotated[str, InPath(pattern=rf"^[123]([0-9]{{2}}([0-9]{{3,{3 + MAX_DETAIL_LENGTH}}})?)?$")]


@router.patch(
    "/classifications/{code}",
    response={200: NodeOut, **problems(404, 409)},
    summary="Rename or close a node of the tree",
)
def change_classification(request: SubjectRequest, code: InNode, body: NodeChangeIn) -> Any:
    """The bureau any node, a department's steward the details of its own section. Codes never change."""
    if body.change == "close":
        return services.close_classification(code=code, reason=body.reason, by=request.subject, at=clock.now())
    return services.rename_classification(
        code=code, name=body.name, reason=body.reason, by=request.subject, at=clock.now()
    )


@router.get(
    "/classifications/{code}/names",
    response={200: list[ClassificationNameOut], **problems(404)},
    summary="What a node was called",
)
def classification_names(request: SubjectRequest, code: InNode) -> Any:
    """The newest name first; nodes that were never renamed may have none on record."""
    return queries.names_of_classification(queries.get_classification(code))


@router.get("/codes", response={200: CodeReadOut, **problems(404)}, summary="Read a code in any writing")
def read_code(request: SubjectRequest, query: Query[CodeQuery]) -> dict[str, Any]:
    """`306001/000001`, `306001-1`, full width, or without separator where the tree leaves one reading."""
    code = queries.read_code(query.text)
    front, _, number = code.partition("/")
    return {"code": code, "classification": front, "sequence": int(number)}
