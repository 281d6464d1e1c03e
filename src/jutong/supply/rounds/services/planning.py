"""Rounds are opened and planned: days, departments, entries from templates, last rounds, duties and systems."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import BinaryIO, Final

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.outbox import api as outbox
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.interchange import api as interchange
from jutong.supply.rounds import domain, events, models, policy, queries
from jutong.supply.rounds.domain.errors import (
    CategoryNotInRound,
    EntryNotInStage,
    EntryRepeated,
    FileEmpty,
    FileHasFaults,
    LeadMissing,
    LineCategoryNotInRound,
    LineCategoryWrong,
    LineDepartmentAbsent,
    LineDepartmentUnknown,
    LineLeadMissing,
    LineNameMissing,
    LineTooLong,
    LineWrong,
    NobodyTakesPart,
    NoCategory,
    NoticeRunning,
    NotInRound,
    ReasonMissing,
    TooManyEntries,
)
from jutong.supply.rounds.services.common import ROUND, lock_entry, lock_round, name, next_number, record, text
from jutong.supply.rounds.values import (
    Category,
    ClaimAnswer,
    CompilationRoundState,
    EntryPlan,
    EntryStage,
    Origin,
    Step,
    StepDays,
)

_MAY_BE_DROPPED: Final = frozenset(
    {
        EntryStage.OFFERED,
        EntryStage.UNCLAIMED,
        EntryStage.CONTESTED,
        EntryStage.CLAIMED,
        EntryStage.SURVEYED,
        EntryStage.DRAFTED,
    }
)


# --- Rounds ----------------------------------------------------------------------------------------------------------


@transaction.atomic
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
    """Open a round (编制轮次); gives its number. Days that are not given are those of the rule pack.

    The bureau takes part where basic resources are compiled, which are its own to compile. Guide 6.1.

    Raises NotPermitted, NameMissing, TextTooLong, NoCategory, NobodyTakesPart, StepDaysOutOfOrder,
    OrganisationUnknown, OrganisationClosed.
    """
    require(by, policy.MANAGE_ROUND)
    if not categories:
        raise NoCategory(field="categories")
    bureau = [organisations.bureau()] if Category.BASIC in categories else []
    parties = list(dict.fromkeys([*bureau, *departments]))
    if not parties:
        raise NobodyTakesPart(field="departments")
    for uscc in parties:
        organisations.get_standing(uscc)
    row = models.Round.objects.create(
        round_no=next_number(ROUND, at=at),
        name=name(title, field="title"),
        year=year,
        state=CompilationRoundState.OPEN,
        basis=text(basis, field="basis"),
        categories=sorted(int(each) for each in categories),
        opened_by=by.actor.to_json(),
        opened_at=at,
    )
    models.Participant.objects.bulk_create(models.Participant(round=row, department_uscc=uscc) for uscc in parties)
    _set_days(row, StepDays(tuple((dict(queries.proposed_days(local_day(at)).days) | dict(days or {})).items())))
    record("compilation.opened", row.round_no, by.actor, at, departments=len(parties), categories=row.categories)
    outbox.publish(events.RoundOpened(round_no=row.round_no, title=row.name), at=at)
    return row.round_no


@transaction.atomic
def change_days(*, round_no: str, days: Mapping[Step, date], by: Subject, at: datetime) -> None:
    """Set other last days. Raises NoSuchRound, NotPermitted, RoundClosed, StepDaysOutOfOrder."""
    require(by, policy.MANAGE_ROUND)
    row = lock_round(round_no, by)
    _set_days(row, StepDays(tuple((dict(queries.days_of(row).days) | dict(days)).items())))
    # Who is told of a step is told again when its day has moved.
    models.Reminder.objects.filter(participant__round=row, step__in=[int(step) for step in days]).delete()
    told = {step.name.lower(): day.isoformat() for step, day in days.items()}
    record("compilation.days_changed", round_no, by.actor, at, days=told)


@transaction.atomic
def add_departments(*, round_no: str, departments: Sequence[str], by: Subject, at: datetime) -> int:
    """Have more departments take part; gives how many are new. Raises NoSuchRound, NotPermitted, RoundClosed."""
    require(by, policy.MANAGE_ROUND)
    row = lock_round(round_no, by)
    there = {each.department_uscc for each in queries.participants_of(row)}
    fresh = [uscc for uscc in dict.fromkeys(departments) if uscc not in there]
    for uscc in fresh:
        organisations.get_standing(uscc)
    models.Participant.objects.bulk_create(models.Participant(round=row, department_uscc=uscc) for uscc in fresh)
    record("compilation.departments_added", round_no, by.actor, at, departments=len(fresh))
    return len(fresh)


@transaction.atomic
def close_round(*, round_no: str, by: Subject, at: datetime) -> None:
    """End a round (轮次结束). What is not finished stays on record and may be carried into the next.

    Raises NoSuchRound, NotPermitted, RoundClosed, NoticeRunning.
    """
    require(by, policy.MANAGE_ROUND)
    row = lock_round(round_no, by)
    if running := row.notices.filter(closed_at=None).first():
        raise NoticeRunning(notice_no=running.notice_no)
    row.state, row.closed_by, row.closed_at = CompilationRoundState.CLOSED, by.actor.to_json(), at
    row.save(update_fields=["state", "closed_by", "closed_at"])
    record("compilation.closed", round_no, by.actor, at)


@transaction.atomic
def prepare(*, round_no: str, leading_body: str, working_body: str, by: Subject, at: datetime) -> None:
    """A department names the bodies that lead and carry out its compilation (组织准备). Guide 6.2.1.

    Raises NoSuchRound, NotPermitted, RoundClosed, NotInRound, NameMissing, TextTooLong.
    """
    require(by, policy.PREPARE, Facts({Relation.PROVIDER: by.organisation}))
    row = lock_round(round_no, by)
    part = expect_participant(row, by.organisation)
    part.leading_body = name(leading_body, field="leading_body")
    part.working_body = name(working_body, field="working_body")
    part.prepared_by, part.prepared_at = by.actor.to_json(), at
    part.save()
    record("participant.prepared", f"{round_no}/{by.organisation}", by.actor, at)


def expect_participant(row: models.Round, department: str) -> models.Participant:
    """A department's part in a round. Raises NotInRound."""
    part = queries.participant_of(row, department)
    if part is None:
        title = organisations.titles([department]).get(department, department)
        raise NotInRound(department=title)
    return part


def _set_days(row: models.Round, days: StepDays) -> None:
    domain.check_days(days)
    row.days.all().delete()
    models.StepDay.objects.bulk_create(
        models.StepDay(round=row, step=step, due_on=day) for step, day in days.days if step.dated
    )


# --- Entries ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_entries(
    *, round_no: str, plans: Sequence[EntryPlan], origin: Origin = Origin.TYPED, by: Subject, at: datetime
) -> list[str]:
    """Pre-draft entries (预编目录); gives their numbers. All of them, or none.

    Raises NoSuchRound, NotPermitted, RoundClosed, TooManyEntries, NameMissing, TextTooLong, CategoryNotInRound,
    LeadMissing, NotInRound, EntryRepeated.
    """
    require(by, policy.MANAGE_ROUND)
    return _insert(lock_round(round_no, by), plans, origin, by, at)


@transaction.atomic
def import_entries(*, round_no: str, file_name: str, content: BinaryIO, by: Subject, at: datetime) -> int:
    """Pre-draft entries from an Excel or CSV file; gives how many. All of them, or none.

    Raises what `add_entries` raises, a FileRefused, FileEmpty, and FileHasFaults with every line that is wrong.
    """
    require(by, policy.MANAGE_ROUND)
    row = lock_round(round_no, by)
    lines = read_lines(content, file_name, domain.ENTRY_HEADS, at)
    category, title, summary, departments, topic, lead, classification = domain.ENTRY_HEADS
    known = queries.code_of_name(
        [part for line in lines for part in (*domain.parts(line.cells[departments]), line.cells[lead])]
    )
    present = {each.department_uscc for each in queries.participants_of(row)}
    faults: list[LineWrong] = []
    plans: list[EntryPlan] = []
    for line in lines:
        cells, number = line.cells, line.number
        kind, named = domain.read_category(cells[category]), domain.parts(cells[departments])
        if kind is None:
            faults.append(LineCategoryWrong(value=cells[category][:40], line=number))
        elif kind not in row.categories:
            faults.append(LineCategoryNotInRound(value=kind, line=number))
        elif kind is Category.TOPIC and not cells[lead]:
            faults.append(LineLeadMissing(value=cells[title][:40], line=number))
        if not cells[title]:
            faults.append(LineNameMissing(line=number))
        if max(map(len, (cells[title], cells[topic]))) > domain.MAX_TITLE or len(cells[summary]) > domain.MAX_TEXT:
            faults.append(LineTooLong(line=number))
        for part in (*named, *domain.parts(cells[lead])):
            if part not in known:
                faults.append(LineDepartmentUnknown(value=part[:60], line=number))
            elif known[part] not in present:
                faults.append(LineDepartmentAbsent(value=part[:60], line=number))
        if kind is not None and not faults:
            plans.append(
                EntryPlan(
                    kind,
                    cells[title],
                    cells[summary],
                    tuple(known[part] for part in named),
                    cells[topic],
                    known.get(cells[lead], ""),
                    cells[classification],
                )
            )
    refuse_faults(faults)
    return len(_insert(row, plans, Origin.FILE, by, at, reference=file_name[-200:]))


@transaction.atomic
def carry_over(*, round_no: str, source_no: str, by: Subject, at: datetime) -> int:
    """Pre-draft what an earlier round did not finish (上一轮结转), for the same departments; gives how many.

    Raises NoSuchRound, NotPermitted, RoundClosed, TooManyEntries.
    """
    require(by, policy.MANAGE_ROUND)
    row = lock_round(round_no, by)
    source = queries.get_round(source_no, by)
    present = {each.department_uscc for each in queries.participants_of(row)}
    taken = _standing(row)
    left = source.entries.exclude(stage__in=[EntryStage.PUBLISHED, EntryStage.DROPPED]).filter(
        carried_to="", draft_no="", category__in=row.categories
    )
    count = 0
    for old in left.prefetch_related("claims").order_by("pk"):
        asked = tuple(each.department_uscc for each in old.claims.all() if each.department_uscc in present)
        department = (old.department_uscc,) if old.department_uscc in present else asked
        lead = old.lead_uscc if old.lead_uscc in present else ""
        if taken & {(old.title, uscc) for uscc in department} or (old.category == Category.TOPIC and not lead):
            continue
        plan = EntryPlan(
            Category(old.category),
            old.title,
            old.summary,
            department,
            old.topic,
            lead,
            old.classification,
            old.entry_no,
        )
        _insert(row, [plan], Origin.LAST_ROUND, by, at)
        old.carried_to = row.round_no
        old.save(update_fields=["carried_to"])
        count += 1
    return count


@transaction.atomic
def plan_from_registers(*, round_no: str, origin: Origin, by: Subject, at: datetime) -> int:
    """Pre-draft an entry for each duty or information system of the round's departments that has none yet.

    The title is a proposal, to be mended by who claims it. Guide 6.2.2. Raises what `add_entries` raises.
    """
    require(by, policy.MANAGE_ROUND)
    row = lock_round(round_no, by)
    if Category.DEPARTMENT not in row.categories:
        raise CategoryNotInRound(category=Category.DEPARTMENT)
    present = [each.department_uscc for each in queries.participants_of(row)]
    done = set(row.entries.filter(origin=origin).values_list("reference", flat=True))
    taken = _standing(row)
    plans = []
    for plan in _of_duties(present) if origin is Origin.DUTY else _of_systems(present):
        keys = {(plan.title, uscc) for uscc in plan.departments}
        if plan.reference not in done and not taken & keys:
            taken |= keys
            plans.append(plan)
    return len(_insert(row, plans, origin, by, at))


def _of_duties(departments: Collection[str]) -> Iterable[EntryPlan]:
    for duty in models.Duty.objects.filter(department_uscc__in=departments).order_by("department_uscc", "duty_no"):
        yield EntryPlan(
            Category.DEPARTMENT,
            f"{duty.name}信息"[: domain.MAX_TITLE],
            duty.basis,
            (duty.department_uscc,),
            reference=f"{duty.department_uscc}/{duty.duty_no}",
        )


def _of_systems(departments: Collection[str]) -> Iterable[EntryPlan]:
    for system in models.System.objects.filter(department_uscc__in=departments).order_by("department_uscc", "name"):
        yield EntryPlan(
            Category.DEPARTMENT,
            f"{system.name}数据"[: domain.MAX_TITLE],
            system.note,
            (system.department_uscc,),
            reference=f"{system.department_uscc}/{system.pk}",
        )


@transaction.atomic
def drop_entry(*, entry_no: str, reason: str, by: Subject, at: datetime) -> None:
    """Take an entry out of the round (不编制), with the reason.

    Raises NoSuchEntry, NotPermitted, RoundClosed, ReasonMissing, EntryNotInStage.
    """
    require(by, policy.MANAGE_ROUND)
    row = lock_entry(entry_no, by)
    if EntryStage(row.stage) not in _MAY_BE_DROPPED:
        raise EntryNotInStage(entry_no=entry_no, stage=EntryStage(row.stage))
    row.reason = text(reason, field="reason")
    if not row.reason:
        raise ReasonMissing(field="reason")
    row.stage, row.changed_at = EntryStage.DROPPED, at
    row.save(update_fields=["stage", "reason", "changed_at"])
    record("entry.dropped", entry_no, by.actor, at)


def _insert(
    row: models.Round, plans: Sequence[EntryPlan], origin: Origin, by: Subject, at: datetime, *, reference: str = ""
) -> list[str]:
    limit = rulebook.parameter("rounds.entries_max", on=local_day(at)).whole()
    if row.last_entry + len(plans) > limit:
        raise TooManyEntries(limit=limit)
    bureau = organisations.bureau()
    present = {each.department_uscc for each in queries.participants_of(row)}
    seen = _standing(row)
    made: list[tuple[models.Entry, tuple[str, ...]]] = []
    for plan in plans:
        entry, asked = _made(row, plan, origin, bureau=bureau, at=at, reference=reference)
        for uscc in asked:
            if uscc not in present:
                expect_participant(row, uscc)
        for uscc in asked or ("",):
            if (entry.title, uscc) in seen:
                raise EntryRepeated(title=entry.title, field="title")
            seen.add((entry.title, uscc))
        made.append((entry, asked))
    models.Entry.objects.bulk_create([entry for entry, _asked in made])
    models.Claim.objects.bulk_create(
        models.Claim(entry=entry, department_uscc=uscc, answer=ClaimAnswer.ASKED)
        for entry, asked in made
        for uscc in asked
    )
    row.save(update_fields=["last_entry"])
    record("compilation.planned", row.round_no, by.actor, at, entries=len(made), origin=origin.value)
    return [entry.entry_no for entry, _asked in made]


def _made(
    row: models.Round, plan: EntryPlan, origin: Origin, *, bureau: str, at: datetime, reference: str
) -> tuple[models.Entry, tuple[str, ...]]:
    """The row of a plan, and who is asked about it."""
    if plan.category not in row.categories:
        raise CategoryNotInRound(category=plan.category, field="category")
    if plan.category is Category.TOPIC and not plan.lead:
        raise LeadMissing(field="lead")
    row.last_entry += 1
    basic = plan.category is Category.BASIC
    lead = plan.lead if plan.category is Category.TOPIC else ""
    asked = () if basic else tuple(dict.fromkeys(uscc for uscc in (lead, *plan.departments) if uscc))
    stage = EntryStage.CLAIMED if basic else EntryStage.OFFERED if asked else EntryStage.UNCLAIMED
    entry = models.Entry(
        entry_no=f"{row.round_no}-{row.last_entry:04d}",
        round=row,
        category=plan.category,
        title=name(plan.title, field="title"),
        summary=text(plan.summary, field="summary"),
        classification=text(plan.classification, field="classification", limit=40),
        topic=text(plan.topic, field="topic", limit=domain.MAX_TITLE),
        lead_uscc=lead,
        origin=origin,
        reference=(plan.reference or reference)[: domain.MAX_SHORT],
        stage=stage,
        department_uscc=bureau if basic else "",
        settled_at=at if basic else None,
        changed_at=at,
    )
    return entry, asked


def _standing(row: models.Round) -> set[tuple[str, str]]:
    """The titles that stand in a round, each with whom it was asked of."""
    kept = row.entries.exclude(stage=EntryStage.DROPPED)
    return {(title, uscc or "") for title, uscc in kept.values_list("title", "claims__department_uscc")}


# --- Files -----------------------------------------------------------------------------------------------------------


def read_lines(content: BinaryIO, file_name: str, heads: Sequence[str], at: datetime) -> list[interchange.TableLine]:
    """The lines of an uploaded table. Raises a FileRefused, FileEmpty."""
    limit = rulebook.parameter("rounds.lines_max", on=local_day(at)).whole()
    lines = interchange.read_lines(content, name=file_name, heads=heads, rows_limit=limit)
    if not lines:
        raise FileEmpty(field="file")
    return lines


def refuse_faults(faults: Sequence[LineWrong]) -> None:
    """Raise FileHasFaults with the first hundred of them, if there are any."""
    if faults:
        raise FileHasFaults(count=len(faults), faults=tuple(faults[:100]), field="file")
