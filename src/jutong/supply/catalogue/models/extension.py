"""Extended elements that the bureau declares for topics and departments."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, uscc_field
from jutong.supply.catalogue.models.classification import CLASSIFICATION_LENGTH
from jutong.supply.catalogue.values import ExtendedKind


class ExtendedField(models.Model):
    """A declared extended element (扩展元数据项). A change of its rule is a new row from a day on."""

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.label) for kind in ExtendedKind])
    required = models.BooleanField(default=False)
    choices = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    lowest = models.CharField(max_length=40, blank=True)
    highest = models.CharField(max_length=40, blank=True)
    help = models.CharField(max_length=200, blank=True)
    classification = models.CharField(max_length=CLASSIFICATION_LENGTH, blank=True)
    provider_uscc = uscc_field(default="", blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    declared_by = actor_field()
    declared_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["number"]
        verbose_name = N_("扩展元数据项")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name", "classification", "provider_uscc"],
                condition=Q(valid_to=None),
                name="catalogue_extension_name",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="catalogue_extension_term"
            ),
        ]

    def __str__(self) -> str:
        return self.name
