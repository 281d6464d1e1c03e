"""Tables of the register: divisions, organisations with dated names, inner offices."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, uscc_field
from jutong.kernel.codes.region import RegionLevel
from jutong.registry.organisations.values import LineState, OrganisationKind, PlanState, ReformKind

_KINDS = sorted(kind.value for kind in OrganisationKind)
_LEVELS = sorted(level.value for level in RegionLevel)
_REFORMS = sorted(kind.value for kind in ReformKind)
_PLAN_STATES = sorted(state.value for state in PlanState)
_LINE_STATES = sorted(state.value for state in LineState)
WAITING_PLANS = [PlanState.DRAFT.value, PlanState.SUBMITTED.value, PlanState.RELEASED.value, PlanState.HALTED.value]


class Region(models.Model):
    """Administrative division (行政区划), from the region to the village. Laid down whole, never edited by hand."""

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=60)
    level = models.SmallIntegerField()
    parent_code = models.CharField(max_length=12, blank=True)
    successor_code = models.CharField(max_length=12, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        verbose_name = N_("行政区划")
        indexes = [models.Index(fields=["parent_code", "code"], name="organisations_region_parent")]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=_LEVELS), name="organisations_region_level"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^([0-9]{6}|[0-9]{9}|[0-9]{12})$"), name="organisations_region_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Organisation(models.Model):
    """Organisation (单位), known to all rooms by its credit code. What changes with the years lies in its versions.

    `closed_on` is the first day on which it is no more. The code's own days (`code_from`, `code_to`, both counted) are
    those of its certificate, which may lag behind the names by months.
    """

    uscc = uscc_field(unique=True)
    slug = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=20)
    region = models.ForeignKey("organisations.Region", on_delete=models.PROTECT, related_name="+")
    superior = models.ForeignKey("organisations.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    created_by = actor_field()
    created_at = models.DateTimeField()
    code_from = models.DateField(null=True)
    code_to = models.DateField(null=True)
    closed_on = models.DateField(null=True)

    class Meta:
        verbose_name = N_("单位")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=_KINDS), name="organisations_organisation_kind"),
            models.CheckConstraint(
                condition=Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"), name="organisations_organisation_uscc"
            ),
            models.CheckConstraint(condition=Q(slug__regex=r"^[a-z][a-z0-9]{1,19}$"), name="organisations_slug"),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(kind__in=["bureau", "centre"], closed_on=None),
                name="organisations_single_kinds",
            ),
            models.CheckConstraint(
                condition=Q(code_from=None) | Q(code_to=None) | Q(code_to__gte=F("code_from")),
                name="organisations_code_days",
            ),
        ]

    def __str__(self) -> str:
        return self.uscc


class VersionRows(models.QuerySet["OrganisationVersion"]):
    """Versions by the day they hold on."""

    def of_day(self, on: date) -> Self:
        """The version of each organisation on that day; for days before the first name, the first."""
        newest_first = self.filter(valid_from__lte=on).order_by("organisation_id", "-valid_from")
        named = newest_first.distinct("organisation_id").values("id")
        return self.filter(Q(id__in=named) | Q(valid_from__gt=on, is_first=True))


class OrganisationVersion(models.Model):
    """The name of an organisation from a day on (名称沿革), until the next version or `valid_to`, both counted.

    `seal_from` is the first day of the seal with this name (公章启用日期); until then the former seal is used.
    """

    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=100)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    is_first = models.BooleanField()
    seal_from = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    document_no = models.CharField(max_length=60, blank=True)
    recorded_by = actor_field()
    recorded_at = models.DateTimeField()

    objects = VersionRows.as_manager()

    class Meta:
        verbose_name = N_("名称沿革")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "valid_from"], name="organisations_version_once_a_day"),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(valid_to=None), name="organisations_version_one_open"
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(is_first=True), name="organisations_version_one_first"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="organisations_version_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.valid_from})"


class InnerOffice(models.Model):
    """Inner office (内设机构). Its data go by the department's credit code, Guide 5.2(5)."""

    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    office_no = models.SmallIntegerField()
    name = models.CharField(max_length=60)
    closed_on = models.DateField(null=True)
    added_by = actor_field()
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("内设机构")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "office_no"], name="organisations_office_no"),
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=Q(closed_on=None), name="organisations_office_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


# --- Reform ----------------------------------------------------------------------------------------------------------
class ReformCounter(models.Model):
    """The last plan number given in a year; taken under its row lock."""

    year = models.PositiveSmallIntegerField(unique=True)
    last_no = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = N_("方案编号计数")


class ReformPlan(models.Model):
    """A plan of organisation reform (机构调整方案) with its document, its day, and how far it has come.

    `authors` are the numbers of all who had a hand in it: none of them releases it.
    """

    plan_no = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.label) for kind in ReformKind])
    title = models.CharField(max_length=200)
    document_no = models.CharField(max_length=60)
    basis = models.TextField(blank=True)
    effective_on = models.DateField()
    default_target = uscc_field(blank=True)
    new_name = models.CharField(max_length=100, blank=True)
    new_short_name = models.CharField(max_length=40, blank=True)
    seal_from = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in PlanState])
    case_no = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    report = models.JSONField(default=dict)
    listed_at = models.DateTimeField(null=True)
    authors = models.JSONField(default=list)
    created_by = actor_field()
    created_at = models.DateTimeField()
    changed_by = actor_field()
    changed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    carried_out_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("机构调整方案")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=_REFORMS), name="organisations_plan_kind"),
            models.CheckConstraint(condition=Q(state__in=_PLAN_STATES), name="organisations_plan_state"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(carried_out_at__isnull=False), name="organisations_plan_done"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"]) | ~Q(case_no=""), name="organisations_plan_has_case"
            ),
        ]
        indexes = [models.Index(fields=["state", "effective_on"], name="organisations_plan_due")]

    def __str__(self) -> str:
        return f"{self.plan_no} {self.title}"


class ReformSide(models.Model):
    """A body that a plan names, and as what. Who may see a plan is decided by these rows."""

    plan = models.ForeignKey(ReformPlan, on_delete=models.CASCADE, related_name="sides")
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=6, choices=[("source", N_("被调整单位")), ("target", N_("承接单位"))])
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = N_("方案所涉单位")
        ordering = ["role", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "organisation", "role"], name="organisations_side_once"),
        ]


class ReformLine(models.Model):
    """A line of a plan's checked list (调整事项清单): what goes from whom to whom. A moved line is never changed."""

    plan = models.ForeignKey(ReformPlan, on_delete=models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    source = uscc_field()
    target = uscc_field(blank=True)
    follows_kind = models.CharField(max_length=40, blank=True)
    follows_code = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in LineState])
    reason = models.TextField(blank=True)
    checked_by = actor_field(null=True)
    moved_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = N_("调整事项")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "kind", "code", "source"], name="organisations_line_once"),
            models.CheckConstraint(condition=Q(state__in=_LINE_STATES), name="organisations_line_state"),
            models.CheckConstraint(
                condition=~Q(state="moved") | (Q(moved_at__isnull=False) & ~Q(target="")),
                name="organisations_line_moved",
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "kind", "state"], name="organisations_line_kind"),
            models.Index(fields=["kind", "code"], name="organisations_line_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class Succession(models.Model):
    """A step of descent (承继): from a day on, one body takes the place of another, wholly or in part.

    A predecessor that ended has one main successor, to whom its figures count where one speaks of today.
    """

    predecessor = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    successor = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(ReformPlan, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    main = models.BooleanField()

    class Meta:
        verbose_name = N_("单位承继")
        constraints = [
            models.UniqueConstraint(fields=["plan", "predecessor", "successor"], name="organisations_descent_once"),
            models.UniqueConstraint(
                fields=["plan", "predecessor"], condition=Q(main=True), name="organisations_descent_one_main"
            ),
            models.CheckConstraint(condition=~Q(predecessor=F("successor")), name="organisations_descent_other"),
        ]
