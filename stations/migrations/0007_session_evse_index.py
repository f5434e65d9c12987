"""The index that the one over EVSE and end replaces."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stations", "0006_session_evse_ended")]

    operations = [
        migrations.AlterField(
            model_name="session",
            name="evse",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="sessions",
                to="stations.evse",
            ),
        ),
    ]
