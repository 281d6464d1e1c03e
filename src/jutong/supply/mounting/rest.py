"""The REST face: permitted addresses, sources, scans and proposals, uploads, mounts."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from ninja import Path as InPath
from pydantic import Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.kernel.codes.resource_code import MAX_DETAIL_LENGTH
from jutong.kernel.crypto import Secret
from jutong.supply.mounting import models, queries
from jutong.supply.mounting.domain.encodings import Encoding
from jutong.supply.mounting.domain.transforms import CODES_MOST, KEPT_MOST
from jutong.supply.mounting.services import files, matching, mounts, scans, sources
from jutong.supply.mounting.values import (
    ColumnMap,
    MatchGround,
    Matching,
    Mount,
    MountKind,
    MountMode,
    MountState,
    ReadingWish,
    ServiceParameter,
    SourceKind,
    TablePlace,
    TableRef,
    Tls,
    Transform,
    TransformKind,
)

router = Router(tags=["mounting"])

_LINE = r"^[^\x00-\x1f\x7f]*$"


def _line(limit: int, least: int = 0) -> Any:
    return StringConstraints(pattern=_LINE, min_length=least, max_length=limit)


UsccText = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$"), Field(examples=["11450000MB0000013R"])]
Name = Annotated[str, _line(128, 1)]
Host = Annotated[str, _line(253, 1), Field(examples=["10.1.2.3", "db.example.gov.cn"])]
Port = Annotated[int, Field(ge=1, le=65535)]
Item = Annotated[str, _line(63, 1)]
InSource = Annotated[str, InPath(pattern=r"^SJY[0-9]{6,12}$", examples=["SJY000001"])]
InFile = Annotated[str, InPath(pattern=r"^WJ[0-9]{6,12}$", examples=["WJ000001"])]
InClassification = Annotated[
    str, InPath(pattern=rf"^[123][0-9]{{5,{5 + MAX_DETAIL_LENGTH}}}$", description="分类码", examples=["303001"])
]
InSequence = Annotated[int, InPath(ge=1, le=999_999_999, description="顺序码", examples=[1])]


# --- Permitted addresses ---------------------------------------------------------------------------------------------


class NetworkIn(StrictSchema):
    """A network, or a single address, and a range of ports that a department may have the platform call."""

    organisation: UsccText
    cidr: Annotated[str, _line(50, 1), Field(examples=["10.1.2.0/24", "127.0.0.1"])]
    port_from: Port
    port_to: Port
    reason: Annotated[str, _line(200, 1)]


class NetworkOut(Schema):
    """An entry of a department's list."""

    id: int
    organisation: str
    cidr: str
    port_from: int
    port_to: int
    reason: str
    created_at: datetime


class NetworkPage(Schema):
    """A page of entries."""

    total: int
    items: list[NetworkOut]


@router.get("/networks", response={200: NetworkPage, **problems()}, summary="Permitted addresses I may see")
def list_networks(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """A steward sees the own department's, administrators and the centre all."""
    return page_of(queries.networks(request.subject), query)


@router.post("/networks", response={201: NetworkOut, **problems(404, 409)}, summary="Permit an address")
def allow_network(request: SubjectRequest, body: NetworkIn) -> Any:
    """For the system administrator, to a department that stands.

    Loopback and other special addresses need exactly one address and one port.
    """
    return Status(201, sources.allow_network(**body.model_dump(), by=request.subject, at=clock.now()))


@router.delete("/networks/{network_id}", response={204: None, **problems(404)}, summary="Take an address off the list")
def forbid_network(request: SubjectRequest, network_id: Annotated[int, InPath(ge=1, le=2**62)]) -> Any:
    """From the next connection on it is refused."""
    sources.forbid_network(network_id=network_id, by=request.subject, at=clock.now())
    return Status(204, None)


# --- Sources ---------------------------------------------------------------------------------------------------------


class DialIn(StrictSchema):
    """How to reach a database. The password is sealed and never shown again."""

    host: Host
    port: Port
    database: Name
    account: Name
    tls: Tls = Tls.OFF


class SourceIn(DialIn):
    """A database to keep; it is tested first."""

    organisation: UsccText
    name: Annotated[str, _line(100, 1)]
    kind: SourceKind
    password: Annotated[str, _line(500)]


class SourceTry(DialIn):
    """A database to test without keeping anything."""

    organisation: UsccText
    kind: SourceKind
    password: Annotated[str, _line(500)]


class SourceChange(DialIn):
    """New values of a source; without a password the old one stays."""

    name: Annotated[str, _line(100, 1)]
    password: Annotated[str, _line(500)] | None = None


class ReportOut(Schema):
    """What a test found: server, account, readable tables; may the account write, is the server a replica?"""

    server: str
    database: str
    account: str
    tables: int
    writable: bool
    replica: bool


class SourceOut(Schema):
    """A kept source, without its password."""

    source_no: str
    organisation: str
    name: str
    kind: SourceKind
    host: str
    port: int
    database: str
    account: str
    tls: Tls
    tested_at: datetime
    report: ReportOut
    mounts: int


class SourcePage(Schema):
    """A page of sources."""

    total: int
    items: list[SourceOut]


@router.get("/sources", response={200: SourcePage, **problems()}, summary="Sources I may see")
def list_sources(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """A steward sees the own department's; the centre's engineers all."""
    return page_of(queries.sources(request.subject), query, present=_source)


@router.post("/sources/test", response={200: ReportOut, **problems()}, summary="Test a database")
def try_source(request: SubjectRequest, body: SourceTry) -> Any:
    """Connect as described and say what is there; nothing is kept."""
    values = body.model_dump()
    return sources.try_source(**{**values, "password": Secret(values["password"])}, by=request.subject)


@router.post("/sources", response={201: SourceOut, **problems(409)}, summary="Register a source")
def register_source(request: SubjectRequest, body: SourceIn) -> Any:
    """For the department's data steward; kept only after a test that went well."""
    values = body.model_dump()
    number = sources.register_source(
        **{**values, "password": Secret(values["password"])}, by=request.subject, at=clock.now()
    )
    return Status(201, _source(queries.get_source(number, request.subject)))


@router.get("/sources/{source_no}", response={200: SourceOut, **problems(404)}, summary="One source")
def get_source(request: SubjectRequest, source_no: InSource) -> Any:
    """Without its password, which nobody sees again."""
    return _source(queries.get_source(source_no, request.subject))


@router.put("/sources/{source_no}", response={200: SourceOut, **problems(404, 409)}, summary="Change a source")
def change_source(request: SubjectRequest, source_no: InSource, body: SourceChange) -> Any:
    """Tested with the new values first."""
    values = body.model_dump()
    secret = None if values["password"] is None else Secret(values["password"])
    sources.change_source(source_no=source_no, **{**values, "password": secret}, by=request.subject, at=clock.now())
    return _source(queries.get_source(source_no, request.subject))


@router.delete("/sources/{source_no}", response={204: None, **problems(404, 409)}, summary="Remove a source")
def remove_source(request: SubjectRequest, source_no: InSource) -> Any:
    """Its password is destroyed. Not while a resource is mounted from it."""
    sources.remove_source(source_no=source_no, by=request.subject, at=clock.now())
    return Status(204, None)


@router.post("/sources/{source_no}/test", response={200: ReportOut, **problems(404)}, summary="Test a kept source")
def test_source(request: SubjectRequest, source_no: InSource) -> Any:
    """Connect with the kept password."""
    return sources.test_source(source_no=source_no, by=request.subject, at=clock.now())


# --- Scans and proposals ---------------------------------------------------------------------------------------------


class ScanOut(Schema):
    """A scan as it stands."""

    id: int
    state: Literal["running", "done", "failed"]
    done: int
    total: int
    error_code: str
    started_at: datetime
    finished_at: datetime | None


class TableRow(Schema):
    """A table of the last scan."""

    schema_name: str
    name: str
    comment: str
    row_estimate: int
    columns: int


class TablePage(Schema):
    """A page of tables."""

    total: int
    items: list[TableRow]


class TablesQuery(PageQuery):
    """`q` is looked for in names and comments."""

    q: Annotated[str, _line(100)] = ""


class TableIn(StrictSchema):
    """A table of a source; in MySQL the schema is the database."""

    schema_name: Name
    table: Name


class TableDraftIn(TableIn):
    """A table to begin a catalogue entry from; without a title its comment is the title."""

    title: Annotated[str, _line(200)] = ""


class ItemOut(Schema):
    """A proposed data item, and why it is proposed as sensitive."""

    title: str
    column_name: str
    data_type: str
    key: bool
    nullable: bool
    sensitivity: int
    identifier: str
    note: str
    source_column: str
    reason: str


class ForeignKeyOut(Schema):
    """Columns that name rows of another table, and the columns by which they name them."""

    columns: list[str]
    table_schema: str
    table: str
    their_columns: list[str]


class ProposalOut(Schema):
    """What a table would be in the catalogue; `left_out` are columns that cannot be gathered.

    `foreign_keys` are the tables it refers to, `related_codes` the resources mounted from them.
    """

    title: str
    format: str
    items: list[ItemOut]
    left_out: list[str]
    foreign_keys: list[ForeignKeyOut]
    related_codes: list[str]


class DraftNoOut(Schema):
    """The number of the draft in the catalogue."""

    draft_no: str


@router.post("/sources/{source_no}/scans", response={202: ScanOut, **problems(404, 409)}, summary="Scan a source")
def start_scan(request: SubjectRequest, source_no: InSource) -> Any:
    """The worker reads the source's tables; ask for the scan to see how far it is."""
    return Status(202, scans.start_scan(source_no=source_no, by=request.subject, at=clock.now()))


@router.get("/sources/{source_no}/scan", response={200: ScanOut | None, **problems(404)}, summary="The last scan")
def last_scan(request: SubjectRequest, source_no: InSource) -> Any:
    """Under way or ended; null when the source was never scanned."""
    return queries.latest_scan(queries.get_source(source_no, request.subject))


@router.get("/sources/{source_no}/tables", response={200: TablePage, **problems(404)}, summary="Tables found")
def tables(request: SubjectRequest, source_no: InSource, query: Query[TablesQuery]) -> dict[str, Any]:
    """Of the last scan that ended well."""
    rows = queries.find_tables(queries.get_source(source_no, request.subject), query.q)
    return page_of(rows, query, present=_table)


@router.post("/sources/{source_no}/proposal", response={200: ProposalOut, **problems(404)}, summary="Propose a draft")
def propose(request: SubjectRequest, source_no: InSource, body: TableIn) -> Any:
    """Titles from comments, types and keys, identifiers by sampled values. Nothing is kept."""
    proposal = scans.propose(source_no=source_no, schema=body.schema_name, table=body.table, by=request.subject)
    foreign = [{**key.to_json(), "table_schema": key.table.schema} for key in proposal.foreign_keys]
    return {**proposal.to_json(), "items": proposal.items, "foreign_keys": foreign}


@router.post(
    "/sources/{source_no}/drafts", response={201: DraftNoOut, **problems(404, 409)}, summary="Draft from a table"
)
def draft_from_table(request: SubjectRequest, source_no: InSource, body: TableDraftIn) -> Any:
    """Begin a catalogue entry from a table; it still lacks what no table says, such as the sharing type."""
    number = scans.draft_from_table(
        source_no=source_no,
        schema=body.schema_name,
        table=body.table,
        title=body.title,
        by=request.subject,
        at=clock.now(),
    )
    return Status(201, {"draft_no": number})


# --- Files -----------------------------------------------------------------------------------------------------------


class UploadOut(Schema):
    """An upload: how it is read, how many rows it has, and how many of them cannot be read.

    `header_row` names the columns; `row_path` leads to the rows of a JSON or XML document; `member` is the file read
    out of an archive; `sheets` are all of a workbook's.
    """

    file_no: str
    organisation: str
    name: str
    format: str
    encoding: str
    sheet: str
    delimiter: str
    header_row: int
    row_path: str
    packed: str
    member: str
    sheets: list[str]
    faulty: int
    size_bytes: int
    rows: int
    digest: str
    columns: list[str]
    uploaded_at: datetime


class FilePage(Schema):
    """A page of uploads."""

    total: int
    items: list[UploadOut]


class PreviewOut(Schema):
    """The first rows of an upload; null is empty."""

    columns: list[str]
    rows: list[list[str | None]]


class TitleIn(StrictSchema):
    """The title of the entry; without one the file's name is."""

    title: Annotated[str, _line(200)] = ""


@router.get("/files", response={200: FilePage, **problems()}, summary="Uploads I may see")
def list_files(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """The newest first."""
    return page_of(queries.files(request.subject), query, present=_file)


@router.post("/files", response={201: UploadOut, **problems()}, summary="Upload a file for gathering")
def upload_file(
    request: SubjectRequest,
    file: File[UploadedFile],
    organisation: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$"), Form()],
    encoding: Annotated[Encoding | None, Form()] = None,
    sheet: Annotated[Annotated[str, _line(100)] | None, Form()] = None,
    header_row: Annotated[int, Form(ge=0, le=20)] = 0,
    row_path: Annotated[Annotated[str, _line(200)] | None, Form()] = None,
    member: Annotated[Annotated[str, _line(200)] | None, Form()] = None,
) -> Any:
    """CSV, TSV, XLSX, XLS, ET, DBF, JSON, NDJSON, XML, Parquet or SQLite, or one of them in a ZIP.

    What is left empty is found out. A character set in doubt (UTF-8, GB18030, UTF-16) must be told, as must the member
    of an archive with several, and in `sheet` the table of an SQLite file with several.
    """
    number = files.upload_file(
        organisation=organisation,
        name=file.name or "",
        content=file.file,  # type: ignore[arg-type]
        wish=ReadingWish(encoding.value if encoding else "", sheet or "", header_row, row_path or "", member or ""),
        by=request.subject,
        at=clock.now(),
    )
    return Status(201, _file(queries.get_file(number, request.subject)))


@router.get("/files/{file_no}", response={200: UploadOut, **problems(404)}, summary="One upload")
def get_file(request: SubjectRequest, file_no: InFile) -> Any:
    """How it is read."""
    return _file(queries.get_file(file_no, request.subject))


@router.get("/files/{file_no}/preview", response={200: PreviewOut, **problems(404)}, summary="First rows of an upload")
def preview_file(request: SubjectRequest, file_no: InFile) -> Any:
    """Up to twenty rows, for who may fetch the file. Long values are cut."""
    rows = files.preview(file_no=file_no, by=request.subject)
    return {"columns": [column["name"] for column in queries.get_file(file_no, request.subject).columns], "rows": rows}


@router.post(
    "/files/{file_no}/proposal", response={200: ProposalOut, **problems(404)}, summary="Propose a draft from a file"
)
def propose_from_file(request: SubjectRequest, file_no: InFile) -> Any:
    """Items, types, and identifiers by the check digits of sampled values. Nothing is kept."""
    proposal = files.propose(file_no=file_no, by=request.subject)
    return {**proposal.to_json(), "items": proposal.items, "foreign_keys": []}


@router.post("/files/{file_no}/drafts", response={201: DraftNoOut, **problems(404, 409)}, summary="Draft from a file")
def draft_from_file(request: SubjectRequest, file_no: InFile, body: TitleIn) -> Any:
    """Begin a catalogue entry from an upload."""
    number = files.draft_from_file(file_no=file_no, title=body.title, by=request.subject, at=clock.now())
    return Status(201, {"draft_no": number})


# --- Mounts ----------------------------------------------------------------------------------------------------------


NotKept = Annotated[
    str,
    StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=200),
    Field(description="Why the data must not be kept (不得留存): it is never gathered, and only passed through."),
]


class CodePairIn(StrictSchema):
    """A line of a code table: the source's code and the catalogue's."""

    before: Annotated[str, _line(200, 1)]
    after: Annotated[str, _line(200)]


class TransformIn(StrictSchema):
    """What becomes of a column's values; `codes` and `other` belong to `codes`, `first` and `last` to `mask`.

    A code the table does not know becomes `other`; without it, its row is rejected.
    """

    kind: TransformKind
    codes: list[CodePairIn] = Field(default_factory=list, max_length=CODES_MOST)
    other: Annotated[str, _line(200)] | None = None
    first: int = Field(0, ge=0, le=KEPT_MOST)
    last: int = Field(0, ge=0, le=KEPT_MOST)


class CodePairOut(Schema):
    """A line of a code table."""

    before: str
    after: str


class TransformOut(Schema):
    """What becomes of a column's values before they count as the item's."""

    kind: TransformKind
    codes: list[CodePairOut]
    other: str | None
    first: int
    last: int


class ColumnOut(Schema):
    """A data item and its column at the source, with the type it had at mounting and what becomes of its values."""

    item: str
    source: str
    source_type: str
    transform: TransformOut | None


class MountOut(Schema):
    """Where the data of a resource lies; exactly one of `table`, `file`, `service` and `assembled` is given.

    `not_kept` says why the platform must not keep the data, and is empty where it may.
    """

    resource_code: str
    provider_uscc: str
    kind: MountKind
    state: MountState
    resource_version: int
    columns: list[ColumnOut]
    mounted_at: datetime
    changed_at: datetime
    table: dict[str, Any] | None
    file: dict[str, Any] | None
    service: dict[str, Any] | None
    assembled: dict[str, Any] | None
    not_kept: str


class MountPage(Schema):
    """A page of mounts."""

    total: int
    items: list[MountOut]


class TableMountIn(StrictSchema):
    """A table to mount from. `columns` gives each data item its source column; without it, equal names decide."""

    source_no: Annotated[str, StringConstraints(pattern=r"^SJY[0-9]{6,12}$")]
    schema_name: Name
    table: Name
    mode: MountMode = MountMode.FULL
    watermark_column: Annotated[str, _line(128)] = ""
    overlap_seconds: int = Field(600, ge=0, le=86_400)
    zero_dates_empty: bool = False
    not_kept: NotKept = ""
    columns: dict[Item, Name] | None = Field(None, max_length=1000)
    transforms: dict[Item, TransformIn] = Field(default_factory=dict, max_length=1000)


class FileMountIn(StrictSchema):
    """An upload to mount from."""

    file_no: Annotated[str, StringConstraints(pattern=r"^WJ[0-9]{6,12}$")]
    columns: dict[Item, Name] | None = Field(None, max_length=1000)
    transforms: dict[Item, TransformIn] = Field(default_factory=dict, max_length=1000)


class TableOfSource(StrictSchema):
    """A table of a source, as its last scan found it."""

    source_no: Annotated[str, StringConstraints(pattern=r"^SJY[0-9]{6,12}$")]
    schema_name: Name
    table: Name


class UploadWanted(StrictSchema):
    """An upload."""

    file_no: Annotated[str, StringConstraints(pattern=r"^WJ[0-9]{6,12}$")]


class ColumnProposalOut(Schema):
    """A column proposed for a data item: how surely, 0 to 1, and why. `fits` is false where its type would lose."""

    item: str
    source: str
    confidence: float
    ground: MatchGround
    fits: bool


class MatchingOut(Schema):
    """Proposed columns, items for which none was found, and columns that would not be gathered."""

    columns: list[ColumnProposalOut]
    unmatched: list[str]
    unused: list[str]


class ServiceIn(StrictSchema):
    """An HTTP JSON service: base address without path, path, and where the rows stand in the answer."""

    url: Annotated[str, _line(300, 1), Field(examples=["https://api.example.gov.cn:8443"])]
    path: Annotated[str, _line(500)] = "/"
    method: Literal["GET", "POST"] = "GET"
    row_path: Annotated[str, _line(200), Field(examples=["data.rows"])] = ""
    timeout_seconds: int = Field(10, ge=1, le=60)


class ServiceTry(ServiceIn):
    """A service to call once, with the values of its parameters."""

    organisation: UsccText
    values: dict[Name, Annotated[str, _line(500)]] = Field(default_factory=dict, max_length=50)


class ServiceTried(Schema):
    """The fields the rows of the answer have, and how many rows came."""

    fields: list[str]
    rows: int


class ParameterIn(StrictSchema):
    """A parameter of the service: its name there, the data item it asks for."""

    name: Name
    item: Item
    required: bool = False


class ServiceMountIn(ServiceIn):
    """A service to mount from; it is called once with `values` first."""

    parameters: list[ParameterIn] = Field(default_factory=list, max_length=50)
    fields: dict[Item, Name] = Field(max_length=1000)
    values: dict[Name, Annotated[str, _line(500)]] = Field(default_factory=dict, max_length=50)
    not_kept: NotKept = ""


class StopIn(StrictSchema):
    """Why the mount is stopped."""

    reason: Annotated[str, _line(200, 1)]


@router.get("/mounts", response={200: MountPage, **problems()}, summary="Mounts I may see")
def list_mounts(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """The newest first, stopped ones among them."""
    return page_of(queries.mounts(request.subject), query, present=lambda row: _mount(queries.mount_of(row)))


@router.get("/mounts/{classification}/{sequence}", response={200: MountOut, **problems(404)}, summary="One mount")
def get_mount(request: SubjectRequest, classification: InClassification, sequence: InSequence) -> Any:
    """The active mount of a resource, else the last stopped one."""
    return _visible_mount(request, f"{classification}/{sequence}")


@router.post(
    "/mounts/{classification}/{sequence}/table/proposal",
    response={200: MatchingOut, **problems(404)},
    summary="Propose columns of a table",
)
def match_table(
    request: SubjectRequest, classification: InClassification, sequence: InSequence, body: TableOfSource
) -> Matching:
    """Which column is probably which data item; nothing is kept. Send what you confirm as `columns` when mounting."""
    return matching.match_table(
        resource_code=f"{classification}/{sequence}",
        source_no=body.source_no,
        table=TableRef(body.schema_name, body.table),
        by=request.subject,
    )


@router.post(
    "/mounts/{classification}/{sequence}/file/proposal",
    response={200: MatchingOut, **problems(404)},
    summary="Propose columns of an upload",
)
def match_file(
    request: SubjectRequest, classification: InClassification, sequence: InSequence, body: UploadWanted
) -> Matching:
    """As for a table."""
    return matching.match_file(resource_code=f"{classification}/{sequence}", file_no=body.file_no, by=request.subject)


@router.post(
    "/mounts/{classification}/{sequence}/table",
    response={201: MountOut, **problems(404, 409)},
    summary="Mount from a table",
)
def mount_table(
    request: SubjectRequest, classification: InClassification, sequence: InSequence, body: TableMountIn
) -> Any:
    """For the provider's data steward. Every data item needs a column that fits without loss; the first run follows."""
    code = f"{classification}/{sequence}"
    place = TablePlace(
        source_no=body.source_no,
        table=TableRef(body.schema_name, body.table),
        mode=body.mode,
        watermark_column=body.watermark_column,
        overlap_seconds=body.overlap_seconds,
        zero_dates_empty=body.zero_dates_empty,
    )
    mounts.mount_table(
        resource_code=code,
        place=place,
        columns=body.columns,
        not_kept=body.not_kept,
        transforms=_transforms(body.transforms),
        by=request.subject,
        at=clock.now(),
    )
    return Status(201, _visible_mount(request, code))


@router.post(
    "/mounts/{classification}/{sequence}/file",
    response={201: MountOut, **problems(404, 409)},
    summary="Mount from an upload",
)
def mount_file(
    request: SubjectRequest, classification: InClassification, sequence: InSequence, body: FileMountIn
) -> Any:
    """The first run follows."""
    code = f"{classification}/{sequence}"
    mounts.mount_file(
        resource_code=code,
        file_no=body.file_no,
        columns=body.columns,
        transforms=_transforms(body.transforms),
        by=request.subject,
        at=clock.now(),
    )
    return Status(201, _visible_mount(request, code))


@router.put(
    "/mounts/{classification}/{sequence}/file",
    response={200: MountOut, **problems(404, 409)},
    summary="Replace the file of a mount",
)
def replace_file(
    request: SubjectRequest, classification: InClassification, sequence: InSequence, body: FileMountIn
) -> Any:
    """A newer file with the same columns; a run follows."""
    code = f"{classification}/{sequence}"
    mounts.replace_file(resource_code=code, file_no=body.file_no, by=request.subject, at=clock.now())
    return _visible_mount(request, code)


@router.post("/services/test", response={200: ServiceTried, **problems()}, summary="Call a service once")
def try_service(request: SubjectRequest, body: ServiceTry) -> Any:
    """To see what it answers; nothing is kept, and no value is shown."""
    fields, rows = mounts.try_service(**body.model_dump(), by=request.subject)
    return {"fields": fields, "rows": rows}


@router.post(
    "/mounts/{classification}/{sequence}/service",
    response={201: MountOut, **problems(404, 409)},
    summary="Mount from an HTTP JSON service",
)
def mount_service(
    request: SubjectRequest, classification: InClassification, sequence: InSequence, body: ServiceMountIn
) -> Any:
    """Called once before it is kept; afterwards the gateway calls it."""
    code = f"{classification}/{sequence}"
    values = body.model_dump()
    values["parameters"] = tuple(ServiceParameter(**parameter) for parameter in values["parameters"])
    mounts.mount_service(resource_code=code, **values, by=request.subject, at=clock.now())
    return Status(201, _visible_mount(request, code))


@router.post(
    "/mounts/{classification}/{sequence}/stop", response={200: MountOut, **problems(404, 409)}, summary="Stop a mount"
)
def stop_mount(request: SubjectRequest, classification: InClassification, sequence: InSequence, body: StopIn) -> Any:
    """What was gathered stays."""
    code = f"{classification}/{sequence}"
    mounts.stop_mount(resource_code=code, reason=body.reason, by=request.subject, at=clock.now())
    return _visible_mount(request, code)


# --- Rows as answers -------------------------------------------------------------------------------------------------


def _source(row: models.DataSource) -> dict[str, Any]:
    names = SourceOut.model_fields.keys() - {"mounts"}
    return {
        **{name: getattr(row, name) for name in names},
        "mounts": row.mounts.filter(state=MountState.ACTIVE).count(),
    }


def _table(row: models.ScannedTable) -> dict[str, Any]:
    return {
        "schema_name": row.schema,
        "name": row.name,
        "comment": row.comment,
        "row_estimate": row.row_estimate,
        "columns": row.column_count,
    }


def _file(row: models.UploadedFile) -> dict[str, Any]:
    place = mounts.place_of(row)
    of_place = {"header_row", "row_path", "packed", "member"}
    names = UploadOut.model_fields.keys() - of_place - {"columns", "sheets", "faulty"}
    return {
        **{name: getattr(row, name) for name in names},
        **{name: getattr(place, name) for name in of_place},
        "sheets": row.reading.get("sheets", []),
        "faulty": row.reading.get("faulty", 0),
        "columns": [column["name"] for column in row.columns],
    }


def _visible_mount(request: SubjectRequest, code: str) -> dict[str, Any]:
    return _mount(queries.mount_of(queries.get_visible_mount(code, request.subject)))


def _mount(mount: Mount) -> dict[str, Any]:
    return {
        "resource_code": mount.resource_code,
        "provider_uscc": mount.provider_uscc,
        "kind": mount.kind,
        "state": mount.state,
        "resource_version": mount.resource_version,
        "columns": [_column_out(column) for column in mount.columns],
        "mounted_at": mount.mounted_at,
        "changed_at": mount.changed_at,
        "table": mount.table.to_json() if mount.table else None,
        "file": mount.file.to_json() if mount.file else None,
        "service": mount.service.to_json() if mount.service else None,
        "assembled": mount.assembled.to_json() if mount.assembled else None,
        "not_kept": mount.not_kept,
    }


def _transforms(given: dict[str, TransformIn]) -> dict[str, Transform]:
    return {
        item: Transform(
            each.kind, tuple((code.before, code.after) for code in each.codes), each.other, each.first, each.last
        )
        for item, each in given.items()
    }


def _column_out(column: ColumnMap) -> dict[str, Any]:
    transform = column.transform
    codes = [{"before": before, "after": after} for before, after in transform.codes] if transform else []
    return {
        "item": column.item,
        "source": column.source,
        "source_type": column.source_type,
        "transform": {**transform.to_json(), "codes": codes} if transform else None,
    }
