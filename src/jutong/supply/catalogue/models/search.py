"""What search reads: a narrow row for each published resource, and how common each token is."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import resource_code_field, uscc_field
from jutong.supply.catalogue.models.resources import Resource

FACET_COLUMNS = ("provider_uscc", "sharing_type", "open", "update_cycle", "level", "format_groups", "mounted")


class SearchEntry(models.Model):
    """How a published resource is found (检索条目). The database keeps it: a trigger on the resource writes it.

    `words` is the resource's search text, one field a line; `title` its first line. `facets` are the tokens of the
    values it bears; `draw` a number from 0 to 999 by which samples are taken. Two indexes over
    `catalogue_search_tokens` (migration 0020) find the tokens of `words` and of `title`, each with those of `facets`.
    """

    resource = models.OneToOneField(Resource, on_delete=models.CASCADE, primary_key=True, related_name="+")
    code = resource_code_field()
    sort_code = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=400)
    words = models.TextField()
    published_at = models.DateTimeField()
    provider_uscc = uscc_field()
    sharing_type = models.PositiveSmallIntegerField()
    open = models.BooleanField()
    update_cycle = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=10)
    format_groups = ArrayField(models.CharField(max_length=20))
    mounted = models.BooleanField()
    facets = ArrayField(models.IntegerField())
    draw = models.PositiveSmallIntegerField(db_index=True)

    class Meta:
        verbose_name = N_("检索条目")
        indexes: ClassVar = [
            # With all that the first look at titles needs, so that it reads the index alone.
            models.Index(
                models.F("published_at").desc(), "sort_code",
                name="catalogue_search_newest", include=["resource", "title", "code", *FACET_COLUMNS],
            ),
            models.Index(fields=["title", "sort_code"], name="catalogue_search_title"),
        ]  # fmt: skip


class SearchShare(models.Model):
    """In what part of the entries a token stands, from a sample (0 to 1); a token without a row stands in few."""

    token = models.IntegerField(primary_key=True)
    in_words = models.FloatField()
    in_title = models.FloatField()

    class Meta:
        verbose_name = N_("检索词频")
