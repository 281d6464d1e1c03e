"""Departments are told of a step whose day is near, and again when it has passed undone (催报). Once each."""

from datetime import date, datetime
from typing import Final

from django.db import transaction

from jutong.foundation.notices import api as notices
from jutong.foundation.procedures import api as procedures
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Post
from jutong.kernel.text import N_
from jutong.supply.rounds import domain, models, queries
from jutong.supply.rounds.values import CompilationRoundState

REMINDER: Final = "rounds.reminder"
"""The kind of notice for a step that is due soon or late."""


@transaction.atomic
def remind(*, at: datetime) -> int:
    """Tell every department of the steps of open rounds that are due soon or late; gives how many notices went out."""
    on = local_day(at)
    ahead = rulebook.parameter("rounds.remind_workdays", on=on).whole()
    horizon = rulebook.calendar().add_workdays(on, ahead)
    return sum(
        _remind_round(row, horizon=horizon, at=at)
        for row in models.Round.objects.select_for_update().filter(state=CompilationRoundState.OPEN).order_by("pk")
    )


def _remind_round(row: models.Round, *, horizon: date, at: datetime) -> int:
    on, days = local_day(at), queries.days_of(row)
    near = {step: (day, day < on) for step, day in days.days if step.of_departments and day <= horizon}
    if not near:
        return 0
    parts = {each.department_uscc: each for each in queries.participants_of(row)}
    known = set(models.Reminder.objects.filter(participant__round=row).values_list("participant_id", "step", "late"))
    told = 0
    for found in queries.wall(row, on=on):
        part = parts[found.department]
        for cell in found.cells:
            day, late = near.get(cell.step, (None, False))
            if day is None or cell.done >= cell.total or (part.pk, int(cell.step), late) in known:
                continue
            models.Reminder.objects.create(participant=part, step=cell.step, late=late, told_at=at)
            told += _tell(row, found.department, cell, day.isoformat(), late, at)
    return told


def _tell(row: models.Round, department: str, cell: domain.Cell, day: str, late: bool, at: datetime) -> int:
    title = N_("目录编制“{step}”已逾期：{round}") if late else N_("目录编制“{step}”即将到期：{round}")
    return notices.notify(
        procedures.holders_of(Post.DATA_STEWARD, department, at=at),
        kind=REMINDER,
        title=title,
        body=N_("截止日期 {due_on}，已完成 {done} 项，共 {total} 项，请尽快办理。"),
        parameters={
            "step": cell.step.label,
            "round": row.name,
            "due_on": day,
            "done": cell.done,
            "total": cell.total,
        },
        link=f"/rounds/{row.round_no}/",
        at=at,
        organisation=department,
    )
