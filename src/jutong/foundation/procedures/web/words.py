"""Cases, clocks and events as the components of the layout show them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from jutong.foundation.files.values import FileRef, WordCheck
from jutong.foundation.procedures import queries
from jutong.foundation.procedures.domain.road import Road, Stretch, main_road
from jutong.foundation.procedures.models import Case
from jutong.foundation.procedures.values.cases import CaseValue, ClockValue, EventKind, EventValue, Stage
from jutong.foundation.procedures.values.declaration import Outcome, Transition
from jutong.foundation.procedures.values.inner import InnerResult, InnerSeatValue, InnerStepValue, Verdict
from jutong.foundation.procedures.values.procedure import Procedure
from jutong.kernel.text import N_
from jutong.kernel.workdays import LimitUnit
from jutong.ui.components import Badge, Deadline, Tone
from jutong.ui.formatting import listed_words

STAGES: Mapping[Stage, tuple[str, Tone]] = {
    Stage.IN_TIME: (N_("办理中"), Tone.ACTIVE),
    Stage.SOON: (N_("即将到期"), Tone.ATTENTION),
    Stage.DUE: (N_("今日到期"), Tone.ATTENTION),
    Stage.OVERDUE: (N_("已逾期"), Tone.BAD),
    Stage.TO_MONITOR: (N_("已逾期"), Tone.BAD),
    Stage.TO_CHIEF: (N_("已逾期"), Tone.BAD),
    Stage.TO_BUREAU: (N_("已逾期"), Tone.BAD),
}
_OUTCOME_TONES = {
    Outcome.GRANTED: Tone.GOOD,
    Outcome.DONE: Tone.GOOD,
    Outcome.REFUSED: Tone.BAD,
    Outcome.WITHDRAWN: Tone.MUTED,
    Outcome.LAPSED: Tone.MUTED,
}
_INNER_TONES = {
    InnerResult.OPEN: Tone.ACTIVE,
    InnerResult.AGREED: Tone.GOOD,
    InnerResult.DISAGREED: Tone.BAD,
    InnerResult.RETURNED: Tone.ATTENTION,
    InnerResult.DROPPED: Tone.MUTED,
}
_VERDICT_TONES = {Verdict.AGREE: Tone.GOOD, Verdict.DISAGREE: Tone.BAD, Verdict.RETURN: Tone.ATTENTION}


def file_words(file: FileRef) -> dict[str, Any]:
    """An attachment, and a badge where its text did not pass the secrecy gate, so that its reader looks himself."""
    unread = file.words is not WordCheck.CHECKED
    hint = _("保密检查未能读取该文件的文字，请打开后自行核对是否涉密。")
    return {"file": file, "check": Badge(_(file.words.label), Tone.ATTENTION, hint=hint) if unread else None}


def inner_badge(result: InnerResult) -> Badge:
    """How a circulation stands."""
    return Badge(_(result.label), _INNER_TONES[result])


def seat_badge(seat: InnerSeatValue, step: InnerStepValue) -> Badge:
    """What was said in a seat, or that it is waited for."""
    if seat.verdict is not None:
        return Badge(_(seat.verdict.label), _VERDICT_TONES[seat.verdict])
    if step.asked_at is None:
        return Badge(_("未到"), Tone.MUTED)
    return Badge(_("无需填写"), Tone.MUTED) if step.done_at else Badge(_("待审签"), Tone.ACTIVE)


def given_words(way: Transition, data: Mapping[str, Any], case: CaseValue) -> list[tuple[str, str]]:
    """What a transition is to be taken with, as its form would show it."""
    told = []
    for field in way.fields:
        value = data.get(field.name)
        if value in (None, "", []):
            continue
        labels = {code: _(label) if label else code for code, label in field.options_for(case)}
        values = value if isinstance(value, list) else [value]
        told.append((_(field.label), listed_words(labels.get(str(each), str(each)) for each in values)))
    return told


def state_badge(row: Case, clock: ClockValue | None) -> Badge:
    """Where a case stands, in one word: its outcome, or how its clock runs."""
    procedure = queries.procedure_of(row)
    if row.closed_at is not None:
        return Badge(_(procedure.state(row.state).title), _OUTCOME_TONES[Outcome(row.outcome)])
    if row.unattended:
        return Badge(_("无人可办"), Tone.BAD)
    if clock is None:
        return Badge(_("办理中"), Tone.ACTIVE)
    words, tone = STAGES[clock.stage]
    return Badge(_(words), tone)


def deadline(clock: ClockValue | None) -> Deadline | None:
    """A clock as a due day with what is left; days left are shown for working days only."""
    if clock is None:
        return None
    left = clock.left if clock.limit.unit is LimitUnit.WORKDAY else None
    amount = f"{clock.limit.amount} {_(clock.limit.unit.label)}"
    return Deadline(clock.due_on, left, clock.limit.article, amount, done=clock.ended_at is not None)


def road_steps(road: Road) -> list[dict[str, Any]]:
    """The road of a case for the layout's list of steps."""
    return [_step(stretch) for stretch in main_road(road)]


def _step(stretch: Stretch) -> dict[str, Any]:
    step: dict[str, Any] = {"title": _(stretch.state.title), "state": stretch.mark.value, "who": stretch.who}
    if stretch.outcome:
        step["outcome"] = _(stretch.outcome)
    if stretch.when:
        step["when"] = stretch.when
    if stretch.limit is not None:
        step |= {"limit": stretch.limit, "article": stretch.article}
        if stretch.used is not None:
            step["used"] = stretch.used
    if stretch.due_on:
        step |= {"due_on": stretch.due_on, "workdays_left": stretch.left}
    if stretch.remark:
        step["remark"] = stretch.remark
    return step


def event_words(event: EventValue, procedure: type[Procedure]) -> str:
    """What an event tells, in a few words."""
    if event.kind is EventKind.MOVED:
        way = procedure.find_transition(event.transition)
        return _(way.title) if way else event.transition
    if event.kind is EventKind.OVERDUE and event.data.get("stage") != "overdue":
        return _("逾期督办")
    return _(event.kind.label)


def event_note(event: EventValue, procedure: type[Procedure]) -> str:
    """What belongs to an event besides its remark."""
    if event.kind is EventKind.RECOUNTED:
        return _("由 {before} 调整为 {after}").format(before=event.data["from"], after=event.data["to"])
    if event.kind in {EventKind.INNER_BEGUN, EventKind.INNER_ENDED}:
        way = procedure.find_transition(event.transition)
        return _(way.title) if way else ""
    if event.kind in {EventKind.REMINDED, EventKind.OVERDUE}:
        return _("应于 {due_on} 前办结").format(due_on=event.data["due_on"])
    return ""
