"""The REST face: organisations with their names and offices, divisions."""

from datetime import date
from typing import Annotated, Any

from django.utils.translation import gettext
from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.kernel.codes.region import RegionLevel
from jutong.registry.organisations import api
from jutong.registry.organisations.policy import READ_REGISTER
from jutong.registry.organisations.values import InnerOffice, Organisation, OrganisationKind, OrganisationName, Region

router = Router(tags=["organisations"])

# Printable text: PostgreSQL stores no NUL, and names need no control characters.
TEXT = r"^[^\x00-\x1f\x7f-\x9f]*$"
NAME = r"^[^\x00-\x1f\x7f-\x9f]*\S[^\x00-\x1f\x7f-\x9f]*$"
USCC = r"^[0-9A-Z]{18}$"
REGION = r"^([0-9]{6}|[0-9]{9}|[0-9]{12})$"

Uscc = Annotated[str, InPath(pattern=USCC, description="统一社会信用代码")]
RegionCode = Annotated[str, InPath(pattern=REGION, description="行政区划代码", examples=["450100"])]
OfficeNo = Annotated[int, InPath(ge=1, le=32_767)]
Day = Annotated[date, Field(ge=date(1949, 10, 1), le=date(2100, 12, 31))]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=NAME)]
ShortName = Annotated[str, Field(max_length=40, pattern=TEXT)]


class OrganisationOut(Schema):
    """An organisation with the name of the day asked for."""

    uscc: str
    name: str
    short_name: str
    slug: str
    kind: OrganisationKind
    kind_title: str
    region_code: str
    superior_uscc: str


class OrganisationPage(Schema):
    """A page of organisations."""

    total: int
    items: list[OrganisationOut]


class NameOut(Schema):
    """A name an organisation bore, from a day to a day, both counted."""

    name: str
    short_name: str
    valid_from: date
    valid_to: date | None
    reason: str
    document_no: str


class OfficeOut(Schema):
    """An inner office, numbered within its organisation."""

    office_no: int
    name: str
    closed_on: date | None


class OrganisationDetail(OrganisationOut):
    """An organisation with all its names and offices, and the division it stands in from the top."""

    region_path: list[str]
    names: list[NameOut]
    offices: list[OfficeOut]


class RegionOut(Schema):
    """A division. A former code names its successor."""

    code: str
    name: str
    level: RegionLevel
    level_title: str
    parent_code: str
    successor_code: str


class RegionPage(Schema):
    """A page of divisions."""

    total: int
    items: list[RegionOut]


class DepartmentQuery(PageQuery):
    """Which organisations: `q` is part of a name, the beginning of a credit code or of a slug."""

    q: str = Field("", max_length=100, pattern=TEXT)
    kind: OrganisationKind | None = None
    region: str = Field("", pattern=REGION[:-1] + r"?$", description="该行政区划及其下级")
    on: Day | None = None


class NameOnQuery(Schema):
    """The day whose name is asked for; today where none is given."""

    on: Day | None = None


class RegionQuery(PageQuery):
    """Which divisions: `q` is part of a name or the beginning of a code."""

    q: str = Field("", max_length=60, pattern=TEXT)


class DepartmentIn(StrictSchema):
    """An organisation to register. `slug` is its short name in letters; without one the platform makes one."""

    uscc: str = Field(pattern=USCC)
    name: Name
    short_name: ShortName = ""
    slug: str = Field("", max_length=20, pattern=r"^([a-z][a-z0-9]{1,19})?$")
    kind: OrganisationKind = OrganisationKind.DEPARTMENT
    region_code: str = Field("450000", pattern=REGION)
    superior_uscc: str = Field("", pattern=r"^([0-9A-Z]{18})?$")
    valid_from: Day | None = None


class RenameIn(StrictSchema):
    """Another name from a day on, with the document that gives it."""

    name: Name
    short_name: ShortName = ""
    valid_from: Day
    reason: str = Field("", max_length=200, pattern=TEXT)
    document_no: str = Field("", max_length=60, pattern=TEXT)


class OfficeIn(StrictSchema):
    """An inner office to add."""

    name: str = Field(min_length=1, max_length=60, pattern=NAME)


# --- Organisations ---------------------------------------------------------------------------------------------------
@router.get("/departments", response={200: OrganisationPage, **problems()}, summary="Organisations")
def departments(request: SubjectRequest, query: Query[DepartmentQuery]) -> dict[str, Any]:
    """Organisations by name, code or slug, of a kind, in a division or below."""
    require(request.subject, READ_REGISTER)
    found = api.search(text=query.q, kind=query.kind, region_code=query.region, on=query.on)
    return page_of(found, query, present=lambda row: _organisation(api.value_of(row)))


@router.get("/departments/{uscc}", response={200: OrganisationDetail, **problems(404)}, summary="One organisation")
def department(request: SubjectRequest, uscc: Uscc, query: Query[NameOnQuery]) -> dict[str, Any]:
    """An organisation with the name of a day, all its names, and its inner offices."""
    require(request.subject, READ_REGISTER)
    found = api.get(uscc, on=query.on)
    return {
        **_organisation(found),
        "region_path": [region.name for region in api.region_path(found.region_code)],
        "names": [_name(name) for name in api.names(uscc)],
        "offices": [_office(office) for office in api.offices(uscc)],
    }


@router.post("/departments", response={201: OrganisationOut, **problems(404, 409)}, summary="Register an organisation")
def create_department(request: SubjectRequest, body: DepartmentIn) -> Status[Any]:
    """Register an organisation under its credit code, which is checked."""
    created = api.create_department(**body.dict(), by=request.subject, at=clock.now())
    return Status(201, _organisation(created))


@router.post(
    "/departments/{uscc}/names", response={200: OrganisationOut, **problems(404, 409)}, summary="Rename an organisation"
)
def rename(request: SubjectRequest, uscc: Uscc, body: RenameIn) -> dict[str, Any]:
    """Give an organisation another name from a day on, which may lie ahead. The credit code stays."""
    return _organisation(api.rename(uscc=uscc, **body.dict(), by=request.subject, at=clock.now()))


@router.post(
    "/departments/{uscc}/offices", response={201: OfficeOut, **problems(404, 409)}, summary="Add an inner office"
)
def add_office(request: SubjectRequest, uscc: Uscc, body: OfficeIn) -> Status[Any]:
    """Add an inner office; its department's data steward may do it too."""
    return Status(201, _office(api.add_office(uscc=uscc, name=body.name, by=request.subject, at=clock.now())))


@router.post(
    "/departments/{uscc}/offices/{office_no}/closing",
    response={200: OfficeOut, **problems(404)},
    summary="Close an inner office",
)
def close_office(request: SubjectRequest, uscc: Uscc, office_no: OfficeNo) -> dict[str, Any]:
    """Close an inner office from today on; one that is closed stays as it is."""
    return _office(api.close_office(uscc=uscc, office_no=office_no, by=request.subject, at=clock.now()))


# --- Divisions -------------------------------------------------------------------------------------------------------
@router.get("/regions", response={200: RegionPage, **problems()}, summary="Search divisions")
def regions(request: SubjectRequest, query: Query[RegionQuery]) -> dict[str, Any]:
    """Divisions whose name holds a text or whose code begins with it, higher levels first."""
    require(request.subject, READ_REGISTER)
    return page_of(api.search_regions(query.q), query, present=lambda row: _region(api.region_value(row)))


@router.get("/regions/{code}", response={200: RegionOut, **problems(404)}, summary="One division")
def region(request: SubjectRequest, code: RegionCode) -> dict[str, Any]:
    """A division by its code, former ones too."""
    require(request.subject, READ_REGISTER)
    return _region(api.region(code))


@router.get("/regions/{code}/children", response={200: list[RegionOut], **problems(404)}, summary="Divisions below")
def region_children(request: SubjectRequest, code: RegionCode) -> list[dict[str, Any]]:
    """The present divisions one level below."""
    require(request.subject, READ_REGISTER)
    return [_region(found) for found in api.regions_below(api.region(code).code)]


# --- Presentation ----------------------------------------------------------------------------------------------------
def _organisation(found: Organisation) -> dict[str, Any]:
    return {
        "uscc": found.uscc,
        "name": found.name,
        "short_name": found.short_name,
        "slug": found.slug,
        "kind": found.kind,
        "kind_title": gettext(found.kind.label),
        "region_code": found.region_code,
        "superior_uscc": found.superior_uscc,
    }


def _name(found: OrganisationName) -> dict[str, Any]:
    return {
        "name": found.name,
        "short_name": found.short_name,
        "valid_from": found.valid_from,
        "valid_to": found.valid_to,
        "reason": found.reason,
        "document_no": found.document_no,
    }


def _office(found: InnerOffice) -> dict[str, Any]:
    return {"office_no": found.office_no, "name": found.name, "closed_on": found.closed_on}


def _region(found: Region) -> dict[str, Any]:
    return {
        "code": found.code,
        "name": found.name,
        "level": found.level,
        "level_title": gettext(found.level.label),
        "parent_code": found.parent_code,
        "successor_code": found.successor_code,
    }
