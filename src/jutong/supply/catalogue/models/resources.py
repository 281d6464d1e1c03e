"""Resources, their items and their versions."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, resource_code_field, uscc_field
from jutong.kernel.codes.sharing import ShareType, UpdateCycle
from jutong.supply.catalogue.models.classification import CLASSIFICATION_LENGTH, Classification
from jutong.supply.catalogue.values import Level, ResourceState


class Resource(models.Model):
    """A government data resource (政务数据资源): the 13 core elements of Guide 5.2 as the last publication says them.

    The row is made at approval, when the code is issued; the code, once issued, never changes and is never reused.
    """

    # 1, 3, 12: classification, code, publication date
    classification = models.ForeignKey(Classification, on_delete=models.PROTECT, related_name="+")
    code = resource_code_field(unique=True)
    sequence_no = models.PositiveIntegerField()
    published_on = models.DateField(null=True)
    # 2, 4, 5, 6, 7: title, provider, provider code, summary, formats
    title = models.CharField(max_length=200)
    provider_uscc = uscc_field(db_index=True)
    provider_office = models.CharField(max_length=200, blank=True)
    summary = models.TextField()
    formats = ArrayField(models.CharField(max_length=80))
    format_groups = ArrayField(models.CharField(max_length=20))
    # 9: sharing; 10: opening
    sharing_type = models.PositiveSmallIntegerField(choices=[(kind.value, kind.label) for kind in ShareType])
    use_purposes = ArrayField(models.CharField(max_length=40), default=list)
    sharing_condition = models.TextField(blank=True)
    sharing_scope = models.TextField(blank=True)
    legal_bases = models.JSONField(default=list)
    sharing_methods = ArrayField(models.CharField(max_length=20))
    sharing_method_note = models.TextField(blank=True)
    open = models.BooleanField(default=False)
    open_condition = models.TextField(blank=True)
    # 11, 13: update cycle, related codes; extended elements
    update_cycle = models.PositiveSmallIntegerField(choices=[(cycle.value, cycle.label) for cycle in UpdateCycle])
    related_codes = ArrayField(resource_code_field(), default=list)
    level = models.CharField(max_length=10, choices=[(level.value, level.label) for level in Level])
    controlled_parameters = models.JSONField(default=list)
    extended = models.JSONField(default=dict)
    also_in = ArrayField(models.CharField(max_length=CLASSIFICATION_LENGTH), default=list)
    # Life
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in ResourceState])
    version = models.PositiveIntegerField(default=0)
    approved_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    withdrawn_on = models.DateField(null=True)
    replaced_by = resource_code_field(blank=True, default="")
    mounted_at = models.DateTimeField(null=True)
    # Search: what it is found by; the database keeps an entry of `models.search` in step with it
    search_text = models.TextField(default="")

    class Meta:
        verbose_name = N_("政务数据资源")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["classification", "sequence_no"], name="catalogue_resource_sequence"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[123]\d{5}\d*/[1-9]\d{0,8}$"), name="catalogue_resource_code_shape"
            ),
            models.CheckConstraint(condition=Q(sharing_type__in=[1, 2, 3]), name="catalogue_resource_sharing_type"),
            models.CheckConstraint(
                condition=Q(sharing_type=3) | Q(use_purposes__len__gt=0), name="catalogue_resource_purposes"
            ),
            models.CheckConstraint(
                condition=~Q(sharing_type=2) | (~Q(sharing_condition="") & ~Q(sharing_scope="")),
                name="catalogue_resource_condition",
            ),
            models.CheckConstraint(
                condition=Q(sharing_type=1) | ~Q(legal_bases=[]), name="catalogue_resource_legal_basis"
            ),
            models.CheckConstraint(condition=Q(open=False) | ~Q(open_condition=""), name="catalogue_resource_open"),
            models.CheckConstraint(
                condition=Q(state="approved", version=0, published_on=None, published_at=None)
                | Q(
                    state__in=["published", "withdrawn"],
                    version__gte=1,
                    published_on__isnull=False,
                    published_at__isnull=False,
                ),
                name="catalogue_resource_published",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "-published_at"], name="catalogue_resource_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class OtherCode(models.Model):
    """A further code of a resource (关联资源代码), under another class in which it stands too. Guide 5.2(13).

    It is given under the same counter as every code of that class, stays for good, and leads to the resource.
    """

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="other_codes")
    classification = models.ForeignKey(Classification, on_delete=models.PROTECT, related_name="+")
    code = resource_code_field(unique=True)
    sequence_no = models.PositiveIntegerField()
    issued_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = N_("关联资源代码")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["classification", "sequence_no"], name="catalogue_other_sequence"),
            models.UniqueConstraint(fields=["resource", "classification"], name="catalogue_one_code_a_class"),
        ]

    def __str__(self) -> str:
        return self.code


class DataItem(models.Model):
    """One data item (数据项) of a resource, as the last publication says it. Guide 5.2(8)."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    column_name = models.CharField(max_length=63)
    data_type = models.CharField(max_length=30)
    key = models.BooleanField(default=False)
    nullable = models.BooleanField(default=True)
    sensitivity = models.PositiveSmallIntegerField(default=1)
    identifier = models.CharField(max_length=20, blank=True)
    code_list = models.CharField(max_length=500, blank=True)
    basic = models.BooleanField(default=False)
    charset = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    sharing_type = models.PositiveSmallIntegerField(null=True, choices=[(kind.value, kind.label) for kind in ShareType])

    class Meta:
        ordering: ClassVar = ["position"]
        verbose_name = N_("数据项")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "position"], name="catalogue_item_position"),
            models.UniqueConstraint(fields=["resource", "column_name"], name="catalogue_item_column"),
            models.CheckConstraint(condition=Q(sensitivity__gte=1, sensitivity__lte=4), name="catalogue_item_grade"),
            models.CheckConstraint(
                condition=Q(sharing_type=None) | Q(sharing_type__in=[1, 2, 3]), name="catalogue_item_sharing_type"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.column_name} {self.title}"


class ResourceVersion(models.Model):
    """What one publication said (版本), kept for good. `digest` is SHA-256 over the content's canonical JSON."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = actor_field()
    draft_no = models.CharField(max_length=20)
    case_no = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        verbose_name = N_("目录版本")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "number"], name="catalogue_version_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="catalogue_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} v{self.number}"
