"""Keeping search in step: what no trigger can do."""

from collections.abc import Callable
from typing import Final

from django.db import connection, transaction
from django.db.models import Max

from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, queries

BATCH_ROWS: Final = 20_000
SAMPLE_ROWS: Final = 20_000
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
            for place, pending in (("words", 1024), ("title", 256)):
                cursor.execute(
                    f"CREATE INDEX catalogue_search_in_{place} ON catalogue_searchentry USING gin"
                    f" (catalogue_search_tokens({place}, facets)) WITH (gin_pending_list_limit = {pending})"
                )
        if not connection.in_atomic_block:
            cursor.execute("VACUUM (ANALYZE) catalogue_searchentry")
    refresh_shares()
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
