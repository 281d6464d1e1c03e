"""From a claimed entry to the catalogue: survey, draft with one press, report with the file, remarks on elements.

The draft is the catalogue's and goes through its procedure; the entry follows what becomes of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.files import api as kept_files
from jutong.foundation.files.values import FileRef
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.kernel.policy import Facts, Relation, Subject, decide
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import OrganisationKind
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import ELEMENT_TITLES, Content, DraftState, Level
from jutong.supply.interchange import api as interchange
from jutong.supply.rounds import domain, models, policy, queries
from jutong.supply.rounds.domain.errors import (
    ElementUnknown,
    EntryNotInStage,
    NothingToReport,
    NotUnderReview,
    ReasonMissing,
    ResourceOfAnother,
    SurveyMissing,
)
from jutong.supply.rounds.services.common import lock_entry, lock_round, name, record, text
from jutong.supply.rounds.services.following import follow
from jutong.supply.rounds.services.planning import expect_participant
from jutong.supply.rounds.values import EntryStage, RecordForm, Survey

FILE_KIND: Final = "rounds.submission"
_MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS: Final = {RecordForm.SHEET: ("xlsx",), RecordForm.PAPER: (), RecordForm.FILE: (), RecordForm.TABLE: ()}
_CITIES: Final = frozenset({OrganisationKind.CITY_GOVERNMENT, OrganisationKind.CITY_DEPARTMENT})


@transaction.atomic
def tell_survey(*, entry_no: str, survey: Survey, by: Subject, at: datetime) -> None:
    """Say where the data of an entry lie, in which form and how often they are renewed (资源调查). Guide 6.2.3.

    Raises NoSuchEntry, NotPermitted, RoundClosed, EntryNotInStage, NameMissing, TextTooLong.
    """
    row = _own(entry_no, by, EntryStage.CLAIMED, EntryStage.SURVEYED, EntryStage.DRAFTED, EntryStage.RETURNED)
    row.place = name(survey.place, field="place")
    row.system = text(survey.system, field="system", limit=domain.MAX_SHORT)
    row.form, row.update_cycle = survey.form, UpdateCycle(survey.update_cycle)
    row.note = text(survey.note, field="note")
    row.surveyed_at = row.changed_at = at
    if row.stage == EntryStage.CLAIMED:
        row.stage = EntryStage.SURVEYED
    row.save()
    record("survey.told", entry_no, by.actor, at, form=row.form)


@transaction.atomic
def begin_draft(*, entry_no: str, by: Subject, at: datetime) -> str:
    """Begin the draft of an entry in the catalogue with what is known of it; gives the draft's number. Guide 6.2.4.

    Raises NoSuchEntry, NotPermitted, RoundClosed, EntryNotInStage, SurveyMissing, and what the catalogue raises.
    """
    row = _own(entry_no, by, EntryStage.CLAIMED, EntryStage.SURVEYED)
    if row.stage == EntryStage.CLAIMED:
        raise SurveyMissing()
    row.draft_no = catalogue.create_draft(
        content=_content_of(row), by=by, at=at, origin={"round": row.round.round_no, "entry": entry_no}
    )
    row.stage, row.changed_at = EntryStage.DRAFTED, at
    row.save()
    record("entry.drafted", entry_no, by.actor, at, draft=row.draft_no)
    return row.draft_no


@transaction.atomic
def link_resource(*, entry_no: str, code: str, by: Subject, at: datetime) -> None:
    """Say that an entry is in the catalogue already, under this code of one's own department's.

    Raises NoSuchEntry, NotPermitted, RoundClosed, EntryNotInStage, NoSuchResource, ResourceOfAnother.
    """
    row = _own(entry_no, by, EntryStage.CLAIMED, EntryStage.SURVEYED)
    resource = catalogue.view_resource(catalogue.read_code(code), by=by)
    if resource.provider_uscc != by.organisation or not resource.published_on:
        raise ResourceOfAnother(code=resource.code, field="code")
    row.resource_code, row.stage, row.changed_at = resource.code, EntryStage.PUBLISHED, at
    row.save()
    record("entry.linked", entry_no, by.actor, at, resource=resource.code)


def _content_of(row: models.Entry) -> Content:
    body = organisations.get(row.department_uscc)
    city = body.kind in _CITIES
    return Content(
        title=row.title,
        provider_uscc=row.department_uscc,
        classification=row.classification,
        summary=row.summary,
        formats=_FORMATS[RecordForm(row.form)],
        update_cycle=UpdateCycle(row.update_cycle) if row.update_cycle else None,
        level=Level.CITY if city else Level.REGIONAL,
    )


# --- Reporting -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reported:
    """What came of a report (报送结果): its file, the entries in it, and those that still lack something.

    `going_round` counts what went round the department first: it is reported, with its file, when all have agreed.
    """

    file_no: str
    entry_nos: tuple[str, ...]
    with_gaps: tuple[str, ...]
    going_round: int = 0


@transaction.atomic
def report(*, round_no: str, by: Subject, at: datetime) -> Reported:
    """Report one's department's entries of a round (目录报送): each is submitted for review, all go into one file.

    The file is the exported one of Appendix 2, and is kept. Entries with gaps stay drafts and are told; those that were
    submitted one by one before are in the file too. Guide 6.2.5.

    Raises NoSuchRound, NotPermitted, RoundClosed, NotInRound, NothingToReport, and what `catalogue.submit` raises.
    """
    own = by.organisation
    require(by, policy.REPORT, Facts({Relation.PROVIDER: own}))
    row = lock_round(round_no, by)
    expect_participant(row, own)
    drafts = {each.draft_no: each for each in _reportable(row, own)}
    handed, lacking = [], []
    for draft_no, entry in drafts.items():
        if entry.stage != EntryStage.SUBMITTED:
            try:
                catalogue.submit(draft_no=draft_no, by=by, at=at)
            except catalogue.DraftHasGaps:
                lacking.append(entry.entry_no)
                continue
        handed.append(draft_no)
    if not handed:
        raise NothingToReport(with_gaps=lacking)
    # A department with inner steps has only sent it round its own people: it is reported when they agree.
    standings = catalogue.draft_standings(handed)
    gone = [drafts[number] for number in handed if standings[number].state is DraftState.SUBMITTED]
    going_round = len(handed) - len(gone)
    if not gone:
        return Reported("", (), tuple(sorted(lacking)), going_round)
    submission = _keep(row, gone, by, at)
    follow([entry.draft_no for entry in gone], at=at)
    return Reported(submission.file_no, tuple(submission.entry_nos), tuple(sorted(lacking)), going_round)


def _reportable(row: models.Round, department: str) -> Sequence[models.Entry]:
    mine = models.Entry.objects.select_for_update().filter(round=row, department_uscc=department).exclude(draft_no="")
    editable = mine.filter(stage__in=[EntryStage.DRAFTED, EntryStage.RETURNED])
    unfiled = mine.filter(stage=EntryStage.SUBMITTED, submission=None)
    return [*editable.order_by("pk"), *unfiled.order_by("pk")]


def _keep(row: models.Round, entries: Sequence[models.Entry], by: Subject, at: datetime) -> models.Submission:
    contents = catalogue.draft_contents([entry.draft_no for entry in entries])
    codes = {number: standing.code for number, standing in catalogue.draft_standings(contents.keys()).items()}
    provider = organisations.titles([by.organisation]).get(by.organisation, by.organisation)
    written = [
        interchange.Written(contents[entry.draft_no], provider, codes.get(entry.draft_no, "")) for entry in entries
    ]
    with interchange.write_entries(written) as file:
        ref = kept_files.keep(
            file, name=f"{row.name}_{provider}_目录报送.xlsx"[-200:], media_type=_MEDIA_TYPE, by=by.actor, at=at
        )
    submission = models.Submission.objects.create(
        round=row,
        department_uscc=by.organisation,
        file_no=ref.no,
        entry_nos=[entry.entry_no for entry in entries],
        submitted_by=by.actor.to_json(),
        submitted_at=at,
    )
    kept_files.refer([ref.no], kind=FILE_KIND, code=str(submission.pk), by=by)
    models.Entry.objects.filter(pk__in=[entry.pk for entry in entries]).update(submission=submission, changed_at=at)
    record(
        "submission.reported",
        str(submission.pk),
        by.actor,
        at,
        round=row.round_no,
        entries=len(entries),
        digest=ref.digest,
    )
    return submission


class SubmissionsOwner:
    """This room's say over the files that submissions refer to: who sees a submission may fetch its file."""

    def may_fetch(self, code: str, by: Subject) -> bool:
        row = models.Submission.objects.filter(pk=int(code)).first() if code.isdigit() else None
        return row is not None and bool(decide(by, policy.VIEW_SUBMISSION, queries.facts_of_owned(row)))

    def note_fetched(self, code: str, file: FileRef, *, by: Subject, at: datetime) -> None:
        audit.record(
            action="rounds.submission.fetched",
            by=by.actor,
            at=at,
            object_kind="submission",
            object_code=code,
            details={"digest": file.digest},
        )


# --- Remarks ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_remark(*, draft_no: str, element: str, words: str, by: Subject, at: datetime) -> None:
    """Remark on one element of a draft under review (逐项审核意见); a return shows it beside that element. Guide 6.2.6.

    `element` is its path in the JSON of `Content`, as in `summary` or `items.2`; any entry's draft may be remarked on.

    Raises NotPermitted, NoSuchDraft, NotUnderReview, ElementUnknown, ReasonMissing, TextTooLong.
    """
    require(by, policy.MAKE_REMARK)
    content = catalogue.draft_content(draft_no, by=by)
    if catalogue.draft_standings([draft_no])[draft_no].state is not DraftState.SUBMITTED:
        raise NotUnderReview(draft_no=draft_no)
    head, _dot, rest = element.partition(".")
    numbered = head == "items" and rest.isascii() and rest.isdigit() and int(rest) < len(content.items)
    if head not in ELEMENT_TITLES or (rest and not numbered):
        raise ElementUnknown(element=element[:80], field="element")
    said = text(words, field="words")
    if not said:
        raise ReasonMissing(field="words")
    models.Remark.objects.create(draft_no=draft_no, element=element, text=said, made_by=by.actor.to_json(), made_at=at)
    record("element_remark.made", draft_no, by.actor, at, element=element)


class RemarkBook:
    """Tells the catalogue what stands beside the elements of a draft that was returned."""

    def remarks_on(self, draft_no: str) -> Sequence[tuple[str, str]]:
        rows = models.Remark.objects.filter(draft_no=draft_no, mended_at=None)
        return list(rows.values_list("element", "text"))


def _own(entry_no: str, by: Subject, *stages: EntryStage) -> models.Entry:
    row = lock_entry(entry_no, by)
    require(by, policy.COMPILE, queries.facts_of_owned(row))
    if EntryStage(row.stage) not in stages:
        raise EntryNotInStage(entry_no=entry_no, stage=EntryStage(row.stage))
    return row
