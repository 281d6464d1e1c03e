"""我的待办: what waits for the post one acts in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest
from jutong.foundation.procedures import queries
from jutong.foundation.procedures.values.cases import Task
from jutong.foundation.procedures.web.words import STAGES
from jutong.kernel import clock
from jutong.kernel.workdays import LimitUnit
from jutong.ui.components import Badge, Column, Deadline


@require_GET
def tasks(request: SubjectRequest) -> HttpResponse:
    """All tasks, soonest due first."""
    found = queries.tasks_for(request.subject, clock.now())
    columns = [
        Column("case", _("事项"), "link"),
        Column("step", _("环节")),
        Column("arrived", _("到达时间"), "moment"),
        Column("due", _("到期日")),
        Column("state", _("状态"), "badge"),
        Column("holder", _("认领人")),
    ]
    context = {"total": len(found), "columns": columns, "rows": [_row(task) for task in found]}
    return render(request, "procedures/tasks.html", context)


def _row(task: Task) -> dict[str, object]:
    words, tone = STAGES[task.stage]
    left = task.left if task.unit == LimitUnit.WORKDAY else None
    return {
        "case": (f"{_(task.procedure_title)}：{task.case_title}", task.url),
        "step": _("{step}（内部审签：{inner}）").format(step=_(task.step_title), inner=_(task.inner))
        if task.inner
        else _(task.step_title),
        "arrived": task.arrived_at,
        "due": Deadline(task.due_on, left, task.article) if task.due_on else _("无时限"),
        "state": Badge(_(words), tone),
        "holder": task.holder_name,
    }
