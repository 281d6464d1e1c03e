"""Scans of sources, and drafts proposed from what they found."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.secrecy import api as secrecy
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Subject
from jutong.kernel.typed import fitting
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Content, DataItem
from jutong.supply.mounting import policy, queries
from jutong.supply.mounting.domain.errors import ScanRunning
from jutong.supply.mounting.domain.proposal import SAMPLE_ROWS, propose_draft
from jutong.supply.mounting.models import DataSource, DraftOrigin, Mount, Scan, ScannedTable
from jutong.supply.mounting.values import DraftProposal, MountState, SourceKind, TableFound, TablePlace, TableRef

SCAN_SILENT_SECONDS: Final = 120
"""A scan that has not moved for so long was left by a worker that is gone."""

TITLE_LENGTH: Final = 200
FORMATS: Final = {
    SourceKind.POSTGRESQL: "PostgreSQL",
    SourceKind.MYSQL: "MySQL",
    SourceKind.KINGBASE: "KingbaseES",
    SourceKind.OPENGAUSS: "database:openGauss",
    SourceKind.ORACLE: "oracle",
    SourceKind.SQLSERVER: "sql server",
    SourceKind.DB2: "db2",
    SourceKind.DAMENG: "Dm",
}
"""The formats of the catalogue (资源格式) that the engines' tables have."""


def start_scan(*, source_no: str, by: Subject, at: datetime) -> Scan:
    """Have a source scanned by the worker. Raises NoSuchSource, NotPermitted, ScanRunning."""
    source = queries.get_source(source_no, by)
    require(by, policy.SCAN_SOURCES, queries.facts(source))
    silent = at - timedelta(seconds=SCAN_SILENT_SECONDS)
    with transaction.atomic():
        Scan.objects.filter(source=source, state="running", moved_at__lt=silent).update(
            state="failed", finished_at=at, error_code="scan_abandoned"
        )
        try:
            with transaction.atomic():
                scan = Scan.objects.create(
                    source=source, state="running", started_by=by.actor.to_json(), started_at=at, moved_at=at
                )
        except IntegrityError as fault:
            raise ScanRunning() from fault
        audit.record(action="mounting.source.scanned", by=by.actor, at=at, object_kind="source", object_code=source_no)
        # In this transaction: there is no scan without its job, and no job without its scan.
        app.configure_task("mounting.scan", queue="mounting").defer(scan_id=scan.pk)
    return scan


def run_scan(scan_id: int) -> None:
    """Read the source's tables and replace the last findings with these. A scan that is over already is left alone."""
    scan = Scan.objects.select_related("source").filter(pk=scan_id, state="running").first()
    if scan is None:
        return

    def told(done: int, total: int) -> None:
        Scan.objects.filter(pk=scan_id).update(done=done, total=total, moved_at=clock.now())

    try:
        tables = queries.adapter(scan.source).scan(told)
    except JutongError as fault:
        _finish(scan_id, "failed", error_code=fault.code, error_details={"words": str(fault)})
        return
    with transaction.atomic():
        _keep(scan.source, tables, clock.now())
        _finish(scan_id, "done", done=len(tables), total=len(tables))


def _keep(source: DataSource, tables: Sequence[TableFound], at: datetime) -> None:
    tables = [_without_marks(table, at) for table in tables]
    ScannedTable.objects.filter(source=source).delete()
    ScannedTable.objects.bulk_create(
        [
            ScannedTable(
                source=source,
                schema=table.ref.schema,
                name=table.ref.name,
                comment=table.comment,
                row_estimate=table.row_estimate,
                column_count=len(table.columns),
                found=table.to_json(),
                scanned_at=at,
            )
            for table in tables
        ],
        batch_size=500,
    )


def _without_marks(table: TableFound, at: datetime) -> TableFound:
    """The table without comments that bear a mark of a secret: a scan is no sender who could be asked to mend them."""

    def unmarked(comment: str) -> str:
        return "" if secrecy.bears_mark(comment, at=at) else comment

    columns = tuple(replace(column, comment=unmarked(column.comment)) for column in table.columns)
    return replace(table, comment=unmarked(table.comment), columns=columns)


def _finish(scan_id: int, state: str, **fields: object) -> None:
    now = clock.now()
    Scan.objects.filter(pk=scan_id).update(state=state, moved_at=now, finished_at=now, **fields)


def propose(*, source_no: str, schema: str, table: str, by: Subject) -> DraftProposal:
    """What a table would be in the catalogue: described anew, its identifiers judged by sampled values.

    Nothing of the samples is kept. Raises NoSuchSource, TableMissing and what asking a source raises.
    """
    source = queries.get_source(source_no, by)
    require(by, policy.SCAN_SOURCES, queries.facts(source))
    adapter = queries.adapter(source)
    found = adapter.describe(TableRef(schema, table))
    samples = adapter.sample(found.ref, [column.name for column in found.columns], SAMPLE_ROWS)
    proposal = propose_draft(found, samples, FORMATS[SourceKind(source.kind)])
    return replace(proposal, related_codes=_related(source, found))


def _related(source: DataSource, found: TableFound) -> tuple[str, ...]:
    """The resources mounted from the tables that this one refers to (关联资源)."""
    wanted = {foreign.table for foreign in found.foreign_keys} - {found.ref}
    if not wanted:
        return ()
    mounts = Mount.objects.filter(source=source, state=MountState.ACTIVE).order_by("resource_code")
    return tuple(row.resource_code for row in mounts if TablePlace.from_json(row.place).table in wanted)


def draft_from_table(*, source_no: str, schema: str, table: str, title: str = "", by: Subject, at: datetime) -> str:
    """Begin a catalogue entry from a table; gives the draft's number. Raises what `propose` and the catalogue raise."""
    title = fitting(title, TITLE_LENGTH, field="title")
    proposal = propose(source_no=source_no, schema=schema, table=table, by=by)
    source = queries.get_source(source_no, by)
    if title:
        proposal = replace(proposal, title=title)
    # Comments of the source come through no request, and the gate before the views has not seen them.
    texts = [proposal.title, *(text for item in proposal.items for text in (item.title, item.note))]
    secrecy.look_at_text("\n".join(texts), route="mounting.draft", field="comment", by=by.actor, at=at)
    with transaction.atomic():
        draft_no = create_draft(
            proposal, source.organisation, by=by, at=at, origin={"source": source_no, "table": f"{schema}.{table}"}
        )
        DraftOrigin.objects.create(
            draft_no=draft_no,
            organisation=source.organisation,
            source=source,
            schema=schema,
            table=table,
            columns=column_map(proposal),
        )
    return draft_no


def create_draft(
    proposal: DraftProposal, provider_uscc: str, *, by: Subject, at: datetime, origin: dict[str, str]
) -> str:
    """The proposal as a draft of the catalogue; its number."""
    content = Content(
        title=proposal.title,
        provider_uscc=provider_uscc,
        formats=(proposal.format,),
        related_codes=proposal.related_codes,
        items=tuple(
            DataItem(
                title=item.title,
                column_name=item.column_name,
                data_type=item.data_type,
                key=item.key,
                nullable=item.nullable,
                sensitivity=item.sensitivity,
                identifier=item.identifier,
                note=item.note[:1000],
            )
            for item in proposal.items
        ),
    )
    return catalogue.create_draft(content=content, by=by, at=at, origin=origin)


def column_map(proposal: DraftProposal) -> dict[str, str]:
    """Data item to source column."""
    return {item.column_name: item.source_column for item in proposal.items}


def origin_for(resource_code: str, provider_uscc: str) -> DraftOrigin | None:
    """From which table or file the draft of this resource was proposed, or nothing."""
    origins = DraftOrigin.objects.filter(organisation=provider_uscc).select_related("source", "file")
    known = origins.filter(resource_code=resource_code).order_by("-pk").first()
    if known is not None:
        return known
    # Drafts get their codes in the catalogue, which does not know of us: each is asked for until it has one.
    for origin in origins.filter(resource_code=""):
        with contextlib.suppress(catalogue.NoSuchDraft):
            origin.resource_code = catalogue.draft_resource(origin.draft_no)
        if origin.resource_code:
            origin.save(update_fields=["resource_code"])
            if origin.resource_code == resource_code:
                return origin
    return None
