"""What search reads: a narrow row for each published resource, how common each token is, terms and synonyms."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as N_

from jutong.base.models import actor_field, resource_code_field, uscc_field
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


class SearchTerm(models.Model):
    """A word to suggest while somebody types (检索词): the title of a data item, with its pinyin and initials.

    `entries` is about how many published resources have it. Whom it may be shown to tells a search for it.
    """

    term = models.CharField(max_length=200, unique=True)
    pinyin = models.CharField(max_length=1200)
    initials = models.CharField(max_length=200)
    entries = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = N_("检索词")
        indexes: ClassVar = [
            models.Index(fields=["term"], name="catalogue_term_begins", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["pinyin"], name="catalogue_term_pinyin", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["initials"], name="catalogue_term_initials", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.term


class SynonymGroup(models.Model):
    """Words that the bureau has count as one another in search (同义词), folded."""

    words = ArrayField(models.CharField(max_length=40))
    changed_by = actor_field()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = N_("检索同义词")

    def __str__(self) -> str:
        return "、".join(self.words)


class SavedSearch(models.Model):
    """A question somebody keeps, to be told when something new answers it (订阅检索).

    `question` is the query string of the catalogue's page; `told_until` the moment up to which the person was told.
    """

    person_no = models.CharField(max_length=20, db_index=True)
    title = models.CharField(max_length=100)
    question = models.CharField(max_length=1000)
    created_at = models.DateTimeField()
    told_until = models.DateTimeField()

    class Meta:
        verbose_name = N_("订阅检索")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person_no", "question"], name="catalogue_one_saved_search")
        ]

    def __str__(self) -> str:
        return self.title
