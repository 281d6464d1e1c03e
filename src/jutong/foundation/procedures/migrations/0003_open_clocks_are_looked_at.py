"""Clocks that run already are looked at once, and note themselves when to be looked at again."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("procedures", "0002_inner_steps_and_looks")]

    operations = [
        migrations.RunSQL(
            "UPDATE procedures_clock SET look_on = started_on WHERE ended_at IS NULL AND look_on IS NULL",
            migrations.RunSQL.noop,
        )
    ]
