"""Keeping search in step: what no trigger can do."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from django.db import connection, transaction
from django.db.models import Count, Max

from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, queries
from jutong.supply.catalogue.values import ResourceState

BATCH_ROWS: Final = 20_000
SAMPLE_ROWS: Final = 10_000
LEAST_SHARE: Final = 0.001
"""A token that stands in a smaller part of the entries counts as rare, and has no row."""


def reindex(*, provider_uscc: str) -> int:
    """Write the search words of a provider's resources anew, after it got another name; gives how many."""
    title = organisations.titles([provider_uscc]).get(provider_uscc, "")
    rows = models.Resource.objects.filter(provider_uscc=provider_uscc).prefetch_related("items")
    for row in rows:
        row.search_text = domain.search_text(queries.content_of(row), row.code, title)
        row.save(update_fields=["search_text"])
    return len(rows)


def rebuild(*, anew: bool = False, progress: Callable[[int, int], None] = lambda done, whole: None) -> int:
    """Write every entry again from its resource, in parts that others may search between; gives how many differed.

    `anew` drops the two indexes first and builds them at the end: quicker for a large catalogue, slow to search
    meanwhile. Progress is told as the last number done and the last there is.
    """
    last = models.Resource.objects.aggregate(last=Max("pk"))["last"] or 0
    with connection.cursor() as cursor:
        if anew:
            cursor.execute("DROP INDEX IF EXISTS catalogue_search_in_words, catalogue_search_in_title")
        written = 0
        for first in range(0, last + 1, BATCH_ROWS):
            until = min(first + BATCH_ROWS - 1, last)
            cursor.execute("SELECT catalogue_search_write(%s, %s)", [first, until])
            written += cursor.fetchone()[0]
            progress(until, last)
        cursor.execute(
            "DELETE FROM catalogue_searchentry AS entry WHERE NOT EXISTS (SELECT FROM catalogue_resource AS resource"
            " WHERE resource.id = entry.resource_id AND resource.state = 'published')"
        )
        if anew:
            cursor.execute("SELECT set_config('maintenance_work_mem', %s, false)", ["512MB"])
            for place, pending in (("words", 1024), ("title", 256)):
                cursor.execute(
                    f"CREATE INDEX catalogue_search_in_{place} ON catalogue_searchentry USING gin"
                    f" (catalogue_search_tokens({place}, facets)) WITH (gin_pending_list_limit = {pending})"
                )
                cursor.execute(f"ALTER INDEX catalogue_search_in_{place} ALTER COLUMN 1 SET STATISTICS 0")
            cursor.execute("RESET maintenance_work_mem")
        if not connection.in_atomic_block:
            cursor.execute("VACUUM (ANALYZE) catalogue_searchentry")
    refresh_shares()
    refresh_terms()
    return written


@transaction.atomic
def refresh_shares() -> int:
    """Find anew, from a sample, how common each token is; gives how many are not rare."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM catalogue_searchentry")
        count: int = cursor.fetchone()[0]
        models.SearchShare.objects.all().delete()
        draws = max(1, min(1_000, SAMPLE_ROWS * 1_000 // max(count, 1)))
        cursor.execute(
            """
            WITH drawn AS MATERIALIZED (
                SELECT resource_id, words, title, facets FROM catalogue_searchentry WHERE draw < %(draws)s
            ), found AS (
                SELECT DISTINCT 1 AS place, resource_id, token
                FROM drawn CROSS JOIN unnest(catalogue_search_tokens(words, facets)) AS token
                UNION ALL
                SELECT DISTINCT 2, resource_id, token
                FROM drawn CROSS JOIN unnest(catalogue_search_tokens(title, facets)) AS token
            ), counts AS (
                SELECT token, count(*) FILTER (WHERE place = 1) AS words, count(*) FILTER (WHERE place = 2) AS title
                FROM found GROUP BY token
            ), size AS (SELECT greatest(count(*), 1)::float AS drawn FROM drawn)
            INSERT INTO catalogue_searchshare (token, in_words, in_title)
            SELECT token, words / drawn, title / drawn FROM counts, size WHERE words >= %(least)s * drawn
            UNION ALL SELECT %(entries)s, %(count)s, 0
            """,
            {"draws": draws, "least": LEAST_SHARE, "entries": domain.ENTRIES, "count": count},
        )
        return cursor.rowcount - 1


@transaction.atomic
def learn_terms(titles: Iterable[str]) -> int:
    """Keep titles of items as words to suggest; gives how many were new."""
    wanted = {domain.fold(title)[: domain.MAX_TITLE_LENGTH] for title in titles}
    known = set(models.SearchTerm.objects.filter(term__in=wanted).values_list("term", flat=True))
    return len(models.SearchTerm.objects.bulk_create(map(_term, sorted(wanted - known)), ignore_conflicts=True))


def learn_terms_of(code: str) -> int:
    """Keep the titles of a resource's items as words to suggest."""
    titles = models.DataItem.objects.filter(resource__code=code, resource__state=ResourceState.PUBLISHED)
    return learn_terms(titles.values_list("title", flat=True))


@transaction.atomic
def refresh_terms() -> int:
    """Count anew how many published resources have each title of an item, and forget those none has."""
    published = models.DataItem.objects.filter(resource__state=ResourceState.PUBLISHED)
    counts: Counter[str] = Counter()
    for title, n in published.values_list("title").annotate(n=Count("pk")).order_by():
        counts[domain.fold(title)[: domain.MAX_TITLE_LENGTH]] += n
    learn_terms(counts)
    models.SearchTerm.objects.exclude(term__in=counts.keys()).delete()
    changed = [row for row in models.SearchTerm.objects.all() if row.entries != counts[row.term]]
    for row in changed:
        row.entries = counts[row.term]
    models.SearchTerm.objects.bulk_update(changed, ["entries"], batch_size=1_000)
    return len(counts)


def _term(title: str) -> models.SearchTerm:
    pinyin, initials = domain.pinyin_lines(title) or (title, title)
    return models.SearchTerm(term=title, pinyin=pinyin[:1200], initials=initials[:200])
