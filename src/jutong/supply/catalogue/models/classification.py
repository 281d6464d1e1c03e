"""The classification tree and the counters of its sequence numbers."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, uscc_field

CLASSIFICATION_LENGTH = 38


class Classification(models.Model):
    """A node of the classification tree (类、项、目、细目). Guide 5.3.1.

    `owner_uscc` is the department whose section (目) it is; empty for nodes of nobody. From `closed_on` on no new entry
    is put into it; its code is never given again. What it was called before tells `ClassificationName`.
    """

    code = models.CharField(max_length=CLASSIFICATION_LENGTH, unique=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    grade = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    owner_uscc = uscc_field(default="", blank=True)
    closed_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = N_("数据资源分类")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(grade=1, code__regex=r"^[123]$", parent=None)
                | Q(grade=2, code__regex=r"^[123]\d{2}$", parent__isnull=False)
                | Q(grade=3, code__regex=r"^[123]\d{5}$", parent__isnull=False)
                | Q(grade=4, code__regex=r"^[123]\d{6,}$", parent__isnull=False),
                name="catalogue_classification_shape",
            ),
            models.UniqueConstraint(
                fields=["owner_uscc"], condition=Q(grade=3) & ~Q(owner_uscc=""), name="catalogue_one_section_an_owner"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ClassificationName(models.Model):
    """What a node was called from a day on (分类名称沿革), and why it came to be called so."""

    classification = models.ForeignKey(Classification, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(max_length=100)
    valid_from = models.DateField()
    reason = models.CharField(max_length=500, blank=True)
    by = actor_field()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-valid_from", "-id"]
        verbose_name = N_("分类名称沿革")

    def __str__(self) -> str:
        return f"{self.valid_from} {self.name}"


class SequenceCounter(models.Model):
    """The last sequence number (顺序码) given under a classification; taken under its row lock. Guide 5.3.2."""

    classification = models.OneToOneField(Classification, on_delete=models.PROTECT, related_name="+")
    last_no = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = N_("顺序码计数")
