"""How rounds, entries and notices are shown, and how a form's fault comes back beside its field."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.supply.rounds import domain, models, queries
from jutong.supply.rounds.domain.errors import FileHasFaults
from jutong.supply.rounds.values import ClaimAnswer, CompilationRoundState, EntryStage, NoticeState
from jutong.ui.components import Badge, Deadline, Tone

STAGE_TONES = {
    EntryStage.OFFERED: Tone.ATTENTION,
    EntryStage.UNCLAIMED: Tone.BAD,
    EntryStage.CONTESTED: Tone.BAD,
    EntryStage.CLAIMED: Tone.ACTIVE,
    EntryStage.SURVEYED: Tone.ACTIVE,
    EntryStage.DRAFTED: Tone.ACTIVE,
    EntryStage.SUBMITTED: Tone.ACTIVE,
    EntryStage.RETURNED: Tone.ATTENTION,
    EntryStage.APPROVED: Tone.ACTIVE,
    EntryStage.PUBLISHED: Tone.GOOD,
    EntryStage.DROPPED: Tone.MUTED,
}
ANSWER_TONES = {
    ClaimAnswer.ASKED: Tone.MUTED,
    ClaimAnswer.OURS: Tone.GOOD,
    ClaimAnswer.NOT_OURS: Tone.NEUTRAL,
    ClaimAnswer.UNDECIDED: Tone.ATTENTION,
}
NOTICE_TONES = {NoticeState.RUNNING: Tone.ACTIVE, NoticeState.ENDED: Tone.ATTENTION, NoticeState.CLOSED: Tone.MUTED}


def stage_badge(row: models.Entry) -> Badge:
    stage = EntryStage(row.stage)
    return Badge(_(stage.label), STAGE_TONES[stage])


def answer_badge(row: models.Claim) -> Badge:
    answer = ClaimAnswer(row.answer)
    return Badge(_(answer.label), ANSWER_TONES[answer])


def round_badge(row: models.Round) -> Badge:
    state = CompilationRoundState(row.state)
    return Badge(_(state.label), Tone.ACTIVE if state is CompilationRoundState.OPEN else Tone.MUTED)


def notice_badge(row: models.Notice) -> Badge:
    state = queries.state_of(row, on=today())
    return Badge(_(state.label), NOTICE_TONES[state])


def cell_badge(cell: domain.Cell) -> Badge | str:
    """A step of a department: so many of so many, and a word for what the colour says."""
    if not cell.total:
        return "—"
    count = f"{cell.done}/{cell.total}"
    if cell.late:
        return Badge(_("{count} 逾期").format(count=count), Tone.BAD)
    if cell.complete:
        return Badge(_("{count} 完成").format(count=count), Tone.GOOD)
    return Badge(_("{count} 进行中").format(count=count), Tone.ACTIVE if cell.done else Tone.MUTED)


def deadline(day: date | None, *, done: bool = False, article: str = "") -> Deadline:
    """A step's last day with the working days that are left."""
    left = None if day is None or done else rulebook.calendar().workdays_between(today(), day)
    return Deadline(day, left, article, done=done)


def cycle_words(number: int | None) -> str:
    return _(UpdateCycle(number).label) if number else ""


def today() -> date:
    return clock.local_day(clock.now())


def done(form: forms.Form, act: Callable[[dict[str, Any]], object]) -> bool:
    """Send a valid form on; what the action refuses stands beside the field, line by line where a file was refused."""
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except JutongError as error:
        if error.kind not in (ErrorKind.INVALID, ErrorKind.CONFLICT, ErrorKind.MISSING):
            raise
        field = error.field if error.field in form.fields else None
        form.add_error(field, error.words(_))
        if isinstance(error, FileHasFaults):
            for fault in error.details["faults"]:
                form.add_error(field, fault.words(_))
        return False
    return True
