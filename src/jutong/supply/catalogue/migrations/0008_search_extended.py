"""Entries are found by what they say in extended elements: short values have tokens like those of facets."""

from django.db import migrations

FORWARD = r"""
CREATE OR REPLACE FUNCTION catalogue_search_write(first bigint, last bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
BEGIN
    INSERT INTO catalogue_searchentry AS entry (
        resource_id, code, sort_code, title, words, published_at, provider_uscc, sharing_type, open, update_cycle,
        level, format_groups, mounted, facets, draw
    )
    SELECT
        id AS resource_id,
        code,
        split_part(code, '/', 1) || '/' || lpad(split_part(code, '/', 2), 9, '0') AS sort_code,
        left(split_part(search_text, E'\n', 1), 400) AS title,
        search_text AS words,
        published_at,
        provider_uscc,
        sharing_type,
        open,
        update_cycle,
        level,
        format_groups,
        mounted_at IS NOT NULL AS mounted,
        ARRAY[
            catalogue_search_facet('classification', left(code, 1)),
            catalogue_search_facet('classification', left(code, 3)),
            catalogue_search_facet('classification', left(code, 6)),
            catalogue_search_facet('classification', split_part(code, '/', 1)),
            catalogue_search_facet('sharing_type', sharing_type::text),
            catalogue_search_facet('open', open::text),
            catalogue_search_facet('provider_uscc', provider_uscc),
            catalogue_search_facet('update_cycle', update_cycle::text),
            catalogue_search_facet('level', level),
            catalogue_search_facet('mounted', (mounted_at IS NOT NULL)::text)
        ] || (SELECT array_agg(catalogue_search_facet('format_groups', one)) FROM unnest(format_groups) AS one)
        || (
            SELECT array_agg(catalogue_search_facet('extended', name || '=' || value))
            FROM jsonb_each_text(extended) AS said (name, value) WHERE length(value) BETWEEN 1 AND 80
        ) AS facets,
        (('x' || substr(md5(code), 1, 6))::bit(24)::int4 % 1000)::int2 AS draw
    FROM catalogue_resource WHERE state = 'published' AND id BETWEEN first AND last
    ON CONFLICT (resource_id) DO UPDATE SET
        title = excluded.title, words = excluded.words, published_at = excluded.published_at,
        provider_uscc = excluded.provider_uscc, sharing_type = excluded.sharing_type, open = excluded.open,
        update_cycle = excluded.update_cycle, level = excluded.level, format_groups = excluded.format_groups,
        mounted = excluded.mounted, facets = excluded.facets
    WHERE (entry.words, entry.published_at, entry.facets)
        IS DISTINCT FROM (excluded.words, excluded.published_at, excluded.facets);
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END $$;

SELECT catalogue_search_write(id, id) FROM catalogue_resource WHERE state = 'published' AND extended <> '{}';
"""

BACKWARD = r"""
CREATE OR REPLACE FUNCTION catalogue_search_write(first bigint, last bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
BEGIN
    INSERT INTO catalogue_searchentry AS entry (
        resource_id, code, sort_code, title, words, published_at, provider_uscc, sharing_type, open, update_cycle,
        level, format_groups, mounted, facets, draw
    )
    SELECT
        id AS resource_id,
        code,
        split_part(code, '/', 1) || '/' || lpad(split_part(code, '/', 2), 9, '0') AS sort_code,
        left(split_part(search_text, E'\n', 1), 400) AS title,
        search_text AS words,
        published_at,
        provider_uscc,
        sharing_type,
        open,
        update_cycle,
        level,
        format_groups,
        mounted_at IS NOT NULL AS mounted,
        ARRAY[
            catalogue_search_facet('classification', left(code, 1)),
            catalogue_search_facet('classification', left(code, 3)),
            catalogue_search_facet('classification', left(code, 6)),
            catalogue_search_facet('classification', split_part(code, '/', 1)),
            catalogue_search_facet('sharing_type', sharing_type::text),
            catalogue_search_facet('open', open::text),
            catalogue_search_facet('provider_uscc', provider_uscc),
            catalogue_search_facet('update_cycle', update_cycle::text),
            catalogue_search_facet('level', level),
            catalogue_search_facet('mounted', (mounted_at IS NOT NULL)::text)
        ] || (SELECT array_agg(catalogue_search_facet('format_groups', one)) FROM unnest(format_groups) AS one) AS facets,
        (('x' || substr(md5(code), 1, 6))::bit(24)::int4 % 1000)::int2 AS draw
    FROM catalogue_resource WHERE state = 'published' AND id BETWEEN first AND last
    ON CONFLICT (resource_id) DO UPDATE SET
        title = excluded.title, words = excluded.words, published_at = excluded.published_at,
        provider_uscc = excluded.provider_uscc, sharing_type = excluded.sharing_type, open = excluded.open,
        update_cycle = excluded.update_cycle, level = excluded.level, format_groups = excluded.format_groups,
        mounted = excluded.mounted, facets = excluded.facets
    WHERE (entry.words, entry.published_at, entry.facets)
        IS DISTINCT FROM (excluded.words, excluded.published_at, excluded.facets);
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END $$;

SELECT catalogue_search_write(id, id) FROM catalogue_resource WHERE state = 'published' AND extended <> '{}';
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0007_search_words_people_keep")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
