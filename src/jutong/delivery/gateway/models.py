"""The call log as people read it. The plane writes it by COPY; its signed files remain the truth."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from jutong.base.models import resource_code_field, uscc_field
from jutong.delivery.gateway.values import CallRecord, SealRecord, kind_of
from jutong.kernel.text import N_


class Call(models.Model):
    """One call, or one kind of refusal counted over a while (调用记录). Never a value, only names of parameters."""

    gateway = models.CharField(max_length=24)
    segment = models.BigIntegerField()
    number = models.BigIntegerField()
    crc = models.CharField(max_length=8)
    at = models.DateTimeField()
    duration_us = models.BigIntegerField()
    outcome = models.CharField(max_length=40)
    status = models.SmallIntegerField()
    client = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=128, blank=True)
    consumer = uscc_field(blank=True)
    provider = uscc_field(blank=True)
    resource = resource_code_field(blank=True)
    resource_version = models.IntegerField(null=True)
    grant_no = models.CharField(max_length=64, blank=True)
    grant_revision = models.BigIntegerField(null=True)
    official = models.TextField(blank=True)
    purpose = models.TextField(blank=True)
    case_no = models.TextField(blank=True)
    parameters = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    rows = models.IntegerField(null=True)
    size_bytes = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    source = models.GenericIPAddressField(null=True)
    nonce = models.CharField(max_length=120, blank=True)
    signature = models.CharField(max_length=120, blank=True)
    policy_revision = models.BigIntegerField(null=True)
    repeats = models.IntegerField(default=1)

    class Meta:
        verbose_name = N_("调用记录")
        constraints = [
            models.UniqueConstraint(fields=["gateway", "segment", "number"], name="gateway_call_once"),
            models.CheckConstraint(condition=Q(repeats__gt=0), name="gateway_call_repeats"),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="gateway_call_at"),
            models.Index(fields=["resource", "-at"], name="gateway_call_resource"),
            models.Index(fields=["consumer", "-at"], name="gateway_call_consumer"),
            models.Index(fields=["provider", "-at"], name="gateway_call_provider"),
            models.Index(fields=["client", "-at"], name="gateway_call_client"),
        ]

    def __str__(self) -> str:
        return self.call_no

    def save(self, *args: Any, **options: Any) -> None:
        raise TypeError("the call log is written by the gateway plane only")

    @property
    def call_no(self) -> str:
        """The number callers were told (调用编号)."""
        return f"{self.gateway}-{self.number}"

    def value(self) -> CallRecord:
        return CallRecord(
            call_no=self.call_no,
            at=self.at,
            outcome=self.outcome,
            kind=kind_of(self.outcome),
            status=self.status,
            client=self.client,
            key=self.key,
            consumer=self.consumer,
            provider=self.provider,
            resource=self.resource,
            resource_version=self.resource_version,
            grant=self.grant_no,
            official=self.official,
            purpose=self.purpose,
            case=self.case_no,
            parameters=tuple(self.parameters),
            columns=tuple(self.columns),
            rows=self.rows,
            size_bytes=self.size_bytes,
            duration_us=self.duration_us,
            source=self.source or "",
            repeats=self.repeats,
        )


class CallDay(models.Model):
    """Calls of one day under one grant with one outcome, counted (日调用量), so that statistics need not read the log.

    A trigger on the log adds each record that really is new, in its own transaction; whoever ships a record twice
    counts it once. `hours` are calls by hour of the day in Asia/Shanghai; `latency` are answered records by the
    bounds of `LATENCY_BOUNDS_MS`.
    """

    day = models.DateField()
    grant_no = models.CharField(max_length=64, blank=True)
    client = models.CharField(max_length=64, blank=True)
    resource = resource_code_field(blank=True)
    consumer = uscc_field(blank=True)
    provider = uscc_field(blank=True)
    outcome = models.CharField(max_length=40)
    calls = models.IntegerField()
    records = models.IntegerField()
    rows = models.BigIntegerField()
    size_bytes = models.BigIntegerField()
    took_us = models.BigIntegerField()
    hours = ArrayField(models.IntegerField(), size=24)
    latency = ArrayField(models.IntegerField(), size=11)

    class Meta:
        verbose_name = N_("日调用量")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "grant_no", "client", "resource", "consumer", "provider", "outcome"],
                name="gateway_callday_once",
            ),
        ]
        indexes = [
            models.Index(fields=["consumer", "day"], name="gateway_callday_consumer"),
            models.Index(fields=["provider", "day"], name="gateway_callday_provider"),
            models.Index(fields=["grant_no", "-day"], name="gateway_callday_grant"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.grant_no} {self.outcome}"

    def save(self, *args: Any, **options: Any) -> None:
        raise TypeError("calls are counted by the database as the log grows")


class Segment(models.Model):
    """The seal of a finished log file (封存), shipped when all its records are here."""

    gateway = models.CharField(max_length=24)
    segment = models.BigIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField()
    suite = models.CharField(max_length=16)
    public_key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    class Meta:
        verbose_name = N_("日志封存")
        constraints = [models.UniqueConstraint(fields=["gateway", "segment"], name="gateway_segment_once")]

    def __str__(self) -> str:
        return f"{self.gateway}/{self.segment}"

    def value(self) -> SealRecord:
        return SealRecord(
            gateway=self.gateway,
            segment=self.segment,
            first=self.first,
            last=self.last,
            digest=self.digest,
            previous=self.previous,
            sealed_at=self.sealed_at,
            public_key=self.public_key,
            signature=self.signature,
        )
