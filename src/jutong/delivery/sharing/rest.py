"""The REST face: what happens next, requests and their steps, grants and how to call them."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext
from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.delivery.sharing import domain, models, queries, services
from jutong.delivery.sharing.values import (
    Consent,
    Decider,
    DisputeKind,
    DisputeState,
    Mask,
    OutlookKind,
    Quota,
    Refusal,
    RequestState,
    Ruling,
    Way,
    Wish,
)
from jutong.kernel import clock
from jutong.kernel.codes.resource_code import MAX_DETAIL_LENGTH
from jutong.kernel.codes.sharing import UsePurpose
from jutong.supply.catalogue import api as catalogue

router = Router(tags=["sharing"])

# Printable text: PostgreSQL stores no NUL.
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
Text = Annotated[str, StringConstraints(pattern=_LINES, max_length=domain.MAX_TEXT_LENGTH)]
Column = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", min_length=1, max_length=80)]
ResourceText = Annotated[
    str,
    StringConstraints(pattern=rf"^[123][0-9]{{5,{5 + MAX_DETAIL_LENGTH}}}/[0-9]{{1,12}}$"),
    Field(examples=["303001/1"]),
]
InClassification = Annotated[
    str, InPath(pattern=rf"^[123][0-9]{{5,{5 + MAX_DETAIL_LENGTH}}}$", description="分类码", examples=["303001"])
]
InSequence = Annotated[int, InPath(ge=1, le=999_999_999, description="顺序码", examples=[1])]
InRequest = Annotated[str, InPath(pattern=r"^XQ[0-9]{8,16}$", examples=["XQ20260001"])]
InGrant = Annotated[str, InPath(pattern=r"^SQ[0-9]{8,16}$", examples=["SQ20260001"])]
InDispute = Annotated[str, InPath(pattern=r"^ZY[0-9]{8,16}$", examples=["ZY20260001"])]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]
ClientNo = Annotated[str, StringConstraints(pattern=r"^C[0-9]{4,12}$"), Field(examples=["C0001"])]
RowCondition = Annotated[
    dict[str, Any] | None,
    Field(
        description='{"column","op","value"}, or {"all":[…]} and {"any":[…]} of these; op is one of eq, ne, lt, le, '
        "gt, ge, in, prefix. Never text of a query.",
        examples=[{"all": [{"column": "xzqh", "op": "prefix", "value": "4501"}]}],
    ),
]


class QuotaBody(StrictSchema):
    """How often the grant may be used."""

    per_second: int = Field(default=10, ge=1, le=100_000)
    per_day: int = Field(default=10_000, ge=1, le=1_000_000_000)


class WishIn(StrictSchema):
    """What is asked: by which client, which items (column names), for what, on which basis, until which day."""

    resource: ResourceText
    client_no: ClientNo
    columns: list[Column] = Field(max_length=500)
    purpose_kind: UsePurpose
    purpose: Text
    legal_basis: Text
    matter: Text = ""
    until: Day | None = None
    quota: QuotaBody = Field(default_factory=QuotaBody)
    condition: RowCondition = None


class OutlookOut(Schema):
    """What happens next: at once, by the procedure with its limits, or not possible and why."""

    kind: OutlookKind
    reason: str
    message: str
    steps: list["StepOut"]


class StepOut(Schema):
    """A step of the procedure with its limit."""

    key: str
    title: str
    amount: int
    unit: str
    article: str


class AnswerOut(Schema):
    """The provider's answer: consent with items and masks, or refusal with ground, reason and basis."""

    agreed: bool
    columns: list[str] = Field(default_factory=list)
    masks: dict[str, Mask] = Field(default_factory=dict)
    condition: dict[str, Any] | None = None
    remark: str = ""
    ground: str = ""
    reason: str = ""
    legal_basis: str = ""


class RequestRow(Schema):
    """A request in a list."""

    request_no: str
    case_no: str
    resource: str
    resource_title: str
    provider_uscc: str
    consumer_uscc: str
    client_no: str
    route: OutlookKind
    state: RequestState
    state_title: str
    submitted_at: datetime
    closed_at: datetime | None
    grant_no: str
    answer_in_time: bool | None = Field(description="unknown before the answer or the end of its limit")
    dispute_no: str = Field(description="the dispute whose ruling began this request anew, or empty")


class RequestOut(RequestRow):
    """A request with what was asked and answered."""

    resource_version: int
    columns: list[str]
    condition: dict[str, Any] | None
    purpose_kind: UsePurpose
    purpose: str
    legal_basis: str
    matter: str
    until: date
    quota: QuotaBody
    answer: AnswerOut | None


class RequestPage(Schema):
    """A page of requests."""

    total: int
    items: list[RequestRow]


class ReviewIn(StrictSchema):
    """The formal review: forward to the provider, or reject with the reason."""

    decision: Literal["forward", "reject"]
    remark: Text = ""


class AgreeIn(StrictSchema):
    """Consent: items given (fewer than asked is allowed), masks by column, a condition that narrows the rows.

    Without `masks` the default ones by grade apply; an empty object gives everything unmasked.
    """

    decision: Literal["agree"]
    columns: list[Column] = Field(max_length=500)
    masks: dict[Column, Mask] | None = None
    condition: RowCondition = None
    remark: Text = ""


class RefuseIn(StrictSchema):
    """Refusal: ground of the list, reason in words, legal basis. Art. 22(3)."""

    decision: Literal["refuse"]
    ground: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
    reason: Text
    legal_basis: Text


AnswerIn = Annotated[AgreeIn | RefuseIn, Field(discriminator="decision")]


class StepRemarkIn(StrictSchema):
    """A remark that goes with a step."""

    remark: Text = ""


class ReturnIn(StrictSchema):
    """What is missing, by the rule pack's list, and all of it in one note."""

    gaps: list[Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]] = Field(min_length=1, max_length=20)
    remark: Text


class CompletionIn(StrictSchema):
    """What was completed; purpose and basis anew where they were wanting, empty where they stand."""

    remark: Text
    purpose: Text = ""
    legal_basis: Text = ""


class ReasonIn(StrictSchema):
    """Why a grant ends."""

    reason: Text


class GrantRow(Schema):
    """A grant in a list."""

    grant_no: str
    request_no: str
    resource: str
    resource_version: int
    provider_uscc: str
    consumer_uscc: str
    client_no: str
    decider: Decider
    starts_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    revoked_at: datetime | None
    revoke_reason: str
    live: bool


class GrantOut(GrantRow):
    """A grant with its terms. `decided_…` are the organisations of its day; those of today come with a reform."""

    decided_provider_uscc: str
    decided_consumer_uscc: str
    columns: list[str]
    masks: dict[str, Mask]
    condition: dict[str, Any] | None
    quota: QuotaBody
    purpose_kind: UsePurpose
    purpose: str
    legal_basis: str
    matter: str


class GrantPage(Schema):
    """A page of grants."""

    total: int
    items: list[GrantRow]


class InterfaceParameter(Schema):
    """A parameter callers may use; operators beside `eq` are written `name.op=value`."""

    name: str
    title: str
    type: str
    ops: list[str]
    required: bool
    max_length: int


class InterfaceColumn(Schema):
    """A column of the answer, with the mask it bears."""

    name: str
    title: str
    type: str
    mask: str


class InterfaceOut(Schema):
    """How a grant's interface is called, with examples that work as they stand."""

    grant_no: str
    method: str
    url: str
    sensitive: bool = Field(description="X-Jutong-Official, -Purpose and -Case must be sent and signed")
    parameters: list[InterfaceParameter]
    columns: list[InterfaceColumn]
    page_rows_max: int
    per_second: int
    per_day: int
    answer: dict[str, Any]
    shell: str
    python: str


# --- What happens next -----------------------------------------------------------------------------------------------


@router.get(
    "/outlook/{classification}/{sequence}",
    response={200: OutlookOut, **problems(404)},
    summary="What happens when I ask for this resource",
)
def outlook(request: SubjectRequest, classification: InClassification, sequence: InSequence) -> dict[str, Any]:
    """Granted at once, the 2 + 5 + 2 procedure, or not possible. Art. 22."""
    resource = catalogue.view_resource(f"{classification}/{sequence}", by=request.subject)
    found = queries.outlook(resource, request.subject.organisation)
    steps = queries.steps_ahead(found, clock.local_day(clock.now()))
    return {
        "kind": found.kind,
        "reason": found.reason,
        "message": _words(found.words),
        "steps": [_step(step) for step in steps],
    }


def _step(step: queries.StepLimit) -> dict[str, Any]:
    return {
        "key": step.key,
        "title": _words(step.title),
        "amount": step.limit.amount,
        "unit": _words(step.limit.unit.label),
        "article": step.limit.article,
    }


# --- Requests --------------------------------------------------------------------------------------------------------


class RequestsQuery(PageQuery):
    """Which requests: as consumer, as provider, in some states, of one resource."""

    role: Literal["consumer", "provider"] | None = None
    state: list[RequestState] = Field(default_factory=list)
    resource: ResourceText | None = None


@router.get("/requests", response={200: RequestPage, **problems()}, summary="Requests I may see")
def requests(request: SubjectRequest, query: Query[RequestsQuery]) -> dict[str, Any]:
    """One's own, those for one's own resources, and for the bureau all; the newest first."""
    rows = queries.requests(request.subject).select_related("grant", "dispute")
    if query.role:
        rows = rows.filter(**{f"{query.role}_uscc": request.subject.organisation})
    if query.state:
        rows = rows.filter(state__in=query.state)
    if query.resource:
        rows = rows.filter(resource_code=query.resource)
    return page_of(rows, query, present=_request_row)


@router.post("/requests", response={201: RequestOut, **problems(404, 409)}, summary="Ask for data")
def submit(request: SubjectRequest, body: WishIn) -> Any:
    """数据需求申请. Type 1 without controlled parameters is granted in this call. For the consumer's steward."""
    at = clock.now()
    resource = catalogue.view_resource(body.resource, by=request.subject)
    wish = Wish(
        client_no=body.client_no,
        columns=tuple(body.columns),
        purpose_kind=body.purpose_kind,
        purpose=body.purpose,
        legal_basis=body.legal_basis,
        until=body.until or queries.default_until(clock.local_day(at)),
        quota=Quota(**body.quota.model_dump()),
        condition=domain.build_condition(body.condition, resource.items),
        matter=body.matter,
    )
    request_no = services.request_resource(resource_code=resource.code, wish=wish, by=request.subject, at=at)
    return Status(201, _request_out(request_no, request))


@router.get("/requests/{request_no}", response={200: RequestOut, **problems(404)}, summary="One request")
def one_request(request: SubjectRequest, request_no: InRequest) -> dict[str, Any]:
    """What was asked, where it stands, what was answered."""
    return _request_out(request_no, request)


@router.post(
    "/requests/{request_no}/review",
    response={200: RequestOut, **problems(404, 409)},
    summary="Formal review of a request",
)
def review(request: SubjectRequest, request_no: InRequest, body: ReviewIn) -> dict[str, Any]:
    """规范性审查, within two working days. For the bureau's reviewers. Art. 22(2)."""
    act = services.forward if body.decision == "forward" else services.reject
    act(request_no=request_no, remark=body.remark, by=request.subject, at=clock.now())
    return _request_out(request_no, request)


@router.post(
    "/requests/{request_no}/answer", response={200: RequestOut, **problems(404, 409)}, summary="Answer a request"
)
def answer(request: SubjectRequest, request_no: InRequest, body: AnswerIn) -> dict[str, Any]:
    """提供部门答复, within five working days. For the provider's steward. Art. 22(3)."""
    at = clock.now()
    row = queries.view_request_row(request_no, request.subject)
    if isinstance(body, RefuseIn):
        refusal = Refusal(body.ground, body.reason, body.legal_basis)
        services.refuse(request_no=request_no, refusal=refusal, by=request.subject, at=at)
        return _request_out(request_no, request)
    resource = catalogue.get_resource(row.resource_code)
    masks = domain.default_masks(resource, body.columns) if body.masks is None else body.masks
    condition = domain.build_condition(body.condition, resource.items)
    services.consent(
        request_no=request_no,
        consent=Consent(tuple(body.columns), masks, condition, body.remark),
        by=request.subject,
        at=at,
    )
    return _request_out(request_no, request)


@router.post(
    "/requests/{request_no}/push",
    response={200: RequestOut, **problems(404, 409)},
    summary="Push the answer to the consumer",
)
def push(request: SubjectRequest, request_no: InRequest, body: StepRemarkIn) -> dict[str, Any]:
    """结果推送, within two working days: after a consent the grant is live. For the bureau's reviewers. Art. 22(4)."""
    services.push(request_no=request_no, remark=body.remark, by=request.subject, at=clock.now())
    return _request_out(request_no, request)


@router.post(
    "/requests/{request_no}/handing-in",
    response={200: RequestOut, **problems(404, 409)},
    summary="Hand a request in after the inner steps",
)
def hand_in(request: SubjectRequest, request_no: InRequest, body: StepRemarkIn) -> dict[str, Any]:
    """报送, once the department's own people have agreed; before that it is sent round. For the consumer's steward."""
    services.hand_in(request_no=request_no, remark=body.remark, by=request.subject, at=clock.now())
    return _request_out(request_no, request)


@router.post(
    "/requests/{request_no}/return",
    response={200: RequestOut, **problems(404, 409)},
    summary="Have a request completed",
)
def send_back(request: SubjectRequest, request_no: InRequest, body: ReturnIn) -> dict[str, Any]:
    """退回补正: the office's clock stands still. For the bureau's reviewers, and for the provider's steward.

    The second time a second person of the office must agree first; the answer then still shows the old state.
    """
    services.send_back(request_no=request_no, gaps=body.gaps, remark=body.remark, by=request.subject, at=clock.now())
    return _request_out(request_no, request)


@router.post(
    "/requests/{request_no}/completion",
    response={200: RequestOut, **problems(404, 409)},
    summary="Complete a returned request",
)
def complete(request: SubjectRequest, request_no: InRequest, body: CompletionIn) -> dict[str, Any]:
    """补正: the office's clock goes on with the days left. For the consumer's steward."""
    services.complete(
        request_no=request_no,
        remark=body.remark,
        purpose=body.purpose,
        legal_basis=body.legal_basis,
        by=request.subject,
        at=clock.now(),
    )
    return _request_out(request_no, request)


@router.post(
    "/requests/{request_no}/withdrawal", response={200: RequestOut, **problems(404, 409)}, summary="Withdraw a request"
)
def withdraw(request: SubjectRequest, request_no: InRequest, body: StepRemarkIn) -> dict[str, Any]:
    """撤回, before the provider has answered. For the consumer's steward."""
    services.withdraw(request_no=request_no, remark=body.remark, by=request.subject, at=clock.now())
    return _request_out(request_no, request)


class HandlingIn(StrictSchema):
    """One decision for several requests. A refusal needs ground, reason and legal basis, a rejection its remark."""

    request_nos: list[Annotated[str, StringConstraints(pattern=r"^XQ[0-9]{8,16}$")]] = Field(
        min_length=1, max_length=100
    )
    way: Way
    remark: Text = ""
    ground: Annotated[str, StringConstraints(pattern=r"^[a-z_]{0,40}$")] = ""
    reason: Text = ""
    legal_basis: Text = ""


class HandledOut(Schema):
    """What became of one request: done, sent round the department first, or not done, with the error's code."""

    request_no: str
    done: bool
    sent_round: bool
    code: str
    message: str


@router.post("/handling", response={200: list[HandledOut], **problems()}, summary="Handle several requests at once")
def handle_several(request: SubjectRequest, body: HandlingIn) -> list[dict[str, Any]]:
    """批量办理: each request by itself; one that cannot go this way stays as it is and says why.

    Consent gives all items asked for with their default masks. For whoever may take the single requests this way.
    """
    refusal = Refusal(body.ground, body.reason, body.legal_basis) if body.way is Way.REFUSE else None
    done = services.handle_several(
        request_nos=body.request_nos,
        decision=services.OneForAll(body.way, body.remark, refusal),
        by=request.subject,
        at=clock.now(),
    )
    return [
        {
            "request_no": each.request_no,
            "done": each.error is None,
            "sent_round": each.sent_round,
            "code": each.error.code if each.error else "",
            "message": each.error.words(gettext) if each.error else "",
        }
        for each in done
    ]


# --- Disputes --------------------------------------------------------------------------------------------------------


class DisputeIn(StrictSchema):
    """What a dispute is about, why, and what outcome is wished."""

    kind: DisputeKind
    reason: Text
    wished: Text


class StatementIn(StrictSchema):
    """What a side thinks."""

    statement: Text


class SettlementIn(StrictSchema):
    """The settlement: in words, whether the provider answers anew, and about which items; about all where none is."""

    words: Text
    anew: bool = False
    columns: list[Column] = Field(default_factory=list, max_length=500)


class ConfirmationIn(StrictSchema):
    """Whether a side agrees to the settlement; one that does not says why."""

    agreed: bool
    remark: Text = ""


class DisputeDecisionIn(StrictSchema):
    """The working group's decision, by the number of its document: the provider answers anew, or its answer stands."""

    decision: Literal["reopen", "dismiss"]
    document_no: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", min_length=1, max_length=100)]
    words: Text
    columns: list[Column] = Field(default_factory=list, max_length=500)


class RulingOut(Schema):
    """A settlement or decision."""

    words: str
    anew: bool
    columns: list[str]
    document_no: str


class StatementOut(Schema):
    """What a side said; no words where it let its days pass."""

    side: Literal["provider", "consumer"]
    words: str
    at: datetime


class DisputeRow(Schema):
    """A dispute in a list."""

    dispute_no: str
    case_no: str
    request_no: str
    resource: str
    resource_title: str
    provider_uscc: str
    consumer_uscc: str
    kind: DisputeKind
    kind_title: str
    state: DisputeState
    state_title: str
    raised_at: datetime
    closed_at: datetime | None


class DisputeOut(DisputeRow):
    """A dispute with what was said, how it ended, and the request that began anew."""

    reason: str
    wished: str
    statements: list[StatementOut]
    settlement: RulingOut | None
    decision: RulingOut | None
    new_request_no: str


class DisputePage(Schema):
    """A page of disputes."""

    total: int
    items: list[DisputeRow]


class DisputesQuery(PageQuery):
    """Which disputes: as consumer, as provider, in some states, about one request."""

    role: Literal["consumer", "provider"] | None = None
    state: list[DisputeState] = Field(default_factory=list)
    request_no: Annotated[str, StringConstraints(pattern=r"^XQ[0-9]{8,16}$")] | None = None


@router.get("/disputes", response={200: DisputePage, **problems()}, summary="Disputes I may see")
def disputes(request: SubjectRequest, query: Query[DisputesQuery]) -> dict[str, Any]:
    """One's own, those about one's own resources, and for the bureau all; the newest first."""
    rows = queries.disputes(request.subject)
    if query.role:
        rows = rows.filter(**{f"{query.role}_uscc": request.subject.organisation})
    if query.state:
        rows = rows.filter(state__in=query.state)
    if query.request_no:
        rows = rows.filter(request__request_no=query.request_no)
    return page_of(rows, query, present=_dispute_row)


@router.post(
    "/requests/{request_no}/disputes",
    response={201: DisputeOut, **problems(404, 409)},
    summary="Bring a request to coordination",
)
def raise_dispute(request: SubjectRequest, request_no: InRequest, body: DisputeIn) -> Any:
    """提请协调: refused, given in part, unanswered past its limit, or data that is not as catalogued. Art. 39.

    For the consumer's steward.
    """
    dispute_no = services.raise_dispute(
        request_no=request_no,
        kind=body.kind,
        reason=body.reason,
        wished=body.wished,
        by=request.subject,
        at=clock.now(),
    )
    return Status(201, _dispute_out(dispute_no, request))


@router.get("/disputes/{dispute_no}", response={200: DisputeOut, **problems(404)}, summary="One dispute")
def one_dispute(request: SubjectRequest, dispute_no: InDispute) -> dict[str, Any]:
    """What it is about, what both sides said, how it is to end."""
    return _dispute_out(dispute_no, request)


@router.post(
    "/disputes/{dispute_no}/statement",
    response={200: DisputeOut, **problems(404, 409)},
    summary="State one's view in a dispute",
)
def state_in_dispute(request: SubjectRequest, dispute_no: InDispute, body: StatementIn) -> dict[str, Any]:
    """陈述意见: the provider's steward first, then the consumer's. Silence forgoes it and agrees to nothing."""
    services.state_in_dispute(dispute_no=dispute_no, statement=body.statement, by=request.subject, at=clock.now())
    return _dispute_out(dispute_no, request)


@router.post(
    "/disputes/{dispute_no}/settlement",
    response={200: DisputeOut, **problems(404, 409)},
    summary="Propose a settlement",
)
def settle_dispute(request: SubjectRequest, dispute_no: InDispute, body: SettlementIn) -> dict[str, Any]:
    """提出协调意见, which both sides must confirm. For the provider's data coordinator."""
    settlement = Ruling(body.words, body.anew, tuple(body.columns))
    services.settle_dispute(dispute_no=dispute_no, settlement=settlement, by=request.subject, at=clock.now())
    return _dispute_out(dispute_no, request)


@router.post(
    "/disputes/{dispute_no}/confirmation",
    response={200: DisputeOut, **problems(404, 409)},
    summary="Agree to a settlement, or not",
)
def confirm_settlement(request: SubjectRequest, dispute_no: InDispute, body: ConfirmationIn) -> dict[str, Any]:
    """确认协调意见: the consumer's steward, then the provider's. Who does not agree has the working group decide."""
    services.confirm_settlement(
        dispute_no=dispute_no, agreed=body.agreed, remark=body.remark, by=request.subject, at=clock.now()
    )
    return _dispute_out(dispute_no, request)


@router.post(
    "/disputes/{dispute_no}/referral",
    response={200: DisputeOut, **problems(404, 409)},
    summary="Pass a dispute to the working group",
)
def refer_dispute(request: SubjectRequest, dispute_no: InDispute, body: ReasonIn) -> dict[str, Any]:
    """提请工作小组决定, where the sides do not come together. For the provider's data coordinator."""
    services.refer_dispute(dispute_no=dispute_no, remark=body.reason, by=request.subject, at=clock.now())
    return _dispute_out(dispute_no, request)


@router.post(
    "/disputes/{dispute_no}/decision",
    response={200: DisputeOut, **problems(404, 409)},
    summary="Enter the working group's decision",
)
def decide_dispute(request: SubjectRequest, dispute_no: InDispute, body: DisputeDecisionIn) -> dict[str, Any]:
    """工作小组决定: reopened, a new request waits for the provider's answer. For the bureau's reviewers."""
    decision = Ruling(body.words, body.decision == "reopen", tuple(body.columns), body.document_no)
    services.decide_dispute(dispute_no=dispute_no, decision=decision, by=request.subject, at=clock.now())
    return _dispute_out(dispute_no, request)


@router.post(
    "/disputes/{dispute_no}/withdrawal",
    response={200: DisputeOut, **problems(404, 409)},
    summary="Withdraw a dispute",
)
def withdraw_dispute(request: SubjectRequest, dispute_no: InDispute, body: StepRemarkIn) -> dict[str, Any]:
    """撤回争议, before its end. For the consumer's steward."""
    services.withdraw_dispute(dispute_no=dispute_no, remark=body.remark, by=request.subject, at=clock.now())
    return _dispute_out(dispute_no, request)


def _dispute_row(row: models.Dispute) -> dict[str, Any]:
    return {
        "dispute_no": row.dispute_no,
        "case_no": row.case_no,
        "request_no": row.request.request_no,
        "resource": row.request.resource_code,
        "resource_title": row.request.resource_title,
        "provider_uscc": row.provider_uscc,
        "consumer_uscc": row.consumer_uscc,
        "kind": row.kind,
        "kind_title": _words(DisputeKind(row.kind).label),
        "state": row.state,
        "state_title": _words(DisputeState(row.state).label),
        "raised_at": row.raised_at,
        "closed_at": row.closed_at,
    }


def _dispute_out(dispute_no: str, request: SubjectRequest) -> dict[str, Any]:
    row = queries.view_dispute_row(dispute_no, request.subject)
    anew = queries.new_request_of(row)
    told = {name: getattr(row, name) for name in ("reason", "wished", "statements", "settlement", "decision")}
    return {**_dispute_row(row), **told, "new_request_no": anew.request_no if anew else ""}


# --- Grants ----------------------------------------------------------------------------------------------------------


class GrantsQuery(PageQuery):
    """Which grants: as consumer, as provider, live ones only, of one resource."""

    role: Literal["consumer", "provider"] | None = None
    live: bool | None = None
    resource: ResourceText | None = None


@router.get("/grants", response={200: GrantPage, **problems()}, summary="Grants I may see")
def grants(request: SubjectRequest, query: Query[GrantsQuery]) -> dict[str, Any]:
    """One's own, those on one's own resources, and for the bureau and the centre all; the newest first."""
    at = clock.now()
    rows = queries.grants(request.subject).select_related("request")
    if query.role:
        rows = rows.filter(**{f"{query.role}_uscc": request.subject.organisation})
    if query.resource:
        rows = rows.filter(resource_code=query.resource)
    if query.live is not None:
        living = queries.living(at)
        rows = rows.filter(living) if query.live else rows.exclude(living)
    return page_of(rows, query, present=lambda row: _grant_row(row, at))


@router.get("/grants/{grant_no}", response={200: GrantOut, **problems(404)}, summary="One grant")
def grant(request: SubjectRequest, grant_no: InGrant) -> dict[str, Any]:
    """The decision and its terms."""
    return _grant_out(grant_no, request)


@router.get(
    "/grants/{grant_no}/interface",
    response={200: InterfaceOut, **problems(404)},
    summary="How to call what a grant gives",
)
def call_interface(request: SubjectRequest, grant_no: InGrant) -> dict[str, Any]:
    """Address, parameters, answer, and examples for curl and Python."""
    return asdict(queries.interface_of(queries.view_grant_row(grant_no, request.subject)))


@router.post("/grants/{grant_no}/revocation", response={200: GrantOut, **problems(404, 409)}, summary="Revoke a grant")
def revoke(request: SubjectRequest, grant_no: InGrant, body: ReasonIn) -> dict[str, Any]:
    """收回授权: calls are refused within a second. For the provider's steward and the bureau's reviewers."""
    services.revoke(grant_no=grant_no, reason=body.reason, by=request.subject, at=clock.now())
    return _grant_out(grant_no, request)


@router.post("/grants/{grant_no}/return", response={200: GrantOut, **problems(404, 409)}, summary="Give a grant back")
def give_back(request: SubjectRequest, grant_no: InGrant, body: ReasonIn) -> dict[str, Any]:
    """交回授权. For the consumer's steward."""
    services.return_grant(grant_no=grant_no, reason=body.reason, by=request.subject, at=clock.now())
    return _grant_out(grant_no, request)


# --- Out -------------------------------------------------------------------------------------------------------------


def _words(text: str) -> str:
    return gettext(text) if text else ""


def _request_row(row: models.DataRequest) -> dict[str, Any]:
    given = getattr(row, "grant", None)
    return {
        "request_no": row.request_no,
        "case_no": row.case_no,
        "resource": row.resource_code,
        "resource_title": row.resource_title,
        "provider_uscc": row.provider_uscc,
        "consumer_uscc": row.consumer_uscc,
        "client_no": row.client_no,
        "route": row.route,
        "state": row.state,
        "state_title": _words(RequestState(row.state).label),
        "submitted_at": row.submitted_at,
        "closed_at": row.closed_at,
        "grant_no": given.grant_no if given else "",
        "answer_in_time": row.answer_in_time,
        "dispute_no": row.dispute.dispute_no if row.dispute else "",
    }


def _request_out(request_no: str, request: SubjectRequest) -> dict[str, Any]:
    row = queries.view_request_row(request_no, request.subject)
    wish = {name: value for name, value in queries.wish_of(row).to_json().items() if name != "client_no"}
    return {**_request_row(row), "resource_version": row.resource_version, **wish, "answer": _answer(row)}


def _answer(row: models.DataRequest) -> dict[str, Any] | None:
    if row.answer is None:
        return None
    return {"agreed": "ground" not in row.answer, **row.answer}


def _grant_row(row: models.Grant, at: datetime) -> dict[str, Any]:
    return {
        "grant_no": row.grant_no,
        "request_no": row.request.request_no,
        "resource": row.resource_code,
        "resource_version": row.resource_version,
        "provider_uscc": row.provider_uscc,
        "consumer_uscc": row.consumer_uscc,
        "client_no": row.client_no,
        "decider": row.decider,
        "starts_at": row.starts_at,
        "expires_at": row.expires_at,
        "ended_at": row.ended_at,
        "revoked_at": row.revoked_at,
        "revoke_reason": row.revoke_reason,
        "live": row.ended_at is None and row.starts_at <= at < row.expires_at,
    }


def _grant_out(grant_no: str, request: SubjectRequest) -> dict[str, Any]:
    row = queries.view_grant_row(grant_no, request.subject)
    decided = {name: getattr(row, name) for name in ("decided_provider_uscc", "decided_consumer_uscc")}
    return {**_grant_row(row, clock.now()), **decided, **row.terms}
