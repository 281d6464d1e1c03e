"""Whose a request or a grant is may change by organisation reform; what was decided, and for whom, never does."""

from django.db import migrations, models

STANDS = """
CREATE OR REPLACE FUNCTION sharing_grant_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.decided_provider_uscc := NEW.provider_uscc;
        NEW.decided_consumer_uscc := NEW.consumer_uscc;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'grant % is a decision and keeps its row', OLD.grant_no
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (to_jsonb(OLD) - '{revoked_at,revoked_by,revoke_reason,ended_at,provider_uscc,consumer_uscc}'::text[])
            IS DISTINCT FROM
            (to_jsonb(NEW) - '{revoked_at,revoked_by,revoke_reason,ended_at,provider_uscc,consumer_uscc}'::text[]) THEN
        RAISE EXCEPTION 'grant % is a decision and never changes', OLD.grant_no
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.ended_at IS NOT NULL AND OLD IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'grant % has ended', OLD.grant_no USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER sharing_grant_stands ON sharing_grant;
CREATE TRIGGER sharing_grant_stands BEFORE INSERT OR UPDATE OR DELETE ON sharing_grant
    FOR EACH ROW EXECUTE FUNCTION sharing_grant_stands();

CREATE OR REPLACE FUNCTION sharing_request_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.request_no, OLD.wish, OLD.resource_code, OLD.client_no, OLD.submitted_at)
            IS DISTINCT FROM (NEW.request_no, NEW.wish, NEW.resource_code, NEW.client_no, NEW.submitted_at) THEN
        RAISE EXCEPTION 'what request % asked for never changes', OLD.request_no
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.closed_at IS NOT NULL AND (OLD.provider_uscc, OLD.consumer_uscc)
            IS DISTINCT FROM (NEW.provider_uscc, NEW.consumer_uscc) THEN
        RAISE EXCEPTION 'request % is closed and stays with its organisations', OLD.request_no
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

# The old rules again, for a way back.
STOOD = """
DROP TRIGGER sharing_grant_stands ON sharing_grant;
CREATE OR REPLACE FUNCTION sharing_grant_stands() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE OR REPLACE FUNCTION sharing_request_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.request_no, OLD.wish, OLD.resource_code, OLD.client_no, OLD.consumer_uscc, OLD.submitted_at)
            IS DISTINCT FROM
            (NEW.request_no, NEW.wish, NEW.resource_code, NEW.client_no, NEW.consumer_uscc, NEW.submitted_at) THEN
        RAISE EXCEPTION 'what request % asked for never changes', OLD.request_no
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

# The guard would refuse to fill the new columns of ended grants.
FILL = """
ALTER TABLE sharing_grant DISABLE TRIGGER sharing_grant_stands;
UPDATE sharing_grant SET decided_provider_uscc = provider_uscc, decided_consumer_uscc = consumer_uscc;
ALTER TABLE sharing_grant ENABLE TRIGGER sharing_grant_stands;
"""


class Migration(migrations.Migration):
    dependencies = [("sharing", "0003_returns_and_inner_steps")]

    operations = [
        migrations.AddField(
            "grant",
            "decided_consumer_uscc",
            models.CharField(blank=True, default="", editable=False, max_length=18),
        ),
        migrations.AddField(
            "grant",
            "decided_provider_uscc",
            models.CharField(blank=True, default="", editable=False, max_length=18),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(STANDS, STOOD),
    ]
