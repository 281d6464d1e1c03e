from django.db import migrations, models


class Migration(migrations.Migration):
    """Without a short name the full one stands for it, and that may be longer than a short one should be."""

    dependencies = [("organisations", "0002_reform_plans")]

    operations = [
        migrations.AlterField("organisationversion", "short_name", models.CharField(max_length=100)),
    ]
