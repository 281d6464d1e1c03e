"""Notices about cases."""

from collections.abc import Iterable
from datetime import datetime

from jutong.foundation.notices import api as notices
from jutong.foundation.notices.values import Group, NoticeKind
from jutong.foundation.procedures.models import Clock
from jutong.foundation.procedures.services.cases import Doer, Held, others
from jutong.foundation.procedures.values.cases import Stage
from jutong.foundation.procedures.values.declaration import Outcome
from jutong.foundation.procedures.values.inner import InnerResult
from jutong.kernel.text import N_
from jutong.ui.formatting import day_words

_STAGE_TITLES = {
    Stage.SOON: N_("即将到期：{case}（{step}）"),
    Stage.DUE: N_("今日到期：{case}（{step}）"),
    Stage.OVERDUE: N_("已逾期：{case}（{step}）"),
    Stage.TO_MONITOR: N_("督办提示：{case}（{step}）逾期未办"),
    Stage.TO_CHIEF: N_("督办提示：{case}（{step}）逾期未办"),
    Stage.TO_BUREAU: N_("通报提示：{case}（{step}）逾期未办"),
}

# How messages name them, which leave the platform and say no more than that.
KINDS = (
    NoticeKind("procedures.task_arrived", N_("待办提醒"), Group.TASKS, for_systems=True),
    NoticeKind("procedures.inner_asked", N_("内部审签提醒"), Group.TASKS, for_systems=True),
    NoticeKind("procedures.case_urged", N_("催办提醒"), Group.TASKS, urgent=True, for_systems=True),
    NoticeKind("procedures.claim_taken_over", N_("办件由他人接手"), Group.TASKS, for_systems=True),
    NoticeKind("procedures.case_closed", N_("办件已办结"), Group.RESULTS, for_systems=True),
    NoticeKind("procedures.inner_ended", N_("内部审签结束"), Group.RESULTS, for_systems=True),
    NoticeKind("procedures.due_day_moved", N_("到期日调整"), Group.CLOCKS, for_systems=True),
    NoticeKind("procedures.step_soon", N_("即将到期提醒"), Group.CLOCKS, for_systems=True),
    NoticeKind("procedures.step_due", N_("今日到期提醒"), Group.CLOCKS, for_systems=True),
    NoticeKind("procedures.step_overdue", N_("逾期提醒"), Group.CLOCKS, urgent=True, for_systems=True),
    NoticeKind("procedures.step_to_monitor", N_("逾期督办提示"), Group.CLOCKS, urgent=True, for_systems=True),
    NoticeKind("procedures.step_to_chief", N_("逾期督办提示"), Group.CLOCKS, urgent=True, for_systems=True),
    NoticeKind("procedures.step_to_bureau", N_("逾期通报提示"), Group.CLOCKS, urgent=True, for_systems=True),
)


def task_arrived(held: Held, person_nos: Iterable[str], doer: Doer, at: datetime) -> None:
    """Somebody is asked to act."""
    _tell(
        held,
        others(person_nos, doer),
        "procedures.task_arrived",
        N_("待办：{case}（{step}）"),
        N_("{procedure}，编号 {case_no}。"),
        at,
    )


def case_closed(held: Held, doer: Doer, at: datetime) -> None:
    """The case has ended: for whoever opened it."""
    opener = held.row.opened_by_no if held.row.opened_by.get("kind") == "person" else ""
    _tell(
        held,
        others([opener], doer),
        "procedures.case_closed",
        N_("{outcome}：{case}"),
        N_("{procedure}，编号 {case_no}。"),
        at,
        outcome=Outcome(held.row.outcome).label,
        organisation=held.parties[held.procedure.applicant],
    )


def claim_taken_over(held: Held, former_no: str, doer: Doer, at: datetime) -> None:
    """A colleague goes on with what somebody had claimed."""
    _tell(
        held,
        others([former_no], doer),
        "procedures.claim_taken_over",
        N_("{name}已接手：{case}（{step}）"),
        "",
        at,
        name=doer.name,
    )


def step_urged(held: Held, person_nos: Iterable[str], doer: Doer, at: datetime) -> None:
    """Somebody urges the open step."""
    _tell(
        held,
        others(person_nos, doer),
        "procedures.case_urged",
        N_("催办：{case}（{step}）"),
        N_("{procedure}，编号 {case_no}，请尽快办理。"),
        at,
    )


def inner_step_asked(held: Held, title: str, person_nos: Iterable[str], doer: Doer, at: datetime) -> None:
    """Somebody is asked for an opinion inside his department."""
    _tell(
        held,
        others(person_nos, doer),
        "procedures.inner_asked",
        N_("内部审签：{case}（{inner}）"),
        N_("{procedure}，编号 {case_no}，请填写意见。"),
        at,
        inner=title,
    )


def inner_run_ended(held: Held, result: InnerResult, person_nos: Iterable[str], doer: Doer, at: datetime) -> None:
    """What was sent round the department has come back."""
    _tell(
        held,
        others(person_nos, doer),
        "procedures.inner_ended",
        N_("{result}：{case}（{step}）"),
        N_("{procedure}，编号 {case_no}。"),
        at,
        result=result.label,
    )


def clock_ran_down(
    held: Held, clock: Clock, stage: Stage, person_nos: Iterable[str], at: datetime, *, organisation: str
) -> None:
    """A limit is near its end or past it; who hears of it is of `organisation`."""
    _tell(
        held,
        list(person_nos),
        f"procedures.step_{stage.name.lower()}",
        _STAGE_TITLES[stage],
        N_("{procedure}，编号 {case_no}，应于 {due_on} 前办结。"),
        at,
        due_on=day_words(clock.due_on),
        organisation=organisation,
    )


def due_day_moved(held: Held, clock: Clock, person_nos: Iterable[str], at: datetime) -> None:
    """The work calendar changed, and with it the last day of a limit."""
    _tell(
        held,
        list(person_nos),
        "procedures.due_day_moved",
        N_("到期日调整：{case}（{step}）"),
        N_("工作日历已更新，应于 {due_on} 前办结，编号 {case_no}。"),
        at,
        due_on=day_words(clock.due_on),
    )


def _tell(
    held: Held,
    person_nos: list[str],
    kind: str,
    title: str,
    body: str,
    at: datetime,
    *,
    organisation: str | None = None,
    **parameters: str,
) -> None:
    """Tell these people, and the systems of the organisation in whose name they are asked (who has to act)."""
    if person_nos:
        filled = {
            "case": held.row.title,
            "case_no": held.row.case_no,
            "step": held.procedure.state(held.row.state).title,
            "procedure": held.procedure.title,
            **parameters,
        }
        notices.notify(
            person_nos,
            kind=kind,
            title=title,
            body=body,
            parameters=filled,
            link=held.url,
            at=at,
            organisation=held.row.acting_organisation if organisation is None else organisation,
        )
