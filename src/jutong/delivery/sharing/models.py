"""Tables of sharing: requests, grants, and the live grants that the gateway plane reads."""

from typing import ClassVar

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, resource_code_field, uscc_field
from jutong.delivery.sharing.values import Decider, DisputeKind, DisputeState, OutlookKind, RequestState

OPEN_STATES = [state.value for state in RequestState if state.open]
OPEN_DISPUTES = [state.value for state in DisputeState if state.open]


class NumberCounter(models.Model):
    """The last number given to requests or grants in a year; taken under its row lock."""

    kind = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last_no = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = N_("编号计数")
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "year"], name="sharing_counter_kind_year")]


class DataRequest(models.Model):
    """A department's request for data (数据需求申请). Art. 22(1).

    `wish` is what was asked and never changes; `supplements` are purpose and basis as told again when the request was
    returned for completion, the last one counts; `answer` is the provider's consent or refusal. `route` tells whether
    the platform gave it at once or the procedure decided; `case_no` is the procedure's case. `dispute` is the one
    whose ruling began it anew. `answer_in_time` is known once the provider has answered or its limit is over.
    """

    request_no = models.CharField(max_length=20, unique=True)
    resource_code = resource_code_field(db_index=True)
    resource_version = models.PositiveIntegerField()
    resource_title = models.CharField(max_length=200)
    provider_uscc = uscc_field(db_index=True)
    consumer_uscc = uscc_field(db_index=True)
    client_no = models.CharField(max_length=20)
    route = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in OutlookKind])
    wish = models.JSONField()
    answer = models.JSONField(null=True)
    supplements = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in RequestState])
    case_no = models.CharField(max_length=40, blank=True)
    submitted_by = actor_field()
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    answer_in_time = models.BooleanField(null=True)
    dispute = models.OneToOneField("Dispute", on_delete=models.PROTECT, null=True, related_name="new_request")

    class Meta:
        verbose_name = N_("数据需求申请")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client_no", "resource_code"],
                condition=Q(state__in=OPEN_STATES),
                name="sharing_one_open_request",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | (Q(answer__isnull=False) & Q(decided_at__isnull=False)),
                name="sharing_refusal_is_answered",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, closed_at=None)
                | (~Q(state__in=OPEN_STATES) & Q(closed_at__isnull=False)),
                name="sharing_request_closed",
            ),
            models.CheckConstraint(condition=~Q(provider_uscc=models.F("consumer_uscc")), name="sharing_not_to_itself"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-submitted_at"], name="sharing_request_recent")]

    def __str__(self) -> str:
        return f"{self.request_no} {self.resource_code}"


class Dispute(models.Model):
    """A dispute between consumer and provider about a request (供需争议). Art. 39.

    `statements` are what both sides said, in order; `settlement` is what the coordinator proposes and both confirm,
    `decision` what the working group decided. Whose it is follows organisation reform; the request it is about stays
    as it was closed.
    """

    dispute_no = models.CharField(max_length=20, unique=True)
    case_no = models.CharField(max_length=40)
    request = models.ForeignKey(DataRequest, on_delete=models.PROTECT, related_name="disputes")
    provider_uscc = uscc_field(db_index=True)
    consumer_uscc = uscc_field(db_index=True)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.label) for kind in DisputeKind])
    reason = models.TextField()
    wished = models.TextField()
    statements = models.JSONField(default=list)
    settlement = models.JSONField(null=True)
    decision = models.JSONField(null=True)
    state = models.CharField(max_length=20, choices=[(state.value, state.label) for state in DisputeState])
    raised_by = actor_field()
    raised_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("供需争议")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(state__in=OPEN_DISPUTES), name="sharing_one_open_dispute"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_DISPUTES, closed_at=None)
                | (~Q(state__in=OPEN_DISPUTES) & Q(closed_at__isnull=False)),
                name="sharing_dispute_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["reopened", "dismissed"]) | Q(decision__isnull=False),
                name="sharing_decision_is_written",
            ),
            models.CheckConstraint(
                condition=~Q(state="settled") | Q(settlement__isnull=False), name="sharing_settlement_is_written"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-raised_at"], name="sharing_dispute_recent")]

    def __str__(self) -> str:
        return f"{self.dispute_no} {self.kind}"


class Grant(models.Model):
    """A grant (授权结果): the decision, frozen. Only its end is written later, and whose it is after a reform.

    `decided_…` are the organisations of the day of the decision, filled by a trigger; `ended_at` is the moment it ended
    for whatever reason; `revoked_by` who ended it, the platform included.
    """

    grant_no = models.CharField(max_length=20, unique=True)
    request = models.OneToOneField(DataRequest, on_delete=models.PROTECT, related_name="grant")
    resource_code = resource_code_field(db_index=True)
    resource_version = models.PositiveIntegerField()
    provider_uscc = uscc_field(db_index=True)
    consumer_uscc = uscc_field(db_index=True)
    decided_provider_uscc = uscc_field(blank=True, default="", editable=False)
    decided_consumer_uscc = uscc_field(blank=True, default="", editable=False)
    client_no = models.CharField(max_length=20)
    terms = models.JSONField()
    decider = models.CharField(max_length=10, choices=[(decider.value, decider.label) for decider in Decider])
    decided_by = actor_field()
    granted_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = actor_field(null=True)
    revoke_reason = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("授权")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client_no", "resource_code"], condition=Q(ended_at=None), name="sharing_one_live_grant"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("starts_at")), name="sharing_grant_term"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None, revoke_reason="")
                | (
                    Q(revoked_at__isnull=False, revoked_by__isnull=False, ended_at__isnull=False) & ~Q(revoke_reason="")
                ),
                name="sharing_revocation_says_who_and_why",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["ended_at", "expires_at"], name="sharing_grant_expiry")]

    def __str__(self) -> str:
        return f"{self.grant_no} {self.resource_code}"


class LiveGrant(models.Model):
    """A grant as the gateway plane reads it (生效授权): the policy compiled from terms, resource and place.

    Written in the transaction that grants, recompiles or revokes. A trigger numbers each change under the lock of
    `LiveRevision` and announces it.
    """

    grant_no = models.CharField(max_length=20, primary_key=True)
    client_no = models.CharField(max_length=20)
    resource_code = resource_code_field()
    revision = models.BigIntegerField(default=0)
    policy = models.JSONField()
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sharing_live_grant"
        verbose_name = N_("生效授权")
        indexes: ClassVar = [
            models.Index(fields=["resource_code"], name="sharing_live_resource"),
            models.Index(fields=["revision"], name="sharing_live_revision_idx"),
        ]

    def __str__(self) -> str:
        return self.grant_no


class LiveRevision(models.Model):
    """The number of the last change to live grants: one row, locked until the change commits."""

    revision = models.BigIntegerField(default=0)

    class Meta:
        db_table = "sharing_live_revision"
        verbose_name = N_("生效授权变更计数")
