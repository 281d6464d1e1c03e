"""The door of rounds: what other rooms may call. Values are in `values`, facts in `events`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from jutong.kernel.policy import Subject
from jutong.supply.rounds import queries
from jutong.supply.rounds.domain.errors import RoundsError
from jutong.supply.rounds.services import claiming, compiling, following, noticing, planning, reminding
from jutong.supply.rounds.services.compiling import Reported
from jutong.supply.rounds.services.noticing import ObjectionText, Published
from jutong.supply.rounds.values import Category, ClaimAnswer, EntryPlan, EntryStage, Origin, PublishRate, Step, Survey

__all__ = [
    "ObjectionText",
    "Published",
    "Reported",
    "RoundsError",
    "add_entries",
    "answer_claim",
    "answer_objection",
    "begin_draft",
    "close_notice",
    "close_round",
    "follow",
    "link_resource",
    "open_notice",
    "open_round",
    "prepare",
    "publish",
    "publish_rates",
    "raise_objection",
    "remind",
    "report",
    "settle_entry",
    "tell_survey",
]


def publish_rates(*, departments: Collection[str] | None = None) -> list[PublishRate]:
    """Published ÷ (planned ∪ accepted demands) of each department that owes something, over all rounds."""
    return queries.publish_rates(departments=departments)


def open_round(
    *,
    title: str,
    year: int,
    categories: Collection[Category],
    departments: Sequence[str],
    days: Mapping[Step, date] | None = None,
    basis: str = "",
    by: Subject,
    at: datetime,
) -> str:
    """Open a round of compilation; gives its number. `planning.open_round` names the errors."""
    return planning.open_round(
        title=title, year=year, categories=categories, departments=departments, days=days, basis=basis, by=by, at=at
    )


def prepare(*, round_no: str, leading_body: str, working_body: str, by: Subject, at: datetime) -> None:
    """A department names the bodies that lead and carry out its compilation."""
    planning.prepare(round_no=round_no, leading_body=leading_body, working_body=working_body, by=by, at=at)


def add_entries(
    *, round_no: str, plans: Sequence[EntryPlan], origin: Origin = Origin.TYPED, by: Subject, at: datetime
) -> list[str]:
    """Pre-draft entries; gives their numbers. `planning.add_entries` names the errors."""
    return planning.add_entries(round_no=round_no, plans=plans, origin=origin, by=by, at=at)


def answer_claim(*, entry_no: str, given: ClaimAnswer, reason: str = "", by: Subject, at: datetime) -> EntryStage:
    """Say whether an entry is one's own department's; gives where it stands then."""
    return claiming.answer(entry_no=entry_no, given=given, reason=reason, by=by, at=at)


def settle_entry(*, entry_no: str, department: str, reason: str, by: Subject, at: datetime) -> None:
    """The bureau says whose an entry is."""
    claiming.settle(entry_no=entry_no, department=department, reason=reason, by=by, at=at)


def tell_survey(*, entry_no: str, survey: Survey, by: Subject, at: datetime) -> None:
    """Say where the data of an entry lie, in which form and how often they are renewed."""
    compiling.tell_survey(entry_no=entry_no, survey=survey, by=by, at=at)


def begin_draft(*, entry_no: str, by: Subject, at: datetime) -> str:
    """Begin the draft of an entry in the catalogue; gives the draft's number."""
    return compiling.begin_draft(entry_no=entry_no, by=by, at=at)


def link_resource(*, entry_no: str, code: str, by: Subject, at: datetime) -> None:
    """Say that an entry is a published resource of one's own already."""
    compiling.link_resource(entry_no=entry_no, code=code, by=by, at=at)


def report(*, round_no: str, by: Subject, at: datetime) -> Reported:
    """Report one's department's entries of a round, with their file."""
    return compiling.report(round_no=round_no, by=by, at=at)


def follow(draft_nos: Collection[str], *, at: datetime) -> None:
    """Have entries stand where their drafts stand now, for who cannot wait until the catalogue's facts arrive."""
    following.follow(draft_nos, at=at)


def open_notice(*, round_no: str, ends_on: date | None = None, by: Subject, at: datetime) -> str:
    """Lay what passed review open to everybody; gives the notice's number."""
    return noticing.open_notice(round_no=round_no, ends_on=ends_on, by=by, at=at)


def raise_objection(*, notice_no: str, told: ObjectionText, sender: str, by: Subject, at: datetime) -> str:
    """Object to a running notice; gives the objection's number."""
    return noticing.raise_objection(notice_no=notice_no, told=told, sender=sender, by=by, at=at)


def answer_objection(*, objection_no: str, upheld: bool, answer: str, by: Subject, at: datetime) -> None:
    """Answer an objection."""
    noticing.answer_objection(objection_no=objection_no, upheld=upheld, answer=answer, by=by, at=at)


def close_notice(*, notice_no: str, by: Subject, at: datetime) -> None:
    """End a notice whose days are over and whose objections are all answered."""
    noticing.close_notice(notice_no=notice_no, by=by, at=at)


def publish(*, notice_no: str, by: Subject, at: datetime) -> Published:
    """Publish everything of a closed notice at once."""
    return noticing.publish(notice_no=notice_no, by=by, at=at)


def close_round(*, round_no: str, by: Subject, at: datetime) -> None:
    """End a round."""
    planning.close_round(round_no=round_no, by=by, at=at)


def remind(*, at: datetime) -> int:
    """Tell departments of steps that are due soon or late."""
    return reminding.remind(at=at)
