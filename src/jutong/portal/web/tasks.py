"""The task list (待办): what waits for the person, soonest due first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jutong.base.http import SubjectRequest
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.values.cases import Task
from jutong.kernel import clock
from jutong.kernel.workdays import LimitUnit
from jutong.ui.components import Badge, Column, Deadline, Tone

ON_HOME = 5


@require_safe
def tasks(request: SubjectRequest) -> HttpResponse:
    """All tasks, with how many are late: a panel of the workbench."""
    found = procedures.tasks_for(request.subject, at=clock.now())
    lefts = [task.left for task in found if task.left is not None]
    context = {
        "count": len(found),
        "due_today": sum(left == 0 for left in lefts),
        "overdue": sum(left < 0 for left in lefts),
        **_table(found),
    }
    return _panel(request, "portal/tasks.html", context)


@require_safe
def first_tasks(request: SubjectRequest) -> HttpResponse:
    """The most urgent tasks: a panel of the home page; nothing when nothing waits."""
    found = procedures.tasks_for(request.subject, at=clock.now())
    return _panel(request, "portal/first_tasks.html", {"count": len(found), **_table(found[:ON_HOME])})


def _panel(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    return render(request, template, context | {"as_of": clock.now()})


def _table(found: list[Task]) -> dict[str, object]:
    columns = [
        Column("title", _("事项"), "link"),
        Column("step", _("当前环节")),
        Column("case_no", _("办件编号"), "code"),
        Column("arrived_at", _("到达时间"), "moment"),
        Column("due", _("办理期限"), "deadline"),
        Column("holder", _("承办"), "badge"),
    ]
    return {"columns": columns, "rows": [_row(task) for task in found]}


def _row(task: Task) -> dict[str, object]:
    held = Badge(task.holder_name or task.holder_no, Tone.NEUTRAL, "user")
    return {
        "title": (f"{_(task.procedure_title)} · {task.case_title}", task.url),
        "step": _(task.step_title),
        "case_no": task.case_no,
        "arrived_at": task.arrived_at,
        "due": Deadline(
            task.due_on, task.left, _(task.article) if task.article else "", unit=task.unit or LimitUnit.WORKDAY
        ),
        "holder": held if task.holder_no else Badge(_("待领取"), Tone.MUTED),
    }
