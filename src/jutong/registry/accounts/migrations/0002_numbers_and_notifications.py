"""Numbers of people, clients and tokens; each change of a key is numbered and announced to the gateways."""

from django.db import migrations

NUMBERS = """
CREATE SEQUENCE accounts_person_numbers;
CREATE SEQUENCE accounts_client_numbers;
CREATE SEQUENCE accounts_token_numbers;
"""

# The counter is a row, not a sequence: its lock is held until commit, so a reader that sees revision n has seen
# every change before it. The upsert heals a missing row. Keys are revoked, never deleted; a delete by hand is
# announced all the same.
KEY_CHANGES = """
CREATE FUNCTION accounts_key_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next_revision bigint;
BEGIN
    INSERT INTO accounts_key_revision (id, revision) VALUES (1, 1)
        ON CONFLICT (id) DO UPDATE SET revision = accounts_key_revision.revision + 1
        RETURNING revision INTO next_revision;
    IF TG_OP = 'DELETE' THEN
        PERFORM pg_notify('jutong_client_key', OLD.key_id);
        RETURN OLD;
    END IF;
    NEW.revision := next_revision;
    PERFORM pg_notify('jutong_client_key', NEW.key_id);
    RETURN NEW;
END
$$;
CREATE TRIGGER accounts_key_changed BEFORE INSERT OR UPDATE OR DELETE ON accounts_client_key
    FOR EACH ROW EXECUTE FUNCTION accounts_key_changed();
INSERT INTO accounts_key_revision (id, revision) VALUES (1, 0);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            NUMBERS,
            "DROP SEQUENCE accounts_person_numbers, accounts_client_numbers, accounts_token_numbers",
        ),
        migrations.RunSQL(
            KEY_CHANGES,
            "DROP TRIGGER accounts_key_changed ON accounts_client_key; DROP FUNCTION accounts_key_changed();"
            " DELETE FROM accounts_key_revision",
        ),
    ]
