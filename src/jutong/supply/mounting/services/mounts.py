"""Mounting resources: columns matched against the catalogue, one active mount a resource."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from jutong.base.access import require
from jutong.base.egress import pinned_address
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.kernel.actors import PLATFORM, ActorRef
from jutong.kernel.codes.data_types import DataType, TypeLetter
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.kernel.text import N_
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.events import ResourceWithdrawn
from jutong.supply.catalogue.values import Resource, ResourceState
from jutong.supply.lists import api as lists
from jutong.supply.mounting import events, policy, queries
from jutong.supply.mounting.adapters.http_json import ask, split_url
from jutong.supply.mounting.adapters.transforms import ENGINES
from jutong.supply.mounting.domain.errors import (
    AlreadyMounted,
    FieldMissing,
    FilledItemUnfit,
    GapInSource,
    ItemUnknown,
    KeyNotUnique,
    NotMounted,
    NotTheSource,
    OnNegativeList,
    ResourceNotReady,
    SourceOfAnother,
)
from jutong.supply.mounting.domain.mapping import ItemWanted, find_faults, match_columns
from jutong.supply.mounting.models import DataSource, Mount, SourceRuling, UploadedFile
from jutong.supply.mounting.services import captures
from jutong.supply.mounting.values import (
    AssembledPlace,
    CaptureNames,
    ColumnFound,
    ColumnMap,
    FilePlace,
    MountKind,
    MountMode,
    MountState,
    ServiceParameter,
    ServicePlace,
    SourceKind,
    TablePlace,
    Transform,
    capture_publication,
)

_WITHDRAWN: Final = "数据资源已下线"
LONGEST_REASON: Final = 200
SHORTEST_FILLED: Final = 12
"""How long an item must be that the platform fills: a division's code in full."""
_NO_TRANSFORMS: Final = N_("值转换只支持 PostgreSQL 及其同类、MariaDB 和 MySQL；请由数据源提供转换好的视图。")
NO_TRANSFORMS: Final[Mapping[str, Transform]] = {}
"""All values are taken as they are."""


def items_wanted(resource: Resource) -> tuple[ItemWanted, ...]:
    """The items of a resource as mapping needs them."""
    return tuple(ItemWanted(item.column_name, item.type, item.title, item.key) for item in resource.items)


def mount_table(
    *,
    resource_code: str,
    place: TablePlace,
    columns: Mapping[str, str] | None = None,
    not_kept: str = "",
    transforms: Mapping[str, Transform] = NO_TRANSFORMS,
    by: Subject,
    at: datetime,
) -> None:
    """Mount a resource from a table of its provider's own source; `columns` gives each item its source column.

    `transforms` says of items whose values are not taken as they are what becomes of them. With `not_kept`, the reason
    why the data must not be kept (不得留存), it is never gathered.

    Without `columns`, items are matched by name. Raises NoSuchResource, NotPermitted, ResourceNotReady,
    AlreadyMounted, NoSuchSource, SourceOfAnother, TableMissing, GapInSource, a MappingError, among them CaptureUnready
    with what the source's administrator must do, and what asking a source raises.
    """
    resource = _resource(resource_code, by)
    source = queries.get_source(place.source_no, by)
    if source.organisation != resource.provider_uscc:
        raise SourceOfAnother(field="source_no")
    adapter = queries.adapter(source)
    table = adapter.describe(place.table)
    if transforms and SourceKind(source.kind) not in ENGINES:
        raise GapInSource(words=_NO_TRANSFORMS, field=next(iter(transforms)))
    mapped = _matched(resource, table.columns, columns, transforms)
    if place.mode is MountMode.WATERMARK:
        if not resource.key_columns:
            raise KeyNotUnique(field="mode")
        adapter.check_incremental(table, place.watermark_column)
    if place.mode is MountMode.CAPTURE:
        if not resource.key_columns:
            raise KeyNotUnique(field="mode")
        by_item = {column.item: column.source for column in mapped}
        key = [by_item[name] for name in resource.key_columns]
        names = CaptureNames("", capture_publication(resource.code))
        captures.capturing(adapter, place.table).check_capture(table, key, names)
    _mount(resource, MountKind.TABLE, mapped, place.to_json(), by=by, at=at, source=source, not_kept=not_kept)


def mount_file(
    *,
    resource_code: str,
    file_no: str,
    columns: Mapping[str, str] | None = None,
    transforms: Mapping[str, Transform] = NO_TRANSFORMS,
    by: Subject,
    at: datetime,
) -> None:
    """Mount a resource from an uploaded file. Raises as `mount_table` does."""
    resource = _resource(resource_code, by)
    file = _file(file_no, resource, by)
    mapped = _matched(resource, texts_of(file), columns, transforms)
    _mount(resource, MountKind.FILE, mapped, place_of(file).to_json(), by=by, at=at, file=file)


@transaction.atomic
def replace_file(*, resource_code: str, file_no: str, by: Subject, at: datetime) -> None:
    """Give a file mount a newer file with the same columns. Raises as `mount_file` does, and NotMounted."""
    row = Mount.objects.select_for_update().filter(resource_code=resource_code, state=MountState.ACTIVE).first()
    if row is None or row.kind != MountKind.FILE:
        raise NotMounted(resource_code=resource_code)
    resource = catalogue.get_resource(resource_code)
    require(by, policy.MANAGE_MOUNTS, queries.facts_of_mount(row))
    file = _file(file_no, resource, by)
    before = [ColumnMap.from_json(column) for column in row.columns]
    kept = {column.item: column.source for column in before}
    transforms = {column.item: column.transform for column in before if column.transform}
    mapped = _matched(resource, texts_of(file), kept, transforms)
    row.file, row.place, row.changed_at = file, place_of(file).to_json(), at
    row.columns = [column.to_json() for column in mapped]
    row.resource_version = resource.version
    row.save()
    _record("file_replaced", row, by.actor, at)
    outbox.publish(events.FileReplaced(resource_code, file.digest), at=at)


def try_service(
    *,
    organisation: str,
    url: str,
    path: str,
    method: str,
    row_path: str,
    values: Mapping[str, str],
    timeout_seconds: int,
    by: Subject,
) -> tuple[list[str], int]:
    """Call a service once with these parameter values: the fields its rows have, and how many rows came.

    Raises NotPermitted, AddressError, ServiceError.
    """
    require(by, policy.MANAGE_MOUNTS, Facts({Relation.PROVIDER: organisation}))
    base = split_url(url)
    address = pinned_address(base.host, base.port, queries.permitted(organisation))
    rows = ask(base, address, path=path, method=method, row_path=row_path, values=values, seconds=timeout_seconds)
    return list(dict.fromkeys(name for row in rows for name in row)), len(rows)


def mount_service(
    *,
    resource_code: str,
    url: str,
    path: str,
    method: str,
    row_path: str,
    parameters: tuple[ServiceParameter, ...],
    fields: Mapping[str, str],
    values: Mapping[str, str],
    timeout_seconds: int,
    not_kept: str = "",
    by: Subject,
    at: datetime,
) -> None:
    """Mount a resource from an HTTP JSON service, after a call with `values` that answered with the mapped fields.

    With `not_kept`, the reason why the data must not be kept (不得留存), its answers are only passed through.

    Raises NoSuchResource, NotPermitted, ResourceNotReady, AlreadyMounted, AddressError, ServiceError, ItemUnknown.
    """
    resource = _resource(resource_code, by)
    named = {item.column_name for item in resource.items}
    for item in [*fields, *(parameter.item for parameter in parameters)]:
        if item not in named:
            raise ItemUnknown(item=item, field=item)
    found, rows = try_service(
        organisation=resource.provider_uscc,
        url=url,
        path=path,
        method=method,
        row_path=row_path,
        values=values,
        timeout_seconds=timeout_seconds,
        by=by,
    )
    for field_name in fields.values():
        if rows and field_name not in found:
            raise FieldMissing(field_name=field_name, field="fields")
    base = split_url(url)
    place = ServicePlace(
        base_url=base.text,
        path=path,
        address=pinned_address(base.host, base.port, queries.permitted(resource.provider_uscc)),
        port=base.port,
        tls=base.tls,
        method=method,
        row_path=row_path,
        parameters=parameters,
        fields=dict(fields),
        timeout_seconds=timeout_seconds,
    )
    mapped = tuple(ColumnMap(item, name) for item, name in fields.items())
    _mount(resource, MountKind.SERVICE, mapped, place.to_json(), by=by, at=at, not_kept=not_kept)


def mount_assembled(*, resource_code: str, place: AssembledPlace, by: Subject, at: datetime) -> None:
    """Mount a resource from what several contributors bring; it counts as mounted once the first has joined.

    Raises NoSuchResource, NotPermitted, ResourceNotReady, AlreadyMounted, ItemUnknown, FilledItemUnfit.
    """
    resource = _resource(resource_code, by)
    by_name = {item.column_name: item for item in resource.items}
    for field, name in (("mark_item", place.mark_item), ("region_item", place.region_item)):
        if not name and field == "region_item":
            continue
        if name not in by_name:
            raise ItemUnknown(item=name, field=field)
        kind = by_name[name].type
        if kind.letter is not TypeLetter.TEXT or (kind.length or SHORTEST_FILLED) < SHORTEST_FILLED:
            raise FilledItemUnfit(item=name, least=SHORTEST_FILLED, field=field)
    columns = tuple(ColumnMap(item.column_name, item.column_name, item.type.postgres_type()) for item in resource.items)
    _mount(resource, MountKind.ASSEMBLED, columns, place.to_json(), by=by, at=at)


def note_assembled(resource_code: str, *, at: datetime) -> None:
    """Told by the exchange: an assembled resource has a contributor, so that its data can be reached."""
    catalogue.note_mounted(resource_code, at=at)


def note_unassembled(resource_code: str, *, at: datetime) -> None:
    """Told by the exchange: the last contributor has left; what was mounted of it counts no more."""
    catalogue.note_unmounted(resource_code)
    lists.note_unmounted(resource_code, at=at)


@transaction.atomic
def stop_mount(*, resource_code: str, reason: str, by: Subject, at: datetime) -> None:
    """Stop a mount; what was gathered stays until the resource is withdrawn. Raises NotMounted, NotPermitted."""
    row = Mount.objects.select_for_update().filter(resource_code=resource_code, state=MountState.ACTIVE).first()
    if row is None:
        raise NotMounted(resource_code=resource_code)
    require(by, policy.MANAGE_MOUNTS, queries.facts_of_mount(row))
    _stop(row, reason.strip()[:200] or "—", by.actor, at)


@transaction.atomic
def follow_withdrawal(event: ResourceWithdrawn, *, at: datetime) -> None:
    """The resource has left the catalogue (下线): the platform stops its mount, if it has one."""
    row = Mount.objects.select_for_update().filter(resource_code=event.code, state=MountState.ACTIVE).first()
    if row is not None:
        _stop(row, _WITHDRAWN, PLATFORM, at)


def _stop(row: Mount, reason: str, by: ActorRef, at: datetime) -> None:
    row.state, row.stop_reason, row.changed_at = MountState.STOPPED, reason, at
    row.save()
    _record("stopped", row, by, at, reason=reason)
    catalogue.note_unmounted(row.resource_code)
    lists.note_unmounted(row.resource_code, at=at)
    outbox.publish(events.MountStopped(row.resource_code, reason), at=at)


def columns_of(file: UploadedFile) -> tuple[ColumnFound, ...]:
    """A file's columns as its reading found them."""
    return tuple(ColumnFound.from_json(column) for column in file.columns)


def texts_of(file: UploadedFile) -> tuple[ColumnFound, ...]:
    """A file's columns as the exchange will read them: text, each value checked on its way.

    What its present values look like is a proposal; tomorrow's file has others.
    """
    return tuple(replace(column, data_type=DataType(TypeLetter.MEMO)) for column in columns_of(file))


def place_of(file: UploadedFile) -> FilePlace:
    """Where a file's bytes lie, and how they are read."""
    reading = file.reading
    return FilePlace(
        file.digest,
        file.name,
        file.format,
        file.encoding,
        file.sheet,
        file.delimiter,
        header_row=reading.get("header_row", 0),
        row_path=reading.get("row_path", ""),
        packed=reading.get("packed", ""),
        member=reading.get("member", ""),
        rows=file.rows,
        names=tuple(column["name"] for column in file.columns),
    )


def _resource(resource_code: str, by: Subject) -> Resource:
    resource = catalogue.view_resource(resource_code, by=by)
    require(by, policy.MANAGE_MOUNTS, Facts({Relation.PROVIDER: resource.provider_uscc}))
    if resource.state is ResourceState.WITHDRAWN:
        raise ResourceNotReady(resource_code=resource_code)
    barred = lists.barred_from_sharing(resource.code)
    if barred is not None:
        raise OnNegativeList(
            resource_code=resource.code, exclusion_no=barred.exclusion_no, reason=barred.reason, basis=barred.basis
        )
    ruling = SourceRuling.objects.filter(resource_code=resource.code).first()
    if ruling is not None:
        source = catalogue.get_resource(ruling.source_code)
        raise NotTheSource(
            resource_code=resource.code, source=source.title, source_code=source.code, case_no=ruling.case_no
        )
    return resource


@transaction.atomic
def note_source(*, resource_code: str, source_code: str, case_no: str, at: datetime) -> None:
    """Let a resource not be mounted from now on, because another's department collects its data first.

    A mount that is there stays until it is stopped: others may be reading from it.
    """
    SourceRuling.objects.update_or_create(
        resource_code=resource_code, defaults={"source_code": source_code, "case_no": case_no, "ruled_at": at}
    )


def forget_source(*, resource_code: str) -> None:
    """Let a resource be mounted again."""
    SourceRuling.objects.filter(resource_code=resource_code).delete()


def _file(file_no: str, resource: Resource, by: Subject) -> UploadedFile:
    file = queries.get_file(file_no, by)
    if file.organisation != resource.provider_uscc:
        raise SourceOfAnother(field="file_no")
    return file


def _matched(
    resource: Resource,
    found: tuple[ColumnFound, ...],
    columns: Mapping[str, str] | None,
    transforms: Mapping[str, Transform],
) -> tuple[ColumnMap, ...]:
    """The mapping with the types of this moment. Raises the first MappingError, with all of them in its details."""
    wanted, by_name = items_wanted(resource), {column.name: column for column in found}
    if columns is None:
        mapped = match_columns(wanted, found)
    else:
        mapped = tuple(
            ColumnMap(item, source, by_name[source].source_type if source in by_name else "")
            for item, source in columns.items()
        )
    mapped = tuple(replace(column, transform=transforms.get(column.item)) for column in mapped)
    for item in transforms.keys() - {column.item for column in mapped}:
        raise ItemUnknown(item=item, field=item)
    faults = find_faults(wanted, mapped, by_name)
    if faults:
        first = faults[0]
        first.details["faults"] = [{"field": fault.field, "code": fault.code, "words": str(fault)} for fault in faults]
        raise first
    return mapped


@transaction.atomic
def _mount(
    resource: Resource,
    kind: MountKind,
    columns: tuple[ColumnMap, ...],
    place: Mapping[str, object],
    *,
    by: Subject,
    at: datetime,
    source: DataSource | None = None,
    file: UploadedFile | None = None,
    not_kept: str = "",
) -> None:
    not_kept = not_kept.strip()[:LONGEST_REASON]
    try:
        with transaction.atomic():
            row = Mount.objects.create(
                resource_code=resource.code,
                provider_uscc=resource.provider_uscc,
                kind=kind.value,
                state=MountState.ACTIVE,
                source=source,
                file=file,
                resource_version=resource.version,
                columns=[column.to_json() for column in columns],
                place=dict(place),
                not_kept=not_kept,
                mounted_by=by.actor.to_json(),
                mounted_at=at,
                changed_at=at,
            )
    except IntegrityError as fault:
        raise AlreadyMounted(resource_code=resource.code) from fault
    if kind is not MountKind.ASSEMBLED:
        catalogue.note_mounted(resource.code, at=at)
    _record("mounted", row, by.actor, at, kind=kind.value, **({"not_kept": not_kept} if not_kept else {}))
    outbox.publish(events.ResourceMounted(resource.code, resource.provider_uscc, kind.value), at=at)


def _record(verb: str, row: Mount, by: ActorRef, at: datetime, **details: str) -> None:
    audit.record(
        action=f"mounting.mount.{verb}",
        by=by,
        at=at,
        object_kind="mount",
        object_code=row.resource_code,
        resource=row.resource_code,
        details=details,
    )
