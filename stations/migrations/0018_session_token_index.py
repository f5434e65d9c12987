"""The index that the one over token and start replaces."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stations", "0017_session_token_started")]

    operations = [
        migrations.AlterField(
            model_name="session",
            name="token",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="sessions",
                to="drivers.idtoken",
            ),
        ),
    ]
