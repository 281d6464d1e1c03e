"""The schemas in which gathered data lies: the pool, and staging tables on their way to it."""

from django.db import migrations

MAKE = """
CREATE SCHEMA IF NOT EXISTS pool;
CREATE SCHEMA IF NOT EXISTS pool_staging;
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'jutong_gateway') THEN
        GRANT USAGE ON SCHEMA pool TO jutong_gateway;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_tables")]

    operations = [migrations.RunSQL(MAKE, reverse_sql=migrations.RunSQL.noop)]
