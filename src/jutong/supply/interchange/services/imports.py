"""Imports as people have them: brought, read again, confirmed, given up."""

from datetime import datetime
from typing import BinaryIO, Final

from django.db import transaction
from procrastinate.contrib.django import app

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.files import api as kept_files
from jutong.foundation.files.values import FileRef
from jutong.kernel.clock import local_day
from jutong.kernel.policy import Facts, Relation, Subject, decide
from jutong.supply.interchange import policy, queries
from jutong.supply.interchange.domain.errors import FormatUnknown, ImportNotReady
from jutong.supply.interchange.models import Import, ImportCounter, ImportFault, ImportLine
from jutong.supply.interchange.values import ImportState, SheetFormat

FILE_KIND: Final = "interchange.import"
QUEUE: Final = "interchange"
READ_TASK: Final = "interchange.read"
WRITE_TASK: Final = "interchange.write"
_MEDIA_TYPE: Final = "application/octet-stream"


def bring(*, name: str, content: BinaryIO, by: Subject, at: datetime) -> str:
    """Take in a catalogue file for the subject's own department and have it read; gives the import's number.

    Raises NotPermitted, FormatUnknown, and what keeping a file raises (the secrecy gate among it).
    """
    require(by, policy.MANAGE_IMPORT, Facts({Relation.PROVIDER: by.organisation}))
    ending = name.rpartition(".")[2].lower()
    if ending not in set(SheetFormat):
        raise FormatUnknown(name=name[-100:], field="file")
    ref = kept_files.keep(content, name=name, media_type=_MEDIA_TYPE, by=by.actor, at=at)
    with transaction.atomic():
        row = Import.objects.create(
            import_no=_next_number(at),
            provider_uscc=by.organisation,
            state=ImportState.READING,
            file_no=ref.no,
            digest=ref.digest,
            name=name[-200:],
            size_bytes=ref.size_bytes,
            format=ending,
            requested_by=by.actor.to_json(),
            requested_at=at,
        )
        kept_files.refer([ref.no], kind=FILE_KIND, code=row.import_no, by=by)
        _record("brought", row, by, at, digest=row.digest, name=row.name)
        # In this transaction: there is no import without its job, and no job without its import.
        app.configure_task(READ_TASK, queue=QUEUE).defer(import_no=row.import_no)
    return row.import_no


@transaction.atomic
def read_again(*, import_no: str, by: Subject, at: datetime) -> None:
    """Read the same file once more and compare it with the catalogue as it stands now.

    Raises NoSuchImport, NotPermitted, ImportNotReady.
    """
    row = _locked(import_no, by, ImportState.READY, ImportState.FAULTY, ImportState.FAILED)
    row.state, row.error, row.done, row.total = ImportState.READING, None, 0, None
    row.finished_at = row.confirmed_at = row.confirmed_by = None
    row.save()
    _record("read_again", row, by, at)
    app.configure_task(READ_TASK, queue=QUEUE).defer(import_no=import_no)


@transaction.atomic
def confirm(*, import_no: str, by: Subject, at: datetime) -> None:
    """Have the previewed entries written as drafts, all of them or none.

    Raises NoSuchImport, NotPermitted, ImportNotReady.
    """
    row = _locked(import_no, by, ImportState.READY)
    row.state, row.done, row.total = ImportState.WRITING, 0, row.new + row.changed
    row.confirmed_by, row.confirmed_at = by.actor.to_json(), at
    row.save()
    _record("confirmed", row, by, at, new=row.new, changed=row.changed)
    app.configure_task(WRITE_TASK, queue=QUEUE).defer(import_no=import_no)


@transaction.atomic
def discard(*, import_no: str, by: Subject, at: datetime) -> None:
    """Give an import up; its file is forgotten.

    Raises NoSuchImport, NotPermitted, ImportNotReady.
    """
    row = _locked(import_no, by, ImportState.READY, ImportState.FAULTY, ImportState.FAILED)
    row.state, row.finished_at = ImportState.DISCARDED, at
    row.save()
    ImportLine.objects.filter(job=row).delete()
    ImportFault.objects.filter(job=row).delete()
    kept_files.forget(row.file_no, kind=FILE_KIND, code=import_no)
    _record("discarded", row, by, at)


def _locked(import_no: str, by: Subject, *states: ImportState) -> Import:
    seen = queries.get_import(import_no, by)
    require(by, policy.MANAGE_IMPORT, queries.facts(seen))
    row = Import.objects.select_for_update().get(pk=seen.pk)
    if row.state not in states:
        raise ImportNotReady(import_no=import_no, state=ImportState(row.state))
    return row


def _next_number(at: datetime) -> str:
    year = local_day(at).year
    ImportCounter.objects.get_or_create(year=year)
    counter = ImportCounter.objects.select_for_update().get(year=year)
    counter.last_no += 1
    counter.save(update_fields=["last_no"])
    return f"DR{year}{counter.last_no:06d}"


def _record(verb: str, row: Import, by: Subject, at: datetime, **details: object) -> None:
    audit.record(
        action=f"interchange.import.{verb}",
        by=by.actor,
        at=at,
        object_kind="import",
        object_code=row.import_no,
        details=details,
    )


class ImportsOwner:
    """This room's say over the files that imports refer to: who may see an import may fetch its file."""

    def may_fetch(self, code: str, by: Subject) -> bool:
        row = Import.objects.filter(import_no=code).first()
        return row is not None and bool(decide(by, policy.VIEW_IMPORT, queries.facts(row)))

    def note_fetched(self, code: str, file: FileRef, *, by: Subject, at: datetime) -> None:
        audit.record(
            action="interchange.file.fetched",
            by=by.actor,
            at=at,
            object_kind="import",
            object_code=code,
            details={"digest": file.digest},
        )
