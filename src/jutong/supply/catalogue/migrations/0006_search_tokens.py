"""The tokens of search, their two indexes, and the trigger that keeps an entry for every published resource.

A token is four bytes: two neighbouring characters as they stand. Where no character can be (a high surrogate before
what is no low one) lie the runs of three letters or digits, and above them the values of facets.
"""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION catalogue_search_tokens(words text, facets int4[]) RETURNS int4[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000 AS $$
DECLARE
    tokens int4[] := facets;
    letter text;
    before int4 := 10;  -- the character before, or a line end
    this int4;
    two int4 := -1;     -- of the two before: 0-9 as 0 to 9, a-z as 10 to 35, anything else -1
    one int4 := -1;
    digit int4;
BEGIN
    FOREACH letter IN ARRAY string_to_array(words, NULL) LOOP
        this := ascii(letter);
        IF this IN (10, 32) THEN
            before := 10;
            two := -1;
            one := -1;
            CONTINUE;
        END IF;
        IF this > 65535 THEN
            this := 57344 + this % 6400;
        END IF;
        IF before <> 10 THEN
            tokens := tokens || ((before << 16) | this);
        END IF;
        before := this;
        digit := CASE WHEN this BETWEEN 97 AND 122 THEN this - 87 WHEN this BETWEEN 48 AND 57 THEN this - 48 ELSE -1 END;
        IF two >= 0 AND one >= 0 AND digit >= 0 THEN
            tokens := tokens || (-671088640 + 1296 * two + 36 * one + digit);
        END IF;
        two := one;
        one := digit;
    END LOOP;
    RETURN tokens;
END $$;

CREATE FUNCTION catalogue_search_facet(kind text, value text) RETURNS int4
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT -637534208 + ('x' || substr(md5(kind || ':' || value), 1, 6))::bit(24)::int4
$$;

-- The query stands in the function and not in a view, which would keep later migrations from changing its columns.
CREATE FUNCTION catalogue_search_write(first bigint, last bigint) RETURNS bigint LANGUAGE plpgsql AS $$
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

CREATE FUNCTION catalogue_search_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'published' THEN
        PERFORM catalogue_search_write(NEW.id, NEW.id);
    ELSE
        DELETE FROM catalogue_searchentry WHERE resource_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER catalogue_search_keep AFTER INSERT OR UPDATE ON catalogue_resource
    FOR EACH ROW EXECUTE FUNCTION catalogue_search_keep();

-- Whole rows stay in the table's own pages: a word of three or more is looked up in the text itself.
ALTER TABLE catalogue_searchentry SET (toast_tuple_target = 8160);
SELECT catalogue_search_write(0, 9223372036854775807);
CREATE INDEX catalogue_search_in_words ON catalogue_searchentry
    USING gin (catalogue_search_tokens(words, facets)) WITH (gin_pending_list_limit = 1024);
CREATE INDEX catalogue_search_in_title ON catalogue_searchentry
    USING gin (catalogue_search_tokens(title, facets)) WITH (gin_pending_list_limit = 256);
-- No statistics of the tokens: we know ourselves how common they are, and taking them would cut every sampled text.
ALTER INDEX catalogue_search_in_words ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX catalogue_search_in_title ALTER COLUMN 1 SET STATISTICS 0;
"""

BACKWARD = """
DROP INDEX catalogue_search_in_title;
DROP INDEX catalogue_search_in_words;
DROP TRIGGER catalogue_search_keep ON catalogue_resource;
DROP FUNCTION catalogue_search_keep();
DROP FUNCTION catalogue_search_write(bigint, bigint);
DROP FUNCTION catalogue_search_facet(text, text);
DROP FUNCTION catalogue_search_tokens(text, int4[]);
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0005_search_entries")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
