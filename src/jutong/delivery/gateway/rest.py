"""The REST face: the call log, counts of it, availability, seals, and the table of refusals."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.utils.translation import gettext
from ninja import Path as InPath
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, page_of, problems
from jutong.delivery.gateway import api
from jutong.delivery.gateway.models import Call, Segment
from jutong.delivery.gateway.policy import VIEW_SEALS
from jutong.delivery.gateway.values import REFUSALS, CallFilter, Grouping, OutcomeKind, Refusal
from jutong.delivery.gateway.values.scheme import ALGORITHMS, VERSION, WINDOW_SECONDS
from jutong.kernel.errors import NotSignedIn

router = Router(tags=["gateway"])

# Codes and numbers are short printable ASCII; PostgreSQL stores no NUL.
CODE = r"^[0-9A-Za-z_./-]*$"
USCC = r"^([0-9A-Z]{18})?$"
CALL_NO = r"^[0-9a-z.]{1,24}-[0-9]{1,18}$"
TEXT = r"^[^\x00-\x1f\x7f-\x9f]*$"

CallNo = Annotated[str, InPath(pattern=CALL_NO, description="调用编号", examples=["g3f9a1c20-1024"])]
Moment = Annotated[AwareDatetime, Field(ge="1949-10-01T00:00:00Z", le="2100-12-31T00:00:00Z")]


class CallQuery(Schema):
    """Which calls; `outcome` is answered, refused, failed, or the code of a refusal."""

    resource: str = Field("", max_length=80, pattern=CODE)
    client: str = Field("", max_length=64, pattern=CODE)
    consumer: str = Field("", pattern=USCC)
    provider: str = Field("", pattern=USCC)
    grant: str = Field("", max_length=64, pattern=CODE)
    case: str = Field("", max_length=200, pattern=TEXT)
    outcome: str = Field("", max_length=40, pattern=r"^[a-z_]*$")
    since: Moment | None = None
    until: Moment | None = None

    def wanted(self) -> CallFilter:
        return CallFilter(**self.model_dump(include=set(CallQuery.model_fields)))


class CallListQuery(PageQuery, CallQuery):
    """Which calls, and which part of the list."""


class CallOut(Schema):
    """A call. Names of parameters and columns, never a value; `repeats` is more than 1 for counted refusals."""

    call_no: str
    at: datetime
    outcome: str
    kind: OutcomeKind
    status: int
    client: str
    key: str
    consumer: str
    provider: str
    resource: str
    resource_version: int | None
    grant: str
    official: str
    purpose: str
    case: str
    parameters: list[str]
    columns: list[str]
    rows: int | None
    size_bytes: int
    duration_us: int
    source: str
    repeats: int


class CallPage(Schema):
    """A page of calls, newest first."""

    total: int
    items: list[CallOut]


class StatisticsQuery(CallQuery):
    """Which calls are counted, and by what."""

    by: Grouping = Grouping.RESOURCE


class CountOut(Schema):
    """Calls of one group. `mean_ms` is of answered calls; sizes and rows are what was given."""

    group: str
    calls: int
    answered: int
    refused: int
    failed: int
    rows: int
    size_bytes: int
    mean_ms: float | None


class AvailabilityQuery(Schema):
    """Of which resource, and over which time; `until` itself is not counted."""

    resource: str = Field(min_length=1, max_length=80, pattern=CODE)
    since: Moment
    until: Moment


class AvailabilityOut(Schema):
    """How often admitted calls were answered; `ratio` is null where there were none."""

    resource: str
    since: datetime
    until: datetime
    calls: int
    answered: int
    failed: int
    ratio: float | None


class RefusalOut(Schema):
    """A way in which the gateway refuses a call."""

    code: str
    status: int
    message: str
    authenticated: bool
    provider_fault: bool


class SealOut(Schema):
    """The seal of a finished log file."""

    gateway: str
    segment: int
    first: int
    last: int
    digest: str
    previous: str
    sealed_at: datetime
    public_key: str
    signature: str


class SealPage(Schema):
    """A page of seals, newest first."""

    total: int
    items: list[SealOut]


class SchemeOut(Schema):
    """Where clients call, and how they sign. The scheme is described in the reference manual."""

    gateway_url: str
    scheme: str
    algorithms: list[str]
    window_seconds: int


@router.get("/calls", response={200: CallPage, **problems()}, summary="The call log")
def calls(request: SubjectRequest, query: Query[CallListQuery]) -> dict[str, Any]:
    """Calls that both sides of them and the watchers see, newest first."""
    _signed_in(request)
    return page_of(api.calls(request.subject, query.wanted()), query, present=_call)


@router.get("/calls/{call_no}", response={200: CallOut, **problems(404)}, summary="One call")
def call(request: SubjectRequest, call_no: CallNo) -> dict[str, Any]:
    """A call by the number its caller was told."""
    _signed_in(request)
    return asdict(api.call(call_no, request.subject))


@router.get("/statistics", response={200: list[CountOut], **problems()}, summary="Calls counted")
def statistics(request: SubjectRequest, query: Query[StatisticsQuery]) -> list[dict[str, Any]]:
    """Calls that the subject may see, counted by resource, client, organisation, outcome or day (1,000 groups)."""
    _signed_in(request)
    found = api.statistics(api.calls(request.subject, query.wanted()), query.by)
    return [asdict(count) for count in found]


@router.get("/availability", response={200: AvailabilityOut, **problems()}, summary="Availability of a resource")
def availability(request: SubjectRequest, query: Query[AvailabilityQuery]) -> dict[str, Any]:
    """How often a resource answered when it should have; counts without names, for everybody in a post."""
    _signed_in(request)
    found = api.availability(query.resource, since=query.since, until=query.until)
    return {**asdict(found), "calls": found.calls, "ratio": found.ratio}


@router.get("/seals", response={200: SealPage, **problems()}, summary="Seals of the log")
def seals(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """Signed seals of finished log files, each naming the one before."""
    require(request.subject, VIEW_SEALS)
    return page_of(api.seals(), query, present=_seal)


@router.get("/refusals", response={200: list[RefusalOut], **problems()}, summary="Codes of refusals")
def refusals(request: SubjectRequest) -> list[dict[str, Any]]:
    """Every code with which the gateway refuses a call, in the language of the request."""
    _signed_in(request)
    return [_refusal(refusal) for refusal in REFUSALS.values()]


@router.get("/scheme", response={200: SchemeOut, **problems()}, summary="Where and how to call")
def scheme(request: SubjectRequest) -> dict[str, Any]:
    """The gateway's address and its ways to sign."""
    _signed_in(request)
    return {
        "gateway_url": api.gateway_url(),
        "scheme": VERSION.decode(),
        "algorithms": list(ALGORITHMS),
        "window_seconds": WINDOW_SECONDS,
    }


def _signed_in(request: SubjectRequest) -> None:
    if not request.subject.signed_in:
        raise NotSignedIn()


def _call(row: Call) -> dict[str, Any]:
    return asdict(row.value())


def _seal(row: Segment) -> dict[str, Any]:
    return asdict(row.value())


def _refusal(refusal: Refusal) -> dict[str, Any]:
    members = asdict(refusal)
    return {**members, "message": gettext(members.pop("words"))}
