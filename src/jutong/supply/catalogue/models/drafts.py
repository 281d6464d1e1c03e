"""Drafts and the counter of their numbers."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, uscc_field
from jutong.supply.catalogue.models.resources import Resource
from jutong.supply.catalogue.values import DraftState


class DraftCounter(models.Model):
    """The last draft number given in a year; taken under its row lock."""

    year = models.PositiveSmallIntegerField(unique=True)
    last_no = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = N_("草稿编号计数")


class Draft(models.Model):
    """An entry in the making (目录草稿): a new resource, or the next version of a published one.

    It takes what its authors have so far, right or wrong; `find_gaps` tells what is missing. `edition` counts saves,
    so that nobody overwrites what he has not seen. `resource` is the one being revised, or the one approval made.
    """

    draft_no = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in DraftState])
    provider_uscc = uscc_field(db_index=True)
    title = models.CharField(max_length=200, blank=True)
    content = models.JSONField()
    edition = models.PositiveIntegerField(default=1)
    resource = models.ForeignKey(Resource, null=True, on_delete=models.PROTECT, related_name="+")
    base_version = models.PositiveIntegerField(default=0)
    case_no = models.CharField(max_length=40, blank=True)
    created_by = actor_field()
    created_at = models.DateTimeField()
    changed_by = actor_field()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("目录草稿")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource"],
                condition=Q(state__in=["draft", "submitted", "returned", "approved"]),
                name="catalogue_one_open_draft",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "published"]) | Q(resource__isnull=False),
                name="catalogue_draft_has_resource",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["provider_uscc", "-changed_at"], name="catalogue_draft_recent")]

    def __str__(self) -> str:
        return f"{self.draft_no} {self.title}"
