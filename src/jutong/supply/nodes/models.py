"""Tables of nodes. Only zones bear the department; all else hangs on its zone, and so moves with it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, resource_code_field, uscc_field
from jutong.supply.nodes.domain.ferry import FerryWay
from jutong.supply.nodes.values import OrderState, PackageState, ReleaseState


class Counter(models.Model):
    """The last number given; taken under its row lock."""

    kind = models.CharField(max_length=10, unique=True)
    last_no = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = N_("编号计数")


class Zone(models.Model):
    """A department's network in which nodes stand and sources lie (接入区)."""

    organisation = uscc_field(db_index=True)
    name = models.CharField(max_length=50)

    class Meta:
        verbose_name = N_("接入区")
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "name"], name="nodes_zone_once")]

    def __str__(self) -> str:
        return self.name


class Node(models.Model):
    """A machine that reads sources for the platform (前置机). `rank` 1 is the main one, the others stand by.

    Of its key pair only the public half is here; of a code that is not used yet, only the digest.
    """

    node_no = models.CharField(max_length=20, unique=True)
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="nodes")
    name = models.CharField(max_length=100)
    rank = models.PositiveIntegerField(default=1)
    public_key = models.BinaryField(default=b"")
    code_digest = models.CharField(max_length=64, blank=True, default="")
    code_expires_at = models.DateTimeField(null=True)
    enrolled_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    version = models.CharField(max_length=40, blank=True, default="")
    clock_ahead_seconds = models.FloatField(null=True)
    queued_bytes = models.PositiveBigIntegerField(default=0)
    silence_told_at = models.DateTimeField(null=True)
    sources = models.JSONField(default=list)
    created_by = actor_field()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("前置机")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["zone", "rank"], condition=Q(removed_at=None), name="nodes_rank_once")
        ]

    def __str__(self) -> str:
        return f"{self.node_no} {self.name}"

    @property
    def is_ferried(self) -> bool:
        """Do people carry its packages, since no network reaches it (摆渡)?"""
        return hasattr(self, "ferry")


class Ferry(models.Model):
    """How far packages have come between the platform and a node that no network reaches (摆渡).

    `sent` and `taken` are the last numbers of the two directions, `confirmed` the last one of ours that the node has
    taken in, `again` the first of its packages that is missing and is asked for next, `asked` the one
    that was asked for last. `sources` is what the node has told of its sources.
    """

    node = models.OneToOneField(Node, on_delete=models.CASCADE, related_name="ferry")
    sealing_key = models.BinaryField(default=b"")
    sent = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    confirmed = models.PositiveIntegerField(default=0)
    again = models.PositiveIntegerField(default=0)
    asked = models.PositiveIntegerField(default=0)
    sources = models.JSONField(default=dict)

    class Meta:
        verbose_name = N_("摆渡")


class FerryPackage(models.Model):
    """A package of either direction (摆渡包). Its data is kept until the node has taken it in."""

    ferry = models.ForeignKey(Ferry, on_delete=models.CASCADE, related_name="packages")
    way = models.CharField(max_length=4, choices=[(way.value, way.value) for way in FerryWay])
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in PackageState])
    reason = models.CharField(max_length=20, blank=True, default="")
    size_bytes = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    data = models.BinaryField(null=True)

    class Meta:
        verbose_name = N_("摆渡包")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ferry", "way", "number"], condition=~Q(state="refused"), name="nodes_package_once"
            )
        ]


class Maintenance(models.Model):
    """A maintenance window of a node (维护时段): `weekdays` with hours, or a span."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="maintenance")
    weekdays = models.JSONField(default=list)
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    begins_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    remark = models.CharField(max_length=100, blank=True, default="")
    created_by = actor_field()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("维护时段")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opens__isnull=False, closes__isnull=False, begins_at=None, ends_at=None)
                | Q(opens=None, closes=None, begins_at__isnull=False, ends_at__isnull=False),
                name="nodes_maintenance_whole",
            )
        ]


class Nonce(models.Model):
    """A number a node has used; kept as long as its time would still be taken."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=40)
    used_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = N_("请求编号")
        constraints: ClassVar = [models.UniqueConstraint(fields=["node", "nonce"], name="nodes_nonce_once")]


class Route(models.Model):
    """By which zone a source is reached, and the name it has on the nodes there (接入路径)."""

    source_no = models.CharField(max_length=20, unique=True)
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="routes")
    local_name = models.CharField(max_length=60)

    class Meta:
        verbose_name = N_("接入路径")


class Release(models.Model):
    """The department's consent that a resource's columns leave through a node (传出审批)."""

    route = models.ForeignKey(Route, on_delete=models.CASCADE, related_name="releases")
    resource_code = resource_code_field()
    table = models.CharField(max_length=260)
    columns = models.JSONField()
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in ReleaseState])
    asked_at = models.DateTimeField()
    decided_by = actor_field(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("传出审批")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["route", "resource_code"], name="nodes_release_once"),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at=None) | ~Q(state="asked") & Q(decided_at__isnull=False),
                name="nodes_release_decided",
            ),
        ]


class Order(models.Model):
    """Something a node is asked to do (前置机任务).

    `epoch` counts beginnings: rows sent under an earlier one are refused. `reader_epoch` counts those who read what
    was sent: the last one reads, the others stop.
    """

    order_no = models.UUIDField(unique=True)
    zone = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="orders")
    route = models.ForeignKey(Route, null=True, on_delete=models.CASCADE, related_name="orders")
    node = models.ForeignKey(Node, null=True, on_delete=models.CASCADE, related_name="orders")
    method = models.CharField(max_length=20)
    arguments = models.JSONField()
    digest = models.CharField(max_length=64, db_index=True)
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in OrderState])
    epoch = models.PositiveIntegerField(default=1)
    reader_epoch = models.PositiveIntegerField(default=1)
    estimate = models.BigIntegerField(null=True)
    buckets = models.JSONField(null=True)
    chunks = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = N_("前置机任务")


class SentChunk(models.Model):
    """Rows a node has sent and that wait until an exchange has taken them all (前置机数据块)."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="sent")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    packed = models.BinaryField()

    class Meta:
        verbose_name = N_("前置机数据块")
        constraints: ClassVar = [models.UniqueConstraint(fields=["order", "number"], name="nodes_chunk_once")]
