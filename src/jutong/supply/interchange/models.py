"""Tables of catalogue files: imports, the entries they would make, and the faults that keep them from it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, resource_code_field, uscc_field
from jutong.supply.interchange.values import EntryVerdict, ImportState, SheetFormat


class ImportCounter(models.Model):
    """The last import number given in a year; taken under its row lock."""

    year = models.PositiveSmallIntegerField(unique=True)
    last_no = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = N_("导入编号计数")


class Import(models.Model):
    """An import of a catalogue file (目录导入): read by the worker, previewed, confirmed, written in one transaction.

    `entry_sheet` is the name of the sheet with the template's heads. `error` is why it failed, as a kept fault.
    """

    import_no = models.CharField(max_length=20, unique=True)
    provider_uscc = uscc_field(db_index=True)
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in ImportState])
    file_no = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    size_bytes = models.BigIntegerField()
    format = models.CharField(max_length=5, choices=[(form.value, form.value) for form in SheetFormat])
    entry_sheet = models.CharField(max_length=255, blank=True)
    requested_by = actor_field()
    requested_at = models.DateTimeField()
    confirmed_by = actor_field(null=True)
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Progress: rows while reading, entries while writing.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    progress_at = models.DateTimeField(null=True)
    # Outcome
    entries = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    with_gaps = models.PositiveIntegerField(default=0)
    faults = models.PositiveIntegerField(default=0)
    error = models.JSONField(null=True)

    class Meta:
        verbose_name = N_("目录导入")
        indexes: ClassVar = [
            models.Index(fields=["provider_uscc", "-requested_at"], name="interchange_import_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.import_no} {self.name}"


class ImportLine(models.Model):
    """One entry of an import (导入条目): what would become of it, against which state of the catalogue.

    `base` is the resource's version, `edition` that of the open draft `draft_no`, when it was compared. The content
    stands here only until it is written; then the draft has it.
    """

    job = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=200, blank=True)
    code = resource_code_field(blank=True)
    cell = models.CharField(max_length=300)
    items = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=8, choices=[(verdict.value, verdict.label) for verdict in EntryVerdict])
    differences = models.JSONField(default=list)
    gaps = models.PositiveSmallIntegerField(default=0)
    draft_no = models.CharField(max_length=20, blank=True)
    base = models.PositiveIntegerField(default=0)
    edition = models.PositiveIntegerField(default=0)
    content = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar = ["position"]
        verbose_name = N_("导入条目")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "position"], name="interchange_line_once"),
        ]


class ImportFault(models.Model):
    """A fault of an import (导入错误), or a gap that does not hinder it but the later submission (`hinders` false)."""

    job = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="fault_rows")
    number = models.PositiveIntegerField()
    hinders = models.BooleanField(default=True)
    sheet = models.CharField(max_length=255, blank=True)
    cell = models.CharField(max_length=300)
    code = models.CharField(max_length=60)
    reason = models.TextField()
    remedy = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    value = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering: ClassVar = ["number"]
        verbose_name = N_("导入错误")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "number"], name="interchange_fault_once"),
        ]
