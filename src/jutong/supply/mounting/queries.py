"""Reading mounting: rows as values, what a subject may see, and sources ready to be asked."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from jutong.base.access import scope_q
from jutong.base.egress import pinned_address
from jutong.kernel.crypto import Envelope, Place
from jutong.kernel.egress import Permitted, parse_permitted
from jutong.kernel.policy import Action, Facts, Relation, Subject, decide
from jutong.supply.mounting import plugs, policy
from jutong.supply.mounting.adapters import adapter_for
from jutong.supply.mounting.adapters.base import Adapter, Dial
from jutong.supply.mounting.domain.errors import (
    NoSuchNetwork,
    NoSuchScan,
    NoSuchSource,
    NotMounted,
)
from jutong.supply.mounting.models import AllowedNetwork, DataSource, Mount, Scan, ScannedTable, UploadedFile
from jutong.supply.mounting.values import (
    AssembledPlace,
    ColumnMap,
    FilePlace,
    MountKind,
    MountState,
    ServicePlace,
    SourceKind,
    TableFound,
    TablePlace,
    TableRef,
    Tls,
)
from jutong.supply.mounting.values import Mount as MountValue

_OWNER = {Relation.OWNER: "organisation"}
_PROVIDER = {Relation.PROVIDER: "provider_uscc"}


# --- Rights ----------------------------------------------------------------------------------------------------------


def facts(row: DataSource | UploadedFile | AllowedNetwork) -> Facts:
    """What the decision may know of a department's source, upload or list entry."""
    return Facts({Relation.OWNER: row.organisation})


def facts_of_mount(row: Mount) -> Facts:
    """What the decision may know of a mount."""
    return Facts({Relation.PROVIDER: row.provider_uscc})


def sources(subject: Subject, action: Action = policy.VIEW_SOURCES) -> QuerySet[DataSource]:
    """The sources in use on which this subject may act so."""
    return DataSource.objects.filter(scope_q(subject, action, _OWNER), removed_at=None).order_by("organisation", "name")


def files(subject: Subject, action: Action = policy.VIEW_FILES) -> QuerySet[UploadedFile]:
    """The uploads on which this subject may act so, newest first."""
    return UploadedFile.objects.filter(scope_q(subject, action, _OWNER)).order_by("-uploaded_at")


def networks(subject: Subject, action: Action = policy.VIEW_NETWORKS) -> QuerySet[AllowedNetwork]:
    """The list entries on which this subject may act so."""
    return AllowedNetwork.objects.filter(scope_q(subject, action, _OWNER))


def mounts(subject: Subject, action: Action = policy.VIEW_MOUNTS) -> QuerySet[Mount]:
    """The mounts on which this subject may act so, newest first."""
    return Mount.objects.filter(scope_q(subject, action, _PROVIDER)).order_by("-mounted_at")


# --- Sources ---------------------------------------------------------------------------------------------------------


def get_source(source_no: str, subject: Subject) -> DataSource:
    """A source in use. Raises NoSuchSource, also for those who may not know of it."""
    row = DataSource.objects.filter(source_no=source_no, removed_at=None).first()
    if row is None or not decide(subject, policy.VIEW_SOURCES, facts(row)):
        raise NoSuchSource(source_no=source_no)
    return row


def get_network(network_id: int, subject: Subject) -> AllowedNetwork:
    row = networks(subject).filter(pk=network_id).first()
    if row is None:
        raise NoSuchNetwork()
    return row


def get_file(file_no: str, subject: Subject) -> UploadedFile:
    row = files(subject).filter(file_no=file_no).first()
    if row is None:
        raise NoSuchScan()
    return row


def permitted(organisation: str) -> list[Permitted]:
    """The addresses a department may have the platform call."""
    rows = AllowedNetwork.objects.filter(organisation=organisation)
    return [parse_permitted(row.cidr, row.port_from, row.port_to) for row in rows]


def envelope() -> Envelope:
    """Seals and opens credentials under the platform's root key."""
    return Envelope(settings.JUTONG_KEK_ROOT)


def password_place(source_no: str, version: int) -> Place:
    return Place("mounting_datasource", source_no, "sealed_password", version)


def dial(row: DataSource) -> Dial:
    """How to reach a source now: its address resolved and judged, its password opened.

    Raises AddressError, CannotOpen.
    """
    address = pinned_address(row.host, row.port, permitted(row.organisation))
    place = password_place(row.source_no, row.secret_version)
    password = envelope().open(bytes(row.sealed_password), owner=row.organisation, place=place)
    return Dial(SourceKind(row.kind), row.host, address, row.port, row.database, row.account, password, Tls(row.tls))


def is_relayed(row: DataSource) -> bool:
    """Is the source reached through a front-end node, which keeps its password itself?"""
    return not row.sealed_password


def adapter(row: DataSource, resource_code: str = "") -> Adapter:
    """The source, ready to be asked; rows of a relayed one leave for one resource."""
    if is_relayed(row):
        return plugs.relay().adapter(row.source_no, resource_code)
    return adapter_for(dial(row))


def latest_scan(source: DataSource) -> Scan | None:
    return source.scans.order_by("-started_at").first()


def find_tables(source: DataSource, words: str = "") -> QuerySet[ScannedTable]:
    """Tables of the last scan whose name or comment holds these words."""
    rows = ScannedTable.objects.filter(source=source)
    return rows.filter(Q(name__icontains=words) | Q(comment__icontains=words)) if words else rows


def scanned_table(source: DataSource, table_id: str) -> TableFound:
    """A table as the last scan found it, by its row's number. Raises NoSuchScan."""
    known = table_id.isascii() and table_id.isdigit()
    row = ScannedTable.objects.filter(source=source, pk=int(table_id)).first() if known else None
    if row is None:
        raise NoSuchScan()
    return TableFound.from_json(row.found)


def scanned(source: DataSource, table: TableRef) -> TableFound:
    """A table as the last scan found it. Raises NoSuchScan."""
    row = ScannedTable.objects.filter(source=source, schema=table.schema, name=table.name).first()
    if row is None:
        raise NoSuchScan()
    return TableFound.from_json(row.found)


# --- Mounts ----------------------------------------------------------------------------------------------------------


def mount_of(row: Mount) -> MountValue:
    """A mount's row as the value other rooms hold."""
    kind = MountKind(row.kind)
    return MountValue(
        resource_code=row.resource_code,
        provider_uscc=row.provider_uscc,
        kind=kind,
        state=MountState(row.state),
        resource_version=row.resource_version,
        columns=tuple(ColumnMap.from_json(column) for column in row.columns),
        mounted_at=row.mounted_at,
        changed_at=row.changed_at,
        table=TablePlace.from_json(row.place) if kind is MountKind.TABLE else None,
        file=FilePlace.from_json(row.place) if kind is MountKind.FILE else None,
        service=ServicePlace.from_json(row.place) if kind is MountKind.SERVICE else None,
        assembled=AssembledPlace.from_json(row.place) if kind is MountKind.ASSEMBLED else None,
        not_kept=row.not_kept,
    )


def find_mount_row(resource_code: str) -> Mount | None:
    """The active mount of a resource, else the last stopped one."""
    rows = Mount.objects.filter(resource_code=resource_code)
    return rows.filter(state=MountState.ACTIVE).first() or rows.order_by("-changed_at").first()


def get_mount(resource_code: str) -> MountValue:
    """Raises NotMounted."""
    row = find_mount_row(resource_code)
    if row is None:
        raise NotMounted(resource_code=resource_code)
    return mount_of(row)


def get_visible_mount(resource_code: str, subject: Subject) -> Mount:
    """Raises NotMounted, also for those who may not know of it."""
    row = find_mount_row(resource_code)
    if row is None or not decide(subject, policy.VIEW_MOUNTS, facts_of_mount(row)):
        raise NotMounted(resource_code=resource_code)
    return row


def mounts_by_code(codes: Collection[str]) -> dict[str, MountValue]:
    """Active mounts by code in one query."""
    rows = Mount.objects.filter(resource_code__in=codes, state=MountState.ACTIVE)
    return {row.resource_code: mount_of(row) for row in rows}


def gathered_codes() -> set[str]:
    """Codes of the resources whose data is copied into the pool, in one query."""
    rows = Mount.objects.filter(state=MountState.ACTIVE, not_kept="").exclude(kind=MountKind.SERVICE)
    return set(rows.values_list("resource_code", flat=True))


def mounted_codes() -> QuerySet[Any, Any]:
    """Codes with an active mount: lazy, for use inside `__in` only."""
    return Mount.objects.filter(state=MountState.ACTIVE).values("resource_code")
