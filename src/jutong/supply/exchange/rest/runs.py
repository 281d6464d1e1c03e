"""Plans; runs, their progress, receipts and rejects."""

import json
from datetime import datetime, time
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Schema, Status
from pydantic import Field

from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.supply.exchange import models, policy, queries
from jutong.supply.exchange.domain import make_window
from jutong.supply.exchange.rest.base import CodeText, InClass, InRun, InSequence, router
from jutong.supply.exchange.services import planning, runs
from jutong.supply.exchange.values import (
    PlanSettings,
    PlanStanding,
    Priority,
    RejectReason,
    RejectState,
    RunKind,
    RunState,
    Trigger,
)


class RunOut(Schema):
    """A run as it stands. `rows_total` is the source's estimate, null while unknown."""

    run_no: str
    resource_code: str
    provider_uscc: str
    kind: RunKind
    trigger: Trigger
    state: RunState
    attempt: int
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    not_before: datetime | None
    rows_total: int | None
    rows_read: int
    rows_rejected: int
    rows_per_second: float | None
    seconds_left: float | None
    progress_at: datetime | None
    inserted: int
    updated: int
    deleted: int
    batches: int
    stop_requested: bool
    error_code: str
    error_details: dict[str, Any]


class RunPage(Schema):
    """A page of runs."""

    total: int
    items: list[RunOut]


class RunsQuery(PageQuery):
    """Which runs: of one resource, in one state."""

    resource: CodeText | None = None
    state: RunState | None = None


class RunIn(StrictSchema):
    """A resource to gather now. `full` reads everything; `allow_shrink` lets a full run take away most rows."""

    resource: CodeText
    full: bool = False
    allow_shrink: bool = False


class RetryIn(StrictSchema):
    """How to try again."""

    allow_shrink: bool = False


class ReceiptOut(Schema):
    """What a run brought. `digest` is the sum of `hash_record_extended(row(…), 0)` over the rows staged."""

    run_no: str
    resource_code: str
    kind: RunKind
    rows: int
    digest: str
    inserted: int
    updated: int
    deleted: int
    rejected: int
    batches: int
    finished_at: datetime


class RejectOut(Schema):
    """A row that was not taken; its value is masked. `corrected_columns` are the data items given a new value."""

    number: int
    row_no: int | None
    column: str
    reason: RejectReason
    masked_value: str
    state: RejectState
    corrected_columns: list[str]
    corrected_at: datetime | None


class RejectPage(Schema):
    """A page of rejects. Of many, the first thousand are kept."""

    total: int
    items: list[RejectOut]


class BatchOut(Schema):
    """A committed batch of the ledger."""

    seq: int
    kind: RunKind
    rows: int
    inserted: int
    updated: int
    deleted: int
    rejected: int
    digest: str
    committed_at: datetime


class SettingsIn(StrictSchema):
    """How often, in which hours and in whose turn a resource is gathered. Times are local, `HH:MM:SS`.

    `every_minutes` null: the update cycle says. A window that closes before it opens lasts over midnight.
    """

    every_minutes: int | None = Field(None, ge=1, le=10_000_000)
    opens: time | None = None
    closes: time | None = None
    priority: Priority = Priority.NORMAL
    months: list[Annotated[int, Field(ge=1, le=12)]] = Field(default_factory=list, max_length=12)
    """The months in which updates are due; empty: all."""


class PauseIn(StrictSchema):
    """Why a resource is not gathered for a while; those who subscribe to it see it."""

    reason: str = Field(max_length=2000)


class PlanOut(Schema):
    """When a mounted resource is gathered next. `next_due_at` is null while it runs, and without a period."""

    resource_code: str
    provider_uscc: str
    state: PlanStanding
    next_due_at: datetime | None
    every_minutes: int | None
    opens: time | None
    closes: time | None
    priority: Priority
    months: list[int]
    paused_at: datetime | None
    pause_reason: str


class PlanPage(Schema):
    """A page of plans."""

    total: int
    items: list[PlanOut]


class CaptureOut(Schema):
    """How the capture of a resource's changes stands. `lag_bytes` is the log its source keeps for us."""

    resource_code: str
    slot: str
    position: str
    events: int
    events_per_second: float | None
    moved_at: datetime | None
    looked_at: datetime
    lag_bytes: int
    keep_bytes: int | None
    alarmed_at: datetime | None
    advice: list[str]
    lost_at: datetime | None
    lost_reason: str


OF_RESOURCE = "/plans/{classification}/{sequence}"


@router.get("/plans", response={200: PlanPage, **problems()}, summary="Plans I may see")
def list_plans(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """What is due first comes first."""
    rows = queries.plans(request.subject)
    return page_of(rows, query, present=_plan_out)


@router.get(OF_RESOURCE, response={200: PlanOut, **problems(404)}, summary="One plan")
def get_plan(request: SubjectRequest, classification: InClass, sequence: InSequence) -> Any:
    """When the resource is gathered next, and what is set about it."""
    return _plan(request, classification, sequence)


@router.put(OF_RESOURCE, response={200: PlanOut, **problems(404)}, summary="Set a plan")
def set_plan(request: SubjectRequest, classification: InClass, sequence: InSequence, body: SettingsIn) -> Any:
    """All settings at once; what is left out goes back to what the update cycle says."""
    planning.set_plan(
        resource_code=f"{classification}/{sequence}",
        settings=PlanSettings(
            body.every_minutes, make_window(body.opens, body.closes), body.priority, tuple(sorted(set(body.months)))
        ),
        by=request.subject,
        at=clock.now(),
    )
    return _plan(request, classification, sequence)


@router.get(f"{OF_RESOURCE}/capture", response={200: CaptureOut | None, **problems(404)}, summary="Capture of changes")
def get_capture(request: SubjectRequest, classification: InClass, sequence: InSequence) -> Any:
    """Position, lag and speed; null where the resource's changes are not captured."""
    return queries.find_capture(queries.get_plan_row(f"{classification}/{sequence}", request.subject).resource_code)


@router.post(f"{OF_RESOURCE}/pause", response={200: PlanOut, **problems(404, 409)}, summary="Pause a plan")
def pause_plan(request: SubjectRequest, classification: InClass, sequence: InSequence, body: PauseIn) -> Any:
    """A run under way goes on; people may still start one."""
    code = f"{classification}/{sequence}"
    planning.pause_plan(resource_code=code, reason=body.reason, by=request.subject, at=clock.now())
    return _plan(request, classification, sequence)


@router.post(f"{OF_RESOURCE}/resume", response={200: PlanOut, **problems(404, 409)}, summary="Resume a plan")
def resume_plan(request: SubjectRequest, classification: InClass, sequence: InSequence) -> Any:
    """What became due meanwhile is gathered at once."""
    planning.resume_plan(resource_code=f"{classification}/{sequence}", by=request.subject, at=clock.now())
    return _plan(request, classification, sequence)


@router.get("/runs", response={200: RunPage, **problems()}, summary="Runs I may see")
def list_runs(request: SubjectRequest, query: Query[RunsQuery]) -> dict[str, Any]:
    """The newest first."""
    rows = queries.runs(request.subject)
    if query.resource:
        rows = rows.filter(resource_code=query.resource)
    if query.state:
        rows = rows.filter(state=query.state)
    return page_of(rows, query, present=queries.run_of)


@router.post("/runs", response={202: RunOut, **problems(404, 409)}, summary="Gather a resource now")
def start_run(request: SubjectRequest, body: RunIn) -> Any:
    """The worker carries it out; ask for the run to see how far it is."""
    number = runs.start_run(
        resource_code=body.resource,
        full=body.full,
        allow_shrink=body.allow_shrink,
        by=request.subject,
        at=clock.now(),
    )
    return Status(202, _run(request, number))


@router.get("/runs/{run_no}", response={200: RunOut, **problems(404)}, summary="One run")
def get_run(request: SubjectRequest, run_no: InRun) -> Any:
    """With its progress, which moves about every second."""
    return _run(request, run_no)


@router.post("/runs/{run_no}/stop", response={202: RunOut, **problems(404, 409)}, summary="Stop a run")
def stop_run(request: SubjectRequest, run_no: InRun) -> Any:
    """Nothing of it is loaded, unless its last transaction has begun already."""
    runs.stop_run(run_no=run_no, by=request.subject, at=clock.now())
    return Status(202, _run(request, run_no))


@router.post("/runs/{run_no}/retry", response={202: RunOut, **problems(404, 409)}, summary="Try a run again")
def retry_run(request: SubjectRequest, run_no: InRun, body: RetryIn) -> Any:
    """As a new run, after one that failed, drifted or was stopped."""
    number = runs.retry_run(run_no=run_no, allow_shrink=body.allow_shrink, by=request.subject, at=clock.now())
    return Status(202, _run(request, number))


@router.get("/runs/{run_no}/receipt", response={200: ReceiptOut | None, **problems(404)}, summary="Receipt of a run")
def receipt(request: SubjectRequest, run_no: InRun) -> Any:
    """Null until the run has succeeded."""
    return queries.receipt_of(queries.get_run_row(run_no, request.subject))


@router.get("/runs/{run_no}/batches", response={200: list[BatchOut], **problems(404)}, summary="Batches of a run")
def batches(request: SubjectRequest, run_no: InRun) -> Any:
    """From the ledger, in order."""
    row = queries.get_run_row(run_no, request.subject)
    return list(models.Batch.objects.filter(run=row).order_by("seq")[:1000])


@router.get("/runs/{run_no}/rejects", response={200: RejectPage, **problems(404)}, summary="Rejects of a run")
def rejects(request: SubjectRequest, run_no: InRun, query: Query[PageQuery]) -> dict[str, Any]:
    """Row, column, reason and masked value, for correction at the source."""
    return page_of(queries.rejects(queries.get_run_row(run_no, request.subject, policy.VIEW_REJECTS)), query)


_LINES = {"application/x-ndjson": {"schema": {"type": "string"}}}
_EVENTS = {"responses": {200: {"description": "One RunEvent of OpenLineage 2-0-2 a line", "content": _LINES}}}


@router.get(
    "/runs/{run_no}/lineage", response=problems(404), summary="Events of lineage of a run", openapi_extra=_EVENTS
)
def lineage_events(request: SubjectRequest, run_no: InRun) -> HttpResponse:
    """START, and COMPLETE, FAIL or ABORT once the run has ended, as tools for lineage read them; kept by rule."""
    row = queries.get_run_row(run_no, request.subject)
    bodies = models.LineageEvent.objects.filter(run=row).order_by("pk").values_list("body", flat=True)
    lines = (json.dumps(body, ensure_ascii=False) + "\n" for body in bodies)
    return HttpResponse("".join(lines), content_type="application/x-ndjson")


def _run(request: SubjectRequest, run_no: str) -> Any:
    return queries.run_of(queries.get_run_row(run_no, request.subject))


def _plan(request: SubjectRequest, classification: str, sequence: int) -> dict[str, Any]:
    return _plan_out(queries.get_plan_row(f"{classification}/{sequence}", request.subject))


def _plan_out(row: models.Plan) -> dict[str, Any]:
    plan = queries.plan_of(row)
    window = plan.settings.window
    return {
        "resource_code": plan.resource_code,
        "provider_uscc": plan.provider_uscc,
        "state": plan.state,
        "next_due_at": plan.next_due_at,
        "every_minutes": plan.settings.every_minutes,
        "opens": window.opens if window else None,
        "closes": window.closes if window else None,
        "priority": plan.settings.priority,
        "months": list(plan.settings.months),
        "paused_at": plan.paused_at,
        "pause_reason": plan.pause_reason,
    }
