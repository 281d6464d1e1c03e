"""What mounting hands over when an organisation is reformed: sources with their passwords, files, mounts, addresses."""

from collections.abc import Sequence
from typing import Any

from jutong.foundation.audit import api as audit
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.values import Move, Mover, Thing
from jutong.supply.mounting import queries
from jutong.supply.mounting.models import AllowedNetwork, DataSource, DraftOrigin, Mount, UploadedFile

_RESOURCE, _DRAFT = "catalogue.resource", "catalogue.draft"


class Sources(Mover):
    """Databases (数据源): the password is wrapped anew, shown to nobody; the address stays permitted."""

    kind = "mounting.source"
    title = N_("数据源")
    order = 60
    covers = ("mounting.DataSource.organisation",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = DataSource.objects.filter(organisation=organisation, removed_at=None).order_by("source_no")
        return [Thing(row.source_no, f"{row.source_no} {row.name}") for row in rows]

    def move(self, move: Move) -> None:
        rows = DataSource.objects.select_for_update().filter(organisation=move.source, removed_at=None)
        row = rows.filter(source_no=move.code).first()
        if row is None:
            return
        if not queries.is_relayed(row):
            row.sealed_password = queries.envelope().rewrap(
                bytes(row.sealed_password),
                owner=move.source,
                place=queries.password_place(row.source_no, row.secret_version),
                new_owner=move.target,
            )
        row.organisation, row.name = move.target, _free_name(row, move.target)
        row.changed_by, row.changed_at = move.by.to_json(), move.at
        row.save()
        self._permit_address(row, move)
        _record("mounting.source.moved", move, "source", move.code)

    @staticmethod
    def _permit_address(row: DataSource, move: Move) -> None:
        """What the old owner might have called at this port, the new one may too, or its runs would fail."""
        permitted = AllowedNetwork.objects.filter(
            organisation=move.source, port_from__lte=row.port, port_to__gte=row.port
        )
        for network in permitted:
            AllowedNetwork.objects.get_or_create(
                organisation=move.target,
                cidr=network.cidr,
                port_from=network.port_from,
                port_to=network.port_to,
                defaults={"reason": network.reason, "created_by": move.by.to_json(), "created_at": move.at},
            )


class Networks(Mover):
    """Addresses the platform may call for the organisation (允许访问名单)."""

    kind = "mounting.network"
    title = N_("允许访问名单")
    order = 62
    covers = ("mounting.AllowedNetwork.organisation",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = AllowedNetwork.objects.filter(organisation=organisation).order_by("cidr", "port_from", "pk")
        return [Thing(str(row.pk), str(row)) for row in rows]

    def move(self, move: Move) -> None:
        row = AllowedNetwork.objects.filter(pk=int(move.code), organisation=move.source).first()
        if row is None:
            return
        same = {"cidr": row.cidr, "port_from": row.port_from, "port_to": row.port_to}
        if AllowedNetwork.objects.filter(organisation=move.target, **same).exists():
            row.delete()
        else:
            row.organisation = move.target
            row.save(update_fields=["organisation"])
        _record("mounting.network.moved", move, "network", move.code, **same)


class Files(Mover):
    """Uploaded files (上传文件)."""

    kind = "mounting.file"
    title = N_("上传文件")
    order = 64
    covers = ("mounting.UploadedFile.organisation",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = UploadedFile.objects.filter(organisation=organisation).order_by("file_no")
        return [Thing(row.file_no, str(row)) for row in rows]

    def move(self, move: Move) -> None:
        rows = UploadedFile.objects.filter(file_no=move.code, organisation=move.source)
        if rows.update(organisation=move.target):
            _record("mounting.file.moved", move, "file", move.code)


class Origins(Mover):
    """From which table or file a draft was proposed (草稿来源); it goes with its draft, or with what became of it."""

    kind = "mounting.origin"
    title = N_("草稿来源")
    order = 66
    covers = ("mounting.DraftOrigin.organisation",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = DraftOrigin.objects.filter(organisation=organisation).order_by("draft_no")
        return [
            Thing(
                row.draft_no,
                row.draft_no,
                (_RESOURCE, row.resource_code) if row.resource_code else (_DRAFT, row.draft_no),
            )
            for row in rows
        ]

    def move(self, move: Move) -> None:
        DraftOrigin.objects.filter(draft_no=move.code, organisation=move.source).update(organisation=move.target)


class Mounts(Mover):
    """Mounts (挂载), stopped ones too, by resource; each goes with it."""

    kind = "mounting.mount"
    title = N_("挂载")
    order = 68
    covers = ("mounting.Mount.provider_uscc",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        codes = Mount.objects.filter(provider_uscc=organisation).order_by("resource_code")
        return [
            Thing(code, code, (_RESOURCE, code)) for code in codes.values_list("resource_code", flat=True).distinct()
        ]

    def move(self, move: Move) -> None:
        rows = Mount.objects.filter(resource_code=move.code, provider_uscc=move.source)
        if rows.update(provider_uscc=move.target):
            _record("mounting.mount.moved", move, "mount", move.code)


def _free_name(row: DataSource, target: str) -> str:
    """Its name, with the number behind it where the target has a source of this name already."""
    if not DataSource.objects.filter(organisation=target, name=row.name, removed_at=None).exists():
        return row.name
    suffix = f"（{row.source_no}）"
    return row.name[: 100 - len(suffix)] + suffix


def _record(action: str, move: Move, kind: str, code: str, **details: Any) -> None:
    audit.record(
        action=action,
        by=move.by,
        at=move.at,
        object_kind=kind,
        object_code=code,
        resource=code if kind == "mount" else "",
        details={"from": move.source, "to": move.target, "plan": move.plan_no, **details},
    )


def plug_in() -> None:
    """Have reforms move what mounting holds."""
    for mover in (Sources(), Networks(), Files(), Origins(), Mounts()):
        organisations.plug_mover(mover)
