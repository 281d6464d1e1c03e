"""What no later statement may undo: a code, a version, a number given, a text under review."""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION catalogue_resource_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    front text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'resource % keeps its row: codes are never reused', OLD.code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.code, OLD.classification_id, OLD.sequence_no)
            IS DISTINCT FROM (NEW.code, NEW.classification_id, NEW.sequence_no) THEN
        RAISE EXCEPTION 'the code of resource % never changes', OLD.code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.version < OLD.version THEN
        RAISE EXCEPTION 'the version of resource % never goes back', OLD.code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT code INTO front FROM catalogue_classification WHERE id = NEW.classification_id;
        IF NEW.code IS DISTINCT FROM front || '/' || NEW.sequence_no THEN
            RAISE EXCEPTION 'code % is not its classification % and number %', NEW.code, front, NEW.sequence_no
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER catalogue_resource_stands BEFORE INSERT OR UPDATE OR DELETE ON catalogue_resource
    FOR EACH ROW EXECUTE FUNCTION catalogue_resource_stands();

CREATE FUNCTION catalogue_version_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER catalogue_version_stands BEFORE UPDATE OR DELETE ON catalogue_resourceversion
    FOR EACH ROW EXECUTE FUNCTION catalogue_version_stands();

CREATE FUNCTION catalogue_counter_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.last_no <> OLD.last_no + 1 THEN
        RAISE EXCEPTION 'numbers are given one by one and never taken back'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER catalogue_sequence_counts BEFORE UPDATE OR DELETE ON catalogue_sequencecounter
    FOR EACH ROW EXECUTE FUNCTION catalogue_counter_counts();
CREATE TRIGGER catalogue_draft_counts BEFORE UPDATE OR DELETE ON catalogue_draftcounter
    FOR EACH ROW EXECUTE FUNCTION catalogue_counter_counts();

CREATE FUNCTION catalogue_classification_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.code, OLD.grade, OLD.parent_id) IS DISTINCT FROM (NEW.code, NEW.grade, NEW.parent_id) THEN
        RAISE EXCEPTION 'classification % keeps its code: resources bear it', OLD.code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER catalogue_classification_stands BEFORE UPDATE ON catalogue_classification
    FOR EACH ROW EXECUTE FUNCTION catalogue_classification_stands();

CREATE FUNCTION catalogue_draft_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state NOT IN ('draft', 'returned') AND OLD.content IS DISTINCT FROM NEW.content THEN
        RAISE EXCEPTION 'draft % is not being edited, its text stands still', OLD.draft_no
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER catalogue_draft_stands BEFORE UPDATE ON catalogue_draft
    FOR EACH ROW EXECUTE FUNCTION catalogue_draft_stands();
"""

BACKWARD = """
DROP TRIGGER catalogue_draft_stands ON catalogue_draft;
DROP FUNCTION catalogue_draft_stands();
DROP TRIGGER catalogue_classification_stands ON catalogue_classification;
DROP FUNCTION catalogue_classification_stands();
DROP TRIGGER catalogue_draft_counts ON catalogue_draftcounter;
DROP TRIGGER catalogue_sequence_counts ON catalogue_sequencecounter;
DROP FUNCTION catalogue_counter_counts();
DROP TRIGGER catalogue_version_stands ON catalogue_resourceversion;
DROP FUNCTION catalogue_version_stands();
DROP TRIGGER catalogue_resource_stands ON catalogue_resource;
DROP FUNCTION catalogue_resource_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
