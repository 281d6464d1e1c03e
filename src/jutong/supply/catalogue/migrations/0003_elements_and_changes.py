import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_codes_and_versions_stand"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(unique=True)),
                ("last_no", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "变更编号计数",
            },
        ),
        migrations.CreateModel(
            name="ChangeRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change_no", models.CharField(max_length=20, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("amended", "法律法规修订"),
                            ("repealed", "法律法规废止"),
                            ("duty", "行政管理职能变化"),
                            ("lapsed", "依据失效"),
                        ],
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("title_key", models.CharField(db_index=True, max_length=200)),
                ("document_no", models.CharField(blank=True, max_length=80)),
                ("happened_on", models.DateField()),
                ("note", models.TextField(blank=True)),
                ("provider_uscc", models.CharField(blank=True, db_index=True, default="", max_length=18)),
                ("recorded_by", models.JSONField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "变更记录",
                "ordering": ["-recorded_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ClassificationName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("valid_from", models.DateField()),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("by", models.JSONField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "分类名称沿革",
                "ordering": ["-valid_from", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ExtendedField",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True)),
                ("name", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "文本"),
                            ("number", "数值"),
                            ("day", "日期"),
                            ("choice", "选项"),
                            ("yes_no", "是否"),
                        ],
                        max_length=10,
                    ),
                ),
                ("required", models.BooleanField(default=False)),
                (
                    "choices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), blank=True, default=list, size=None
                    ),
                ),
                ("lowest", models.CharField(blank=True, max_length=40)),
                ("highest", models.CharField(blank=True, max_length=40)),
                ("help", models.CharField(blank=True, max_length=200)),
                ("classification", models.CharField(blank=True, max_length=38)),
                ("provider_uscc", models.CharField(blank=True, default="", max_length=18)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("declared_by", models.JSONField()),
                ("declared_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "扩展元数据项",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="OtherCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=80, unique=True)),
                ("sequence_no", models.PositiveIntegerField()),
                ("issued_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "关联资源代码",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="UpdateDuty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待更新"),
                            ("updated", "已更新"),
                            ("unaffected", "无需更新"),
                            ("withdrawn", "资源已下线"),
                        ],
                        max_length=12,
                    ),
                ),
                ("case_no", models.CharField(blank=True, max_length=40)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("due_on", models.DateField()),
                ("opened_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "待更新资源",
                "ordering": ["due_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="UpdateStop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_day", models.DateField()),
                ("until_day", models.DateField(null=True)),
                ("reason", models.CharField(max_length=500)),
                ("by", models.JSONField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "停更声明",
                "ordering": ["-from_day", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case_no", models.CharField(blank=True, max_length=40)),
                ("reason", models.TextField()),
                ("replaced_by", models.CharField(blank=True, default="", max_length=80)),
                ("notice_ends_on", models.DateField()),
                ("asked_by", models.JSONField()),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=12)),
            ],
            options={
                "verbose_name": "数据资源下线",
                "ordering": ["-asked_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="WithdrawalOpinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation", models.CharField(max_length=18)),
                ("agrees", models.BooleanField(null=True)),
                ("remark", models.TextField(blank=True)),
                ("by", models.JSONField(null=True)),
                ("at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "使用部门意见",
                "ordering": ["organisation"],
            },
        ),
        migrations.AddField(
            model_name="classification",
            name="closed_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="dataitem",
            name="sharing_type",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "无条件共享"), (2, "有条件共享"), (3, "不予共享")], null=True
            ),
        ),
        migrations.AddField(
            model_name="resource",
            name="also_in",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=38), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="resource",
            name="replaced_by",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.AddField(
            model_name="resource",
            name="withdrawn_on",
            field=models.DateField(null=True),
        ),
        migrations.AddConstraint(
            model_name="dataitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("sharing_type", None), ("sharing_type__in", [1, 2, 3]), _connector="OR"),
                name="catalogue_item_sharing_type",
            ),
        ),
        migrations.AddField(
            model_name="classificationname",
            name="classification",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="names", to="catalogue.classification"
            ),
        ),
        migrations.AddConstraint(
            model_name="extendedfield",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to", None)),
                fields=("name", "classification", "provider_uscc"),
                name="catalogue_extension_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="extendedfield",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                name="catalogue_extension_term",
            ),
        ),
        migrations.AddField(
            model_name="othercode",
            name="classification",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.classification"
            ),
        ),
        migrations.AddField(
            model_name="othercode",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="other_codes", to="catalogue.resource"
            ),
        ),
        migrations.AddField(
            model_name="updateduty",
            name="change",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="duties", to="catalogue.changerecord"
            ),
        ),
        migrations.AddField(
            model_name="updateduty",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="update_duties", to="catalogue.resource"
            ),
        ),
        migrations.AddField(
            model_name="updatestop",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="stops", to="catalogue.resource"
            ),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="withdrawals", to="catalogue.resource"
            ),
        ),
        migrations.AddField(
            model_name="withdrawalopinion",
            name="withdrawal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="opinions", to="catalogue.withdrawal"
            ),
        ),
        migrations.AddConstraint(
            model_name="othercode",
            constraint=models.UniqueConstraint(
                fields=("classification", "sequence_no"), name="catalogue_other_sequence"
            ),
        ),
        migrations.AddConstraint(
            model_name="othercode",
            constraint=models.UniqueConstraint(
                fields=("resource", "classification"), name="catalogue_one_code_a_class"
            ),
        ),
        migrations.AddConstraint(
            model_name="updateduty",
            constraint=models.UniqueConstraint(fields=("change", "resource"), name="catalogue_one_duty_a_change"),
        ),
        migrations.AddConstraint(
            model_name="updateduty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at", None), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("settled_at__isnull", False)),
                    _connector="OR",
                ),
                name="catalogue_duty_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="updatestop",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_day", None), ("until_day__gte", models.F("from_day")), _connector="OR"),
                name="catalogue_stop_term",
            ),
        ),
        migrations.AddConstraint(
            model_name="updatestop",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until_day", None)), fields=("resource",), name="catalogue_one_open_stop"
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("resource",), name="catalogue_one_withdrawal_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawalopinion",
            constraint=models.UniqueConstraint(
                fields=("withdrawal", "organisation"), name="catalogue_one_opinion_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawalopinion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agrees", None), ("at", None)),
                    models.Q(("agrees__isnull", False), ("at__isnull", False)),
                    _connector="OR",
                ),
                name="catalogue_opinion_given",
            ),
        ),
    ]
