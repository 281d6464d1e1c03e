"""交换运行: the list, one run, its progress that moves by itself, its rejects; starting, stopping, retrying."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Facts, Relation, decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange import models, policy, queries
from jutong.supply.exchange.services import runs
from jutong.supply.exchange.values import RejectReason, Run, RunState
from jutong.supply.mounting import api as mounting
from jutong.ui.components import Badge, Button, Choice, Column, Facet, Progress, Tone, render_progress

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


@require_GET
def run_list(request: SubjectRequest) -> HttpResponse:
    """Runs one may see, the newest first, narrowed by state."""
    chosen = [state for state in RunState if state.value in request.GET.getlist("state")]
    rows = queries.runs(request.subject)
    if chosen:
        rows = rows.filter(state__in=chosen)
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    found = [queries.run_of(row) for row in page]
    titles = catalogue.titles({run.resource_code for run in found})
    owners = organisations.titles({run.provider_uscc for run in found}, short=True)
    facet = Facet(
        "state", _("运行状态"), [Choice(state.value, _(state.label), selected=state in chosen) for state in RunState]
    )
    context = {
        "facets": [facet],
        "page": page,
        "columns": [
            Column("run", _("运行编号"), "link"),
            Column("title", _("数据资源")),
            Column("provider", _("提供方")),
            Column("kind", _("方式")),
            Column("state", _("状态"), "badge"),
            Column("rows", _("读取行数"), "number"),
            Column("rejected", _("拒收"), "number"),
            Column("requested_at", _("提出时间"), "moment"),
        ],
        "rows": [
            {
                "run": (run.run_no, reverse("exchange:run", args=[run.run_no])),
                "title": titles.get(run.resource_code, run.resource_code),
                "provider": owners.get(run.provider_uscc, run.provider_uscc),
                "kind": _(run.kind.label),
                "state": state_badge(run),
                "rows": run.rows_read,
                "rejected": run.rows_rejected,
                "requested_at": run.requested_at,
            }
            for run in found
        ],
    }
    return render(request, "exchange/runs.html", context)


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


@require_GET
def rejects(request: SubjectRequest, run_no: str) -> HttpResponse:
    """Rows that were not taken, for correction at the source."""
    row = queries.get_run_row(run_no, request.subject, policy.VIEW_REJECTS)
    page = Paginator(queries.rejects(row), PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "run": row,
        "total": row.rows_rejected,
        "kept": page.paginator.count,
        "page": page,
        "columns": reject_columns(),
        "rows": reject_rows(page),
    }
    return render(request, "exchange/rejects.html", context)


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
    if mount is None and table is None:
        return HttpResponse(status=204)
    provider = mount.provider_uscc if mount else catalogue.provider_of(code)
    facts = Facts({Relation.PROVIDER: provider})
    may_view = decide(request.subject, policy.VIEW_RUNS, facts).allowed
    may_steer = decide(request.subject, policy.STEER_RUNS, facts).allowed
    row = queries.find_latest_run(code) if may_view else None
    last = queries.run_of(row) if row else None
    running = last is not None and last.state.open
    pairs: list[tuple[str, Any]] = []
    if table is not None:
        pairs = [(_("归集行数"), table.rows), (_("最近归集"), table.loaded_at)]
    context = {
        "code": code,
        "pairs": pairs,
        "run": last,
        "state": state_badge(last) if last else None,
        "progress": progress_of(last, may_steer=may_steer) if last and running else None,
        "error": fault_words(last) if last else "",
        # The fact that it was mounted reaches the exchange a moment later.
        "beginning": may_view and last is None and mount is not None and mount.active and mount.gathered,
        "may_start": may_steer
        and mount is not None
        and mount.active
        and mount.gathered
        and not (last and last.state.open),
    }
    return render(request, "exchange/panel.html", context)


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
    details = {
        name: _(value) if isinstance(value, str) and value else value for name, value in run.error_details.items()
    }
    return _(run.error_words).format(**details) if details else _(run.error_words)


def reject_columns() -> list[Column]:
    return [
        Column("row_no", _("行号"), "number"),
        Column("column", _("数据项"), "code"),
        Column("reason", _("原因")),
        Column("masked_value", _("值（已遮盖）")),
    ]


def reject_rows(found: Any) -> list[dict[str, Any]]:
    return [
        {
            "row_no": row.row_no if row.row_no is not None else "—",
            "column": row.column,
            "reason": _(RejectReason(row.reason).label),
            "masked_value": row.masked_value,
        }
        for row in found
    ]


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
