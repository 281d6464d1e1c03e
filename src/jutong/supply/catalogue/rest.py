"""The REST face: the tree, search, resources and their versions, drafts and the way to publication."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.kernel.codes.resource_code import MAX_DETAIL_LENGTH
from jutong.kernel.codes.sharing import FormatGroup, ShareMethod, ShareType, UpdateCycle, UsePurpose
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, queries, services
from jutong.supply.catalogue.values import (
    BasisKind,
    Content,
    DraftState,
    Identifier,
    Level,
    Resource,
    ResourceState,
    Secrecy,
)

router = Router(tags=["catalogue"])

# Printable text: PostgreSQL stores no NUL, and names need no control characters; longer texts have lines.
_LINE = r"^[^\x00-\x1f\x7f]*$"
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


def _line(limit: int) -> Any:
    return StringConstraints(pattern=_LINE, max_length=limit)


Title = Annotated[str, _line(domain.MAX_TITLE_LENGTH)]
Short = Annotated[str, _line(80)]
Line = Annotated[str, _line(500)]
Text = Annotated[str, StringConstraints(pattern=_LINES, max_length=domain.MAX_TEXT_LENGTH)]
UsccText = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Z]{18}$"),
    Field(description="统一社会信用代码", examples=["11450000MB0000013R"]),
]
ClassificationText = Annotated[
    str, StringConstraints(pattern=rf"^([123]([0-9]{{2}}([0-9]{{3,{3 + MAX_DETAIL_LENGTH}}})?)?)?$")
]
InClassification = Annotated[
    str, InPath(pattern=rf"^[123][0-9]{{5,{5 + MAX_DETAIL_LENGTH}}}$", description="分类码", examples=["303001"])
]
InSequence = Annotated[int, InPath(ge=1, le=999_999_999, description="顺序码", examples=[1])]
InDraft = Annotated[str, InPath(pattern=r"^CG[0-9]{8,16}$", examples=["CG20260001"])]
InVersion = Annotated[int, InPath(ge=1, le=1_000_000)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]


# --- What an entry says ----------------------------------------------------------------------------------------------


class DataItemBody(StrictSchema):
    """A data item: title in Chinese, column, type with length such as `C(18)`, and what it is to be careful about."""

    title: Title
    column_name: Short
    data_type: Short
    key: bool = False
    nullable: bool = True
    sensitivity: int = Field(1, ge=1, le=4)
    identifier: Identifier = Identifier.NONE
    code_list: Line = ""
    basic: bool = False
    charset: Short = ""
    note: Line = ""


class LegalBasisBody(StrictSchema):
    """A legal basis: kind of text, title, number, article, and the days it is in force."""

    kind: BasisKind
    title: Title
    number: Short = ""
    article: Short = ""
    in_force_from: Day | None = None
    in_force_to: Day | None = None


class ControlledParameterBody(StrictSchema):
    """A parameter that holds callers to something, named by the column of an item."""

    column: Short
    required: bool = True


class ContentBody(StrictSchema):
    """What an entry says; a draft may have gaps. Formats are names such as `MySQL`, or `group:name` for others."""

    title: Title
    provider_uscc: UsccText
    classification: ClassificationText = ""
    provider_office: Title = ""
    summary: Text = ""
    formats: list[Short] = Field(default_factory=list, max_length=20)
    items: list[DataItemBody] = Field(default_factory=list, max_length=domain.MAX_ITEMS)
    sharing_type: ShareType | None = None
    use_purposes: list[UsePurpose] = Field(default_factory=list, max_length=4)
    sharing_condition: Text = ""
    sharing_scope: Text = ""
    legal_bases: list[LegalBasisBody] = Field(default_factory=list, max_length=20)
    sharing_methods: list[ShareMethod] = Field(default_factory=lambda: [ShareMethod.PLATFORM], max_length=4)
    sharing_method_note: Text = ""
    open: bool = False
    open_condition: Text = ""
    update_cycle: UpdateCycle | None = None
    related_codes: list[Short] = Field(default_factory=list, max_length=50)
    level: Level = Level.REGIONAL
    secrecy: Secrecy = Secrecy.NOT_CLASSIFIED
    controlled_parameters: list[ControlledParameterBody] = Field(default_factory=list, max_length=50)
    extended: dict[Short, Text] = Field(default_factory=dict, max_length=50)

    def value(self) -> Content:
        return Content.from_json(self.model_dump())


class NodeOut(Schema):
    """A node of the classification tree."""

    code: str
    name: str
    grade: int = Field(description="1 类, 2 项, 3 目, 4 细目")
    owner_uscc: str


class NodeIn(StrictSchema):
    """A node to add; the one above must be there."""

    code: ClassificationText
    name: Annotated[str, _line(100)]
    owner_uscc: Annotated[str, StringConstraints(pattern=r"^([0-9A-Z]{18})?$")] = ""


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


class ResourceRow(Schema):
    """A resource in a list."""

    code: str
    title: str
    summary: str
    provider_uscc: str
    provider_title: str
    sharing_type: ShareType
    open: bool
    formats: list[str]
    update_cycle: UpdateCycle
    published_on: date | None
    version: int
    mounted: bool


class ResourcePage(Schema):
    """A page of resources. `total` is counted up to 10,001."""

    total: int
    items: list[ResourceRow]


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
    remark: Annotated[str, StringConstraints(pattern=_LINES, max_length=2_000)] = ""


class RemarkIn(StrictSchema):
    """A remark that goes with a step."""

    remark: Annotated[str, StringConstraints(pattern=_LINES, max_length=2_000)] = ""


# --- Classification --------------------------------------------------------------------------------------------------


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


# --- Search and resources --------------------------------------------------------------------------------------------


class SearchIn(PageQuery):
    """Words, and values of each facet; several values of one facet are alternatives."""

    q: Annotated[str, StringConstraints(max_length=200)] = ""
    resource_class: list[Literal[1, 2, 3]] = Field(default_factory=list)
    sharing_type: list[ShareType] = Field(default_factory=list)
    open: bool | None = None
    provider: list[UsccText] = Field(default_factory=list)
    update_cycle: list[UpdateCycle] = Field(default_factory=list)
    format_group: list[FormatGroup] = Field(default_factory=list)
    classification: ClassificationText = ""
    mounted: bool | None = None
    sort: Literal["newest", "title", "code"] = "newest"

    def search(self) -> queries.Search:
        return queries.Search(
            text=self.q,
            classes=tuple(self.resource_class),
            sharing_types=tuple(self.sharing_type),
            open=() if self.open is None else (self.open,),
            providers=tuple(self.provider),
            cycles=tuple(self.update_cycle),
            format_groups=tuple(self.format_group),
            classification=self.classification,
            mounted=self.mounted,
            sort=self.sort,
        )


class FacetsOut(Schema):
    """How many resources each value of a facet would give."""

    resource_class: dict[str, int]
    sharing_type: dict[str, int]
    open: dict[str, int]
    provider: dict[str, int]
    update_cycle: dict[str, int]
    format_group: dict[str, int]


@router.get("/resources", response={200: ResourcePage, **problems()}, auth=None, summary="Search the catalogue")
def search(request: SubjectRequest, query: Query[SearchIn]) -> dict[str, Any]:
    """Published resources. Without signing in, those that are open to society."""
    rows = queries.find(request.subject, query.search())
    part = list(rows[query.offset : query.offset + query.limit])
    titles = queries.provider_titles(part)
    return {"total": queries.count_of(rows), "items": [_resource_row(row, titles) for row in part]}


@router.get("/facets", response={200: FacetsOut, **problems()}, auth=None, summary="Count the values of each facet")
def facets(request: SubjectRequest, query: Query[SearchIn]) -> dict[str, Any]:
    """Counts under the words and choices given; a facet's own choice does not narrow its counts."""
    counts = queries.facet_counts(request.subject, query.search())
    names = {
        "resource_class": "classes",
        "sharing_type": "sharing_types",
        "open": "open",
        "provider": "providers",
        "update_cycle": "cycles",
        "format_group": "format_groups",
    }
    return {ours: {str(value): count for value, count in counts[theirs].items()} for ours, theirs in names.items()}


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
    return Status(201, _draft_out(queries.view_draft_row(draft_no, request.subject)))


# --- Drafts ----------------------------------------------------------------------------------------------------------


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
    return Status(201, _draft_out(queries.view_draft_row(draft_no, request.subject)))


@router.get("/drafts/{draft_no}", response={200: DraftOut, **problems(404)}, summary="One draft")
def draft(request: SubjectRequest, draft_no: InDraft) -> dict[str, Any]:
    """A draft with its content."""
    return _draft_out(queries.view_draft_row(draft_no, request.subject))


@router.put("/drafts/{draft_no}", response={200: DraftOut, **problems(404, 409)}, summary="Save a draft's new text")
def update_draft(request: SubjectRequest, draft_no: InDraft, body: DraftIn) -> dict[str, Any]:
    """The whole content; what is left out becomes empty."""
    services.update_draft(
        draft_no=draft_no, content=body.content.value(), edition=body.edition, by=request.subject, at=clock.now()
    )
    return _draft_out(queries.view_draft_row(draft_no, request.subject))


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


# --- Out -------------------------------------------------------------------------------------------------------------


def _resource_row(row: models.Resource, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "code": row.code,
        "title": row.title,
        "summary": row.summary,
        "provider_uscc": row.provider_uscc,
        "provider_title": titles.get(row.provider_uscc, ""),
        "sharing_type": row.sharing_type,
        "open": row.open,
        "formats": row.formats,
        "update_cycle": row.update_cycle,
        "published_on": row.published_on,
        "version": row.version,
        "mounted": row.mounted_at is not None,
    }


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


def _draft_out(row: models.Draft) -> dict[str, Any]:
    return {**_draft_row(row), "content": queries.content_of_draft(row).to_json()}


def _code_out(draft_no: str) -> dict[str, Any]:
    row = queries.get_draft_row(draft_no)
    return {"draft_no": draft_no, "code": row.resource.code if row.resource else "", "state": row.state}
