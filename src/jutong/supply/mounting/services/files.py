"""Uploads for gathering: kept by `files`, read once in a child process, then drafted or mounted."""

from datetime import datetime
from typing import BinaryIO, Final, TypeAlias

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.files import api as kept_files
from jutong.foundation.files.values import WordCheck
from jutong.kernel.codes.data_types import DataType
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.supply.mounting import policy, queries
from jutong.supply.mounting.adapters.files import inspect
from jutong.supply.mounting.domain.errors import FileFormatUnknown
from jutong.supply.mounting.domain.proposal import propose_draft
from jutong.supply.mounting.models import DraftOrigin, UploadedFile
from jutong.supply.mounting.services.mounts import columns_of
from jutong.supply.mounting.services.numbers import next_number
from jutong.supply.mounting.services.scans import column_map, create_draft
from jutong.supply.mounting.values import ColumnFound, DraftProposal, FilePlace, TableFound, TableRef

Readable: TypeAlias = BinaryIO

FILE_KIND: Final = "mounting.file"
_MEDIA_TYPES: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def upload_file(
    *, organisation: str, name: str, content: Readable, encoding: str = "", sheet: str = "", by: Subject, at: datetime
) -> str:
    """Take in a CSV or XLSX file; gives its number. Raises NotPermitted, and a FileError that says what is wrong."""
    require(by, policy.UPLOAD_FILES, Facts({Relation.OWNER: organisation}))
    form = name.rpartition(".")[2].lower()
    if form not in _MEDIA_TYPES:
        raise FileFormatUnknown(name=name, field="file")
    ref = kept_files.keep(content, name=name, media_type=_MEDIA_TYPES[form], by=by.actor, at=at)
    found = inspect(FilePlace(ref.digest, name, form, encoding, sheet, ""))
    columns = [
        ColumnFound(column["name"], "text", DataType.parse(column["data_type"]), column["nullable"])
        for column in found["columns"]
    ]
    with transaction.atomic():
        row = UploadedFile.objects.create(
            file_no=next_number("file"),
            organisation=organisation,
            digest=ref.digest,
            name=name[-200:],
            size_bytes=ref.size_bytes,
            format=form,
            encoding=found["encoding"],
            sheet=found["sheet"],
            delimiter=found["delimiter"],
            rows=found["rows"],
            columns=[column.to_json() for column in columns],
            uploaded_by=by.actor.to_json(),
            uploaded_at=at,
        )
        kept_files.refer([ref.no], kind=FILE_KIND, code=row.file_no, by=by)
        audit.record(
            action="mounting.file.uploaded",
            by=by.actor,
            at=at,
            object_kind="file",
            object_code=row.file_no,
            details={"name": row.name, "digest": row.digest, "rows": row.rows, "encoding": row.encoding},
        )
    return row.file_no


def word_check(file: UploadedFile) -> WordCheck:
    """Whether the text of an upload passed the secrecy gate."""
    kept = kept_files.files_of(FILE_KIND, file.file_no)
    return kept[0].words if kept else WordCheck.UNCHECKED


def propose(*, file_no: str, by: Subject) -> DraftProposal:
    """What a file would be in the catalogue; nothing of its values is kept."""
    file = queries.get_file(file_no, by)
    require(by, policy.UPLOAD_FILES, queries.facts(file))
    found = inspect(FilePlace(file.digest, file.name, file.format, file.encoding, file.sheet, file.delimiter))
    samples = list(zip(*(column["samples"] for column in found["columns"]), strict=True))
    title = file.name.rpartition(".")[0]
    # A file's headings are its comments: they are what people call the columns.
    columns = tuple(
        ColumnFound(column.name, column.source_type, column.data_type, column.nullable, column.name)
        for column in columns_of(file)
    )
    return propose_draft(TableFound(TableRef("", title), "file", title, file.rows, columns), samples, file.format)


def draft_from_file(*, file_no: str, title: str = "", by: Subject, at: datetime) -> str:
    """Begin a catalogue entry from a file; gives the draft's number."""
    proposal = propose(file_no=file_no, by=by)
    file = queries.get_file(file_no, by)
    if title.strip():
        proposal = DraftProposal(title.strip(), proposal.items, proposal.format, proposal.left_out)
    with transaction.atomic():
        draft_no = create_draft(proposal, file.organisation, by=by, at=at, origin={"file": file_no, "name": file.name})
        DraftOrigin.objects.create(
            draft_no=draft_no, organisation=file.organisation, file=file, columns=column_map(proposal)
        )
    return draft_no
