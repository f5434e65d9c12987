"""Which EVSE a session was on, kept when the EVSE is deleted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stations", "0022_urgent_facts_index")]

    operations = [
        migrations.AddField(
            model_name="session",
            name="deleted_evse",
            field=models.BigIntegerField(
                blank=True,
                help_text="Primary key of its EVSE, once that was deleted: the record of it is kept.",
                null=True,
            ),
        ),
    ]
