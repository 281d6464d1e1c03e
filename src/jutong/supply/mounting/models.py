"""Tables of mounting. A credential is stored sealed or not at all; a resource has one active mount at most."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, resource_code_field, uscc_field
from jutong.supply.mounting.values import FORMATS, MountKind, MountState, SourceKind, Tls


class Counter(models.Model):
    """The last number given of a kind (`source`, `file`); taken under its row lock."""

    kind = models.CharField(max_length=10, unique=True)
    last_no = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = N_("编号计数")


class AllowedNetwork(models.Model):
    """A network and port range a department may have the platform call (允许访问名单)."""

    organisation = uscc_field(db_index=True)
    cidr = models.CharField(max_length=50)
    port_from = models.PositiveIntegerField()
    port_to = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    created_by = actor_field()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("允许访问名单")
        ordering: ClassVar = ["organisation", "cidr", "port_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "cidr", "port_from", "port_to"], name="mounting_network_once"
            ),
            models.CheckConstraint(
                condition=Q(port_from__gte=1, port_to__lte=65535, port_from__lte=models.F("port_to")),
                name="mounting_network_ports",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cidr}:{self.port_from}-{self.port_to}"


class DataSource(models.Model):
    """A department's database (数据源). The password lies sealed for its owner and this row, and is never shown.

    `secret_version` counts passwords: it is part of the place a ciphertext is bound to.
    """

    source_no = models.CharField(max_length=20, unique=True)
    organisation = uscc_field(db_index=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.label) for kind in SourceKind])
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    database = models.CharField(max_length=128)
    account = models.CharField(max_length=128)
    sealed_password = models.BinaryField()
    secret_version = models.PositiveIntegerField(default=1)
    tls = models.CharField(max_length=10, choices=[(tls.value, tls.label) for tls in Tls])
    removed_at = models.DateTimeField(null=True)
    tested_at = models.DateTimeField()
    report = models.JSONField()
    created_by = actor_field()
    created_at = models.DateTimeField()
    changed_by = actor_field()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("数据源")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=Q(removed_at=None), name="mounting_source_name"
            ),
            models.CheckConstraint(condition=Q(port__gte=1, port__lte=65535), name="mounting_source_port"),
        ]

    def __str__(self) -> str:
        return f"{self.source_no} {self.name}"


class Scan(models.Model):
    """A scan of a source (扫描): under way, done, or failed. At most one of a source is under way."""

    source = models.ForeignKey(DataSource, on_delete=models.CASCADE, related_name="scans")
    state = models.CharField(
        max_length=10, choices=[("running", N_("扫描中")), ("done", N_("已完成")), ("failed", N_("失败"))]
    )
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error_code = models.CharField(max_length=60, blank=True)
    error_details = models.JSONField(default=dict)
    started_by = actor_field()
    started_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("数据源扫描")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source"], condition=Q(state="running"), name="mounting_one_scan"),
            models.CheckConstraint(
                condition=Q(state="running", finished_at=None) | ~Q(state="running") & Q(finished_at__isnull=False),
                name="mounting_scan_finished",
            ),
        ]


class ScannedTable(models.Model):
    """A table as the last scan of its source found it (扫描结果)."""

    source = models.ForeignKey(DataSource, on_delete=models.CASCADE, related_name="tables")
    schema = models.CharField(max_length=128)
    name = models.CharField(max_length=128)
    comment = models.TextField(blank=True)
    row_estimate = models.BigIntegerField()
    column_count = models.PositiveIntegerField()
    found = models.JSONField()
    scanned_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("扫描结果")
        ordering: ClassVar = ["schema", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "schema", "name"], name="mounting_table_once")
        ]


class UploadedFile(models.Model):
    """A file a department gave for gathering (上传文件): its digest in `files`, how it is read, its columns.

    `reading` holds what only some formats have: row of the heading, path of rows, archive and member, other sheets.
    """

    file_no = models.CharField(max_length=20, unique=True)
    organisation = uscc_field(db_index=True)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    size_bytes = models.PositiveBigIntegerField()
    format = models.CharField(max_length=10, choices=[(form, form.upper()) for form in FORMATS])
    encoding = models.CharField(max_length=10, blank=True)
    sheet = models.CharField(max_length=100, blank=True)
    delimiter = models.CharField(max_length=1, default=",")
    reading = models.JSONField(default=dict, db_default={})
    rows = models.PositiveBigIntegerField()
    columns = models.JSONField()
    uploaded_by = actor_field()
    uploaded_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("上传文件")

    def __str__(self) -> str:
        return f"{self.file_no} {self.name}"


class DraftOrigin(models.Model):
    """From which table or file a draft of the catalogue was proposed, so that mounting it later is one step.

    `resource_code` is filled in when somebody first asks after the draft got its code.
    """

    draft_no = models.CharField(max_length=20, unique=True)
    organisation = uscc_field(db_index=True)
    resource_code = resource_code_field(blank=True, default="")
    source = models.ForeignKey(DataSource, null=True, on_delete=models.CASCADE, related_name="+")
    file = models.ForeignKey(UploadedFile, null=True, on_delete=models.CASCADE, related_name="+")
    schema = models.CharField(max_length=128, blank=True)
    table = models.CharField(max_length=128, blank=True)
    columns = models.JSONField()

    class Meta:
        verbose_name = N_("草稿来源")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(source__isnull=False, file=None) | Q(source=None, file__isnull=False),
                name="mounting_origin_one",
            )
        ]


class Mount(models.Model):
    """Where the data of a resource lies (挂载). `place` holds the value's table, file, service or assembled part."""

    resource_code = resource_code_field(db_index=True)
    provider_uscc = uscc_field(db_index=True)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.label) for kind in MountKind])
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in MountState])
    source = models.ForeignKey(DataSource, null=True, on_delete=models.PROTECT, related_name="mounts")
    file = models.ForeignKey(UploadedFile, null=True, on_delete=models.PROTECT, related_name="+")
    resource_version = models.PositiveIntegerField()
    columns = models.JSONField()
    place = models.JSONField()
    # Why the platform must not keep the data (不得留存); empty where it may.
    not_kept = models.CharField(max_length=200, blank=True, default="", db_default="")
    stop_reason = models.CharField(max_length=200, blank=True)
    mounted_by = actor_field()
    mounted_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("挂载")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource_code"], condition=Q(state="active"), name="mounting_one_active_mount"
            ),
            models.CheckConstraint(
                condition=Q(kind="table", source__isnull=False, file=None)
                | Q(kind="file", source=None, file__isnull=False)
                | Q(kind="service", source=None, file=None)
                | Q(kind="assembled", source=None, file=None),
                name="mounting_mount_place",
            ),
            models.CheckConstraint(
                condition=Q(not_kept="") | Q(kind__in=["table", "service"]), name="mounting_not_kept_is_outside"
            ),
            models.CheckConstraint(condition=Q(state="active") | ~Q(stop_reason=""), name="mounting_stop_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_code} ({self.kind})"


class SourceRuling(models.Model):
    """A resource whose data another department collects first (非数源): it cannot be mounted as a source.

    Told by `duplicates`, which knows why; `case_no` is the negotiation. Guide 6.2.6.
    """

    resource_code = resource_code_field(unique=True)
    source_code = resource_code_field()
    case_no = models.CharField(max_length=40)
    ruled_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("数源认定")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(resource_code=models.F("source_code")), name="mounting_ruling_names_another"
            )
        ]
