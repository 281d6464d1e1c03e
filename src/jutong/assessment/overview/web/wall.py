"""督办墙: who is late, by department; the monitor's first screen, which keeps itself up to date."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.assessment.overview import api
from jutong.assessment.overview.web.words import unframed
from jutong.base.http import SubjectRequest
from jutong.foundation.procedures.values.cases import Burden, OpenStep, Stage
from jutong.kernel import clock
from jutong.kernel.policy import POST_NAMES, Post, Subject
from jutong.registry.organisations import api as organisations
from jutong.ui.components import Badge, Column, Deadline, Tone, Total
from jutong.ui.formatting import number_words

DAYS_AHEAD = 7
STEPS_READ = 500
LATE_SHOWN, NEAR_SHOWN = 25, 15


@require_GET
def wall(request: SubjectRequest) -> HttpResponse:
    """The whole page; its middle fetches itself anew. `all=1` shows every step, not only the most urgent."""
    return render(request, "overview/wall.html", _asked_context(request))


@require_GET
def now(request: SubjectRequest) -> HttpResponse:
    """The middle of the wall as it stands."""
    return unframed(render(request, "overview/wall_now.html", _asked_context(request)))


def _asked_context(request: SubjectRequest) -> dict[str, Any]:
    organisation = request.GET.get("organisation", "").replace("\x00", "")[:18]
    everything = request.GET.get("all") == "1"
    return wall_context(request.subject, organisation, everything=everything)


def wall_context(subject: Subject, organisation: str = "", *, everything: bool = False) -> dict[str, Any]:
    at = clock.now()
    found = api.wall(by=subject, at=at, organisation=organisation, days_ahead=DAYS_AHEAD, last=STEPS_READ)
    names = organisations.titles(
        {each.organisation for each in found.burdens} | {each.organisation for each in found.steps}, short=True
    )
    late = [step for step in found.steps if step.left < 0]
    near = [step for step in found.steps if step.left >= 0]
    burdens = [each for each in found.burdens if each.overdue or each.due_today]
    query = {"organisation": organisation} if organisation else {}
    whole = f"{reverse('overview:wall')}?{urlencode(query | {'all': '1'})}"
    return {
        "as_of": at,
        "organisation": organisation,
        "organisation_title": names.get(organisation, organisation),
        "totals": wall_totals(found.burdens),
        "burden_columns": burden_columns(),
        "burden_rows": [_burden_row(each, names) for each in burdens],
        "step_columns": step_columns(),
        "late_count": len(late),
        "near_count": len(near),
        "late_rows": [_step_row(step, names) for step in late[: None if everything else LATE_SHOWN]],
        "near_rows": [_step_row(step, names) for step in near[: None if everything else NEAR_SHOWN]],
        "late_url": whole if not everything and len(late) > LATE_SHOWN else "",
        "near_url": whole if not everything and len(near) > NEAR_SHOWN else "",
        "query": urlencode(query | ({"all": "1"} if everything else {})),
        "near_until": clock.local_day(at) + timedelta(days=DAYS_AHEAD),
        "read_max": STEPS_READ if len(found.steps) >= STEPS_READ else 0,
        "api_path": "/api/v1/overview/wall" + (f"?organisation={organisation}" if organisation else ""),
    }


def wall_totals(burdens: list[Burden]) -> list[Total]:
    def sums(name: str) -> str:
        return number_words(sum(getattr(each, name) for each in burdens))

    return [
        Total(sums("overdue"), _("逾期未办"), _("件")),
        Total(number_words(sum(each.overdue > 0 for each in burdens)), _("逾期部门"), _("个")),
        Total(sums("due_today"), _("今日到期"), _("件")),
        Total(sums("to_monitor"), _("已报督查"), _("件")),
        Total(sums("to_chief"), _("已报云长"), _("件")),
        Total(sums("to_bureau"), _("拟通报"), _("件")),
    ]


def burden_columns() -> list[Column]:
    return [
        Column("title", _("部门"), "link"),
        Column("overdue", _("逾期"), "number"),
        Column("due_today", _("今日到期"), "number"),
        Column("open", _("在办"), "number"),
        Column("to_monitor", _("已报督查"), "number"),
        Column("to_chief", _("已报云长"), "number"),
        Column("to_bureau", _("拟通报"), "number"),
        Column("earliest", _("最早到期"), "day"),
    ]


def _burden_row(each: Burden, names: dict[str, str]) -> dict[str, Any]:
    return {
        "title": (
            names.get(each.organisation, each.organisation),
            f"{reverse('overview:wall')}?organisation={each.organisation}",
        ),
        "overdue": each.overdue,
        "due_today": each.due_today,
        "open": each.open,
        "to_monitor": each.to_monitor,
        "to_chief": each.to_chief,
        "to_bureau": each.to_bureau,
        "earliest": each.earliest_due_on,
    }


def step_columns() -> list[Column]:
    return [
        Column("title", _("事项"), "link"),
        Column("step", _("当前环节")),
        Column("organisation", _("承办部门")),
        Column("holder", _("承办")),
        Column("due", _("办理期限"), "deadline"),
        Column("stage", _("督办"), "badge"),
        Column("reminders", _("已提醒"), "number", hint=_("次数")),
        Column("reminded_at", _("最近提醒"), "moment"),
    ]


def _step_row(step: OpenStep, names: dict[str, str]) -> dict[str, Any]:
    return {
        "title": (f"{_(step.procedure_title)} · {step.case_title}", step.url),
        "step": _(step.step_title),
        "organisation": names.get(step.organisation, step.organisation),
        "holder": step.holder_name or _("{post}（待领取）").format(post=_post(step.post)),
        "due": Deadline(step.due_on, step.left, _(step.article) if step.article else "", unit=step.unit),
        "stage": stage_badge(step.stage),
        "reminders": step.reminders,
        "reminded_at": step.reminded_at,
    }


def stage_badge(stage: Stage) -> Badge:
    words = {
        Stage.IN_TIME: (_("办理中"), Tone.ACTIVE),
        Stage.SOON: (_("即将到期"), Tone.ATTENTION),
        Stage.DUE: (_("今日到期"), Tone.ATTENTION),
        Stage.OVERDUE: (_("已逾期"), Tone.BAD),
        Stage.TO_MONITOR: (_("已报督查"), Tone.BAD),
        Stage.TO_CHIEF: (_("已报云长"), Tone.BAD),
        Stage.TO_BUREAU: (_("拟通报"), Tone.BAD),
    }
    text, tone = words.get(stage, (_("办理中"), Tone.ACTIVE))
    return Badge(text, tone)


def _post(post: str) -> str:
    return _(POST_NAMES[Post(post)]) if post in set(Post) else post
