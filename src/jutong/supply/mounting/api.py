"""The door of mounting: what other rooms may call. Values are in `values`, facts in `events`."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from jutong.kernel.crypto import Secret
from jutong.kernel.egress import HostUnknown, Permitted
from jutong.kernel.policy import Subject
from jutong.supply.mounting import queries
from jutong.supply.mounting.adapters import digests
from jutong.supply.mounting.adapters.base import Adapter, PartStream, Stream
from jutong.supply.mounting.domain import wire
from jutong.supply.mounting.domain.errors import (
    CaptureLost,
    CursorLost,
    GapInSource,
    MappingError,
    MountingError,
    NotMounted,
    SourceFailed,
    SourceUnreachable,
    TableMissing,
)
from jutong.supply.mounting.domain.mapping import find_faults, is_text, text_pattern
from jutong.supply.mounting.plugs import Assembler, Relay, plug_assembler, plug_relay
from jutong.supply.mounting.services import captures, files, mounts, places, scans, sketches, sources
from jutong.supply.mounting.services.mounts import items_wanted
from jutong.supply.mounting.values import (
    FOUND_OUT,
    AssembledPlace,
    CaptureNames,
    CaptureStanding,
    ConnectionReport,
    DraftProposal,
    Mount,
    ReadingWish,
    ServiceParameter,
    SourceKind,
    TableFound,
    TablePlace,
    TableRef,
    Tls,
    Transform,
)

__all__ = [
    "Adapter",
    "Assembler",
    "CaptureLost",
    "CursorLost",
    "GapInSource",
    "HostUnknown",
    "MappingError",
    "MountingError",
    "NotMounted",
    "PartStream",
    "Relay",
    "SourceFailed",
    "SourceUnreachable",
    "Stream",
    "TableMissing",
    "allow_network",
    "capture_standing",
    "confirm_capture",
    "digests",
    "draft_from_file",
    "draft_from_table",
    "end_capture",
    "find_faults",
    "find_mount",
    "forbid_network",
    "forget_source",
    "gathered_codes",
    "get_mount",
    "is_text",
    "items_wanted",
    "mount_assembled",
    "mount_file",
    "mount_service",
    "mount_table",
    "mounted_codes",
    "mounts_by_code",
    "note_assembled",
    "note_source",
    "note_unassembled",
    "open_source",
    "permitted",
    "plug_assembler",
    "plug_relay",
    "propose_draft",
    "register_relayed",
    "register_source",
    "remove_source",
    "replace_file",
    "sketch_columns",
    "start_scan",
    "stop_mount",
    "table_of",
    "test_source",
    "text_pattern",
    "try_source",
    "upload_file",
    "wire",
]


# --- Questions -------------------------------------------------------------------------------------------------------


def get_mount(resource_code: str) -> Mount:
    """Where the data of a resource lies: its active mount, else the last stopped one. Raises NotMounted."""
    return queries.get_mount(resource_code)


def find_mount(resource_code: str) -> Mount | None:
    """As `get_mount`, or nothing."""
    row = queries.find_mount_row(resource_code)
    return queries.mount_of(row) if row else None


def mounts_by_code(codes: Collection[str]) -> dict[str, Mount]:
    """Active mounts by resource code, in one query."""
    return queries.mounts_by_code(codes)


def gathered_codes() -> set[str]:
    """Codes of the resources whose data is copied into the pool, in one query. For counting."""
    return queries.gathered_codes()


def mounted_codes() -> QuerySet[Any, Any]:
    """Codes of resources with an active mount: lazy, for use inside `__in` only."""
    return queries.mounted_codes()


def permitted(organisation: str) -> list[Permitted]:
    """The addresses a department may have the platform call."""
    return queries.permitted(organisation)


def open_source(mount: Mount) -> Adapter:
    """The place of a table or file mount, ready to be described and streamed; its address is judged now.

    Raises NotMounted: the mount is stopped, or a service, which has nothing to gather.
    """
    return places.open_source(mount)


def table_of(mount: Mount) -> TableRef:
    """The table to ask the opened source for; a file is a table of its own name."""
    return places.table_of(mount)


def capture_standing(source_no: str, names: CaptureNames, cursor: Mapping[str, Any]) -> CaptureStanding:
    """How a source stands with the changes it keeps for a mount. Raises what asking a source raises."""
    return captures.standing(source_no, names, cursor)


def confirm_capture(source_no: str, names: CaptureNames, cursor: Mapping[str, Any]) -> CaptureStanding:
    """Let a source forget the changes before a cursor, which the pool has. Raises CaptureLost."""
    return captures.confirm(source_no, names, cursor)


def end_capture(source_no: str, names: CaptureNames) -> bool:
    """Have a source keep nothing for a mount any more; False when it cannot be asked."""
    return captures.end(source_no, names)


# --- Actions ---------------------------------------------------------------------------------------------------------


def allow_network(
    *, organisation: str, cidr: str, port_from: int, port_to: int, reason: str, by: Subject, at: datetime
) -> int:
    """Let a department's sources and services lie in a network; the entry's id."""
    row = sources.allow_network(
        organisation=organisation, cidr=cidr, port_from=port_from, port_to=port_to, reason=reason, by=by, at=at
    )
    return row.pk


def forbid_network(*, network_id: int, by: Subject, at: datetime) -> None:
    """Take an entry off a department's list."""
    sources.forbid_network(network_id=network_id, by=by, at=at)


def try_source(
    *,
    organisation: str,
    kind: SourceKind,
    host: str,
    port: int,
    database: str,
    account: str,
    password: Secret,
    tls: Tls,
    by: Subject,
) -> ConnectionReport:
    """Connect as described and say what is there; nothing is kept."""
    return sources.try_source(
        organisation=organisation,
        kind=kind,
        host=host,
        port=port,
        database=database,
        account=account,
        password=password,
        tls=tls,
        by=by,
    )


def register_relayed(
    *,
    organisation: str,
    name: str,
    kind: SourceKind,
    host: str,
    port: int,
    database: str,
    account: str,
    tls: Tls,
    report: ConnectionReport,
    by: Subject,
    at: datetime,
) -> str:
    """Keep a source that a front-end node reached and described; gives its number. Raises SourceNameTaken."""
    return sources.register_relayed(
        organisation=organisation,
        name=name,
        kind=kind,
        host=host,
        port=port,
        database=database,
        account=account,
        tls=tls,
        report=report,
        by=by,
        at=at,
    )


def register_source(
    *,
    organisation: str,
    name: str,
    kind: SourceKind,
    host: str,
    port: int,
    database: str,
    account: str,
    password: Secret,
    tls: Tls = Tls.OFF,
    by: Subject,
    at: datetime,
) -> str:
    """Keep a source after a test that went well; gives its number."""
    return sources.register_source(
        organisation=organisation,
        name=name,
        kind=kind,
        host=host,
        port=port,
        database=database,
        account=account,
        password=password,
        tls=tls,
        by=by,
        at=at,
    )


def test_source(*, source_no: str, by: Subject, at: datetime) -> ConnectionReport:
    """Connect to a kept source, and keep what was found."""
    return sources.test_source(source_no=source_no, by=by, at=at)


def remove_source(*, source_no: str, by: Subject, at: datetime) -> None:
    """Take a source out of use and destroy its password. Raises SourceInUse."""
    sources.remove_source(source_no=source_no, by=by, at=at)


def start_scan(*, source_no: str, by: Subject, at: datetime) -> int:
    """Have a source scanned by the worker; the scan's id. Raises ScanRunning."""
    return scans.start_scan(source_no=source_no, by=by, at=at).pk


def propose_draft(*, source_no: str, schema: str, table: str, by: Subject) -> DraftProposal:
    """What a table would be in the catalogue; nothing is kept."""
    return scans.propose(source_no=source_no, schema=schema, table=table, by=by)


def draft_from_table(*, source_no: str, schema: str, table: str, title: str = "", by: Subject, at: datetime) -> str:
    """Begin a catalogue entry from a table of a source; gives the draft's number."""
    return scans.draft_from_table(source_no=source_no, schema=schema, table=table, title=title, by=by, at=at)


def upload_file(
    *,
    organisation: str,
    name: str,
    content: files.Readable,
    wish: ReadingWish = FOUND_OUT,
    by: Subject,
    at: datetime,
) -> str:
    """Take in a file of rows for gathering; gives its number. Raises a FileError that says what is wrong."""
    return files.upload_file(organisation=organisation, name=name, content=content, wish=wish, by=by, at=at)


def draft_from_file(*, file_no: str, title: str = "", by: Subject, at: datetime) -> str:
    """Begin a catalogue entry from an uploaded file; gives the draft's number."""
    return files.draft_from_file(file_no=file_no, title=title, by=by, at=at)


def mount_table(
    *,
    resource_code: str,
    place: TablePlace,
    columns: Mapping[str, str] | None = None,
    not_kept: str = "",
    transforms: Mapping[str, Transform] = mounts.NO_TRANSFORMS,
    by: Subject,
    at: datetime,
) -> None:
    """Mount a resource from a table of its provider's own source; `columns` gives each item its source column.

    Without `columns` names decide. `transforms` says of items whose values are not taken as they are what becomes of
    them; `not_kept` why the data must not be kept.
    """
    mounts.mount_table(
        resource_code=resource_code,
        place=place,
        columns=columns,
        not_kept=not_kept,
        transforms=transforms,
        by=by,
        at=at,
    )


def mount_file(
    *,
    resource_code: str,
    file_no: str,
    columns: Mapping[str, str] | None = None,
    transforms: Mapping[str, Transform] = mounts.NO_TRANSFORMS,
    by: Subject,
    at: datetime,
) -> None:
    """Mount a resource from an uploaded file."""
    mounts.mount_file(
        resource_code=resource_code, file_no=file_no, columns=columns, transforms=transforms, by=by, at=at
    )


def replace_file(*, resource_code: str, file_no: str, by: Subject, at: datetime) -> None:
    """Give a file mount a newer file with the same columns."""
    mounts.replace_file(resource_code=resource_code, file_no=file_no, by=by, at=at)


def mount_service(
    *,
    resource_code: str,
    url: str,
    path: str,
    method: str = "GET",
    row_path: str = "",
    parameters: tuple[ServiceParameter, ...] = (),
    fields: Mapping[str, str],
    values: Mapping[str, str],
    timeout_seconds: int = 10,
    not_kept: str = "",
    by: Subject,
    at: datetime,
) -> None:
    """Mount a resource from an HTTP JSON service, after a call with `values` that answered with the mapped fields."""
    mounts.mount_service(
        resource_code=resource_code,
        url=url,
        path=path,
        method=method,
        row_path=row_path,
        parameters=parameters,
        fields=fields,
        values=values,
        timeout_seconds=timeout_seconds,
        not_kept=not_kept,
        by=by,
        at=at,
    )


def note_source(resource_code: str, *, source_code: str, case_no: str, at: datetime) -> None:
    """Told by duplicates: the data of this resource is collected first by another's department (非数源).

    It cannot be mounted from now on; each try is refused with that reason and the negotiation's number.
    """
    mounts.note_source(resource_code=resource_code, source_code=source_code, case_no=case_no, at=at)


def forget_source(resource_code: str) -> None:
    """Told by duplicates: this resource is the source, or nothing is settled about it any more."""
    mounts.forget_source(resource_code=resource_code)


def mount_assembled(*, resource_code: str, place: AssembledPlace, by: Subject, at: datetime) -> None:
    """Mount a resource from what several contributors bring (汇聚资源)."""
    mounts.mount_assembled(resource_code=resource_code, place=place, by=by, at=at)


def note_assembled(resource_code: str, *, at: datetime) -> None:
    """Told by the exchange: the first contributor has joined."""
    mounts.note_assembled(resource_code, at=at)


def note_unassembled(resource_code: str, *, at: datetime) -> None:
    """Told by the exchange: the last contributor has left."""
    mounts.note_unassembled(resource_code, at=at)


def stop_mount(*, resource_code: str, reason: str, by: Subject, at: datetime) -> None:
    """Stop a mount; what was gathered stays. Raises NotMounted."""
    mounts.stop_mount(resource_code=resource_code, reason=reason, by=by, at=at)


def sketch_columns(mount: Mount, *, size: int) -> dict[str, list[int]]:
    """For each item of a table or file mount, the smallest keyed hashes of its column's distinct values (取值摘要).

    A database makes them itself, so that no value leaves it. Raises what asking a source raises.
    """
    return sketches.sketch_columns(mount, size=size)


def describe(mount: Mount) -> TableFound:
    """The table or file of a mount as it is now. Raises TableMissing and what asking a source raises."""
    return open_source(mount).describe(table_of(mount))
