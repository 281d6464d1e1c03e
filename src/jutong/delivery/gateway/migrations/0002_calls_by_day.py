"""Calls are counted by day as the log grows: a table, the trigger that fills it, and what the log holds already."""

import django.contrib.postgres.fields
from django.db import migrations, models

_LATENCY_US = (5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000)
_KEY = "day, grant_no, client, resource, consumer, provider, outcome"
_HOURS = ", ".join(f"coalesce(sum(repeats) FILTER (WHERE hour = {hour}), 0)" for hour in range(24))
_LATENCY = ", ".join(
    f"count(*) FILTER (WHERE outcome = 'answered' AND speed = {place})" for place in range(len(_LATENCY_US) + 1)
)

# In the order of the key, so that two shippers take the row locks in one order and never wait for each other in a ring.
_COUNTED = f"""
    INSERT INTO gateway_callday AS kept
        ({_KEY}, calls, records, rows, size_bytes, took_us, hours, latency)
    SELECT {_KEY}, sum(repeats), count(*), coalesce(sum(rows), 0), sum(size_bytes), sum(duration_us),
        ARRAY[{_HOURS}]::int[], ARRAY[{_LATENCY}]::int[]
    FROM (
        SELECT *, (at AT TIME ZONE 'Asia/Shanghai')::date AS day,
            extract(hour FROM at AT TIME ZONE 'Asia/Shanghai')::int AS hour,
            width_bucket(duration_us - 1, ARRAY{list(_LATENCY_US)}::bigint[]) AS speed
        FROM {{log}}
    ) AS record
    GROUP BY {_KEY}
    ORDER BY {_KEY}
"""  # noqa: S608 - constants of this file

_ADDED = f"""
    ON CONFLICT ({_KEY}) DO UPDATE SET
        calls = kept.calls + excluded.calls,
        records = kept.records + excluded.records,
        rows = kept.rows + excluded.rows,
        size_bytes = kept.size_bytes + excluded.size_bytes,
        took_us = kept.took_us + excluded.took_us,
        hours = ARRAY(SELECT a + b FROM unnest(kept.hours, excluded.hours) WITH ORDINALITY AS pair (a, b, place)
            ORDER BY place),
        latency = ARRAY(SELECT a + b FROM unnest(kept.latency, excluded.latency) WITH ORDINALITY AS pair (a, b, place)
            ORDER BY place)
"""  # noqa: S608 - constants of this file

# Records that were there already are not among the new rows of an insert that ignores conflicts, so a record that is
# shipped again is not counted again. The function has its owner's rights: who ships may append to the log, no more.
COUNTING = f"""
LOCK TABLE gateway_call IN SHARE ROW EXCLUSIVE MODE;
{_COUNTED.format(log="gateway_call")};
CREATE FUNCTION gateway_call_counted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
BEGIN
    {_COUNTED.format(log="fresh")}{_ADDED};
    RETURN NULL;
END $$;
CREATE TRIGGER gateway_call_counted AFTER INSERT ON gateway_call
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION gateway_call_counted();
"""

UNCOUNTING = """
DROP TRIGGER gateway_call_counted ON gateway_call;
DROP FUNCTION gateway_call_counted();
"""


class Migration(migrations.Migration):
    dependencies = [("gateway", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="CallDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("grant_no", models.CharField(blank=True, max_length=64)),
                ("client", models.CharField(blank=True, max_length=64)),
                ("resource", models.CharField(blank=True, max_length=80)),
                ("consumer", models.CharField(blank=True, max_length=18)),
                ("provider", models.CharField(blank=True, max_length=18)),
                ("outcome", models.CharField(max_length=40)),
                ("calls", models.IntegerField()),
                ("records", models.IntegerField()),
                ("rows", models.BigIntegerField()),
                ("size_bytes", models.BigIntegerField()),
                ("took_us", models.BigIntegerField()),
                ("hours", django.contrib.postgres.fields.ArrayField(models.IntegerField(), size=24)),
                ("latency", django.contrib.postgres.fields.ArrayField(models.IntegerField(), size=11)),
            ],
            options={
                "verbose_name": "日调用量",
                "indexes": [
                    models.Index(fields=["consumer", "day"], name="gateway_callday_consumer"),
                    models.Index(fields=["provider", "day"], name="gateway_callday_provider"),
                    models.Index(fields=["grant_no", "-day"], name="gateway_callday_grant"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "grant_no", "client", "resource", "consumer", "provider", "outcome"),
                        name="gateway_callday_once",
                    )
                ],
            },
        ),
        migrations.RunSQL(COUNTING, UNCOUNTING),
    ]
