"""The REST face: what was stopped, figures, releases."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.foundation.secrecy import policy, queries
from jutong.foundation.secrecy.adapters import rules
from jutong.foundation.secrecy.models import Release, Stop
from jutong.foundation.secrecy.services import releases
from jutong.foundation.secrecy.values import SentPart
from jutong.kernel import clock

router = Router(tags=["secrecy"])

StopNo = Annotated[str, InPath(pattern=r"^BM[0-9]{8}[0-9A-Z]{6}$", examples=["BM20261127K7QX3M"])]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))]


class StopOut(Schema):
    """A stop (拦截记录): who, when, where and which kind of mark; nothing of what was sent."""

    stop_no: str
    at: datetime
    last_at: datetime
    times: int
    organisation: str
    person_no: str
    route: str
    field: str
    channel: SentPart
    sign: str
    sign_name: str
    signs: list[str]
    ending: str
    rules: str
    fingerprint: str
    released: bool


class ReleaseOut(Schema):
    """A release (误报放行) with its term."""

    stop_no: str
    organisation: str
    reason: str
    released_by: str
    released_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None


class StopDetail(StopOut):
    """A stop with all releases of what was stopped, newest first."""

    releases: list[ReleaseOut]


class StopPage(Schema):
    """A page of stops, newest first."""

    total: int
    items: list[StopOut]


class StopQuery(PageQuery):
    """Which stops: by the code of a sign, and by days, both inclusive."""

    sign: Annotated[str, Field(pattern=r"^[a-z_]{0,40}$")] = ""
    first_day: Day | None = None
    last_day: Day | None = None


class SpanQuery(Schema):
    """A span of days, both inclusive."""

    first_day: Day
    last_day: Day


class FiguresOut(Schema):
    """Figures of a span: stops, how many were found to be false alarms, and stops by sign, channel, organisation."""

    stops: int
    released: int
    by_sign: dict[str, int]
    by_channel: dict[str, int]
    by_organisation: dict[str, int]


class ReleaseReasonIn(StrictSchema):
    """Why. What was stopped must not be copied here."""

    reason: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]


@router.get("/stops", response={200: StopPage, **problems()}, summary="Stops I may see")
def list_stops(request: SubjectRequest, query: Query[StopQuery]) -> dict[str, Any]:
    """Own ones for everybody; those of the department for its secrecy officer; all for oversight."""
    found = queries.stops(request.subject, sign=query.sign, first_day=query.first_day, last_day=query.last_day)
    return page_of(queries.with_state(found, clock.now()), query, present=_stop)


@router.get("/figures", response={200: FiguresOut, **problems()}, summary="Figures of stops")
def get_figures(request: SubjectRequest, query: Query[SpanQuery]) -> Any:
    """How often the gate stopped something, and how often it was wrong."""
    require(request.subject, policy.VIEW_FIGURES)
    return queries.figures(request.subject, first_day=query.first_day, last_day=query.last_day)


@router.get("/stops/{stop_no}", response={200: StopDetail, **problems(404)}, summary="One stop")
def get_stop(request: SubjectRequest, stop_no: StopNo) -> dict[str, Any]:
    """Its place and kind, and the releases of what was stopped."""
    row = queries.get_stop(stop_no, request.subject)
    row.released = queries.find_release(row.fingerprint, row.organisation, clock.now()) is not None  # type: ignore[attr-defined]
    return {**_stop(row), "releases": [_release(each) for each in queries.releases_of(row)]}


@router.post("/stops/{stop_no}/release", response={201: ReleaseOut, **problems(404, 409)}, summary="Release")
def release(request: SubjectRequest, stop_no: StopNo, body: ReleaseReasonIn) -> Status[dict[str, Any]]:
    """A false alarm: the sender's organisation may send the same thing again until the term ends."""
    made = releases.release(stop_no=stop_no, reason=body.reason, by=request.subject, at=clock.now())
    return Status(201, _release(made))


@router.post("/stops/{stop_no}/withdraw", response={200: ReleaseOut, **problems(404, 409)}, summary="Withdraw")
def withdraw(request: SubjectRequest, stop_no: StopNo, body: ReleaseReasonIn) -> dict[str, Any]:
    """Take a release back; what comes from now on is stopped again."""
    return _release(releases.withdraw(stop_no=stop_no, reason=body.reason, by=request.subject, at=clock.now()))


def _stop(row: Stop) -> dict[str, Any]:
    given = {name: getattr(row, name) for name in StopOut.model_fields if name not in {"sign_name", "released"}}
    return {**given, "sign_name": rules.sign_name(row.sign, row.day), "released": getattr(row, "released", False)}


def _release(row: Release) -> dict[str, Any]:
    return {
        "stop_no": row.stop.stop_no,
        "organisation": row.organisation,
        "reason": row.reason,
        "released_by": row.released_by.get("id", ""),
        "released_at": row.released_at,
        "expires_at": row.expires_at,
        "withdrawn_at": row.withdrawn_at,
    }
