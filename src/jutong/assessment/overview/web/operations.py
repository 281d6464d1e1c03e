"""运行总览: the centre engineer's first screen: what runs, what failed, how calls go, how the parts are."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.assessment.overview import api, policy
from jutong.assessment.overview.values import Operations
from jutong.assessment.overview.web import charts
from jutong.assessment.overview.web.words import unframed
from jutong.base.http import SubjectRequest
from jutong.foundation.operations.values import Answer, State
from jutong.kernel import clock
from jutong.kernel.policy import Subject, decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange.values import Run, RunState
from jutong.ui.components import Badge, Chart, Column, Tone, Total
from jutong.ui.formatting import number_words, ratio_words

STATE_TONES = {State.OK: Tone.GOOD, State.DEGRADED: Tone.ATTENTION, State.FAILED: Tone.BAD}
RUN_TONES = {
    RunState.QUEUED: Tone.NEUTRAL,
    RunState.RUNNING: Tone.ACTIVE,
    RunState.WAITING: Tone.ATTENTION,
    RunState.FAILED: Tone.BAD,
    RunState.DRIFTED: Tone.BAD,
}


@require_GET
def operations(request: SubjectRequest) -> HttpResponse:
    """The whole page: figures fetch themselves anew, the pictures stay as they were."""
    found = api.operations(by=request.subject, at=clock.now())
    context = {
        **operations_context(found, request.subject),
        "may_see_calls": bool(decide(request.subject, policy.SEE_CALLS)),
        "days_chart": _days_chart(found),
        "hours_chart": _hours_chart(found),
        "api_path": "/api/v1/overview/operations",
    }
    return render(request, "overview/operations.html", context)


@require_GET
def now(request: SubjectRequest) -> HttpResponse:
    """The moving part of the page as it stands."""
    found = api.operations(by=request.subject, at=clock.now())
    return unframed(render(request, "overview/operations_now.html", operations_context(found, request.subject)))


def operations_context(found: Operations, subject: Subject) -> dict[str, Any]:
    runs = [*found.running, *found.failed]
    titles = catalogue.titles({run.resource_code for run in runs})
    owners = organisations.titles({run.provider_uscc for run in runs}, short=True)
    today = found.today
    calls = f"{reverse('overview:calls')}?range=1" if decide(subject, policy.SEE_CALLS) else ""
    return {
        "as_of": found.as_of,
        "totals": [
            Total(number_words(len(found.running)), _("进行中的运行"), _("次"), reverse("exchange:runs")),
            Total(number_words(len(found.failed)), _("近 7 天失败"), _("次"), _failed_runs()),
            Total(number_words(today.calls), _("今日调用"), _("次"), calls),
            Total("—" if today.success is None else ratio_words(today.success), _("今日成功率")),
            Total("—" if today.mean_ms is None else number_words(today.mean_ms, 1), _("平均用时"), _("毫秒")),
            Total(number_words(today.failed), _("今日数据源故障"), _("次")),
        ],
        "health_columns": health_columns(),
        "health_rows": health_rows(found.health),
        "run_columns": _run_columns(),
        "running_rows": [_run_row(run, titles, owners) for run in found.running],
        "failed_columns": [*_run_columns(), Column("error", _("原因"))],
        "failed_rows": [_run_row(run, titles, owners) for run in found.failed],
        "runs_url": reverse("exchange:runs"),
        "failed_url": _failed_runs(),
    }


def _failed_runs() -> str:
    return f"{reverse('exchange:runs')}?state=failed&state=drifted"


def health_columns() -> list[Column]:
    return [Column("title", _("部件")), Column("state", _("状态"), "badge"), Column("words", _("说明"))]


def health_rows(answers: list[Answer]) -> list[dict[str, Any]]:
    """The platform's parts, those in trouble first."""
    trouble = sorted(answers, key=lambda answer: list(State)[::-1].index(answer.finding.state))
    return [
        {
            "title": _(answer.probe.title),
            "state": Badge(_(answer.finding.state.label), STATE_TONES[answer.finding.state]),
            "words": answer.finding.words(_),
        }
        for answer in trouble
    ]


def _run_columns() -> list[Column]:
    return [
        Column("run", _("运行编号"), "link"),
        Column("title", _("数据资源")),
        Column("provider", _("提供方")),
        Column("state", _("状态"), "badge"),
        Column("rows", _("读取行数"), "number"),
        Column("rate", _("行/秒"), "number"),
        Column("left", _("约剩"), "duration"),
        Column("at", _("时间"), "moment"),
    ]


def _run_row(run: Run, titles: dict[str, str], owners: dict[str, str]) -> dict[str, Any]:
    return {
        "run": (run.run_no, reverse("exchange:run", args=[run.run_no])),
        "title": titles.get(run.resource_code, run.resource_code),
        "provider": owners.get(run.provider_uscc, run.provider_uscc),
        "state": Badge(_(run.state.label), RUN_TONES.get(run.state, Tone.NEUTRAL)),
        "rows": run.rows_read,
        "rate": round(run.rows_per_second) if run.rows_per_second else None,
        "left": run.seconds_left,
        "at": run.finished_at or run.started_at or run.requested_at,
        "error": run.error_words or run.error_code,
    }


def _days_chart(found: Operations) -> Chart:
    series = {
        "answered": (_("成功"), charts.GREEN),
        "refused": (_("被拒绝"), charts.AMBER),
        "failed": (_("数据源故障"), charts.RED),
    }
    return charts.usage(_("近 14 天调用"), found.days, series, unit=_("次"), at=found.as_of, group=_("日期"))


def _hours_chart(found: Operations) -> Chart:
    return charts.hours(_("今日各时段调用"), found.hours, at=found.as_of)
