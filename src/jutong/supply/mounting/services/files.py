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
from jutong.supply.mounting.adapters.files import inspect, peek
from jutong.supply.mounting.domain.errors import FileFormatUnknown
from jutong.supply.mounting.domain.proposal import SAMPLE_ROWS, propose_draft
from jutong.supply.mounting.models import DraftOrigin, UploadedFile
from jutong.supply.mounting.services.mounts import columns_of, place_of
from jutong.supply.mounting.services.numbers import next_number
from jutong.supply.mounting.services.scans import column_map, create_draft
from jutong.supply.mounting.values import (
    FORMATS,
    FOUND_OUT,
    ColumnFound,
    DraftProposal,
    FilePlace,
    ReadingWish,
    TableFound,
    TableRef,
)

Readable: TypeAlias = BinaryIO

FILE_KIND: Final = "mounting.file"
_MEDIA_TYPES: Final = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "et": "application/vnd.ms-excel",
    "dbf": "application/vnd.dbf",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "jsonl": "application/x-ndjson",
    "xml": "application/xml",
    "parquet": "application/vnd.apache.parquet",
    "sqlite": "application/vnd.sqlite3",
    "sqlite3": "application/vnd.sqlite3",
    "db": "application/vnd.sqlite3",
    "zip": "application/zip",
    "gz": "application/gzip",
}
PREVIEW_ROWS: Final = 20

_CATALOGUED: Final = {
    "tsv": "spreadsheet:TSV",
    "ndjson": "self_described:NDJSON",
    "jsonl": "self_described:NDJSON",
    "parquet": "self_described:Parquet",
    "sqlite": "database:SQLite",
    "sqlite3": "database:SQLite",
    "db": "database:SQLite",
}
"""Formats that the catalogue's lists do not name, with the group they belong to."""


def upload_file(
    *, organisation: str, name: str, content: Readable, wish: ReadingWish = FOUND_OUT, by: Subject, at: datetime
) -> str:
    """Take in a file of rows; gives its number. What the wish leaves empty is found out.

    Raises NotPermitted, and a FileError that says what is wrong.
    """
    require(by, policy.UPLOAD_FILES, Facts({Relation.OWNER: organisation}))
    form, packed = format_of(name)
    ref = kept_files.keep(content, name=name, media_type=_MEDIA_TYPES[packed or form], by=by.actor, at=at)
    found = inspect(
        FilePlace(
            ref.digest,
            name,
            form,
            encoding=wish.encoding,
            sheet=wish.sheet,
            header_row=wish.header_row,
            row_path=wish.row_path,
            packed=packed,
            member=wish.member,
        )
    )
    reading = found["reading"]
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
            format=reading.pop("format"),
            encoding=reading.pop("encoding", ""),
            sheet=reading.pop("sheet", ""),
            delimiter=reading.pop("delimiter", ""),
            reading={**reading, "packed": packed, "faulty": found["faulty"]},
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


def format_of(name: str) -> tuple[str, str]:
    """The format that a file's name promises, and the archive around it. Raises FileFormatUnknown."""
    endings = name.lower().split(".")[1:]
    form = endings[-1] if endings else ""
    if form == "gz" and len(endings) > 1 and endings[-2] in FORMATS:
        return endings[-2], form
    if form == "zip":
        # What is inside says it.
        return form, form
    if form not in FORMATS:
        raise FileFormatUnknown(name=name, field="file")
    return form, ""


def preview(*, file_no: str, by: Subject) -> list[list[str | None]]:
    """The first rows of an upload, read again from its bytes: nothing of its values is kept elsewhere.

    Raises NoSuchScan, NotPermitted, a FileError.
    """
    file = queries.get_file(file_no, by)
    require(by, policy.FETCH_FILES, queries.facts(file))
    return _first_rows(file, PREVIEW_ROWS)


def _first_rows(file: UploadedFile, limit: int) -> list[list[str | None]]:
    return peek(place_of(file), [column.name for column in columns_of(file)], limit)


def propose(*, file_no: str, by: Subject) -> DraftProposal:
    """What a file would be in the catalogue; nothing of its values is kept."""
    file = queries.get_file(file_no, by)
    require(by, policy.UPLOAD_FILES, queries.facts(file))
    samples = _first_rows(file, SAMPLE_ROWS)
    title = file.name.rpartition(".")[0]
    # A file's headings are its comments: they are what people call the columns.
    columns = tuple(
        ColumnFound(column.name, column.source_type, column.data_type, column.nullable, column.name)
        for column in columns_of(file)
    )
    form = _CATALOGUED.get(file.format, file.format)
    return propose_draft(TableFound(TableRef("", title), "file", title, file.rows, columns), samples, form)


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
