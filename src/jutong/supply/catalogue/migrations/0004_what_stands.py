"""What no later statement may undo: a further code, a name of its day, a change on record, a place in the tree."""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION catalogue_other_code_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    front text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'code % stays with its resource: codes are never reused', OLD.code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT code INTO front FROM catalogue_classification WHERE id = NEW.classification_id;
    IF NEW.code IS DISTINCT FROM front || '/' || NEW.sequence_no THEN
        RAISE EXCEPTION 'code % is not its classification % and number %', NEW.code, front, NEW.sequence_no
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT FROM catalogue_resource WHERE code = NEW.code) THEN
        RAISE EXCEPTION 'code % is given already', NEW.code USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER catalogue_other_code_stands BEFORE INSERT OR UPDATE OR DELETE ON catalogue_othercode
    FOR EACH ROW EXECUTE FUNCTION catalogue_other_code_stands();

CREATE FUNCTION catalogue_code_is_free() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM catalogue_othercode WHERE code = NEW.code) THEN
        RAISE EXCEPTION 'code % is given already', NEW.code USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER catalogue_code_is_free BEFORE INSERT ON catalogue_resource
    FOR EACH ROW EXECUTE FUNCTION catalogue_code_is_free();

CREATE FUNCTION catalogue_record_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is on record in % stays', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER catalogue_name_stands BEFORE UPDATE OR DELETE ON catalogue_classificationname
    FOR EACH ROW EXECUTE FUNCTION catalogue_record_stands();
CREATE TRIGGER catalogue_node_stays BEFORE DELETE ON catalogue_classification
    FOR EACH ROW EXECUTE FUNCTION catalogue_record_stands();
CREATE TRIGGER catalogue_change_stays BEFORE DELETE ON catalogue_changerecord
    FOR EACH ROW EXECUTE FUNCTION catalogue_record_stands();
CREATE TRIGGER catalogue_change_counts BEFORE UPDATE OR DELETE ON catalogue_changecounter
    FOR EACH ROW EXECUTE FUNCTION catalogue_counter_counts();
"""

BACKWARD = """
DROP TRIGGER catalogue_change_counts ON catalogue_changecounter;
DROP TRIGGER catalogue_change_stays ON catalogue_changerecord;
DROP TRIGGER catalogue_node_stays ON catalogue_classification;
DROP TRIGGER catalogue_name_stands ON catalogue_classificationname;
DROP FUNCTION catalogue_record_stands();
DROP TRIGGER catalogue_code_is_free ON catalogue_resource;
DROP FUNCTION catalogue_code_is_free();
DROP TRIGGER catalogue_other_code_stands ON catalogue_othercode;
DROP FUNCTION catalogue_other_code_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_elements_and_changes")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
