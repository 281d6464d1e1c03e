"""交换运行: the list, one run, its progress that moves by itself, its rejects; starting, stopping, retrying."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest
from jutong.foundation.audit import api as audit
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange import models, policy, queries
from jutong.supply.exchange.services import runs
from jutong.supply.exchange.values import LogLevel, RejectReason, RejectState, Run, RunKind, RunState
from jutong.supply.exchange.web.answering import answer_words
from jutong.supply.exchange.web.freshness import freshness_badge
from jutong.supply.mounting import api as mounting
from jutong.ui.components import Badge, Button, Column, Progress, Tone, render_progress
from jutong.ui.formatting import moment_words
from jutong.ui.lists import Filter, Listing

PAGE_ROWS = 50
TONES = {
    RunState.QUEUED: Tone.NEUTRAL,
    RunState.RUNNING: Tone.ACTIVE,
    RunState.WAITING: Tone.ATTENTION,
    RunState.SUCCEEDED: Tone.GOOD,
    RunState.FAILED: Tone.BAD,
    RunState.DRIFTED: Tone.BAD,
    RunState.STOPPED: Tone.MUTED,
}
REJECT_TONES = {
    RejectState.OPEN: Tone.ATTENTION,
    RejectState.CORRECTED: Tone.ACTIVE,
    RejectState.AT_SOURCE: Tone.NEUTRAL,
    RejectState.REPLAYED: Tone.GOOD,
    RejectState.SETTLED: Tone.MUTED,
}
LEVEL_TONES = {LogLevel.INFO: Tone.NEUTRAL, LogLevel.WARNING: Tone.ATTENTION, LogLevel.ERROR: Tone.BAD}
LINES_SHOWN = 200


def _run_rows(request: HttpRequest, found: Sequence[models.Run]) -> list[dict[str, Any]]:
    values = [queries.run_of(row) for row in found]
    titles = catalogue.titles({run.resource_code for run in values})
    owners = organisations.titles({run.provider_uscc for run in values}, short=True)
    return [
        {
            "run": (run.run_no, reverse("exchange:run", args=[run.run_no])),
            "title": titles.get(run.resource_code, run.resource_code),
            "code": run.resource_code,
            "provider": owners.get(run.provider_uscc, run.provider_uscc),
            "kind": _(run.kind.label),
            "state": state_badge(run),
            "rows": run.rows_read,
            "rejected": run.rows_rejected,
            "requested_at": run.requested_at,
            "finished_at": run.finished_at,
        }
        for run in values
    ]


RUNS = Listing(
    name="exchange.runs",
    title=N_("交换运行"),
    section=N_("数据交换"),
    unit=N_("次"),
    columns=(
        Column("run", N_("运行编号"), "link", sort="run_no"),
        Column("title", N_("数据资源")),
        Column("code", N_("数据资源代码"), "code", only="file"),
        Column("provider", N_("提供方")),
        Column("kind", N_("方式")),
        Column("state", N_("状态"), "badge"),
        Column("rows", N_("读取行数"), "number", sort="rows_read", total=True),
        Column("rejected", N_("拒收"), "number", sort="rows_rejected", total=True),
        Column("requested_at", N_("提出时间"), "moment", sort="requested_at"),
        Column("finished_at", N_("结束时间"), "moment", only="file"),
    ),
    rows=_run_rows,
    search=("run_no", "resource_code"),
    placeholder=N_("运行编号或资源代码"),
    filters=(Filter.of("state", N_("运行状态"), RunState), Filter.of("kind", N_("方式"), RunKind)),
    default="-requested_at",
    page_rows=PAGE_ROWS,
    api="/api/v1/exchange/runs",
)


@require_GET
def run_list(request: SubjectRequest) -> HttpResponseBase:
    """Runs one may see, the newest first."""
    return RUNS.respond(request, queries.runs(request.subject))


@require_GET
def run(request: SubjectRequest, run_no: str) -> HttpResponse:
    """One run: progress, outcome, receipt, batches, the first rejects."""
    row = queries.get_run_row(run_no, request.subject)
    found = queries.run_of(row)
    may_steer = decide(request.subject, policy.STEER_RUNS, queries.facts(row)).allowed
    may_see_rejects = decide(request.subject, policy.VIEW_REJECTS, queries.facts(row)).allowed
    receipt = queries.receipt_of(row)
    context = {
        "run": found,
        "title": catalogue.titles([row.resource_code]).get(row.resource_code, row.resource_code),
        "state": state_badge(found),
        "progress": progress_of(found, may_steer=may_steer),
        "error": fault_words(found),
        "faults": found.error_details.get("list", []) if found.state is RunState.DRIFTED else [],
        "inquiry": queries.inquiries(request.subject).filter(run_no=run_no).first(),
        "receipt": _receipt_pairs(receipt) if receipt else [],
        "facts": [
            (_("触发方式"), _(found.trigger.label)),
            (_("运行方式"), _(found.kind.label)),
            (_("提出时间"), found.requested_at),
            (_("开始时间"), found.started_at or "—"),
            (_("结束时间"), found.finished_at or "—"),
            (_("接手次数"), found.attempt),
        ],
        "batch_columns": [
            Column("seq", _("批次"), "number"),
            Column("rows", _("行数"), "number"),
            Column("inserted", _("新增"), "number"),
            Column("updated", _("更新"), "number"),
            Column("deleted", _("删除"), "number"),
            Column("digest", _("摘要"), "code"),
            Column("committed_at", _("提交时间"), "moment"),
        ],
        "batches": list(models.Batch.objects.filter(run=row).order_by("-seq").values()[:100]),
        "reject_columns": reject_columns(),
        "rejects": reject_rows(queries.rejects(row)[:20]) if may_see_rejects else [],
        "may_see_rejects": may_see_rejects,
        "may_retry": may_steer and found.state in (RunState.FAILED, RunState.DRIFTED, RunState.STOPPED),
        "shrinking": found.error_code == "too_few_rows",
        **log_context(row),
    }
    return render(request, "exchange/run.html", context)


@require_GET
def progress(request: SubjectRequest, run_no: str) -> HttpResponse:
    """The bar as it stands now; at the run's end the page is fetched anew, with its receipt."""
    row = queries.get_run_row(run_no, request.subject)
    found = queries.run_of(row)
    may_steer = decide(request.subject, policy.STEER_RUNS, queries.facts(row)).allowed
    response = render_progress(request, progress_of(found, may_steer=may_steer))
    if not found.state.open:
        response["HX-Refresh"] = "true"
    return response


REJECTS = Listing(
    name="exchange.rejects",
    title=N_("拒收记录"),
    section=N_("数据交换"),
    unit=N_("行"),
    columns=(
        Column("number", N_("编号"), "link", sort="number"),
        Column("row_no", N_("行号"), "number", sort="row_no"),
        Column("column", N_("数据项"), "code", sort="column"),
        Column("reason", N_("原因")),
        Column("masked_value", N_("值（已遮盖）")),
        Column("state", N_("处理情况"), "badge"),
        Column("corrected", N_("改正后的值"), only="file"),
    ),
    rows=lambda request, found: reject_rows(found),
    search=("column",),
    placeholder=N_("数据项"),
    filters=(Filter.of("reason", N_("原因"), RejectReason), Filter.of("state", N_("处理情况"), RejectState)),
    page_rows=PAGE_ROWS,
    # Masked values are parts of personal ones.
    personal=True,
    record=audit.record_export,
)


@require_POST
def start(request: SubjectRequest, code: str) -> HttpResponse:
    """立即归集."""
    try:
        number = runs.start_run(
            resource_code=code,
            full="full" in request.POST,
            allow_shrink="allow_shrink" in request.POST,
            by=request.subject,
            at=clock.now(),
        )
    except JutongError as error:
        messages.error(request, error.words(_))
        return redirect("catalogue:resource", code)
    return redirect("exchange:run", number)


@require_POST
def stop(request: SubjectRequest, run_no: str) -> HttpResponse:
    """停止."""
    try:
        runs.stop_run(run_no=run_no, by=request.subject, at=clock.now())
        messages.success(request, _("已要求停止，通常在几秒内生效。"))
    except JutongError as error:
        messages.error(request, error.words(_))
    return redirect("exchange:run", run_no)


@require_POST
def retry(request: SubjectRequest, run_no: str) -> HttpResponse:
    """重试."""
    try:
        number = runs.retry_run(
            run_no=run_no, allow_shrink="allow_shrink" in request.POST, by=request.subject, at=clock.now()
        )
    except JutongError as error:
        messages.error(request, error.words(_))
        return redirect("exchange:run", run_no)
    return redirect("exchange:run", number)


@require_GET
def panel(request: SubjectRequest, code: str) -> HttpResponse:
    """The data of a resource in the pool and its last run, on the resource's page."""
    mount = mounting.find_mount(code)
    table = queries.find_pool_table(code)
    provider = mount.provider_uscc if mount else _provider(code)
    facts = Facts({Relation.PROVIDER: provider})
    may_assemble = bool(provider) and not (mount and mount.active)
    may_assemble = may_assemble and decide(request.subject, policy.MANAGE_CONTRIBUTIONS, facts).allowed
    if mount is None and table is None and not may_assemble:
        return HttpResponse(status=204)
    may_view = decide(request.subject, policy.VIEW_RUNS, facts).allowed
    may_steer = decide(request.subject, policy.STEER_RUNS, facts).allowed
    row = queries.find_latest_run(code) if may_view else None
    last = queries.run_of(row) if row else None
    running = last is not None and last.state.open
    plan = models.Plan.objects.filter(resource_code=code).first()
    pairs: list[tuple[str, Any]] = []
    if table is not None:
        pairs = [(_("归集行数"), table.rows), (_("最近归集"), table.loaded_at)]
    if plan is not None and plan.next_due_at and plan.paused_at is None:
        pairs.append((_("下次运行"), plan.next_due_at))
    late = queries.find_freshness(code, at=clock.now())
    gathered = mount is not None and mount.active and mount.gathered
    assembled = mount is not None and mount.active and mount.assembled is not None
    context = {
        "code": code,
        "assembled": assembled and may_view,
        "not_kept": mount.not_kept if mount and mount.active else "",
        "may_assemble": may_assemble,
        "fresh": freshness_badge(late.state) if late else None,
        "late": late if late and late.inquiry_no else None,
        "answer": answer_words(late.answer or "") if late else "",
        "pairs": pairs,
        "paused": plan if plan is not None and plan.paused_at else None,
        "has_plan": may_view and plan is not None,
        "has_lineage": may_view and mount is not None,
        "run": last,
        "state": state_badge(last) if last else None,
        "progress": progress_of(last, may_steer=may_steer) if last and running else None,
        "error": fault_words(last) if last else "",
        # The fact that it was mounted reaches the exchange a moment later.
        "beginning": may_view and last is None and gathered and not assembled,
        "may_start": may_steer and gathered and not (last and last.state.open),
    }
    return render(request, "exchange/panel.html", context)


def _provider(code: str) -> str:
    resource = catalogue.find_resource(code)
    return resource.provider_uscc if resource else ""


def progress_of(run: Run, *, may_steer: bool) -> Progress:
    """A run's progress as the bar shows it."""
    message = ""
    if run.stop_requested and run.state.open:
        message = _("正在停止…")
    elif run.state is RunState.WAITING and run.not_before:
        message = fault_words(run)
    buttons = []
    if may_steer and run.state.open and not run.stop_requested:
        buttons.append(
            Button(
                _("停止"), reverse("exchange:stop", args=[run.run_no]), "player-stop", "post", _("确定停止本次运行？")
            )
        )
    return Progress(
        title=_("归集 {run_no}").format(run_no=run.run_no),
        done=run.rows_read,
        total=run.rows_total,
        url=reverse("exchange:progress", args=[run.run_no]),
        running=run.state.open,
        state=state_badge(run),
        unit=_("行"),
        per_second=run.rows_per_second,
        seconds_left=run.seconds_left,
        as_of=run.progress_at or run.requested_at,
        message=message,
        buttons=buttons,
    )


def state_badge(run: Run) -> Badge:
    return Badge(_(run.state.label), TONES[run.state])


def fault_words(run: Run) -> str:
    """Why a run failed or waits, in the reader's language."""
    if not run.error_words:
        return ""
    return filled(run.error_words, run.error_details)


def filled(words: str, details: Mapping[str, Any]) -> str:
    """A marked text with its details, in the reader's language."""
    known = {name: _(value) if isinstance(value, str) and value else value for name, value in details.items()}
    return _(words).format(**known) if known else _(words)


def reject_columns() -> list[Column]:
    return [column.translated(_) for column in REJECTS.columns]


def reject_rows(found: Any) -> list[dict[str, Any]]:
    return [
        {
            "number": (str(row.number), reverse("exchange:reject", args=[row.run.run_no, row.number])),
            "row_no": row.row_no,
            "column": row.column,
            "reason": _(RejectReason(row.reason).label),
            "masked_value": row.masked_value,
            "state": reject_badge(row.state),
            "corrected": "",
        }
        for row in found
    ]


def reject_badge(state: str) -> Badge:
    return Badge(_(RejectState(state).label), REJECT_TONES[RejectState(state)])


@require_GET
def log(request: SubjectRequest, run_no: str) -> HttpResponse:
    """The log of a run as it stands; it fetches itself while the run goes on."""
    row = queries.get_run_row(run_no, request.subject)
    return render(request, "exchange/log.html", log_context(row))


def log_context(row: models.Run) -> dict[str, Any]:
    """What the log's card shows: its last lines, the newest below."""
    last = list(queries.lines(row).order_by("-pk")[:LINES_SHOWN])
    shown = [{"at": line.at, "level": level_badge(line.level), "words": line_words(line)} for line in reversed(last)]
    columns = [Column("at", _("时间"), "moment"), Column("level", _("级别"), "badge"), Column("words", _("内容"))]
    return {"run_no": row.run_no, "log_columns": columns, "log_lines": shown, "log_goes_on": row.finished_at is None}


def level_badge(level: str) -> Badge:
    return Badge(_(LogLevel(level).label), LEVEL_TONES[LogLevel(level)])


def line_words(line: models.RunLine) -> str:
    """A line of a log in the reader's language."""
    return _(line.words).format(**{name: _parameter_words(name, value) for name, value in line.parameters.items()})


def _parameter_words(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return filled(value["words"], value["details"])
    if name == "moment":
        return moment_words(datetime.fromisoformat(value))
    return _(value) if isinstance(value, str) and value else value


def _receipt_pairs(receipt: Any) -> list[tuple[str, Any]]:
    return [
        (_("行数"), receipt.rows),
        (_("摘要"), receipt.digest),
        (_("新增"), receipt.inserted),
        (_("更新"), receipt.updated),
        (_("删除"), receipt.deleted),
        (_("拒收"), receipt.rejected),
        (_("批次"), receipt.batches),
        (_("完成时间"), receipt.finished_at),
    ]
