"""Reading rounds: rows the subject may see, the wall of progress, rates with what is behind them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Func, IntegerField, OuterRef, Q, QuerySet, Subquery

from jutong.base.access import scope_q
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.crypto import CannotOpen, Envelope, Place
from jutong.kernel.policy import Action, Facts, Relation, Subject, decide
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Organisation, OrganisationKind
from jutong.supply.catalogue import api as catalogue
from jutong.supply.lists import api as lists
from jutong.supply.rounds import domain, models, policy
from jutong.supply.rounds.domain.errors import NoSuchEntry, NoSuchNotice, NoSuchObjection, NoSuchRound
from jutong.supply.rounds.values import (
    FOR_THE_BUREAU,
    UNSETTLED,
    ClaimAnswer,
    CompilationRoundState,
    EntryStage,
    NoticeState,
    PublishRate,
    Step,
    StepDays,
)

_OWNER: Final = {Relation.PROVIDER: "department_uscc"}

TAKES_PART: Final = (
    OrganisationKind.BUREAU,
    OrganisationKind.CENTRE,
    OrganisationKind.DEPARTMENT,
    OrganisationKind.OTHER_ORGAN,
    OrganisationKind.CITY_GOVERNMENT,
)
"""Kinds of bodies that a round may ask: departments of the region, and each city as a whole. Guide 6.1."""


# --- Rights ----------------------------------------------------------------------------------------------------------


def everything_if(subject: Subject, action: Action) -> Q:
    """All rows for who may do this, none for everybody else."""
    return scope_q(subject, action, {}, {})


def facts_of_owned(row: models.Entry | models.Submission | models.Duty | models.System) -> Facts:
    """What the decision may know of what is one department's."""
    return Facts({Relation.PROVIDER: row.department_uscc})


def facts_of_notice(row: models.Notice, *, on: date) -> Facts:
    """What the decision may know of a public notice."""
    return Facts({}, frozenset({"running"}) if state_of(row, on=on) is NoticeState.RUNNING else frozenset())


def state_of(row: models.Notice, *, on: date) -> NoticeState:
    """Where a notice stands on a day; its last day still counts."""
    if row.closed_at:
        return NoticeState.CLOSED
    return NoticeState.RUNNING if on <= row.ends_on else NoticeState.ENDED


# --- Rounds ----------------------------------------------------------------------------------------------------------


def rounds(subject: Subject, action: Action = policy.VIEW_ROUND) -> QuerySet[models.Round]:
    """The rounds the subject may see, the newest first, with how many entries and departments they have."""
    rows = models.Round.objects.filter(everything_if(subject, action)).order_by("-opened_at", "-pk")
    entries = models.Entry.objects.filter(round=OuterRef("pk"))
    return rows.annotate(
        entry_count=_count(entries.exclude(stage=EntryStage.DROPPED)),
        published_count=_count(entries.filter(stage=EntryStage.PUBLISHED)),
        department_count=_count(models.Participant.objects.filter(round=OuterRef("pk"))),
    )


def _count(rows: QuerySet[Any]) -> Subquery:
    """How many rows there are beside an outer one. Counted by itself: joins would multiply entries by objections."""
    counted = rows.order_by().annotate(counted=Func("pk", function="count", output_field=IntegerField()))
    return Subquery(counted.values("counted"))


def get_round(round_no: str, subject: Subject) -> models.Round:
    """The round, if the subject may know of it. Raises NoSuchRound."""
    row = models.Round.objects.filter(round_no=round_no).first()
    if row is None or not decide(subject, policy.VIEW_ROUND):
        raise NoSuchRound(round_no=round_no)
    return row


def latest_open_round() -> models.Round | None:
    """The round under way; of several the newest."""
    return models.Round.objects.filter(state=CompilationRoundState.OPEN).order_by("-opened_at", "-pk").first()


def days_of(row: models.Round) -> StepDays:
    """The last days of a round's steps."""
    return StepDays(tuple((Step(each.step), each.due_on) for each in row.days.all()))


def proposed_days(opened_on: date) -> StepDays:
    """The last day of each step by the rule pack, each counted from the one before it."""
    calendar = rulebook.calendar()
    days, at = [], opened_on
    for step in domain.DATED:
        at = rulebook.limit(domain.LIMITS[step], on=opened_on).due(at, calendar).day
        days.append((step, at))
    return StepDays(tuple(days))


def bodies() -> list[Organisation]:
    """All that may take part in a round, those of the region before the cities."""
    order = {kind: place for place, kind in enumerate(TAKES_PART)}
    found = [body for body in organisations.choices() if body.kind in order]
    return sorted(found, key=lambda body: order[body.kind])


def participants_of(row: models.Round) -> list[models.Participant]:
    """Who takes part, in the order in which the round names them."""
    return list(row.participants.all())


def participant_of(row: models.Round, department: str) -> models.Participant | None:
    """A department's part in a round, or nothing."""
    return row.participants.filter(department_uscc=department).first()


# --- Entries ---------------------------------------------------------------------------------------------------------


def entries(subject: Subject) -> QuerySet[models.Entry]:
    """All entries the subject may see, in the order of their numbers."""
    return (
        models.Entry.objects.filter(everything_if(subject, policy.VIEW_ROUND))
        .select_related("round", "notice")
        .order_by("round_id", "pk")
    )


def entries_of(row: models.Round, subject: Subject) -> QuerySet[models.Entry]:
    """The entries of a round."""
    return entries(subject).filter(round=row)


def surveyed_entries(subject: Subject, action: Action = policy.VIEW_SURVEY) -> QuerySet[models.Entry]:
    """The entries whose survey the subject may see."""
    return models.Entry.objects.filter(scope_q(subject, action, _OWNER, {}))


def asked_of(row: models.Round, department: str) -> QuerySet[models.Claim]:
    """The entries of a round a department is asked about, with what it said."""
    return models.Claim.objects.filter(entry__round=row, department_uscc=department).select_related("entry")


def get_entry(entry_no: str, subject: Subject) -> models.Entry:
    """The entry, if the subject may know of it. Raises NoSuchEntry."""
    row = models.Entry.objects.select_related("round", "notice", "submission").filter(entry_no=entry_no).first()
    if row is None or not decide(subject, policy.VIEW_ROUND):
        raise NoSuchEntry(entry_no=entry_no)
    return row


def entry_of_draft(draft_no: str) -> models.Entry | None:
    """The entry by which a draft was begun, or nothing."""
    return models.Entry.objects.select_related("round").filter(draft_no=draft_no).first() if draft_no else None


def may_see_survey(row: models.Entry, subject: Subject) -> bool:
    """May the subject see where the data of an entry lie?"""
    return bool(decide(subject, policy.VIEW_SURVEY, facts_of_owned(row)))


def alike_in(row: models.Round) -> list[list[models.Entry]]:
    """Entries of a round that different departments compile under the same plain title: perhaps collected twice."""
    found = list(row.entries.exclude(stage=EntryStage.DROPPED).exclude(department_uscc=""))
    by_no = {each.entry_no: each for each in found}
    groups = domain.alike((each.entry_no, each.department_uscc, each.title) for each in found)
    return [[by_no[number] for number in group] for group in groups]


# --- The wall --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WallRow:
    """One department on the wall of progress (编制进度): its ten steps, in order."""

    department: str
    cells: tuple[domain.Cell, ...]

    @property
    def late(self) -> tuple[domain.Cell, ...]:
        return tuple(cell for cell in self.cells if cell.late)


def wall(row: models.Round, *, on: date, departments: Collection[str] | None = None) -> list[WallRow]:
    """Every department × ten steps, in the order in which the round names them; six queries however many there are."""
    parties = [
        each for each in participants_of(row) if departments is None or each.department_uscc in departments
    ]  # fmt: skip
    told = row.entries.exclude(stage=EntryStage.DROPPED).exclude(department_uscc="")
    found = list(told.values_list("department_uscc", "stage", "surveyed_at", "notice__closed_at", "resource_code"))
    mounted = catalogue.mounted({code for *_rest, code in found if code})
    facts: dict[str, list[domain.EntryFacts]] = defaultdict(list)
    for department, stage, surveyed, noticed, code in found:
        facts[department].append(
            domain.EntryFacts(department, EntryStage(stage), surveyed is not None, noticed is not None, code in mounted)
        )
    asked = _asked(row)
    overdue, days = catalogue.overdue_updates(on=on), days_of(row)
    return [
        WallRow(
            each.department_uscc,
            domain.department_cells(
                facts[each.department_uscc],
                asked.get(each.department_uscc, domain.Asked()),
                prepared=each.prepared_at is not None,
                overdue_updates=overdue.get(each.department_uscc, 0),
                days=days,
                # A closed round is judged by the day it closed.
                on=min(on, local_day(row.closed_at)) if row.closed_at else on,
            ),
        )
        for each in parties
    ]


def _asked(row: models.Round) -> dict[str, domain.Asked]:
    """Answers to what was asked; an entry that is settled or dropped asks nobody any more."""
    open_claims = Q(answer__in=[ClaimAnswer.ASKED, ClaimAnswer.UNDECIDED], entry__stage__in=[*UNSETTLED])
    counted = (
        models.Claim.objects.filter(entry__round=row)
        .exclude(entry__stage=EntryStage.DROPPED)
        .values("department_uscc")
        .annotate(total=Count("pk"), waiting=Count("pk", filter=open_claims))
    )
    return {each["department_uscc"]: domain.Asked(each["total"] - each["waiting"], each["total"]) for each in counted}


# --- Rates -----------------------------------------------------------------------------------------------------------


def planned(department: str = "", round_no: str = "") -> QuerySet[models.Entry]:
    """What departments are to compile, carried over counted once: of one department, of one round."""
    rows = models.Entry.objects.exclude(department_uscc="").exclude(stage=EntryStage.DROPPED).filter(carried_to="")
    if department:
        rows = rows.filter(department_uscc=department)
    return rows.filter(round__round_no=round_no) if round_no else rows


def publish_rates(*, departments: Collection[str] | None = None) -> list[PublishRate]:
    """Published ÷ (planned ∪ accepted demands) of each department that owes something. Guide 6.2.8, Art. 34(2)."""
    owed: dict[str, dict[str, bool]] = defaultdict(dict)
    for department, number, code, stage in planned().values_list(
        "department_uscc", "entry_no", "resource_code", "stage"
    ):
        key = code or number
        owed[department][key] = owed[department].get(key, False) or stage == EntryStage.PUBLISHED
    demanded: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for demand in lists.accepted_demands():
        demanded[demand.responsible].append((demand.demand_no, demand.resource_code))
    published = _published({code for demands in demanded.values() for _number, code in demands if code})
    names = owed.keys() | demanded.keys()
    return [
        domain.publish_rate(department, owed[department], demanded[department], published)
        for department in sorted(names if departments is None else names & set(departments))
    ]


def _published(codes: Collection[str]) -> set[str]:
    return {code for code, resource in catalogue.resources(codes).items() if resource.published}


# --- Submissions, notices, objections --------------------------------------------------------------------------------


def submissions(subject: Subject, action: Action = policy.VIEW_SUBMISSION) -> QuerySet[models.Submission]:
    """What departments reported, the newest first."""
    return models.Submission.objects.filter(scope_q(subject, action, _OWNER, {})).select_related("round")


def notices() -> QuerySet[models.Notice]:
    """All public notices, the newest first, with their entries and objections counted."""
    objections = models.Objection.objects.filter(notice=OuterRef("pk"))
    return (
        models.Notice.objects.select_related("round")
        .order_by("-begins_on", "-pk")
        .annotate(
            entry_count=_count(models.Entry.objects.filter(notice=OuterRef("pk"))),
            objection_count=_count(objections),
            open_count=_count(objections.filter(answered_at=None)),
        )
    )


def get_notice(notice_no: str) -> models.Notice:
    """A public notice; everybody may know of it. Raises NoSuchNotice."""
    row = models.Notice.objects.select_related("round").filter(notice_no=notice_no).first()
    if row is None:
        raise NoSuchNotice(notice_no=notice_no)
    return row


def noticed(row: models.Notice) -> QuerySet[models.Entry]:
    """The entries of a notice in the order of their codes."""
    return row.entries.order_by("category", "resource_code", "pk")


def notice_ends_on(begins_on: date) -> date:
    """The earliest last day of a notice that begins on a day (our default: five working days)."""
    return rulebook.limit("catalogue.public_notice", on=begins_on).due(begins_on, rulebook.calendar()).day


def objections(subject: Subject, action: Action = policy.VIEW_OBJECTION) -> QuerySet[models.Objection]:
    """The objections the subject may read, the newest first."""
    return (
        models.Objection.objects.filter(everything_if(subject, action))
        .select_related("notice", "entry")
        .order_by("-raised_at", "-pk")
    )


def get_objection(objection_no: str, subject: Subject) -> models.Objection:
    """The objection, if the subject may read it. Raises NoSuchObjection."""
    row = objections(subject).filter(objection_no=objection_no).first()
    if row is None:
        raise NoSuchObjection(objection_no=objection_no)
    return row


def answered(row: models.Notice) -> list[models.Objection]:
    """The answered objections of a notice, as the public may see them: what about, whether upheld, the answer."""
    return list(row.objections.filter(answered_at__isnull=False).select_related("entry").order_by("pk"))


def person_of(row: models.Objection) -> str:
    """Name and contact as who objected gave them; empty where nothing was given or the key is another."""
    if row.sealed_person is None:
        return ""
    try:
        return (
            envelope().open(bytes(row.sealed_person), owner=row.notice.notice_no, place=person_place(row)).reveal_text()
        )
    except CannotOpen:
        return ""


def person_place(row: models.Objection) -> Place:
    """Where the sealed name and contact of an objection are kept."""
    return Place("rounds_objection", row.objection_no, "person", 1)


def envelope() -> Envelope:
    return Envelope(settings.JUTONG_KEK_ROOT)


# --- Remarks ---------------------------------------------------------------------------------------------------------


def remarks_on(draft_no: str) -> list[models.Remark]:
    """The remarks on a draft's elements, mended ones too, oldest first."""
    return list(models.Remark.objects.filter(draft_no=draft_no))


# --- Registers -------------------------------------------------------------------------------------------------------


def duties(subject: Subject, action: Action = policy.VIEW_REGISTER) -> QuerySet[models.Duty]:
    """The duties the subject may see or keep."""
    return models.Duty.objects.filter(scope_q(subject, action, _OWNER, {})).order_by("department_uscc", "duty_no")


def systems(subject: Subject, action: Action = policy.VIEW_REGISTER) -> QuerySet[models.System]:
    """The information systems the subject may see or keep."""
    return models.System.objects.filter(scope_q(subject, action, _OWNER, {})).order_by("department_uscc", "name")


# --- What waits ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of a round waits for somebody (待办情况): for a department its own, for the bureau what it settles."""

    round: models.Round
    to_claim: int = 0
    to_compile: int = 0
    late: tuple[domain.Cell, ...] = ()
    to_settle: int = 0
    to_answer: int = 0
    late_departments: int = 0
    days: StepDays = field(default_factory=lambda: StepDays(()))

    @property
    def anything(self) -> bool:
        return bool(
            self.to_claim or self.to_compile or self.late or self.to_settle or self.to_answer or self.late_departments
        )


def waiting_for(subject: Subject, *, at: datetime) -> Waiting | None:
    """What waits for the subject in the round under way; nothing where none is, or he has no part in it."""
    row = latest_open_round()
    if row is None or not decide(subject, policy.VIEW_ROUND):
        return None
    on = local_day(at)
    if decide(subject, policy.SETTLE):
        return Waiting(
            row,
            to_settle=row.entries.filter(stage__in=[*FOR_THE_BUREAU]).count(),
            to_answer=models.Objection.objects.filter(notice__round=row, answered_at=None).count(),
            late_departments=sum(bool(each.late) for each in wall(row, on=on)),
            days=days_of(row),
        )
    own = subject.organisation
    if participant_of(row, own) is None:
        return None
    (mine,) = wall(row, on=on, departments=[own])
    return Waiting(
        row,
        to_claim=asked_of(row, own).filter(answer=ClaimAnswer.ASKED, entry__stage__in=[*UNSETTLED]).count(),
        to_compile=row.entries.filter(
            department_uscc=own,
            stage__in=[EntryStage.CLAIMED, EntryStage.SURVEYED, EntryStage.DRAFTED, EntryStage.RETURNED],
        ).count(),
        late=tuple(cell for cell in mine.late if cell.step.of_departments),
        days=days_of(row),
    )


def named(usccs: Iterable[str]) -> dict[str, str]:
    """Short names by credit code."""
    return organisations.titles({uscc for uscc in usccs if uscc}, short=True)


def code_of_name(names: Sequence[str]) -> dict[str, str]:
    """Credit codes by every writing a file may use: the code itself, the name, the short name."""
    wanted = set(names)
    found: dict[str, str] = {}
    for body in organisations.choices():
        for text in (body.uscc, body.name, body.short_name):
            if text in wanted:
                found.setdefault(text, body.uscc)
    return found
