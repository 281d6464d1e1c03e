"""我的待办: what waits for the post one acts in, and claiming several at once."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jutong.base.http import SubjectRequest
from jutong.foundation.procedures import api, queries
from jutong.foundation.procedures.values.cases import Task
from jutong.foundation.procedures.web.words import STAGES
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_
from jutong.kernel.workdays import LimitUnit
from jutong.ui.components import Badge, Column, Deadline
from jutong.ui.lists import Bulk, Listing, Outcome, render_outcomes, ticked


def _rows(request: HttpRequest, found: Sequence[Task]) -> list[dict[str, Any]]:
    return [_row(task) for task in found]


def _row(task: Task) -> dict[str, Any]:
    words, tone = STAGES[task.stage]
    left = task.left if task.unit == LimitUnit.WORKDAY else None
    return {
        "case": (f"{_(task.procedure_title)}：{task.case_title}", task.url),
        "no": task.case_no,
        "step": _("{step}（内部审签：{inner}）").format(step=_(task.step_title), inner=_(task.inner))
        if task.inner
        else _(task.step_title),
        "arrived": task.arrived_at,
        "due": Deadline(task.due_on, left, task.article) if task.due_on else _("无时限"),
        "state": Badge(_(words), tone),
        "holder": task.holder_name,
        "tick": "" if task.holder_no else task.case_no,
    }


TASKS = Listing(
    name="procedures.tasks",
    title=N_("我的待办"),
    section=N_("个人工作台"),
    unit=N_("件"),
    columns=(
        Column("case", N_("事项"), "link", sort="case_title"),
        Column("no", N_("编号"), "code", sort="case_no"),
        Column("step", N_("环节")),
        Column("arrived", N_("到达时间"), "moment", sort="arrived_at"),
        Column("due", N_("到期日"), sort="due_on"),
        Column("state", N_("状态"), "badge"),
        Column("holder", N_("认领人")),
    ),
    rows=_rows,
    search=("case_title", "case_no", "subject_code"),
    placeholder=N_("事项名称、办件编号或代码"),
    page_rows=50,
    api="/api/v1/procedures/tasks",
    bulk=(Bulk(N_("认领所选"), "procedures:claim_several", "user-check"),),
    empty=(N_("没有待办"), N_("轮到您的岗位办理的事项会出现在这里，按到期先后排列。")),
    icon="checklist",
)


@require_GET
def tasks(request: SubjectRequest) -> HttpResponseBase:
    """All tasks, soonest due first."""
    return TASKS.respond(request, queries.tasks_for(request.subject, clock.now()))


@require_POST
def claim_several(request: SubjectRequest) -> HttpResponse:
    """Claim the ticked steps, each by itself: one that a colleague took first does not hold up the others."""
    found = {task.case_no: task for task in queries.tasks_for(request.subject, clock.now())}
    outcomes = []
    for case_no in ticked(request):
        task = found.get(case_no)
        fault = ""
        try:
            api.claim(case_no, by=request.subject, at=clock.now())
        except JutongError as error:
            fault = error.words(_)
        outcomes.append(Outcome(task.case_title if task else case_no, task.url if task else "", fault))
    back = reverse("procedures:tasks")
    return render_outcomes(request, TASKS, outcomes, title=_("认领结果"), back=back)
