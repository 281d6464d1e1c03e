"""The REST face of the overview: the figures of each page, with numerators, denominators and the moment."""

from dataclasses import fields
from datetime import date, datetime
from typing import Annotated, Any

from django.utils.translation import gettext
from ninja import Path as InPath
from ninja import Query, Router, Schema
from pydantic import Field

from jutong.assessment.overview import api, domain
from jutong.assessment.overview.values import (
    DepartmentFigures,
    DutyState,
    Figure,
    HealthState,
    Indicator,
    Ledger,
    OpenData,
    Region,
    UnusedGrants,
)
from jutong.base.http import SubjectRequest
from jutong.base.rest import problems
from jutong.delivery.gateway.values import LATENCY_BOUNDS_MS, DayQuery, Grouping
from jutong.foundation.operations.values import State
from jutong.foundation.procedures.values.cases import Stage
from jutong.kernel import clock
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.supply.exchange.values import RunState

router = Router(tags=["overview"])

CODE = r"^[0-9A-Za-z_./-]*$"
USCC = r"^[0-9A-Z]{18}$"
MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
Uscc = Annotated[str, InPath(pattern=USCC, description="统一社会信用代码")]
Day = Annotated[date, Field(ge=date(2019, 1, 1), le=date(2100, 12, 31))]


class OverviewMonthQuery(Schema):
    """Which month, `2026-11`; the present one where none is given."""

    month: str = Field("", pattern=f"({MONTH})|^$")

    def first_day(self, at: datetime) -> date:
        if self.month:
            return date.fromisoformat(f"{self.month}-01")
        return domain.first_of_month(clock.local_day(at))


class FigureOut(Schema):
    """An indicator: value, numerator and denominator; no events, no value."""

    value: float | None
    part: float
    events: int


class IndicatorOut(FigureOut):
    """An indicator with its name, formula and unit (`ratio` 0–1, `points` 0–100, `workdays`), and last month's."""

    indicator: Indicator
    title: str
    formula: str
    unit: str
    before: FigureOut


class DepartmentFiguresOut(Schema):
    """A department's counts and indicators."""

    uscc: str
    title: str
    region_code: str
    published: int
    drafts: int
    open_steps: int
    overdue: int
    earliest_due_on: date | None
    grants_given: int
    grants_taken: int
    calls_given: int
    calls_made: int
    indicators: list[IndicatorOut]


class RegionTotalsOut(Schema):
    """The region in a line."""

    published: int
    providers: int
    mountable: int
    mounted: int
    open: int
    grants: int
    calls_today: int
    calls_month: int
    rows_today: int
    rows_month: int
    open_steps: int
    overdue: int


class RegionMonthOut(Schema):
    """What a month brought."""

    month: date
    calls: int
    answered: int
    runs: int
    failed_runs: int
    rows_moved: int
    requests: int
    granted: int
    refused: int
    due: int
    in_time: int


class CityFiguresOut(Schema):
    """A city on the tile map."""

    code: str
    resources: int
    calls: int
    overdue: int


class SupplyLinkOut(Schema):
    """Live grants from a department to another."""

    provider: str
    provider_title: str
    consumer: str
    consumer_title: str
    grants: int


class RegionGlanceOut(Schema):
    """The region at a glance; `week` are calls by weekday (Monday first) and hour over the last 56 days."""

    as_of: datetime
    month: date
    totals: RegionTotalsOut
    indicators: list[IndicatorOut]
    departments: list[DepartmentFiguresOut]
    months: list[RegionMonthOut]
    cities: list[CityFiguresOut]
    links: list[SupplyLinkOut]
    week: list[list[int]]


class RankingQuery(OverviewMonthQuery):
    """By which indicator, in which month."""

    by: Indicator = Indicator.IN_TIME


class RankedOut(Schema):
    """A department's place; none for those with too few events to be ranked."""

    uscc: str
    title: str
    place: int | None
    figure: FigureOut
    before: FigureOut


class RankingOut(Schema):
    """Departments by an indicator, the best first."""

    as_of: datetime
    indicator: Indicator
    formula: str
    items: list[RankedOut]


class DutyOut(Schema):
    """A line of a ledger."""

    key: str
    title: str
    article: str
    state: DutyState
    unit: str
    figure: FigureOut
    before: FigureOut
    region: FigureOut
    place: int | None
    ranked: int


class LedgerOut(Schema):
    """A cloud chief's ledger."""

    as_of: datetime
    uscc: str
    title: str
    month: date
    duties: list[DutyOut]
    department: DepartmentFiguresOut


class WallQuery(Schema):
    """Of which department (all for none), how many days ahead, and how many steps at most."""

    organisation: str = Field("", pattern=f"({USCC})|^$")
    days_ahead: int = Field(7, ge=0, le=31)
    limit: int = Field(100, ge=1, le=500)


class BurdenOut(Schema):
    """Steps that wait for a department."""

    organisation: str
    open: int
    overdue: int
    due_today: int
    to_monitor: int
    to_chief: int
    to_bureau: int
    earliest_due_on: date | None


class OpenStepOut(Schema):
    """A step whose clock runs; `stage` from 0 (in time) to 6 (to be named in the bulletin)."""

    case_no: str
    case_title: str
    procedure: str
    procedure_title: str
    step_title: str
    organisation: str
    post: str
    holder_name: str
    due_on: date
    left: int
    unit: str
    article: str
    stage: Stage
    reminders: int
    reminded_at: datetime | None


class WallOut(Schema):
    """Who is late, and what is due soon."""

    as_of: datetime
    burdens: list[BurdenOut]
    steps: list[OpenStepOut]


class CallUsageQuery(Schema):
    """Which calls: days inclusive in Asia/Shanghai; `outcome` is answered, refused, failed or a refusal's code.

    `by` says by what `groups` are counted.
    """

    first_day: Day | None = None
    last_day: Day | None = None
    resource: str = Field("", max_length=80, pattern=CODE)
    consumer: str = Field("", pattern=f"({USCC})|^$")
    provider: str = Field("", pattern=f"({USCC})|^$")
    outcome: str = Field("", max_length=40, pattern=r"^[a-z_]*$")

    by: Grouping = Grouping.RESOURCE

    def wanted(self) -> DayQuery:
        return DayQuery(**self.model_dump(exclude={"by"}))


class CallUsageOut(Schema):
    """Counted calls of a group. `latency` counts answered calls by `latency_bounds_ms`, the last for slower ones.

    Rows, bytes and times are told of `total`, `groups` and `today`, and nought elsewhere.
    """

    group: str
    calls: int
    answered: int
    refused: int
    failed: int
    rows: int
    size_bytes: int
    mean_ms: float | None
    latency: list[int]


class CallAnalysisOut(Schema):
    """Calls counted every way, the most called first; `week` by weekday (Monday first) and hour."""

    as_of: datetime
    latency_bounds_ms: list[int]
    total: CallUsageOut
    groups: list[CallUsageOut]
    days: list[CallUsageOut]
    by_resource: list[CallUsageOut]
    by_consumer: list[CallUsageOut]
    by_provider: list[CallUsageOut]
    week: list[list[int]]


class UnusedGrantOut(Schema):
    """A live grant that got no answer for long; `last_on` is null when it never got one."""

    grant_no: str
    resource_code: str
    resource_title: str
    provider_title: str
    consumer_title: str
    client_title: str
    granted_at: datetime
    last_on: date | None


class UnusedGrantList(Schema):
    """Unused grants, the oldest first."""

    as_of: datetime
    items: list[UnusedGrantOut]


class RunGlanceOut(Schema):
    """A run in progress or failed."""

    run_no: str
    resource_code: str
    provider_uscc: str
    state: RunState
    rows_read: int
    rows_per_second: float | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error_code: str
    error_words: str


class PlatformPartOut(Schema):
    """A part of the platform and how it is."""

    name: str
    title: str
    state: State
    words: str


class OperationsOut(Schema):
    """What runs, what failed in the last seven days, how calls go today, how the platform's parts are."""

    as_of: datetime
    running: list[RunGlanceOut]
    failed: list[RunGlanceOut]
    today: CallUsageOut
    days: list[CallUsageOut]
    hours: list[int]
    health: list[PlatformPartOut]


class ResourceHealthOut(Schema):
    """A resource: mounted or not, fresh or not, how good."""

    code: str
    title: str
    cycle: str
    state: HealthState
    mounted: bool
    loaded_at: datetime | None
    late_since: datetime | None
    quality: float | None


class ResourceHealthList(Schema):
    """The published resources of a department, what needs a look first."""

    as_of: datetime
    items: list[ResourceHealthOut]


class OpenResourceOut(Schema):
    """A resource that is open to society; `calls` are nought among the newest."""

    code: str
    title: str
    provider_title: str
    update_cycle: UpdateCycle
    published_at: datetime
    mounted: bool
    calls: int


class OpenDivisionOut(Schema):
    """A division of the classification tree that holds open resources."""

    code: str
    title: str
    resources: int


class OpenProviderOut(Schema):
    """A department with open resources."""

    uscc: str
    title: str
    resources: int


class OpenDataOut(Schema):
    """What is open to society; `calls` and `most_used` are of the last `days`."""

    as_of: datetime
    resources: int
    mounted: int
    days: int
    calls: int
    divisions: list[OpenDivisionOut]
    providers: list[OpenProviderOut]
    newest: list[OpenResourceOut]
    most_used: list[OpenResourceOut]


@router.get("/region", response={200: RegionGlanceOut, **problems()}, summary="全区总览")
def region(request: SubjectRequest, query: Query[OverviewMonthQuery]) -> dict[str, Any]:
    at = clock.now()
    return _region(api.region(month=query.first_day(at), by=request.subject, at=at))


@router.get("/ranking", response={200: RankingOut, **problems()}, summary="部门排名（事项较少的只列不排）")
def ranking(request: SubjectRequest, query: Query[RankingQuery]) -> dict[str, Any]:
    at = clock.now()
    found = api.region(month=query.first_day(at), by=request.subject, at=at)
    return {
        "as_of": found.as_of,
        "indicator": query.by,
        "formula": gettext(query.by.formula),
        "items": api.rankings(found, query.by),
    }


@router.get("/ledgers/{uscc}", response={200: LedgerOut, **problems(404)}, summary="云长履职台账")
def ledger(request: SubjectRequest, uscc: Uscc, query: Query[OverviewMonthQuery]) -> dict[str, Any]:
    at = clock.now()
    return _ledger(api.ledger(uscc=uscc, month=query.first_day(at), by=request.subject, at=at))


@router.get("/wall", response={200: WallOut, **problems()}, summary="督办墙：逾期和即将到期的环节")
def wall(request: SubjectRequest, query: Query[WallQuery]) -> dict[str, Any]:
    found = api.wall(
        by=request.subject,
        at=clock.now(),
        organisation=query.organisation,
        days_ahead=query.days_ahead,
        last=query.limit,
    )
    return {"as_of": found.as_of, "burdens": found.burdens, "steps": [_step(step) for step in found.steps]}


@router.get("/calls", response={200: CallAnalysisOut, **problems()}, summary="接口调用分析")
def calls(request: SubjectRequest, query: Query[CallUsageQuery]) -> dict[str, Any]:
    found = api.calls(query.wanted(), grouping=query.by, by=request.subject, at=clock.now())
    return {**_fields(found), "latency_bounds_ms": LATENCY_BOUNDS_MS}


@router.get("/unused-grants", response={200: UnusedGrantList, **problems()}, summary="闲置授权")
def unused_grants(request: SubjectRequest) -> UnusedGrants:
    return api.unused_grants(by=request.subject, at=clock.now())


@router.get("/operations", response={200: OperationsOut, **problems()}, summary="运行总览")
def operations(request: SubjectRequest) -> dict[str, Any]:
    found = api.operations(by=request.subject, at=clock.now())
    return {**_fields(found), "health": [_part(answer) for answer in found.health]}


@router.get("/resources/{uscc}/health", response={200: ResourceHealthList, **problems(404)}, summary="部门的资源健康")
def resource_health(request: SubjectRequest, uscc: Uscc) -> dict[str, Any]:
    at = clock.now()
    found = api.resource_health(uscc=uscc, by=request.subject, at=at)
    return {"as_of": at, "items": [_health(each) for each in found]}


@router.get("/open", response={200: OpenDataOut, **problems()}, auth=None, summary="数据开放概况（无需登录）")
def open_data(request: SubjectRequest) -> OpenData:
    return api.open_data(at=clock.now())


def _fields(value: Any) -> dict[str, Any]:
    """The fields of a value as they are; those that need words are laid over them."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _region(found: Region) -> dict[str, Any]:
    return {
        **_fields(found),
        "indicators": _indicators(found.figures, found.before),
        "departments": [_department(each) for each in found.departments],
    }


def _department(each: DepartmentFigures) -> dict[str, Any]:
    return {**_fields(each), "indicators": _indicators(each.figures, each.before)}


def _indicators(figures: Any, before: Any) -> list[dict[str, Any]]:
    return [_indicator(each, figures[each], before[each]) for each in Indicator]


def _indicator(indicator: Indicator, figure: Figure, before: Figure) -> dict[str, Any]:
    return {
        "indicator": indicator,
        "title": gettext(indicator.label),
        "formula": gettext(indicator.formula),
        "unit": indicator.unit,
        "value": figure.value,
        "part": figure.part,
        "events": figure.events,
        "before": before,
    }


def _ledger(found: Ledger) -> dict[str, Any]:
    duties = [
        {
            **_fields(duty),
            "title": gettext(duty.title),
            "article": gettext(duty.article),
        }
        for duty in found.duties
    ]
    return {**_fields(found), "duties": duties, "department": _department(found.department)}


def _step(step: Any) -> dict[str, Any]:
    return {
        **{name: getattr(step, name) for name in OpenStepOut.model_fields},
        "procedure_title": gettext(step.procedure_title),
        "step_title": gettext(step.step_title),
    }


def _part(answer: Any) -> dict[str, Any]:
    return {
        "name": answer.probe.name,
        "title": gettext(answer.probe.title),
        "state": answer.finding.state,
        "words": answer.finding.words(gettext),
    }


def _health(each: Any) -> dict[str, Any]:
    return {**{name: getattr(each, name) for name in ResourceHealthOut.model_fields}, "cycle": gettext(each.cycle)}
