"""Tables of duplicates: profiles to compare by, sketches, pairs with what was decided, negotiations."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, resource_code_field, uscc_field
from jutong.supply.duplicates.values import Judgement, NegotiationState, SearchState

OPEN_NEGOTIATIONS = [state.value for state in NegotiationState if state.open]


class Search(models.Model):
    """A search for duplicates (查找重复): of everything, or of what has changed since. One at a time."""

    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in SearchState])
    everything = models.BooleanField()
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    fresh = models.PositiveIntegerField(default=0)
    started_by = actor_field()
    started_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("查找重复")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="duplicates_one_search"),
            models.CheckConstraint(
                condition=Q(state="running", finished_at=None) | ~Q(state="running") & Q(finished_at__isnull=False),
                name="duplicates_search_finished",
            ),
        ]


class Profile(models.Model):
    """What a published resource is compared by (比对特征), made once a version.

    `digest` tells whether it changed; `version` is 0 while it waits to be made, or made anew.
    """

    resource_code = resource_code_field(unique=True)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, blank=True)
    content = models.BinaryField()

    class Meta:
        verbose_name = N_("比对特征")


class ColumnSketch(models.Model):
    """A sketch of a mounted column's values (取值摘要): keyed hashes of a few, made where they lie, and no value."""

    resource_code = resource_code_field(db_index=True)
    column_name = models.CharField(max_length=63)
    hashes = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("取值摘要")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource_code", "column_name"], name="duplicates_sketch_once")
        ]


class Counter(models.Model):
    """The last pair number given in a year; taken under its row lock."""

    year = models.PositiveSmallIntegerField(unique=True)
    last_no = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = N_("编号计数")


class Pair(models.Model):
    """Two resources of different departments that look like the same data (疑似重复), and what was decided.

    `first_code` is the earlier by its characters, whatever the database's own order of texts. `evidence` is what spoke
    for it when it was found; `digests` are those of both profiles then. A decision stands
    until one of them changes.
    """

    pair_no = models.CharField(max_length=20, unique=True)
    first_code = resource_code_field(db_index=True)
    second_code = resource_code_field(db_index=True)
    score = models.FloatField()
    evidence = models.JSONField()
    digests = models.JSONField()
    judgement = models.CharField(max_length=10, choices=[(each.value, each.label) for each in Judgement])
    reason = models.CharField(max_length=1000, blank=True)
    judged_by = models.JSONField(null=True)
    judged_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("疑似重复")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first_code", "second_code"], name="duplicates_pair_once"),
            models.CheckConstraint(condition=~Q(first_code=models.F("second_code")), name="duplicates_pair_of_two"),
            models.CheckConstraint(
                condition=Q(judgement="open", judged_at=None, judged_by=None)
                | ~Q(judgement="open") & Q(judged_at__isnull=False, judged_by__isnull=False),
                name="duplicates_pair_judged",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["judgement", "-score"], name="duplicates_pair_queue")]

    def __str__(self) -> str:
        return self.pair_no


class Negotiation(models.Model):
    """The negotiation of the first-collecting department of some data (数源协商). Guide 6.2.6.

    `case_no` is the procedure's case; `source_code` the resource that is the source, once settled.
    """

    case_no = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in NegotiationState])
    title = models.CharField(max_length=200)
    source_code = resource_code_field(blank=True, default="")
    agreed = models.BooleanField(default=False)
    reason = models.CharField(max_length=1000, blank=True)
    opened_by = actor_field()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("数源协商")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="settled") | ~Q(source_code=""), name="duplicates_settled_has_source"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_NEGOTIATIONS, closed_at=None)
                | ~Q(state__in=OPEN_NEGOTIATIONS) & Q(closed_at__isnull=False),
                name="duplicates_negotiation_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.case_no


class Participant(models.Model):
    """A resource in a negotiation, with its department's statement (陈述): whether it collects first-hand.

    `case_no` is the case in which the department is asked.
    """

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="participants")
    resource_code = resource_code_field(db_index=True)
    provider_uscc = uscc_field(db_index=True)
    case_no = models.CharField(max_length=40, unique=True)
    first_hand = models.BooleanField(null=True)
    basis = models.TextField(blank=True)
    stated_by = models.JSONField(null=True)
    stated_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("协商参与方")
        ordering: ClassVar = ["resource_code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["negotiation", "resource_code"], name="duplicates_participant_once"),
            models.CheckConstraint(
                condition=Q(first_hand=None, stated_at=None) | Q(first_hand__isnull=False, stated_at__isnull=False),
                name="duplicates_statement_whole",
            ),
        ]
