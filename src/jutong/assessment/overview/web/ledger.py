"""云长履职台账: the duties of a department on one page, to be read in a minute, on a telephone or on paper."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.assessment.overview import api
from jutong.assessment.overview.values import Duty, DutyState, Indicator
from jutong.assessment.overview.values import Ledger as LedgerValue
from jutong.assessment.overview.web.wall import stage_badge
from jutong.assessment.overview.web.words import (
    change_words,
    counted_words,
    duty_badge,
    is_better,
    month_asked,
    month_words,
    months_offered,
    unit_words,
    value_words,
    whole_words,
)
from jutong.base.http import SubjectRequest
from jutong.foundation.procedures.values.cases import OpenStep
from jutong.kernel import clock
from jutong.kernel.policy import POST_NAMES, Post
from jutong.ui.components import Column, Deadline
from jutong.ui.formatting import number_words

LATE_SHOWN = 10


@require_GET
def own_ledger(request: SubjectRequest) -> HttpResponse:
    """The ledger of the department in whose name the person acts."""
    return ledger(request, request.subject.organisation)


@require_GET
def ledger(request: SubjectRequest, uscc: str) -> HttpResponse:
    """The ledger of a department in a month."""
    at = clock.now()
    month = month_asked(request, at)
    found = api.ledger(uscc=uscc, month=month, by=request.subject, at=at)
    steps = api.waiting_steps(uscc=uscc, by=request.subject, at=at, last=LATE_SHOWN)
    context = {
        "as_of": found.as_of,
        "title": found.title,
        "uscc": uscc,
        "month": f"{month:%Y-%m}",
        "month_words": month_words(month),
        "months": months_offered(at),
        "own": uscc == request.subject.organisation,
        "counts": [(duty_badge(state), found.count(state)) for state in DutyState],
        "duties": [_duty(duty, found) for duty in found.duties],
        "department": found.department,
        "steps_columns": [
            Column("title", _("事项"), "link"),
            Column("step", _("当前环节")),
            Column("holder", _("承办")),
            Column("due", _("办理期限"), "deadline"),
            Column("stage", _("督办"), "badge"),
        ],
        "steps_rows": [_step(step) for step in steps],
        "facts": _facts(found),
        "api_path": f"/api/v1/overview/ledgers/{uscc}?month={month:%Y-%m}",
    }
    return render(request, "overview/ledger.html", context)


def _duty(duty: Duty, found: LedgerValue) -> dict[str, Any]:
    indicator = Indicator(duty.key)
    return {
        "title": _(duty.title),
        "article": _(duty.article),
        "formula": _(indicator.formula),
        "badge": duty_badge(duty.state),
        "state": duty.state.value,
        "value": value_words(duty.figure, duty.unit),
        "unit": unit_words(duty.figure, duty.unit),
        "counted": counted_words(duty.figure, duty.unit),
        "change": change_words(duty.figure, duty.before, duty.unit),
        "better": is_better(indicator, duty.figure, duty.before),
        "region": whole_words(duty.region, duty.unit),
        "place": _place_words(duty),
        "url": _list_behind(indicator, found.uscc),
    }


def _place_words(duty: Duty) -> str:
    if duty.figure.value is None:
        return "—"
    if duty.place is None:
        return _("事项较少，不参加排名")
    return _("第 {place} 名，共 {ranked} 个部门").format(place=duty.place, ranked=duty.ranked)


def _list_behind(indicator: Indicator, uscc: str) -> str:
    if indicator in {Indicator.IN_TIME, Indicator.WORKDAYS}:
        return reverse("procedures:cases")
    if indicator is Indicator.SATISFIED:
        return f"{reverse('sharing:requests')}?role=provider"
    if indicator is Indicator.QUALITY:
        return reverse("quality:scores")
    return f"{reverse('catalogue:search')}?provider={uscc}"


def _facts(found: LedgerValue) -> list[tuple[str, str, str, str]]:
    """Plain counts of the department: title, figure, unit, list."""
    each = found.department
    search = f"{reverse('catalogue:search')}?provider={found.uscc}"
    calls = reverse("overview:calls")
    return [
        (_("已发布目录"), number_words(each.published), _("项"), search),
        (_("编制中的目录"), number_words(each.drafts), _("项"), reverse("catalogue:drafts")),
        (_("在办环节"), number_words(each.open_steps), _("件"), reverse("procedures:cases")),
        (_("逾期未办"), number_words(each.overdue), _("件"), reverse("procedures:cases")),
        (_("提供的授权"), number_words(each.grants_given), _("个"), f"{reverse('sharing:grants')}?role=provider"),
        (_("获得的授权"), number_words(each.grants_taken), _("个"), f"{reverse('sharing:grants')}?role=consumer"),
        (
            _("本月被调用"),
            number_words(each.calls_given),
            _("次"),
            f"{calls}?provider={found.uscc}",
        ),
        (_("本月调用"), number_words(each.calls_made), _("次"), f"{calls}?consumer={found.uscc}"),
    ]


def _step(step: OpenStep) -> dict[str, Any]:
    post = _(POST_NAMES[Post(step.post)]) if step.post in set(Post) else step.post
    return {
        "title": (f"{_(step.procedure_title)} · {step.case_title}", step.url),
        "step": _(step.step_title),
        "holder": step.holder_name or post,
        "due": Deadline(step.due_on, step.left, _(step.article) if step.article else "", unit=step.unit),
        "stage": stage_badge(step.stage),
    }
