"""Tables of the three lists: rounds, demands, responsibilities, exclusions, editions, findings."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, resource_code_field, uscc_field
from jutong.kernel.codes.sharing import UpdateCycle
from jutong.supply.lists.values import (
    DemandState,
    ExclusionState,
    FindingKind,
    Half,
    ListKind,
    ResponsibilityState,
    RoundState,
)

BINDING = [state.value for state in ExclusionState if state.binds]
STANDING = [ExclusionState.PROPOSED.value, *BINDING]
LIVE_RESPONSIBILITIES = [
    ResponsibilityState.PROPOSED.value,
    ResponsibilityState.CONFIRMED.value,
    ResponsibilityState.OBJECTED.value,
]
OPEN_DEMANDS = [state.value for state in DemandState if state.open]


class Counter(models.Model):
    """The last number given to a kind of thing in a year; taken under its row lock."""

    kind = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last_no = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = N_("编号计数")
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "year"], name="lists_counter_once")]


class Round(models.Model):
    """A round in which a list is compiled (编制批次), with the days in which departments enter. Art. 38: 分批编制.

    `case_no` is the review's case once it was handed in; `edition` the number it was published under.
    """

    round_no = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.label) for kind in ListKind])
    title = models.CharField(max_length=100)
    note = models.CharField(max_length=1000, blank=True)
    opens_on = models.DateField()
    closes_on = models.DateField()
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in RoundState])
    case_no = models.CharField(max_length=40, blank=True, default="")
    edition = models.PositiveIntegerField(null=True)
    opened_by = actor_field()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("清单批次")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="lists_round_days"),
            models.CheckConstraint(
                condition=Q(state="published", edition__isnull=False) | ~Q(state="published") & Q(edition=None),
                name="lists_round_edition",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "reviewing"], closed_at=None)
                | Q(state__in=["published", "dropped"], closed_at__isnull=False),
                name="lists_round_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.round_no


class Demand(models.Model):
    """An entry of the demand list (需求清单事项): what a department needs of another. Its number is its case's.

    `resource_code` is what was asked for, or what it was accepted with; `answer_case` the case in which the responsible
    department is asked now.
    """

    demand_no = models.CharField(max_length=40, unique=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="demands")
    demander_uscc = uscc_field(db_index=True)
    title = models.CharField(max_length=200)
    resource_code = resource_code_field(blank=True, default="", db_index=True)
    purpose = models.CharField(max_length=1000)
    items = models.CharField(max_length=2000, blank=True)
    legal_basis = models.CharField(max_length=500)
    wanted_by = models.DateField()
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in DemandState])
    responsible_uscc = uscc_field(blank=True, default="", db_index=True)
    answer_case = models.CharField(max_length=40, blank=True, default="", db_index=True)
    answer_due_on = models.DateField(null=True)
    promised_on = models.DateField(null=True)
    ground = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    entered_by = actor_field()
    entered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("数据需求")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="accepted")
                | ~Q(responsible_uscc="") & (~Q(resource_code="") | Q(promised_on__isnull=False)),
                name="lists_demand_accepted",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="lists_demand_refused"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-entered_at"], name="lists_demand_recent")]

    def __str__(self) -> str:
        return self.demand_no


class Responsibility(models.Model):
    """An entry of the responsibility list (责任清单事项): who must supply what, how often, by which right."""

    responsibility_no = models.CharField(max_length=20, unique=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="responsibilities")
    responsible_uscc = uscc_field(db_index=True)
    title = models.CharField(max_length=200)
    resource_code = resource_code_field(blank=True, default="", db_index=True)
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, null=True, related_name="responsibilities")
    kinds = ArrayField(models.CharField(max_length=10))
    cycle = models.PositiveSmallIntegerField(null=True, choices=[(cycle.value, cycle.label) for cycle in UpdateCycle])
    basis = models.CharField(max_length=500, blank=True)
    contact_post = models.CharField(max_length=30)
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in ResponsibilityState])
    case_no = models.CharField(max_length=40, blank=True, default="", db_index=True)
    reason = models.CharField(max_length=1000, blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("责任清单事项")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource_code"],
                condition=~Q(resource_code="") & Q(state__in=LIVE_RESPONSIBILITIES),
                name="lists_responsibility_once",
            ),
            models.CheckConstraint(condition=Q(kinds__len__gt=0), name="lists_responsibility_kinds"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "responsible_uscc"], name="lists_responsibility_of")]

    def __str__(self) -> str:
        return self.responsibility_no


class Exclusion(models.Model):
    """An entry of the negative list (负面清单事项), in one of its halves, from a department's proposal on.

    `round` is where it was proposed, `removal` where its removal is. It binds from a publication to another.
    """

    exclusion_no = models.CharField(max_length=20, unique=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="exclusions")
    half = models.CharField(max_length=10, choices=[(half.value, half.label) for half in Half])
    provider_uscc = uscc_field(db_index=True)
    title = models.CharField(max_length=200)
    resource_code = resource_code_field(blank=True, default="", db_index=True)
    reason = models.CharField(max_length=1000)
    basis = models.JSONField()
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in ExclusionState])
    proposed_by = actor_field()
    proposed_at = models.DateTimeField()
    in_force_from = models.DateTimeField(null=True)
    removal = models.ForeignKey(Round, on_delete=models.PROTECT, null=True, related_name="removals")
    removal_reason = models.CharField(max_length=1000, blank=True)
    removed_at = models.DateTimeField(null=True)
    cessation_case = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        verbose_name = N_("负面清单事项")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource_code", "half"],
                condition=~Q(resource_code="") & Q(state__in=STANDING),
                name="lists_exclusion_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[*BINDING, "removed"]) | Q(in_force_from__isnull=False),
                name="lists_exclusion_in_force",
            ),
            models.CheckConstraint(
                condition=~Q(state="removed") | Q(removed_at__isnull=False), name="lists_exclusion_removed"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["half", "state"], name="lists_exclusion_binding")]

    def __str__(self) -> str:
        return self.exclusion_no


class Edition(models.Model):
    """A published version of a list (清单版本), numbered from 1 for each list and kept for good."""

    kind = models.CharField(max_length=20, choices=[(kind.value, kind.label) for kind in ListKind])
    number = models.PositiveIntegerField()
    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="published_as")
    entries_count = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    removed = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    published_by = actor_field()
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("清单版本")
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "number"], name="lists_edition_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class EditionEntry(models.Model):
    """One entry as an edition says it (清单版本事项); `content` holds the cells of the published table."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="entries")
    entry_no = models.CharField(max_length=40)
    organisation = uscc_field()
    title = models.CharField(max_length=200)
    resource_code = resource_code_field(blank=True, default="")
    content = models.JSONField()

    class Meta:
        verbose_name = N_("清单版本事项")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "entry_no"], name="lists_edition_entry_once")
        ]


class Finding(models.Model):
    """What the last check of the lists against the catalogue found (核对问题); gone when it is found no more."""

    kind = models.CharField(max_length=30, choices=[(kind.value, kind.label) for kind in FindingKind])
    list_kind = models.CharField(max_length=20, choices=[(kind.value, kind.label) for kind in ListKind])
    entry_no = models.CharField(max_length=40, blank=True, default="")
    resource_code = resource_code_field(blank=True, default="")
    title = models.CharField(max_length=200)
    organisation = uscc_field(blank=True, default="", db_index=True)
    found_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("清单核对问题")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "entry_no", "resource_code"], name="lists_finding_once")
        ]
