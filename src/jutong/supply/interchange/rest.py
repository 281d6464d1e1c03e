"""The REST face: catalogue files in and out, and the DCAT feed for harvesters."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext
from ninja import File, Query, Router, Schema, Status, UploadedFile
from ninja import Path as InPath
from pydantic import Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.kernel.codes.resource_code import MAX_DETAIL_LENGTH
from jutong.supply.interchange import models, queries
from jutong.supply.interchange.domain.errors import words_of
from jutong.supply.interchange.services import files, imports
from jutong.supply.interchange.services.files import GraphFormat, Wanted
from jutong.supply.interchange.values import EntryVerdict, ImportState, SheetFormat

router = Router(tags=["interchange"])

InImport = Annotated[str, InPath(pattern=r"^DR[0-9]{10,16}$", examples=["DR2026000001"])]
InClassification = Annotated[
    str, InPath(pattern=rf"^[123][0-9]{{5,{5 + MAX_DETAIL_LENGTH}}}$", description="分类码", examples=["303001"])
]
InSequence = Annotated[int, InPath(ge=1, le=999_999_999, description="顺序码", examples=[1])]


def _described(description: str, *media_types: str) -> dict[str, Any]:
    """The documented answer of an operation that writes a file: JSON is read as what it holds, all else as text."""
    content = {media: {"schema": {} if media.endswith("json") else {"type": "string"}} for media in media_types}
    return {"responses": {200: {"description": description, "content": content}}}


# --- Imports ---------------------------------------------------------------------------------------------------------


class CatalogueImportOut(Schema):
    """An import as it stands. While it is read or written `done` counts rows or entries of `total`, null while unknown.

    `error` says why it was refused or failed; `with_gaps` counts entries that lack something before submission.
    """

    import_no: str
    provider_uscc: str
    state: ImportState
    name: str
    format: SheetFormat
    size_bytes: int
    digest: str
    requested_at: datetime
    confirmed_at: datetime | None
    finished_at: datetime | None
    done: int
    total: int | None
    entries: int
    new: int
    changed: int
    same: int
    with_gaps: int
    faults: int
    error_code: str
    error: str


class CatalogueImportPage(Schema):
    """A page of imports."""

    total: int
    items: list[CatalogueImportOut]


class ImportEntryOut(Schema):
    """An entry of an import: what would become of it, and the elements in which it differs from the catalogue."""

    position: int
    title: str
    code: str
    cell: str
    items: int
    verdict: EntryVerdict
    differences: list[str]
    gaps: int
    draft_no: str


class ImportEntryPage(Schema):
    """A page of entries."""

    total: int
    items: list[ImportEntryOut]


class ImportFaultOut(Schema):
    """A fault: cell or path, reason and remedy. One that does not hinder is a gap to be filled before submission."""

    sheet: str
    cell: str
    code: str
    hinders: bool
    reason: str
    remedy: str
    value: str


class ImportFaultPage(Schema):
    """A page of faults. Of many, the first thousand are kept."""

    total: int
    items: list[ImportFaultOut]


class ImportsQuery(PageQuery):
    """Which imports: in one state."""

    state: ImportState | None = None


class ImportEntriesQuery(PageQuery):
    """Which entries: of one verdict."""

    verdict: EntryVerdict | None = None


class NothingIn(StrictSchema):
    """An empty body."""


@router.get("/imports", response={200: CatalogueImportPage, **problems()}, summary="Imports I may see")
def list_imports(request: SubjectRequest, query: Query[ImportsQuery]) -> dict[str, Any]:
    """The newest first."""
    rows = queries.imports(request.subject)
    return page_of(rows.filter(state=query.state) if query.state else rows, query, present=_import)


@router.post("/imports", response={202: CatalogueImportOut, **problems()}, summary="Bring a catalogue file")
def bring(request: SubjectRequest, file: File[UploadedFile]) -> Any:
    """XLSX, XLS, ET or CSV by the template, or JSON as it is written out. It is read and compared by the worker; ask
    for the import to see how far it is. Nothing is written before the confirmation."""
    number = imports.bring(
        name=file.name or "",
        content=file.file,  # type: ignore[arg-type]
        by=request.subject,
        at=clock.now(),
    )
    return Status(202, _import(queries.get_import(number, request.subject)))


@router.get("/imports/{import_no}", response={200: CatalogueImportOut, **problems(404)}, summary="One import")
def get_import(request: SubjectRequest, import_no: InImport) -> Any:
    """With its progress, which moves about every second."""
    return _import(queries.get_import(import_no, request.subject))


@router.get(
    "/imports/{import_no}/entries", response={200: ImportEntryPage, **problems(404)}, summary="Entries of an import"
)
def list_entries(request: SubjectRequest, import_no: InImport, query: Query[ImportEntriesQuery]) -> dict[str, Any]:
    """In the order of the file."""
    rows = queries.lines(queries.get_import(import_no, request.subject))
    return page_of(rows.filter(verdict=query.verdict) if query.verdict else rows, query)


@router.get(
    "/imports/{import_no}/faults", response={200: ImportFaultPage, **problems(404)}, summary="Faults of an import"
)
def list_faults(request: SubjectRequest, import_no: InImport, query: Query[PageQuery]) -> dict[str, Any]:
    """In the order of the file."""
    return page_of(queries.faults(queries.get_import(import_no, request.subject)), query, present=_fault)


@router.post(
    "/imports/{import_no}/confirmation",
    response={202: CatalogueImportOut, **problems(404, 409)},
    summary="Write the previewed entries as drafts",
)
def confirm(request: SubjectRequest, import_no: InImport, body: NothingIn) -> Any:
    """All of them or none, by the worker; refused there when the catalogue has moved since the preview."""
    imports.confirm(import_no=import_no, by=request.subject, at=clock.now())
    return Status(202, _import(queries.get_import(import_no, request.subject)))


@router.post(
    "/imports/{import_no}/reading",
    response={202: CatalogueImportOut, **problems(404, 409)},
    summary="Read the file again",
)
def read_again(request: SubjectRequest, import_no: InImport, body: NothingIn) -> Any:
    """And compare it with the catalogue as it stands now."""
    imports.read_again(import_no=import_no, by=request.subject, at=clock.now())
    return Status(202, _import(queries.get_import(import_no, request.subject)))


@router.post(
    "/imports/{import_no}/discard", response={200: CatalogueImportOut, **problems(404, 409)}, summary="Give it up"
)
def discard(request: SubjectRequest, import_no: InImport, body: NothingIn) -> Any:
    """Its entries and its file are forgotten."""
    imports.discard(import_no=import_no, by=request.subject, at=clock.now())
    return _import(queries.get_import(import_no, request.subject))


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get(
    "/imports/{import_no}/marked",
    response=problems(404, 409),
    summary="The sheet with its faults marked",
    openapi_extra=_described("An XLSX file", _XLSX),
)
def marked(request: SubjectRequest, import_no: InImport) -> FileResponse:
    """Every cell at fault in red with a note, and a sheet of all faults."""
    file = files.write_marked(import_no=import_no, by=request.subject, at=clock.now())
    return FileResponse(file, as_attachment=True, filename=f"{import_no}.xlsx", content_type=_XLSX)


# --- Files out -------------------------------------------------------------------------------------------------------

WrittenFormat = Literal["xlsx", "csv", "json"]


class FileQuery(Schema):
    """Which entries in which format; `provider` narrows published ones to one department."""

    format: WrittenFormat = "xlsx"
    wanted: Wanted = Wanted.PUBLISHED
    provider: Annotated[str, StringConstraints(pattern=r"^([0-9A-Z]{18})?$"), Field(description="提供方代码")] = ""


_FILE_TYPES = {"xlsx": _XLSX, "csv": "text/csv", "json": "application/json"}


@router.get(
    "/files/catalogue",
    response=problems(),
    summary="The catalogue as a file",
    openapi_extra=_described("The file", *_FILE_TYPES.values()),
)
def catalogue_file(request: SubjectRequest, query: Query[FileQuery]) -> FileResponse:
    """Published entries I may see, or my department's drafts. XLSX is the template of Appendix 2."""
    file, _count = files.write_file(
        form=SheetFormat(query.format),
        wanted=query.wanted,
        provider=query.provider,
        by=request.subject,
        at=clock.now(),
    )
    name = f"catalogue.{query.format}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=_FILE_TYPES[query.format])


@router.get(
    "/files/template",
    response=problems(),
    summary="The empty template",
    openapi_extra=_described("An XLSX file", _XLSX),
)
def template(request: SubjectRequest) -> FileResponse:
    """Appendix 2 with a sheet that tells how to fill it in."""
    return FileResponse(files.write_template(), as_attachment=True, filename="template.xlsx", content_type=_XLSX)


# --- DCAT ------------------------------------------------------------------------------------------------------------

_GRAPH_TYPES = tuple(form.media_type for form in GraphFormat)


class GraphQuery(Schema):
    """How the graph is written."""

    format: GraphFormat = GraphFormat.JSON_LD


class FeedQuery(GraphQuery):
    """Which page of the feed, from 1."""

    page: int = Field(1, ge=1, le=1_000_000)


@router.get(
    "/dcat/catalog",
    response=problems(404),
    auth=None,
    summary="The open catalogue for harvesters",
    openapi_extra=_described("DCAT 3, profile DCAT-AP 3.0.1", *_GRAPH_TYPES),
)
def dcat_catalog(request: SubjectRequest, query: Query[FeedQuery]) -> HttpResponse:
    """Published resources open to society, a page at a time; `hydra:next` names the next page."""
    return _graph(files.feed_page(query.page, by=request.subject, at=clock.now()), query.format)


@router.get(
    "/dcat/resources/{classification}/{sequence}",
    response=problems(404, 409),
    auth=None,
    summary="One resource as DCAT",
    openapi_extra=_described("DCAT 3, profile DCAT-AP 3.0.1", *_GRAPH_TYPES),
)
def dcat_resource(
    request: SubjectRequest, classification: InClassification, sequence: InSequence, query: Query[GraphQuery]
) -> HttpResponse:
    """A published resource the caller may know of."""
    return _graph(files.resource_graph(f"{classification}/{sequence}", by=request.subject), query.format)


def _graph(nodes: Any, form: GraphFormat) -> HttpResponse:
    return HttpResponse(files.write_graph(nodes, form), content_type=f"{form.media_type}; charset=utf-8")


# --- Values as answers -----------------------------------------------------------------------------------------------


def _import(row: models.Import) -> dict[str, Any]:
    names = [name for name in CatalogueImportOut.model_fields if name not in ("error", "error_code")]
    found: dict[str, Any] = {name: getattr(row, name) for name in names}
    error = row.error or {}
    found["error_code"] = error.get("code", "")
    found["error"] = words_of(error["reason"], error["details"], gettext) if error else ""
    return found


def _fault(row: models.ImportFault) -> dict[str, Any]:
    return {
        "sheet": row.sheet,
        "cell": row.cell,
        "code": row.code,
        "hinders": row.hinders,
        "reason": words_of(row.reason, row.details, gettext),
        "remedy": words_of(row.remedy, row.details, gettext) if row.remedy else "",
        "value": row.value,
    }
