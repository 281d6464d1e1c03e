"""What the worker does with an import: read and compare, then write. Each in one transaction, which can be begun anew.

A worker that dies leaves nothing behind; the job that is put back begins from the start. Two jobs of one import wait
for each other, and the later finds nothing to do.
"""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeVar

from django.db import connection, transaction

from jutong.base.copying import copy_in
from jutong.foundation.audit import api as audit
from jutong.foundation.files import api as kept_files
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.actors import ActorRef
from jutong.kernel.clock import local_day
from jutong.kernel.errors import JutongError, PlatformFault
from jutong.kernel.policy import Post, Subject, decide
from jutong.kernel.text import Term
from jutong.registry.accounts import api as accounts
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Content
from jutong.supply.interchange import policy, queries
from jutong.supply.interchange.adapters import child
from jutong.supply.interchange.adapters.progress import Teller
from jutong.supply.interchange.domain import errors, reading
from jutong.supply.interchange.domain.comparing import STORED_ONLY, completed
from jutong.supply.interchange.domain.errors import CellWrong, fault_of
from jutong.supply.interchange.domain.template import FLAT, Layout
from jutong.supply.interchange.models import Import, ImportFault, ImportLine
from jutong.supply.interchange.services.imports import FILE_KIND
from jutong.supply.interchange.values import Entry, EntryVerdict, Fault, ImportState, Places, SheetFormat, Spot

_CHUNK: Final = 250
_FAULTS_KEPT: Final = 1000
_NO_SPOT: Final = Spot("", "")

T = TypeVar("T")


# --- Reading ---------------------------------------------------------------------------------------------------------


def read(*, import_no: str, at: datetime) -> None:
    """Read an import's file and compare every entry with the catalogue; leaves a preview, faults, or a refusal."""
    try:
        with transaction.atomic():
            row = _claimed(import_no, ImportState.READING)
            if row is not None:
                _Reading(row, at).run()
    except JutongError as error:
        _fail(import_no, ImportState.READING, error, at)
    except Exception:
        _fail(import_no, ImportState.READING, PlatformFault(), at)
        raise


def _claimed(import_no: str, state: ImportState) -> Import | None:
    """The import, if it still waits for this; whoever else is at it is waited for."""
    row = Import.objects.filter(import_no=import_no).first()
    if row is None:
        return None
    with connection.cursor() as cursor:
        # Not the row's own lock: progress is told by another connection meanwhile.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('interchange.import'), %s)", [row.pk])
    return Import.objects.filter(import_no=import_no, state=state).first()


def _fail(import_no: str, state: ImportState, error: JutongError, at: datetime) -> None:
    kept = fault_of(error, _NO_SPOT).to_json()
    Import.objects.filter(import_no=import_no, state=state).update(
        state=ImportState.FAILED, error=kept, finished_at=at, progress_at=at
    )
    if isinstance(error, errors.ClassifiedFile):
        row = Import.objects.get(import_no=import_no)
        kept_files.forget(row.file_no, kind=FILE_KIND, code=import_no)


class _Reading:
    """One import while it is read."""

    def __init__(self, row: Import, at: datetime):
        self.row = row
        self.on = local_day(at)
        self.at = at
        self.form = SheetFormat(row.format)
        self.layout = FLAT if self.form is SheetFormat.CSV else Layout()
        self.hindering = 0
        self.kept = 0
        self.position = 0

    def run(self) -> None:
        row = self.row
        ImportLine.objects.filter(job=row).delete()
        ImportFault.objects.filter(job=row).delete()
        counts = dict.fromkeys(EntryVerdict, 0)
        row.entries = row.with_gaps = 0
        with Teller(row.import_no) as teller, contextlib.closing(kept_files.open_file(row.digest)) as content:
            entries = self._entries(content, teller)
            while chunk := list(islice(entries, _CHUNK)):
                lines = self._compared(chunk)
                copy_in(lines)
                for line in lines:
                    counts[EntryVerdict(line.verdict)] += 1
                row.entries += len(lines)
                row.with_gaps += sum(1 for line in lines if line.gaps)
                teller.tell(chunk[-1].places.row)
        row.new, row.changed, row.same = (
            counts[EntryVerdict.NEW],
            counts[EntryVerdict.CHANGED],
            counts[EntryVerdict.SAME],
        )
        row.faults = self.hindering
        row.entry_sheet = self.layout.entry_sheet[:255]
        row.state = ImportState.FAULTY if self.hindering else ImportState.READY
        row.progress_at = row.finished_at = self.at
        row.save()

    def _entries(self, content: Any, teller: Teller) -> Iterator[Entry]:
        limits = {
            "entries_limit": rulebook.parameter("interchange.entries_max", on=self.on).whole(),
            "rows_limit": rulebook.parameter("interchange.rows_max", on=self.on).whole(),
        }
        for answer in child.ask(content, command="entries", format=self.form.value, **limits):
            if "entry" in answer:
                yield Entry.from_json(answer["entry"])
            elif "fault" in answer:
                self._keep(Fault.from_json(answer["fault"]))
            elif "sheet" in answer:
                self.layout = Layout(answer["sheet"])
                teller.expect(answer["rows"])
            elif answer.get("end"):
                self.hindering = max(self.hindering, answer["faults"])

    def _keep(self, fault: Fault, *, hinders: bool = True) -> None:
        if hinders:
            self.hindering += 1
        if self.kept >= _FAULTS_KEPT:
            return
        self.kept += 1
        ImportFault.objects.create(
            job=self.row,
            number=self.kept,
            hinders=hinders,
            sheet=fault.spot.sheet[:255],
            cell=fault.spot.cell[:300],
            code=fault.code,
            reason=fault.reason,
            remedy=fault.remedy,
            details=dict(fault.details),
            value=fault.value,
        )

    def _spot(self, places: Places, path: str) -> Spot:
        if self.form is SheetFormat.JSON:
            inside = path if path in ("", "code") else f"content.{path}"
            return reading.json_spot(places, inside)
        return reading.spot_of(places, path, self.layout)

    def _compared(self, chunk: Sequence[Entry]) -> list[ImportLine]:
        own = self.row.provider_uscc
        standing = catalogue.standing(
            provider=own,
            codes=[entry.code for entry in chunk if entry.code],
            titles=[entry.content.title for entry in chunk if not entry.code],
        )
        lines, texts = [], []
        for entry in chunk:
            line, content = self._line(entry, standing)
            lines.append(line)
            texts.append((content, entry.code))
        for entry, line, gaps in zip(chunk, lines, catalogue.gaps_of_contents(texts, on=self.on), strict=True):
            self._weigh(entry, line, gaps)
        return lines

    def _line(self, entry: Entry, standing: catalogue.Standing) -> tuple[ImportLine, Content]:
        content = catalogue.tidy(entry.content)
        if not content.provider_uscc:
            content = content.changed(provider_uscc=self.row.provider_uscc)
        line = ImportLine(
            job=self.row,
            position=self._next(),
            title=content.title[:200],
            code=entry.code,
            cell=self._spot(entry.places, "").cell if self.form is SheetFormat.JSON else f"{entry.places.row}",
            items=min(len(content.items), 32_000),
            verdict=EntryVerdict.NEW,
        )
        content = self._judged(entry, content, line, standing)
        line.content = content.to_json()
        return line, content

    def _judged(self, entry: Entry, content: Content, line: ImportLine, standing: catalogue.Standing) -> Content:
        """The text that would be written; the line says what would become of it, and over what."""
        title = content.title
        if content.provider_uscc != self.row.provider_uscc:
            self._refuse(entry, line, errors.ProviderOfAnother(uscc=self.row.provider_uscc), "provider_uscc")
            return content
        resource, draft = None, standing.drafts.get(title) if not entry.code else standing.revisions.get(entry.code)
        if entry.code:
            resource = standing.resources.get(entry.code)
            if resource is None:
                self._refuse(entry, line, errors.CodeUnknown(resource=entry.code), "code")
                return content
        elif title in standing.titled:
            self._refuse(entry, line, errors.TitleTaken(resource=standing.titled[title]), "title")
            return content
        before = draft.content if draft else resource.content if resource else None
        if before is None:
            return content
        content = catalogue.tidy(completed(Entry(content, entry.places), before))
        line.differences = list(catalogue.differences(before, content))
        line.verdict = EntryVerdict.CHANGED if line.differences else EntryVerdict.SAME
        line.base = resource.version if resource else 0
        if draft:
            line.draft_no, line.edition = draft.draft_no, draft.edition
            if line.differences and not draft.state.editable:
                under_way = errors.UnderWay(draft=draft.draft_no, state=Term(draft.state.label))
                self._refuse(entry, line, under_way, "code" if entry.code else "title")
        return content

    def _next(self) -> int:
        self.position += 1
        return self.position

    def _refuse(self, entry: Entry, line: ImportLine, error: CellWrong, path: str) -> None:
        line.verdict = EntryVerdict.FAULTY
        value = line.code if path == "code" else line.title if path == "title" else entry.content.provider_uscc
        spot = self._spot(entry.places, path)
        self._keep(fault_of(error, spot, reading.beginning(value)))

    def _weigh(self, entry: Entry, line: ImportLine, gaps: Sequence[catalogue.Gap]) -> None:
        """Gaps that no draft may have are faults; the others are told and wait for the submission."""
        for gap in gaps:
            if type(gap).__name__ == "ClassificationMissing":
                # The catalogue puts such an entry into the department's own section.
                continue
            line.gaps += 1
            hinders = type(gap).__name__ in STORED_ONLY
            kept = fault_of(gap, self._spot(entry.places, gap.field or ""))
            remedy = errors.MEND_AND_SEND if hinders else ""
            self._keep(Fault(kept.spot, kept.code, kept.reason, remedy, kept.details), hinders=hinders)
            if hinders:
                line.verdict = EntryVerdict.FAULTY


# --- Writing ---------------------------------------------------------------------------------------------------------


def write(*, import_no: str, at: datetime) -> None:
    """Write what was previewed and confirmed as drafts, in the name of who confirmed it; all of it or nothing."""
    try:
        with transaction.atomic():
            row = _claimed(import_no, ImportState.WRITING)
            if row is not None:
                _write(row, at)
    except JutongError as error:
        _fail(import_no, ImportState.WRITING, error, at)
    except Exception:
        _fail(import_no, ImportState.WRITING, PlatformFault(), at)
        raise


def _write(row: Import, at: datetime) -> None:
    by = _confirmer(row, at)
    origin = {"import": row.import_no, "name": row.name, "digest": row.digest}
    waiting = ImportLine.objects.filter(job=row).exclude(verdict=EntryVerdict.SAME).order_by("position")
    done = 0
    with Teller(row.import_no, total=row.total) as teller:
        for chunk in _chunks(waiting.iterator(_CHUNK)):
            _write_chunk(chunk, row, by, at, origin)
            done += len(chunk)
            teller.tell(done)
    ImportLine.objects.filter(job=row, verdict=EntryVerdict.SAME).update(content=None)
    audit.record(
        action="interchange.import.written",
        by=by.actor,
        at=at,
        object_kind="import",
        object_code=row.import_no,
        details={"new": row.new, "changed": row.changed, "digest": row.digest},
    )
    Import.objects.filter(pk=row.pk).update(state=ImportState.DONE, done=done, finished_at=at, progress_at=at)


def _confirmer(row: Import, at: datetime) -> Subject:
    actor = ActorRef(**row.confirmed_by)
    by = accounts.subject_for(person_no=actor.id, post=Post(actor.post), organisation=actor.organisation, at=at)
    if not decide(by, policy.MANAGE_IMPORT, queries.facts(row)):
        raise errors.ImporterGone
    return by


def _chunks(rows: Iterator[T]) -> Iterator[list[T]]:
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk


def _write_chunk(chunk: Sequence[ImportLine], row: Import, by: Subject, at: datetime, origin: dict[str, str]) -> None:
    standing = catalogue.standing(
        provider=row.provider_uscc,
        codes=[line.code for line in chunk if line.code],
        titles=[line.title for line in chunk if not line.code],
    )
    for line in chunk:
        if _moved(line, standing):
            raise errors.CatalogueMoved(title=line.title)
    fresh = [line for line in chunk if line.verdict == EntryVerdict.NEW]
    numbers = catalogue.create_drafts(
        contents=[Content.from_json(line.content or {}) for line in fresh], by=by, at=at, origin=origin
    )
    for line, draft_no in zip(fresh, numbers, strict=True):
        line.draft_no = draft_no
    for line in chunk:
        if line.verdict == EntryVerdict.CHANGED:
            line.draft_no = line.draft_no or catalogue.start_revision(code=line.code, by=by, at=at)
            content = Content.from_json(line.content or {})
            catalogue.update_draft(draft_no=line.draft_no, content=content, by=by, at=at)
    with connection.cursor() as cursor:
        # Their texts are drafts now.
        cursor.execute(
            "UPDATE interchange_importline AS line SET draft_no = given.draft_no, content = NULL"
            " FROM unnest(%s::bigint[], %s::text[]) AS given(id, draft_no) WHERE line.id = given.id",
            [[line.pk for line in chunk], [line.draft_no for line in chunk]],
        )


def _moved(line: ImportLine, standing: catalogue.Standing) -> bool:
    """Is the catalogue another than the line was compared with?"""
    draft = standing.revisions.get(line.code) if line.code else standing.drafts.get(line.title)
    resource = standing.resources.get(line.code) if line.code else None
    if not line.code and line.title in standing.titled:
        return True
    return (
        (draft.draft_no if draft else "") != line.draft_no
        or (draft.edition if draft else 0) != line.edition
        or (resource.version if resource else 0) != line.base
    )
