"""Declared extended elements."""

from datetime import date
from typing import Annotated, Any

from ninja import Path as InPath
from ninja import Schema, Status
from pydantic import Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import StrictSchema, problems
from jutong.kernel import clock
from jutong.supply.catalogue import queries, services
from jutong.supply.catalogue.rest.base import ClassificationText, Day, Line, Short, line, router
from jutong.supply.catalogue.values import ExtendedKind


class ExtensionIn(StrictSchema):
    """An extended element to be declared; empty places mean all classes, all departments."""

    name: Annotated[str, line(80)]
    kind: ExtendedKind
    required: bool = False
    choices: list[Short] = Field(default_factory=list, max_length=50)
    lowest: Annotated[str, line(40)] = ""
    highest: Annotated[str, line(40)] = ""
    help: Annotated[str, line(200)] = ""
    classification: ClassificationText = ""
    provider_uscc: Annotated[str, StringConstraints(pattern=r"^([0-9A-Z]{18})?$")] = ""
    valid_from: Day | None = None


class ExtensionOut(Schema):
    """A declared extended element."""

    number: int
    name: str
    kind: ExtendedKind
    required: bool
    choices: list[Line]
    lowest: str
    highest: str
    help: str
    classification: str
    provider_uscc: str
    valid_from: date
    valid_to: date | None


@router.get("/extensions", response={200: list[ExtensionOut], **problems()}, summary="Declared extended elements")
def extensions(request: SubjectRequest) -> Any:
    """All that were ever declared; those without `valid_to` are in use."""
    return list(queries.extended_rows())


@router.post("/extensions", response={201: ExtensionOut, **problems(404, 409)}, summary="Declare an extended element")
def declare_extension(request: SubjectRequest, body: ExtensionIn) -> Any:
    """For the bureau. It shows in form, page, list and API from its day on."""
    row = services.declare_extension(**body.model_dump(), by=request.subject, at=clock.now())
    return Status(201, row)


@router.delete(
    "/extensions/{number}", response={200: ExtensionOut, **problems(404)}, summary="Take an extended element out of use"
)
def end_extension(request: SubjectRequest, number: Annotated[int, InPath(ge=1, le=1_000_000)]) -> Any:
    """From tomorrow on; what entries say in it stays."""
    return services.end_extension(number=number, by=request.subject, at=clock.now())
