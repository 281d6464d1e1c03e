"""Days on which people are away, and what they give over before they leave."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_numbers_and_notifications"),
    ]

    operations = [
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("declared_by", models.JSONField()),
                ("declared_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "离岗登记",
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["person", "last_on"],
                        name="accounts_absence_person",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_on__gte", models.F("first_on"))), name="accounts_absence_days"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["leave", "business", "training", "other"])),
                        name="accounts_absence_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("handover_no", models.CharField(max_length=16, unique=True)),
                ("organisation", models.CharField(db_index=True, max_length=18)),
                ("post", models.CharField(blank=True, max_length=32)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("emergency", models.BooleanField(default=False)),
                ("opened_by", models.JSONField()),
                ("opened_at", models.DateTimeField()),
                ("giver_confirmed_at", models.DateTimeField(null=True)),
                ("giver_digest", models.CharField(blank=True, max_length=64)),
                ("taker_confirmed_at", models.DateTimeField(null=True)),
                ("taker_digest", models.CharField(blank=True, max_length=64)),
                ("approved_by", models.JSONField(null=True)),
                ("approved_by_name", models.CharField(blank=True, max_length=80)),
                ("lines", models.JSONField(default=list)),
                ("done_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "工作交接单",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("successor", None),
                            models.Q(("successor", models.F("person")), _negated=True),
                            _connector="OR",
                        ),
                        name="accounts_handover_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at", None),
                            models.Q(
                                ("approved_by__isnull", False),
                                ("successor__isnull", False),
                                ("taker_confirmed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="accounts_handover_done",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done_at", None), ("cancelled_at", None), _connector="OR"),
                        name="accounts_handover_one_end",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at", None), ("done_at", None)),
                        fields=("person", "organisation", "post"),
                        name="accounts_handover_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL("CREATE SEQUENCE accounts_handover_numbers", "DROP SEQUENCE accounts_handover_numbers"),
    ]
