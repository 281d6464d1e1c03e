"""Changes of laws and duties, the updates they call for, withdrawals, and declared stops."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, resource_code_field, uscc_field
from jutong.supply.catalogue.models.resources import Resource
from jutong.supply.catalogue.values import ChangeKind, UpdateState


class ChangeCounter(models.Model):
    """The last number of a change given in a year; taken under its row lock."""

    year = models.PositiveSmallIntegerField(unique=True)
    last_no = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = N_("变更编号计数")


class ChangeRecord(models.Model):
    """A change of a law or of duties (变更记录) that touches the catalogue. Guide 6.2.10.

    `title` names the law or document, or the duty; `title_key` is the writing in which titles are compared.
    `happened_on` is the day of the event itself, from which the update's limit counts. `provider_uscc` is the
    department whose duties change, or who recorded it for itself; empty where it is everybody's.
    """

    change_no = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.label) for kind in ChangeKind])
    title = models.CharField(max_length=200)
    title_key = models.CharField(max_length=200, db_index=True)
    document_no = models.CharField(max_length=80, blank=True)
    happened_on = models.DateField()
    note = models.TextField(blank=True)
    provider_uscc = uscc_field(default="", blank=True, db_index=True)
    recorded_by = actor_field()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-recorded_at", "-id"]
        verbose_name = N_("变更记录")

    def __str__(self) -> str:
        return f"{self.change_no} {self.title}"


class UpdateDuty(models.Model):
    """A resource that a change touches (待更新资源), with the case whose clock runs for its update."""

    change = models.ForeignKey(ChangeRecord, on_delete=models.PROTECT, related_name="duties")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="update_duties")
    state = models.CharField(max_length=12, choices=[(state.value, state.label) for state in UpdateState])
    case_no = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    due_on = models.DateField()
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["due_on", "id"]
        verbose_name = N_("待更新资源")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["change", "resource"], name="catalogue_one_duty_a_change"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="catalogue_duty_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change_id} {self.resource_id}"


class Withdrawal(models.Model):
    """A resource that is to leave the catalogue (数据资源下线): why, what replaces it, and what its users say."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="withdrawals")
    case_no = models.CharField(max_length=40, blank=True)
    reason = models.TextField()
    replaced_by = resource_code_field(blank=True, default="")
    notice_ends_on = models.DateField()
    asked_by = actor_field()
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at", "-id"]
        verbose_name = N_("数据资源下线")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource"], condition=Q(ended_at=None), name="catalogue_one_withdrawal_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.case_no}"


class WithdrawalOpinion(models.Model):
    """What a department that uses the resource says of its withdrawal (使用部门意见); nothing while it is silent."""

    withdrawal = models.ForeignKey(Withdrawal, on_delete=models.CASCADE, related_name="opinions")
    organisation = uscc_field()
    agrees = models.BooleanField(null=True)
    remark = models.TextField(blank=True)
    by = actor_field(null=True)
    at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["organisation"]
        verbose_name = N_("使用部门意见")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["withdrawal", "organisation"], name="catalogue_one_opinion_each"),
            models.CheckConstraint(
                condition=Q(agrees=None, at=None) | Q(agrees__isnull=False, at__isnull=False),
                name="catalogue_opinion_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.withdrawal_id} {self.organisation}"


class UpdateStop(models.Model):
    """A time in which a resource is declared not to be updated (停更), with the reason; open where no end is known."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="stops")
    from_day = models.DateField()
    until_day = models.DateField(null=True)
    reason = models.CharField(max_length=500)
    by = actor_field()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-from_day", "-id"]
        verbose_name = N_("停更声明")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until_day=None) | Q(until_day__gte=F("from_day")), name="catalogue_stop_term"
            ),
            models.UniqueConstraint(fields=["resource"], condition=Q(until_day=None), name="catalogue_one_open_stop"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.from_day}"
