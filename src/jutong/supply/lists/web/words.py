"""States of the lists as badges, and the forms' way of telling errors."""

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.policy import Subject, decide
from jutong.kernel.text import N_
from jutong.supply.lists import models, policy
from jutong.supply.lists.values import (
    DemandState,
    DutyKind,
    ExclusionState,
    FindingKind,
    Half,
    ListKind,
    ResponsibilityState,
    RoundState,
)
from jutong.ui.components import Badge, Tone
from jutong.ui.formatting import listed_words
from jutong.ui.lists import Filter

_ROUNDS = {
    RoundState.OPEN: Tone.ACTIVE,
    RoundState.REVIEWING: Tone.ATTENTION,
    RoundState.PUBLISHED: Tone.GOOD,
    RoundState.DROPPED: Tone.MUTED,
}
_DEMANDS = {
    DemandState.SUBMITTED: Tone.ACTIVE,
    DemandState.ANSWERING: Tone.ATTENTION,
    DemandState.ACCEPTED: Tone.GOOD,
    DemandState.REFUSED: Tone.BAD,
    DemandState.WITHDRAWN: Tone.MUTED,
}
_RESPONSIBILITIES = {
    ResponsibilityState.PROPOSED: Tone.ATTENTION,
    ResponsibilityState.CONFIRMED: Tone.GOOD,
    ResponsibilityState.OBJECTED: Tone.BAD,
    ResponsibilityState.REMOVED: Tone.MUTED,
}
_EXCLUSIONS = {
    ExclusionState.PROPOSED: Tone.ATTENTION,
    ExclusionState.IN_FORCE: Tone.BAD,
    ExclusionState.REMOVING: Tone.ATTENTION,
    ExclusionState.REMOVED: Tone.MUTED,
    ExclusionState.DROPPED: Tone.MUTED,
}
MET = Filter("met", N_("满足情况"), lambda: [("1", N_("已满足")), ("0", N_("未满足"))], single=True)
"""Narrows to what the rates count as met; the rows must have been told by `queries.told_met`."""


def overview_address(subject: Subject) -> str:
    """The page above all lists, for those who follow their compiling; nothing for others, who see what binds them."""
    return reverse("lists:overview") if decide(subject, policy.VIEW_ROUND) else ""


TOLD_BESIDE = (ErrorKind.INVALID, ErrorKind.CONFLICT)


def round_badge(row: models.Round) -> Badge:
    return Badge(_(RoundState(row.state).label), _ROUNDS[RoundState(row.state)])


def demand_badge(row: models.Demand) -> Badge:
    return Badge(_(DemandState(row.state).label), _DEMANDS[DemandState(row.state)])


def responsibility_badge(row: models.Responsibility) -> Badge:
    state = ResponsibilityState(row.state)
    return Badge(_(state.label), _RESPONSIBILITIES[state])


def exclusion_badge(row: models.Exclusion) -> Badge:
    return Badge(_(ExclusionState(row.state).label), _EXCLUSIONS[ExclusionState(row.state)])


def half_badge(half: str) -> Badge:
    return Badge(_(Half(half).label), Tone.BAD if half == Half.NOT_SHARED else Tone.ATTENTION)


def list_title(kind: str) -> str:
    return _(ListKind(kind).label)


def duties_words(kinds: list[str]) -> str:
    return listed_words(_(DutyKind(kind).label) for kind in kinds)


def finding_words(kind: str) -> tuple[str, str]:
    """What was found, and what to do about it."""
    return _(FindingKind(kind).label), _(FindingKind(kind).remedy)


def complain(form: forms.Form, error: JutongError) -> None:
    """Put an error beside its field, or above the form; what no form can mend goes on."""
    if error.kind not in TOLD_BESIDE:
        raise error
    form.add_error(error.field if error.field in form.fields else None, error.words(_))
