"""归集计划: when each resource is gathered next, and what is set about it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.policy import decide
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.exchange import models, policy, queries
from jutong.supply.exchange.domain import make_window
from jutong.supply.exchange.services import planning
from jutong.supply.exchange.values import Capture, Plan, PlanSettings, PlanStanding, Priority
from jutong.ui.components import Badge, Column, Tone
from jutong.ui.formatting import listed_words, size_words
from jutong.ui.lists import Filter, Listing

TONES = {
    PlanStanding.PLANNED: Tone.GOOD,
    PlanStanding.RUNNING: Tone.ACTIVE,
    PlanStanding.PAUSED: Tone.ATTENTION,
    PlanStanding.NONE: Tone.MUTED,
}
TOLD_BESIDE = (ErrorKind.INVALID, ErrorKind.CONFLICT)


class PlanForm(forms.Form):
    """How often, in which hours and in whose turn a resource is gathered."""

    every_minutes = forms.IntegerField(
        label=gettext_lazy("运行间隔（分钟）"),
        min_value=1,
        max_value=10_000_000,
        required=False,
        help_text=gettext_lazy("不填则按目录的更新周期运行；可以更密，不能更疏。"),
    )
    opens = forms.TimeField(
        label=gettext_lazy("运行时段开始"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        required=False,
        help_text=gettext_lazy("只在时段内启动，避开业务高峰；不填则不限。"),
    )
    closes = forms.TimeField(
        label=gettext_lazy("运行时段结束"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        required=False,
        help_text=gettext_lazy("早于开始时间的，表示到次日。"),
    )
    priority = forms.ChoiceField(
        label=gettext_lazy("优先级"),
        choices=[(priority.value, gettext_lazy(priority.label)) for priority in Priority],
        help_text=gettext_lazy("多个资源同时到期时，优先的先运行。"),
    )

    months = forms.MultipleChoiceField(
        label=gettext_lazy("更新月份"),
        required=False,
        choices=lambda: [(str(month), _("{month} 月").format(month=month)) for month in range(1, 13)],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("季节性数据选择应当更新的月份，其他月份不计超期；不选则全年更新。"),
    )

    def settings(self) -> PlanSettings:
        """Raises WindowEmpty."""
        found = self.cleaned_data
        window = make_window(found["opens"], found["closes"])
        months = tuple(int(month) for month in found["months"])
        return PlanSettings(found["every_minutes"], window, Priority(found["priority"]), months)


class PauseForm(forms.Form):
    """Why a resource is not gathered for a while."""

    reason = forms.CharField(
        label=gettext_lazy("暂停原因"),
        max_length=planning.LONGEST_REASON,
        help_text=gettext_lazy("订阅方会在资源页看到，例如源系统升级、数据库迁移。"),
    )


def _plan_rows(request: HttpRequest, found: Sequence[models.Plan]) -> list[dict[str, Any]]:
    values = [queries.plan_of(row) for row in found]
    titles = catalogue.titles({plan.resource_code for plan in values})
    owners = organisations.titles({plan.provider_uscc for plan in values}, short=True)
    return [
        {
            "title": (
                titles.get(plan.resource_code, plan.resource_code),
                reverse("exchange:plan", args=[plan.resource_code]),
            ),
            "code": plan.resource_code,
            "provider": owners.get(plan.provider_uscc, plan.provider_uscc),
            "state": state_badge(plan),
            "next_due_at": None if plan.paused_at else plan.next_due_at,
            "every": interval_words(plan.settings),
            "window": window_words(plan.settings),
            "priority": _(plan.settings.priority.label),
        }
        for plan in values
    ]


PLANS = Listing(
    name="exchange.plans",
    title=N_("归集计划"),
    section=N_("数据交换"),
    unit=N_("项"),
    columns=(
        Column("title", N_("数据资源"), "link"),
        Column("code", N_("数据资源代码"), "code", sort="resource_code"),
        Column("provider", N_("提供方")),
        Column("state", N_("状态"), "badge"),
        Column("next_due_at", N_("下次运行"), "moment", sort="next_due_at"),
        Column("every", N_("运行间隔")),
        Column("window", N_("运行时段")),
        Column("priority", N_("优先级")),
    ),
    rows=_plan_rows,
    search=("resource_code",),
    placeholder=N_("资源代码"),
    filters=(Filter.of("state", N_("计划状态"), PlanStanding), Filter.of("priority", N_("优先级"), Priority)),
    default="next_due_at",
    api="/api/v1/exchange/plans",
)


@require_GET
def plan_list(request: SubjectRequest) -> HttpResponseBase:
    """Plans one may see, what is due first at the head."""
    return PLANS.respond(request, queries.plans(request.subject))


@require_http_methods(["GET", "POST"])
def plan(request: SubjectRequest, code: str) -> HttpResponse:
    """One plan: when the resource is gathered next, its settings, a pause."""
    row = queries.get_plan_row(code, request.subject)
    if request.method == "GET":
        return _page(request, row)
    do, at = request.POST.get("do"), clock.now()
    form, pause_form = PlanForm(request.POST or None), PauseForm(request.POST or None)
    try:
        if do == "resume":
            planning.resume_plan(resource_code=code, by=request.subject, at=at)
            messages.success(request, _("已恢复，到期的将立即运行。"))
        elif do == "pause":
            if not pause_form.is_valid():
                return _page(request, row, pause_form=pause_form)
            planning.pause_plan(resource_code=code, reason=pause_form.cleaned_data["reason"], by=request.subject, at=at)
            messages.success(request, _("已暂停，恢复前不再按计划运行。"))
        else:
            if not form.is_valid():
                return _page(request, row, form=form)
            planning.set_plan(resource_code=code, settings=form.settings(), by=request.subject, at=at)
            messages.success(request, _("计划已保存。"))
    except JutongError as error:
        if error.kind not in TOLD_BESIDE:
            raise
        if do == "set" and error.field in form.fields:
            form.add_error(error.field, error.words(_))
            return _page(request, row, form=form)
        messages.error(request, error.words(_))
        return _page(request, row, status=422)
    return redirect("exchange:plan", code)


def _page(
    request: SubjectRequest,
    row: models.Plan,
    *,
    form: PlanForm | None = None,
    pause_form: PauseForm | None = None,
    status: int = 0,
) -> HttpResponse:
    found = queries.plan_of(row)
    may_steer = decide(request.subject, policy.STEER_RUNS, queries.facts(row)).allowed
    resource = catalogue.get_resource(row.resource_code)
    facts: list[tuple[str, Any]] = [
        (_("下次运行"), "—" if found.paused_at else found.next_due_at or "—"),
        (_("更新周期"), _(resource.update_cycle.label)),
        (_("运行间隔"), interval_words(found.settings)),
        (_("运行时段"), window_words(found.settings)),
        (_("优先级"), _(found.settings.priority.label)),
        (_("更新月份"), listed_words(map(str, found.settings.months)) or _("全年")),
    ]
    if found.paused_at:
        facts += [(_("暂停时间"), found.paused_at), (_("暂停原因"), found.pause_reason)]
    captured = queries.find_capture(row.resource_code)
    context = {
        "plan": found,
        "capture": _capture_facts(captured) if captured else [],
        "capture_advice": [_(words) for words in captured.advice] if captured else [],
        "capture_late": captured is not None and captured.alarmed_at is not None,
        "title": resource.title,
        "state": state_badge(found),
        "facts": facts,
        "form": (form or PlanForm(initial=_initial(found.settings))) if may_steer else None,
        "pause_form": (pause_form or PauseForm()) if may_steer and not found.paused_at else None,
        "may_resume": may_steer and found.paused_at is not None,
        "api_path": f"/api/v1/exchange/plans/{found.resource_code}",
    }
    return render(request, "exchange/plan.html", context, status=status or (422 if form or pause_form else 200))


def _capture_facts(found: Capture) -> list[tuple[str, Any]]:
    speed = found.events_per_second
    facts: list[tuple[str, Any]] = [
        (_("已归集到"), found.position or "—"),
        (_("积压日志"), size_words(found.lag_bytes)),
        (_("源库保留上限"), size_words(found.keep_bytes) if found.keep_bytes is not None else _("未设上限")),
        (_("已捕获变更"), found.events),
        (_("捕获速度"), _("每秒 {count} 条").format(count=round(speed)) if speed else "—"),
        (_("最近一批"), found.moved_at or "—"),
        (_("查看时间"), found.looked_at),
        (_("复制槽"), found.slot),
    ]
    if found.lost_at:
        facts += [(_("最近中断"), found.lost_at), (_("中断原因"), _(found.lost_reason) if found.lost_reason else "—")]
    return facts


def _initial(settings: PlanSettings) -> dict[str, Any]:
    window = settings.window
    return {
        "every_minutes": settings.every_minutes,
        "opens": window.opens if window else None,
        "closes": window.closes if window else None,
        "priority": settings.priority.value,
        "months": [str(month) for month in settings.months],
    }


def state_badge(found: Plan) -> Badge:
    return Badge(_(found.state.label), TONES[found.state])


def interval_words(settings: PlanSettings) -> str:
    """How often, in words."""
    if settings.every_minutes is None:
        return _("按更新周期")
    return _("每 {minutes} 分钟").format(minutes=settings.every_minutes)


def window_words(settings: PlanSettings) -> str:
    """In which hours, in words."""
    window = settings.window
    if window is None:
        return _("不限")
    opens, closes = f"{window.opens:%H:%M}", f"{window.closes:%H:%M}"
    if window.closes < window.opens:
        return _("{opens} 至次日 {closes}").format(opens=opens, closes=closes)
    return _("{opens} 至 {closes}").format(opens=opens, closes=closes)
