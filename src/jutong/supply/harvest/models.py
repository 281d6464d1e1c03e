"""Tables of harvesting. A token is stored sealed or not at all; one harvest of a feed runs at a time."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, uscc_field
from jutong.supply.harvest.values import RUNNING_STATES, FeedKind, HarvestState, HarvestVerdict, Schedule, WordKind

_RUNNING = sorted(state.value for state in RUNNING_STATES)


class HarvestCounter(models.Model):
    """The last number given of a kind in a year; taken under its row lock."""

    kind = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last_no = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = N_("采集编号计数")
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "year"], name="harvest_counter_once")]


class Feed(models.Model):
    """An outside catalogue that a department harvests (采集来源).

    Drafts are made in the name of who saved it last (`changed_by`). `proved_at` is the first writing of a harvest from
    the present address; without it there is no schedule. `secret_version` counts tokens: it is part of the place a
    ciphertext is bound to.
    """

    feed_no = models.CharField(max_length=20, unique=True)
    provider_uscc = uscc_field(db_index=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.label) for kind in FeedKind])
    address = models.CharField(max_length=1000)
    sealed_token = models.BinaryField(default=b"")
    secret_version = models.PositiveIntegerField(default=1)
    schedule = models.CharField(
        max_length=10, choices=[(schedule.value, schedule.label) for schedule in Schedule], default=Schedule.OFF.value
    )
    next_due_at = models.DateTimeField(null=True, db_index=True)
    records_max = models.PositiveIntegerField()
    page_megabytes = models.PositiveSmallIntegerField()
    request_seconds = models.PositiveSmallIntegerField()
    proved_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    removed_at = models.DateTimeField(null=True)
    created_by = actor_field()
    created_at = models.DateTimeField()
    changed_by = actor_field()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("采集来源")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider_uscc", "name"], condition=Q(removed_at=None), name="harvest_feed_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.feed_no} {self.name}"


class Harvest(models.Model):
    """One harvest of a feed (目录采集): read page by page and compared, previewed, confirmed, written.

    `cursor` is the address of the next page; what came before it is kept. A worker takes a harvest by raising `epoch`;
    what an earlier taker still wants to write is void. A harvest of the schedule is `automatic`: it needs no
    confirmation.
    """

    harvest_no = models.CharField(max_length=20, unique=True)
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="harvests")
    provider_uscc = uscc_field(db_index=True)
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in HarvestState])
    automatic = models.BooleanField(default=False)
    requested_by = actor_field()
    requested_at = models.DateTimeField()
    confirmed_by = actor_field(null=True)
    confirmed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    stop_requested_at = models.DateTimeField(null=True)
    # Who works at it
    epoch = models.PositiveBigIntegerField(default=0)
    holder = models.CharField(max_length=120, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    # How far it is
    cursor = models.CharField(max_length=1000, blank=True)
    read_whole = models.BooleanField(default=False)
    pages = models.PositiveIntegerField(default=0)
    total_bytes = models.BigIntegerField(default=0)
    claimed = models.PositiveIntegerField(null=True)
    met = models.PositiveIntegerField(default=0)
    to_write = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    # Outcome
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    unknown_words = models.JSONField(default=list)
    error = models.JSONField(null=True)

    class Meta:
        verbose_name = N_("目录采集")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feed"], condition=Q(state__in=_RUNNING), name="harvest_one_running"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["provider_uscc", "-requested_at"], name="harvest_recent"),
            models.Index(fields=["state"], condition=Q(state__in=_RUNNING), name="harvest_running"),
        ]

    def __str__(self) -> str:
        return f"{self.harvest_no} {self.feed_id}"


class HarvestRecord(models.Model):
    """One record of a harvest (采集记录): what would become of it, and why not where it is refused.

    `content` stands here only until it is written. `reason` is a kept error.
    """

    harvest = models.ForeignKey(Harvest, on_delete=models.CASCADE, related_name="records")
    position = models.PositiveIntegerField()
    foreign_id = models.CharField(max_length=300, blank=True)
    title = models.CharField(max_length=200, blank=True)
    verdict = models.CharField(max_length=8, choices=[(verdict.value, verdict.label) for verdict in HarvestVerdict])
    differences = models.JSONField(default=list)
    gaps = models.PositiveSmallIntegerField(default=0)
    draft_no = models.CharField(max_length=20, blank=True)
    reason = models.JSONField(null=True)
    content = models.JSONField(null=True)
    written = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["position"]
        verbose_name = N_("采集记录")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["harvest", "position"], name="harvest_record_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["harvest", "foreign_id"], name="harvest_record_met"),
            models.Index(fields=["harvest", "verdict"], name="harvest_record_verdict"),
        ]


class HarvestLink(models.Model):
    """Which draft a foreign record became (采集对应), with the text that the last harvest wrote.

    Only what changed there since is changed here, so that what the steward wrote himself stays.
    """

    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="links")
    foreign_id = models.CharField(max_length=300)
    title = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    content = models.JSONField()
    draft_no = models.CharField(max_length=20)
    first_written_at = models.DateTimeField()
    written_at = models.DateTimeField()
    gone_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("采集对应")
        constraints: ClassVar = [models.UniqueConstraint(fields=["feed", "foreign_id"], name="harvest_link_once")]


class HarvestWord(models.Model):
    """A line of the table of words (采集对照): what a foreign word means here, `-` where it means nothing."""

    kind = models.CharField(max_length=12, choices=[(kind.value, kind.label) for kind in WordKind])
    theirs = models.CharField(max_length=300)
    key = models.CharField(max_length=300)
    ours = models.CharField(max_length=400)
    changed_by = actor_field()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("采集对照")
        ordering: ClassVar = ["kind", "theirs"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "key"], name="harvest_word_once")]

    def __str__(self) -> str:
        return f"{self.theirs} → {self.ours}"
