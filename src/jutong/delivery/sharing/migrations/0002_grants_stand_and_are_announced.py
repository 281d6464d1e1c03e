"""A decision never changes; each change of a live grant is numbered and announced to the gateways."""

from django.db import migrations

# The counter is a row, not a sequence: its lock is held until commit, so a reader that sees revision n has seen
# every change before it. The upsert heals a missing row.
LIVE_CHANGES = """
CREATE FUNCTION sharing_live_grant_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next_revision bigint;
BEGIN
    INSERT INTO sharing_live_revision (id, revision) VALUES (1, 1)
        ON CONFLICT (id) DO UPDATE SET revision = sharing_live_revision.revision + 1
        RETURNING revision INTO next_revision;
    IF TG_OP = 'DELETE' THEN
        PERFORM pg_notify('jutong_live_grant', OLD.grant_no);
        RETURN OLD;
    END IF;
    NEW.revision := next_revision;
    PERFORM pg_notify('jutong_live_grant', NEW.grant_no);
    RETURN NEW;
END $$;
CREATE TRIGGER sharing_live_grant_changed BEFORE INSERT OR UPDATE OR DELETE ON sharing_live_grant
    FOR EACH ROW EXECUTE FUNCTION sharing_live_grant_changed();
INSERT INTO sharing_live_revision (id, revision) VALUES (1, 0);
"""

DECISIONS_STAND = """
CREATE FUNCTION sharing_grant_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'grant % is a decision and keeps its row', OLD.grant_no
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (to_jsonb(OLD) - '{revoked_at,revoked_by,revoke_reason,ended_at}'::text[])
            IS DISTINCT FROM (to_jsonb(NEW) - '{revoked_at,revoked_by,revoke_reason,ended_at}'::text[]) THEN
        RAISE EXCEPTION 'grant % is a decision and never changes', OLD.grant_no
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.ended_at IS NOT NULL AND OLD IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'grant % has ended', OLD.grant_no USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sharing_grant_stands BEFORE UPDATE OR DELETE ON sharing_grant
    FOR EACH ROW EXECUTE FUNCTION sharing_grant_stands();

CREATE FUNCTION sharing_request_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.request_no, OLD.wish, OLD.resource_code, OLD.client_no, OLD.consumer_uscc, OLD.submitted_at)
            IS DISTINCT FROM
            (NEW.request_no, NEW.wish, NEW.resource_code, NEW.client_no, NEW.consumer_uscc, NEW.submitted_at) THEN
        RAISE EXCEPTION 'what request % asked for never changes', OLD.request_no
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sharing_request_stands BEFORE UPDATE ON sharing_datarequest
    FOR EACH ROW EXECUTE FUNCTION sharing_request_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("sharing", "0001_initial")]

    operations = [
        migrations.RunSQL(
            LIVE_CHANGES,
            "DROP TRIGGER sharing_live_grant_changed ON sharing_live_grant;"
            " DROP FUNCTION sharing_live_grant_changed(); DELETE FROM sharing_live_revision",
        ),
        migrations.RunSQL(
            DECISIONS_STAND,
            "DROP TRIGGER sharing_request_stands ON sharing_datarequest; DROP FUNCTION sharing_request_stands();"
            " DROP TRIGGER sharing_grant_stands ON sharing_grant; DROP FUNCTION sharing_grant_stands();",
        ),
    ]
