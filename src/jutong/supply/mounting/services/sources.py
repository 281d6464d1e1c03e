"""Data sources and the addresses a department may have the platform call."""

from datetime import datetime

from django.db import IntegrityError, transaction

from jutong.base.access import require
from jutong.base.egress import pinned_address
from jutong.foundation.audit import api as audit
from jutong.kernel.crypto import Secret
from jutong.kernel.egress import parse_host, parse_permitted
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.mounting import policy, queries
from jutong.supply.mounting.adapters import adapter_for
from jutong.supply.mounting.adapters.base import Dial
from jutong.supply.mounting.domain.errors import SourceInUse, SourceNameTaken, SourceRelayed
from jutong.supply.mounting.models import AllowedNetwork, DataSource
from jutong.supply.mounting.services.numbers import next_number
from jutong.supply.mounting.values import ConnectionReport, MountState, SourceKind, Tls

# --- Permitted addresses ---------------------------------------------------------------------------------------------


@transaction.atomic
def allow_network(
    *, organisation: str, cidr: str, port_from: int, port_to: int, reason: str, by: Subject, at: datetime
) -> AllowedNetwork:
    """Let a department's sources and services lie in a network; the same entry twice is one.

    Raises NotPermitted, OrganisationUnknown, OrganisationClosed, NetworkMalformed, PortMalformed, PortRangeReversed.
    """
    require(by, policy.MANAGE_NETWORKS, Facts({Relation.OWNER: organisation}))
    organisations.get_standing(organisation)
    entry = parse_permitted(cidr, port_from, port_to)
    row, created = AllowedNetwork.objects.get_or_create(
        organisation=organisation,
        cidr=str(entry.network),
        port_from=port_from,
        port_to=port_to,
        defaults={"reason": reason, "created_by": by.actor.to_json(), "created_at": at},
    )
    if created:
        audit.record(
            action="mounting.network.allowed",
            by=by.actor,
            at=at,
            object_kind="network",
            object_code=str(row),
            details={"organisation": organisation, "reason": reason},
        )
    return row


@transaction.atomic
def forbid_network(*, network_id: int, by: Subject, at: datetime) -> None:
    """Take an entry off the list; sources it covered are refused from the next connection on. Raises NoSuchNetwork."""
    row = queries.get_network(network_id, by)
    require(by, policy.MANAGE_NETWORKS, queries.facts(row))
    audit.record(
        action="mounting.network.forbidden",
        by=by.actor,
        at=at,
        object_kind="network",
        object_code=str(row),
        details={"organisation": row.organisation},
    )
    row.delete()


# --- Sources ---------------------------------------------------------------------------------------------------------


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
    """Connect as described and say what is there; nothing is kept.

    Raises NotPermitted, AddressError, SourceUnreachable, SourceRefused.
    """
    require(by, policy.MANAGE_SOURCES, Facts({Relation.OWNER: organisation}))
    address = pinned_address(host, port, queries.permitted(organisation))
    return adapter_for(Dial(kind, parse_host(host), address, port, database, account, password, tls)).test()


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
    tls: Tls,
    by: Subject,
    at: datetime,
) -> str:
    """Keep a source after a test that went well; gives its number. The password is sealed and never shown again.

    Raises what `try_source` raises, and SourceNameTaken.
    """
    report = try_source(
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
    with transaction.atomic():
        source_no = next_number("source")
        row = DataSource(
            source_no=source_no,
            organisation=organisation,
            name=name.strip(),
            kind=kind.value,
            host=parse_host(host),
            port=port,
            database=database,
            account=account,
            sealed_password=_sealed(password, organisation, source_no, 1),
            tls=tls.value,
            tested_at=at,
            report=report.to_json(),
            created_by=by.actor.to_json(),
            created_at=at,
            changed_by=by.actor.to_json(),
            changed_at=at,
        )
        _save(row)
        _record("registered", row, by, at)
    return source_no


@transaction.atomic
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
    """Keep a source that a front-end node reached and described; gives its number. Its password stays on the node.

    Raises NotPermitted, SourceNameTaken.
    """
    require(by, policy.MANAGE_SOURCES, Facts({Relation.OWNER: organisation}))
    row = DataSource(
        source_no=next_number("source"),
        organisation=organisation,
        name=name.strip(),
        kind=kind.value,
        host=host,
        port=port,
        database=database,
        account=account,
        sealed_password=b"",
        tls=tls.value,
        tested_at=at,
        report=report.to_json(),
        created_by=by.actor.to_json(),
        created_at=at,
        changed_by=by.actor.to_json(),
        changed_at=at,
    )
    _save(row)
    _record("registered", row, by, at)
    return row.source_no


def change_source(
    *,
    source_no: str,
    name: str,
    host: str,
    port: int,
    database: str,
    account: str,
    password: Secret | None,
    tls: Tls,
    by: Subject,
    at: datetime,
) -> ConnectionReport:
    """Change a source after a test of the new values; without a password the old one stays.

    Raises NoSuchSource, SourceRelayed and what `register_source` raises.
    """
    row = queries.get_source(source_no, by)
    require(by, policy.MANAGE_SOURCES, queries.facts(row))
    if queries.is_relayed(row):
        raise SourceRelayed(source_no=source_no)
    kept = queries.dial(row).password if password is None else password
    report = try_source(
        organisation=row.organisation,
        kind=SourceKind(row.kind),
        host=host,
        port=port,
        database=database,
        account=account,
        password=kept,
        tls=tls,
        by=by,
    )
    with transaction.atomic():
        row = DataSource.objects.select_for_update().get(pk=row.pk)
        row.name, row.host, row.port = name.strip(), parse_host(host), port
        row.database, row.account, row.tls = database, account, tls.value
        if password is not None:
            row.secret_version += 1
            row.sealed_password = _sealed(password, row.organisation, source_no, row.secret_version)
        row.tested_at, row.report = at, report.to_json()
        row.changed_by, row.changed_at = by.actor.to_json(), at
        _save(row)
        _record("changed", row, by, at, password_changed=password is not None)
    return report


def test_source(*, source_no: str, by: Subject, at: datetime) -> ConnectionReport:
    """Connect to a kept source, and keep what was found. Raises NoSuchSource and what `try_source` raises."""
    row = queries.get_source(source_no, by)
    require(by, policy.MANAGE_SOURCES, queries.facts(row))
    report = queries.adapter(row).test()
    DataSource.objects.filter(pk=row.pk).update(tested_at=at, report=report.to_json())
    return report


@transaction.atomic
def remove_source(*, source_no: str, by: Subject, at: datetime) -> None:
    """Take a source out of use and destroy its password. Raises NoSuchSource, SourceInUse."""
    row = queries.get_source(source_no, by)
    require(by, policy.MANAGE_SOURCES, queries.facts(row))
    count = row.mounts.filter(state=MountState.ACTIVE).count()
    if count:
        raise SourceInUse(source_no=source_no, count=count)
    row.removed_at = at
    row.sealed_password = b""
    row.save(update_fields=["removed_at", "sealed_password"])
    row.tables.all().delete()
    _record("removed", row, by, at)


def _sealed(password: Secret, organisation: str, source_no: str, version: int) -> bytes:
    place = queries.password_place(source_no, version)
    return queries.envelope().seal(password, owner=organisation, place=place)


def _save(row: DataSource) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as fault:
        if "mounting_source_name" in str(fault):
            raise SourceNameTaken(name=row.name, field="name") from fault
        raise


def _record(verb: str, row: DataSource, by: Subject, at: datetime, **details: bool) -> None:
    audit.record(
        action=f"mounting.source.{verb}",
        by=by.actor,
        at=at,
        object_kind="source",
        object_code=row.source_no,
        details={"kind": row.kind, "host": row.host, "port": row.port, "database": row.database, **details},
    )
