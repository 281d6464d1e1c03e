"""Tables of the exchange. The ledger numbers a resource's batches without a gap and never twice."""

from typing import ClassVar

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, resource_code_field, uscc_field
from jutong.supply.exchange.values import (
    OPEN_STATES,
    AlarmKind,
    ContributionState,
    InquiryAnswer,
    InquiryKind,
    InquiryOutcome,
    LineageStep,
    LinkKind,
    LogLevel,
    Priority,
    RejectReason,
    RejectState,
    Rhythm,
    RunKind,
    RunState,
    SnapshotState,
    Trigger,
)


class Lease(models.Model):
    """Who gathers a resource at this moment (租约). Each taking raises the epoch; a commit of an older one is void."""

    resource_code = resource_code_field(unique=True)
    epoch = models.PositiveBigIntegerField(default=0)
    holder = models.CharField(max_length=120, blank=True)
    run_no = models.CharField(max_length=20, blank=True)
    heartbeat_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("交换租约")


class RunCounter(models.Model):
    """The last run number given in a year; taken under its row lock."""

    year = models.PositiveSmallIntegerField(unique=True)
    last_no = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = N_("运行编号计数")


class Run(models.Model):
    """A run of a resource's exchange (交换运行). Its progress is moved every second, outside the data's transaction."""

    run_no = models.CharField(max_length=20, unique=True)
    resource_code = resource_code_field(db_index=True)
    provider_uscc = uscc_field(db_index=True)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.label) for kind in RunKind])
    trigger = models.CharField(max_length=10, choices=[(trigger.value, trigger.label) for trigger in Trigger])
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in RunState])
    full_asked = models.BooleanField(default=False)
    shrink_allowed = models.BooleanField(default=False)
    requested_by = actor_field()
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    stop_requested_at = models.DateTimeField(null=True)
    stop_requested_by = actor_field(null=True)
    # Who works at it
    epoch = models.PositiveBigIntegerField(default=0)
    attempt = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    # Progress
    rows_total = models.BigIntegerField(null=True)
    rows_read = models.BigIntegerField(default=0)
    rows_rejected = models.BigIntegerField(default=0)
    rows_per_second = models.FloatField(null=True)
    progress_at = models.DateTimeField(null=True)
    # Outcome
    resource_version = models.PositiveIntegerField(default=0)
    batches = models.PositiveIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    inserted = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    deleted = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    error_details = models.JSONField(default=dict)

    class Meta:
        verbose_name = N_("交换运行")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource_code"],
                condition=Q(state__in=sorted(OPEN_STATES)),
                name="exchange_one_open_run",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(OPEN_STATES), finished_at=None)
                | ~Q(state__in=sorted(OPEN_STATES)) & Q(finished_at__isnull=False),
                name="exchange_run_finished",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["provider_uscc", "-requested_at"], name="exchange_run_recent"),
            models.Index(fields=["state"], condition=Q(state__in=sorted(OPEN_STATES)), name="exchange_run_open"),
        ]

    def __str__(self) -> str:
        return f"{self.run_no} {self.resource_code}"


class Batch(models.Model):
    """A row of the ledger (批次台账): one committed batch, written in the transaction that made its rows visible."""

    resource_code = resource_code_field()
    seq = models.PositiveBigIntegerField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="ledger")
    epoch = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.label) for kind in RunKind])
    cursor_from = models.JSONField(null=True)
    cursor_to = models.JSONField(null=True)
    rows = models.BigIntegerField()
    inserted = models.BigIntegerField()
    updated = models.BigIntegerField()
    deleted = models.BigIntegerField()
    rejected = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    resource_version = models.PositiveIntegerField()
    committed_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("批次台账")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource_code", "seq"], name="exchange_batch_once"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="exchange_batch_from_one"),
        ]


class Watermark(models.Model):
    """From where the next incremental run reads on (水位); moved only in the transaction of its batch.

    `place` names the mount whose source the cursor speaks of; a cursor means nothing to another.
    """

    resource_code = resource_code_field(unique=True)
    place = models.CharField(max_length=600)
    cursor = models.JSONField()
    seq = models.PositiveBigIntegerField()
    moved_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("交换水位")


class Capture(models.Model):
    """What a source keeps for a mount whose changes are captured (变更捕获), and up to where the pool has them.

    `cursor` moves in the transaction of its batch; the rest is what the source said when it was last looked at.
    """

    resource_code = resource_code_field(db_index=True)
    source_no = models.CharField(max_length=20)
    slot = models.CharField(max_length=63, unique=True)
    publication = models.CharField(max_length=63)
    cursor = models.JSONField(null=True)
    moved_at = models.DateTimeField(null=True)
    events = models.BigIntegerField(default=0)
    events_per_second = models.FloatField(null=True)
    # As the source stood
    looked_at = models.DateTimeField(db_index=True)
    position = models.CharField(max_length=100, blank=True)
    lag_bytes = models.BigIntegerField(default=0)
    keep_bytes = models.BigIntegerField(null=True)
    lost = models.BooleanField(default=False)
    advice = models.JSONField(default=list)
    # The thread broken, and the mount ended
    lost_at = models.DateTimeField(null=True)
    lost_words = models.TextField(blank=True)
    lost_details = models.JSONField(default=dict)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("变更捕获")

    def __str__(self) -> str:
        return f"{self.resource_code} {self.slot}"


class PoolTable(models.Model):
    """A table of the pool (归集库表): by which version of the catalogue it is made, and what lies in it."""

    resource_code = resource_code_field(unique=True)
    relation = models.CharField(max_length=63, unique=True)
    resource_version = models.PositiveIntegerField()
    signature = models.JSONField()
    rows = models.BigIntegerField()
    seq = models.PositiveBigIntegerField()
    loaded_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("归集库表")


class Reject(models.Model):
    """A row that was not taken (拒收记录). Values are masked before they come here."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="rejects")
    number = models.PositiveIntegerField()
    row_no = models.PositiveBigIntegerField(null=True)
    column = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=20, choices=[(reason.value, reason.label) for reason in RejectReason])
    masked_value = models.CharField(max_length=40, blank=True)
    # The row itself, sealed for its department; null where it could not be read or is settled.
    sealed_row = models.BinaryField(null=True)
    row_digest = models.CharField(max_length=64, blank=True, db_default="", db_index=True)
    state = models.CharField(
        max_length=10,
        choices=[(state.value, state.label) for state in RejectState],
        default=RejectState.OPEN,
        db_default=RejectState.OPEN,
    )
    sealed_correction = models.BinaryField(null=True)
    corrected_columns = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    corrected_by = actor_field(null=True)
    corrected_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("拒收记录")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "number"], name="exchange_reject_once")]


class RunLine(models.Model):
    """A line of a run's log (运行日志): a moment and words, whose parameters are filled in the reader's language."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="lines")
    at = models.DateTimeField()
    level = models.CharField(max_length=8, choices=[(level.value, level.label) for level in LogLevel])
    words = models.CharField(max_length=300)
    parameters = models.JSONField(default=dict)

    class Meta:
        verbose_name = N_("运行日志")
        ordering: ClassVar = ["pk"]


class AnswerCounter(models.Model):
    """The last number given in a year, of inquiries and of alarms; taken under its row lock."""

    prefix = models.CharField(max_length=2)
    year = models.PositiveSmallIntegerField()
    last_no = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = N_("问询与告警编号计数")
        constraints: ClassVar = [models.UniqueConstraint(fields=["prefix", "year"], name="exchange_answer_counter")]


class Inquiry(models.Model):
    """What the platform asks a provider about its data (问询): of a source that changed, or of data that are late.

    No case: nobody decides it. A run, a declared stop or a withdrawal closes it.
    """

    inquiry_no = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.label) for kind in InquiryKind])
    resource_code = resource_code_field(db_index=True)
    provider_uscc = uscc_field(db_index=True)
    run_no = models.CharField(max_length=20, blank=True)
    differences = models.JSONField(default=list)
    late_since = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    # What was answered
    answer = models.CharField(
        max_length=10, blank=True, choices=[(answer.value, answer.label) for answer in InquiryAnswer]
    )
    remark = models.CharField(max_length=500, blank=True)
    holds_until = models.DateField(null=True)
    draft_no = models.CharField(max_length=20, blank=True)
    answered_by = actor_field(null=True)
    answered_at = models.DateTimeField(null=True)
    # How often it was told: 0 asked, 1 reminded, 2 told to the monitor
    told = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(
        max_length=10, blank=True, choices=[(outcome.value, outcome.label) for outcome in InquiryOutcome]
    )
    closing_run = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = N_("问询")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource_code", "kind"], condition=Q(closed_at=None), name="exchange_one_open_inquiry"
            ),
            models.CheckConstraint(
                condition=Q(answer="") | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="exchange_answer_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | Q(closed_at__isnull=False) & ~Q(outcome=""),
                name="exchange_inquiry_closed_by",
            ),
        ]


class Alarm(models.Model):
    """A warning about the runs of a resource (告警): one of a kind until it is cleared."""

    alarm_no = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.label) for kind in AlarmKind])
    resource_code = resource_code_field(db_index=True)
    provider_uscc = uscc_field(db_index=True)
    run_no = models.CharField(max_length=20)
    figures = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = actor_field(null=True)
    remark = models.CharField(max_length=200, blank=True)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("告警")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource_code", "kind"], condition=Q(cleared_at=None), name="exchange_one_open_alarm"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None) | Q(acknowledged_by__isnull=False), name="exchange_alarm_by_somebody"
            ),
        ]


class Contribution(models.Model):
    """What one department brings to an assembled resource (供数): asked for, taken on, and ended.

    `source_code` is the contributor's own resource, gathered by its own plan; `mark` names the contributor in each row.
    """

    contribution_no = models.CharField(max_length=20, unique=True)
    resource_code = resource_code_field(db_index=True)
    provider_uscc = uscc_field(db_index=True)
    organisation = uscc_field(db_index=True)
    mark = models.CharField(max_length=12)
    region_code = models.CharField(max_length=12, blank=True)
    source_code = resource_code_field(blank=True, default="", db_index=True)
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in ContributionState])
    note = models.CharField(max_length=200, blank=True)
    invited_by = actor_field()
    invited_at = models.DateTimeField()
    answered_by = actor_field(null=True)
    answered_at = models.DateTimeField(null=True)
    remark = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    # What of it lies in the assembled table, moved with the batch that brought it.
    rows = models.BigIntegerField(default=0)
    source_seq = models.PositiveBigIntegerField(default=0)
    loaded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("供数")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource_code", "mark"],
                condition=Q(state__in=["invited", "joined"]),
                name="exchange_mark_once",
            ),
            models.UniqueConstraint(
                fields=["resource_code", "source_code"], condition=Q(state="joined"), name="exchange_contributed_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="joined") | ~Q(source_code=""), name="exchange_joined_with_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contribution_no} {self.resource_code} {self.mark}"


class DirectLink(models.Model):
    """A link between two organisations past the platform, to be retired (直连). Art. 20(2).

    `violation`: it was set up after the Rules had come into force.
    """

    link_no = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.label) for kind in LinkKind])
    organisation = uscc_field(db_index=True)
    system = models.CharField(max_length=100)
    other = uscc_field(db_index=True)
    other_system = models.CharField(max_length=100)
    data = models.CharField(max_length=200)
    since = models.DateField()
    violation = models.BooleanField(default=False)
    plan = models.CharField(max_length=200, blank=True)
    retire_by = models.DateField(null=True)
    reported_by = actor_field()
    reported_at = models.DateTimeField()
    off_on = models.DateField(null=True)
    off_by = actor_field(null=True)

    class Meta:
        verbose_name = N_("直连")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(organisation=models.F("other")), name="exchange_link_has_two_ends"),
            models.CheckConstraint(condition=Q(off_on=None) | Q(off_by__isnull=False), name="exchange_off_by_somebody"),
            models.CheckConstraint(
                condition=Q(off_on=None) | Q(off_on__gte=models.F("since")), name="exchange_off_after_since"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link_no} {self.data}"


class Plan(models.Model):
    """When a mounted resource is gathered next, and what people have set about it (交换计划)."""

    resource_code = resource_code_field(unique=True)
    provider_uscc = uscc_field(db_index=True)
    trigger = models.CharField(max_length=10, choices=[(trigger.value, trigger.label) for trigger in Trigger])
    next_due_at = models.DateTimeField(null=True, db_index=True)
    # Set by people
    every_minutes = models.PositiveIntegerField(null=True)
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    priority = models.CharField(
        max_length=8,
        choices=[(priority.value, priority.label) for priority in Priority],
        default=Priority.NORMAL,
        db_default=Priority.NORMAL,
    )
    paused_at = models.DateTimeField(null=True)
    paused_by = actor_field(null=True)
    pause_reason = models.CharField(max_length=200, blank=True, db_default="")
    months = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    snapshots = models.CharField(
        max_length=8,
        blank=True,
        choices=[(rhythm.value, rhythm.label) for rhythm in Rhythm],
        default=Rhythm.NONE,
        db_default=Rhythm.NONE,
    )
    # The source's columns with their types, as the last good check of the contract found them.
    seen_columns = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))

    class Meta:
        verbose_name = N_("交换计划")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opens=None, closes=None) | Q(opens__isnull=False, closes__isnull=False),
                name="exchange_window_whole",
            ),
            models.CheckConstraint(
                condition=Q(paused_at=None) | Q(paused_by__isnull=False), name="exchange_pause_by_somebody"
            ),
        ]


class LineageEvent(models.Model):
    """An event of a run for tools that draw lineage (血缘事件), as it is told, and whether it was sent.

    `next_try_at` is empty when nothing is to be sent: sent already, refused, or nobody was to be told.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="lineage")
    step = models.CharField(max_length=8, choices=[(step.value, step.value) for step in LineageStep])
    at = models.DateTimeField(db_index=True)
    body = models.JSONField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("血缘事件")
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "step"], name="exchange_lineage_once")]
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="exchange_lineage_to_send"
            ),
        ]


class Snapshot(models.Model):
    """The rows of a resource's table at one moment as a Parquet file (归集库快照), for analysis.

    `seq` is the last batch in it; `columns` are name, type in the pool and title of each.
    """

    resource_code = resource_code_field()
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=[(state.value, state.label) for state in SnapshotState])
    asked_by = actor_field()
    asked_at = models.DateTimeField()
    by_plan = models.BooleanField()
    taken_at = models.DateTimeField(null=True, db_index=True)
    resource_version = models.PositiveIntegerField(null=True)
    seq = models.PositiveBigIntegerField(null=True)
    rows = models.BigIntegerField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    columns = models.JSONField(default=list)
    error_code = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = N_("归集库快照")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource_code", "number"], name="exchange_snapshot_once"),
            models.UniqueConstraint(
                fields=["resource_code"], condition=Q(state=SnapshotState.QUEUED), name="exchange_one_open_snapshot"
            ),
        ]
