"""Tables of the register: divisions, organisations with dated names, inner offices."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, uscc_field
from jutong.kernel.codes.region import RegionLevel
from jutong.registry.organisations.values import OrganisationKind

_KINDS = sorted(kind.value for kind in OrganisationKind)
_LEVELS = sorted(level.value for level in RegionLevel)


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
    """Organisation (单位), known to all rooms by its credit code. What changes with the years lies in its versions."""

    uscc = uscc_field(unique=True)
    slug = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=20)
    region = models.ForeignKey("organisations.Region", on_delete=models.PROTECT, related_name="+")
    superior = models.ForeignKey("organisations.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    created_by = actor_field()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("单位")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=_KINDS), name="organisations_organisation_kind"),
            models.CheckConstraint(
                condition=Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"), name="organisations_organisation_uscc"
            ),
            models.CheckConstraint(condition=Q(slug__regex=r"^[a-z][a-z0-9]{1,19}$"), name="organisations_slug"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind__in=["bureau", "centre"]), name="organisations_single_kinds"
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
    """The name of an organisation from a day on (名称沿革), until the next version or `valid_to`, both counted."""

    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    is_first = models.BooleanField()
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
